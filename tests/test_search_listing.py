"""What stands around the results: parts and their counts, days, orders, a feed, pages that the
office has chosen, and what readers have asked."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from articles.models import (
    AskedQuestion,
    DirectiveType,
    DocumentContent,
    Issuer,
    NewsPage,
    PromotedResult,
    Topic,
)
from articles.models.searches import KEPT
from articles.search import local
from articles.tasks import forget_questions
from home.models import OfficeSettings
from home.offices import BOARD, EDITORS
from tests.factories import (
    make_directive,
    make_event,
    make_home,
    make_news,
    make_user,
    searched,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def home():
    return make_home()


@pytest.fixture
def documents():
    """Four pages on clean water, each of another kind or type, and one on something else."""
    water, roads = Topic.objects.create(name="Nước"), Topic.objects.create(name="Đường sá")
    directive = make_directive(title="Nước sạch ở xã", signed_on=date(2024, 5, 2))
    directive.topics.set([water, roads])
    directive.save_revision().publish()
    decision = make_directive(
        title="Giá nước sạch",
        number="12",
        symbol="QĐ-UBND",
        type=DirectiveType.objects.get_or_create(name="Quyết định")[0],
        issuer=Issuer.objects.create(name="Sở Xây dựng", short_name="Sở Xây dựng"),
        signed_on=date(2023, 5, 2),
        expires_on=date(2023, 12, 31),
    )
    news = make_news("Mở trạm nước sạch", posted_on=date(2025, 5, 2))
    event = make_event("Ngày nước sạch")
    make_news("Chợ quê")
    return directive, decision, news, event


def titles(response):
    assert response.status_code == 200
    return [line.title for line in response.context["listing"]]


def offered(response, facet):
    """{word: count} of a facet, as the form offers it."""
    for one in response.context["facets"]:
        if one["name"] == facet:
            return {choice[0]: choice[2] for choice in (*one["choices"], *one["more"])}
    return None


# Parts


def test_results_are_counted_by_kind_type_body_field_year_and_state(client, documents):
    response = searched(client, "nuoc sach")
    assert offered(response, "kind") == {"van-ban": "2", "tin-tuc": "1", "su-kien": "1"}
    assert offered(response, "effect") == {"con": "1", "het": "1"}
    assert offered(response, "type") == {"chi-thi": "1", "quyet-dinh": "1"}
    assert offered(response, "issuer") == {"ubnd-tinh-quang-tri": "1", "so-xay-dung": "1"}
    assert offered(response, "topic") == {"nuoc": "1", "duong-sa": "1"}
    assert list(offered(response, "year").items()) == [
        ("2026", "1"),
        ("2025", "1"),
        ("2024", "1"),
        ("2023", "1"),
    ]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"muc": "van-ban"}, {"Nước sạch ở xã", "Giá nước sạch"}),
        ({"muc": ["tin-tuc", "su-kien"]}, {"Mở trạm nước sạch", "Ngày nước sạch"}),
        ({"hieu-luc": "het"}, {"Giá nước sạch"}),
        ({"loai": "chi-thi", "linh-vuc": "duong-sa"}, {"Nước sạch ở xã"}),
        ({"co-quan": "so-xay-dung", "nam": "2024"}, set()),
        ({"nam": ["2023", "2025"]}, {"Giá nước sạch", "Mở trạm nước sạch"}),
        ({"nam": "khong-phai-nam"}, set()),
        ({"tu-ngay": "2024-05-02"}, {"Nước sạch ở xã", "Mở trạm nước sạch", "Ngày nước sạch"}),
        ({"den-ngay": "2/5/2024"}, {"Nước sạch ở xã", "Giá nước sạch"}),
        ({"tu-ngay": "2024-05-02", "den-ngay": "2024-05-02"}, {"Nước sạch ở xã"}),
        # The wrong way round is no reason to find nothing.
        ({"tu-ngay": "2025-01-01", "den-ngay": "2024-01-01"}, {"Nước sạch ở xã"}),
    ],
)
def test_results_are_narrowed_down(client, documents, chosen, expected):
    assert set(titles(searched(client, "nước sạch", **chosen))) == expected


def test_a_facet_offers_its_other_values_and_the_others_what_is_left(client, documents):
    response = searched(client, "nước sạch", loai="chi-thi")
    assert offered(response, "type") == {"chi-thi": "1", "quyet-dinh": "1"}
    assert offered(response, "kind") == {"van-ban": "1"}
    assert offered(response, "year") == {"2024": "1"}
    shown = response.content.decode()
    assert 'value="chi-thi" checked' in shown
    # Each filter can be taken away again, and the address says all.
    [chip] = response.context["search"].chips
    assert parse_qs(urlsplit(chip["address"]).query) == {"q": ["nước sạch"]}


def test_numbers_are_narrowed_down_too(client, documents):
    assert titles(searched(client, "12/QĐ-UBND")) == ["Giá nước sạch"]
    assert titles(searched(client, "12/QĐ-UBND", muc="tin-tuc")) == []
    response = searched(client, "12/QĐ-UBND", muc="van-ban")
    assert titles(response) == ["Giá nước sạch"]
    assert offered(response, "effect") == {"het": "1"}


def test_nothing_left_says_that_it_was_the_filters(client, documents):
    shown = searched(client, "nước sạch", nam="1999").content.decode()
    assert "với các điều kiện lọc này" in shown
    assert "Tìm không lọc" in shown
    assert "Có phải bạn tìm" not in shown


def test_a_day_that_is_none_is_said_and_left_out(client, documents):
    response = searched(client, "nước sạch", **{"tu-ngay": "31/2/2024"})
    assert len(titles(response)) == 4
    assert "“31/2/2024” không phải là một ngày" in response.content.decode()


def test_results_are_ordered_by_day_when_asked(client, documents):
    newest = ["Ngày nước sạch", "Mở trạm nước sạch", "Nước sạch ở xã", "Giá nước sạch"]
    assert titles(searched(client, "nước sạch", **{"sap-xep": "moi-nhat"})) == newest
    assert titles(searched(client, "nước sạch", **{"sap-xep": "cu-nhat"})) == newest[::-1]


def test_what_is_closed_is_in_no_count(client, documents):
    directive, *_others = documents
    PageViewRestriction.objects.create(
        page=Page.objects.get(pk=directive.pk), restriction_type="login"
    )
    response = searched(client, "nước sạch")
    assert offered(response, "type") == {"quyet-dinh": "1"}
    assert "2024" not in offered(response, "year")


def test_the_file_is_named_in_which_the_words_are(client):
    page = make_directive()
    document = documents_of_office("Phụ lục bến đò.pdf", "Danh sách các bến đò ngang")
    page.attachments.create(document=document)
    page.save_revision().publish()
    shown = searched(client, "bến đò ngang").content.decode()
    assert "Trong tệp đính kèm “Phụ lục bến đò.pdf”" in shown
    assert "Trong tệp đính kèm" not in searched(client, "văn bản điện tử").content.decode()


def documents_of_office(title, text):
    from django.core.files.base import ContentFile
    from wagtail.documents import get_document_model

    document = get_document_model().objects.create(
        title=title, file=ContentFile(b"%PDF-1.4", name="a.pdf")
    )
    DocumentContent.objects.filter(document=document).update(pages=[text])
    return document


def test_a_page_of_results_takes_six_queries(client, documents):
    for number in range(30):
        make_news(f"Nước sạch {number}")
    local.catch_up()
    address = reverse("articles:search")
    for asked in ({"q": "nước sạch"}, {"q": "nuoc sach", "muc": "tin-tuc", "trang": "2"}):
        client.get(address, asked)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address, asked)
        assert len(titles(response)) >= 10
        assert len(captured) <= 6


# Feeds


def test_any_search_has_a_feed_of_its_newest_results(client, documents):
    response = searched(client, "nước sạch", muc="van-ban")
    address = reverse("articles:search_feed") + response.context["search"].query.address
    assert address.replace("&", "&amp;") in response.content.decode()
    feed = client.get(address)
    assert feed["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(feed.content)
    entries = root.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries] == [
        "Chỉ thị 07/CT-UBND: Nước sạch ở xã",
        "Quyết định 12/QĐ-UBND: Giá nước sạch",
    ]
    page = client.get(entries[0].find(f"{ATOM}link").get("href"))
    assert page.context["page"].pk == documents[0].pk
    assert client.get(address, headers={"If-None-Match": feed["ETag"]}).status_code == 304
    assert client.get(reverse("articles:search_feed")).status_code == 200


# What the office has chosen


def test_a_promoted_page_comes_first_however_the_question_is_typed(client, documents):
    chosen = make_news("Đường dây nóng")
    PromotedResult.objects.create(page=chosen, questions="giá điện\nNƯỚC SẠCH")
    for typed in ("nước sạch", "nuoc  sach", "Nước, sạch"):
        response = searched(client, typed)
        assert titles(response)[0] == "Đường dây nóng"
        assert len(titles(response)) == 5
        assert response.content.decode().count("Nên xem trước") == 1
    assert "Đường dây nóng" not in titles(searched(client, "nước"))
    assert titles(searched(client, "giá điện"))[0] == "Đường dây nóng"


def test_what_was_chosen_does_not_hide_that_nothing_else_is_found(client):
    make_news("Nước sạch nông thôn")
    chosen = make_news("Đường dây nóng")
    PromotedResult.objects.create(page=chosen, questions="nước sạch vũ trụ")
    response = searched(client, "nước sạch vũ trụ")
    assert titles(response) == ["Đường dây nóng", "Nước sạch nông thôn"]
    assert "Không có trang nào chứa đủ các từ này" in response.content.decode()


def test_a_promoted_page_is_shown_once_and_never_when_it_is_closed(client, documents):
    *_others, news, _event = documents
    promoted = PromotedResult.objects.create(page=news, questions="nước sạch")
    assert titles(searched(client, "nước sạch")).count(news.title) == 1
    restriction = PageViewRestriction.objects.create(
        page=Page.objects.get(pk=news.pk), restriction_type="login"
    )
    assert news.title not in titles(searched(client, "nước sạch"))
    restriction.delete()
    NewsPage.objects.get(pk=news.pk).unpublish()
    assert news.title not in titles(searched(client, "nước sạch"))
    promoted.delete()
    assert "Nên xem trước" not in searched(client, "nước sạch").content.decode()


def test_the_board_chooses_and_editors_do_not(client):
    page = make_news()
    add = reverse("wagtailsnippets_articles_promotedresult:add")
    client.force_login(make_user("viet", EDITORS))
    assert client.get(add).status_code == 302
    client.force_login(make_user("ban", BOARD))
    wrong = client.post(add, {"questions": " - ", "page": page.pk, "sort_order": 100})
    assert "Ghi bằng chữ cái hoặc chữ số." in wrong.content.decode()
    client.post(add, {"questions": "lớp học", "page": page.pk, "sort_order": 100})
    assert titles(searched(client, "lop hoc")) == [page.title]


# What readers have asked


def open_results(client, typed, **more):
    """What a browser does that opens a page of results."""
    shown = searched(client, typed, **more)
    asked = shown.context["asked"]
    if asked:
        assert f'data-asked="{asked}"' in shown.content.decode()
        client.get(reverse("live"), {"asked": asked}, headers={"User-Agent": "Mozilla/5.0"})


def test_questions_are_counted_in_all_their_spellings_as_one(client, documents):
    for typed in ("nước sạch", "Nuoc sach", "nước, sạch"):
        open_results(client, typed)
    open_results(client, "tàu vũ trụ")
    open_results(client, "nước sạch vũ trụ")
    assert [(one.text, one.times, one.found) for one in AskedQuestion.objects.order_by("pk")] == [
        ("nước, sạch", 3, 4),
        ("tàu vũ trụ", 1, 0),
        # Readers were shown what has some of these words.
        ("nước sạch vũ trụ", 1, 0),
    ]


def test_only_the_first_page_of_a_whole_search_is_counted_and_only_for_readers(client, documents):
    open_results(client, "nước sạch", muc="tin-tuc")
    open_results(client, "nước sạch", trang="2")
    open_results(client, "")
    asked = searched(client, "nước sạch").context["asked"]
    live = reverse("live")
    client.get(live, {"asked": asked}, headers={"User-Agent": "Googlebot/2.1"})
    client.get(live, {"asked": asked, "seen": "1"}, headers={"User-Agent": "Mozilla/5.0"})
    client.get(live, {"asked": f"{asked}x"}, headers={"User-Agent": "Mozilla/5.0"})
    assert not AskedQuestion.objects.exists()


def test_a_flood_of_questions_fills_no_disk(monkeypatch):
    monkeypatch.setattr("articles.models.searches.MOST_A_DAY", 2)
    for text in ("một", "hai", "ba", "hai"):
        AskedQuestion.objects.note(text, 1)
    assert {(one.text, one.times) for one in AskedQuestion.objects.all()} == {
        ("một", 1),
        ("hai", 2),
    }


def test_questions_are_forgotten_after_three_months():
    today = timezone.localdate()
    for age in (KEPT.days, KEPT.days + 1):
        day = today - timedelta(days=age)
        AskedQuestion.objects.create(day=day, words=f"{age}", text=f"{age}", found=0)
    forget_questions()
    assert [one.text for one in AskedQuestion.objects.all()] == [f"{KEPT.days}"]


@pytest.fixture
def questions():
    today = timezone.localdate()
    for days, text, times, found in (
        (0, "nước sạch", 3, 4),
        (1, "Nuoc sach", 20, 0),
        (2, "tàu vũ trụ", 7, 0),
    ):
        AskedQuestion.objects.create(
            day=today - timedelta(days=days),
            words="nuoc sach" if days < 2 else "tau vu tru",
            text=text,
            times=times,
            found=found,
        )


def test_the_report_shows_what_is_asked_most_and_what_finds_nothing(client, questions):
    client.force_login(make_user("ban", BOARD))
    address = reverse("search_questions")
    rows = client.get(address).context["object_list"]
    assert [(row["last_text"], row["asked"], row["last_found"]) for row in rows] == [
        ("nước sạch", 23, 4),
        ("tàu vũ trụ", 7, 0),
    ]
    rows = client.get(address, {"found": "khong"}).context["object_list"]
    assert [row["last_text"] for row in rows] == ["tàu vũ trụ"]
    rows = client.get(address, {"found": "co", "q": "NƯỚC"}).context["object_list"]
    assert [row["last_text"] for row in rows] == ["nước sạch"]
    today = timezone.localdate().isoformat()
    rows = client.get(address, {"day_from": today, "day_to": today}).context["object_list"]
    assert [(row["last_text"], row["asked"]) for row in rows] == [("nước sạch", 3)]
    rows = client.get(address, {"ordering": "asked"}).context["object_list"]
    assert rows[0]["last_text"] == "tàu vũ trụ"
    sheet = client.get(address, {"export": "csv"})
    assert "tàu vũ trụ,7,0" in b"".join(sheet.streaming_content).decode()
    assert address in client.get(reverse("wagtailadmin_home")).content.decode()


def test_the_report_is_the_boards(client, questions):
    client.force_login(make_user("viet", EDITORS))
    for name in ("search_questions", "search_questions_results"):
        assert client.get(reverse(name)).status_code == 302
    assert reverse("search_questions") not in client.get("/admin/").content.decode()


# What surrounds every page, held in memory


def test_the_office_and_the_menu_are_those_of_now(client, home):
    def shown():
        return client.get(reverse("articles:search")).content.decode()

    assert "Tỉnh Quảng Trị" in shown()
    office = OfficeSettings.objects.get()
    office.name = "Thành phố Huế"
    office.save()
    assert "Thành phố Huế" in shown()
    section = home.get_children().get(title="Tin tức").specific
    section.title = "Tin mới"
    section.save_revision().publish()
    assert "Tin mới" in shown()
    restriction = PageViewRestriction.objects.create(
        page=Page.objects.get(pk=section.pk), restriction_type="login"
    )
    assert "Tin mới" not in shown()
    restriction.delete()
    section.refresh_from_db()
    section.unpublish()
    assert "Tin mới" not in shown()
    Site.objects.update(root_page=home.get_children().get(title="Văn bản"))
    assert "Sự kiện" not in shown()
