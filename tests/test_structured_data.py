"""What search engines and databases of law read of a page: schema.org, as JSON-LD."""

import json
from datetime import date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from taggit.models import Tag
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from articles import structured_data
from articles.effect import Facts, timeline
from articles.models import (
    Author,
    DirectiveAttachment,
    DirectivePage,
    DirectiveRelation,
    DirectiveSuspension,
    DirectiveType,
    Effect,
    EventPage,
    Issuer,
    NewsIndexPage,
    Topic,
)
from home.models import OfficeSettings
from tests.factories import (
    make_directive,
    make_document,
    make_event,
    make_home,
    make_image,
    make_news,
    tomorrow,
)
from tests.validators import valid_jsonld

ATTACKS = [
    "</script><script>alert(1)</script>",
    "</SCRIPT >",
    "<!-- <script>",
    "]]>&lt;&#60;",
    "\u2028 dòng \u2029",
    '"}, {"@type": "Person", "name": "',
    "\\u003c/script>",
    "\x00",
]


@pytest.fixture
def home(db):
    return make_home()


@pytest.fixture
def read(client):
    """The node of a type in the answer to a request, which is valid as a whole."""

    def node(address, kind):
        response = client.get(address)
        assert response.status_code == 200
        return next(node for node in valid_jsonld(response.content) if node["@type"] == kind)

    return node


def relate(source, kind, target=None, **facts):
    source.relations.add(DirectiveRelation(kind=kind, target=target, **facts))
    source.save()


def names(nodes):
    return [node["name"] for node in nodes]


# Directives --------------------------------------------------------------------------------------


def test_a_directive_says_its_whole_record(home, read):
    page = make_directive(
        expires_on=date(2020, 12, 31),
        effective_on=date(2014, 7, 1),
        summary="Mọi cơ quan dùng thư điện tử.",
        topics=[Topic.objects.create(name="Công nghệ số")],
        first_published_at=timezone.make_aware(datetime(2014, 6, 20, 8)),
        last_published_at=timezone.make_aware(datetime(2015, 1, 5, 9, 30)),
    )
    page.issuer.established_on = date(1989, 7, 1)
    page.issuer.dissolved_on = date(2025, 6, 30)
    page.issuer.save()
    issuer = {
        "@type": "GovernmentOrganization",
        "name": "UBND tỉnh Quảng Trị",
        "foundingDate": "1989-07-01",
        "dissolutionDate": "2025-06-30",
    }
    today = timezone.localdate().isoformat()
    assert read(page.url, "Legislation") == {
        "@type": "Legislation",
        "@id": f"http://localhost/van-ban/so/07-CT-UBND-2014/#{page.pk}",
        "name": "Dùng văn bản điện tử",
        "legislationIdentifier": "07/CT-UBND",
        "alternateName": "Chỉ thị 07/CT-UBND",
        "abstract": "Mọi cơ quan dùng thư điện tử.",
        "description": "Về việc tăng cường dùng văn bản điện tử",
        "url": "http://localhost/van-ban/dung-van-ban-dien-tu/",
        "inLanguage": "vi",
        "keywords": ["Công nghệ số"],
        "legislationType": "Chỉ thị",
        "legislationDate": "2014-06-16",
        "datePublished": "2014-06-20T08:00:00+07:00",
        "dateModified": "2015-01-05T09:30:00+07:00",
        "legislationDateOfApplicability": "2014-07-01",
        "legislationDateVersion": today,
        "legislationLegalForce": "https://schema.org/NotInForce",
        "temporalCoverage": "2014-07-01/2020-12-31",
        "legislationPassedBy": issuer,
        "legislationResponsible": issuer,
    }


def make_not_yet():
    return make_directive(effective_on=tomorrow())


def make_partly():
    page = make_directive()
    relate(make_directive(number="08", title="Sửa"), "amends", page, provisions="Điều 2")
    return page


def make_suspended():
    page = make_directive()
    page.suspensions.add(DirectiveSuspension(starts_on=date(2015, 1, 1), reason="Chờ rà soát"))
    page.save()
    return page


