"""What was counted, as readers, operators and inspectors get it; the old portal's number apart."""

import csv
import io
import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from defusedxml import ElementTree
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry, Page, PageViewRestriction, Site, TaskState

from articles.models import Author, NewsIndexPage
from home.offices import BOARD, EDITORS, REVIEWERS
from sidebar import charts, statistics, tasks
from sidebar.models import DailyPageViews, DailyVisits, InheritedVisits, PageViews

from .factories import make_directive, make_event, make_home, make_news, make_user

pytestmark = pytest.mark.django_db

PAGE = "/thong-ke/"
NOON = timezone.make_aware(datetime(2026, 11, 22, 12))
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def home():
    return make_home()


def visited(day, visits, member_visits=0, **views):
    """As the counting does it: days come one after the other."""
    DailyVisits.objects.of(day)
    DailyVisits.objects.count(day, visits, member_visits=member_visits, **views)


def read(page, *days_and_views):
    for day, views in days_and_views:
        DailyPageViews.objects.create(page=page and page.page_ptr, day=day, views=views)
        if page:
            row, _is_new = PageViews.objects.get_or_create(page=page.page_ptr)
            row.views += views
            row.save()


def inherit(**facts):
    facts = {"total": 189, "counted_until": date(2026, 10, 31), "source": "Ảnh chụp"} | facts
    return InheritedVisits.objects.create(**facts)


def text_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def main_of(html):
    return html.partition("<main")[2].partition("</main>")[0]


def public(client):
    """Its main part, once the views are added up."""
    tasks.add_up_views()
    return told(client)


def told(client):
    response = client.get(PAGE)
    assert response.status_code == 200
    assert not response.cookies
    return main_of(response.content.decode())


def tables(html):
    """{caption: [[cells of a row]]}, without the heads."""
    found = {}
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        caption = text_of(re.search(r"<caption.*?</caption>", table, re.DOTALL).group())
        rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        cells = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL) for row in rows]
        found[caption] = [[text_of(cell) for cell in row] for row in cells][1:]
    return found


BY_DAY = gettext("Visits by day, the last 30 days")
BY_MONTH = gettext("Visits by month, the last 12 months")


# The public page


def test_an_empty_portal_says_that_nothing_was_counted(client, home):
    html = public(client)
    assert html.count(gettext("No visit has been counted in this time.")) == 2
    assert gettext("No page view has been counted in the last 30 days.") in html
    assert "<svg" not in html
    assert "<table" not in html
    assert gettext("How it is counted") in html


def test_a_portal_without_a_site_answers(client):
    Site.objects.all().delete()
    assert gettext("How it is counted") in public(client)


def test_the_figures_are_those_of_the_sidebar_and_move_with_them(client, home):
    visited(TODAY - timedelta(days=30), 5)
    visited(TODAY, 7)
    html = public(client)
    shown = dict(re.findall(r'data-live="([\w-]+)">([\d.]+)<', html))
    assert shown == {
        "online-guests": "0",
        "online-members": "0",
        "online-total": "0",
        "visits-today": "7",
        "visits-month": "7",
        "visits-total": "12",
    }
    figures = client.get("/live/?seen=1").json()["visits"]
    assert figures.keys() == shown.keys()


def test_days_and_months_have_their_figures_and_days_without_a_row_are_zero(client, home):
    visited(date(2026, 9, 30), 4, views=9)
    visited(date(2026, 11, 19), 10, 2, views=40, member_views=7, machine_views=5)
    visited(date(2026, 11, 21), 1, views=2)
    html = public(client)
    rows = tables(html)
    days = rows[BY_DAY]
    assert len(days) == 30
    assert days[:4] == [
        ["22/11/2026", "0", "0", "0"],
        ["21/11/2026", "1", "0", "2"],
        ["20/11/2026", "0", "0", "0"],
        ["19/11/2026", "10", "2", "40"],
    ]
    assert rows[BY_MONTH] == [
        ["11/2026", "11", "2", "42"],
        ["10/2026", "0", "0", "0"],
        ["9/2026", "4", "0", "9"],
    ]
    # Members' and machines' views are in none of these.
    assert gettext("The counting began on %(day)s.") % {"day": "30/9/2026"} in text_of(html)
    assert [t for t in ("42", "7", "5") if f" {t} " not in text_of(html)] == []


