"""The API of public pages, for programs."""

from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from articles.models import (
    Author,
    DirectiveAttachment,
    DirectiveIndexPage,
    DirectivePage,
    DirectiveRelation,
    DirectiveType,
    Issuer,
    Topic,
)
from home.founding import ENGLISH_NAME, lay_english
from tests.factories import (
    make_directive,
    make_document,
    make_event,
    make_home,
    make_image,
    make_news,
    make_section,
    make_user,
    tomorrow,
)

pytestmark = pytest.mark.django_db

PAGES = "/api/v2/pages/"
DIRECTIVES = f"{PAGES}?type=articles.DirectivePage"
NEWS = f"{PAGES}?type=articles.NewsPage"


@pytest.fixture
def home():
    # It remembers pictures of other tests, which had the same keys.
    cache.clear()
    return make_home()


@pytest.fixture
def read(client):
    def answer(address):
        response = client.get(address)
        assert response.status_code == 200, response.content.decode()
        assert response["Content-Type"] == "application/json"
        return response.json()

    return answer


@pytest.fixture
def titles(read):
    return lambda address: [item["title"] for item in read(address)["items"]]


def relate(source, kind, target=None, **facts):
    source.relations.add(DirectiveRelation(kind=kind, target=target, **facts))
    source.save()


# What it says ------------------------------------------------------------------------------------


def test_a_directive_has_its_whole_record(home, read):
    old = make_directive(number="01", title="Cũ", signed_on=date(2010, 1, 1))
    page = make_directive(
        number="15/2024",
        symbol="QĐ-UBND",
        type=DirectiveType.objects.get(name="Quyết định"),
        signed_on=date(2024, 3, 1),
        effective_on=date(2024, 4, 1),
        expires_on=tomorrow(),
        summary="Tóm tắt",
        topics=[Topic.objects.create(name="Đất đai")],
        body=[
            ("heading", {"text": "Phạm vi", "level": "2", "anchor": ""}),
            ("text", "<p>Áp dụng cho <b>mọi</b> xã.</p><p>Và phường.</p>"),
        ],
    )
    relate(page, "replaces", old)
    relate(page, "cites", other_document="Luật Đất đai 2024", provisions="Điều 3")
    document = make_document()
    page.attachments.add(DirectiveAttachment(document=document, is_signed_copy=True))
    page.change_note = "Thêm bản ký"
    page.save()

    [found] = read(f"{DIRECTIVES}&fields=*&number=15/2024")["items"]
    today = timezone.localdate().isoformat()
    assert found.pop("editions")[-1] == {"number": 4, "day": today, "note": "Thêm bản ký"}
    assert found == {
        "id": page.pk,
        "meta": {
            "type": "articles.DirectivePage",
            "detail_url": f"http://localhost/api/v2/pages/{page.pk}/",
            "html_url": page.full_url,
            "slug": page.slug,
            "show_in_menus": False,
            "seo_title": "",
            "search_description": "",
            "first_published_at": None,
            "last_published_at": None,
        },
        "title": "Dùng văn bản điện tử",
        "reference": "15/2024/QĐ-UBND",
        "number": "15/2024",
        "symbol": "QĐ-UBND",
        "year": 2024,
        "document_type": {"name": "Quyết định", "abbreviation": "QĐ", "slug": "quyet-dinh"},
        "issuer": {
            "name": "UBND tỉnh Quảng Trị",
            "short_name": "UBND tỉnh",
            "slug": "ubnd-tinh-quang-tri",
        },
        "signer": "Nguyễn Văn Bình",
        "signer_position": "Chủ tịch",
        "signed_on": "2024-03-01",
        "effective_on": "2024-04-01",
        "expires_on": tomorrow().isoformat(),
        "subject": "Về việc tăng cường dùng văn bản điện tử",
        "topics": ["Đất đai"],
        "effect": {
            "day": today,
            "value": "in-force",
            "label": "Còn hiệu lực",
            "last_day": tomorrow().isoformat(),
        },
        "withdrawn_on": None,
        "withdrawal_reason": "",
        "relations": [
            {
                "kind": "replaces",
                "label": found["relations"][0]["label"],
                "is_incoming": False,
                "document": {
                    "id": old.pk,
                    "reference": "01/CT-UBND",
                    "title": "Cũ",
                    "permalink": "http://localhost/van-ban/so/01-CT-UBND-2010/",
                },
                "name": "01/CT-UBND",
                "provisions": "",
                "begins_on": "2024-04-01",
            },
            {
                "kind": "cites",
                "label": found["relations"][1]["label"],
                "is_incoming": False,
                "document": None,
                "name": "Luật Đất đai 2024",
                "provisions": "Điều 3",
                "begins_on": None,
            },
        ],
        "permalink": "http://localhost/van-ban/so/15-2024-QD-UBND-2024/",
        "attachments": [
            {
                "title": "Bản ký",
                "url": f"http://localhost{document.url}",
                "type": "application/pdf",
                "size": 15,
                "sha256": document.content.sha256,
                "is_signed_copy": True,
            }
        ],
        "summary": "Tóm tắt",
        "lead_image": None,
        "body": "Phạm vi\nÁp dụng cho mọi xã.\nVà phường.",
    }


