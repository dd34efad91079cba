"""What readers, editors and choosers find, from one index that follows the database."""

import unicodedata
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone
from tantivy import Query
from wagtail.models import Page, PageViewRestriction

from articles.facets import WORDS
from articles.models import (
    Abbreviation,
    AskedQuestion,
    Author,
    DirectiveIndexPage,
    DirectivePage,
    DirectiveRelation,
    DirectiveType,
    IndexChange,
    Issuer,
    NewsPage,
    RegisterVersion,
)
from articles.register_query import FACETS
from articles.search import engine, local
from home.offices import BOARD, EDITORS
from tests.factories import (
    make_directive,
    make_home,
    make_image,
    make_news,
    make_section,
    make_user,
    searched,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home():
    return make_home()


def titles(client, query, **more):
    response = searched(client, query, **more)
    assert response.status_code == 200
    return [page.title for page in response.context["listing"]]


def numbers(response):
    return [line.note.split()[-1].partition("/")[0] for line in response.context["listing"]]


# What is there


@pytest.mark.parametrize(
    "typed",
    ["hòa giải ở cơ sở", "hoà giải ở cơ sở", "hoa giai o co so", "HOÀ GIẢI", "giải hòa", "cơ sở"],
)
def test_a_page_is_found_however_it_is_typed(client, typed):
    make_news("Hoà giải ở cơ sở")
    make_news("Hoa quả")
    assert titles(client, typed) == ["Hoà giải ở cơ sở"]
    assert titles(client, unicodedata.normalize("NFD", typed)) == ["Hoà giải ở cơ sở"]


def test_what_was_published_changed_and_taken_offline_is_seen_so(client):
    page = make_news("Cấp nước sạch", live=False)
    assert titles(client, "nước sạch") == []
    page.save_revision().publish()
    assert titles(client, "nước sạch") == ["Cấp nước sạch"]
    page.title = "Cấp điện"
    page.save_revision().publish()
    assert titles(client, "nước sạch") == []
    assert titles(client, "cấp điện") == ["Cấp điện"]
    NewsPage.objects.get().unpublish()
    assert titles(client, "cấp điện") == []


def test_what_was_deleted_is_gone_with_all_below_it(client):
    section = make_section(DirectiveIndexPage.objects.get(), "Chỉ thị cũ")
    make_directive(section, title="Nước sạch")
    assert titles(client, "nước sạch") == ["Nước sạch"]
    section.delete()
    assert titles(client, "nước sạch") == []


@pytest.mark.parametrize("closed_by", ["page", "section"])
def test_what_is_closed_is_never_found(client, closed_by):
    section = make_section(DirectiveIndexPage.objects.get(), "Nội bộ")
    page = make_directive(section, title="Nước sạch")
    assert titles(client, "nước sạch") == ["Nước sạch"]
    PageViewRestriction.objects.create(
        page=page if closed_by == "page" else section, restriction_type="login"
    )
    # Before the index hears of anything, too.
    response = client.get(reverse("articles:search"), {"q": "nước sạch"})
    assert response.context["listing"].paginator.count == 0
    assert titles(client, "nước sạch") == []


def test_a_page_that_moves_takes_its_privacy_along(client):
    register = DirectiveIndexPage.objects.get()
    closed, opened = make_section(register, "Kín"), make_section(register, "Mở")
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    page = make_directive(opened, title="Nước sạch")
    assert titles(client, "nước sạch") == ["Nước sạch"]
    Page.objects.get(pk=page.pk).move(closed, "last-child")
    assert titles(client, "nước sạch") == []
    Page.objects.get(pk=page.pk).move(Page.objects.get(pk=opened.pk), "last-child")
    assert titles(client, "nước sạch") == ["Nước sạch"]


def test_what_was_unpublished_a_moment_ago_is_not_shown(client):
    page = make_news("Nước sạch")
    local.catch_up()
    page.unpublish()
    response = client.get(reverse("articles:search"), {"q": "nước sạch"})
    assert list(response.context["listing"]) == []


def test_a_new_name_of_an_office_is_found_on_its_documents(client):
    issuer = Issuer.objects.create(name="Sở Xây dựng", short_name="Sở Xây dựng")
    make_directive(title="Cấp phép", issuer=issuer)
    local.catch_up()
    issuer.name = "Sở Hạ tầng"
    issuer.save()
    assert titles(client, "so ha tang") == ["Cấp phép"]


# What comes first


def test_what_binds_comes_before_what_no_longer_does(client):
    old = make_directive(title="Dùng chữ ký số", number="11")
    new = make_directive(title="Dùng chữ ký số", number="12")
    new.relations.add(DirectiveRelation(kind="replaces", target=old))
    new.save()
    response = searched(client, "chữ ký số")
    assert numbers(response) == ["12", "11"]
    new.unpublish()
    old.title = "Dùng chữ ký số"
    assert numbers(searched(client, "chữ ký số")) == ["11"]


def test_the_order_follows_the_calendar(client, monkeypatch):
    today = timezone.localdate()
    make_directive(title="Dùng chữ ký số", number="11", expires_on=today + timedelta(days=1))
    make_directive(title="Dùng chữ ký số", number="12", effective_on=today + timedelta(days=2))

    def order():
        return numbers(searched(client, "chữ ký số"))

    assert order() == ["11", "12"]
    monkeypatch.setattr(timezone, "localdate", lambda *_args: today + timedelta(days=2))
    assert order() == ["12", "11"]


def test_a_short_question_wants_all_its_words_and_says_when_nothing_has_them(client):
    make_news("Nước sạch nông thôn")
    make_news("Chợ nông thôn")
    assert titles(client, "nước sạch nông thôn") == ["Nước sạch nông thôn"]
    response = searched(client, "nước sạch vũ trụ")
    assert [page.title for page in response.context["listing"]] == ["Nước sạch nông thôn"]
    assert "Không có trang nào chứa đủ các từ này" in response.content.decode()
    for typed in ("nước sạch", "vũ trụ"):
        assert "Không có trang nào chứa đủ" not in searched(client, typed).content.decode()


def test_a_whole_sentence_is_answered_by_what_has_most_of_it(client):
    make_news("Thủ tục khai sinh cho trẻ mới sinh")
    make_news("Thủ tục xây nhà")
    asked = "tôi muốn làm giấy khai sinh cho con thì thủ tục thế nào"
    response = searched(client, asked)
    assert response.context["listing"][0].title == "Thủ tục khai sinh cho trẻ mới sinh"
    assert not response.context["search"].found.is_loose


def test_abbreviations_are_found_both_ways_as_editors_list_them(client):
    make_news("Bồi dưỡng CNTT")
    make_news("Bồi dưỡng công nghệ thông tin")
    both = {"Bồi dưỡng CNTT", "Bồi dưỡng công nghệ thông tin"}
    assert set(titles(client, "cntt")) == set(titles(client, "cong nghe thong tin")) == both
    make_news("Phòng chống TTĐB")
    assert titles(client, "thời tiết đặc biệt") == []
    Abbreviation.objects.create(short="TTĐB", full="thời tiết đặc biệt")
    assert titles(client, "thời tiết đặc biệt") == ["Phòng chống TTĐB"]


def test_results_show_where_the_words_stand_and_no_markup_of_editors(client):
    make_directive(body=[("text", "<p>Mỗi cán bộ dùng &lt;i&gt; hộp thư <b>công vụ</b>.</p>")])
    shown = searched(client, "hop thu cong vu").content.decode()
    assert "&lt;i&gt; <mark>hộp</mark> <mark>thư</mark> <mark>công</mark> <mark>vụ</mark>" in shown


def test_a_slip_leads_to_the_word_that_is_there(client):
    make_news("Nước sạch nông thôn")
    make_news("Hồ sơ tuyệt mật", live=False)
    for typed, meant in (
        ("nuoec sach", "nước sach"),
        ("nước sachh", "nước sạch"),
        ("nươcs sạch", "nước sạch"),
    ):
        response = searched(client, typed)
        assert response.context["search"].found.meant == meant
        assert "Có phải bạn tìm" in response.content.decode()
        assert titles(client, response.context["search"].found.meant) == ["Nước sạch nông thôn"]
    assert searched(client, "nước sạch").context["search"].found.meant is None
    # Nobody learns from it what is not public.
    assert searched(client, "tuyeet matj").context["search"].found.meant is None
    assert searched(client, '"><script>').context["search"].found.meant is None


# While somebody types


def suggested(client, typed):
    local.catch_up()
    response = client.get(reverse("articles:suggest"), {"q": typed})
    assert response.status_code == 200
    return response, response.json()["suggestions"]


def test_titles_and_numbers_are_suggested(client):
    make_news("Nước sạch nông thôn")
    make_directive(title="Giá nước sạch")
    make_news("Chợ quê", body=[("text", "<p>nước sạch</p>")])
    response, found = suggested(client, "nước sạ")
    assert {one["title"] for one in found} == {"Nước sạch nông thôn", "Giá nước sạch"}
    assert "public" in response["Cache-Control"]
    _response, [first, *_others] = suggested(client, "07/ct")
    assert first["title"] == "Giá nước sạch"
    assert first["note"] == "Chỉ thị 07/CT-UBND"
    assert client.get(first["address"]).status_code == 200


def test_nothing_closed_or_unpublished_is_suggested(client):
    make_news("Nước sạch nháp", live=False)
    closed = make_news("Nước sạch kín")
    numbered = make_directive(title="Văn bản kín")
    for page in (closed, numbered):
        PageViewRestriction.objects.create(page=page, restriction_type="login")
    offline = make_news("Nước sạch cũ")
    local.catch_up()
    offline.unpublish()
    response = client.get(reverse("articles:suggest"), {"q": "nước s"})
    assert response.json() == {"suggestions": []}
    assert suggested(client, "07/CT-UBND")[1] == []


def test_suggestions_are_few_and_there_are_none_for_nothing(client):
    for number in range(12):
        make_news(f"Nước sạch {number}")
    assert len(suggested(client, "nuoc")[1]) == 8
    assert suggested(client, "")[1] == suggested(client, " - ")[1] == []


# When there is no index


def home_of(settings):
    return settings.SEARCH_DIR / f"v{local.FORMAT}"


def test_without_an_index_titles_are_searched(client):
    make_news("Nước sạch")
    make_news("Nước sạch kín", live=False)
    for typed in ("nước sạch", "nuoc sach"):
        response = client.get(reverse("articles:search"), {"q": typed})
        assert [page.title for page in response.context["listing"]] == ["Nước sạch"]


@pytest.mark.parametrize("text", ["{", "{}", "[]", ""])
@pytest.mark.parametrize("name", ["meta.json", "position.json"])
def test_a_damaged_index_is_made_anew_while_readers_get_an_answer(client, settings, name, text):
    make_news("Nước sạch")
    local.catch_up()
    [folder] = [path for path in home_of(settings).iterdir() if path.is_dir()]
    (folder / name).write_text(text)
    local._open.clear()
    response = client.get(reverse("articles:search"), {"q": "nuoc sach"})
    assert [page.title for page in response.context["listing"]] == ["Nước sạch"]
    assert titles(client, "nước sạch") == ["Nước sạch"]
    assert not folder.exists()


def test_a_question_that_fails_costs_nobody_the_index(client, settings):
    make_news("Nước sạch")
    local.catch_up()
    name = (home_of(settings) / "current").read_text()
    # That field knows no positions.
    wrong = Query.phrase_query(engine.SCHEMA, "key", ["a", "b"])
    assert local.search(wrong, 1) is None
    assert (home_of(settings) / "current").read_text() == name
    assert local.search(engine.asking("nước sạch"), 1)[0] == 1


def test_a_page_that_cannot_be_read_keeps_no_other_from_being_found(client, monkeypatch, caplog):
    make_news("Nước sạch")
    make_directive(title="Nước sạch ở xã")
    monkeypatch.delattr(DirectivePage, "searchable_text")
    monkeypatch.setattr(
        DirectivePage, "searchable_text", property(lambda page: 1 / 0), raising=False
    )
    assert titles(client, "nước sạch") == ["Nước sạch"]
    assert "Not in the search index" in caplog.text


def test_a_new_index_keeps_who_lacks_common_words(client, monkeypatch):
    for number in range(9):
        make_news(f"Nước sạch {number}")
    make_news("Chợ quê")
    # Only some are looked at.
    monkeypatch.setattr(local, "SAMPLE", 5)
    local.catch_up()
    local.search(engine.EVERYTHING, 1)
    [index] = local._open.values()
    kept = dict(index._searcher().terms_with_prefix("lacks", ""))
    assert "nuoc" in kept
    assert "cho" not in kept


def test_a_half_made_index_is_left_aside(client, settings):
    make_news("Nước sạch")
    half, older = home_of(settings) / "half", settings.SEARCH_DIR / "v0"
    for folder in (half, older):
        folder.mkdir(parents=True)
    assert titles(client, "nước sạch") == ["Nước sạch"]
    assert not half.exists()
    assert not older.exists()


def test_a_restored_backup_makes_the_index_anew(client):
    page = make_news("Nước sạch")
    local.catch_up()
    RegisterVersion.objects.update(index_version=0)
    IndexChange.objects.all().delete()
    Page.objects.filter(pk=page.pk).update(title="Chợ quê")
    assert titles(client, "chợ quê") == ["Chợ quê"]


def test_one_process_keeps_an_index(client):
    with local.keeping(), pytest.raises(local.Busy):
        local.catch_up()


def test_nothing_is_written_when_nothing_has_changed():
    make_news("Nước sạch")
    assert local.catch_up() > 0
    assert local.catch_up() == 0


# The office


def admin_titles(admin_client, address, query, **more):
    local.catch_up()
    response = admin_client.get(address, {"q": query} | more)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("typed", ["07/CT-UBND", "07 ct", "nuoc sach", "NƯỚC SẠCH"])
@pytest.mark.parametrize("place", ["pages", "chooser", "section"])
def test_editors_find_a_directive_by_its_number_and_without_marks(admin_client, place, typed):
    page = make_directive(title="Nước sạch")
    make_directive(title="Chợ quê", number="31")
    address, more = {
        "pages": (reverse("wagtailadmin_pages:search"), {}),
        "chooser": (
            reverse("wagtailadmin_choose_page_search"),
            {"page_type": "articles.DirectivePage"},
        ),
        "section": (reverse("wagtailadmin_explore", args=[page.get_parent().pk]), {}),
    }[place]
    shown = admin_titles(admin_client, address, typed, **more)
    assert "07/CT-UBND: Nước sạch" in shown
    assert "Chợ quê" not in shown


def test_a_chooser_offers_what_it_is_for_only(admin_client):
    make_directive(title="Nước sạch")
    make_news("Nước sạch ở xã")
    shown = admin_titles(
        admin_client,
        reverse("wagtailadmin_choose_page_search"),
        "nước sạch",
        page_type="articles.DirectivePage",
    )
    assert "07/CT-UBND: Nước sạch" in shown
    assert "Nước sạch ở xã" not in shown


def test_drafts_are_found_in_the_office(admin_client):
    make_news("Nước sạch", live=False)
    assert "Nước sạch" in admin_titles(
        admin_client, reverse("wagtailadmin_pages:search"), "nuoc sach"
    )


def test_pictures_and_names_are_found_without_marks(admin_client):
    make_image(title="Cầu Hiền Lương")
    make_image(title="Chợ Đông Hà")
    shown = admin_titles(admin_client, reverse("wagtailimages:index"), "hien luong")
    assert "Cầu Hiền Lương" in shown
    assert "Chợ Đông Hà" not in shown
    Author.objects.create(name="Đỗ Thị Mận")
    Author.objects.create(name="Lê Văn Ổi")
    shown = admin_titles(
        admin_client, reverse(Author.snippet_viewset.get_url_name("list")), "do man"
    )
    assert "Đỗ Thị Mận" in shown
    assert "Lê Văn Ổi" not in shown


def test_a_queryset_decides_what_its_search_finds():
    make_directive(title="Nước sạch một", number="11", signed_on=date(2020, 1, 1))
    make_directive(title="Nước sạch hai", number="12", signed_on=date(2021, 1, 1))
    make_directive(title="Nước sạch ba", number="13", signed_on=date(2022, 1, 1))
    make_news("Nước sạch bốn")
    local.catch_up()
    pages = DirectivePage.objects.filter(signed_on__year__gte=2021)
    results = pages.order_by("signed_on").search("nuoc sach", order_by_relevance=False)
    assert [page.number for page in results] == ["12", "13"]
    assert results.count() == len(results) == 2
    assert [page.number for page in results[1:]] == ["13"]
    assert {page.number for page in pages.search("nước sạch")} == {"12", "13"}
    assert Page.objects.search("nước sạch").count() == 4
    assert list(DirectivePage.objects.search("nước chợ", operator="and")) == []
    assert DirectivePage.objects.search("nước chợ", operator="or").count() == 3
    assert DirectivePage.objects.autocomplete("nước sạch m")[0].number == "11"
    scored = DirectivePage.objects.search("nước sạch ba").annotate_score("points")
    assert scored[0].points > 0


def test_of_many_the_same_is_found_as_of_few(monkeypatch):
    pages = [make_news(f"Nước {number}", live=number % 3 != 0) for number in range(12)]
    local.catch_up()
    querysets = [
        Page.objects.all(),
        Page.objects.live(),
        Page.objects.exclude(pk=pages[5].pk),
        Page.objects.filter(pk__in=[pages[2].pk, pages[7].pk]),
        Page.objects.none(),
        NewsPage.objects.filter(title__gt="Nước 3"),
    ]

    def found():
        answers = []
        for queryset in querysets:
            for by_relevance in (True, False):
                results = queryset.search("nước", order_by_relevance=by_relevance)
                parts = [[page.pk for page in results[at : at + 3]] for at in range(0, 12, 3)]
                answers.append((results.count(), results[2:4].count(), parts, list(results)))
        return answers

    few = found()
    assert few[0][0] == 12
    assert [len(part) for part in few[0][2]] == [3, 3, 3, 3]
    for many in (6, 2):
        monkeypatch.setattr("articles.search.backend.MANY", many)
        assert found() == few
    # And what has changed since.
    pages[1].unpublish()
    local.catch_up()
    assert Page.objects.live().search("nước").count() == few[2][0] - 1


def test_without_an_index_the_office_searches_names(admin_client):
    make_directive(title="Nước sạch")
    make_directive(title="Chợ quê", number="31")
    response = admin_client.get(reverse("wagtailadmin_pages:search"), {"q": "nước"})
    assert "07/CT-UBND: Nước sạch" in response.content.decode()
    assert "Chợ quê" not in response.content.decode()


def test_the_board_keeps_the_list_of_abbreviations_and_editors_do_not(client):
    views = Abbreviation.snippet_viewset
    client.force_login(make_user("lan", BOARD))
    add = reverse(views.get_url_name("add"))
    answer = client.post(add, {"short": "TTĐB", "full": "thời tiết đặc biệt"})
    assert answer.status_code == 302
    known = Abbreviation.objects.get(short="TTĐB")
    for facts, message in (
        ({"short": "TTĐB", "full": "thời tiết đặc biệt"}, "đã có trong danh sách"),
        ({"short": "&", "full": "và"}, "chữ cái hoặc chữ số"),
        ({"short": "VB", "full": "vb"}, "Hai ô là cùng một từ"),
    ):
        answer = client.post(add, facts)
        assert message in answer.content.decode()
        assert facts["full"] in answer.content.decode()
    client.force_login(make_user("mai", EDITORS))
    edit = reverse(views.get_url_name("edit"), args=[known.pk])
    for address in (add, edit):
        assert client.post(address, {"short": "X", "full": "y"}).status_code == 302
    known.refresh_from_db()
    assert known.short == "TTĐB"
    assert not Abbreviation.objects.filter(short="X").exists()


def test_types_have_abbreviations_of_their_own():
    assert DirectiveType.objects.count() == 29
    assert Abbreviation.objects.filter(short="UBND", full="Ủy ban nhân dân").exists()


# Hostile input

SHORT = r"""
" ' "a a' ` `` “” * a* *a ? NEAR(a NEAR( AND OR NOT ^a a^2 title:a body:* a:b:c +a-b a~2 [a] {a}
(a a) (((((( && || ! a|b a&b :* a:* <-> % _ %%% <script>alert(1)</script> {{7*7}} {%now%} ../../etc
🙂 漢字 ｆｕｌｌ № ½ ٧/ct-ubnd -1 1e309 NaN 0/0-0 /// --- 07//CT null None a̐̑̒̓̔̕ ' OR 1=1 -- ${a} \\ \0
"""
HOSTILE = [
    *SHORT.split(),
    *("", " ", "\0", "a\0b", "7/CT-UBND\0", "\x01\x02\x1f", "\ufeff", "\u202egnuhc", "\u200b"),
    *("\ufffd", "\t\n\r", '"' * 500, "'" * 500, "\\" * 500, "a" * 8_192, "ạ" * 8_192, "a " * 4_096),
    *("từ " * 400, "07/CT-UBND " * 200, "1" * 5_000, "so 99999999999999999999", "'; DROP TABLE a"),
    *("a AND NOT b", "NEAR(a b)", "[a TO b]", "07/CT-UBND 99999", "a" + "\u0301" * 3_000),
]


PARAMETERS = [
    *("q", "trang", "muc", "hieu-luc", "loai", "co-quan"),
    *("linh-vuc", "nam", "tu-ngay", "den-ngay", "sap-xep"),
]


def test_the_hostile_corpus_is_large_enough():
    assert len(set(HOSTILE)) > 80


def test_whatever_is_typed_is_answered_while_it_is_typed(client):
    make_directive()
    local.catch_up()
    for typed in HOSTILE:
        assert client.get(reverse("articles:suggest"), {"q": typed}).status_code == 200, typed


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_whatever_is_typed_is_answered_with_a_page(client, parameter):
    make_directive()
    local.catch_up()
    for typed in HOSTILE:
        asked = {"q": "chỉ thị"} | {parameter: typed}
        response = client.get(reverse("articles:search"), asked)
        assert response.status_code == 200, typed
        assert "<script>alert" not in response.content.decode()
        assert client.get(reverse("articles:search_feed"), asked).status_code == 200, typed


# Every other public parameter there is.
OTHERS = [
    *(("/van-ban/", name) for name in (*(WORDS[facet] for facet in FACETS), "ngay", "sap-xep")),
    *(("/van-ban/", "moi-trang"), ("/van-ban/", "trang")),
    *(("/tin-tuc/", "trang"), ("/su-kien/", "trang"), ("/y-kien/", "trang")),
    *(("{directive}", "ngay"), ("{directive}so-sanh/", "tu"), ("{directive}so-sanh/", "den")),
    *(("/live/", "page"), ("/live/", "poll"), ("/live/", "seen"), ("/sitemap.xml", "p")),
    *(("/api/v2/pages/", name) for name in ("offset", "limit", "order", "fields", "type")),
]


@pytest.mark.parametrize(("address", "parameter"), OTHERS)
def test_whatever_is_asked_of_other_pages_is_answered(client, address, parameter):
    address = address.format(directive=make_directive().url)
    assert client.get(address).status_code == 200, address
    for typed in HOSTILE:
        response = client.get(address, {parameter: typed})
        assert response.status_code < 500, typed
        is_shown = response.get("Content-Type", "").startswith("text/html")
        assert not is_shown or b"<script>alert" not in response.content


def test_whatever_stands_in_an_address_is_answered(client):
    make_directive()
    for typed in HOSTILE:
        for start in ("/", "/van-ban/", "/van-ban/so/", "/tin-tuc/", "/api/v2/"):
            response = client.get(start + quote(typed, safe=""))
            assert response.status_code < 500, typed


def test_whatever_is_sent_to_be_counted_is_answered(client):
    for typed in HOSTILE:
        assert client.get(reverse("live"), {"asked": typed}).status_code == 200, typed
    assert not AskedQuestion.objects.exists()


def test_whatever_is_typed_in_the_office_is_answered(admin_client):
    make_directive()
    local.catch_up()
    addresses = [
        reverse("wagtailadmin_pages:search"),
        reverse("wagtailadmin_choose_page_search"),
        reverse("wagtailimages:index"),
    ]
    for typed in HOSTILE:
        for address in addresses:
            assert admin_client.get(address, {"q": typed}).status_code == 200, typed
