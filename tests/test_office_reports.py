"""What was published, how long review took, what grows old: counted as each report says, and for
those who may read it."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import TaskState

from articles.models import Author, NewsIndexPage, NewsPage, ReviewDate
from articles.reports.steps import duration, percentile
from home.offices import set_up
from office.roles import BOARD, EDITORS, KEEPERS, OPERATORS, REPORTERS, REVIEWERS
from polls.models import Poll
from sidebar.models import PageViews
from tests.factories import make_event, make_home, make_news, make_unit, make_user

pytestmark = pytest.mark.django_db

REPORTS = ["published_report", "steps_report", "ageing_report"]
NOVEMBER = {"first": "01/11/2025", "last": "30/11/2025"}


def at(*moment):
    return timezone.make_aware(datetime(*moment))


@pytest.fixture
def home():
    home = make_home()
    set_up()
    return home


@pytest.fixture
def unit(home):
    section = NewsIndexPage.objects.get().add_child(instance=NewsIndexPage(title="Tin y tế"))
    return make_unit("Sở Y tế", section)


@pytest.fixture
def board(client, home):
    user = make_user("binh", BOARD)
    client.force_login(user)
    return user


def published(title, moment, parent=None, **facts):
    parent = parent or NewsIndexPage.objects.order_by("path").first()
    page = parent.add_child(instance=NewsPage(title=title, **facts))
    NewsPage.objects.filter(pk=page.pk).update(first_published_at=moment, last_published_at=moment)
    return page


def section():
    return NewsIndexPage.objects.get(title="Tin y tế")


def lines(client, name, **query):
    table = client.get(reverse(name), NOVEMBER | query).context["table"]
    return {tuple(row[: table.texts]): row[table.texts :] for row in table.rows}


def test_pages_are_counted_by_unit(client, board, unit):
    published("Của sở", at(2025, 11, 5, 9), section())
    published("Của sở, đã gỡ", at(2025, 11, 6, 9), section(), live=False)
    published("Của cổng", at(2025, 11, 7, 9))
    published("Tháng khác", at(2025, 10, 7, 9))
    make_news("Nháp", live=False)
    found = lines(client, "published_report")
    # Of one kind, in all, offline again.
    assert found[("Sở Y tế",)] == [2, 2, 1]
    assert found[("Cả cổng",)] == [1, 1, 0]


def test_days_of_the_period_begin_at_midnight_in_vietnam(client, board):
    published("Đầu tháng", at(2025, 11, 1, 0, 0))
    published("Cuối tháng", at(2025, 11, 30, 23, 59, 59))
    published("Trước", at(2025, 10, 31, 23, 59, 59))
    published("Sau", at(2025, 12, 1, 0, 0))
    assert lines(client, "published_report", by="month")[("11/2025",)][-2] == 2


def test_of_two_who_sign_each_has_the_page_and_unsigned_it_is_its_writers(client, board):
    lan = make_user("lan", EDITORS)
    signed = published("Hai người", at(2025, 11, 5, 9))
    signed.authors = [Author.objects.create(name=name) for name in ("An", "Bình")]
    signed.save()
    NewsPage.objects.filter(pk=signed.pk).update(first_published_at=at(2025, 11, 5, 9))
    published("Không ký", at(2025, 11, 6, 9), owner=lan)
    published("Không ai", at(2025, 11, 6, 9))
    found = lines(client, "published_report", by="person")
    assert {key[0]: row[-2] for key, row in found.items()} == {
        "An": 1,
        "Bình": 1,
        "lan": 1,
        "không ghi tên": 1,
    }


def test_a_report_is_narrowed_by_unit_and_kind(client, board, unit):
    published("Của sở", at(2025, 11, 5, 9), section())
    published("Của cổng", at(2025, 11, 7, 9))
    event = make_event()
    type(event).objects.filter(pk=event.pk).update(first_published_at=at(2025, 11, 8, 9))
    assert lines(client, "published_report", unit=unit.pk).keys() == {("Sở Y tế",)}
    assert lines(client, "published_report", kind="articles.eventpage")[("Cả cổng",)][-2] == 1


def test_a_period_is_drawn_with_its_sum_in_words(client, board):
    published("Tin", at(2025, 11, 5, 9))
    shown = client.get(reverse("published_report"), NOVEMBER).text
    assert "Tất cả 1 trang; nhiều nhất: 1 (5/11)." in shown


@pytest.mark.parametrize("name", ["published_report", "steps_report"])
def test_a_wrong_period_is_said_at_its_field(client, board, name):
    response = client.get(reverse(name), {"first": "30/11/2025", "last": "hôm qua"})
    assert response.context["table"] is None
    assert "hôm qua" in response.text


def decided(user, decider, started, finished, status=TaskState.STATUS_APPROVED, parent=None):
    page = published("Bài", at(2020, 1, 1), parent)
    page.save_revision(user=user)
    state = page.get_workflow().start(page, user)
    TaskState.objects.filter(workflow_state=state).update(
        started_at=started, finished_at=finished, status=status, finished_by=decider
    )


def test_each_step_has_its_median_its_slowest_and_what_was_sent_back(client, board, unit):
    lan, minh = make_user("lan", EDITORS), make_user("minh", REVIEWERS)
    begun = at(2025, 11, 10, 8)
    for hours in (1, 2, 3, 10):
        decided(lan, minh, begun, begun + timedelta(hours=hours))
    decided(*(lan, minh, begun, begun + timedelta(hours=4)), TaskState.STATUS_REJECTED, section())
    decided(lan, minh, begun, at(2025, 12, 1, 0, 0))
    decided(lan, None, begun, begun, TaskState.STATUS_CANCELLED)
    count, back, rounds, median, ninety, slowest = lines(client, "steps_report")[("Kiểm duyệt",)]
    assert (count, back, rounds) == (5, 1, 1)
    assert median == ("3 giờ", 3.0)
    assert ninety == slowest == ("10 giờ", 10.0)
    assert lines(client, "steps_report", by="person")[("Kiểm duyệt", "minh")][0] == 5
    by_unit = lines(client, "steps_report", by="unit")
    assert {key[1]: row[0] for key, row in by_unit.items()} == {"Cả cổng": 4, "Sở Y tế": 1}


def test_a_poll_is_of_no_unit_whose_page_has_its_number(client, board, unit):
    lan, minh = make_user("lan", EDITORS), make_user("minh", REVIEWERS)
    page = published("Của sở", at(2020, 1, 1), section())
    poll = Poll.objects.create(pk=page.pk, question="Có nên?", opens_at=at(2025, 11, 1))
    poll.save_revision(user=lan)
    state = poll.get_workflow().start(poll, lan)
    begun = at(2025, 11, 10, 8)
    TaskState.objects.filter(workflow_state=state).update(
        started_at=begun, finished_at=begun, status=TaskState.STATUS_APPROVED, finished_by=minh
    )
    assert lines(client, "steps_report", by="unit").keys() == {("Kiểm duyệt", "Cả cổng")}
    assert not lines(client, "steps_report", by="unit", unit=unit.pk)


def test_what_waits_now_is_told_with_the_longest_wait(client, board):
    lan = make_user("lan", EDITORS)
    assert "không có bài nào chờ" in client.get(reverse("steps_report")).text
    page = make_news("Chờ", live=False, owner=lan)
    page.save_revision(user=lan)
    page.get_workflow().start(page, lan)
    TaskState.objects.update(started_at=timezone.now() - timedelta(hours=30))
    assert "có 1 bài chờ duyệt; lâu nhất 1 ngày 6 giờ" in client.get(reverse("steps_report")).text


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        ({"seconds": 20}, "chưa đến một phút"),
        ({"minutes": 40}, "40 phút"),
        ({"hours": 5, "minutes": 10}, "5 giờ 10 phút"),
        ({"days": 3, "hours": 4, "minutes": 5}, "3 ngày 4 giờ"),
    ],
)
def test_a_time_is_told_as_coarsely_as_it_is_long(taken, words):
    assert duration(timedelta(**taken)) == words


def test_nine_of_ten_is_the_nearest_rank():
    assert percentile(list(range(1, 11)), 90) == 9
    assert percentile([7], 90) == 7
    assert percentile(list(range(1, 12)), 90) == 10


def ageing(client, **query):
    response = client.get(reverse("ageing_report"), query)
    return [page.title for page in response.context["object_list"]]


def test_the_oldest_stand_first_and_can_be_narrowed(client, board, unit):
    day = timezone.now() - timedelta(days=400)
    old = published("Cũ", day)
    published("Cũ của sở", day + timedelta(days=1), section())
    new = published("Mới", timezone.now())
    ReviewDate.objects.create(page=new, due_on=timezone.localdate() - timedelta(days=1))
    ReviewDate.objects.create(page=old, due_on=timezone.localdate())
    assert [t for t in ageing(client) if t in ("Cũ", "Cũ của sở", "Mới")] == [
        "Cũ",
        "Cũ của sở",
        "Mới",
    ]
    assert ageing(client, unchanged="12") == ["Cũ", "Cũ của sở"]
    assert ageing(client, unchanged="24") == []
    assert ageing(client, overdue="qua") == ["Mới"]
    assert "Cũ của sở" in ageing(client, unit=unit.pk)
    assert "Cũ" not in ageing(client, unit=unit.pk)
    assert set(ageing(client, kind="articles.newspage")) == {"Cũ", "Cũ của sở", "Mới"}
    PageViews.objects.update_or_create(page=old, defaults={"views": 7})
    assert ageing(client, ordering="-views_in_all", kind="articles.newspage")


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_is_a_file_of_both_kinds(client, board, name):
    published("Tin", at(2025, 11, 5, 9))
    csv = client.get(reverse(name), NOVEMBER | {"export": "csv"})
    assert csv["Content-Type"].startswith("text/csv")
    xlsx = client.get(reverse(name), NOVEMBER | {"export": "xlsx"})
    sheet = load_workbook(BytesIO(xlsx.content)).active
    assert sheet.max_row == len(csv.content.decode("utf-8-sig").splitlines())


ROLES = {REPORTERS: 302, EDITORS: 302, REVIEWERS: 302, BOARD: 200, KEEPERS: 200, OPERATORS: 200}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", REPORTS)
def test_reports_of_the_whole_portal_are_the_boards_and_up(client, home, name, role):
    client.force_login(make_user("lan", role))
    assert client.get(reverse(name)).status_code == ROLES[role]
    assert client.get(reverse(name), {"export": "csv"}).status_code == ROLES[role]


@pytest.mark.parametrize("name", [*REPORTS, "audit_log"])
def test_strangers_are_sent_to_the_door(client, home, name):
    assert client.get(reverse(name)).url.startswith(reverse("wagtailadmin_login"))


def test_who_edits_for_a_unit_reads_of_its_own_pages_alone(client, home, unit):
    elsewhere = section().get_parent().add_child(instance=NewsIndexPage(title="Nội vụ"))
    other = make_unit("Sở Nội vụ", elsewhere)
    published("Của sở", at(2025, 11, 5, 9), section())
    published("Của cổng", at(2025, 11, 7, 9))
    client.force_login(make_user("hoa", unit.editors.name))
    assert lines(client, "published_report").keys() == {("Sở Y tế",)}
    # Asked for another unit, the form knows none.
    response = client.get(reverse("published_report"), NOVEMBER | {"unit": other.pk})
    assert response.context["form"].errors.keys() == {"unit"}
    assert "Của cổng" not in ageing(client)
    assert "Của sở" in ageing(client)
    entries = client.get(reverse("audit_log")).context["object_list"]
    assert "hoa" not in {entry.title for entry in entries}
    client.force_login(make_user("chi", unit.reporters.name))
    for name in [*REPORTS, "audit_log"]:
        assert client.get(reverse(name)).status_code == 302


@pytest.mark.parametrize("name", REPORTS)
def test_a_hundred_pages_cost_no_more_queries_than_one(
    client, board, unit, name, django_assert_max_num_queries
):
    lan = make_user("lan", EDITORS)
    for number in range(20):
        published(f"Tin {number}", at(2025, 11, 5, 9), section(), owner=lan)
    client.get(reverse(name), NOVEMBER)
    with django_assert_max_num_queries(25):
        client.get(reverse(name), NOVEMBER | {"by": "person"})
