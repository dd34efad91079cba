"""The register of directives as a reader asks for it, in every format."""

import csv
import io
import json
from datetime import date

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from wagtail.models import PageViewRestriction

from articles.models import (
    DirectiveIndexPage,
    DirectivePage,
    DirectiveRelation,
    DirectiveType,
    Issuer,
    Topic,
)
from articles.register_exports import EXPORTS_AT_ONCE, RETRY_AFTER
from articles.typography import typeset
from tests.factories import make_directive, make_home, make_section
from tests.validators import valid_atom, valid_rss

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    """07/CT of 2014, replaced by 12/QĐ from 1 July 2019; and 03/KH of 2016 by another body."""
    make_home()
    types = {kind.abbreviation: kind for kind in DirectiveType.objects.all()}
    other = Issuer.objects.create(name="Sở Nội vụ", short_name="Sở Nội vụ", abbreviation="SNV")
    health, school = (Topic.objects.create(name=name) for name in ("Y tế", "Giáo dục"))
    old = make_directive(title="Dùng hộp thư công vụ", signed_on=date(2014, 6, 16))
    old.topics.set([health, school])
    old.save()
    new = make_directive(
        title="Quy định về hộp thư",
        number="12",
        symbol="QĐ-UBND",
        type=types["QĐ"],
        signed_on=date(2019, 6, 20),
        effective_on=date(2019, 7, 1),
        signer="Trần Thị Bình",
    )
    new.relations.add(DirectiveRelation(kind="replaces", target=old))
    new.save()
    plan = make_directive(
        title="Kế hoạch tập huấn",
        number="03",
        symbol="KH-SNV",
        type=types["KH"],
        issuer=other,
        signed_on=date(2016, 3, 1),
        expires_on=date(2016, 12, 31),
    )
    plan.topics.set([school])
    plan.save()
    return {"old": old, "new": new, "plan": plan}


def listed(client, query=""):
    """The numbers that the register lists, with the words of their state."""
    page = html.fromstring(client.get(f"/van-ban/{query}").content)
    return {
        item.xpath("string(.//b)"): item.xpath("normalize-space(.//*[@class='register-state'])")
        for item in page.xpath("//ul[@class='register']/li")
    }


def test_all_are_listed_newest_first_with_their_state_today(client, register):
    found = listed(client)
    assert list(found) == ["12/QĐ-UBND", "03/KH-SNV", "07/CT-UBND"]
    assert found["07/CT-UBND"] == "Bị thay thế"
    assert found["12/QĐ-UBND"] == "Còn hiệu lực"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2014-06-15", {}),
        ("2015-01-01", {"07/CT-UBND": "Còn hiệu lực"}),
        ("1/1/2015", {"07/CT-UBND": "Còn hiệu lực"}),
        (
            "2019-06-25",
            {
                "12/QĐ-UBND": "Có hiệu lực từ 1/7/2019",
                "03/KH-SNV": "Hết hiệu lực",
                "07/CT-UBND": "Còn hiệu lực",
            },
        ),
        (
            "2019-07-01",
            {
                "12/QĐ-UBND": "Còn hiệu lực",
                "03/KH-SNV": "Hết hiệu lực",
                "07/CT-UBND": "Bị thay thế",
            },
        ),
    ],
)
def test_the_register_of_any_day_is_what_it_was(client, register, day, expected):
    assert listed(client, f"?ngay={day}") == expected