def test_the_first_day_of_a_portal_looks_like_one(client, home):
    visited(TODAY, 1)
    html = public(client)
    assert tables(html)[BY_DAY] == [["22/11/2026", "1", "0", "0"]]
    assert tables(html)[BY_MONTH] == [["11/2026", "1", "0", "0"]]
    pictures = re.findall(r'<svg class="chart".*?</svg>', html, re.DOTALL)
    assert len(pictures) == 2
    for picture in pictures:
        svg = ElementTree.fromstring(picture)
        labels = {text.text for text in svg.iter("text")}
        # No half visits.
        assert {"0", "1"} <= labels
        assert not any("," in label for label in labels)


def test_charts_are_named_and_said_in_words(client, home):
    visited(date(2026, 11, 20), 30)
    visited(date(2026, 11, 21), 12)
    html = public(client)
    for name in ("day", "month"):
        assert f'aria-labelledby="{name}-title {name}-words"' in html
        assert f'<title id="{name}-title">' in html
    words = gettext("%(count)s visits in all; the most: %(most)s (%(when)s).")
    assert words % {"count": 42, "most": 30, "when": "20/11"} in html
    assert all('scope="col"' in head for head in re.findall(r"<thead>.*?</thead>", html, re.DOTALL))


def test_the_most_read_pages_and_sections(client, home):
    news, directive, event = make_news(), make_directive(), make_event()
    read(news, (TODAY, 5), (TODAY - timedelta(days=29), 6), (TODAY - timedelta(days=30), 100))
    read(directive, (TODAY, 40))
    read(event, (TODAY - timedelta(days=200), 70))
    read(None, (TODAY, 500))
    found = tables(public(client))
    assert found[gettext("The pages that readers opened most in the last 30 days")] == [
        [directive.title, "40", "40"],
        [news.title, "11", "111"],
    ]
    assert found[gettext("Page views by section in the last 30 days")] == [
        ["Văn bản", "40"],
        ["Tin tức", "11"],
    ]


@pytest.mark.parametrize("how", ["draft", "closed", "section closed", "section offline"])
def test_what_is_closed_is_never_named_nor_counted(client, home, how):
    visited(TODAY, 1)
    page = make_news("Việc nội bộ")
    read(page, (TODAY, 12_345))
    assert "Việc nội bộ" in public(client)
    section = page.get_parent()
    if how == "draft":
        page.unpublish()
    elif how == "section offline":
        section.specific.unpublish()
        page.unpublish()
    else:
        closed = page if how == "closed" else section
        PageViewRestriction.objects.create(
            page=closed.page_ptr if closed is page else closed, restriction_type="login"
        )
    for html in (told(client), public(client)):
        assert "Việc nội bộ" not in html
        if "section" in how:
            assert "Tin tức" not in html
    assert "12.345" not in html


def test_views_are_added_up_anew(client, home):
    page, other = make_news("Cầu mới"), make_directive()
    read(page, (TODAY, 7))
    read(other, (TODAY, 3))
    public(client)
    read(page, (TODAY - timedelta(days=1), 2))
    DailyPageViews.objects.filter(page=other.page_ptr).update(day=TODAY - timedelta(days=30))
    tables_told = tables(public(client))
    assert tables_told[gettext("The pages that readers opened most in the last 30 days")] == [
        ["Cầu mới", "9", "9"]
    ]
    assert tables_told[gettext("Page views by section in the last 30 days")] == [["Tin tức", "9"]]


def test_a_page_too_many_is_not_kept(client, home, monkeypatch):
    monkeypatch.setattr(statistics, "KEPT", 2)
    pages = [make_news(f"Tin {number}") for number in range(4)]
    for views, page in enumerate(pages, 1):
        read(page, (TODAY, views))
    html = public(client)
    rows = tables(html)[gettext("The pages that readers opened most in the last 30 days")]
    assert [row[0] for row in rows] == ["Tin 3", "Tin 2"]
    # The next one stands in for what is closed until then.
    pages[3].unpublish()
    assert "Tin 2" in told(client)
    assert "Tin 3" not in told(client)
    assert "Tin 1" in public(client)


