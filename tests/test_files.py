"""What a published page shows stays as it was approved, and private files stay private."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection

from articles.models import DirectiveAttachment
from home.offices import EDITORS
from tests.factories import (
    make_directive,
    make_document,
    make_home,
    make_image,
    make_news,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def editor(client):
    make_home()
    user = make_user("lan", EDITORS)
    client.force_login(user)
    return user


def own(upload, user):
    upload.uploaded_by_user = user
    upload.save()
    return upload


def replace(client, document):
    address = reverse("wagtaildocs:edit", args=[document.pk])
    file = SimpleUploadedFile("gia-mao.pdf", b"%PDF-1.4 gia mao")
    return client.post(
        address, {"title": document.title, "file": file, "collection": document.collection_id}
    )


def test_a_document_that_stands_on_a_page_is_not_replaced(client, editor):
    document = own(make_document(), editor)
    directive = make_directive()
    directive.attachments.add(DirectiveAttachment(document=document))
    directive.save()
    before = document.file.name
    shown = replace(client, document).content.decode()
    assert "Tệp này đang dùng" in shown
    document.refresh_from_db()
    assert document.file.name == before


def test_a_document_that_no_page_shows_may_be_replaced(client, editor):
    document = own(make_document(), editor)
    replace(client, document)
    document.refresh_from_db()
    assert document.file.read() == b"%PDF-1.4 gia mao"


@pytest.mark.parametrize("way", ["one", "bulk"])
@pytest.mark.parametrize("place", ["lead image", "block"])
def test_an_image_that_stands_on_a_page_is_not_deleted(client, editor, way, place):
    image = own(make_image(), editor)
    picture = {"image": image.pk, "alt_text": "Cầu", "decorative": False}
    if place == "lead image":
        make_news(lead_image=image)
    else:
        page = make_news()
        page.body = page.body.stream_block.to_python(
            [{"type": "image", "value": {"image": picture, "caption": ""}}]
        )
        page.save()
    if way == "one":
        client.post(reverse("wagtailimages:delete", args=[image.pk]))
    else:
        address = reverse("wagtail_bulk_action", args=["wagtailimages", "image", "delete"])
        client.post(f"{address}?id={image.pk}")
    assert get_image_model().objects.filter(pk=image.pk).exists()


def test_an_image_that_no_page_shows_may_be_deleted(client, editor):
    image = own(make_image(), editor)
    client.post(reverse("wagtailimages:delete", args=[image.pk]))
    assert not get_image_model().objects.filter(pk=image.pk).exists()


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    for name in ("images/a.webp", "original_images/b.png", "documents/mat.pdf"):
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return settings.MEDIA_ROOT


def read(client, name):
    response = client.get(f"/media/{name}")
    body = response.getvalue()
    return response.status_code, body


def test_pictures_are_served(client, media):
    assert read(client, "images/a.webp") == (200, b"x")


def test_a_picture_that_has_not_changed_is_not_sent_again(client, media):
    first = client.get("/media/images/a.webp")
    assert b"".join(first) == b"x"
    assert first.headers["Content-Type"] == "image/webp"
    assert first.headers["Cache-Control"] == "public, max-age=2592000"
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get("/media/images/a.webp", headers=since).status_code == 304
    assert client.get("/media/original_images/b.png", headers=since).status_code == 404


def test_originals_are_for_members(client, media, editor):
    assert read(client, "original_images/b.png") == (200, b"x")
    client.logout()
    assert read(client, "original_images/b.png")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "documents/mat.pdf",
        "images/../documents/mat.pdf",
        "images/%2e%2e/documents/mat.pdf",
        "images/..%2fdocuments%2fmat.pdf",
        "images/..",
        "images/",
        "images/" + "a" * 300,
        "images/%00",
    ],
)
def test_nothing_but_pictures_is_served_from_media(client, media, path):
    assert client.get(f"/media/{path}").status_code in (400, 404)


def test_a_document_of_a_private_collection_is_for_members(client, media):
    make_home()
    secret = Collection.get_first_root_node().add_child(name="Mật")
    secret.view_restrictions.create(restriction_type="login")
    document = make_document()
    document.collection = secret
    document.save()
    assert get_document_model().objects.count() == 1
    assert client.get(document.url).status_code == 302
