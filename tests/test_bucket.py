"""Files in a bucket (S3_URL): a real server keeps them, the portal alone gives them out, and pages
are shown while it is away."""

import socket
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from lxml import html
from PIL import Image as Pixels
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection

from articles.models import DirectiveAttachment, DocumentContent
from articles.models.attachments import CLAIM_LASTS
from articles.tasks import read_documents
from home.offices import EDITORS
from portal.settings import env
from portal.storage import Bucket
from tests import servers
from tests.factories import make_directive, make_home, make_image, make_news, make_user, searched

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SAMPLE = (Path(__file__).resolve().parent / "samples" / "directive.pdf").read_bytes()
# Stands on the sample's second page, and nowhere else.
WORDS = "phi lao"
# Nobody listens there.
AWAY = {"endpoint_url": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def server():
    with servers.bucket() as (_server, address), pytest.MonkeyPatch.context() as patch:
        patch.setenv("S3_URL", address)
        yield env.bucket("S3_URL")


@pytest.fixture(autouse=True)
def bucket(server, settings, tmp_path, monkeypatch):
    """Files lie in an empty one, and in no folder beside it; `bucket(bucket_name=…)`: as if S3_URL
    named that, `bucket()`: the right one again."""

    def use(**changes):
        hang_up()
        monkeypatch.setattr(Bucket, "rests_until", 0)
        settings.S3 = server | changes
        settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "portal.storage.Bucket"}}

    settings.MEDIA_ROOT = tmp_path / "media"
    use()
    default_storage.bucket.objects.all().delete()
    yield use
    assert not settings.MEDIA_ROOT.exists()
    hang_up()


def hang_up():
    """What a process keeps open to its bucket as long as it lives."""
    if connection := Bucket.connections.__dict__.pop("connection", None):
        connection.meta.client.close()


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def editor(home):
    return make_user("lan", EDITORS)


def keys():
    return {one.key for one in default_storage.bucket.objects.all()}


def photo():
    content = BytesIO()
    Pixels.new("RGB", (1600, 900), "#4477aa").save(content, "PNG")
    return SimpleUploadedFile("cầu mới.png", content.getvalue())


def sample(title="Toàn văn", **facts):
    return get_document_model().objects.create(
        title=title, file=ContentFile(SAMPLE, name="chi-thi.pdf"), file_size=len(SAMPLE), **facts
    )


def attach(document, **facts):
    page = make_directive(**facts)
    page.attachments.add(DirectiveAttachment(document=document))
    page.save()
    return page


def address(document, picture=False):
    name = "articles:document_picture" if picture else "articles:document_page"
    return reverse(name, args=[document.pk, 1])


def pictures_of(response):
    """All addresses of pictures that a page offers."""
    assert response.status_code == 200
    page = html.fromstring(response.content)
    offered = ", ".join(page.xpath("//picture//@srcset")).split(", ")
    return {one.split()[0] for one in offered if one} | set(page.xpath("//picture//img/@src"))


def read(client, path):
    response = client.get(path)
    return response.status_code, b"".join(response)


def test_an_editors_picture_lies_in_the_bucket_and_readers_see_its_cuts(client, editor):
    client.force_login(editor)
    typed = {"title": "Cầu", "tags": "", "collection": Collection.get_first_root_node().pk}
    client.post(reverse("wagtailimages:add"), typed | {"file": photo()})
    client.logout()
    image = get_image_model().objects.get()
    assert keys() == {image.file.name}
    make_news("Tin", lead_image=image)
    shown = pictures_of(client.get("/tin-tuc/tin/"))
    assert len(shown) == 6
    for path in shown:
        assert path.startswith("/media/images/")
        response = client.get(path)
        kind = response.headers["Content-Type"]
        assert (response.status_code, kind) in ((200, "image/webp"), (200, "image/jpeg"))
        assert response.headers["Cache-Control"] == "public, max-age=2592000"
        with Pixels.open(BytesIO(b"".join(response))) as pixels:
            assert f"image/{pixels.format.lower()}" == kind
        since = {"If-Modified-Since": response.headers["Last-Modified"]}
        assert client.get(path, headers=since).status_code == 304


def test_two_files_of_one_name_are_two(home):
    first, second = make_image("Một"), make_image("Hai")
    assert first.file.name != second.file.name
    assert keys() == {first.file.name, second.file.name}


def test_a_worker_reads_an_attachment_and_readers_find_and_leaf_through_it(client, home):
    document = sample()
    page = attach(document)
    read_documents()
    content = DocumentContent.objects.get(document=document)
    assert content.state == DocumentContent.State.TEXT
    folder = f"document_pages/{content.sha256}"
    assert keys() == {document.file.name, f"{folder}/1.webp", f"{folder}/2.webp"}
    assert page.url in searched(client, WORDS).content.decode()
    shown = html.fromstring(client.get(address(document)).content).xpath("//main//img")[0]
    response = client.get(shown.get("src"))
    with Pixels.open(BytesIO(b"".join(response))) as pixels:
        assert pixels.size == (int(shown.get("width")), int(shown.get("height")))


