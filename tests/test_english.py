"""The portal in English, beside the Vietnamese one: addresses, words, lists, the way back."""

import re
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from lxml.html import fromstring
from wagtail.models import Locale, Page, PageViewRestriction

from articles import languages
from articles.models import (
    DirectiveIndexPage,
    DirectivePage,
    EventIndexPage,
    NewsIndexPage,
    NewsPage,
    RelatedPage,
)
from articles.vietnamese import local_day
from home.founding import ENGLISH_NAME, lay_english, lay_menus
from home.models import (
    FeaturedPage,
    HomePage,
    NavigationSettings,
    OfficeSettings,
    StandardPage,
    UrgentNotice,
)
from home.offices import BOARD, EDITORS, KEEPERS, OPERATORS, REPORTERS, REVIEWERS, set_up
from office.models import PreviewLink
from office.models.units import Territory
from polls.models import Ballot
from sidebar.converter import read_amount
from sidebar.models import (
    ExchangeRate,
    RateOverride,
    Sidebar,
    SidebarPlacement,
    WeatherOverride,
    WeatherReading,
    WeatherRegion,
)
from tests.factories import (
    make_directive,
    make_event,
    make_home,
    make_news,
    make_unit,
    make_user,
    searched,
)
from tests.test_poll_pages import make_poll
from tests.validators import valid_sitemap

pytestmark = [pytest.mark.django_db, pytest.mark.once]

VIEWS = ["ty-gia/", "ty-gia/usd/", "thoi-tiet/", "thong-ke/", "y-kien/", "tim-kiem/"]
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def english(home):
    """The home page of the English portal, as setting up lays it."""
    lay_english()
    return HomePage.objects.get(locale__language_code="en")


def in_english(page, title, **facts):
    """The page's translation, online."""
    draft = page.copy_for_translation(Locale.objects.get(language_code="en"))
    for name, value in ({"title": title, "slug": ""} | facts).items():
        setattr(draft, name, value)
    draft.save_revision().publish(skip_permission_checks=True)
    return type(draft).objects.get(pk=draft.pk)


@pytest.fixture
def news(english):
    """A section of news in both languages."""
    section = NewsIndexPage.objects.get(locale__language_code="vi")
    in_english(section, "News")
    return section


def shown(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def switch(html):
    """(address, what it says) of the link to the other language."""
    found = re.search(r'<li class="strip-language"><a href="([^"]*)"[^>]*>(.*?)</a>', html)
    return found and (found[1].replace("&amp;", "&"), re.sub("<[^>]*>", "", found[2]))


def alternates(html):
    found = re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)">', html)
    return dict(found)


class Unmarked(HTMLParser):
    """Collects the words that are in the language of the page, below no element of another."""

    VOID = {"meta", "link", "img", "input", "br", "hr", "path", "rect", "circle", "source"}

    def __init__(self):
        super().__init__()
        self.open, self.words = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append((tag, dict(attributes).get("lang")))

    def handle_startendtag(self, tag, attributes):
        """Holds no words."""

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tags = {tag for tag, _lang in self.open}
        spoken = next((lang for _tag, lang in reversed(self.open) if lang), None)
        if spoken == "en" and not tags & {"script", "style", "title"}:
            self.words.append(data)


def unmarked(html):
    parser = Unmarked()
    parser.feed(html)
    return [words.strip() for words in parser.words if words.strip()]


# Addresses


def test_the_address_alone_says_the_language(client, english):
    for address, other, language in [("/", "en", "vi"), ("/en/", "vi", "en")]:
        answer = client.get(address, headers={"Accept-Language": other})
        assert f'<html lang="{language}"' in answer.content.decode()
        assert "Accept-Language" not in answer.get("Vary", "")
        assert not answer.cookies
    client.cookies["django_language"] = "en"
    assert '<html lang="vi"' in shown(client, "/")


@pytest.mark.parametrize("path", VIEWS)
def test_what_is_no_page_has_an_address_in_each_language(client, english, path):
    html = shown(client, f"/en/{path}")
    assert '<html lang="en"' in html
    assert not [words for words in unmarked(html) if is_vietnamese(words)]
    assert switch(html)[0] == f"/{path}"
    assert switch(shown(client, f"/{path}"))[0] == f"/en/{path}"


def is_vietnamese(words):
    # What has no other name in English.
    return VIETNAMESE.search(words.replace("đồng", "").replace("lượng", ""))


@pytest.mark.parametrize(
    "path",
    ["admin/", "api/v2/pages/", "healthz", "robots.txt", "sitemap.xml", "live/", "documents/1/a"],
)
def test_what_machines_and_editors_ask_for_has_one_address(client, english, path):
    assert client.get(f"/en/{path}", follow=True).status_code == 404


def test_a_page_that_nobody_translated_is_not_found_in_english(client, news):
    make_news()
    assert client.get("/tin-tuc/mo-lop-ky-nang-so/").status_code == 200
    answer = client.get("/en/tin-tuc/mo-lop-ky-nang-so/")
    assert answer.status_code == 404
    html = answer.content.decode()
    assert "Page not found" in html
    assert switch(html) == ("/", "Tiếng Việt (về trang chủ)")
    assert not alternates(html)


def test_a_wrong_address_leads_to_the_other_home_page(client, english):
    html = client.get("/khong-co/").content.decode()
    assert switch(html) == ("/en/", "English (to the home page)")


