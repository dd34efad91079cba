"""What a reader gets at the address of a directive, on the screen and on paper."""

from datetime import date, timedelta

import pytest
import segno
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from articles.models import (
    DirectiveAttachment,
    DirectiveIndexPage,
    DirectivePage,
    DirectiveRelation,
    DirectiveSuspension,
    DirectiveType,
    DocumentContent,
    Issuer,
    Topic,
)
from articles.qr import MARGIN, qr_code
from tests.factories import make_directive, make_document, make_home, make_user, tomorrow

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def home():
    return make_home()


def shown(client, page, **query):
    response = client.get(page.url, query)
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html.parser").main


def words(element):
    return " ".join(element.get_text(" ").split())


def short(day):
    return f"{day:%-d/%-m/%Y}"


def replace_with(target, number="12", title="Chỉ thị mới", **facts):
    """A later directive that replaces another, whole or in part."""
    row = {name: facts.pop(name) for name in ("provisions", "starts_on", "kind") if name in facts}
    page = make_directive(title=title, number=number, **{"signed_on": date(2020, 5, 4)} | facts)
    page.relations.add(DirectiveRelation(target=target, **{"kind": "replaces"} | row))
    page.save()
    return page


# Where it stands


def test_a_directive_in_force_has_no_banner(client):
    assert not shown(client, make_directive()).select(".banner")


def test_the_banner_comes_before_the_title_and_has_a_heading_of_its_own(client):
    page = make_directive(expires_on=date(2020, 12, 31))
    main = shown(client, page)
    banner = main.select_one(".banner")
    assert main.select_one(f"#{banner['aria-labelledby']}") in banner.select("h2")
    assert [tag.name for tag in main.select("h1, h2")][:2] == ["h2", "h1"]


def test_a_directive_that_is_not_in_force_yet_says_from_when(client):
    page = make_directive(effective_on=tomorrow())
    assert short(tomorrow()) in words(shown(client, page).select_one(".banner-not-yet"))


def test_what_is_replaced_before_its_first_day_never_comes_into_force(client):
    later = timezone.localdate() + timedelta(days=30)
    page = make_directive(effective_on=later)
    replace_with(page, starts_on=tomorrow(), signed_on=timezone.localdate())
    banner = words(shown(client, page).select_one(".banner-not-yet"))
    assert short(later) not in banner
    assert short(tomorrow()) not in banner


def test_a_superseded_directive_names_and_links_what_replaced_it_and_since_when(client):
    page = make_directive()
    other = replace_with(page, effective_on=date(2020, 6, 1))
    banner = shown(client, page).select_one(".banner-superseded")
    assert banner.a["href"] == other.url
    assert "Chỉ thị 12/CT-UBND" in words(banner)
    assert words(banner).count("1/6/2020") == 2


def test_a_partly_superseded_directive_names_documents_provisions_and_days(client):
    page = make_directive()
    one = replace_with(page, number="12", provisions="Điều 3, khoản 2 Điều 5")
    two = replace_with(
        page, number="13", title="Sửa đổi", kind="amends", starts_on=date(2021, 1, 1)
    )
    banner = shown(client, page).select_one(".banner-partly")
    assert {link["href"] for link in banner.select("a")} == {one.url, two.url}
    for fact in ("Điều 3, khoản 2 Điều 5", "4/5/2020", "1/1/2021"):
        assert fact in words(banner)


def test_a_replacement_that_is_not_public_counts_but_is_not_named(client):
    page = make_directive()
    secret = replace_with(page, title="Văn bản kín")
    PageViewRestriction.objects.create(page=secret, restriction_type="login")
    banner = shown(client, page).select_one(".banner-superseded")
    assert not banner.select("a")
    assert "12/CT-UBND" not in words(banner)
    # Who withdrew it before it began never replaced anything.
    secret.withdrawn_on, secret.withdrawal_reason = date(2020, 5, 4), "Ban hành nhầm"
    secret.save()
    assert not shown(client, page).select(".banner")