def test_a_download_is_the_file(client, home):
    document = sample()
    attach(document)
    response = client.get(document.url)
    assert b"".join(response) == SAMPLE
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Length"] == str(len(SAMPLE))


def test_no_file_has_an_address_in_the_bucket(client, home, server):
    document = sample()
    attach(document)
    make_news("Tin", lead_image=make_image())
    pictures_of(client.get("/tin-tuc/tin/"))
    read_documents()
    kinds = {"documents", "document_pages", "images", "original_images"}
    assert {key.partition("/")[0] for key in keys()} == kinds
    root = f"{server['endpoint_url']}/{server['bucket_name']}"
    for key in keys():
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{root}/{quote(key)}")
        refused.value.close()
        assert refused.value.code == 403


@pytest.mark.parametrize("kind", ["documents", "document_pages", "original_images"])
def test_only_cuts_are_for_everybody(client, editor, kind):
    attach(sample())
    make_image()
    read_documents()
    found = [key for key in keys() if key.startswith(f"{kind}/")]
    assert found
    for key in found:
        assert client.get(f"/media/{key}").status_code == 404
        assert client.get(f"/media/images/../{key}").status_code == 404
        assert client.get(f"/media/images/..%2f{key}").status_code == 404
    client.force_login(editor)
    expected = 200 if kind == "original_images" else 404
    assert {read(client, f"/media/{key}")[0] for key in found} == {expected}


@pytest.mark.parametrize("name", ["..", ".", "%00", "a" * 300, "khong-co.webp"])
def test_names_that_no_file_has_are_not_found(client, home, name):
    assert client.get(f"/media/images/{name}").status_code == 404


def test_who_may_not_have_a_document_gets_no_byte_of_it(client, editor):
    secret = Collection.get_first_root_node().add_child(name="Mật")
    secret.view_restrictions.create(restriction_type="login")
    closed, of_a_draft = sample(collection=secret), sample("Nháp")
    attach(closed)
    attach(of_a_draft, number="08", title="Nháp").unpublish()
    read_documents()
    for path in (closed.url, address(closed), address(closed, picture=True)):
        assert client.get(path).status_code == 302
    for picture in (False, True):
        assert client.get(address(of_a_draft, picture)).status_code == 404
    client.force_login(editor)
    assert read(client, closed.url) == (200, SAMPLE)
    assert read(client, address(of_a_draft, picture=True))[0] == 200


def test_what_is_deleted_is_gone_from_the_bucket(client, home, django_capture_on_commit_callbacks):
    image, document = make_image(), sample()
    image.get_rendition("width-300")
    read_documents()
    assert len(keys()) == 5
    with django_capture_on_commit_callbacks(execute=True):
        image.delete()
        document.delete()
    assert keys() == set()


def test_readers_have_their_pages_while_the_bucket_is_away(client, home, bucket, caplog):
    known = make_news("Tin", lead_image=make_image())
    new = make_news("Mới", lead_image=make_image("Chưa cắt"))
    document = sample()
    page = attach(document)
    read_documents()
    before = client.get(known.url).content
    bucket(**AWAY)
    client.raise_request_exception = False
    # Its addresses are in the database.
    assert client.get(known.url).content == before
    assert client.get("/tin-tuc/").status_code == 200
    for path in (page.url, address(document)):
        assert client.get(path).status_code == 200
    # Its cuts are still to be made.
    assert pictures_of(client.get(new.url)) == {"/media/not-found"}
    assert "og:image" not in client.get(new.url).content.decode()
    for path in (*pictures_of(client.get(known.url)), document.url, address(document, True)):
        response = client.get(path)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    # It was asked once: nobody waits for it again a moment later.
    assert caplog.text.count("does not answer") == 1
    bucket()
    assert len(pictures_of(client.get(new.url))) == 6
    assert read(client, document.url) == (200, SAMPLE)


def test_a_bucket_that_hangs_is_given_up(client, home, bucket, monkeypatch):
    page = make_news("Tin", lead_image=make_image())
    monkeypatch.setattr("portal.storage.READ", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bucket(endpoint_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert pictures_of(client.get(page.url)) == {"/media/not-found"}


def test_an_upload_that_nobody_takes_is_no_picture(client, editor, bucket):
    bucket(**AWAY)
    client.force_login(editor)
    client.raise_request_exception = False
    typed = {"title": "Cầu", "tags": "", "collection": Collection.get_first_root_node().pk}
    response = client.post(reverse("wagtailimages:add"), typed | {"file": photo()})
    assert response.status_code == 503
    assert not get_image_model().objects.exists()


def test_a_worker_tries_again_when_the_bucket_is_back(home, bucket, clock):
    document = sample()
    bucket(**AWAY)
    read_documents()
    assert DocumentContent.objects.get(document=document).state == DocumentContent.State.WAITING
    bucket()
    clock.tick(seconds=CLAIM_LASTS.total_seconds())
    read_documents()
    assert DocumentContent.objects.get(document=document).state == DocumentContent.State.TEXT


def test_a_bucket_that_refuses_is_no_fault_of_the_pages(client, home, bucket):
    page = make_news("Tin", lead_image=make_image())
    bucket(bucket_name="cua-ai-khac")
    assert pictures_of(client.get(page.url)) == {"/media/not-found"}