def test_the_inherited_number_stands_apart_and_is_added_to_nothing(client, home):
    visited(TODAY, 7)
    assert "189" not in public(client)
    inherit()
    html = public(client)
    text = text_of(html)
    told = gettext("The old portal had counted (until %(day)s): <b>%(total)s</b>")
    assert text_of(told % {"day": "31/10/2026", "total": "189"}) in text
    assert gettext("Source: %(source)s") % {"source": "Ảnh chụp"} in text
    assert 'data-live="visits-total">7<' in html
    assert "196" not in html


def test_more_rows_take_no_more_queries(client, home):
    counts = []
    for number in (1, 25):
        for back in range(number):
            day = TODAY - timedelta(days=40 - back)
            visited(day, 3)
        for one in range(number):
            read(make_news(f"Tin {number} {one}"), (TODAY, one + 1), (TODAY - timedelta(days=1), 2))
        inherit() if number == 1 else None
        client.get(PAGE)  # fills caches
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_the_page_is_found_from_others(client, home):
    assert f'href="{PAGE}"' in client.get("/").content.decode()


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 500)), min_size=1, max_size=400))
def test_bars_stand_on_each_other_and_inside_of_the_picture(counts):
    series = {"below": [low for low, _ in counts], "above": [high for _, high in counts]}
    chart = charts.bar_chart([str(number) for number in range(len(counts))], series)
    if not any(map(any, counts)):
        assert chart is None
        return
    shape = re.compile(r"M([\d.]+) ([\d.]+)v(-?[\d.]+)h([\d.]+)V([\d.]+)z")
    for bars, values in zip(chart.bars, series.values(), strict=True):
        drawn = [tuple(map(float, found)) for found in shape.findall(bars.path)]
        assert len(drawn) == sum(map(bool, values))
        assert len("".join(match.group() for match in shape.finditer(bars.path))) == len(bars.path)
        for x, low, up, wide, _again in drawn:
            assert float(chart.left) <= x
            assert x + wide <= float(chart.right) + 0.2
            assert charts.TOP - 0.2 <= low + up <= low <= float(chart.bottom)


# The report in the admin


@pytest.fixture
def board(client):
    user = make_user("ban", BOARD, first_name="Lê", last_name="Bình")
    client.force_login(user)
    return user


def report(client, status=200, **query):
    response = client.get(reverse("visit_report"), query)
    assert response.status_code == status
    return response


def lines(response):
    html = response.content.decode()
    [table] = tables(html.partition("<main")[2]).values()
    return [row for row in table if row[0] != gettext("Total")]