@pytest.mark.parametrize("lasts", [True, False])
def test_a_suspended_directive_says_why_and_until_when(client, lasts):
    page, today = make_directive(), timezone.localdate()
    last = None if lasts else today + timedelta(days=9)
    page.suspensions.add(
        DirectiveSuspension(starts_on=today, ends_on=last, reason="Chờ hướng dẫn của Bộ")
    )
    page.save()
    banner = words(shown(client, page).select_one(".banner-suspended"))
    assert "Chờ hướng dẫn của Bộ" in banner
    assert short(today) in banner
    if last:
        assert short(last) in banner


def test_an_expired_directive_says_since_when(client):
    page = make_directive(expires_on=date(2020, 12, 31))
    assert "1/1/2021" in words(shown(client, page).select_one(".banner-expired"))


def withdrawn_directive():
    page = make_directive(body=[("text", "<p>Mỗi cán bộ dùng hộp thư công vụ.</p>")])
    page.attachments.add(DirectiveAttachment(document=make_document("Bản ký 07/CT-UBND")))
    page.withdrawn_on = date(2021, 3, 2)
    page.withdrawal_reason = "Ban hành nhầm thẩm quyền"
    page.save()
    return page


def test_a_withdrawn_directive_stays_readable_under_its_reason(client):
    main = shown(client, withdrawn_directive())
    banner = words(main.select_one(".banner-withdrawn"))
    assert "Ban hành nhầm thẩm quyền" in banner
    assert "2/3/2021" in banner
    assert "Mỗi cán bộ dùng hộp thư công vụ." in words(main)


@pytest.mark.parametrize("query", [{}, {"ngay": "2020-01-01"}])
def test_files_of_a_withdrawn_directive_are_named_but_not_linked(client, query):
    page = withdrawn_directive()
    files = shown(client, page, **query).select_one(".attachments")
    assert "Bản ký 07/CT-UBND" in words(files)
    assert files.select(".notice")
    assert not files.select("a")


@pytest.mark.parametrize(
    ("day", "effect"),
    [
        ("2014-06-15", "not-yet"),
        ("2014-06-16", None),
        ("2020-05-03", None),
        ("2020-05-04", "partly"),
        ("2021-01-01", "suspended"),
        ("2021-01-03", "partly"),
        ("2022-07-01", "superseded"),
        ("2023-01-01", "withdrawn"),
        ("9999-12-30", "withdrawn"),
        # As people type it.
        ("1/7/2022", "superseded"),
    ],
)
def test_the_page_tells_where_it_stood_on_any_day(client, day, effect):
    page = make_directive()
    page.suspensions.add(
        DirectiveSuspension(starts_on=date(2021, 1, 1), ends_on=date(2021, 1, 2), reason="Chờ")
    )
    page.withdrawn_on, page.withdrawal_reason = date(2023, 1, 1), "Nhầm"
    page.save()
    replace_with(page, provisions="Điều 3")
    replace_with(page, number="19", title="Thay cả", signed_on=date(2022, 7, 1))
    main = shown(client, page, ngay=day)
    banners = [name for tag in main.select(".banner") for name in tag["class"] if "-" in name]
    assert banners == ([f"banner-{effect}"] if effect else [])
    named = "".join(words(tag) for tag in main.select(".banner"))
    assert ["12/CT-UBND" in named, "19/CT-UBND" in named] == [
        effect == "partly",
        effect == "superseded",
    ]
    assert main.select_one(f".record-{effect or 'in-force'} .pill-{effect or 'in-force'}")
    note = main.select_one(".notice")
    assert note.a["href"] == page.url
    if "-" in day:
        assert short(date.fromisoformat(day)) in words(note)