@pytest.mark.parametrize(
    "day",
    ["hôm qua", "2015-1-" + "9" * 5000, "2015-02-30", "99999999-1-1", "2015-1", "\x00", "０-１-１"],
)
def test_a_day_that_is_none_is_said_and_changes_nothing(client, register, day):
    response = client.get("/van-ban/", {"ngay": day})
    assert len(listed(client)) == 3
    page = html.fromstring(response.content)
    assert "không phải là ngày" in page.xpath("string(//main//*[@role='status'])")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?loai=chi-thi", ["07/CT-UBND"]),
        ("?loai=chi-thi&loai=ke-hoach", ["03/KH-SNV", "07/CT-UBND"]),
        ("?co-quan=so-noi-vu", ["03/KH-SNV"]),
        ("?linh-vuc=giao-duc", ["03/KH-SNV", "07/CT-UBND"]),
        ("?linh-vuc=giao-duc&linh-vuc=y-te", ["03/KH-SNV", "07/CT-UBND"]),
        ("?nam=2014&nam=2019", ["12/QĐ-UBND", "07/CT-UBND"]),
        ("?hieu-luc=bi-thay-the", ["07/CT-UBND"]),
        ("?hieu-luc=het&hieu-luc=con", ["12/QĐ-UBND", "03/KH-SNV"]),
        ("?nguoi-ky=tran-thi-binh", ["12/QĐ-UBND"]),
        ("?nguoi-ky=Trần Thị Bình", ["12/QĐ-UBND"]),
        ("?nguoi-ky=thi binh", ["12/QĐ-UBND"]),
        ("?linh-vuc=giao-duc&loai=chi-thi", ["07/CT-UBND"]),
        ("?loai=khong-co", []),
        ("?hieu-luc=khong-co", []),
        ("?nguoi-ky=khong-ai", []),
        ("?sap-xep=cu-nhat", ["07/CT-UBND", "03/KH-SNV", "12/QĐ-UBND"]),
        ("?sap-xep=so", ["12/QĐ-UBND", "03/KH-SNV", "07/CT-UBND"]),
        ("?sap-xep=ten", ["07/CT-UBND", "03/KH-SNV", "12/QĐ-UBND"]),
        ("?sap-xep=nonsense&moi-trang=7&trang=-3", ["12/QĐ-UBND", "03/KH-SNV", "07/CT-UBND"]),
    ],
)
def test_filters_orders_and_nonsense(client, register, query, expected):
    assert list(listed(client, query)) == expected


def test_a_facet_counts_what_its_values_would_give(client, register):
    page = html.fromstring(client.get("/van-ban/?loai=chi-thi").content)
    counts = {
        label.xpath("string(.//input/@value)"): label.xpath("string(.//*[@class='count'])")
        for label in page.xpath("//form[@id='filters']//label[.//input[@type='checkbox']]")
    }
    # The other types stay on offer, the topics are those of this type only; a directive with two
    # topics is one directive.
    assert counts["ke-hoach"] == "1"
    assert counts["quyet-dinh"] == "1"
    assert (counts["y-te"], counts["giao-duc"]) == ("1", "1")
    assert "so-noi-vu" not in counts
    assert page.xpath("normalize-space(//*[@class='register-total'])") == "1 văn bản"
    assert page.xpath("//input[@name='loai' and @checked]/@value") == ["chi-thi"]


def test_every_state_has_an_address_and_links_keep_it(client, register):
    for number in range(25):
        make_directive(title=f"Số {number}", number=str(100 + number), signed_on=date(2020, 1, 1))
    page = html.fromstring(client.get("/van-ban/?nam=2020&sap-xep=so&trang=2").content)
    [previous] = page.xpath("//a[@rel='prev']/@href")
    assert len(listed(client, previous)) == 20
    assert next(iter(listed(client, previous))) == "100/CT-UBND"
    [chip] = page.xpath("//ul[@class='chips']//a[contains(., '2020')]/@href")
    assert "nam=" not in chip
    assert "sap-xep=so" in chip
    for form in ("csv", "json", "atom", "rss"):
        assert page.xpath(f"//a[contains(@href, '/{form}/?nam=2020&sap-xep=so')]")
    assert next(iter(listed(client, "?nam=2020&moi-trang=50"))).startswith("1")
    assert len(listed(client, "?nam=2020&moi-trang=50")) == 25
    # Beyond the last page is the last page.
    assert len(listed(client, "?nam=2020&trang=9")) == 5


def test_a_section_lists_what_lies_below_it(client, register):
    index = DirectiveIndexPage.objects.get()
    section = make_section(index, "Chuyển đổi số")
    make_directive(section, number="55", title="Ký số", signed_on=date(2021, 1, 1))
    page = client.get(section.url)
    assert [b.text for b in html.fromstring(page.content).xpath("//ul[@class='register']//b")] == [
        "55/CT-UBND"
    ]
    assert "55/CT-UBND" in listed(client)
    # A section without directives yet is on offer as well.
    make_section(index, "Còn trống")
    links = html.fromstring(client.get("/van-ban/").content).xpath("//nav[@class='sections']//a")
    assert [(link.text, link.get("href")) for link in links] == [
        ("Chuyển đổi số", "/van-ban/chuyen-doi-so/"),
        ("Còn trống", "/van-ban/con-trong/"),
    ]


