"""Pictures of pages: for every screen a file of its size, nothing of what a camera noted, and a
limit that editors are told of."""

import json
from io import BytesIO

import pytest
from django.core.cache import caches
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html
from PIL import Image as Pixels
from PIL.TiffImagePlugin import IFDRational
from wagtail.images import get_image_model
from wagtail.models import Collection

from articles import assembly, pictures
from articles.models import NewsPage
from home.models import FeaturedPage
from home.offices import EDITORS
from polls.models import Choice, Poll
from tests.factories import make_home, make_image, make_news, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def home():
    return make_home()


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return html.fromstring(response.content)


def body_of(*blocks):
    return NewsPage.body.field.stream_block.to_python(list(blocks))


def figure(image, **more):
    return {"image": {"image": image.pk, "alt_text": "Cầu", "decorative": False}, **more}


def file_of(size=(400, 300), kind="PNG", **options):
    content = BytesIO()
    Pixels.new("RGB", size, "#4477aa").save(content, kind, **options)
    return content.getvalue()


# What a page asks for ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", pictures.CUTS)
def test_a_picture_has_its_sizes_as_webp_and_as_jpeg(name):
    found = html.fromstring(pictures.html(make_image(size=(3000, 2000)), name, "Cầu “mới”"))
    source, image = found.xpath("//source | //img")
    cut = pictures.CUTS[name]
    for element, ending in ((source, ".webp"), (image, ".jpg")):
        offered = dict(part.split() for part in element.get("srcset").split(", "))
        assert all(url.endswith(ending) for url in offered)
        assert len(offered) == len(cut.specs) / 2
        assert element.get("sizes") == cut.sizes
    assert source.get("type") == "image/webp"
    assert image.get("src").endswith(".jpg")
    assert int(image.get("width")) > int(image.get("height")) > 0
    assert image.get("alt") == "Cầu “mới”"


def test_a_small_picture_is_offered_once(home):
    found = html.fromstring(pictures.html(make_image(size=(300, 200)), "figure", ""))
    for element in found.xpath("//source | //img"):
        assert "," not in (element.get("srcset") or "")
    assert found.xpath("//img/@width") == ["300"]


def test_a_picture_whose_file_is_gone_breaks_no_page(client, home):
    image = make_image()
    make_news("Tin", lead_image=image)
    image.file.storage.delete(image.file.name)
    assert read(client, "/tin-tuc/tin/").xpath("//article//img/@alt") == [""]


def loading(page):
    return [
        (image.get("loading"), image.get("fetchpriority")) for image in page.xpath("//picture//img")
    ]


FIRST, LATER = (None, "high"), ("lazy", None)


def test_only_the_first_picture_of_a_page_is_waited_for(client, home):
    image = make_image()
    gallery = {"type": "gallery", "value": {"figures": [figure(image), figure(image)]}}
    make_news("Tin", lead_image=image, body=body_of({"type": "image", "value": figure(image)}))
    make_news("Hai", body=body_of({"type": "image", "value": figure(image)}, gallery))
    make_news("Ba", lead_image=image)
    assert loading(read(client, "/tin-tuc/tin/")) == [FIRST, LATER]
    assert loading(read(client, "/tin-tuc/hai/")) == [FIRST, LATER, LATER]
    assert loading(read(client, "/tin-tuc/")) == [FIRST, LATER]
    for title in ("Tin", "Ba"):
        FeaturedPage.objects.create(page=NewsPage.objects.get(title=title))
    assert loading(read(client, "/")) == [FIRST, LATER]


def test_every_picture_has_a_place_before_it_is_there(client, home):
    image = make_image()
    make_news("Tin", lead_image=image, body=body_of({"type": "image", "value": figure(image)}))
    poll = Poll.objects.create(question="Chọn hình?")
    Choice.objects.create(poll=poll, text="Cầu", image=image)
    for address in ("/", "/tin-tuc/", "/tin-tuc/tin/", poll.get_absolute_url()):
        found = read(client, address).xpath("//img[not(ancestor::noscript)]")
        assert found
        for one in found:
            assert one.get("width"), one.get("src")
            assert one.get("height"), one.get("src")


def queries(client, address):
    """Of the page rendered whole."""
    assembly.forget()
    with CaptureQueriesContext(connection) as captured:
        read(client, address)
    return len(captured)


def test_more_pictures_in_a_text_need_no_more_queries(client, home):
    one, many = make_news("Một"), make_news("Nhiều")
    one.body = body_of({"type": "image", "value": figure(make_image())})
    gallery = [figure(make_image(f"Ảnh {number}")) for number in range(6)]
    many.body = body_of({"type": "gallery", "value": {"figures": gallery}})
    for page in (one, many):
        page.save()
        read(client, page.url)  # makes the pictures
    caches["renditions"].clear()
    assert queries(client, one.url) == queries(client, many.url)