def test_a_day_in_the_past_knows_nothing_of_what_came_after(client):
    page = make_directive()
    replace_with(page, number="12", provisions="Điều 3")
    replace_with(page, number="13", title="Về sau", provisions="Điều 4", starts_on=tomorrow())
    banner = words(shown(client, page, ngay="2020-05-04").select_one(".banner-partly"))
    assert "12/CT-UBND" in banner
    assert "13/CT-UBND" not in banner


@pytest.mark.parametrize(
    "day", ["abc", "2015-02-30", "9999-12-31", "0000-01-01", "2015", "\0", "'", "9" * 5000, "２"]
)
def test_a_day_that_does_not_exist_is_ignored_and_the_page_says_so(client, day):
    page = make_directive(expires_on=date(2020, 12, 31))
    main = shown(client, page, ngay=day)
    assert main.select(".notice-old")
    assert main.select(".banner-expired")


def test_only_what_holds_on_the_day_is_named_as_the_reason(client):
    page = make_directive()
    for day, last, reason in [(1, 3, "Lý do cũ"), (3, 9, "Lý do sau"), (20, 21, "Lần khác")]:
        page.suspensions.add(
            DirectiveSuspension(
                starts_on=date(2015, 1, day), ends_on=date(2015, 1, last), reason=reason
            )
        )
    page.save()
    banner = words(shown(client, page, ngay="2015-01-05").select_one(".banner-suspended"))
    assert [reason in banner for reason in ("Lý do cũ", "Lý do sau", "Lần khác")] == [
        False,
        True,
        False,
    ]
    rows = [words(row) for row in shown(client, page).select(".stages > ol > li .causes")]
    assert ["Lý do" in row for row in rows] == [True, False]
    assert ["Lần khác" in row for row in rows] == [False, True]


def test_a_second_time_of_the_same_effect_has_its_own_causes(client):
    page = make_directive()
    page.suspensions.add(
        DirectiveSuspension(starts_on=date(2021, 1, 1), ends_on=date(2021, 1, 31), reason="Chờ")
    )
    page.save()
    replace_with(page, number="12", provisions="Điều 3")
    replace_with(page, number="13", title="Về sau", kind="amends", starts_on=date(2021, 6, 1))
    rows = shown(client, page).select(".stages > ol > li")
    partly = [row for row in rows if row.select(".pill-partly")]
    assert ["13/CT-UBND" in words(row) for row in partly] == [False, True]
    assert ["12/CT-UBND" in words(row) for row in partly] == [True, True]


def test_no_day_is_no_mistake(client):
    assert not shown(client, make_directive(), ngay="").select(".notice")


def test_the_history_of_its_effect_names_every_period_and_its_cause(client):
    page = make_directive(effective_on=date(2014, 7, 1), expires_on=date(2029, 12, 31))
    page.suspensions.add(
        DirectiveSuspension(starts_on=date(2016, 1, 1), ends_on=date(2016, 1, 31), reason="Chờ")
    )
    page.save()
    other = replace_with(page, provisions="Điều 3")
    rows = shown(client, page).select(".stages > ol > li")
    told = [(row.select_one(".pill")["class"][1], words(row.p)) for row in rows]
    assert [
        (effect, text.split(" – ")[0], text.split(" – ")[1].split()[0]) for effect, text in told
    ] == [
        ("pill-not-yet", "16/6/2014", "30/6/2014"),
        ("pill-in-force", "1/7/2014", "31/12/2015"),
        ("pill-suspended", "1/1/2016", "31/1/2016"),
        ("pill-in-force", "1/2/2016", "3/5/2020"),
        ("pill-partly", "4/5/2020", "31/12/2029"),
        ("pill-expired", "1/1/2030", "…"),
    ]
    assert "Chờ" in words(rows[2])
    assert rows[4].select_one(".causes a")["href"] == other.url
    [current] = [row for row in rows if row.get("aria-current")]
    assert current is rows[4]


def test_the_days_before_signing_are_no_part_of_its_history(client):
    page = make_directive(expires_on=date(2020, 12, 31))
    assert len(shown(client, page).select(".stages > ol > li")) == 2
    assert not shown(client, make_directive(title="Khác", number="08")).select(".stages")