def make_superseded():
    page = make_directive()
    relate(make_directive(number="08", title="Thay"), "replaces", page)
    return page


def make_withdrawn():
    return make_directive(withdrawn_on=date(2016, 1, 1), withdrawal_reason="Ban hành nhầm")


@pytest.mark.parametrize(
    ("make", "effect", "force", "in_force"),
    [
        (make_not_yet, Effect.NOT_YET, "NotInForce", f"{tomorrow()}/.."),
        (make_directive, Effect.IN_FORCE, "InForce", "2014-06-16/.."),
        (make_partly, Effect.PARTLY, "PartiallyInForce", "2014-06-16/.."),
        (make_suspended, Effect.SUSPENDED, "NotInForce", "2014-06-16/2014-12-31"),
        (make_superseded, Effect.SUPERSEDED, "NotInForce", None),
        (
            lambda: make_directive(expires_on=date(2014, 12, 31)),
            Effect.EXPIRED,
            "NotInForce",
            "2014-06-16/2014-12-31",
        ),
        (make_withdrawn, Effect.WITHDRAWN, "NotInForce", "2014-06-16/2015-12-31"),
    ],
)
def test_legal_force_is_the_effect_of_today(home, read, make, effect, force, in_force):
    page = make()
    assert DirectivePage.objects.get(pk=page.pk).effect == effect
    node = read(page.url, "Legislation")
    assert node["legislationLegalForce"] == f"https://schema.org/{force}"
    assert node.get("temporalCoverage") == in_force


def test_what_a_directive_does_to_others_is_said_and_links_to_them(home, read):
    page = make_directive(number="20", title="Nguồn", signed_on=date(2020, 1, 1))
    targets = {}
    for number, kind in enumerate(["replaces", "amends", "implements", "cites", "corrects"], 1):
        targets[kind] = make_directive(number=f"{number:02}", title=f"Đích {kind}")
        relate(page, kind, targets[kind])
    partly = make_directive(number="09", title="Đích một phần")
    relate(page, "replaces", partly, provisions="Điều 3")
    relate(page, "cites", other_document="Luật Giao dịch điện tử 2023")
    node = read(page.url, "Legislation")
    assert node["legislationRepeals"] == [
        {
            "@type": "Legislation",
            "@id": f"http://localhost/van-ban/so/01-CT-UBND-2014/#{targets['replaces'].pk}",
            "name": "Đích replaces",
            "legislationIdentifier": "01/CT-UBND",
        }
    ]
    # To replace a part is to amend.
    assert set(names(node["legislationAmends"])) == {"Đích amends", "Đích một phần"}
    assert names(node["legislationEnsuresImplementationOf"]) == ["Đích implements"]
    assert names(node["legislationCorrects"]) == ["Đích corrects"]
    assert set(names(node["citation"])) == {"Đích cites", "Luật Giao dịch điện tử 2023"}
    # There are no words for the way back.
    assert "Nguồn" not in str(read(targets["replaces"].url, "Legislation"))


def test_a_page_is_meant_by_the_id_that_others_call_it_by(home, read):
    old = make_directive(number="01", title="Cũ")
    new = make_directive(number="02", title="Mới")
    relate(new, "replaces", old)
    [named] = read(new.url, "Legislation")["legislationRepeals"]
    assert named["@id"] == read(old.url, "Legislation")["@id"]


def test_two_directives_of_one_number_are_two(home, read):
    commune = Issuer.objects.create(name="UBND xã", short_name="UBND xã")
    pages = [make_directive(title="Của tỉnh"), make_directive(title="Của xã", issuer=commune)]
    assert len({read(page.url, "Legislation")["@id"] for page in pages}) == 2


def test_drafts_and_private_documents_are_not_named(home, read):
    page = make_directive(number="20", title="Nguồn")
    draft = make_directive(number="01", title="Bản nháp", live=False)
    private = make_directive(number="02", title="Văn bản kín")
    for target in (draft, private):
        relate(page, "replaces", target)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert "legislationRepeals" not in read(page.url, "Legislation")