def test_what_was_shown_lately_is_not_asked_for_again(client, home):
    for number in range(3):
        page = make_news(f"Tin {number}", lead_image=make_image())
        FeaturedPage.objects.create(page=page, sort_order=number)
    for _ in range(2):
        read(client, "/")  # makes the pictures, then fills all caches
    warm = queries(client, "/")
    caches["renditions"].clear()
    assert queries(client, "/") == warm + 1
    assert queries(client, "/") == warm


# What a camera notes -----------------------------------------------------------------------------


def photo():
    """Held upright, at 16,8° north: a blue picture whose right half is red."""
    picture = Pixels.new("RGB", (1200, 800), "#0000ff")
    picture.paste("#ff0000", (600, 0, 1200, 800))
    exif = Pixels.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x013B] = "Ai đó"
    exif.get_ifd(0x8825).update({1: "N", 2: (IFDRational(16), IFDRational(48), IFDRational(0))})
    content = BytesIO()
    picture.save(content, "JPEG", exif=exif, comment=b"o nha", quality=95)
    return get_image_model().objects.create(
        title="Ảnh", file=ImageFile(BytesIO(content.getvalue()), name="anh.jpg")
    )


@pytest.mark.parametrize("spec", ["width-300", "width-300|format-jpeg", "width-300|format-webp"])
def test_a_picture_on_a_page_stands_upright_and_tells_nothing_of_its_camera(spec):
    rendition = photo().get_rendition(pictures.InMemory(spec))
    with rendition.file.open() as file:
        body = file.read()
    shown = Pixels.open(BytesIO(body))
    assert shown.size == (300, 450)
    red, _green, blue = shown.convert("RGB").getpixel((150, 400))
    assert red > 200 > 50 > blue
    assert not shown.getexif()
    assert b"Exif" not in body
    assert b"o nha" not in body


# What editors may upload -------------------------------------------------------------------------


@pytest.fixture
def editor(client, home):
    user = make_user("lan", EDITORS)
    client.force_login(user)
    return user


def forms(client, name, content):
    """What the three ways of uploading answer: the ordinary form, the chooser's, many at once."""

    def file():
        return SimpleUploadedFile(name, content)

    typed = {"title": "Cầu mới", "tags": "cầu", "collection": Collection.get_first_root_node().pk}
    one = client.post(reverse("wagtailimages:add"), typed | {"file": file()})
    chooser = client.post(
        reverse("wagtailimages_chooser:create"),
        {f"image-chooser-upload-{key}": value for key, value in (typed | {"file": file()}).items()},
    )
    many = client.post(reverse("wagtailimages:add_multiple"), typed | {"files[]": file()})
    return {
        "one": one.content.decode(),
        "chooser": json.loads(chooser.content)["htmlFragment"],
        "many": json.loads(many.content).get("error_message", ""),
    }


def assert_refused(answers, *told):
    for way, shown in answers.items():
        text = " ".join(html.fromstring(f"<div>{shown}</div>").text_content().split())
        for words in told:
            assert words in text, (way, words)
        if way != "many":
            assert 'value="Cầu mới"' in shown
            assert "cầu" in shown
    assert not get_image_model().objects.exists()


def test_a_file_that_is_too_large_is_refused_in_words(client, editor, settings):
    settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE = 2048
    content = file_of() + b"\0" * 4096
    size = f"{len(content) / 1024:.1f}".replace(".", ",")
    assert_refused(forms(client, "cau.png", content), f"({size} KB)", "2,0 KB")


def test_a_picture_of_too_many_pixels_is_refused_in_words(client, editor):
    answers = forms(client, "cau.png", file_of((9_000, 8_000), optimize=True))
    assert_refused(answers, "9.000", "8.000", "72 triệu", "65 triệu")


def test_a_picture_that_would_fill_the_memory_is_refused_in_words(client, editor):
    content = BytesIO()
    Pixels.new("1", (20_000, 20_000)).save(content, "PNG")
    assert_refused(forms(client, "cau.png", content.getvalue()), "65 triệu")


def test_a_file_of_another_kind_is_refused_in_words(client, editor):
    assert_refused(forms(client, "cau.bmp", file_of(kind="BMP")), "không được hỗ trợ", "PNG")


def test_what_is_taken_is_said_before(client, editor):
    shown = client.get(reverse("wagtailimages:add")).content.decode()
    assert "10,0" in shown
    assert "65 triệu" in shown


def test_a_document_that_is_too_large_is_refused_in_words(client, editor, settings):
    settings.WAGTAILDOCS_MAX_UPLOAD_SIZE = 1024
    file = SimpleUploadedFile("bao-cao.pdf", b"%PDF-1.4" + b"\0" * 4096)
    typed = {"title": "Báo cáo", "collection": Collection.get_first_root_node().pk}
    shown = client.post(reverse("wagtaildocs:add"), typed | {"file": file}).content.decode()
    assert "4,0" in shown
    assert "1,0" in shown
    assert 'value="Báo cáo"' in shown