# Files


def test_a_file_tells_its_size_fingerprint_and_whether_it_is_the_signed_copy(client):
    page, document = make_directive(), make_document("Bản ký 07/CT-UBND")
    page.attachments.add(DirectiveAttachment(document=document, is_signed_copy=True))
    page.attachments.add(DirectiveAttachment(document=make_document("Phụ lục", "phu-luc.xlsx")))
    page.save()
    signed, other = shown(client, page).select(".attachments .file")
    assert signed.a["href"] == document.url
    assert "PDF" in words(signed)
    assert "15" in words(signed.select_one(".quiet"))
    assert signed.select(".pill")
    assert not other.select(".pill")
    sha256 = DocumentContent.objects.get(document=document).sha256
    assert signed.select_one("details").find_all("code")[-1].string == sha256
    assert signed.select_one("[data-copy]")["data-copy"] == sha256


def test_a_scan_is_said_to_be_one(client):
    page, document = make_directive(), make_document()
    page.attachments.add(DirectiveAttachment(document=document))
    page.save()
    DocumentContent.objects.filter(document=document).update(state="scan", page_count=3)
    facts = words(shown(client, page).select_one(".file .quiet"))
    assert facts == "PDF, 15 byte, 3 trang, bản quét, không có lớp chữ"


# For readers


def test_a_citation_names_the_document_as_people_do(client):
    page = make_directive(subject="Về việc tăng cường dùng văn bản điện tử")
    cited = page.citation
    assert cited == (
        "Chỉ thị số 07/CT-UBND ngày 16/6/2014 của UBND tỉnh Quảng Trị "
        "về việc tăng cường dùng văn bản điện tử"
    )
    copied = shown(client, page).select_one(".tools [data-copy]")["data-copy"]
    assert copied == f"{cited}\n{page.full_permalink}"


@pytest.mark.parametrize(
    ("subject", "end"),
    [
        ("V/v gửi bản giấy", " về việc gửi bản giấy"),
        ("Quảng Trị ứng phó bão", ": Quảng Trị ứng phó bão"),
    ],
)
def test_a_citation_keeps_the_capital_of_other_subjects(subject, end):
    assert make_directive(subject=subject).citation.endswith(end)


def test_the_permanent_address_is_whole(client):
    page = make_directive()
    assert page.full_permalink == f"http://localhost{page.permalink}"


def test_sharing_needs_nobody_elses_script(client):
    page = make_directive(title='Dùng "văn bản" & <điện tử>')
    main = shown(client, page)
    tools = main.select_one(".tools")
    assert not main.select("script, iframe, img[src*='//']")
    mail = tools.select_one("a[href^='mailto:?']")["href"]
    assert "%22" in mail
    assert "<" not in mail
    # What only works by script is hidden until the script is there.
    assert main.select("button.tool")
    assert all(
        button.find_parent(hidden=True) or button.has_attr("hidden")
        for button in main.select("button.tool")
    )


def test_what_an_editor_types_never_becomes_markup(client):
    page = make_directive(
        subject='<script>alert(1)</script>" onclick="alert(1)',
        recipients="<script>alert(1)</script>",
        withdrawn_on=date(2021, 3, 2),
        withdrawal_reason="<script>alert(1)</script>",
    )
    page.relations.add(DirectiveRelation(kind="cites", other_document="<script>alert(1)</script>"))
    page.save()
    main = shown(client, page)
    assert not main.select("script, [onclick]")


def test_the_code_on_paper_is_that_of_the_permanent_address():
    address = make_directive().full_permalink
    view_box, path = qr_code(address)
    matrix = segno.make(address, error="m", micro=False).matrix
    drawn = set()
    for run in path.split("z")[:-1]:
        x, rest = run.removeprefix("M").split(" ")
        y, width = rest.split("h")[:2]
        drawn |= {(int(x) + n, int(y)) for n in range(int(width.removesuffix("v1")))}
    assert drawn == {
        (x, y) for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark
    }
    side = len(matrix) + 2 * MARGIN
    assert view_box == f"-{MARGIN} -{MARGIN} {side} {side}"


