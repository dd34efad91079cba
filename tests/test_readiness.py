"""The checklist beside the editor: what it finds on each kind of page, and where it says so."""

import json
import unicodedata
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from articles.models import (
    DirectiveAttachment,
    DirectivePage,
    DirectiveRelation,
    DirectiveType,
    DocumentContent,
    FeaturedNews,
    Issuer,
    LinkTarget,
    NewsIndexPage,
)
from articles.readiness import Severity, findings
from home.models import FeaturedPage
from home.offices import EDITORS, REVIEWERS
from tests.factories import (
    make_directive,
    make_document,
    make_event,
    make_home,
    make_image,
    make_news,
    make_user,
    tomorrow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CITIZEN = "045203001234"


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def directive(home):
    """One without a fault: signed copy attached, record complete."""
    page = make_directive(
        type=DirectiveType.objects.get(name="Chỉ thị"), effective_on=date(2014, 6, 20)
    )
    page.attachments.add(DirectiveAttachment(document=make_document(), is_signed_copy=True))
    page.save()
    return page


@pytest.fixture
def news(home):
    return make_news(summary="Mỗi tối một giờ.", body=text("<p>Lớp mở tại nhà văn hóa xã.</p>"))


def stream(*blocks):
    """(kind, value) or (kind, value, id)"""
    rows = []
    for number, (kind, value, *key) in enumerate(blocks):
        rows.append({"type": kind, "value": value, "id": key[0] if key else f"khoi-{number}"})
    return json.dumps(rows)


def text(*paragraphs):
    return stream(*(("text", paragraph) for paragraph in paragraphs))


def heading(words, level="2"):
    return "heading", {"text": words, "level": level, "anchor": ""}


def said(page, severity=None):
    return [
        finding.text
        for finding in findings(page)
        if severity is None or finding.severity == severity
    ]


def only(page, severity=None):
    found = [one for one in findings(page) if severity is None or one.severity == severity]
    assert len(found) == 1, found
    return found[0]


def table(**more):
    return "table", {
        "data": [["Đơn vị", "Hộp thư"], ["Sở Nội vụ", "42"]],
        "table_caption": "Số hộp thư",
        "table_header_choice": "neither",
    } | more


# What is in order


def test_a_page_in_order_has_no_finding(directive, news):
    assert findings(directive) == []
    assert findings(news) == []
    assert findings(make_later_event()) == []


def make_later_event():
    begin = timezone.now() + timedelta(days=2)
    return make_event(
        summary="Ở quảng trường.", starts_at=begin, ends_at=begin + timedelta(hours=2)
    )


def test_every_kind_of_page_is_checked(home):
    for page in [home, *(child.specific for child in home.get_children())]:
        page.title = "CỔNG THÔNG TIN ĐIỆN TỬ"
        assert "viết toàn chữ hoa" in said(page)[0]


def test_checking_changes_nothing(directive):
    directive.slug = "Chỉ Thị Bảy"
    directive.effective_on = None
    before = directive.serializable_data()
    findings(directive)
    assert directive.serializable_data() == before


# What the page's own validation refuses


def test_a_missing_signer_must_be_mended_and_blocks(directive):
    directive.signer = ""
    finding = only(directive)
    assert finding.severity == Severity.MUST
    assert finding.blocks
    assert finding.path == "signer"
    assert finding.text.startswith("Người ký: ")
    assert finding.anchor == "#:w:contentpath=signer"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"effective_on": date(2014, 6, 1)}, "effective_on"),
        ({"expires_on": date(2014, 6, 19)}, "expires_on"),
        ({"signed_on": date(2999, 1, 1), "effective_on": None}, "signed_on"),
        ({"withdrawn_on": date(2014, 7, 1)}, "withdrawal_reason"),
    ],
)
def test_days_out_of_order_must_be_mended(directive, changes, path):
    for name, value in changes.items():
        setattr(directive, name, value)
    assert [one.path for one in findings(directive) if one.severity == Severity.MUST] == [path]


def test_an_event_that_ends_before_it_starts_must_be_mended(home):
    event = make_later_event()
    event.ends_at = event.starts_at - timedelta(hours=1)
    assert only(event).path == "ends_at"


def test_a_relation_that_is_not_finished_must_be_mended(directive):
    directive.relations.add(DirectiveRelation(kind="replaces"))
    finding = only(directive)
    assert (finding.path, finding.blocks) == ("relations", True)