@pytest.mark.parametrize("closed", ["the page", "its section"])
@pytest.mark.parametrize("form", ["", "csv/", "json/", "atom/", "rss/"])
def test_what_is_closed_to_the_public_is_in_no_format(client, register, closed, form):
    section = make_section(DirectiveIndexPage.objects.get(), "Kín")
    secret = make_directive(section, number="66", title="Tuyệt đối kín", signer="Lê Kín")
    assert "Tuyệt đối kín" in body(client.get(f"/van-ban/{form}"))
    PageViewRestriction.objects.create(
        page=secret if closed == "the page" else section, restriction_type="login"
    )
    shown = body(client.get(f"/van-ban/{form}"))
    assert "Tuyệt đối kín" not in shown
    assert "Lê Kín" not in shown
    assert "12/QĐ-UBND" in shown


@pytest.mark.parametrize("form", ["", "csv/", "json/", "atom/", "rss/"])
def test_a_register_that_is_closed_is_closed_in_every_format(client, register, form):
    index = DirectiveIndexPage.objects.get()
    PageViewRestriction.objects.create(page=index, restriction_type="login")
    response = client.get(f"/van-ban/{form}")
    assert response.status_code == 302
    assert "12/QĐ-UBND" not in body(response)


def body(response):
    content = response.getvalue() if response.streaming else response.content
    return content.decode()


