"""The menu and the footer, as the office arranges them and as readers may follow them."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html
from wagtail.blocks import StreamBlockValidationError
from wagtail.models import PageViewRestriction, Site

from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage
from home.models import NavigationSettings, OfficeSettings
from office.roles import BOARD, EDITORS, KEEPERS, OPERATORS, REVIEWERS
from tests.factories import make_home, make_news, make_section, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def home():
    return make_home()


def link(title="", page=None, address="", **more):
    return {"title": title, "page": page and page.pk, "address": address, **more}


def entry(*args, links=(), **facts):
    return "entry", link(*args, **facts, links=list(links))


def arrange(*entries, footer=None):
    settings = NavigationSettings.objects.get()
    settings.menu = list(entries)
    if footer is not None:
        settings.footer = footer
    settings.save()


def page_of(client, address="/"):
    return html.fromstring(client.get(address).content)


def menu(client, address="/"):
    """Titles; a submenu as a pair of its title and what is in it."""
    found = []
    for item in page_of(client, address).xpath("//nav[@class='menu']/div/ul/li"):
        titles = [" ".join(a.text_content().split()) for a in item.xpath(".//a")]
        summary = item.xpath(".//summary/text()")
        found.append((summary[0], titles) if summary else titles[0])
    return found


def footer(client):
    columns = page_of(client).xpath("//footer/div/div[ul]")
    return [("".join(column.xpath("h2/text()")), column.xpath(".//a/text()")) for column in columns]


def form_address():
    site = Site.objects.get()
    return reverse("wagtailsettings:edit", args=["home", "navigationsettings", site.pk])


def test_a_portal_from_before_keeps_the_menu_that_it_had(client, home):
    NavigationSettings.objects.all().delete()
    call_command("setup_portal")
    assert menu(client) == ["Trang chủ", "Văn bản", "Tin tức", "Sự kiện", "Ý kiến của bạn"]
    assert [heading for heading, _links in footer(client)] == ["Chuyên mục", "Tra cứu", "Về cổng"]


def test_setting_up_again_leaves_the_offices_menu(client, home):
    arrange(entry(page=NewsIndexPage.objects.get()))
    call_command("setup_portal")
    assert menu(client) == ["Trang chủ", "Tin tức"]


def test_entries_stand_in_the_offices_order_under_its_words_or_the_pages(client, home):
    news = NewsIndexPage.objects.get()
    arrange(
        entry("Dịch vụ công", address="https://dichvucong.gov.vn/"),
        entry(page=news),
        entry("Công báo", page=DirectiveIndexPage.objects.get()),
    )
    assert menu(client) == ["Trang chủ", "Dịch vụ công", "Tin tức", "Công báo"]
    news.title = "Tin trong tỉnh"
    news.save_revision().publish()
    assert menu(client)[2] == "Tin trong tỉnh"


def test_a_submenu_begins_with_its_own_page(client, home):
    index = DirectiveIndexPage.objects.get()
    section = make_section(index, "Chỉ thị email")
    arrange(
        entry(
            page=index,
            links=[link(page=section), link("Công báo", address="https://congbao.chinhphu.vn/")],
        ),
        entry("Tra cứu", links=[link("Tỷ giá", address="/ty-gia/")]),
    )
    assert menu(client) == [
        "Trang chủ",
        ("Văn bản", ["Văn bản", "Chỉ thị email", "Công báo"]),
        ("Tra cứu", ["Tỷ giá"]),
    ]


def test_what_readers_may_not_see_leaves_the_menu_and_comes_back(client, home):
    index = DirectiveIndexPage.objects.get()
    section = make_section(index, "Chỉ thị email")
    arrange(
        entry(page=NewsIndexPage.objects.get(), links=[link("Tỷ giá", address="/ty-gia/")]),
        entry("Nhóm", links=[link(page=section)]),
        footer=[("column", {"heading": "Cột", "links": [link(page=section)]})],
    )
    whole = menu(client)
    assert len(whole) == 3
    assert footer(client) == [("Cột", ["Chỉ thị email"])]

    restriction = PageViewRestriction.objects.create(page=index, restriction_type="login")
    # The heading has nothing left to open; nor has the column.
    assert menu(client) == whole[:2]
    assert footer(client) == []
    restriction.delete()
    assert menu(client) == whole

    NewsIndexPage.objects.get().unpublish()
    # With what stood below it.
    assert menu(client) == ["Trang chủ", whole[2]]
    section.delete()
    assert menu(client) == ["Trang chủ"]


def test_a_page_that_moves_is_followed(client, home):
    index = DirectiveIndexPage.objects.get()
    section = make_section(index, "Chỉ thị email")
    arrange(entry(page=section))
    assert page_of(client).xpath("//nav[@class='menu']//a/@href")[1] == "/van-ban/chi-thi-email/"
    other = make_section(index, "Lưu trữ")
    section.move(other, pos="last-child")
    shown = page_of(client).xpath("//nav[@class='menu']//a/@href")[1]
    assert shown == "/van-ban/luu-tru/chi-thi-email/"


def test_the_menu_says_where_a_reader_is(client, home):
    article = make_news()
    arrange(
        entry(page=NewsIndexPage.objects.get()),
        entry("Tin khác", address="/tin/"),
        entry("Nhóm", links=[link(page=EventIndexPage.objects.get())]),
    )

    def current(address):
        links = page_of(client, address).xpath("//nav[@class='menu']//a[@aria-current]")
        return [(a.text_content(), a.get("aria-current")) for a in links]

    assert current("/") == [("Trang chủ", "page")]
    assert current("/tin-tuc/") == [("Tin tức", "page")]
    assert current(article.url) == [("Tin tức", "true")]
    assert current("/su-kien/") == [("Sự kiện", "page")]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (link(), "page"),
        (link("Chỉ có chữ"), "page"),
        (link(address="https://example.vn/"), "title"),
        (link("Nguy hiểm", address="javascript:alert(1)"), "address"),
        (link("Máy khác", address="//evil.example"), "address"),
        (link("Dài" * 30, address="/ty-gia/"), "title"),
    ],
)
def test_an_entry_that_leads_nowhere_is_refused_at_its_field(home, value, field):
    block = NavigationSettings._meta.get_field("menu").stream_block
    stream = block.to_python([{"type": "entry", "value": value | {"links": []}}])
    with pytest.raises(StreamBlockValidationError) as refused:
        block.clean(stream)
    faults = refused.value.block_errors[0]
    assert set(faults.block_errors) == {field}


def test_a_page_and_an_address_at_once_are_refused(home):
    block = NavigationSettings._meta.get_field("menu").stream_block
    both = link(page=NewsIndexPage.objects.get(), address="/ty-gia/", links=[])
    with pytest.raises(ValidationError):
        block.clean(block.to_python([{"type": "entry", "value": both}]))


def test_a_long_menu_takes_no_more_queries_than_a_short_one(client, home):
    section = make_section(DirectiveIndexPage.objects.get(), "Chỉ thị email")

    def count():
        client.get("/tin-tuc/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/tin-tuc/")
        return len(queries)

    arrange()
    short = count()
    arrange(*[entry(page=section, links=[link(page=section)] * 5) for _ in range(8)])
    assert count() == short


def test_the_footer_names_who_answers_for_the_portal(client, home):
    office = OfficeSettings.objects.get()
    office.responsible = "Nguyễn Văn A, Chánh Văn phòng"
    office.licence = "Số 12/GP-TTĐT"
    office.statement = "Ghi rõ nguồn.\n<b>Không</b> sao chép."
    office.save()
    shown = page_of(client).xpath("//footer")[0].text_content()
    assert "Chịu trách nhiệm nội dung: Nguyễn Văn A, Chánh Văn phòng" in shown
    assert "Giấy phép: Số 12/GP-TTĐT" in shown
    assert "<b>Không</b> sao chép." in shown


@pytest.mark.parametrize(
    ("group", "may"),
    [(BOARD, True), (KEEPERS, True), (OPERATORS, False), (REVIEWERS, False), (EDITORS, False)],
)
def test_the_board_and_the_keepers_alone_arrange_them_by_any_address(client, home, group, may):
    client.force_login(make_user("nguoi-thu", group))
    assert (client.get(form_address()).status_code == 200) is may
    empty = {f"{name}-count": "0" for name in ("menu", "quick_links", "footer")}
    client.post(form_address(), empty)
    assert (len(NavigationSettings.objects.get().menu) == 0) is may


def test_pages_have_no_tick_for_menus_any_more(client, home):
    client.force_login(make_user("goc", is_superuser=True))
    address = reverse("wagtailadmin_pages:edit", args=[NewsIndexPage.objects.get().pk])
    assert 'name="show_in_menus"' not in client.get(address).content.decode()