def test_what_blocks_refuse_is_said_with_the_place_of_the_block(news):
    image = make_image()
    figure = {"image": {"image": image.pk, "alt_text": "", "decorative": False}, "caption": ""}
    news.body = stream(
        heading("Dài " * 60),
        ("text", "<p>Chữ.</p>"),
        ("gallery", {"figures": [{"type": "item", "value": figure, "id": "anh-1"}]}),
    )
    refused = [one for one in findings(news) if one.blocks]
    assert [one.path for one in refused] == ["body.khoi-0.text", "body.khoi-2.figures.anh-1.image"]
    assert refused[0].place == "Nội dung, khối 1 (Tiêu đề)"
    assert "khối 3" in refused[1].text


# Titles and letters


@pytest.mark.parametrize("title", ["Mở lớp  kỹ năng số", "Mở lớp kỹ năng số "])
def test_blanks_too_many_in_a_title_are_seen(news, title):
    news.title = title
    assert only(news).path == "title"


def test_letters_typed_apart_are_seen_wherever_they_stand(news):
    news.summary = unicodedata.normalize("NFD", "Mỗi tối")
    news.body = text(f"<p>{unicodedata.normalize('NFD', 'Đường')} sá</p>")
    assert [one.path for one in findings(news)] == ["summary", "body.khoi-0"]


# Directives


def test_a_subject_that_is_too_long_is_seen(directive):
    directive.subject = "Về việc " + "dùng văn bản điện tử " * 20
    assert only(directive).path == "subject"


def test_a_number_that_was_given_already_is_said_with_a_way_to_the_other(directive):
    other = make_directive(title="Văn bản kia", type=directive.type)
    finding = only(directive)
    assert "07/CT-UBND trong năm 2014" in finding.text
    assert finding.links == (
        (other.get_admin_display_title(), reverse("wagtailadmin_pages:edit", args=[other.pk])),
    )
    assert not finding.blocks


def test_what_another_draft_is_about_is_not_told(directive):
    make_directive(title="Chưa ai được biết", type=directive.type, live=False)
    (label, _address) = only(directive).links[0]
    assert label == "07/CT-UBND (bản nháp)"


@pytest.mark.parametrize(
    ("state", "pages", "words"),
    [
        ("scan", [], "bản quét"),
        ("failed", [], "Không đọc được"),
        ("text", [f"Ông A, CCCD {CITIZEN}"], "dữ liệu cá nhân"),
        ("text", ["Điều 1. Dùng văn bản điện tử."], ""),
    ],
)
def test_files_are_read(directive, state, pages, words):
    DocumentContent.objects.update(state=state, pages=pages)
    assert [words in one for one in said(directive)] == ([True] if words else [])


def test_a_directive_without_a_file_or_without_its_signed_copy_is_seen(directive):
    directive.attachments.first().is_signed_copy = False
    row = directive.attachments.first()
    row.is_signed_copy = False
    directive.attachments.set([row])
    assert only(directive).severity == Severity.LOOK
    directive.attachments.set([])
    assert only(directive).severity == Severity.SHOULD


# Summary, pictures, days


def test_a_missing_summary_is_seen_and_one_that_repeats_the_title(news):
    news.summary = " "
    assert only(news).severity == Severity.SHOULD
    news.summary = news.title
    assert only(news).severity == Severity.LOOK


@pytest.mark.parametrize(
    ("alt", "severity"), [("IMG_2034.jpg", Severity.SHOULD), ("", Severity.LOOK)]
)
def test_a_lead_image_needs_words(news, alt, severity):
    news.lead_image, news.lead_image_alt = make_image(), alt
    assert only(news).severity == severity


@pytest.mark.parametrize("where", ["home", "section"])
def test_what_is_featured_needs_a_picture(home, news, where):
    if where == "home":
        FeaturedPage.objects.create(page=news)
    else:
        FeaturedNews.objects.create(section=NewsIndexPage.objects.first(), page=news)
    assert only(news).path == "lead_image"
    news.lead_image, news.lead_image_alt = make_image(), "Cầu Thạch Hãn"
    assert findings(news) == []


def test_news_of_tomorrow_is_seen_unless_it_is_scheduled(news):
    news.posted_on = tomorrow()
    assert only(news).path == "posted_on"
    news.go_live_at = timezone.now() + timedelta(days=1)
    assert findings(news) == []


def test_a_file_name_is_no_description_of_a_picture(news):
    picture = {"image": make_image().pk, "alt_text": "DSC_0042", "decorative": False}
    news.body = stream(("image", {"image": picture, "caption": ""}, "hinh"))
    assert only(news).path == "body.hinh.image.alt_text"
    picture |= {"decorative": True}
    news.body = stream(("image", {"image": picture, "caption": ""}, "hinh"))
    assert findings(news) == []


