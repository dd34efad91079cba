"""Pages are looked through by a day; who is in charge is reminded of it, and of what expires."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles import reminders, tasks
from articles.models import NewsIndexPage, NewsPage, ReviewDate
from articles.review_dates import months_after
from home.models import StandardPage
from home.offices import set_up
from office.models import Notice
from office.roles import BOARD, EDITORS, OPERATORS
from tests.factories import make_home, make_news, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    home = make_home()
    set_up()
    return home


@pytest.fixture
def unit(home):
    section = NewsIndexPage.objects.get().add_child(instance=NewsIndexPage(title="Tin y tế"))
    return make_unit("Sở Y tế", section)


def make_plain(home, **facts):
    published = timezone.make_aware(datetime(2026, 1, 31, 9))
    page = home.add_child(instance=StandardPage(title="Liên hệ", **facts))
    StandardPage.objects.filter(pk=page.pk).update(last_published_at=published)
    return page


def on(clock, day, hour=9):
    clock.moment = timezone.make_aware(
        datetime.combine(day, datetime.min.time()).replace(hour=hour)
    )


def told(kind):
    rows = Notice.objects.filter(kind=kind).order_by("pk")
    return [(notice.recipient.username, notice.message) for notice in rows]


def test_a_plain_page_is_to_be_looked_through_a_year_after_it_was_published(home, clock):
    page, news = make_plain(home), make_news()
    tasks.remind_of_dates()
    assert page.review_date.due_on == date(2027, 1, 31)
    assert not ReviewDate.objects.filter(page=news).exists()
    assert not ReviewDate.objects.filter(page=home).exists()


def test_a_day_that_an_editor_set_stays(home):
    page = make_plain(home)
    ReviewDate.objects.create(page=page, due_on=None)
    tasks.remind_of_dates()
    assert ReviewDate.objects.get(page=page).due_on is None


def test_reminders_come_two_weeks_before_on_the_day_and_every_month_after(home, clock):
    lan = make_user("lan", EDITORS)
    page = make_plain(home, owner=lan)
    ReviewDate.objects.create(page=page, due_on=date(2027, 1, 31))
    for day, count in [
        (date(2027, 1, 16), 0),
        (date(2027, 1, 17), 1),
        (date(2027, 1, 30), 1),
        (date(2027, 1, 31), 2),
        (date(2027, 2, 27), 2),
        (date(2027, 2, 28), 3),
        (date(2027, 3, 30), 3),
        (date(2027, 3, 31), 4),
    ]:
        on(clock, day)
        tasks.remind_of_dates()
        tasks.remind_of_dates()
        assert len(told(Notice.Kind.REVIEW)) == count, day
    assert {name for name, _words in told(Notice.Kind.REVIEW)} == {"lan"}


def test_a_day_begins_at_midnight_in_vietnam(home, clock):
    page = make_plain(home, owner=make_user("lan", EDITORS))
    ReviewDate.objects.create(page=page, due_on=date(2027, 3, 15))
    # Five to midnight, and five past: in UTC both are the last of February.
    clock.moment = timezone.make_aware(datetime(2027, 2, 28, 23, 55))
    tasks.remind_of_dates()
    assert not told(Notice.Kind.REVIEW)
    clock.tick(minutes=10)
    tasks.remind_of_dates()
    assert len(told(Notice.Kind.REVIEW)) == 1


def test_a_page_that_is_offline_reminds_nobody(home):
    page = make_plain(home, owner=make_user("lan", EDITORS), live=False)
    ReviewDate.objects.create(page=page, due_on=timezone.localdate())
    tasks.remind_of_dates()
    assert not Notice.objects.exists()


def test_the_unit_is_told_and_where_there_is_nobody_the_board(home, unit):
    make_user("hoa", unit.editors.name)
    make_user("chi", unit.reporters.name)
    make_user("nghi", unit.editors.name, is_active=False)
    make_user("binh", BOARD)
    section = NewsIndexPage.objects.get(title="Tin y tế")
    for page in (
        section.add_child(instance=NewsPage(title="Lịch tiêm")),
        make_news("Của cả cổng"),
    ):
        ReviewDate.objects.create(page=page, due_on=timezone.localdate())
    tasks.remind_of_dates()
    rows = Notice.objects.filter(kind=Notice.Kind.REVIEW)
    assert {(row.recipient.username, row.title) for row in rows} == {
        ("hoa", "Lịch tiêm"),
        ("binh", "Của cả cổng"),
    }


def test_who_is_in_charge_is_told_a_week_before_a_page_comes_down(home, clock):
    lan = make_user("lan", EDITORS)
    page = make_news("Đăng ký", owner=lan, expire_at=timezone.now() + timedelta(days=8))
    tasks.remind_of_dates()
    assert not told(Notice.Kind.EXPIRY)
    clock.tick(days=2)
    tasks.remind_of_dates()
    tasks.remind_of_dates()
    ((who, words),) = told(Notice.Kind.EXPIRY)
    assert who == "lan"
    assert f"{timezone.localtime(page.expire_at):%H:%M %d/%m/%Y}" in words
    NewsPage.objects.filter(pk=page.pk).update(expire_at=timezone.now() + timedelta(days=3))
    tasks.remind_of_dates()
    assert len(told(Notice.Kind.EXPIRY)) == 2


def address(page):
    return reverse("review_page", args=[page.pk])


def test_who_finds_all_in_order_sets_the_next_day_without_a_new_version(home, client):
    lan = make_user("lan", EDITORS)
    page = make_plain(home)
    versions = page.revisions.count()
    client.force_login(lan)
    next_day = timezone.localdate() + timedelta(days=200)
    form = {"due_on": f"{next_day:%d/%m/%Y}", "note": "Số điện thoại", "reviewed": ""}
    assert client.post(address(page), form).status_code == 302
    row = ReviewDate.objects.get(page=page)
    assert (row.due_on, row.reviewed_by) == (next_day, lan)
    page = StandardPage.objects.get(pk=page.pk)
    assert page.revisions.count() == versions
    assert not page.has_unpublished_changes
    history = client.get(reverse("wagtailadmin_pages:history", args=[page.pk])).text
    assert "Số điện thoại" in history


def test_the_day_alone_can_be_changed_and_taken_away(home, client):
    page = make_plain(home)
    client.force_login(make_user("lan", EDITORS))
    client.post(address(page), {"due_on": "", "note": ""})
    row = ReviewDate.objects.get(page=page)
    assert (row.due_on, row.reviewed_by) == (None, None)


@pytest.mark.parametrize("typed", ["31/02/2027", "hôm qua", "01/01/2020"])
def test_a_day_that_is_none_is_refused_and_the_note_stays(home, client, typed):
    page = make_plain(home)
    client.force_login(make_user("lan", EDITORS))
    response = client.post(address(page), {"due_on": typed, "note": "Giờ làm việc"})
    assert response.status_code == 200
    assert "Giờ làm việc" in response.text
    assert not ReviewDate.objects.exists()


def test_whoever_opens_a_page_that_is_due_is_told(home, client):
    page = make_plain(home)
    client.force_login(make_user("lan", EDITORS))
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert "Cần rà soát" not in client.get(edit).text
    ReviewDate.objects.create(page=page, due_on=timezone.localdate())
    shown = client.get(edit).text
    assert "Cần rà soát" in shown
    assert address(page) in shown


def test_who_may_not_edit_a_page_does_not_look_it_through(home, unit, client):
    page = make_plain(home)
    assert client.get(address(page)).status_code == 302
    for user in (make_user("van", OPERATORS), make_user("hoa", unit.editors.name)):
        client.force_login(user)
        client.post(address(page), {"due_on": "", "reviewed": ""})
    assert not ReviewDate.objects.exists()


@pytest.mark.once
@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months):
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_months_late_counts_whole_months():
    assert reminders.months_late(date(2027, 1, 31), date(2027, 1, 30)) is None
    assert reminders.months_late(date(2027, 1, 31), date(2027, 1, 31)) == 0
    assert reminders.months_late(date(2027, 1, 15), date(2027, 2, 14)) == 0
    assert reminders.months_late(date(2027, 1, 15), date(2028, 2, 15)) == 13
