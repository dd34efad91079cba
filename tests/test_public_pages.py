"""The pages that lead to all others, and how to reach the office."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from wagtail.models import PageViewRestriction

from articles.models import DirectiveIndexPage, NewsIndexPage
from home.first_pages import FIRST_PAGES
from home.models import HomePage, NavigationSettings, OfficeSettings, StandardPage
from polls.models import Poll
from tests.factories import (
    make_directive,
    make_event,
    make_home,
    make_news,
    make_section,
    make_user,
)
from tests.validators import valid_jsonld

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def home():
    return make_home()


def read(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, address
    assert not response.cookies
    return html.fromstring(response.content.decode())


def make_plain(parent, title, **facts):
    return parent.add_child(instance=StandardPage(title=title, **facts))


def outline(items):
    """[(title, address, what is below it)] of a list of links."""
    return [
        (item.xpath("a")[0].text, item.xpath("a/@href")[0], outline(item.xpath("ul/li")))
        for item in items
    ]


# The map ------------------------------------------------------------------------------------------


def test_the_map_shows_sections_and_plain_pages_as_they_lie_below_each_other(client, home):
    make_section(DirectiveIndexPage.objects.get(), "Chỉ thị email")
    about = make_plain(home, "Giới thiệu")
    make_plain(about, "Lịch sử")
    make_news("Tin dài")
    make_event("Ngày hội")
    page = read(client, "/so-do-cong/")
    assert outline(page.xpath("//section[@aria-labelledby='sections']/ul/li")) == [
        ("Văn bản", "/van-ban/", [("Chỉ thị email", "/van-ban/chi-thi-email/", [])]),
        ("Tin tức", "/tin-tuc/", []),
        ("Sự kiện", "/su-kien/", []),
        ("Giới thiệu", "/gioi-thieu/", [("Lịch sử", "/gioi-thieu/lich-su/", [])]),
    ]
    # Sections list what they have.
    assert "Tin dài" not in page.text_content()


def test_what_readers_may_not_open_is_not_on_the_map_nor_among_the_feeds(client, home):
    closed = make_section(DirectiveIndexPage.objects.get(), "Nội bộ")
    make_section(closed, "Trong nội bộ")
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    draft = make_plain(home, "Bản nháp", live=False)
    # A page is online although the one above it is not.
    make_plain(draft, "Vẫn mở")
    for address in ("/so-do-cong/", "/kenh-tin/"):
        shown = read(client, address).text_content()
        assert "nội bộ" not in shown.casefold()
        assert "Bản nháp" not in shown
    found = outline(read(client, "/so-do-cong/").xpath("//main//ul[1]/li"))
    assert "Vẫn mở" in [title for title, _address, _below in found]


def test_the_map_names_the_polls_that_are_open(client, home):
    Poll.objects.create(question="Có nên mở cửa sáng thứ Bảy?")
    now = timezone.now()
    Poll.objects.create(question="Đã xong?", opens_at=now - timedelta(days=2), closes_at=now)
    shown = read(client, "/so-do-cong/").text_content()
    assert "Có nên mở cửa sáng thứ Bảy?" in shown
    assert "Đã xong?" not in shown


@pytest.mark.parametrize("address", ["/so-do-cong/", "/kenh-tin/"])
def test_search_engines_are_told_what_they_are(client, home, address):
    page = read(client, address)
    [description] = page.xpath("//meta[@name='description']/@content")
    assert description == page.xpath("string(//p[@class='summary'])")
    [canonical] = page.xpath("//link[@rel='canonical']/@href")
    assert canonical == f"http://testserver{address}"


@pytest.mark.parametrize("address", ["/so-do-cong/", "/kenh-tin/"])
def test_more_sections_take_no_more_queries(client, home, address):
    counts = []
    for start in (0, 20):
        for number in range(start, start + 20):
            make_section(DirectiveIndexPage.objects.first(), f"Mục {number}")
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    with CaptureQueriesContext(connection) as queries:
        client.get("/khong-co/")
    # Beside what surrounds every page: the tree, and the map's open polls.
    assert counts[0] <= len(queries) + 2


# Feeds --------------------------------------------------------------------------------------------


def test_every_address_in_the_list_of_feeds_answers_with_what_it_says(client, home):
    make_directive()
    make_news()
    make_event()
    types = {
        "RSS": "application/rss+xml",
        "Atom": "application/atom+xml",
        "CSV": "text/csv",
        "JSON": "application/json",
        "iCalendar": "text/calendar",
    }
    links = read(client, "/kenh-tin/").xpath("//ul[@class='sources']//a[@rel='nofollow']")
    named = {(link.text, link.get("href")) for link in links}
    assert {name for name, _address in named} == set(types)
    assert {address for _name, address in named} == {
        *("/van-ban/rss/", "/van-ban/atom/", "/van-ban/csv/", "/van-ban/json/"),
        *("/tin-tuc/rss/", "/tin-tuc/atom/", "/su-kien/lich.ics", "/ty-gia/ty-gia.csv"),
    }
    for name, address in named:
        response = client.get(address)
        assert response.status_code == 200, address
        assert response["Content-Type"].startswith(types[name]), address
        # Read to its end, or an export would hold its turn.
        assert response.getvalue(), address


def test_a_calendar_is_subscribed_to_and_an_address_is_copied_whole(client, home):
    page = read(client, "/kenh-tin/")
    assert "webcal://testserver/su-kien/lich.ics" in page.xpath("//main//a/@href")
    copied = page.xpath("//button/@data-copy")
    assert "http://testserver/tin-tuc/rss/" in copied
    # Without the script the buttons would do nothing.
    assert all("hidden" in button.attrib for button in page.xpath("//button[@data-copy]"))
    names = [" ".join(b.text_content().split()) for b in page.xpath("//button[@data-copy]")]
    assert len(set(names)) == len(names)


def test_what_is_for_programs_answers(client, home):
    addresses = read(client, "/kenh-tin/").xpath("//section[@aria-labelledby='api']//a/@href")
    assert addresses == ["/api/v2/pages/", "/sitemap.xml"]
    for address in addresses:
        assert client.get(address).status_code == 200


# The first pages of a portal ----------------------------------------------------------------------


@pytest.fixture
def founded():
    HomePage.objects.all().delete()
    call_command("setup_portal")
    return HomePage.objects.get(locale__language_code="vi")


def test_a_new_portal_has_its_first_pages_and_names_them_in_the_footer(client, founded):
    footer = read(client, "/").xpath("//footer//a/@href")
    assert [page.slug for page in FIRST_PAGES] == [
        "lien-he",
        "kha-nang-tiep-can",
        "quyen-rieng-tu",
    ]
    for address in [
        *(f"/{page.slug}/" for page in FIRST_PAGES),
        *("/so-do-cong/", "/kenh-tin/", "/y-kien/"),
    ]:
        assert address in footer
        read(client, address)


def test_the_first_pages_are_the_offices_own(client, founded):
    page = StandardPage.objects.get(slug="quyen-rieng-tu")
    page.title = "Bảo vệ dữ liệu"
    page.save_revision().publish()
    call_command("setup_portal")
    assert "Bảo vệ dữ liệu" in read(client, "/quyen-rieng-tu/").xpath("//h1/text()")
    StandardPage.objects.get(slug="lien-he").delete()
    call_command("setup_portal")
    assert client.get("/lien-he/").status_code == 404


def test_the_first_pages_are_as_an_editor_could_save_them(founded):
    for page in StandardPage.objects.all():
        page.full_clean()
        page.body.stream_block.clean(page.body)
        assert page.body


# How to reach the office --------------------------------------------------------------------------


@pytest.fixture
def office(home):
    office = OfficeSettings.objects.get()
    office.agency = "Văn phòng UBND tỉnh"
    office.address = "Số 1 đường Minh Họa"
    office.phone = "0233 000 0000"
    office.email = "lien-he@tinh.test"
    office.hours = "Sáng: 7 giờ 30\nChiều: 13 giờ 30"
    office.save()
    return office


@pytest.mark.parametrize("place", ["above", "below"])
def test_a_page_shows_how_to_reach_the_office_where_its_editor_wants_it(
    client, home, office, place
):
    body = [("text", "<p>Ghi rõ số văn bản.</p>")]
    page = make_plain(home, "Liên hệ", office_contact=place, body=body)
    shown = read(client, page.url)
    main = shown.xpath("//main")[0].text_content()
    for fact in (office.agency, office.address, office.phone, office.email, "Chiều: 13 giờ 30"):
        assert fact in main
    assert "tel:02330000000" in shown.xpath("//main//a/@href")
    assert (main.index(office.address) < main.index("Ghi rõ số")) == (place == "above")
    office.phone = "0233 111 1111"
    office.save()
    assert "0233 111 1111" in read(client, page.url).xpath("//main")[0].text_content()


def test_other_pages_do_not_show_it(client, home, office):
    page = make_plain(home, "Giới thiệu")
    assert office.phone not in read(client, page.url).xpath("//main")[0].text_content()


def test_machines_read_how_to_reach_the_office(client, home, office):
    page = make_plain(home, "Liên hệ", office_contact="above")
    nodes = valid_jsonld(client.get(page.url).content)
    found = next(node for node in nodes if node["@type"] == "GovernmentOrganization")
    assert found["@id"] == "http://localhost/#office"
    assert found["contactPoint"]["telephone"] == office.phone
    assert found["contactPoint"]["email"] == office.email


def test_an_office_that_said_nothing_has_no_point_of_contact(client, home):
    page = make_plain(home, "Liên hệ", office_contact="above")
    nodes = valid_jsonld(client.get(page.url).content)
    found = next(node for node in nodes if node["@type"] == "GovernmentOrganization")
    assert "contactPoint" not in found


# Quick links are arranged with the menu -----------------------------------------------------------


def test_quick_links_stand_on_the_home_page_in_the_offices_order(client, home):
    news = NewsIndexPage.objects.get()
    settings = NavigationSettings.objects.get()
    settings.quick_links = [
        ("link", {"title": "Dịch vụ công", "page": None, "address": "https://dichvucong.gov.vn/"}),
        ("link", {"title": "", "page": news.pk, "address": ""}),
    ]
    settings.save()

    def tiles():
        links = read(client, "/").xpath("//nav[@class='tiles']//a")
        return [(link.text, link.get("href")) for link in links]

    first = ("Dịch vụ công", "https://dichvucong.gov.vn/")
    assert tiles() == [first, ("Tin tức", "/tin-tuc/")]
    restriction = PageViewRestriction.objects.create(page=news, restriction_type="login")
    assert tiles() == [first]
    restriction.delete()
    news.unpublish()
    assert tiles() == [first]
    settings.quick_links = []
    settings.save()
    assert not read(client, "/").xpath("//nav[@class='tiles']")


def test_quick_links_are_seen_in_the_preview_of_the_menu(client, home):
    settings = NavigationSettings.objects.get()
    assert settings.quick_links
    response = settings.make_preview_request()
    assert "tiles" in response.content.decode()


def test_the_office_arranges_quick_links_in_the_settings(client, home):
    client.force_login(make_user("quantri", is_superuser=True))
    settings = NavigationSettings.objects.get()
    address = f"/admin/settings/home/navigationsettings/{settings.site_id}/"
    assert "quick_links" in client.get(address).content.decode()
