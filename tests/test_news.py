"""Sections of news: months, topics, tags, authors, what stands on top, what is read most, feeds."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.images import ImageFile
from django.test import RequestFactory
from django.utils import timezone
from lxml import etree
from lxml.html import fromstring
from PIL import Image as Pixels
from wagtail.images import get_image_model
from wagtail.models import PageViewRestriction

from articles.models import Author, FeaturedNews, NewsIndexPage, NewsPage, RelatedPage, Topic
from sidebar.models import PageViews
from tests.factories import (
    make_directive,
    make_event,
    make_home,
    make_image,
    make_news,
    make_user,
)
from tests.validators import valid_atom, valid_rss

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def section():
    make_home()
    return NewsIndexPage.objects.get()


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return fromstring(response.content.decode())


def listed(client, address):
    """The titles in the list itself, not in what stands around it."""
    return read(client, address).xpath("//ul[@class='news-list']//h2/a/text()")


def heading(page):
    return page.xpath("string(//main//h1)").strip()


def subsection(above, title="Giáo dục"):
    return above.add_child(instance=NewsIndexPage(title=title))


def topic(name):
    return Topic.objects.get_or_create(name=name)[0]


def author(name, **facts):
    return Author.objects.get_or_create(name=name, defaults=facts)[0]


def news(title, parent=None, topics=(), tags=(), authors=(), **facts):
    parent = parent or NewsIndexPage.objects.first()
    page = NewsPage(title=title, **facts)
    page.topics = [topic(name) for name in topics]
    page.authors = [author(name) for name in authors]
    page.tags.add(*tags)
    return parent.add_child(instance=page)


def restrict(page, kind="login"):
    PageViewRestriction.objects.create(page=page, restriction_type=kind, password="mật khẩu")


# Months ------------------------------------------------------------------------------------------


def test_a_month_lists_its_news_newest_first(client, section):
    for title, day in [
        ("Cuối tháng mười", date(2026, 10, 31)),
        ("Đầu tháng", date(2026, 11, 1)),
        ("Cuối tháng", date(2026, 11, 30)),
        ("Tháng mười hai", date(2026, 12, 1)),
        ("Năm trước", date(2025, 11, 15)),
    ]:
        news(title, posted_on=day)
    page = read(client, "/tin-tuc/2026/11/")
    assert listed(client, "/tin-tuc/2026/11/") == ["Cuối tháng", "Đầu tháng"]
    assert heading(page).endswith("11/2026")
    assert page.xpath("string(//title)").startswith(heading(page) + " – Tin tức – ")
    assert page.xpath("//nav[@class='breadcrumbs']//a/@href") == ["/", "/tin-tuc/"]


def test_months_with_news_are_listed_with_their_counts_by_year(client, section):
    for day in [date(2026, 11, 3), date(2026, 11, 4), date(2026, 2, 1), date(2025, 12, 31)]:
        news(f"Tin ngày {day}", posted_on=day)
    news("Nháp", posted_on=date(2026, 7, 1), live=False)
    news("Ở dưới", subsection(section), posted_on=date(2026, 2, 2))
    months = read(client, "/tin-tuc/").xpath("//nav[@class='months']")[0]
    assert months.xpath(".//summary/text()") == ["2026", "2025"]
    links = [(link.get("href"), link.text_content()[-3:]) for link in months.iter("a")]
    assert links == [
        ("/tin-tuc/2026/11/", "(2)"),
        ("/tin-tuc/2026/02/", "(2)"),
        ("/tin-tuc/2025/12/", "(1)"),
    ]
    assert [year.get("open") is not None for year in months.iter("details")] == [True, False]
    for address, _count in links:
        assert listed(client, address)


def test_the_month_that_is_read_is_marked_in_the_list_of_months(client, section):
    for day in [date(2026, 11, 3), date(2025, 12, 31)]:
        news(f"Tin ngày {day}", posted_on=day)
    months = read(client, "/tin-tuc/2025/12/").xpath("//nav[@class='months']")[0]
    assert months.xpath(".//a[@aria-current='page']/@href") == ["/tin-tuc/2025/12/"]
    assert [year.get("open") is not None for year in months.iter("details")] == [True, True]


def test_a_section_without_news_shows_no_months(client, section):
    assert not read(client, "/tin-tuc/").xpath("//nav[@class='months']")


@pytest.mark.parametrize(
    "address",
    [
        "2026/10/",
        "2026/13/",
        "2026/00/",
        "2026/1/",
        "0000/01/",
        "9999/12/",
        "2026/",
        "٢٠٢٦/11/",
        "chu-de/khong-co/",
        "chu-de/khong-co/atom/",
        "chu-de/",
        "the/khong-co/",
        "the/",
        "tac-gia/khong-co/",
        "rss/rss/",
        "lich.ics",
    ],
)
def test_what_is_not_there_is_not_found(client, section, address):
    news("Tin", posted_on=date(2026, 11, 1), topics=["Nông nghiệp"], tags=["lúa"])
    assert client.get(f"/tin-tuc/{address}").status_code == 404


# Topics, tags, authors ---------------------------------------------------------------------------


def test_topics_tags_and_authors_have_lists_of_their_own(client, section):
    author("Đỗ Văn Ánh", position="Phóng viên")
    about = {"topics": ["Đường sá"], "tags": ["Cầu Đường"], "authors": ["Đỗ Văn Ánh"]}
    news("Cũ", posted_on=date(2026, 1, 1), **about)
    news("Mới", posted_on=date(2026, 2, 1), **about)
    news("Khác", topics=["Y tế"], tags=["Sốt"], authors=["Lê Thị Bé"])
    for address, name in [
        ("/tin-tuc/chu-de/duong-sa/", "Đường sá"),
        ("/tin-tuc/the/cau-duong/", "Cầu Đường"),
        ("/tin-tuc/tac-gia/do-van-anh/", "Đỗ Văn Ánh"),
    ]:
        assert listed(client, address) == ["Mới", "Cũ"]
        page = read(client, address)
        assert heading(page).endswith(f": {name}")
        assert page.xpath("string(//title)").startswith(f"{heading(page)} – Tin tức – ")
        assert page.xpath("string(//link[@rel='canonical']/@href)").endswith(address)
    assert "Phóng viên" in read(client, "/tin-tuc/tac-gia/do-van-anh/").text_content()


def test_a_list_holds_only_what_is_in_its_section(client, section):
    below = subsection(section)
    news("Ở trên", topics=["Y tế"])
    news("Ở dưới", below, topics=["Y tế"])
    assert set(listed(client, "/tin-tuc/chu-de/y-te/")) == {"Ở trên", "Ở dưới"}
    assert listed(client, "/tin-tuc/giao-duc/chu-de/y-te/") == ["Ở dưới"]


def test_further_pages_of_a_selection_keep_to_it(client, section):
    for number in range(25):
        news(f"Tin {number}", topics=["Y tế"], posted_on=date(2026, 1, 1) + timedelta(days=number))
        news(f"Khác {number}")
    page = read(client, "/tin-tuc/chu-de/y-te/")
    assert page.xpath("//nav[@class='pagination']/a/@href") == ["?trang=2"]
    last = read(client, "/tin-tuc/chu-de/y-te/?trang=2&utm=x")
    assert listed(client, "/tin-tuc/chu-de/y-te/?trang=2") == [f"Tin {n}" for n in (4, 3, 2, 1, 0)]
    assert last.xpath("string(//link[@rel='canonical']/@href)").endswith(
        "/tin-tuc/chu-de/y-te/?trang=2"
    )
    assert last.xpath("string(//title)") != page.xpath("string(//title)")


def test_an_article_leads_to_its_topics_tags_and_authors_in_its_own_section(client, section):
    below = subsection(section)
    page = news("Tin", below, topics=["Y tế"], tags=["Sốt", "Đậu mùa"], authors=["Lê A", "Bùi B"])
    shown = read(client, page.url)
    assert shown.xpath("//a[@rel='author']/@href") == [
        "/tin-tuc/giao-duc/tac-gia/bui-b/",
        "/tin-tuc/giao-duc/tac-gia/le-a/",
    ]
    assert shown.xpath("//article/nav//a/@href") == [
        "/tin-tuc/giao-duc/chu-de/y-te/",
        "/tin-tuc/giao-duc/the/dau-mua/",
        "/tin-tuc/giao-duc/the/sot/",
    ]
    for address in shown.xpath("//article//a[starts-with(@href, '/')]/@href"):
        assert listed(client, address) == ["Tin"]


def test_two_tags_that_differ_by_marks_have_two_addresses(client, section):
    news("Thời tiết", tags=["bão"])
    page = news("In ấn", tags=["báo"])
    assert listed(client, "/tin-tuc/the/bao/") == ["Thời tiết"]
    assert listed(client, "/tin-tuc/the/bao-2/") == ["In ấn"]
    page.save()
    assert page.tags.get().slug == "bao-2"


def test_a_tag_that_a_picture_had_first_gets_a_plain_address_with_the_news(client, section):
    image = make_image()
    image.tags.add("Đường sá")
    assert image.tags.get().slug == "đường-sá"
    news("Tin", tags=["Đường sá"])
    assert listed(client, "/tin-tuc/the/duong-sa/") == ["Tin"]
    assert image.tags.get().name == "Đường sá"


def test_the_longest_tags_have_addresses(client, section):
    for number, letter in enumerate("ạả", start=1):
        page = news(f"Tin {number}", tags=[letter * 100])
        assert listed(client, f"/tin-tuc/the/{page.tags.get().slug}/") == [page.title]


def test_a_tag_without_letters_has_an_address(client, section):
    news("Tin", tags=["🙂"])
    assert listed(client, "/tin-tuc/the/the/") == ["Tin"]


@pytest.mark.parametrize("name", ["rss", "atom", "2026", "chu-de"])
def test_what_an_editor_publishes_is_not_hidden_by_an_address_of_ours(client, section, name):
    news("Tin", posted_on=date(2026, 11, 1), topics=["Y tế"])
    page = make_news(name, slug=name)
    assert page.url == f"/tin-tuc/{name}/"
    assert heading(read(client, page.url)) == name
    # And goes on below it.
    assert client.get("/tin-tuc/2026/11/").status_code == 200
    assert client.get("/tin-tuc/chu-de/y-te/").status_code == 200


def test_a_draft_of_that_name_hides_no_feed(client, section):
    make_news("rss", slug="rss", live=False)
    assert client.get("/tin-tuc/rss/")["Content-Type"].startswith("application/rss+xml")


# What nobody may see -----------------------------------------------------------------------------

ABOUT = {
    "topics": ["Y tế"],
    "tags": ["Sốt"],
    "authors": ["Lê A"],
    "posted_on": date(2026, 11, 1),
    "summary": "Điều chưa ai được biết",
}
EVERYWHERE = [
    "/tin-tuc/",
    "/tin-tuc/2026/11/",
    "/tin-tuc/chu-de/y-te/",
    "/tin-tuc/the/sot/",
    "/tin-tuc/tac-gia/le-a/",
    "/tin-tuc/rss/",
    "/tin-tuc/atom/",
    "/tin-tuc/chu-de/y-te/atom/",
]


@pytest.fixture
def hidden(section):
    """A draft, a private page, one in a private section and one that was taken down, on top."""
    closed = subsection(section, "Nội bộ")
    pages = [
        news("Bài nháp", live=False, **ABOUT),
        news("Bài kín", **ABOUT),
        news("Bài trong mục kín", closed, **ABOUT),
        news("Bài đã gỡ", **ABOUT),
    ]
    restrict(pages[1])
    restrict(closed, "password")
    pages[3].unpublish()
    for page in pages:
        FeaturedNews.objects.create(section=section, page=page)
        PageViews.objects.create(page=page, views=1000)
    return pages


@pytest.mark.parametrize("address", EVERYWHERE)
def test_drafts_and_private_news_are_in_no_list_and_no_feed(client, hidden, address):
    public = news("Bài công khai", **ABOUT | {"posted_on": date(2026, 11, 2), "summary": ""})
    RelatedPage.objects.bulk_create([RelatedPage(news=public, page=page) for page in hidden])
    for where in (address, public.url):
        shown = client.get(where).content.decode()
        assert "Bài công khai" in shown
        assert "chưa ai được biết" not in shown
        assert not [page.title for page in hidden if page.title in shown]
    assert ">1<" not in shown
    assert "(2)" not in shown


@pytest.mark.parametrize(
    "address", [each for each in EVERYWHERE if each.count("/") > 3 or "2026" in each]
)
def test_a_word_of_hidden_news_only_has_no_address(client, hidden, address):
    # The name of a topic or an author may itself be what isn't to be known yet.
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["", "rss/", "atom/", "chu-de/y-te/", "2026/11/"])
def test_a_private_section_is_closed_at_all_its_addresses(client, section, name):
    news("Tin", subsection(section), **ABOUT)
    restrict(NewsIndexPage.objects.get(slug="giao-duc"))
    response = client.get(f"/tin-tuc/giao-duc/{name}")
    assert response.status_code == 302
    client.force_login(make_user("lan", "Biên tập viên"))
    response = client.get(f"/tin-tuc/giao-duc/{name}")
    if response.status_code == 200:
        assert "no-store" in response["Cache-Control"]
    assert "Điều chưa ai được biết" not in response.content.decode()


# On top, and read most ---------------------------------------------------------------------------


def feature(section, *pages):
    for position, page in enumerate(pages):
        FeaturedNews.objects.create(section=section, page=page, sort_order=position)


def on_top(client, address="/tin-tuc/"):
    return read(client, address).xpath("//section[@class='featured-news']//a/text()")


def test_what_is_featured_stands_on_top_in_the_editors_order_and_nowhere_else(client, section):
    pages = [news(f"Tin {number}", topics=["Y tế"]) for number in range(4)]
    feature(section, pages[2], pages[0], pages[3])
    assert on_top(client) == ["Tin 2", "Tin 0", "Tin 3"]
    assert listed(client, "/tin-tuc/") == ["Tin 1"]
    assert on_top(client, "/tin-tuc/chu-de/y-te/") == []
    assert len(listed(client, "/tin-tuc/chu-de/y-te/")) == 4


def test_featured_news_stand_on_the_first_page_only(client, section):
    pages = [news(f"Tin {number}") for number in range(30)]
    feature(section, pages[29], pages[3])
    assert on_top(client) == ["Tin 29", "Tin 3"]
    assert on_top(client, "/tin-tuc/?trang=2") == []
    shown = listed(client, "/tin-tuc/") + listed(client, "/tin-tuc/?trang=2")
    assert sorted(shown) == sorted(f"Tin {number}" for number in range(30) if number not in (3, 29))


def test_a_section_may_feature_news_of_another(client, section):
    below = subsection(section)
    feature(below, news("Ở trên"))
    assert on_top(client, below.url) == ["Ở trên"]
    assert (
        "notice"
        not in client.get(below.url).content.decode().partition("<main")[2].partition("</main")[0]
    )


def test_featured_news_have_a_picture_and_its_words(client, section):
    facts = {"lead_image": make_image(), "lead_image_alt": "Cầu bắc qua sông"}
    feature(section, news("Một", **facts), news("Hai", **facts))
    pictures = read(client, "/tin-tuc/").xpath("//section[@class='featured-news']//img")
    sizes = [(each.get("width"), each.get("height"), each.get("alt")) for each in pictures]
    assert sizes == [("720", "450", "Cầu bắc qua sông"), ("480", "270", "Cầu bắc qua sông")]


def test_pictures_are_cut_around_their_focal_point(client, section):
    # A tall picture, blue but for its lowest part, which is what it is about.
    picture = Pixels.new("RGB", (640, 2000), "#0000ff")
    picture.paste("#ff0000", (0, 1600, 640, 2000))
    content = BytesIO()
    picture.save(content, "PNG")
    image = get_image_model().objects.create(
        title="Cột cờ",
        file=ImageFile(BytesIO(content.getvalue()), name="cot-co.png"),
        focal_point_x=320,
        focal_point_y=1850,
        focal_point_width=100,
        focal_point_height=100,
    )
    news("Tin", lead_image=image)
    small = read(client, "/tin-tuc/").xpath("//ul[@class='news-list']//img")[0]
    assert [small.get(name) for name in ("width", "height", "alt")] == ["320", "180", ""]
    rendition = image.renditions.get(filter_spec="fill-320x180|format-jpeg")
    assert rendition.url == small.get("src")
    with rendition.file.open() as file, Pixels.open(file) as cut:
        red, _green, blue = cut.convert("RGB").getpixel((160, 120))
    assert red > 200 > 50 > blue


def most_read(client, address="/tin-tuc/"):
    return read(client, address).xpath("//section[@class='most-read']//a/text()")


def view(page, views):
    PageViews.objects.create(page=page, views=views)


def test_the_five_most_read_of_the_last_90_days_are_listed(client, section):
    today = timezone.localdate()
    for number, views in enumerate([5, 30, 10, 20, 1, 2, 40]):
        view(news(f"Tin {number}"), views)
    view(news("Hôm thứ 90", posted_on=today - timedelta(days=89)), 15)
    view(news("Quá 90 ngày", posted_on=today - timedelta(days=90)), 1000)
    expected = ["Tin 6", "Tin 1", "Tin 3", "Hôm thứ 90", "Tin 2"]
    assert most_read(client) == expected
    assert most_read(client, f"/tin-tuc/{today:%Y/%m}/") == []


def test_nothing_is_said_of_readers_when_nobody_has_read(client, section):
    view(news("Tin"), 0)
    news("Khác")
    assert most_read(client) == []
    assert not read(client, "/tin-tuc/").xpath("//*[@id='most-read']")


def test_a_sections_most_read_are_its_own(client, section):
    below = subsection(section)
    view(news("Ở trên"), 9)
    view(news("Ở dưới", below), 5)
    assert most_read(client) == ["Ở trên", "Ở dưới"]
    assert most_read(client, below.url) == ["Ở dưới"]


# Related pages -----------------------------------------------------------------------------------


def related(client, page):
    return read(client, page.url).xpath("//section[.//*[@id='related']]//h3/a/text()")


def test_related_pages_chosen_by_hand_are_shown_in_their_order(client, section):
    page = news("Tin", topics=["Y tế"])
    chosen = [make_event("Sự kiện"), news("Bài khác"), make_directive(title="Chỉ thị")]
    news("Cùng chủ đề", topics=["Y tế"])
    for position, each in enumerate([*chosen, page, chosen[0]]):
        RelatedPage.objects.create(news=page, page=each, sort_order=position)
    assert related(client, page) == ["Sự kiện", "Bài khác", "Chỉ thị"]


def test_without_a_choice_the_newest_with_a_topic_or_tag_in_common_are_shown(client, section):
    page = news("Tin", topics=["Y tế", "Nông nghiệp"], tags=["Sốt", "Lúa"])
    for number, words in enumerate(
        [
            {"topics": ["Y tế", "Nông nghiệp"], "tags": ["Sốt", "Lúa"]},
            {"topics": ["Giao thông"]},
            {"tags": ["Lúa"]},
            {"topics": ["Nông nghiệp"]},
            {},
            {"tags": ["Sốt"]},
            {"topics": ["Y tế"], "tags": ["Khác"]},
        ]
    ):
        news(f"Bài {number}", posted_on=date(2026, 1, 1 + number), **words)
    assert related(client, page) == ["Bài 6", "Bài 5", "Bài 3", "Bài 2"]


def test_news_of_which_nothing_is_said_have_no_related_pages(client, section):
    news("Khác", topics=["Y tế"], tags=["Sốt"])
    news("Cũng không")
    assert related(client, news("Tin")) == []


def test_a_choice_that_nobody_may_read_any_more_gives_way(client, section):
    page = news("Tin", topics=["Y tế"])
    other = news("Cùng chủ đề", topics=["Y tế"])
    gone = news("Đã gỡ", live=False)
    RelatedPage.objects.create(news=page, page=gone)
    assert related(client, page) == [other.title]


# Feeds -------------------------------------------------------------------------------------------


def test_a_feed_says_all_that_a_reader_needs(client, section):
    page = news(
        "Dịch & bệnh <mới>",
        subsection(section),
        topics=["Y tế"],
        tags=["Sốt"],
        authors=["Lê A", "Bùi B"],
        summary="Một câu.",
        posted_on=date(2026, 11, 1),
        search_description="Không dùng",
    )
    page.save_revision().publish()
    page.refresh_from_db()
    address = f"http://localhost{page.url}"
    atom = valid_atom(client.get("/tin-tuc/atom/").content)
    (entry,) = atom.entries
    assert atom.feed.title.startswith("Tin tức – ")
    assert [link.href for link in atom.feed.links if link.rel == "self"] == [
        "http://localhost/tin-tuc/atom/"
    ]
    assert atom.feed.link == "http://localhost/tin-tuc/"
    assert entry.title == "Dịch & bệnh <mới>"
    assert entry.link == address
    assert entry.summary == "Một câu."
    assert {tag.label for tag in entry.tags} == {"Y tế", "Sốt"}
    assert entry.author == "Bùi B, Lê A"
    assert entry.updated_parsed[:5] == page.last_published_at.utctimetuple()[:5]
    assert entry.published.startswith("2026-11-01")
    assert atom.feed.updated == entry.updated

    rss = valid_rss(client.get("/tin-tuc/rss/").content)
    assert (rss.entries[0].link, rss.entries[0].id) == (address, entry.id)
    assert {tag.term for tag in rss.entries[0].tags} == {"Y tế", "Sốt"}


def test_an_entry_keeps_its_id_when_the_address_changes(client, section):
    page = news("Tin")
    before = valid_atom(client.get("/tin-tuc/atom/").content).entries[0]
    page.slug = "dia-chi-moi"
    page.save()
    after = valid_atom(client.get("/tin-tuc/atom/").content).entries[0]
    assert before.link != after.link
    assert before.id == after.id


def test_a_feed_has_the_newest_fifty(client, section):
    for number in range(55):
        news(f"Tin {number}", posted_on=date(2026, 1, 1) + timedelta(days=number))
    for name, valid in [("atom", valid_atom), ("rss", valid_rss)]:
        entries = valid(client.get(f"/tin-tuc/{name}/").content).entries
        assert [entry.title for entry in entries] == [f"Tin {n}" for n in range(54, 4, -1)]


def test_a_topic_has_a_feed_of_its_own(client, section):
    news("Y tế", topics=["Y tế"])
    news("Khác")
    atom = valid_atom(client.get("/tin-tuc/chu-de/y-te/atom/").content)
    assert [entry.title for entry in atom.entries] == ["Y tế"]
    assert atom.feed.link == "http://localhost/tin-tuc/chu-de/y-te/"
    page = read(client, "/tin-tuc/chu-de/y-te/")
    assert "/tin-tuc/chu-de/y-te/atom/" in page.xpath("//link[@rel='alternate']/@href")


def test_the_feeds_of_an_empty_section_are_valid(client, section):
    assert valid_atom(client.get("/tin-tuc/atom/").content).entries == []
    assert valid_rss(client.get("/tin-tuc/rss/").content).entries == []


@pytest.mark.parametrize("posted_on", [date(1, 1, 1), date(1945, 9, 2), date(9999, 12, 31)])
def test_any_date_makes_a_valid_feed(client, section, posted_on):
    news("Tin", posted_on=posted_on)
    assert etree.fromstring(client.get("/tin-tuc/rss/").content) is not None
    if posted_on.year > 1900:
        valid_atom(client.get("/tin-tuc/atom/").content)
        valid_rss(client.get("/tin-tuc/rss/").content)


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_a_feed_is_sent_again_only_when_it_has_changed(client, section, name):
    page = news("Tin")
    news("Còn lại")
    first = client.get(f"/tin-tuc/{name}/")
    assert first["Cache-Control"].startswith("max-age=300, s-maxage=")
    assert not first.cookies
    known = {"If-None-Match": first["ETag"]}
    again = client.get(f"/tin-tuc/{name}/", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    # Whoever has the taken-down page is told, though the newest date goes back.
    page.unpublish()
    assert client.get(f"/tin-tuc/{name}/", headers=known).status_code == 200
    assert "Last-Modified" not in first


def test_pages_name_their_feeds(client, section):
    page = news("Tin", subsection(section))
    head = read(client, "/tin-tuc/").xpath("//head/link[@rel='alternate']")
    assert [(link.get("type"), link.get("href")) for link in head] == [
        ("application/atom+xml", "/tin-tuc/atom/"),
        ("application/rss+xml", "/tin-tuc/rss/"),
    ]
    assert read(client, page.url).xpath("//head/link[@rel='alternate']/@href") == [
        "/tin-tuc/giao-duc/atom/"
    ]
    main = read(client, "/tin-tuc/").xpath("//main//a/@href")
    assert {"/tin-tuc/atom/", "/tin-tuc/rss/"} <= set(main)


# What it costs, and what editors see before ------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/tin-tuc/",
        "/tin-tuc/chu-de/y-te/",
        "/tin-tuc/the/sot/",
        "/tin-tuc/tac-gia/le-a/",
        "/tin-tuc/atom/",
        "/tin-tuc/tin/",
    ],
)
def test_more_news_need_no_more_queries(client, section, django_assert_max_num_queries, address):
    about = {name: ABOUT[name] for name in ("topics", "tags", "authors")}
    first = news("Tin", lead_image=make_image(), **about)
    view(first, 3)
    feature(section, first)
    counts = []
    for turn in range(2):
        for number in range(1 + 3 * turn):
            image = make_image()
            page = news(f"Bài {turn} {number}", lead_image=image, **about)
            PageViews.objects.create(page=page, views=number + 1)
            news(f"Danh sách {turn} {number}", lead_image=image, **about)
            feature(section, page)
        client.get(address)  # makes the pictures, fills the caches of sites and content types
        with django_assert_max_num_queries(30) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_section_and_news_can_be_previewed_before_they_are_saved(section):
    request = RequestFactory().get("/")
    draft = NewsPage(title="Tin mới", slug="tin-moi", posted_on=date(2026, 11, 1))
    draft.topics = [topic("Y tế")]
    draft.tags.add("Đường sá")
    draft.authors = [author("Lê A")]
    draft.related = [RelatedPage(page=news("Bài khác"))]
    drafts = [(draft, section), (NewsIndexPage(title="Mục mới", slug="muc-moi"), section)]
    drafts[1][0].featured = [FeaturedNews(page=news("Trên cùng"))]
    for page, parent in drafts:
        page.depth, page.path = parent.depth + 1, page._get_children_path_interval(parent.path)[1]
        page.set_url_path(parent)
        shown = page.make_preview_request(request, page.default_preview_mode)
        assert shown.status_code == 200
        html = shown.render().content.decode() if not shown.is_rendered else shown.content.decode()
        assert page.title in html
    assert "Trên cùng" in html