# Headings


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        ([("Tiểu mục", "3")], "phía trên không có mục"),
        ([("Mục", "2"), ("Mục", "2")], "xuất hiện hai lần"),
        ([("THÔNG BÁO CHUNG", "2")], "chữ hoa"),
        ([("Mục một", "2"), ("Chi tiết", "3"), ("Mục hai", "2"), ("Chi tiết", "3")], ""),
    ],
)
def test_headings_are_read_in_their_order(news, headings, words):
    blocks = []
    for text_of_it, level in headings:
        blocks += [heading(text_of_it, level), ("text", "<p>Chữ.</p>")]
    news.body = stream(*blocks)
    assert [words in one for one in said(news)] == ([True] if words else [])


def test_a_heading_with_nothing_below_it_is_named(news):
    news.body = stream(heading("Một"), heading("Hai"), ("text", "<p>Chữ.</p>"), heading("Ba"))
    assert said(news) == [
        "Tiêu đề “Một” không có nội dung bên dưới.",
        "Tiêu đề “Ba” không có nội dung bên dưới.",
    ]
    news.body = stream(heading("Một"), heading("Chi tiết", "3"), ("text", "<p>Chữ.</p>"))
    assert said(news) == []


def test_a_line_in_bold_is_no_heading(news):
    news.body = text("<p><b>Đối tượng tham gia</b></p><p><b>Hạn</b> là mai.</p>")
    assert "“Đối tượng tham gia” trông như tiêu đề" in only(news).text


# Tables


def test_a_table_needs_a_header_and_a_caption(news):
    news.body = stream(table(table_caption=""))
    assert [one.severity for one in findings(news)] == [Severity.SHOULD, Severity.LOOK]
    news.body = stream(table(table_header_choice="row", first_row_is_table_header=True))
    assert findings(news) == []


def test_an_empty_table_is_seen(news):
    news.body = stream(table(data=[["", ""], [None, None]]))
    assert "đang trống" in only(news).text


# Personal data


def test_personal_data_in_a_body_is_named_with_its_place(news):
    news.body = text("<p>Không có gì.</p>", f"<p>Bà B, CCCD {CITIZEN}, gọi 0912 345 678.</p>")
    finding = only(news)
    assert finding.path == "body.khoi-1"
    assert "1 số định danh cá nhân, 1 số di động" in finding.text
    assert CITIZEN not in finding.text


# Links


def linked(news, attributes, words="Kế hoạch 88"):
    news.body = text(f"<p>Xem <a {attributes}>{words}</a>.</p>")
    return news


def test_a_link_to_a_page_that_can_be_read_is_in_order(news, directive):
    linked(news, f'linktype="page" id="{directive.pk}"')
    assert findings(news) == []


@pytest.mark.parametrize("how", ["deleted", "offline", "expired", "closed"])
def test_a_link_to_a_page_that_nobody_can_read_must_be_mended(news, directive, how):
    linked(news, f'linktype="page" id="{directive.pk}"')
    if how == "deleted":
        directive.delete()
    elif how == "offline":
        directive.unpublish()
    elif how == "expired":
        directive.unpublish(set_expired=True)
    else:
        PageViewRestriction.objects.create(
            page=directive, restriction_type=PageViewRestriction.LOGIN
        )
    finding = only(news)
    assert finding.severity == Severity.MUST
    assert not finding.blocks
    assert finding.path == "body.khoi-0"


def test_a_link_to_a_file_that_was_deleted_must_be_mended(news):
    linked(news, 'linktype="document" id="4711"')
    assert "Tệp đã bị xóa" in only(news).text


@pytest.mark.parametrize(
    "address",
    [
        *("/van-ban/", "/van-ban", "http://localhost/tin-tuc/mo-lop-ky-nang-so/", "/tim-kiem/?q=a"),
        *("/van-ban/so/07-CT-UBND-2014/", "/ty-gia/", "#muc", "mailto:lan@quangtri.gov.vn", "/"),
        *("https://chinhphu.vn/khong-co", "/su-kien/lich.ics"),
    ],
)
def test_addresses_that_lead_somewhere_or_to_others_are_in_order(news, directive, address):
    assert findings(linked(news, f'href="{address}"')) == []