def test_what_was_withdrawn_before_its_first_day_has_repealed_nothing(home, read):
    old = make_directive(number="01", title="Cũ")
    new = make_directive(
        effective_on=date(2014, 9, 1), withdrawn_on=date(2014, 8, 1), withdrawal_reason="Nhầm"
    )
    relate(new, "replaces", old)
    assert "legislationRepeals" not in read(new.url, "Legislation")
    assert read(old.url, "Legislation")["legislationLegalForce"].endswith("/InForce")


def test_files_have_their_fingerprint_and_the_signed_copy_is_authoritative(home, read):
    page = make_directive()
    signed, other = make_document("Bản ký"), make_document("Phụ lục", name="phu-luc.docx")
    page.attachments.add(
        DirectiveAttachment(document=signed, is_signed_copy=True),
        DirectiveAttachment(document=other, title="Phụ lục 1"),
    )
    page.save()
    first, second = read(page.url, "Legislation")["encoding"]
    assert first == {
        "@type": "LegislationObject",
        "name": "Bản ký",
        "legislationIdentifier": "07/CT-UBND",
        "contentUrl": f"http://localhost{signed.url}",
        "encodingFormat": "application/pdf",
        "sha256": signed.content.sha256,
        "legislationLegalValue": "https://schema.org/AuthoritativeLegalValue",
    }
    assert second["name"] == "Phụ lục 1"
    assert "legislationLegalValue" not in second


def test_files_of_a_withdrawn_directive_are_not_offered(home, read):
    page = make_withdrawn()
    page.attachments.add(DirectiveAttachment(document=make_document()))
    page.save()
    assert "encoding" not in read(page.url, "Legislation")


def test_files_that_not_everybody_may_open_are_not_offered(home, read):
    page = make_directive()
    closed = Collection.get_first_root_node().add_child(name="Nội bộ").add_child(name="Dự thảo")
    CollectionViewRestriction.objects.create(
        collection=closed.get_parent(), restriction_type="login"
    )
    document = make_document("Bản kín")
    document.collection = closed
    document.save()
    page.attachments.add(
        DirectiveAttachment(document=document),
        DirectiveAttachment(document=make_document("Bản mở")),
    )
    page.save()
    assert names(read(page.url, "Legislation")["encoding"]) == ["Bản mở"]


@pytest.mark.parametrize(("place", "is_said"), [("Quảng Trị", True), ("Hà Nội", False)])
def test_the_jurisdiction_is_the_province_and_not_where_a_ministry_sits(home, read, place, is_said):
    issuer = Issuer.objects.create(name="Cơ quan", short_name="Cơ quan", place=place)
    node = read(make_directive(issuer=issuer).url, "Legislation")
    area = {"@type": "AdministrativeArea", "name": place}
    assert node.get("legislationJurisdiction") == (area if is_said else None)