def test_previous_and_next_are_of_the_same_type_and_body(client):
    page = make_directive()
    before = make_directive(title="Trước", number="03", signed_on=date(2011, 1, 12))
    first = make_directive(title="Trước nữa", number="02", signed_on=date(2010, 1, 12))
    after = make_directive(title="Sau", number="09", signed_on=date(2015, 1, 12))
    others = {"number": "21", "signed_on": date(2014, 6, 17)}
    decision = DirectiveType.objects.get(abbreviation="QĐ")
    make_directive(title="Quyết định", symbol="QĐ-UBND", type=decision, **others)
    body = Issuer.objects.create(name="Sở Nội vụ", short_name="SNV")
    make_directive(title="Cơ quan khác", issuer=body, **others)
    main = shown(client, page)
    assert main.select_one("[rel=prev]")["href"] == before.url
    assert main.select_one("[rel=next]")["href"] == after.url
    after.unpublish()
    PageViewRestriction.objects.create(page=before, restriction_type="login")
    main = shown(client, page)
    assert not main.select("[rel=next]")
    assert main.select_one("[rel=prev]")["href"] == first.url
    assert "03/CT-UBND" not in words(main)


def test_related_directives_share_its_fields_and_are_not_those_it_names_already(client):
    field = Topic.objects.create(name="Chuyển đổi số")
    page = make_directive(topics=[field])
    same = make_directive(title="Cùng lĩnh vực", number="08", topics=[field])
    named = make_directive(title="Đã nêu", number="03", signed_on=date(2011, 1, 2), topics=[field])
    page.relations.add(DirectiveRelation(kind="cites", target=named))
    page.save()
    main = shown(client, page)
    related = main.select_one(".related")
    assert related.select_one("a")["href"] == same.url
    assert named.url not in {link["href"] for link in related.select("a")}
    assert "Chuyển đổi số" in words(main.select_one(".record"))


def test_a_long_text_has_a_table_of_contents(client):
    body = [
        ("heading", {"text": f"Phần {number}", "level": "2", "anchor": ""}) for number in range(4)
    ]
    assert len(shown(client, make_directive(body=body)).select(".outline ol a")) == 4


# On paper


def paper(client, **facts):
    return shown(client, make_directive(**facts)).select_one


def test_paper_names_the_superior_body_above_the_one_that_issued(client):
    issuer = Issuer.objects.create(
        name="Sở Nội vụ", short_name="Sở Nội vụ", superior="Ủy ban nhân dân tỉnh Quảng Trị"
    )
    head = [words(line) for line in paper(client, issuer=issuer)(".paper-issuer").select("p")]
    assert head[:2] == ["Ủy ban nhân dân tỉnh Quảng Trị", "Sở Nội vụ"]


def test_paper_has_the_head_of_the_decree(client):
    issuer = Issuer.objects.create(
        name="Ủy ban nhân dân tỉnh Quảng Trị", short_name="UBND", place="Quảng Trị"
    )
    part = paper(
        client, issuer=issuer, signed_on=date(2014, 2, 6), recipients="- Như trên;\n\n- VT"
    )
    assert words(part(".paper-body")) == "Ủy ban nhân dân tỉnh Quảng Trị"
    assert part(".paper-superior") is None
    # Days below 10 and the months 1 and 2 have a zero before them; others have none.
    assert words(part(".paper-day")) == "Quảng Trị, ngày 06 tháng 02 năm 2014"
    assert words(part(".paper-name")) == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert words(part(".paper-motto")) == "Độc lập - Tự do - Hạnh phúc"
    assert words(part(".paper-type")) == "Chỉ thị"
    assert words(part(".paper-signer")) == "Nguyễn Văn Bình"
    assert words(part(".paper-position")) == "Chủ tịch"
    assert [words(line) for line in part(".paper-recipients").select("li")] == [
        "- Như trên;",
        "- VT",
    ]