def test_an_address_of_the_portal_never_becomes_anothers():
    assert languages.turned("/en//evil.example/", "vi") == "/evil.example/"
    assert languages.turned("/van-ban/?loai=chi-thi", "en") == "/en/van-ban/?loai=chi-thi"
    assert languages.turned("https://a.example/en/", "vi") == "https://a.example/"


# The home page of the English portal


def test_setting_up_lays_an_english_home_page_beside_an_old_portal(client, home):
    assert client.get("/en/").status_code == 404
    assert switch(shown(client, "/")) is None
    call_command("setup_portal")
    html = shown(client, "/en/")
    assert ENGLISH_NAME in html
    assert switch(html) == ("/", "Tiếng Việt")
    call_command("setup_portal")
    assert HomePage.objects.count() == 2


def test_figures_stand_beside_english_pages_under_english_headings(client):
    Page.objects.filter(depth=2).delete()
    call_command("setup_portal")
    for address in ("/en/", "/en/tim-kiem/"):
        assert '<h2 class="side-title" id="side-rates1">Exchange rates</h2>' in shown(
            client, address
        )
    assert "Exchange rates" not in shown(client, "/")


def test_an_english_home_page_that_is_laid_again_has_the_sidebar_of_the_first(client):
    Page.objects.filter(depth=2).delete()
    call_command("setup_portal")
    before = Sidebar.objects.count()
    HomePage.objects.get(locale__language_code="en").delete()
    call_command("setup_portal")
    assert Sidebar.objects.count() == before
    assert "Exchange rates</h2>" in shown(client, "/en/")


def test_an_english_portal_that_is_offline_is_offered_nowhere(client, english, news):
    english.unpublish()
    lay_english()
    assert HomePage.objects.count() == 2
    for address in ("/", "/tin-tuc/", "/ty-gia/"):
        html = shown(client, address)
        assert switch(html) is None
        assert not alternates(html)
    assert client.get("/en/").status_code == 404
    assert client.get("/en/news/").status_code == 404


def test_the_office_has_a_name_in_english_or_its_own_marked_as_vietnamese(client, english):
    html = shown(client, "/en/ty-gia/")
    assert '<a class="brand" href="/en/" lang="vi">' in html
    office = OfficeSettings.objects.get()
    office.english_label, office.english_name = "Official web portal", "Quang Tri Province"
    office.save()
    html = shown(client, "/en/ty-gia/")
    assert '<a class="brand" href="/en/">' in html
    assert "<title>Exchange rates – Quang Tri Province</title>" in html
    assert "Quang Tri Province" not in shown(client, "/ty-gia/")


# The law


def test_the_register_is_one_and_is_read_in_an_english_frame(client, english):
    page = make_directive()
    assert DirectivePage.objects.count() == 1
    html = shown(client, "/en/van-ban/")
    assert "<h1>Official documents</h1>" in html
    assert (
        '<p class="register-subject" lang="vi"><a href="/en/van-ban/dung-van-ban-dien-tu/">' in html
    )
    assert "16 June 2014" in html
    html = shown(client, "/en/van-ban/dung-van-ban-dien-tu/")
    assert '<html lang="en"' in html
    assert '<h1 lang="vi">Dùng văn bản điện tử</h1>' in html
    assert "Issuing body" in html
    assert not [words for words in unmarked(html.partition("</header>")[2]) if is_vietnamese(words)]
    assert 'inLanguage": "vi"' in html
    assert page.get_url() == "/van-ban/dung-van-ban-dien-tu/"


def test_both_frames_of_a_directive_say_where_the_other_is(client, english):
    make_directive()
    path = "van-ban/dung-van-ban-dien-tu/"
    same = {
        "vi": f"http://localhost/{path}",
        "en": f"http://localhost/en/{path}",
        "x-default": f"http://localhost/{path}",
    }
    for language, start in (("vi", "/"), ("en", "/en/")):
        html = shown(client, start + path)
        assert alternates(html) == same
        assert f'<link rel="canonical" href="{same[language]}">' in html


def test_filters_and_days_stay_when_the_language_is_switched(client, english):
    make_directive()
    html = shown(client, "/van-ban/?loai=chi-thi&ngay=2020-01-01")
    assert switch(html)[0] == "/en/van-ban/?loai=chi-thi&ngay=2020-01-01"
    assert alternates(html)["en"].endswith("/en/van-ban/?loai=chi-thi&amp;ngay=2020-01-01")
    assert switch(shown(client, switch(html)[0]))[0] == "/van-ban/?loai=chi-thi&ngay=2020-01-01"


def test_a_numbers_permanent_address_is_the_same_in_each_language(client, english):
    page = make_directive()
    with override("en"):
        assert page.permalink == "/van-ban/so/07-CT-UBND-2014/"
    assert "/en/van-ban/so/" not in shown(client, "/en/van-ban/dung-van-ban-dien-tu/")
    answer = client.get("/en/van-ban/so/07-CT-UBND-2014/")
    assert answer["Location"] == "/en/van-ban/dung-van-ban-dien-tu/"


def test_the_register_cannot_stand_in_the_english_tree_too(english, home):
    assert not DirectiveIndexPage.can_create_at(english)
    assert DirectiveIndexPage.can_create_at(home)
    assert NewsIndexPage.can_create_at(english)


