"""deploy/nginx.conf before a running portal: what it keeps, for how long, and an outage."""

import os
import signal
import ssl
import time
from http.client import HTTPSConnection

import pytest

from tests import servers
from tests.e2e.running import portal_processes
from tests.nginx import nginx

pytestmark = pytest.mark.once

HOST = "cong.example"


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot):
    env = {"ALLOWED_HOSTS": f"{HOST},127.0.0.1", "PROXY_COUNT": "1", "SERVE_MEDIA": "0"}
    with portal_processes(tmp_path_factory.mktemp("behind"), env, snapshot) as portal:
        yield portal


@pytest.fixture(scope="module")
def edge(portal, tmp_path_factory):
    folder = tmp_path_factory.mktemp("edge")
    try:
        with nginx(folder, portal.data_dir, portal.env["PORT"], HOST) as (port, _server):
            (folder / "offline" / "503.html").write_text("<h1>Cổng đang bảo trì</h1>")
            yield port
    except servers.Missing as missing:
        pytest.skip(f"needs {missing}")


BROWSER = {"Accept-Encoding": "gzip, deflate, br"}


def ask(edge, path, **headers):
    """(status, headers, body)"""
    connection = HTTPSConnection("127.0.0.1", edge, context=ssl._create_unverified_context())
    connection.request("GET", path, headers={"Host": HOST, **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def test_pages_are_kept_packed_and_for_everybody(edge):
    ask(edge, "/", **BROWSER)
    _status, headers, packed = ask(edge, "/", **BROWSER)
    assert headers["X-Cache"] == "HIT"
    assert headers["Content-Encoding"] == "br"
    _status, headers, plain = ask(edge, "/")
    assert headers["Content-Encoding"] is None
    assert len(packed) < len(plain) / 3
    # Somebody who may be known is shown nothing of what is kept.
    assert ask(edge, "/", Cookie="sessionid=x")[1]["X-Cache"] == "BYPASS"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("gzip;q=0", None), ("", None)],
)
def test_nobody_gets_what_they_do_not_take(edge, accepted, encoding):
    _status, headers, _body = ask(edge, "/", **{"Accept-Encoding": accepted})
    assert headers["Content-Encoding"] == encoding


@pytest.mark.parametrize("path", ["/tim-kiem/?q=van+ban", "/khong-co-trang-nay/"])
def test_what_is_not_kept_is_packed_too(edge, path):
    _status, headers, packed = ask(edge, path, **BROWSER)
    assert headers["Content-Encoding"] == "gzip"
    assert len(packed) < len(ask(edge, path)[2]) / 2


def test_static_files_come_without_the_portal(edge):
    html = ask(edge, "/")[2].decode()
    address = html.split('rel="stylesheet" href="')[1].split('"')[0]
    status, headers, _css = ask(edge, address, **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in headers["Cache-Control"]


def test_a_change_is_seen_through_it(portal, edge, record_property):
    address, title = "/tin-tuc/", "Tin tức của hôm nay"
    before = ask(edge, address)[2].decode()
    assert title not in before
    begun = time.monotonic()
    portal.sql(f"UPDATE wagtailcore_page SET title = '{title}' WHERE slug = 'tin-tuc'")
    portal.wait_for(lambda: title in ask(edge, address)[2].decode(), within=30)
    # Two seconds is the promise; a busy machine may be late, and is no fault of the rule.
    record_property("seconds until a change is seen", round(time.monotonic() - begun, 1))


def test_a_page_that_nobody_asked_for_in_a_while_is_not_an_old_one(portal, edge):
    address = "/su-kien/"
    ask(edge, address)
    # Until nginx may not show it any more, whoever asks.
    time.sleep(2.5)
    portal.sql("UPDATE wagtailcore_page SET title = 'Lịch mới' WHERE slug = 'su-kien'")
    assert "Lịch mới" in ask(edge, address)[2].decode()


def test_while_the_portal_is_away_pages_stand_in_for_themselves(portal, edge):
    kept = ask(edge, "/van-ban/")[2]
    web = [pid for pid, command in portal.processes().items() if "granian" in command]
    for pid in web:
        os.kill(pid, signal.SIGSTOP)
    os.kill(portal.process.pid, signal.SIGSTOP)
    try:
        for pid in web:
            os.kill(pid, signal.SIGKILL)
        status, _headers, body = portal.wait_for(
            lambda: (answer := ask(edge, "/van-ban/"))[0] == 200 and answer
        )
        assert (status, body) == (200, kept)
        status, headers, body = ask(edge, "/tin-tuc/rss/")
        assert status == 503
        assert "đang bảo trì" in body.decode()
        assert headers["Retry-After"] == "60"
    finally:
        os.kill(portal.process.pid, signal.SIGCONT)
    portal.wait_for(lambda: ask(edge, "/tin-tuc/rss/")[0] == 200)