def test_a_page_of_its_own_says_the_same_and_what_it_lies_in(home, read):
    page = make_directive()
    [listed] = read(f"{DIRECTIVES}&fields=*")["items"]
    found = read(f"{PAGES}{page.pk}/")
    assert found["meta"].pop("parent")["title"] == "Văn bản"
    assert found == listed


def test_relations_are_shown_both_ways(home, read):
    old = make_directive(number="01", title="Cũ")
    new = make_directive(number="02", title="Mới", signed_on=date(2020, 1, 1))
    relate(new, "replaces", old)
    found = read(f"{PAGES}{old.pk}/")
    assert found["effect"]["value"] == "superseded"
    [relation] = found["relations"]
    assert relation["is_incoming"]
    assert relation["document"]["reference"] == "02/CT-UBND"


def test_the_body_says_articles_and_clauses_as_they_are_numbered(home, read):
    clause = {"number": "", "text": "<p>Ký số.</p>", "points": ["<p>Văn bản đi.</p>"]}
    provision = {"number": "3", "title": "Trách nhiệm", "text": "", "clauses": [clause]}
    page = make_directive(body=[("provision", provision)])
    said = read(f"{PAGES}{page.pk}/")["body"]
    assert said == "Điều 3. Trách nhiệm\n1. Ký số.\na) Văn bản đi."


def test_news_say_what_they_are_about(home, read):
    page = make_news(
        posted_on=date(2026, 11, 20),
        lead_image=make_image(),
        authors=[Author.objects.create(name="Lan")],
        topics=[Topic.objects.create(name="Giáo dục")],
    )
    page.tags.add(Tag.objects.create(name="lớp học"))
    page.save()
    [found] = read(f"{NEWS}&fields=*")["items"]
    assert found["posted_on"] == "2026-11-20"
    assert (found["authors"], found["topics"], found["tags"]) == (
        ["Lan"],
        ["Giáo dục"],
        ["lớp học"],
    )
    picture = found["lead_image"]
    assert (picture["width"], picture["height"]) == (1200, 630)
    assert picture["url"].startswith("http://localhost/media/images/")


def test_events_say_when_and_where(home, read):
    found = read(f"{PAGES}{make_event().pk}/")
    assert found["starts_at"] == "2026-10-10T08:00:00+07:00"
    assert found["ends_at"] == "2026-10-10T17:00:00+07:00"
    assert found["place"] == "Đông Hà"


def test_a_page_is_found_by_its_address(home, client):
    page = make_directive()
    response = client.get(f"{PAGES}find/", {"html_path": page.url})
    assert response["Location"] == f"http://localhost/api/v2/pages/{page.pk}/?"


# What it is asked --------------------------------------------------------------------------------


def test_directives_are_filtered_by_their_facts(home, titles):
    commune = Issuer.objects.create(name="UBND xã", short_name="UBND xã")
    plan = DirectiveType.objects.get(name="Kế hoạch")
    land = Topic.objects.create(name="Đất đai")
    make_directive(title="Một", number="01", issuer=commune)
    make_directive(title="Hai", number="02", symbol="KH-UBND", type=plan)
    make_directive(title="Ba", number="03", signed_on=date(2020, 5, 1), topics=[land])
    make_directive(title="Bốn", number="04", signed_on=date(2020, 6, 1), signer="Lê Lan")
    for query, expected in [
        ("issuer=ubnd-xa", ["Một"]),
        ("document_type=ke-hoach", ["Hai"]),
        ("symbol=KH-UBND", ["Hai"]),
        ("topics=dat-dai", ["Ba"]),
        ("year=2020", ["Ba", "Bốn"]),
        ("signed_on=2020-06-01", ["Bốn"]),
        ("signer=L%C3%AA%20Lan&year=2020", ["Bốn"]),
        ("year=2020&issuer=ubnd-xa", []),
    ]:
        assert titles(f"{DIRECTIVES}&{query}") == expected, query


