"""What processes hold in memory by the generation, and what that leaves to ask of the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from articles import assembly, versions
from articles.models import Author, DirectivePage, NewsIndexPage, NewsPage, Topic
from articles.sections import leaves, sections
from articles.versions import held
from home.models import HomePage, OfficeSettings, StandardPage
from polls.models import Choice, Poll
from sidebar.models import (
    ExchangeRate,
    PageViews,
    Sidebar,
    SidebarSettings,
    WeatherReading,
    WeatherRegion,
)
from sidebar.providers import open_meteo, vietcombank
from tests import feed_server
from tests.factories import make_directive, make_event, make_home, make_image, make_news

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def full_sidebar(home):
    poll = Poll.objects.create(question="Ý kiến?", opens_at=timezone.now() - timedelta(days=1))
    Choice.objects.bulk_create(
        Choice(poll=poll, text=text, sort_order=order) for order, text in enumerate(["Có", "Không"])
    )
    ExchangeRate.objects.replace_with(vietcombank.parse(feed_server.RATES))
    region = WeatherRegion.objects.create(name="Đông Hà", latitude=16.8, longitude=107.1)
    WeatherReading.objects.replace_with(region, open_meteo.parse(feed_server.six_days()))
    blocks = [
        ("rates", {"heading": "Tỷ giá", "currencies": ["USD", "EUR"]}),
        ("weather", {"heading": "Thời tiết", "regions": []}),
        ("visits", {"heading": "Truy cập"}),
        ("poll", {"heading": "Ý kiến", "poll": poll}),
        ("featured", {"heading": "Nổi bật", "pages": [home.pk]}),
    ]
    sidebar = Sidebar.objects.create(title="Cột bên", blocks=blocks)
    SidebarSettings.objects.create(site=Site.objects.get(), default_sidebar=sidebar)


def a_request():
    return RequestFactory().get("/")


def asked(client, address):
    """How many questions a page asks of the database once this process has shown it."""
    assert client.get(address).status_code == 200
    # What is kept of the page itself is another matter (test_assembly.py).
    assembly.forget()
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def test_it_is_read_once_for_each_generation(home):
    reads = []

    @held()
    def read(request, *words):
        reads.append(words)
        return len(reads)

    assert [read(a_request()), read(a_request())] == [1, 1]
    assert read(a_request(), "a") == 2
    OfficeSettings.objects.update(name="Khác")
    assert read(a_request()) == 3
    assert read(a_request(), "a") == 4


def test_what_time_changes_is_read_again(home, clock):
    reads = []

    @held(seconds=60)
    def read(request):
        reads.append(1)
        return len(reads)

    read(a_request())
    clock.tick(seconds=59)
    assert read(a_request()) == 1
    clock.tick(seconds=2)
    assert read(a_request()) == 2


def test_within_one_request_there_is_one_generation(home):
    request = a_request()
    before = versions.versions(request)
    OfficeSettings.objects.update(name="Khác")
    assert versions.versions(request) == before
    assert versions.versions(a_request()).generation == before.generation + 1


def test_a_piece_of_news_with_its_sidebar_asks_four_questions(client, home, full_sidebar):
    page = make_news()
    page.topics.set([Topic.objects.create(name=f"Chủ đề {number}") for number in range(3)])
    page.authors.set([Author.objects.create(name="Lê A")])
    page.tags.add("một", "hai")
    page.lead_image = make_image()
    page.save()
    PageViews.objects.create(page=page, views=7)
    first = asked(client, page.url)
    html = client.get(page.url).content.decode()
    for words in ("Tỷ giá", "Đông Hà", "Ý kiến?", "Chủ đề 2", "Lê A", "#hai", ">7<"):
        assert words in html, words
    # The version, the page, what it is about, and others about the same. The page cache asks one
    # more, whether anything has changed meanwhile.
    assert first == 4
    for number in range(50):
        other = make_news(title=f"Tin {number}")
        other.tags.add("một")
        other.save()
    assert asked(client, page.url) <= 5


@pytest.mark.parametrize("many", [5, 50])
def test_lists_ask_ten_questions_at_most(client, home, full_sidebar, many):
    for number in range(many):
        make_news(title=f"Tin {number}")
        make_directive(title=f"Chỉ thị {number}", number=str(number + 1))
        make_event(title=f"Sự kiện {number}")
    for address in ("/", "/tin-tuc/", "/van-ban/", "/su-kien/", "/y-kien/", "/ty-gia/"):
        assert asked(client, address) <= 10, address


def test_an_address_is_followed_by_what_is_held(client, home):
    section = NewsIndexPage.objects.get().add_child(instance=NewsIndexPage(title="Kinh tế"))
    page = section.add_child(instance=NewsPage(title="Mở lớp"))
    assert client.get(page.url).status_code == 200
    # A new name of the section leads there, the old one nowhere.
    section.slug = "thi-truong"
    section.save()
    assert client.get("/tin-tuc/kinh-te/mo-lop/").status_code == 404
    page.refresh_from_db()
    assert page.url.startswith("/tin-tuc/thi-truong/")
    assert client.get(page.url).status_code == 200
    section.unpublish()
    assert client.get("/tin-tuc/thi-truong/").status_code in (404, 410)


def test_what_is_held_is_left_as_it_was(client, home):
    client.get("/su-kien/2026/11/")
    client.get("/tin-tuc/")
    kept = sections(a_request()).by_path.values()
    # Nothing that a request has worked out for itself.
    assert all("articles" not in vars(page) and "page_size" not in vars(page) for page in kept)


def test_a_page_that_is_closed_is_closed_at_once(client, home):
    page = make_news()
    assert client.get(page.url).status_code == 200
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(page.url).status_code == 302
    PageViewRestriction.objects.all().delete()
    assert client.get(page.url).status_code == 200


def test_kinds_below_which_nothing_lies():
    assert leaves(NewsIndexPage) == [NewsPage]
    assert leaves(HomePage) == []
    assert DirectivePage not in leaves(StandardPage)


def test_sites_have_their_own_pages(client, home):
    root = Page.get_first_root_node()
    other = root.add_child(instance=Page(title="Khác", slug="khac"))
    Site.objects.create(hostname="khac.example", root_page=other)
    assert client.get("/tin-tuc/").status_code == 200
    Site.objects.filter(hostname="localhost").update(hostname="moi.example")
    assert client.get("/tin-tuc/").status_code == 200