def leave(response):
    """What a server does when the reader has gone, but for the database, which is the test's."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def test_drafts_are_in_no_register_and_changes_are_at_once(client, register):
    assert "12/QĐ-UBND" in listed(client)
    register["new"].unpublish()
    assert listed(client)["07/CT-UBND"] == "Còn hiệu lực"
    assert "12/QĐ-UBND" not in listed(client)

    page = DirectivePage.objects.get(pk=register["old"].pk)
    page.withdrawn_on, page.withdrawal_reason = timezone.localdate(), "Sai thẩm quyền"
    page.save_revision()
    assert listed(client)["07/CT-UBND"] == "Còn hiệu lực"
    page.get_latest_revision().publish()
    assert listed(client)["07/CT-UBND"] == "Đã thu hồi"

    register["plan"].delete()
    assert list(listed(client)) == ["07/CT-UBND"]


def test_reordering_sections_keeps_what_is_closed_closed(client, register):
    index = DirectiveIndexPage.objects.get()
    first, secret, last = (make_section(index, title) for title in ("Một", "Hai", "Ba"))
    make_directive(first, "Công khai", number="71")
    make_directive(secret, "Tuyệt đối kín", number="72")
    make_directive(last, "Cũng công khai", number="73")
    PageViewRestriction.objects.create(page=secret, restriction_type="login")
    before = listed(client)
    assert {"71/CT-UBND", "73/CT-UBND"} <= set(before)
    # The others make room for it: their places in the tree change too.
    DirectiveIndexPage.objects.get(pk=last.pk).move(first, pos="left")
    assert listed(client) == before
    assert "Tuyệt đối kín" not in body(client.get("/van-ban/json/"))


def test_of_many_changes_all_is_read_anew(client, register, monkeypatch):
    assert len(listed(client)) == 3
    monkeypatch.setattr("articles.live_register.MANY", 1)
    section = make_section(DirectiveIndexPage.objects.get(), "Ba văn bản")
    for number in ("81", "82", "83"):
        make_directive(section, number=number, title=number)
    section.delete()
    for number in ("91", "92"):
        make_directive(number=number, title=number)
    assert {"91/CT-UBND", "92/CT-UBND", "07/CT-UBND"} < set(listed(client))
    assert len(listed(client)) == 5


def test_new_names_are_shown_at_once(client, register):
    assert "Sở Nội vụ" in client.get("/van-ban/").text
    issuer = Issuer.objects.get(slug="so-noi-vu")
    issuer.name = "Sở Nội vụ và Lao động"
    issuer.save()
    page = html.fromstring(client.get("/van-ban/?co-quan=so-noi-vu").content)
    assert "Sở Nội vụ và Lao động" in page.xpath("string(//ul[@class='chips'])")


def test_csv_holds_all_that_is_selected_and_no_formula(client, register):
    register["plan"].title = "=HYPERLINK(1)"
    register["plan"].save()
    response = client.get("/van-ban/csv/?nam=2016&nam=2014&moi-trang=20")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = body(response)
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["Số, ký hiệu"] for row in rows] == ["03/KH-SNV", "07/CT-UBND"]
    assert rows[0]["Tiêu đề"] == "'=HYPERLINK(1)"
    assert rows[1]["Tình trạng"] == "Bị thay thế"
    assert rows[1]["Ngày ký"] == "2014-06-16"
    assert rows[1]["Lĩnh vực"] == "Giáo dục; Y tế"
    assert rows[1]["Địa chỉ"].endswith("/van-ban/so/07-CT-UBND-2014/")


def test_json_holds_the_same_with_the_effect_of_the_day(client, register):
    answer = json.loads(body(client.get("/van-ban/json/?ngay=2015-01-01")))
    assert (answer["day"], answer["total"]) == ("2015-01-01", 1)
    [directive] = answer["directives"]
    assert directive["reference"] == "07/CT-UBND"
    assert directive["effect"] == "in-force"
    assert directive["effect_label"] == "Còn hiệu lực"
    assert directive["fields"] == ["Giáo dục", "Y tế"]


def test_an_export_reads_the_database_in_chunks(client, register, monkeypatch):
    monkeypatch.setattr("articles.register_exports.CHUNK", 2)
    with CaptureQueriesContext(connection):
        answer = json.loads(body(client.get("/van-ban/json/?sap-xep=cu-nhat")))
    assert [directive["reference"] for directive in answer["directives"]] == [
        "07/CT-UBND",
        "03/KH-SNV",
        "12/QĐ-UBND",
    ]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_of_many_exports_at_once_the_last_is_asked_to_come_back(client, register, form):
    begun = [client.get(f"/van-ban/{form}/") for _ in range(EXPORTS_AT_ONCE)]
    refused = client.get(f"/van-ban/{form}/")
    assert (refused.status_code, refused["Retry-After"]) == (503, str(RETRY_AFTER))
    assert "Xin thử lại" in refused.content.decode()
    # Readers of pages don't notice; one export is read to its end, the other's reader leaves.
    assert client.get("/van-ban/").status_code == 200
    body(begun[0])
    leave(begun[1])
    again = [client.get(f"/van-ban/{form}/") for _ in range(EXPORTS_AT_ONCE)]
    assert [response.status_code for response in again] == [200] * EXPORTS_AT_ONCE
    for response in again:
        leave(response)
        leave(response)
    assert "07/CT-UBND" in body(client.get(f"/van-ban/{form}/"))


@pytest.mark.parametrize(("form", "valid"), [("atom", valid_atom), ("rss", valid_rss)])
@pytest.mark.parametrize("query", ["", "?loai=chi-thi", "?co-quan=so-noi-vu", "?loai=khong-co"])
def test_feeds_of_every_state_are_valid(client, register, form, valid, query):
    response = client.get(f"/van-ban/{form}/{query}")
    feed = valid(response.content)
    assert len(feed.entries) == len(listed(client, query))
    if query == "?loai=chi-thi":
        assert "07/CT-UBND" in feed.entries[0].title
        assert "Bị thay thế" in feed.entries[0].summary
        assert "Chỉ thị" in feed.feed.title


@pytest.mark.parametrize("query", ["", "?loai=chi-thi&nam=2014&hieu-luc=con&ngay=2016-01-01"])
def test_twelve_queries_are_enough_whatever_is_asked(client, register, query):
    def needed():
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/van-ban/{query}")
            return len(queries)

    needed()
    few = needed()
    for number in range(30):
        page = make_directive(title=f"Số {number}", number=str(100 + number))
        page.topics.set(Topic.objects.all())
        page.save()
    PageViewRestriction.objects.create(
        page=make_section(DirectiveIndexPage.objects.get(), "Kín"), restriction_type="login"
    )
    needed()
    assert needed() <= few <= 12


def test_what_editors_and_readers_type_is_text_and_no_markup(client, register):
    nasty = '"><script>alert(1)</script>'
    Issuer.objects.filter(name="Sở Nội vụ").update(name=nasty, short_name=nasty)
    plan = DirectivePage.objects.get(number="03")
    plan.title, plan.signer = f"Kế hoạch {nasty}", nasty
    plan.save()
    for asked in ({}, {"nguoi-ky": nasty, "ngay": nasty}):
        page = html.fromstring(client.get("/van-ban/", asked).content)
        assert not [script for script in page.iter("script") if script.text == "alert(1)"]
        # It is offered as an issuer and as a signer.
        labels = page.xpath("//form[@id='filters']//li/label/span[1]/text()")
        assert labels.count(nasty) == 2
    listed = html.fromstring(client.get("/van-ban/").content).find_class("register")[0]
    titles, issuers = listed.xpath("//p[@class='register-subject']/a"), listed.find_class("quiet")
    assert typeset(f"Kế hoạch {nasty}") in [title.text for title in titles]
    assert nasty in [issuer.text for issuer in issuers]
