"""A portal that moves its files into a bucket (S3_URL): what readers, editors and nginx have of it,
and what they have while it is away."""

import re
import shutil
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import boto3
import pytest

from tests import servers
from tests.e2e.running import portal_processes
from tests.nginx import nginx

pytestmark = pytest.mark.once

HOST = "cong.example"
SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "directive.pdf"


@pytest.fixture(scope="module")
def store():
    with servers.bucket() as found:
        yield found


def client_of(address):
    parts = urlsplit(address)
    return boto3.client(
        "s3",
        endpoint_url=f"http://{parts.hostname}:{parts.port}",
        region_name="us-east-1",
        aws_access_key_id=parts.username,
        aws_secret_access_key=unquote(parts.password),
    )


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot, store):
    """Its folder of files is copied into the bucket as operators would, and is gone."""
    _server, address = store
    folder = tmp_path_factory.mktemp("moved")
    shutil.copytree(snapshot.data_dir, folder / "data")
    media, client = folder / "data" / "media", client_of(address)
    for path in media.rglob("*.*"):
        client.upload_file(str(path), "tep", str(path.relative_to(media)))
    client.close()
    shutil.rmtree(media)
    env = {"S3_URL": address, "ALLOWED_HOSTS": f"{HOST},127.0.0.1"}
    with portal_processes(folder, env, snapshot) as portal:
        yield portal


@pytest.fixture(scope="module")
def edge(portal, tmp_path_factory):
    """(scheme and) port of an nginx before it."""
    folder = tmp_path_factory.mktemp("edge")
    try:
        with nginx(folder, portal.data_dir, portal.env["PORT"], HOST, tls=False) as (port, _server):
            yield port
    except servers.Missing as missing:
        pytest.skip(f"needs {missing}")


def ask(port, path):
    """(status, headers, body)"""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": HOST, "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def pictures(portal):
    return sorted(set(re.findall(r"/media/images/[^\s\",]+", portal.get("/"))))


def test_the_home_pages_pictures_come_from_the_bucket(portal, store):
    found = pictures(portal)
    assert found
    for path in found:
        status, headers, body = ask(portal.env["PORT"], path)
        assert (status, int(headers["Content-Length"])) == (200, len(body))
        assert headers["Content-Encoding"] is None
        assert headers["Content-Type"] in ("image/webp", "image/jpeg")
    assert not (portal.data_dir / "media").exists()


def test_nginx_keeps_what_the_portal_fetched(portal, edge):
    path = pictures(portal)[0]
    first = ask(edge, path)
    again = ask(edge, path)
    assert (first[0], again[0]) == (200, 200)
    assert again[1]["X-Cache"] == "HIT"
    assert first[2] == again[2]
    assert "max-age=2592000" in again[1]["Cache-Control"]


def test_the_worker_reads_a_document_of_the_bucket(portal):
    portal.wait_for(
        lambda: portal.sql("SELECT 1 FROM articles_documentcontent WHERE drawn_pages > 0"),
        within=180,
    )
    assert not (portal.data_dir / "media").exists()


def test_while_the_bucket_is_away_pages_are_shown(portal, edge, store):
    """The last of this file: what the bucket held is lost with it."""
    server, _address = store
    kept = pictures(portal)[0]
    ask(edge, kept)
    document = portal.sql("SELECT id, file FROM wagtaildocs_document ORDER BY id LIMIT 1")[0]
    download = f"/documents/{document[0]}/{quote(Path(document[1]).name)}"
    assert ask(portal.env["PORT"], download)[0] == 200
    server.kill()
    # Nothing that was cut is known any more: each is to be made anew, and none can be.
    portal.sql("DELETE FROM wagtailimages_rendition")
    for path in ("/", "/tin-tuc/", "/van-ban/", "/su-kien/"):
        for port in (portal.env["PORT"], edge):
            assert ask(port, path)[0] == 200, path
    assert ask(edge, kept)[0] == 200
    status, headers, _body = ask(portal.env["PORT"], kept)
    assert (status, headers["Retry-After"]) == (503, "30")
    assert ask(portal.env["PORT"], download)[0] == 503
    assert "does not answer" in portal.output()