def test_later_months_have_no_zero(client):
    day = words(paper(client, signed_on=date(2014, 6, 16))(".paper-day"))
    assert day == "ngày 16 tháng 6 năm 2014"


def test_an_official_letter_has_its_subject_below_its_number(client):
    letter = DirectiveType.objects.get(name="Công văn")
    part = paper(client, type=letter, symbol="UBND-TH", subject="V/v gửi bản giấy")
    assert words(part(".paper-about")) == "V/v gửi bản giấy"
    assert part(".paper-title") is None


def test_paper_says_that_it_is_a_copy_and_where_it_is_from(client):
    page = make_directive()
    mark = shown(client, page).select_one(".paper-mark")
    assert page.full_permalink in words(mark)
    assert mark.select("svg.qr path")


# All of it


def test_a_draft_that_nobody_has_published_can_be_previewed(client):
    client.force_login(make_user("lan", "Biên tập viên"))
    page = make_directive(live=False)
    target = make_directive(title="Cũ", number="03", signed_on=date(2011, 1, 12))
    page.relations.add(DirectiveRelation(kind="replaces", target=target))
    page.attachments.add(DirectiveAttachment(document=make_document()))
    page.save_revision()
    response = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    assert response.status_code == 200
    assert target.url in response.content.decode()


def test_a_page_that_was_never_saved_can_be_previewed():
    page = DirectivePage(
        title="Nháp",
        number="07",
        symbol="CT-UBND",
        subject="Về việc",
        signed_on=date(2014, 6, 16),
        effective_on=date(2014, 6, 16),
        type=DirectiveType.objects.get(abbreviation="CT"),
        issuer=Issuer.objects.create(name="UBND", short_name="UBND"),
    )
    other = make_directive(title="Trích dẫn một văn bản ngoài")
    other.relations.add(DirectiveRelation(kind="cites", other_document="Luật"))
    other.save()
    # What Wagtail gives a page to show it before it has a place.
    index = DirectiveIndexPage.objects.get()
    page.path, page.depth = f"{index.path}0009", index.depth + 1
    page.set_url_path(index)
    response = page.make_preview_request()
    assert response.status_code == 200
    # What relates to no document of the portal does not relate to this one.
    assert 'class="relations"' not in response.content.decode()


def test_it_is_the_same_for_everybody(client):
    page = withdrawn_directive()
    first = client.get(page.url)
    client.cookies["la"] = "la"
    assert client.get(page.url).content == first.content
    assert not first.cookies
    assert "csrf" not in first.content.decode()


def test_a_page_needs_no_more_queries_for_more_of_everything(client):
    page, counts = make_directive(), []
    for size in (1, 6):
        for number in range(size):
            own = make_directive(
                title=f"Cũ {size} {number}", number=f"{size}{number}", signed_on=date(2011, 1, 2)
            )
            page.relations.add(DirectiveRelation(kind="amends", target=own))
            page.relations.add(DirectiveRelation(kind="cites", other_document=f"Luật {number}"))
            page.attachments.add(DirectiveAttachment(document=make_document()))
            page.topics.add(Topic.objects.create(name=f"Lĩnh vực {size} {number}"))
            page.suspensions.add(
                DirectiveSuspension(
                    starts_on=date(2015, 1, 1 + number),
                    ends_on=date(2015, 1, 1 + number),
                    reason="Chờ",
                )
            )
            replace_with(page, f"9{size}{number}", f"Mới {size} {number}", provisions="Điều 3")
        page.save()
        client.get(page.url)  # fills the caches of sites and content types
        with CaptureQueriesContext(connection) as queries:
            shown(client, page)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 33