def total_of(response):
    foot = re.search(r"<tfoot>.*?</tfoot>", response.content.decode(), re.DOTALL).group()
    return [text_of(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", foot, re.DOTALL)][1:]


def sheet_of(response):
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    sheet = load_workbook(io.BytesIO(response.content)).active
    return [[cell.value for cell in row] for row in sheet.rows], sheet


PERIOD = {"first": "01/11/2026", "last": "22/11/2026"}


@pytest.mark.parametrize("name", ["visit_report", "inspection"])
@pytest.mark.parametrize("groups", [[], [EDITORS], [REVIEWERS]])
def test_reports_are_refused_to_others_by_their_address(client, home, name, groups):
    client.force_login(make_user("lan", *groups))
    for query in ({}, PERIOD | {"by": "day", "export": "csv", "pages": "all"}):
        response = client.get(reverse(name), query)
        assert response.status_code in (302, 403)
        assert "content-disposition" not in response.headers
    assert reverse(name) not in client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("name", ["visit_report", "inspection"])
def test_reports_are_refused_to_strangers_and_given_to_the_board(client, home, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(make_user("ban", BOARD))
    assert client.get(reverse(name)).status_code == 200
    assert reverse(name) in client.get(reverse("wagtailadmin_home")).content.decode()


def test_one_permission_opens_both_reports(client, home):
    user = make_user("so", EDITORS)
    user.user_permissions.add(Permission.objects.get(codename="view_dailyvisits"))
    client.force_login(user)
    assert client.get(reverse("visit_report")).status_code == 200
    assert client.get(reverse("inspection")).status_code == 200


def test_days_have_visits_and_views_of_readers_members_and_machines_apart(client, home, board):
    visited(date(2026, 10, 31), 99, views=99)
    visited(date(2026, 11, 2), 10, 3, views=40, member_views=7, machine_views=1500)
    visited(date(2026, 11, 22), 1, views=2)
    response = report(client, **PERIOD, by="day")
    rows = lines(response)
    assert len(rows) == 22
    assert rows[1] == ["2/11/2026", "10", "3", "40", "7", "1.500"]
    assert rows[2] == ["3/11/2026", "0", "0", "0", "0", "0"]
    assert total_of(response) == ["11", "3", "42", "7", "1.500"]
    html = response.content.decode()
    for kind in ("guests", "members", "readers", "machines"):
        assert f"bars-{kind}" in html


def test_months_are_the_sums_of_their_days_in_the_period(client, home, board):
    visited(date(2026, 9, 29), 5)
    visited(date(2026, 9, 30), 6, views=8)
    visited(date(2026, 11, 2), 7)
    response = report(client, first="30/09/2026", last="22/11/2026", by="month")
    assert [row[:2] for row in lines(response)] == [
        ["9/2026", "6"],
        ["10/2026", "0"],
        ["11/2026", "7"],
    ]
    assert total_of(response)[0] == "13"


def test_pages_and_sections_have_the_views_of_the_period(client, home, board):
    news, directive = make_news(), make_directive()
    read(news, (date(2026, 10, 31), 50), (date(2026, 11, 1), 5))
    read(directive, (date(2026, 11, 22), 9))
    read(None, (date(2026, 11, 3), 2))
    response = report(client, **PERIOD, by="page")
    path = directive.url_path.removeprefix(home.url_path)
    assert lines(response) == [
        [directive.title, f"/{path}", "9"],
        [news.title, "/tin-tuc/mo-lop-ky-nang-so/", "5"],
        [gettext("Deleted pages"), "", "2"],
    ]
    assert total_of(response) == ["16"]
    response = report(client, **PERIOD, by="section")
    assert lines(response) == [
        ["Văn bản", "9"],
        ["Tin tức", "5"],
        [gettext("Deleted pages"), "2"],
    ]


def test_the_views_of_a_deleted_page_stay(client, home, board):
    page = make_news()
    read(page, (date(2026, 11, 1), 5))
    page.delete()
    assert lines(report(client, **PERIOD, by="page")) == [[gettext("Deleted pages"), "", "5"]]


def test_without_a_question_it_is_this_month_by_day(client, home, board):
    visited(TODAY, 3)
    assert len(lines(report(client))) == 22
    html = report(client).content.decode()
    for query in (
        "first=01%2F10%2F2026&amp;last=31%2F10%2F2026&amp;by=day",
        "first=01%2F01%2F2026&amp;last=22%2F11%2F2026&amp;by=day",
    ):
        assert query in html


@pytest.mark.parametrize(
    "asked, field, words",
    [
        ({"first": "31/11/2026"}, "first", "“%(value)s” is no day. Write it like 22/11/2026."),
        ({"first": "<b>hôm qua"}, "first", "“%(value)s” is no day. Write it like 22/11/2026."),
        ({"last": ""}, "last", "Write a day like 22/11/2026."),
        ({"last": "23/11/2026"}, "last", "This day is still to come."),
        ({"last": "31/10/2026"}, "last", "The period ends before it begins."),
        (
            {"first": "01/01/2020"},
            "first",
            "By day, at most %(days)d days: choose a later day, or by month.",
        ),
        (
            {"first": "01/01/1999", "by": "month"},
            "first",
            "By month, at most %(days)d days: choose a later day.",
        ),
    ],
)
def test_a_bad_day_is_named_at_its_field_and_nothing_typed_is_lost(
    client, home, board, asked, field, words
):
    query = PERIOD | {"by": "day", "export": "xlsx"} | asked
    response = report(client, **query)
    form = response.context["form"]
    told = gettext(words) % {"value": query[field], "days": 400 if query["by"] == "day" else 7320}
    assert form.errors == {field: [told]}
    assert {name: form[name].value() for name in ("first", "last", "by")} == {
        name: query[name] for name in ("first", "last", "by")
    }
    html = response.content.decode()
    assert told in unescape(html)
    assert "<b>hôm" not in html
    assert "visits-table" not in html


def test_files_hold_what_is_shown(client, home, board):
    visited(date(2026, 11, 2), 10, 3, views=40, member_views=7, machine_views=1500)
    query = PERIOD | {"by": "day"}
    response = report(client, **query, export="xlsx")
    assert "thong-ke-day-2026-11-01-2026-11-22.xlsx" in response["Content-Disposition"]
    rows, _sheet = sheet_of(response)
    assert rows[0][:2] == [gettext("Day"), gettext("Visits")]
    assert rows[2] == [datetime(2026, 11, 2), 10, 3, 40, 7, 1500]
    assert rows[-1] == [gettext("Total"), 10, 3, 40, 7, 1500]
    assert len(rows) == 24
    text = report(client, **query, export="csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[2] == ["2026-11-02", "10", "3", "40", "7", "1500"]
    assert len(rows) == 24


FORMULAS = ["=1+1", "+84 233", "-5 độ", "@tin", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("title", FORMULAS)
def test_no_title_becomes_a_formula(client, home, board, title):
    read(make_news(title, slug="tin"), (TODAY, 5))
    query = PERIOD | {"by": "page"}
    _rows, sheet = sheet_of(report(client, **query, export="xlsx"))
    assert (sheet["A2"].value, sheet["A2"].data_type) == (title, "s")
    text = report(client, **query, export="csv").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1][0] == f"'{title}"
    _rows, sheet = sheet_of(inspect(client, pages="all"))
    cells = {cell.value: cell.data_type for cell in sheet["A"]}
    assert cells[title] == "s"


def test_letters_that_no_sheet_takes_are_left_out(client, home, board):
    read(make_news("Tin\x0b mới", slug="tin"), (TODAY, 5))
    rows, _sheet = sheet_of(report(client, **PERIOD, by="page", export="xlsx"))
    assert rows[1][0] == "Tin mới"


def test_of_many_pages_the_most_read_are_shown_and_the_file_has_all(
    client, home, board, monkeypatch
):
    monkeypatch.setattr("sidebar.visit_report.LINES_SHOWN", 3)
    for number in range(5):
        read(make_news(f"Tin {number}"), (TODAY, number + 1))
    response = report(client, **PERIOD, by="page")
    assert [row[0] for row in lines(response)] == ["Tin 4", "Tin 3", "Tin 2"]
    assert total_of(response) == ["15"]
    rows, _sheet = sheet_of(report(client, **PERIOD, by="page", export="xlsx"))
    assert len(rows) == 7


@pytest.mark.parametrize("by", ["day", "month", "page", "section"])
def test_a_longer_report_takes_no_more_queries(client, home, board, by):
    counts = []
    for number in (1, 20):
        for back in range(number):
            visited(TODAY - timedelta(days=20 - back), 3)
            read(make_news(f"Tin {number} {back}"), (TODAY, 4))
        report(client, **PERIOD, by=by)
        with CaptureQueriesContext(connection) as queries:
            report(client, **PERIOD, by=by)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# The inspectors' sheet


def inspect(client, **query):
    return client.get(reverse("inspection"), PERIOD | query)


def inspected(client, **query):
    """{title: [all else]}"""
    rows, _sheet = sheet_of(inspect(client, **query))
    return {row[0]: row[1:] for row in rows[1:]}


def approved(page, writer, *approvers):
    """The workflow, as it goes from step to step."""
    page.save_revision(user=writer)
    page.get_workflow().start(page, writer)
    for approver in approvers:
        state = Page.objects.get(pk=page.pk).current_workflow_task_state
        state.task.specific.on_action(state, approver, "approve")
    return type(page).objects.get(pk=page.pk)


def test_inspectors_get_who_wrote_who_approved_and_the_views(client, home, board):
    writer = make_user("lan", EDITORS, first_name="Lan", last_name="Trần")
    reviewer = make_user("minh", REVIEWERS)
    directive = make_directive(live=False, owner=writer)
    directive = approved(directive, writer, reviewer, board)
    assert directive.live
    read(directive, (date(2026, 10, 1), 30), (date(2026, 11, 2), 4))
    news = make_news(live=False, owner=writer)
    news.authors = [Author.objects.create(name="Bùi An"), Author.objects.create(name="Đỗ Hà")]
    news = approved(news, writer, reviewer, board)
    found = inspected(client, pages="then")
    assert found.keys() == {directive.title, news.title}
    assert found[directive.title] == [
        "Văn bản",
        datetime(2026, 11, 22, 12),
        "UBND tỉnh Quảng Trị",
        "Lan Trần",
        "Lê Bình",
        4,
        34,
        f"http://localhost{directive.url}",
    ]
    assert found[news.title][2:5] == ["Tin tức", "Bùi An, Đỗ Hà", "Lê Bình"]
    assert found[news.title][5:7] == [0, 0]


def test_an_approval_of_another_version_is_nobodys_approval(client, home, board):
    writer, reviewer = make_user("lan", EDITORS), make_user("minh", REVIEWERS)
    page = approved(make_news(live=False, owner=writer), writer, reviewer, board)
    assert inspected(client, pages="then")[page.title][4] == "Lê Bình"
    page.title = "Sửa thẳng"
    page.save_revision().publish(skip_permission_checks=True)
    assert inspected(client, pages="then")["Sửa thẳng"][4] is None
    assert TaskState.objects.filter(finished_by=board).exists()


def test_a_page_without_an_owner_is_by_who_wrote_its_first_version(client, home, board):
    page = make_news()
    page.save_revision(user=make_user("lan", EDITORS, first_name="Lan", last_name="Trần"))
    page.save_revision(user=board).publish(skip_permission_checks=True)
    assert inspected(client, pages="all")[page.title][3] == "Lan Trần"


def test_pages_are_chosen_by_their_first_day_online_or_all_are(client, home, board):
    at = timezone.make_aware
    make_news("Đầu tháng", first_published_at=at(datetime(2026, 11, 1, 0, 30)))
    make_news("Cuối tháng", first_published_at=at(datetime(2026, 10, 31, 23, 30)))
    make_news("Nháp", live=False)
    make_news("Kín", first_published_at=at(datetime(2026, 11, 3)))
    PageViewRestriction.objects.create(page=Page.objects.get(title="Kín"), restriction_type="login")
    assert list(inspected(client, pages="then")) == ["Đầu tháng", "Kín"]
    everything = inspected(client, pages="all").keys()
    assert {"Đầu tháng", "Cuối tháng", "Kín", "Tin tức"} <= everything
    assert "Nháp" not in everything


def test_a_bad_period_gives_no_sheet(client, home, board):
    response = inspect(client, first="32/11/2026", pages="all")
    assert response.context["form"].errors.keys() == {"first"}
    assert response.context["form"]["pages"].value() == "all"
    assert "32/11/2026" in response.content.decode()


def test_a_longer_sheet_takes_no_more_queries(client, home, board):
    counts = []
    for number in (1, 20):
        for one in range(number):
            owner = make_user(f"u{number}-{one}", EDITORS)
            page = make_news(f"Tin {number} {one}", first_published_at=NOON, owner=owner)
            read(page, (TODAY, 4))
            page.authors = [Author.objects.create(name=f"Tác giả {number} {one}")]
            page.save()
            make_directive(
                title=f"Văn bản {number} {one}", first_published_at=NOON, number=f"{number}{one}"
            )
        inspect(client, pages="all")
        with CaptureQueriesContext(connection) as queries:
            inspect(client, pages="all")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# The inherited number

CREATE = "sidebar_inheritedvisits_modeladmin_create"
TYPED = {"total": "189", "counted_until": "31/10/2026", "source": "Ảnh chụp trang chủ"}


def test_the_board_writes_the_inherited_number_down_once(client, home, board):
    warning = gettext(
        "This number is written down once. Nobody can change or delete it afterwards: "
        "look at it twice. It is shown as the old portal's, not verified, and never "
        "added to what this portal counts."
    )
    assert warning in unescape(client.get(reverse(CREATE)).content.decode())
    assert reverse(CREATE) in report(client).content.decode()
    assert client.post(reverse(CREATE), TYPED).status_code == 302
    one = InheritedVisits.objects.get()
    assert (one.total, one.counted_until, one.source, one.entered_by) == (
        189,
        date(2026, 10, 31),
        "Ảnh chụp trang chủ",
        board,
    )
    entry = ModelLogEntry.objects.get()
    assert (entry.action, entry.user) == ("wagtail.create", board)
    # And never again.
    assert client.get(reverse(CREATE)).status_code in (302, 403)
    client.post(reverse(CREATE), TYPED | {"total": "999"})
    assert InheritedVisits.objects.get().total == 189
    html = report(client).content.decode()
    assert reverse(CREATE) not in html
    assert "Lê Bình" in main_of(html)


@pytest.mark.parametrize("facts", [{"is_superuser": True, "is_staff": True}, {}])
def test_nobody_changes_or_deletes_it(client, home, facts):
    inherit()
    client.force_login(make_user("quan", BOARD, **facts))
    for act in ("edit", "delete"):
        address = reverse("sidebar_inheritedvisits_modeladmin_index") + f"{act}/1/"
        assert client.get(address).status_code in (302, 403, 404)
        assert client.post(address, TYPED | {"total": "999"}).status_code in (302, 403, 404)
    assert InheritedVisits.objects.get().total == 189
    for address in ("", "inspect/1/"):
        address = reverse("sidebar_inheritedvisits_modeladmin_index") + address
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("group", [EDITORS, REVIEWERS])
def test_others_do_not_write_it_down(client, home, group):
    client.force_login(make_user("lan", group))
    assert client.post(reverse(CREATE), TYPED).status_code in (302, 403)
    assert not InheritedVisits.objects.exists()


def test_a_day_to_come_is_refused(client, home, board):
    response = client.post(reverse(CREATE), TYPED | {"counted_until": "23/11/2026"})
    assert response.status_code == 200
    assert gettext("This day is still to come.") in response.content.decode()
    assert not InheritedVisits.objects.exists()


@pytest.mark.parametrize(
    "typed, total",
    [("189.000", 189_000), ("1 234 567", 1_234_567), ("0", 0)]
    + [(wrong, None) for wrong in ("18.9", "189,5", "-1", "1e3", "٣", "9" * 30, "")],
)
def test_the_number_is_read_as_it_is_written(client, home, board, typed, total):
    response = client.post(reverse(CREATE), TYPED | {"total": typed})
    stored = InheritedVisits.objects.first()
    assert (stored and stored.total) == total
    if total is None:
        assert response.context["form"].errors.keys() == {"total"}
        assert f'value="{typed}"' in response.content.decode() or not typed


def test_totals_are_sums(home):
    visited(TODAY, 2, 1, views=5)
    counted = statistics.by_day(TODAY - timedelta(days=1), TODAY)
    assert statistics.total(counted.values()) == statistics.Counts(2, 1, 5)
    assert statistics.total([]) == statistics.Counts()


def test_the_sections_of_a_report_are_named_even_when_closed(client, home, board):
    page = make_news()
    read(page, (TODAY, 5))
    PageViewRestriction.objects.create(
        page=NewsIndexPage.objects.get().page_ptr, restriction_type="login"
    )
    assert lines(report(client, **PERIOD, by="section")) == [["Tin tức", "5"]]