def test_directives_are_filtered_by_their_effect_today(home, titles):
    make_directive(title="Còn", number="01")
    make_directive(title="Hết", number="02", expires_on=date(2015, 1, 1))
    assert titles(f"{DIRECTIVES}&effect=expired") == ["Hết"]
    assert titles(f"{DIRECTIVES}&effect=in-force") == ["Còn"]
    assert titles(f"{DIRECTIVES}&effect=khac") == []


def test_news_are_filtered_by_author_topic_and_tag(home, titles):
    page = make_news("Một", authors=[Author.objects.create(name="Lan")])
    page.tags.add(Tag.objects.create(name="bão", slug="bao"))
    page.save()
    make_news("Hai", topics=[Topic.objects.create(name="Giáo dục")])
    assert titles(f"{NEWS}&authors=lan") == titles(f"{NEWS}&tags=bao") == ["Một"]
    assert titles(f"{NEWS}&topics=giao-duc") == ["Hai"]


def test_pages_are_listed_in_the_order_that_is_asked_for(home, titles):
    for number, day in [("01", 3), ("02", 1), ("03", 2)]:
        make_directive(title=number, number=number, signed_on=date(2020, 1, day))
    assert titles(f"{DIRECTIVES}&order=signed_on") == ["02", "03", "01"]
    assert titles(f"{DIRECTIVES}&order=-signed_on") == ["01", "03", "02"]
    assert titles(f"{DIRECTIVES}&order=year,-number") == ["03", "02", "01"]


def test_pages_of_results_neither_repeat_nor_miss_any(home, client, titles):
    for number in range(1, 10):
        make_directive(title=str(number), number=f"{number:02}")
    found = []
    for offset in range(0, 10, 2):
        found += titles(f"{DIRECTIVES}&order=-signed_on&limit=2&offset={offset}")
    assert sorted(found) == [str(number) for number in range(1, 10)]
    # Not by luck: all were signed on one day.
    asked = [query["sql"] for query in counted(client, f"{DIRECTIVES}&order=-signed_on")]
    assert any(
        '"signed_on" DESC, "articles_directivepage"."page_ptr_id" ASC' in sql for sql in asked
    )


def test_pages_are_listed_by_the_section_that_they_lie_in(home, titles):
    index = DirectiveIndexPage.objects.get()
    section = make_section(index, "Chỉ thị email")
    make_directive(section, "Trong mục", number="01")
    make_directive(index, "Ngoài mục", number="02")
    assert titles(f"{DIRECTIVES}&descendant_of={section.pk}") == ["Trong mục"]
    assert titles(f"{DIRECTIVES}&child_of={index.pk}") == ["Ngoài mục"]


def test_nobody_takes_more_than_fifty_at_once(home, client, read):
    assert client.get(f"{DIRECTIVES}&limit=51").status_code == 400
    assert read(f"{DIRECTIVES}&limit=50")["meta"]["total_count"] == 0


# What must not get out ---------------------------------------------------------------------------


def test_drafts_and_private_pages_are_not_there_for_anybody(home, client, titles):
    shown = make_news("Công khai")
    section = make_section(DirectiveIndexPage.objects.get(), "Nội bộ")
    hidden = [
        make_news("Bản nháp", live=False),
        section,
        make_directive(section, "Trong mục kín"),
        make_news("Bài kín"),
    ]
    for page in (section, hidden[-1]):
        PageViewRestriction.objects.create(page=page, restriction_type="login")
    PageViewRestriction.objects.create(
        page=make_news("Bài có mật khẩu"), restriction_type="password", password="mo"
    )
    public = titles(PAGES)
    assert public == ["Trang chủ", "Văn bản", "Tin tức", shown.title, "Sự kiện"]
    client.force_login(make_user("quan", is_superuser=True))
    assert titles(PAGES) == public
    for page in hidden:
        assert client.get(f"{PAGES}{page.pk}/").status_code == 404
        assert client.get(f"{PAGES}find/", {"html_path": page.url}).status_code == 404
        for relation in ("child_of", "descendant_of", "ancestor_of"):
            assert client.get(PAGES, {relation: page.pk}).status_code == 400