@pytest.mark.parametrize(
    "address",
    [
        *("/khong-co/", "http://localhost/tin-tuc/khong-co/", "/documents/4711/x.pdf"),
        *("/van-ban/so/99-CT-UBND-2014/", "//localhost/khong-co"),
    ],
)
def test_an_own_address_that_leads_nowhere_must_be_mended(news, address):
    finding = only(linked(news, f'href="{address}"'))
    assert "Cổng không có địa chỉ này" in finding.text


def test_an_outside_address_that_was_broken_on_two_nights_is_said(news):
    address = "https://chinhphu.vn/cu"
    target = LinkTarget.objects.create(address=address, is_outside=True, fault="http 404", nights=1)
    linked(news, f'href="{address}"')
    assert findings(news) == []
    LinkTarget.objects.filter(pk=target.pk).update(nights=2)
    assert only(news).severity == Severity.SHOULD


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        ("tại đây", Severity.SHOULD),
        ("https://chinhphu.vn/van-ban", Severity.LOOK),
        ("", Severity.SHOULD),
    ],
)
def test_words_of_links_are_read(news, words, severity):
    assert only(linked(news, 'href="https://chinhphu.vn/"', words)).severity == severity


def test_blocks_of_links_are_followed_too(news, directive):
    directive.unpublish()
    row = {"type": "item", "value": directive.pk, "id": "a"}
    news.body = stream(("pages", {"heading": "Đọc thêm", "pages": [row]}))
    assert only(news).path == "body.khoi-0.pages.a"


# Beside the editor


@pytest.fixture
def editor(client, home):
    user = make_user("lan", EDITORS)
    client.force_login(user)
    return user


def opened(client, page):
    response = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    return BeautifulSoup(response.content, "html.parser")


def test_editors_and_reviewers_see_the_same_list(client, directive):
    directive.signer = ""
    directive.save_revision(clean=False)
    lists = []
    for name, group in [("lan", EDITORS), ("minh", REVIEWERS)]:
        client.force_login(make_user(name, group))
        shown = opened(client, directive)
        lists.append(shown.select_one("[data-side-panel=readiness]").get_text(" ", strip=True))
        counter = shown.select_one(
            "[data-side-panel-toggle=readiness] [data-side-panel-toggle-counter]"
        )
        assert counter.get_text(strip=True) == "1"
    assert lists[0] == lists[1]
    assert "Người ký" in lists[0]


def test_a_page_that_was_never_saved_has_no_list_yet(client, editor):
    section = NewsIndexPage.objects.first()
    address = reverse("wagtailadmin_pages:add", args=["articles", "newspage", section.pk])
    shown = BeautifulSoup(client.get(address).content, "html.parser")
    panel = shown.select_one("[data-side-panel=readiness]")
    assert "lưu lần đầu" in panel.get_text()
    assert not panel.select("[data-readiness-go]")


def test_only_what_does_not_block_is_asked_about(client, editor, news):
    news.title = ""
    news.save_revision(clean=False)
    shown = opened(client, news)
    assert not shown.select("[data-readiness-question]")
    linked(news, 'linktype="page" id="4711"')
    news.title = "Mở lớp"
    news.save_revision()
    response = client.get(reverse("wagtailadmin_pages:edit", args=[news.pk]))
    assert "Trang đã bị xóa" in response.content.decode().partition("data-readiness-question=")[2]


def test_words_that_were_typed_are_shown_as_text(client, editor, news):
    linked(news, 'href="/khong-co/"', "&lt;script&gt;alert(1)&lt;/script&gt;")
    news.save_revision()
    response = client.get(reverse("wagtailadmin_pages:edit", args=[news.pk]))
    assert "<script>alert(1)" not in response.content.decode()


def test_an_unknown_page_is_not_found_and_a_stranger_is_sent_to_sign_in(client, editor):
    address = reverse("wagtailadmin_pages:edit", args=[4711])
    assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


def test_a_long_body_costs_no_more_queries_than_a_short_one(
    home, directive, django_assert_max_num_queries
):
    page = DirectivePage.objects.get(pk=directive.pk)
    links = "".join(f'<p><a linktype="page" id="{home.pk}">Trang {n}</a></p>' for n in range(50))
    page.body = stream(*(("text", links, f"k{n}") for n in range(20)), *[table()] * 20)
    with django_assert_max_num_queries(18):
        assert said(page, Severity.MUST) == []


def test_an_issuer_that_is_missing_is_said_once(directive):
    directive.issuer = None
    assert [one.path for one in findings(directive)] == ["issuer"]
    assert Issuer.objects.exists()