def test_a_directive_that_is_gone_says_so_in_english(client, english):
    make_directive().unpublish()
    answer = client.get("/en/van-ban/dung-van-ban-dien-tu/")
    assert answer.status_code == 410
    html = answer.content.decode()
    assert "No longer published" in html
    assert '<a href="/en/van-ban/" lang="vi">' in html


def test_files_of_the_register_name_their_columns_in_english(client, english):
    make_directive()
    csv = b"".join(client.get("/en/van-ban/csv/").streaming_content).decode()
    assert "Issuing body" in csv
    assert "In force" in csv
    assert "Cơ quan ban hành" in b"".join(client.get("/van-ban/csv/").streaming_content).decode()
    feed = client.get("/en/van-ban/atom/").content.decode()
    assert 'xml:lang="en"' in feed
    assert "/van-ban/so/07-CT-UBND-2014/" in feed


# Pages in both languages


def test_a_translation_and_its_original_say_where_the_other_is(client, news):
    page = make_news()
    in_english(page, "Courses in digital skills")
    same = {
        "vi": "http://localhost/tin-tuc/mo-lop-ky-nang-so/",
        "en": "http://localhost/en/news/courses-in-digital-skills/",
        "x-default": "http://localhost/tin-tuc/mo-lop-ky-nang-so/",
    }
    for language, other in (("vi", "en"), ("en", "vi")):
        html = shown(client, urlsplit(same[language]).path)
        assert alternates(html) == same
        assert f'<link rel="canonical" href="{same[language]}">' in html
        assert f'<html lang="{language}"' in html
        assert f'"inLanguage": "{language}"' in html
        assert switch(html)[0] == urlsplit(same[other]).path
    assert 'content="en_GB"' in shown(client, urlsplit(same["en"]).path)


def test_where_there_is_no_translation_the_switch_says_where_it_leads(client, news):
    make_news()
    html = shown(client, "/tin-tuc/mo-lop-ky-nang-so/")
    assert switch(html) == ("/en/news/", "English (this page is not translated; to “News”)")
    assert not alternates(html)
    assert switch(shown(client, "/su-kien/"))[0] == "/en/"


def test_a_month_of_a_section_leads_to_the_section(client, news):
    make_news(posted_on=date(2026, 6, 1))
    html = shown(client, "/tin-tuc/2026/06/")
    assert "<h1>Tháng 6/2026</h1>" in html
    assert switch(html)[0] == "/en/news/"
    assert not alternates(html)


def test_a_translation_that_is_closed_or_offline_is_not_offered(client, news):
    page = make_news()
    translation = in_english(page, "Courses")
    PageViewRestriction.objects.create(page=translation, restriction_type="login")
    html = shown(client, "/tin-tuc/mo-lop-ky-nang-so/")
    assert switch(html)[0] == "/en/news/"
    assert not alternates(html)
    PageViewRestriction.objects.all().delete()
    assert alternates(shown(client, "/tin-tuc/mo-lop-ky-nang-so/"))
    translation.unpublish()
    assert switch(shown(client, "/tin-tuc/mo-lop-ky-nang-so/"))[0] == "/en/news/"


def test_lists_are_in_one_language(client, english, news):
    make_news("Tin tiếng Việt")
    in_english(make_news("Tin có bản dịch"), "A piece of news")
    make_directive()
    html = shown(client, "/en/")
    assert "A piece of news" in html
    assert "Tin tiếng Việt" not in html
    assert '<a href="/en/van-ban/dung-van-ban-dien-tu/">' in html
    assert '<a href="/en/van-ban/">All official documents</a>' in html
    for address in ("/", "/tin-tuc/"):
        html = shown(client, address)
        assert "A piece of news" not in html
        assert "Tin có bản dịch" in html
    html = shown(client, "/en/news/")
    assert "A piece of news" in html
    assert "Tin" not in html.partition("</header>")[2].partition("<footer")[0]


def test_what_the_office_chose_is_shown_in_translation(client, english, news):
    page, other, directive = make_news("Tin A"), make_news("Tin B"), make_directive()
    translation = in_english(page, "News A")
    for chosen in (page, other, directive):
        FeaturedPage.objects.put_on_top(chosen)
    html = shown(client, "/en/")
    assert "News A" in html
    assert "Tin A" not in html
    reader = make_news("Tin C")
    for chosen in (page, other, directive):
        reader.related.add(RelatedPage(page_id=chosen.pk))
    reader.save_revision().publish()
    in_english(reader, "News C")
    html = shown(client, "/en/news/news-c/")
    assert f'href="{translation.get_url()}"' in html
    assert 'href="/en/van-ban/dung-van-ban-dien-tu/"' in html
    assert "Tin B" not in html


def test_links_in_a_text_lead_to_the_translation(client, english, home):
    about = home.add_child(instance=StandardPage(title="Giới thiệu"))
    in_english(about, "About")
    link = [("text", f'<p><a linktype="page" id="{about.pk}">x</a></p>')]
    contact = home.add_child(instance=StandardPage(title="Liên hệ", body=link))
    in_english(contact, "Contact")
    assert '<a href="/gioi-thieu/">x</a>' in shown(client, "/lien-he/")
    assert '<a href="/en/about/">x</a>' in shown(client, "/en/contact/")