def test_a_draft_of_a_public_page_stays_in_the_office(home, read):
    page = make_directive(title="Đã đăng")
    page.title = page.subject = "Bản sửa chưa duyệt"
    page.save_revision()
    assert "chưa duyệt" not in str(read(f"{PAGES}{page.pk}/"))


def test_a_relation_to_what_is_not_public_is_not_shown(home, read):
    page = make_directive(number="20", title="Nguồn")
    draft = make_directive(number="01", title="Bản nháp", live=False)
    private = make_directive(number="02", title="Văn bản kín")
    for other in (draft, private):
        relate(page, "cites", other)
        relate(other, "corrects", page)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert read(f"{PAGES}{page.pk}/")["relations"] == []


def test_files_of_a_withdrawn_directive_are_not_given(home, read):
    page = make_directive(withdrawn_on=date(2016, 1, 1), withdrawal_reason="Ban hành nhầm")
    page.attachments.add(DirectiveAttachment(document=make_document()))
    page.save()
    found = read(f"{PAGES}{page.pk}/")
    assert found["attachments"] == []
    assert found["withdrawn_on"] == "2016-01-01"
    assert found["withdrawal_reason"] == "Ban hành nhầm"


def test_files_of_a_private_collection_are_not_given(home, read):
    closed = Collection.get_first_root_node().add_child(name="Nội bộ")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type="login")
    document = make_document("Bản kín")
    document.collection = closed
    document.save()
    page = make_directive()
    page.attachments.add(DirectiveAttachment(document=document))
    page.save()
    assert read(f"{PAGES}{page.pk}/")["attachments"] == []


@pytest.mark.parametrize(
    "query",
    [
        *(
            f"fields={name}"
            for name in ["owner", "locked_by", "latest_revision", "path", "revisions"]
        ),
        *("fields=alias_of", "fields=parent", "fields=content_type", "fields=locale"),
        *(
            "fields=issuer(directives)",
            "fields=*,parent(owner)",
            "order=owner",
            "order=owner__email",
        ),
        *("owner=1", "locked_by=1", "owner__username=quan", "live=false", "search=kin"),
        *("order=issuer__directives", "translation_of=1", "locale=fr", "site=localhost", "q=a"),
    ],
)
def test_what_is_none_of_its_facts_cannot_be_asked(home, client, query):
    make_directive()
    assert client.get(f"{DIRECTIVES}&{query}").status_code == 400


def test_an_answer_is_in_one_language_which_is_the_offices_own_unless_asked(home, client, titles):
    make_news()
    own = titles(PAGES)
    assert titles(f"{PAGES}?locale=vi") == own
    # While nobody has an English portal, there is nothing to ask for.
    assert client.get(f"{PAGES}?locale=en").status_code == 400
    lay_english()
    assert titles(f"{PAGES}?locale=en") == [ENGLISH_NAME]
    assert titles(PAGES) == own


def test_nothing_names_an_account(home, client):
    user = make_user("bien-tap-lan", first_name="Lan")
    page = make_directive(owner=user, locked=True, locked_by=user)
    page.save_revision(user=user)
    for address in (f"{DIRECTIVES}&fields=*", f"{PAGES}{page.pk}/"):
        said = client.get(address).content.decode()
        assert "bien-tap-lan" not in said
        assert "example.test" not in said


@pytest.mark.parametrize("name", ["images", "documents", "users", "redirects"])
def test_there_is_nothing_but_pages(home, client, name):
    assert client.get(f"/api/v2/{name}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(home, method):
    page = make_directive()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("quan", is_superuser=True))
    for address in (PAGES, f"{PAGES}{page.pk}/", f"{PAGES}find/"):
        response = getattr(client, method)(
            address, {"title": "Khác"}, content_type="application/json"
        )
        assert response.status_code == 405
    assert DirectivePage.objects.get().title == page.title


def test_everybody_gets_the_same_bytes_and_no_cookie(home, client):
    make_directive()
    address = f"{DIRECTIVES}&fields=*"
    first = client.get(address)
    client.force_login(make_user("quan", is_superuser=True))
    second = client.get(address, headers={"Accept": "text/html,*/*"})
    assert first.content == second.content
    for response in (first, second):
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert response["Content-Type"] == "application/json"


HUGE = "9" * 30


