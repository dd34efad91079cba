"""How a page looks where its address is shared, and which address it goes by."""

from datetime import date, datetime
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as Pixels

from articles.models import DirectiveIndexPage
from home.models import OfficeSettings
from tests.factories import make_directive, make_event, make_home, make_image, make_news

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def home():
    # It remembers pictures of other tests, which had the same keys.
    cache.clear()
    return make_home()


class Head(HTMLParser):
    """What a page's <meta> and <link> say: {name: [values]}, as written."""

    def __init__(self, html):
        super().__init__()
        self.said = {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if tag == "meta" and ("property" in facts or "name" in facts):
            name, value = facts.get("property") or facts["name"], facts.get("content")
        elif tag == "link" and facts.get("rel") == "canonical":
            name, value = "canonical", facts["href"]
        else:
            return
        self.said.setdefault(name, []).append(value)


@pytest.fixture
def head(client):
    def read(address):
        response = client.get(address)
        assert response.status_code == 200
        return Head(response.content.decode()).said

    return read


def graph(said):
    """The properties of Open Graph, of which each stands there once."""
    kept = {name: values for name, values in said.items() if name.startswith(("og:", "article:"))}
    assert all(len(values) == 1 for values in kept.values())
    return {name: value for name, [value] in kept.items()}


def test_news_are_shared_with_their_picture_and_their_times(home, head):
    page = make_news(
        summary="Sáng nay,\n tại Đông Hà",
        lead_image=make_image(),
        lead_image_alt="Lớp học",
        posted_on=date(2026, 11, 20),
        first_published_at=timezone.make_aware(datetime(2026, 11, 20, 7, 15)),
        last_published_at=timezone.make_aware(datetime(2026, 11, 21, 10)),
    )
    said = head(page.url)
    shared = graph(said)
    picture = shared.pop("og:image")
    assert picture.startswith("http://localhost/media/images/")
    assert picture.endswith(".jpg")
    assert shared == {
        "og:title": "Mở lớp kỹ năng số",
        "og:type": "article",
        "og:url": "http://localhost/tin-tuc/mo-lop-ky-nang-so/",
        "og:description": "Sáng nay, tại Đông Hà",
        "og:locale": "vi_VN",
        "og:site_name": "Tỉnh Quảng Trị",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Lớp học",
        "article:published_time": "2026-11-20T07:15:00+07:00",
        "article:modified_time": "2026-11-21T10:00:00+07:00",
    }
    assert said["twitter:card"] == ["summary"]
    assert said["description"] == ["Sáng nay, tại Đông Hà"]


def test_the_shared_picture_is_a_jpeg_of_the_size_that_is_said(home, head):
    page = make_news(lead_image=make_image())
    head(page.url)
    rendition = page.lead_image.renditions.get(filter_spec__contains="1200x630")
    with rendition.file.open() as file, Pixels.open(file) as pixels:
        assert (pixels.format, pixels.size) == ("JPEG", (1200, 630))


def test_a_picture_whose_file_is_gone_is_not_shared(home, head):
    image = make_image()
    page = make_news(lead_image=image)
    image.file.storage.delete(image.file.name)
    assert "og:image" not in head(page.url)


@pytest.mark.parametrize("make", [make_directive, make_news, make_event])
def test_without_a_picture_none_is_shared(home, head, make):
    assert not any(name.startswith("og:image") for name in head(make().url))


def test_a_directive_without_a_summary_is_shared_with_its_subject(home, head):
    page = make_directive()
    shared = graph(head(page.url))
    assert shared["og:type"] == "article"
    assert shared["og:description"] == page.subject


def test_what_an_editor_wrote_for_search_engines_comes_first(home, head):
    page = make_news(summary="Tóm tắt", seo_title="Tên khác", search_description="Mô tả khác")
    said = head(page.url)
    assert graph(said)["og:title"] == "Tên khác"
    assert said["description"] == said["og:description"] == ["Mô tả khác"]


@pytest.mark.parametrize("address", ["/", "/van-ban/", "/tin-tuc/", "/su-kien/"])
def test_what_is_no_article_is_the_website(home, head, address):
    shared = graph(head(address))
    assert shared["og:type"] == "website"
    assert shared["og:url"] == f"http://localhost{address}"


def test_nothing_is_said_empty(home, head):
    OfficeSettings.objects.update(name="")
    pages = [
        make_news(summary=" "),
        make_event(),
        make_directive(summary="\n", subject=" . "),
        DirectiveIndexPage.objects.get(),
        home,
    ]
    for page in pages:
        for name, values in head(page.url).items():
            assert all(value.strip() for value in values), name


def test_a_title_stays_within_its_attribute(home, head):
    title = '"><script>alert(1)</script> & \'"'
    page = make_news(title, summary=title, lead_image=make_image(), lead_image_alt=title)
    shared = graph(head(page.url))
    assert shared["og:title"] == shared["og:description"] == shared["og:image:alt"] == title


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("/?utm_source=thu", "/"),
        ("/van-ban/dung-van-ban-dien-tu/?ngay=2015-01-01", "/van-ban/dung-van-ban-dien-tu/"),
        ("/tin-tuc/?trang=2", "/tin-tuc/?trang=2"),
        ("/tin-tuc/?trang=abc", "/tin-tuc/"),
        ("/tin-tuc/2026/11/", "/tin-tuc/2026/11/"),
    ],
)
def test_every_page_goes_by_one_address(home, head, address, canonical):
    make_directive()
    for number in range(21):
        make_news(f"Tin {number}", posted_on=date(2026, 11, 1 + number))
    said = head(address)
    assert said["canonical"] == said["og:url"] == [f"http://localhost{canonical}"]


def test_a_preview_has_no_address(home):
    for page in (make_directive(), make_news(), make_event(), home):
        said = Head(page.make_preview_request().content.decode()).said
        assert "canonical" not in said
        assert "og:url" not in said


def test_a_draft_that_was_never_saved_can_be_previewed(home):
    page = make_news()
    page.pk = page.id = None
    page.live = False
    assert page.make_preview_request().status_code == 200


@pytest.mark.parametrize("address", ["/tim-kiem/?q=van+ban", "/y-kien/", "/khong-co/"])
def test_what_is_no_page_of_the_tree_says_nothing_of_one(home, client, address):
    said = Head(client.get(address).content.decode()).said
    assert not {"canonical", "og:url", "og:title"} & set(said)


def test_the_head_of_a_list_costs_at_most_its_office(home, client):
    """Everything else that it says has been read for the page."""
    client.get("/tin-tuc/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/tin-tuc/")
    tables = ["wagtailimages_", "articles_edition", "collection"]
    assert not [query["sql"] for query in queries if any(t in query["sql"] for t in tables)]