def test_each_home_page_shows_the_events_of_its_language(client, english):
    in_english(EventIndexPage.objects.get(), "Events")
    starts = timezone.make_aware(datetime(2099, 12, 5, 8))
    event = make_event(starts_at=starts, ends_at=starts + timedelta(hours=2))
    in_english(event, "Digital day", place="Dong Ha")
    for address, title, month, others in (
        ("/en/", "Digital day", "5 Dec", "Ngày hội chuyển đổi số"),
        ("/", "Ngày hội chuyển đổi số", "5 tháng 12", "Digital day"),
    ):
        page = fromstring(shown(client, address))
        (day,) = page.xpath("//ul[@class='days']/li")
        text = " ".join(day.text_content().split())
        assert text.startswith(f"{month} {title}")
        assert others not in text
    assert "Calendar of December 2099" in shown(client, "/en/")


def test_events_have_a_calendar_in_each_language(client, english):
    in_english(EventIndexPage.objects.get(), "Events")
    in_english(make_event(), "Digital day", place="Dong Ha")
    assert "Digital day" in shown(client, "/en/events/")
    calendar = client.get("/en/events/lich.ics").content.decode()
    assert "Digital day" in calendar
    assert "Digital day" not in client.get("/su-kien/lich.ics").content.decode()


def test_a_feed_is_in_one_language_and_its_entries_are_its_own(client, news):
    in_english(make_news(), "Courses")
    feeds = {
        address: ElementTree.fromstring(client.get(f"{address}atom/").content)
        for address in ("/tin-tuc/", "/en/news/")
    }
    atom = "{http://www.w3.org/2005/Atom}"
    ids = [feed.find(f"{atom}entry/{atom}id").text for feed in feeds.values()]
    assert len(set(ids)) == 2
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [feed.get(language) for feed in feeds.values()] == ["vi", "en"]


# Ways through the portal