def test_more_relations_and_files_take_no_more_queries(home, client):
    page = make_directive(number="90", title="Nguồn", signed_on=date(2020, 1, 1))
    counts = []
    for start in (1, 11):
        for number in range(start, start + 10):
            relate(page, "cites", make_directive(number=f"{number:02}", title=f"Đích {number}"))
            page.attachments.add(DirectiveAttachment(document=make_document(f"Tệp {number}")))
            page.save()
        client.get(page.url)  # fills caches
        with CaptureQueriesContext(connection) as queries:
            client.get(page.url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# News, events, places ----------------------------------------------------------------------------


def test_news_say_who_wrote_them_and_when(home, read):
    page = make_news(
        posted_on=date(2026, 11, 20),
        summary="Sáng nay",
        lead_image=make_image(),
        authors=[Author.objects.create(name="Lan", position="Phóng viên")],
        topics=[Topic.objects.create(name="Giáo dục")],
        first_published_at=timezone.make_aware(datetime(2026, 11, 20, 7, 15)),
        last_published_at=timezone.make_aware(datetime(2026, 11, 21, 10)),
    )
    page.tags.add(Tag.objects.create(name="lớp học"))
    page.save()
    node = read(page.url, "NewsArticle")
    office = {
        "@type": "GovernmentOrganization",
        "@id": "http://localhost/#office",
        "name": "Tỉnh Quảng Trị",
        "url": "http://localhost/",
    }
    image = node.pop("image")
    assert image.startswith("http://localhost/media/images/")
    assert node == {
        "@type": "NewsArticle",
        "headline": "Mở lớp kỹ năng số",
        "description": "Sáng nay",
        "url": page.full_url,
        "mainEntityOfPage": page.full_url,
        "inLanguage": "vi",
        "datePublished": "2026-11-20T07:15:00+07:00",
        "dateModified": "2026-11-21T10:00:00+07:00",
        "author": [{"@type": "Person", "name": "Lan", "jobTitle": "Phóng viên"}],
        "publisher": office,
        "articleSection": "Tin tức",
        "keywords": ["Giáo dục", "lớp học"],
    }


def test_news_without_an_author_are_the_offices(home, read):
    [author] = read(make_news().url, "NewsArticle")["author"]
    assert author["name"] == "Tỉnh Quảng Trị"


def test_news_never_change_before_they_appear(home, read):
    page = make_news(
        posted_on=date(2026, 11, 20),
        last_published_at=timezone.make_aware(datetime(2026, 11, 19, 8)),
    )
    node = read(page.url, "NewsArticle")
    assert node["dateModified"] == node["datePublished"] == "2026-11-20T12:00:00+07:00"


def test_an_event_says_when_and_where(home, read):
    page = make_event(summary="Mời bà con")
    node = read(page.url, "Event")
    assert node["name"] == page.title
    assert node["startDate"] == "2026-10-10T08:00:00+07:00"
    assert node["endDate"] == "2026-10-10T17:00:00+07:00"
    assert node["location"] == {"@type": "Place", "name": "Đông Hà", "address": "Đông Hà"}
    assert node["eventStatus"] == "https://schema.org/EventScheduled"
    assert node["organizer"]["name"] == "Tỉnh Quảng Trị"


def test_an_event_without_an_end_says_none(home, read):
    assert "endDate" not in read(make_event(ends_at=None).url, "Event")


def test_breadcrumbs_lead_from_the_home_page_to_the_page_itself(home, read):
    page = make_news()
    items = read(page.url, "BreadcrumbList")["itemListElement"]
    assert [(item["position"], item["name"], item["item"]) for item in items] == [
        (1, "Trang chủ", "http://localhost/"),
        (2, "Tin tức", "http://localhost/tin-tuc/"),
        (3, page.title, page.full_url),
    ]


def test_breadcrumbs_of_a_month_lead_through_its_section(home, read):
    make_news(posted_on=date(2026, 11, 20))
    items = read("/tin-tuc/2026/11/", "BreadcrumbList")["itemListElement"]
    assert [item["item"] for item in items] == [
        "http://localhost/",
        "http://localhost/tin-tuc/",
        "http://localhost/tin-tuc/2026/11/",
    ]


@pytest.mark.parametrize("address", ["/van-ban/", "/tin-tuc/", "/su-kien/"])
def test_every_list_has_breadcrumbs(home, read, address):
    assert len(read(address, "BreadcrumbList")["itemListElement"]) == 2


def test_the_home_page_names_the_portal_and_how_to_reach_its_office(home, read):
    OfficeSettings.objects.update(
        agency="Văn phòng UBND tỉnh",
        address="45 Hùng Vương, Đông Hà",
        phone="0233 3852 533",
        email="vp@quangtri.example",
    )
    portal, office = read("/", "WebSite"), read("/", "GovernmentOrganization")
    assert portal["name"] == "Cổng – Tỉnh Quảng Trị"
    assert portal["publisher"] == {"@id": office["@id"]}
    assert office["telephone"] == "0233 3852 533"
    assert office["logo"] == "http://localhost/static/img/logo.svg"
    assert office["parentOrganization"]["name"] == "Văn phòng UBND tỉnh"


# What must not get out ---------------------------------------------------------------------------


def test_a_preview_describes_nothing(home):
    for page in (make_directive(), make_news(), make_event(), home):
        assert b"ld+json" not in page.make_preview_request().content


def test_of_what_was_taken_offline_nothing_is_described(home, client):
    page = make_directive(title="Đã gỡ xuống")
    page.unpublish()
    response = client.get(page.url)
    assert response.status_code in (404, 410)
    assert b"ld+json" not in response.content
    assert "Đã gỡ xuống" not in response.content.decode()


def test_the_history_of_a_directive_is_no_directive(home, client):
    page = make_directive()
    response = client.get(f"{page.url}lich-su/")
    assert [node["@type"] for node in valid_jsonld(response.content)] == ["BreadcrumbList"]


class Scripts(HTMLParser):
    """(attributes, content) of every script in a page, as a browser splits it."""

    def __init__(self, html):
        super().__init__()
        self.found, self.inside = [], False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "script":
            self.inside = True
            self.found.append((dict(attributes), ""))

    def handle_endtag(self, tag):
        if tag == "script":
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            attributes, content = self.found[-1]
            self.found[-1] = attributes, content + data


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack != "\x00"])
def test_no_text_of_an_editor_breaks_out_of_the_script(home, client, attack):
    author = Author.objects.create(name=attack)
    pages = [
        make_directive(title=attack, subject=attack, summary=attack, slug="a"),
        make_news(attack, slug="b", summary=attack, authors=[author]),
        make_event(attack, slug="c", place=attack),
    ]
    section = NewsIndexPage.objects.get()
    section.title = attack
    section.save()
    for page in [*pages, section]:
        html = client.get(page.url).content.decode()
        nodes = valid_jsonld(html)
        assert attack in (nodes[0].get("name"), nodes[0].get("headline")) or page == section
        scripts = Scripts(html).found
        assert [attributes.get("type") for attributes, _content in scripts].count(
            "application/ld+json"
        ) == 1
        assert not any(
            "alert(1)" in c for a, c in scripts if a.get("type") != "application/ld+json"
        )