@pytest.mark.parametrize(
    "query",
    [
        *("offset=-1", "offset=a", f"offset={HUGE}", "limit=-1", "limit=a", f"limit={HUGE}"),
        *("order=khac", "order=-", "order=--title", "order=,", "order=random,title"),
        *("signed_on=hom-nay", "signed_on=2026-02-30", "year=a", "expires_on=", "show_in_menus=2"),
        *("child_of=a", "child_of=-1", f"child_of={HUGE}", f"descendant_of={HUGE}"),
        *("fields=(", "fields=a", f"fields={'a(' * 3000}", "fields=,", "fields=*,-title,"),
        *("number=%00", "issuer=%00", "effect=%00", "type=%00", "format=api", "khac=1"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(home, client, query):
    make_directive()
    response = client.get(f"{DIRECTIVES}&{query}")
    assert response.status_code == 400
    assert response.json()["message"]


@pytest.mark.parametrize(
    "kind", ["a", "a.b", ",", "auth.User", "articles.Issuer", "wagtailcore.Site"]
)
def test_a_type_that_is_no_page_is_refused(home, client, kind):
    assert client.get(PAGES, {"type": kind}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        *(f"year={HUGE}", f"id={HUGE}", "id=-1", f"number={'9' * 5000}", "offset=999999999"),
        *("order=random", "issuer=%F0%9F%99%82", "title=%27%20OR%201=1", "order=-effective_on"),
    ],
)
def test_an_odd_question_gets_an_answer(home, read, query):
    make_directive()
    read(f"{DIRECTIVES}&{query}")


@pytest.mark.parametrize(
    "query",
    ["id=a", f"id={HUGE}", "html_path=/khac/", "html_path=%00", "html_path=/van-ban/csv/", ""],
)
def test_what_is_not_found_says_so(home, client, query):
    assert client.get(f"{PAGES}find/?{query}").status_code in (302, 400, 404)
    assert client.get(f"{PAGES}{HUGE}/").status_code == 404


# What it costs -----------------------------------------------------------------------------------


def counted(client, address):
    client.get(address)  # fills caches
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return queries


def test_forty_directives_take_as_many_queries_as_twenty(home, client):
    topic, image, pages = Topic.objects.create(name="Đất đai"), make_image(), []
    counts = []
    for start in (1, 21):
        for number in range(start, start + 20):
            page = make_directive(
                number=f"{number:02}",
                title=f"Văn bản {number}",
                issuer=Issuer.objects.create(name=f"Sở {number}", short_name=f"Sở {number}"),
                topics=[topic],
                lead_image=image,
                body=[
                    ("text", f"<p>Nội dung {number}</p>"),
                    ("image", {"image": image, "caption": "Ảnh"}),
                    ("documents", {"heading": "Tệp", "documents": [make_document()]}),
                ],
            )
            page.attachments.add(DirectiveAttachment(document=make_document()))
            for other in pages[-2:]:
                page.relations.add(DirectiveRelation(kind="cites", target=other))
            page.save()
            pages.append(page)
        queries = counted(client, f"{DIRECTIVES}&fields=*&limit=50")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 20
    asked = [query["sql"] for query in queries]
    assert all(sql.startswith("SELECT") for sql in asked)
    # The text of every file would be megabytes.
    assert not [sql for sql in asked if '"articles_documentcontent"."pages"' in sql]


def test_forty_pages_of_any_kind_take_as_many_queries_as_twenty(home, client):
    author, image = Author.objects.create(name="Lan"), make_image()
    addresses = [PAGES, f"{NEWS}&fields=*&limit=50", f"{PAGES}?type=articles.EventPage&fields=*"]
    counts = []
    for start in (0, 20):
        for number in range(start, start + 20):
            news = make_news(f"Tin {number}", authors=[author], lead_image=image)
            news.tags.add(f"thẻ {number}")
            news.save()
            make_event(f"Sự kiện {number}", lead_image=image)
        counts.append([len(counted(client, address)) for address in addresses])
    assert counts[0] == counts[1]


def test_the_days_effect_is_that_of_the_day(home, read):
    page = make_directive(effective_on=tomorrow())
    found = read(f"{PAGES}{page.pk}/")["effect"]
    assert found["value"] == "not-yet"
    assert found["last_day"] == (tomorrow() - timedelta(days=1)).isoformat()


def test_moments_of_publication_are_those_of_the_page(home, read):
    moment = timezone.make_aware(datetime(2026, 11, 20, 7, 15))
    page = make_news(first_published_at=moment, last_published_at=moment)
    meta = read(f"{PAGES}{page.pk}/")["meta"]
    assert meta["first_published_at"] == meta["last_published_at"] == "2026-11-20T07:15:00+07:00"