def test_the_menu_names_what_has_an_english_name(client, news, home):
    home.add_child(instance=StandardPage(title="Giới thiệu", show_in_menus=True))
    NavigationSettings.objects.all().delete()
    lay_menus()
    html = shown(client, "/en/ty-gia/")
    menu = html.partition('<nav class="menu"')[2].partition("</nav>")[0]
    links = dict(re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', menu))
    assert links == {
        "/en/": "Home",
        "/en/van-ban/": "Official documents",
        "/en/news/": "News",
        "/en/y-kien/": "Polls",
    }
    foot = html.partition("<footer")[2]
    assert 'href="/en/ty-gia/">Exchange rates</a>' in foot
    assert "Tỷ giá" not in foot
    assert "Văn bản" in shown(client, "/ty-gia/").partition('<nav class="menu"')[2]


def links_of(html, path):
    """{address: (title, language it is marked as)}"""
    links = fromstring(html).xpath(f"{path}//a")
    return {link.get("href"): (link.text_content(), link.get("lang")) for link in links}


@pytest.fixture
def sections(client, news, home):
    """Of each kind one that is translated and one that isn't; the register with a section."""
    DirectiveIndexPage.objects.get().add_child(instance=DirectiveIndexPage(title="Chỉ thị email"))
    news.add_child(instance=NewsIndexPage(title="Tin các xã"))
    in_english(home.add_child(instance=StandardPage(title="Giới thiệu")), "About")
    home.add_child(instance=StandardPage(title="Bộ máy"))
    return news


def test_the_map_lists_what_is_in_english_and_the_register(client, sections):
    make_poll()
    html = shown(client, "/en/so-do-cong/")
    assert links_of(html, "//section[@aria-labelledby='sections']") == {
        "/en/van-ban/": ("Official documents", None),
        "/en/van-ban/chi-thi-email/": ("Chỉ thị email", "vi"),
        "/en/news/": ("News", None),
        "/en/about/": ("About", None),
    }
    main = links_of(html, "//main")
    assert all(address.startswith("/en/") for address in main.keys() - {"/sitemap.xml"})
    for address in main:
        assert client.get(address).status_code == 200, address
    assert not [words for words in unmarked(html) if is_vietnamese(words)]


def test_the_map_leaves_out_what_is_closed_or_offline_in_english(client, sections):
    about = StandardPage.objects.get(title="About")
    PageViewRestriction.objects.create(page=about, restriction_type="login")
    assert "/en/about/" not in shown(client, "/en/so-do-cong/")
    assert "/gioi-thieu/" in shown(client, "/so-do-cong/")
    PageViewRestriction.objects.all().delete()
    about.unpublish()
    assert "/en/about/" not in shown(client, "/en/so-do-cong/")


def test_feeds_of_english_pages_are_those_of_english_sections(client, sections):
    in_english(EventIndexPage.objects.get(), "Events")
    html = shown(client, "/en/kenh-tin/")
    assert list(links_of(html, "//ul[@class='sources']")) == [
        *("/en/van-ban/rss/", "/en/van-ban/atom/"),
        *("/en/van-ban/chi-thi-email/rss/", "/en/van-ban/chi-thi-email/atom/"),
        *("/en/news/rss/", "/en/news/atom/"),
        *("webcal://testserver/en/events/lich.ics", "/en/events/lich.ics"),
        *("/en/van-ban/csv/", "/en/van-ban/json/"),
        *("/en/van-ban/chi-thi-email/csv/", "/en/van-ban/chi-thi-email/json/"),
        "/en/ty-gia/ty-gia.csv",
    ]
    for address in links_of(html, "//ul[@class='sources']"):
        if address.startswith("/"):
            answer = client.get(address)
            # To the end, which lets the next one begin.
            assert answer.getvalue()
            assert answer.status_code == 200, address
    api = next(iter(links_of(html, "//section[@aria-labelledby='api']")))
    assert {page["title"] for page in client.get(api).json()["items"]} >= {"News", "Events"}
    assert not [words for words in unmarked(html) if is_vietnamese(words)]
    assert "Chỉ thị email" in html


def test_without_an_english_home_page_the_map_has_no_sections(client, sections, english):
    english.unpublish()
    assert not links_of(shown(client, "/en/so-do-cong/"), "//section[@aria-labelledby='sections']")
    assert not links_of(shown(client, "/en/kenh-tin/"), "//section[@aria-labelledby='followed']")


@pytest.mark.parametrize("path", ["so-do-cong/", "kenh-tin/"])
def test_more_sections_in_english_cost_no_more_queries(client, sections, path):
    def counted():
        client.get(f"/en/{path}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/en/{path}")
        return len(queries)

    before = counted()
    for number in range(5):
        page = sections.add_child(instance=NewsIndexPage(title=f"Mục {number}"))
        in_english(page, f"Section {number}")
    assert counted() == before
    assert "Section 4" in shown(client, f"/en/{path}")


def test_quick_links_have_their_english_names(client, sections):
    law = make_directive()
    pages = [page.pk for page in (sections, law, StandardPage.objects.get(title="Bộ máy"))]
    about = StandardPage.objects.get(title="Giới thiệu").pk
    links = [{"title": "", "page": page, "address": ""} for page in [*pages, about]]
    links += [
        {"title": "Giá tiền", "page": None, "address": reverse("sidebar:rates")},
        {"title": "Sơ đồ", "page": None, "address": reverse("home:site_map")},
        {"title": "Dịch vụ công", "page": None, "address": "https://dichvucong.gov.vn/"},
    ]
    settings = NavigationSettings.objects.get()
    settings.quick_links = [("link", link) for link in links]
    settings.save()
    assert links_of(shown(client, "/en/"), "//nav[@class='tiles']") == {
        "/en/news/": ("News", None),
        "/en/van-ban/dung-van-ban-dien-tu/": ("Dùng văn bản điện tử", "vi"),
        "/en/about/": ("About", None),
        "/en/ty-gia/": ("Exchange rates", None),
        "/en/so-do-cong/": ("Map of the portal", None),
    }
    assert "Giá tiền" in shown(client, "/")


def test_the_footer_leads_to_the_map_and_the_feeds_in_english(client, english):
    NavigationSettings.objects.all().delete()
    lay_menus()
    foot = links_of(shown(client, "/en/ty-gia/"), "//footer")
    assert foot["/en/so-do-cong/"] == ("Map of the portal", None)
    assert foot["/en/kenh-tin/"] == ("Feeds and open data", None)


def test_notices_are_said_in_english_and_marked(client, english):
    now = timezone.now()
    UrgentNotice.objects.create(
        text="Bão đổ bộ", level=3, starts_at=now, ends_at=now + timedelta(days=1)
    )
    html = shown(client, "/en/ty-gia/")
    assert 'data-notices="/en/live/thong-bao/"' in html
    assert 'data-notices="/en/live/thong-bao/?trang-chu=1"' in shown(client, "/en/")
    for answer in (html, shown(client, "/en/live/thong-bao/")):
        assert (
            '<strong class="alert-level">Urgent:</strong> <span lang="vi">Bão đổ bộ</span>'
            in answer
        )


def test_a_notice_may_say_the_same_in_english(client, english):
    now = timezone.now()
    UrgentNotice.objects.create(
        text="Bão đổ bộ",
        english_text="A storm comes ashore",
        starts_at=now,
        ends_at=now + timedelta(days=1),
    )
    html = shown(client, "/en/ty-gia/")
    assert "A storm comes ashore" in html
    assert "Bão đổ bộ" not in html
    assert "A storm" not in shown(client, "/ty-gia/")


def test_breadcrumbs_of_a_directive_lead_to_the_english_home_page(client, english):
    make_directive()
    html = shown(client, "/en/van-ban/dung-van-ban-dien-tu/")
    path = html.partition('class="breadcrumbs"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]*)"[^>]*>([^<]*)<', path) == [
        ("/en/", "Home"),
        ("/en/van-ban/", "Official documents"),
    ]


# Search, sitemap, figures


def test_questions_in_english_find_english_pages_and_the_law(client, news):
    make_directive()
    in_english(make_news("Văn bản điện tử"), "Documents and văn bản")
    html = searched(client, "văn bản điện tử").content.decode()
    assert "Dùng văn bản điện tử" in html
    assert "Documents and" not in html
    english = client.get("/en/tim-kiem/", {"q": "văn bản"}).content.decode()
    results = english.partition('<ol class="results"')[2].partition("</ol>")[0]
    assert '<h2 lang="vi"><a href="/en/van-ban/dung-van-ban-dien-tu/">' in results
    assert '<h2><a href="/en/news/documents-and-van-ban/">' in results
    assert "/tin-tuc/" not in results
    assert switch(english)[0] == "/tim-kiem/?q=v%C4%83n+b%E1%BA%A3n"
    found = client.get("/en/tim-kiem/goi-y/", {"q": "văn bản"}).json()["suggestions"]
    assert {(one["address"], one.get("lang")) for one in found} >= {
        ("/en/van-ban/dung-van-ban-dien-tu/", "vi")
    }


def test_without_an_index_titles_are_searched_in_the_readers_language(client, news):
    in_english(make_news("Lớp học"), "Courses")
    assert "Courses" in client.get("/en/tim-kiem/", {"q": "courses"}).content.decode()
    answer = client.get("/tim-kiem/", {"q": "courses"}).content.decode()
    assert "/en/news/courses/" not in answer


def test_the_sitemap_lists_each_address_once_with_those_of_the_same(client, news):
    in_english(make_news(), "Courses")
    make_directive()
    body = client.get("/sitemap-pages.xml").content
    found = valid_sitemap(body)
    assert "http://localhost/en/news/courses/" in found
    assert "http://localhost/en/" in found
    assert "http://localhost/en/van-ban/dung-van-ban-dien-tu/" not in found
    text = body.decode()
    for address in ("/en/news/courses/", "/tin-tuc/mo-lop-ky-nang-so/"):
        entry = text.partition(f"<loc>http://localhost{address}</loc>")[2].partition("</url>")[0]
        assert 'hreflang="en" href="http://localhost/en/news/courses/"' in entry
        assert 'hreflang="x-default" href="http://localhost/tin-tuc/mo-lop-ky-nang-so/"' in entry
    figures = valid_sitemap(client.get("/sitemap-views.xml").content)
    assert "http://localhost/en/ty-gia/" in figures


def test_the_api_answers_in_one_language(client, news):
    in_english(make_news(), "Courses")
    make_directive()

    def titles(query):
        items = client.get(f"/api/v2/pages/?{query}").json()["items"]
        return {item["title"] for item in items}

    assert "Courses" not in titles("")
    assert titles("locale=en") == {ENGLISH_NAME, "News", "Courses"}
    assert client.get("/api/v2/pages/?locale=fr").status_code == 400


def test_statistics_name_pages_of_both_trees_by_their_addresses(english, news, home):
    from sidebar import statistics

    page = in_english(make_news(), "Courses")
    known = statistics.places(Page.objects.live(), home)
    assert known[page.pk].address == "/en/news/courses/"
    assert known[english.pk].address == "/en/"
    assert known[english.pk].name == "Trang chủ (English)"
    assert known[home.pk].address == "/"


def test_english_pages_take_no_more_queries_than_vietnamese_ones(client, news):
    page = in_english(make_news(), "Courses")
    make_directive()
    in_english(EventIndexPage.objects.get(), "Events")
    event = make_event()
    pairs = [
        ("/", "/en/"),
        ("/tin-tuc/", "/en/news/"),
        ("/tin-tuc/mo-lop-ky-nang-so/", page.get_url()),
        (event.get_url(), in_english(event, "Digital day", place="Dong Ha").get_url()),
        ("/van-ban/", "/en/van-ban/"),
        ("/van-ban/dung-van-ban-dien-tu/", "/en/van-ban/dung-van-ban-dien-tu/"),
        *((f"/{path}", f"/en/{path}") for path in [*VIEWS, "so-do-cong/", "kenh-tin/"]),
    ]
    for pair in pairs:
        counts = []
        for address in pair:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        # A directive is looked for among English pages first.
        assert counts[1] <= counts[0] + 1, pair


def test_an_english_portal_costs_vietnamese_pages_no_query(client, home):
    page = make_news()
    addresses = ["/", "/tin-tuc/", "/tin-tuc/mo-lop-ky-nang-so/", "/van-ban/", "/ty-gia/"]

    def counted():
        counts = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        return counts

    before = counted()
    lay_english()
    in_english(NewsIndexPage.objects.get(), "News")
    in_english(page, "Courses")
    assert counted() == before


# Votes


def test_a_vote_counts_once_in_both_languages(client, english):
    poll = make_poll()
    data = {"choice": poll.choices.first().pk}
    address = f"/y-kien/{poll.pk}/bo-phieu/"
    answer = client.post(address, data)
    client.post(answer["Location"], data)
    assert Ballot.objects.count() == 1
    html = shown(client, f"/en/y-kien/{poll.pk}/")
    assert "Thank you, your opinion has been recorded." in html
    client.post(f"/en{address}", data)
    assert Ballot.objects.count() == 1


def test_who_votes_in_english_has_voted_in_vietnamese(client, english):
    poll = make_poll()
    data = {"choice": poll.choices.first().pk}
    answer = client.post(f"/en/y-kien/{poll.pk}/bo-phieu/", data)
    assert {cookie["path"] for cookie in answer.cookies.values()} == {"/y-kien/", "/en/y-kien/"}
    answer = client.post(answer["Location"], data)
    assert answer["Location"].startswith(f"/en/y-kien/{poll.pk}/")
    assert "Cảm ơn, ý kiến của bạn đã được ghi nhận." in shown(client, f"/y-kien/{poll.pk}/")


# Numbers and days


def test_days_and_amounts_are_written_and_read_as_english_readers_do():
    day = date(2014, 7, 6)
    assert local_day(day) == "6/7/2014"
    assert read_amount("1.000.000,5") == read_amount("1000000,5")
    assert read_amount("1,000,000.5") is None
    with override("en"):
        assert local_day(day) == "6 July 2014"
        assert str(read_amount("1,000,000.5")) == "1000000.5"
        assert read_amount("1.000.000,5") is None


def test_until_when_the_office_typed_a_figure_is_said_as_english_readers_say_it(client, english):
    until = timezone.make_aware(datetime(2099, 12, 31, 17))
    now = timezone.now()
    rate = ExchangeRate.objects.create(
        currency="USD", sell="26260", source="Vietcombank", quoted_at=now, fetched_at=now
    )
    RateOverride.objects.create(rate=rate, sell="26300", reason="Sai ở nguồn", expires_at=until)
    region = WeatherRegion.objects.create(name="Đông Hà", latitude="16.8", longitude="107.1")
    WeatherReading.objects.create(
        region=region,
        observed_at=now,
        fetched_at=now,
        source="Open-Meteo",
        temperature="24.4",
        weather_code=80,
    )
    WeatherOverride.objects.create(
        region=region, temperature="25", weather_code=0, reason="Sai ở nguồn", expires_at=until
    )
    assert "Typed by the office, until 17:00 on 31 Dec" in shown(client, "/en/ty-gia/")
    assert "typed by the office, until 17:00 on 31 Dec" in shown(client, "/en/thoi-tiet/")
    assert "17:00 31/12" in shown(client, "/ty-gia/")


# Who translates


def translate_address(page):
    return reverse("simple_translation:submit_page_translation", args=[page.pk])


def translated(client, page):
    """Whether pressing the button made a draft in English."""
    before = Page.objects.count()
    client.post(translate_address(page), {"locales": [Locale.objects.get(language_code="en").pk]})
    return Page.objects.count() == before + 1


@pytest.fixture
def office(news):
    set_up()
    return news


@pytest.mark.parametrize(
    ("group", "may"),
    [
        (BOARD, True),
        (REVIEWERS, True),
        (EDITORS, True),
        (REPORTERS, False),
        (KEEPERS, False),
        (OPERATORS, False),
        (None, False),
    ],
)
def test_who_writes_everywhere_may_translate_by_any_address(client, office, group, may):
    page = make_news()
    if group:
        client.force_login(make_user("nguoi-thu", group))
    assert (client.get(translate_address(page)).status_code == 200) is may
    assert translated(client, page) is may


def copied(client, page, **more):
    """Answer of the form that makes a draft in English."""
    locale = Locale.objects.get(language_code="en")
    return client.post(translate_address(page), {"locales": [locale.pk], **more})


def test_nothing_is_translated_to_where_no_section_is(client, office):
    """As a program might ask for it; the form says that the section is to be translated first."""
    section = office.add_child(instance=NewsIndexPage(title="Tin Sở Y tế"))
    page = section.add_child(instance=NewsPage(title="Tiêm chủng"))
    client.force_login(make_user("ban", BOARD))
    assert copied(client, page)["Location"] == reverse("wagtailadmin_home")
    assert not page.get_translations()


def test_the_form_says_in_vietnamese_what_comes_first_and_what_comes_along(client, office):
    section = office.add_child(instance=NewsIndexPage(title="Tin Sở Y tế"))
    page = section.add_child(instance=NewsPage(title="Tiêm chủng"))
    client.force_login(make_user("ban", BOARD))
    form = client.get(translate_address(page)).text
    assert "Chưa dịch được, vì trang cha chưa có bản dịch." in form
    assert f'<a href="{translate_address(section)}">Dịch trang cha trước.</a>' in form
    assert 'value="Gửi"' not in form
    form = client.get(translate_address(section)).text
    assert "Cả 1 trang con" in form
    assert 'value="Gửi"' in form


def test_what_is_translated_with_its_section_takes_no_vietnamese_sidebar_along(client, office):
    section = office.add_child(instance=NewsIndexPage(title="Tin Sở Y tế"))
    inner = section.add_child(instance=NewsIndexPage(title="Tiêm chủng"))
    for page, title in ((section, "Cột của Sở"), (inner, "Cột tiêm chủng")):
        page.sidebar_placements = [SidebarPlacement(sidebar=Sidebar.objects.create(title=title))]
        page.save_revision().publish(skip_permission_checks=True)
    client.force_login(make_user("ban", BOARD))
    copied(client, section, include_subtree="on")
    for page in (section, inner):
        draft = page.get_translation(Locale.objects.get(language_code="en"))
        draft.get_latest_revision().publish(skip_permission_checks=True)
        assert not SidebarPlacement.objects.filter(page=draft.pk).exists()
        assert SidebarPlacement.objects.filter(page=page.pk).exists()


def test_the_register_is_not_copied_with_the_home_page(client, office, home, english):
    make_directive()
    english.delete()
    client.force_login(make_user("quan", is_superuser=True, is_staff=True))
    assert 'name="include_subtree"' in client.get(translate_address(office)).text
    form = fromstring(client.get(translate_address(home)).text)
    assert form.xpath("//input[@name='include_subtree']/@type") == ["hidden"]
    copied(client, home, include_subtree="on")
    again = HomePage.objects.get(locale__language_code="en")
    assert not again.get_children().exists()
    assert DirectivePage.objects.count() == DirectiveIndexPage.objects.count() == 1


def test_a_section_is_copied_alone_where_a_page_in_it_is_translated(client, office):
    section = office.add_child(instance=NewsIndexPage(title="Tin Sở Y tế"))
    page = make_news("Tiêm chủng")
    in_english(page, "Vaccination")
    page.move(section, pos="last-child")
    client.force_login(make_user("ban", BOARD))
    copied(client, section, include_subtree="on")
    assert not section.get_translations().get().get_children().exists()


def offers(client, page):
    """Whether a page is offered to be translated where it is written, and where it is listed."""
    address = translate_address(page)
    section = page.get_parent()
    return [
        address in client.get(reverse(name, args=[pk])).text
        for name, pk in (
            ("wagtailadmin_pages:edit", page.pk),
            ("wagtailadmin_explore", section.pk),
        )
    ]


def test_a_translation_is_offered_where_it_may_be_made(client, office):
    page, law = make_news(), make_directive()
    client.force_login(make_user("ban", BOARD))
    assert offers(client, page) == [True, True]
    # The section has one.
    for other in (office, law, DirectiveIndexPage.objects.get()):
        assert offers(client, other) == [False, False], other


def test_a_translation_is_offered_to_whoever_may_write_the_page(client, office):
    section = office.add_child(instance=NewsIndexPage(title="Tin các sở"))
    health, labour = (
        section.add_child(instance=NewsIndexPage(title=title)) for title in ("Y tế", "Nội vụ")
    )
    unit = make_unit("Sở Y tế và Nội vụ", health, labour)
    client.force_login(make_user("bientap", unit.editors.name))
    # What holds both sections is shown to them and not theirs.
    listed = client.get(reverse("wagtailadmin_explore", args=[section.pk])).text
    assert translate_address(health) in listed
    assert translate_address(labour) in listed
    assert translate_address(section) not in listed
    client.force_login(make_user("phongvien", unit.reporters.name))
    listed = client.get(reverse("wagtailadmin_explore", args=[section.pk])).text
    assert "Nội vụ" in listed
    assert translate_address(health) not in listed


def test_a_units_editor_translates_within_its_sections(client, office):
    own = office.add_child(instance=NewsIndexPage(title="Tin Sở Y tế"))
    others = office.add_child(instance=NewsIndexPage(title="Tin Sở Nội vụ"))
    unit = make_unit("Sở Y tế", own)
    page = own.add_child(instance=NewsPage(title="Tiêm chủng"))
    foreign = others.add_child(instance=NewsPage(title="Thi tuyển"))
    client.force_login(make_user("ban", BOARD))
    assert translated(client, own)
    assert translated(client, others)
    section = NewsIndexPage.objects.get(
        translation_key=own.translation_key, locale__language_code="en"
    )
    assert Territory().unit_of(section.path) == unit
    editor, reporter = make_user("bientap", unit.editors.name), make_user("pv", unit.reporters.name)
    client.force_login(reporter)
    assert not translated(client, page)
    client.force_login(editor)
    assert not translated(client, foreign)
    assert translated(client, page)
    draft = NewsPage.objects.get(translation_key=page.translation_key, locale__language_code="en")
    assert draft.owner == editor
    assert not draft.live
    assert draft.permissions_for_user(editor).can_edit()


def test_nobody_translates_to_where_they_may_not_write(client, office):
    """The English section was made before the unit was: it is the whole portal's."""
    own = office.add_child(instance=NewsIndexPage(title="Tin Sở Y tế"))
    in_english(own, "Health")
    unit = make_unit("Sở Y tế", own)
    page = own.add_child(instance=NewsPage(title="Tiêm chủng"))
    client.force_login(make_user("bientap", unit.editors.name))
    assert not translated(client, page)


def test_nobody_translates_the_law(client, office):
    page = make_directive()
    client.force_login(make_user("quan", is_superuser=True, is_staff=True))
    for one in (page, DirectiveIndexPage.objects.get()):
        answer = client.post(
            translate_address(one),
            {"locales": [Locale.objects.get(language_code="en").pk]},
            follow=True,
        )
        assert "Văn bản không dịch." in answer.content.decode()
    assert DirectivePage.objects.count() == DirectiveIndexPage.objects.count() == 1


def test_a_translation_goes_through_both_steps(client, office):
    page = make_news()
    board = make_user("ban", BOARD)
    client.force_login(board)
    assert translated(client, page)
    draft = NewsPage.objects.get(locale__language_code="en")
    tester = draft.permissions_for_user(board)
    assert not tester.can_publish()
    assert draft.get_workflow() == page.get_workflow()
    draft.title = "Courses"
    draft.save_revision(user=board)
    state = draft.get_workflow().start(draft, board)
    assert state.current_task_state.task.name == "Kiểm duyệt"
    task = state.current_task_state
    assert "approve" not in [name for name, *_rest in task.task.specific.get_actions(draft, board)]
    assert client.get("/en/news/courses/").status_code == 404


def test_the_shared_preview_of_an_english_draft_is_english(client, news):
    page = make_news()
    draft = page.copy_for_translation(Locale.objects.get(language_code="en"))
    draft.title = "Courses to come"
    draft.save_revision()
    link = PreviewLink.made(draft, make_user("bientap", EDITORS), days=3, note="")
    html = shown(client, link.path)
    assert '<html lang="en"' in html
    assert "Courses to come" in html
    assert not alternates(html)


def test_links_inside_the_portal_are_checked_in_each_language(news):
    from articles.links.inside import _own_address

    in_english(make_news(), "Courses")
    assert not _own_address("/en/news/courses/")
    assert not _own_address("/en/ty-gia/")
    assert _own_address("/en/news/mo-lop-ky-nang-so/")