any_text = st.text() | st.sampled_from(ATTACKS) | st.text("<>/scriptSCRIPT!-&\u2028\u2029")


@given(st.lists(st.dictionaries(st.sampled_from(["name", "description"]), any_text)))
def test_a_script_holds_what_was_put_in_and_nothing_that_ends_it(nodes):
    element = structured_data.script(nodes)
    start, content, end = (
        element[: element.index(">") + 1],
        element[element.index(">") + 1 : element.rindex("</script>")],
        element[element.rindex("</script>") :],
    )
    assert (start, end) == ('<script type="application/ld+json">', "</script>")
    assert not set(content) & set("<>&\u2028\u2029")
    assert json.loads(content)["@graph"] == nodes


@pytest.mark.django_db
@given(title=any_text, subject=any_text, summary=any_text, issuer=any_text, place=any_text)
def test_any_text_in_a_record_gives_valid_json_ld(title, subject, summary, issuer, place):
    page = DirectivePage(
        pk=1,
        title=title,
        subject=subject,
        summary=summary,
        number="07",
        symbol="CT-UBND",
        type=DirectiveType(name="Chỉ thị", abbreviation="CT"),
        issuer=Issuer(name=issuer, place=place),
        signed_on=date(2014, 6, 16),
        effective_on=date(2014, 6, 16),
    )
    page.periods = timeline(Facts(effective_on=page.effective_on))
    office = OfficeSettings(name=place)
    address = "https://portal.example/van-ban/a/"
    nodes = [
        structured_data.legislation(page, address, "https://portal.example", office),
        structured_data.breadcrumb_list([(title, "https://portal.example/"), (subject, address)]),
    ]
    [described, _breadcrumbs] = valid_jsonld(structured_data.script(nodes))
    assert described.get("description", "").strip() == subject.strip()


@pytest.mark.django_db
@given(title=any_text, place=st.text(min_size=1), starts_in=st.integers(-9999, 9999))
def test_any_event_gives_valid_json_ld(title, place, starts_in):
    page = EventPage(title=title, place=place, starts_at=timezone.now() + timedelta(starts_in))
    address = "https://portal.example/su-kien/a/"
    office = OfficeSettings(name="Tỉnh")
    node = structured_data.event(page, address, "https://portal.example", office)
    valid_jsonld(structured_data.script([node]))
