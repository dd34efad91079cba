from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidebar import visits
from sidebar.models import DailyVisits, PageViews, Visit
from tests.factories import make_home, make_news

NOON = timezone.make_aware(datetime(2026, 11, 22, 12))
BROWSER = "Mozilla/5.0 (Android 8; Mobile) Firefox/120.0"


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests turn: set `clock.now`."""

    class Clock:
        now = NOON

        def pass_(self, **time):
            self.now += timedelta(**time)

    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.mark.django_db
def test_a_reader_of_many_pages_is_one_visit(clock):
    for _ in range(3):
        visits.record("203.0.113.7", BROWSER)
    assert visits.figures() == visits.Figures(
        guests=1, members=0, online=1, today=1, month=1, total=1
    )


@pytest.mark.django_db
def test_guests_and_members_add_up_to_those_online(clock):
    visits.record("203.0.113.7", BROWSER)
    visits.record("203.0.113.8", BROWSER)
    visits.record("203.0.113.9", BROWSER, is_member=True)
    assert visits.figures() == visits.Figures(
        guests=2, members=1, online=3, today=3, month=3, total=3
    )


@pytest.mark.django_db
def test_a_silent_reader_is_no_longer_online_but_stays_counted(clock):
    visits.record("203.0.113.7", BROWSER)
    clock.pass_(minutes=6)
    assert visits.figures() == visits.Figures(
        guests=0, members=0, online=0, today=1, month=1, total=1
    )


@pytest.mark.django_db
def test_a_reader_who_comes_back_after_half_an_hour_is_a_new_visit(clock):
    visits.record("203.0.113.7", BROWSER)
    clock.pass_(minutes=29)
    visits.record("203.0.113.7", BROWSER)
    assert visits.figures().today == 1
    clock.pass_(minutes=31)
    visits.record("203.0.113.7", BROWSER)
    assert visits.figures() == visits.Figures(
        guests=1, members=0, online=1, today=2, month=2, total=2
    )


@pytest.mark.django_db
def test_a_month_begins_with_its_first_day_and_the_total_never_does(clock):
    clock.now = NOON.replace(day=28)
    visits.record("203.0.113.7", BROWSER)
    while clock.now.day != 1:
        clock.pass_(days=1)
    assert visits.figures() == visits.Figures(
        guests=0, members=0, online=0, today=0, month=0, total=1
    )
    visits.record("203.0.113.7", BROWSER)
    assert visits.figures() == visits.Figures(
        guests=1, members=0, online=1, today=1, month=1, total=2
    )


@pytest.mark.django_db
def test_after_midnight_nobody_is_online_who_was_not_counted_today(clock):
    clock.now = NOON.replace(hour=23, minute=59)
    visits.record("203.0.113.7", BROWSER)
    clock.pass_(minutes=2)
    assert visits.figures() == visits.Figures(
        guests=0, members=0, online=0, today=0, month=1, total=1
    )
    visits.record("203.0.113.7", BROWSER)
    assert visits.figures() == visits.Figures(
        guests=1, members=0, online=1, today=1, month=2, total=2
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "agent", ["Googlebot/2.1", "curl/8.0", "python-requests/2.34", "Baiduspider"]
)
def test_machines_are_no_visitors(clock, agent):
    visits.record("203.0.113.7", agent)
    assert visits.figures().total == 0


@pytest.mark.django_db
def test_neither_the_address_nor_a_lasting_name_of_a_visitor_is_kept(clock):
    visits.record("203.0.113.7", BROWSER)
    first = Visit.objects.get()
    assert "203.0.113.7" not in str(vars(first))
    clock.pass_(days=1)
    visits.record("203.0.113.7", BROWSER)
    assert Visit.objects.latest("seen_at").visitor != first.visitor


@pytest.mark.django_db
def test_forgetting_keeps_the_counts_and_drops_the_people(clock):
    visits.record("203.0.113.7", BROWSER)
    clock.pass_(days=1)
    visits.record("203.0.113.8", BROWSER)
    visits.forget()
    assert visits.figures() == visits.Figures(
        guests=1, members=0, online=1, today=1, month=2, total=2
    )
    assert Visit.objects.count() == 1
    assert set(
        DailyVisits.objects.filter(day__lt=clock.now.date()).values_list("salt", flat=True)
    ) == {""}


EVENTS = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=40),  # minutes that pass before it
        st.integers(min_value=1, max_value=5),  # which reader
        st.booleans(),  # a member?
        st.booleans(),  # is the nightly forgetting done before it?
    ),
    max_size=40,
)


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS)
def test_the_figures_agree_whatever_happens(clock, events):
    DailyVisits.objects.all().delete()
    Visit.objects.all().delete()
    clock.now = NOON.replace(hour=20)
    last_total = 0
    for minutes, reader, is_member, forgets in events:
        clock.pass_(minutes=minutes)
        if forgets:
            visits.forget()
        visits.record(f"203.0.113.{reader}", BROWSER, is_member=is_member)
        figures = visits.figures()
        assert figures.guests + figures.members == figures.online
        assert 1 <= figures.online <= figures.today <= figures.month <= figures.total
        assert figures.total >= last_total
        last_total = figures.total


def in_parallel(count, work):
    """Runs work(0) … work(count - 1), each in a thread with a database connection of its own."""

    def run(number):
        try:
            work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        # Asking for the results raises what went wrong.
        list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_view_is_lost_when_many_readers_come_at_once():
    make_home()
    page = make_news()
    in_parallel(16, lambda number: [visits.count_view(page.pk) for _ in range(10)])
    assert visits.view_count(page.pk) == 160
    assert PageViews.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_visitor_with_many_requests_at_once_is_one_visit():
    in_parallel(16, lambda number: visits.record("203.0.113.7", BROWSER))
    assert visits.figures().today == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_visitors_at_once_are_all_counted():
    in_parallel(16, lambda number: visits.record(f"203.0.113.{number}", BROWSER))
    assert visits.figures() == visits.Figures(
        guests=16, members=0, online=16, today=16, month=16, total=16
    )
