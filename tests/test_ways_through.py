"""Ways through the portal on the pages themselves: what is near, above, and to be done there."""

import pytest
from django.test import RequestFactory
from lxml import html
from wagtail.models import PageViewRestriction

from articles.models import DirectiveIndexPage, NewsIndexPage
from articles.privacy import restrictions
from home.models import StandardPage
from polls.models import Poll
from tests.factories import make_directive, make_event, make_home, make_news, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return make_home()


def make_plain(parent, title, **facts):
    return parent.add_child(instance=StandardPage(title=title, **facts))


@pytest.fixture
def about(home):
    """A plain page with two below it, of which the first has one more."""
    about = make_plain(home, "Giới thiệu")
    first = make_plain(about, "Lịch sử")
    make_plain(about, "Bộ máy")
    make_plain(first, "Từ 1989")
    about.refresh_from_db()
    return about


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return html.fromstring(response.content.decode())


def near(client, address):
    """[(title, whether it is here)] of "In this section"."""
    links = read(client, address).xpath("//nav[@class='sections' and details]//li/a")
    return [(link.text, link.get("aria-current") == "page") for link in links]


def test_a_plain_page_leads_to_those_below_it_or_else_beside_it(client, about):
    assert near(client, "/gioi-thieu/") == [("Lịch sử", False), ("Bộ máy", False)]
    assert near(client, "/gioi-thieu/bo-may/") == [("Lịch sử", False), ("Bộ máy", True)]
    assert near(client, "/gioi-thieu/lich-su/") == [("Từ 1989", False)]
    # Alone in its section: the way up is above the title.
    assert near(client, "/gioi-thieu/lich-su/tu-1989/") == []


def test_a_plain_page_of_its_own_leads_nowhere_and_asks_nothing(client, home):
    make_plain(home, "Liên hệ")
    make_plain(home, "Quyền riêng tư")
    assert near(client, "/lien-he/") == []


def test_what_is_not_open_is_not_near(client, about):
    closed = StandardPage.objects.get(title="Bộ máy")
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    assert near(client, "/gioi-thieu/") == [("Lịch sử", False)]
    assert near(client, "/gioi-thieu/lich-su/") == [("Từ 1989", False)]
    StandardPage.objects.get(title="Từ 1989").unpublish()
    assert near(client, "/gioi-thieu/lich-su/") == []


def test_sections_of_documents_and_news_lead_to_each_other(client, home):
    index = DirectiveIndexPage.objects.get()
    make_section(index, "Chỉ thị email")
    make_section(index, "Lưu trữ")
    news = NewsIndexPage.objects.get()
    for title in ("Trong tỉnh", "Từ các xã"):
        news.add_child(instance=NewsIndexPage(title=title))
    assert near(client, "/van-ban/") == [("Chỉ thị email", False), ("Lưu trữ", False)]
    assert near(client, "/van-ban/luu-tru/") == [("Chỉ thị email", False), ("Lưu trữ", True)]
    assert near(client, "/tin-tuc/") == [("Trong tỉnh", False), ("Từ các xã", False)]
    assert near(client, "/tin-tuc/trong-tinh/") == [("Trong tỉnh", True), ("Từ các xã", False)]
    for address in ("/van-ban/", "/van-ban/luu-tru/", "/tin-tuc/trong-tinh/"):
        links = read(client, address).xpath("//nav[@class='sections']//a/@href")
        for link in links:
            assert client.get(link).status_code == 200, link


def test_what_is_near_costs_one_query_however_much_it_is(home, about, django_assert_num_queries):
    alone = make_plain(home, "Một mình")
    for number in range(10):
        make_plain(about, f"Trang {number}")
    request = RequestFactory().get("/")
    # Asked once a request, for all that surrounds a page.
    restrictions(request)
    inner = StandardPage.objects.get(title="Bộ máy")
    inner.get_url(request)
    with django_assert_num_queries(1):
        assert len(inner.sections_near(request)) == 12
    with django_assert_num_queries(0):
        assert alone.sections_near(request) == []


def test_every_page_but_the_home_page_says_what_is_above_it(client, about):
    poll = Poll.objects.create(question="Bạn hài lòng không?")
    pages = {
        "/gioi-thieu/bo-may/": ["/", "/gioi-thieu/"],
        make_news().url: ["/", "/tin-tuc/"],
        make_event().url: ["/", "/su-kien/"],
        make_directive().url: ["/", "/van-ban/"],
        f"/y-kien/{poll.pk}/": ["/", "/y-kien/"],
        "/ty-gia/usd/": ["/", "/ty-gia/"],
        "/": [],
    } | {
        address: ["/"]
        for address in [
            *("/van-ban/", "/tin-tuc/", "/su-kien/", "/gioi-thieu/", "/tim-kiem/", "/y-kien/"),
            *("/ty-gia/", "/thoi-tiet/", "/thong-ke/", "/so-do-cong/", "/kenh-tin/"),
        ]
    }
    for address, above in pages.items():
        page = read(client, address)
        assert page.xpath("//nav[@class='breadcrumbs']//a/@href") == above, address
        # The first stop of the keyboard, and the way back up.
        assert page.xpath("//body//a")[0].get("href") == "#content"
        assert page.xpath("//main[@id='content' and @tabindex='-1']")
        assert page.xpath("//footer//a[@href='#top']")
        assert len(page.xpath("//h1")) == 1, address


def test_an_article_can_be_printed_and_shared(client, about):
    pages = [make_news(), make_event(), StandardPage.objects.get(title="Bộ máy")]
    for page in pages:
        shown = read(client, page.url)
        tools = shown.xpath("//article//div[@class='tools']")[0]
        assert tools.xpath("button[@data-share]/@data-share") == [page.full_url]
        assert tools.xpath("button[@data-print]")
        # Where a browser can't share, the address is copied, and that is said.
        assert tools.get("data-copied")
        assert shown.xpath("//p[@class='copied' and @role='status']")
        assert all("hidden" in button.attrib for button in tools.xpath("button"))
        (mail,) = tools.xpath("a/@href")
        assert mail.startswith("mailto:?subject=")


def test_pages_of_a_list_say_where_they_lead(client, home):
    for number in range(45):
        make_news(f"Tin {number}")
    nav = read(client, "/tin-tuc/?trang=2").xpath("//nav[@class='pagination']")[0]
    assert nav.get("aria-label")
    assert [(a.get("rel"), a.get("href")) for a in nav.xpath("a")] == [
        ("prev", "?trang=1"),
        ("next", "?trang=3"),
    ]
