"""What is counted, and how the figures agree: one contract, kept by the database and by Redis."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from redis import Redis
from wagtail.models import PageViewRestriction

from polls import ballots
from polls.models import Choice, Poll
from sidebar import visits
from sidebar.models import DailyPageViews, DailyVisits, PageViews, Visit
from sidebar.visits import Figures, Hit, Who
from tests.factories import make_home, make_news

# Redis forgets by its own clock what has expired, so the one that tests turn is ahead of it.
NOON = timezone.make_aware(datetime(2090, 11, 22, 12))
BROWSER = "Mozilla/5.0 (Android 8; Mobile) Firefox/120.0"
A_READER, ANOTHER, A_THIRD = ((f"203.0.113.{number}", BROWSER) for number in (7, 8, 9))


@pytest.fixture
def clock(clock):
    clock.moment = NOON
    return clock


@pytest.fixture(params=["database", "redis"])
def counter(request, settings):
    """Counts in one, then in the other; `counter.forget()` empties it."""

    class Counter:
        def forget(self):
            for model in (DailyVisits, Visit, PageViews, DailyPageViews):
                model.objects.all().delete()
            visits.in_redis.cache_clear()
            if settings.REDIS_URL:
                with Redis.from_url(settings.REDIS_URL) as client:
                    client.flushdb()

    settings.REDIS_URL = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    return Counter()


@pytest.fixture
def page():
    make_home()
    return make_news()


def come(visitor=A_READER, who=Who.READER, **hit):
    return visits.count(Hit(who, visitor, **hit))


def flushed(clock):
    """The day's row when all is in the database."""
    for _ in range(3):
        visits.flush()
        clock.tick(seconds=5)
    return DailyVisits.objects.filter(day=timezone.localdate()).first()


@pytest.mark.django_db
def test_a_reader_of_many_pages_is_one_visit(clock, counter):
    for _ in range(3):
        figures = come().figures
    assert figures == Figures(guests=1, members=0, online=1, today=1, month=1, total=1)
    assert visits.figures() == figures


@pytest.mark.django_db
def test_guests_and_members_add_up_to_those_online(clock, counter):
    come(A_READER)
    come(ANOTHER)
    come(A_THIRD, Who.MEMBER)
    assert visits.figures() == Figures(guests=2, members=1, online=3, today=3, month=3, total=3)
    assert flushed(clock).member_visits == 1


@pytest.mark.django_db
def test_whoever_logs_in_or_out_stays_one_visitor(clock, counter):
    come(A_READER)
    assert come(A_READER, Who.MEMBER).figures[:4] == (0, 1, 1, 1)
    assert come(A_READER).figures[:4] == (1, 0, 1, 1)


@pytest.mark.django_db
def test_a_silent_reader_is_no_longer_online_but_stays_counted(clock, counter):
    come()
    clock.tick(minutes=6)
    assert visits.figures() == Figures(guests=0, members=0, online=0, today=1, month=1, total=1)


@pytest.mark.django_db
def test_a_reader_who_comes_back_after_half_an_hour_is_a_new_visit(clock, counter):
    come()
    clock.tick(minutes=29)
    come()
    assert visits.figures().today == 1
    clock.tick(minutes=31)
    come()
    assert visits.figures() == Figures(guests=1, members=0, online=1, today=2, month=2, total=2)


@pytest.mark.django_db
@pytest.mark.parametrize("is_flushed", [True, False])
def test_a_month_begins_with_its_first_day_and_the_total_never_does(clock, counter, is_flushed):
    clock.moment = NOON.replace(day=30)
    come()
    if is_flushed:
        flushed(clock)
    clock.tick(days=1)
    assert visits.figures() == Figures(guests=0, members=0, online=0, today=0, month=0, total=1)
    come()
    assert visits.figures() == Figures(guests=1, members=0, online=1, today=1, month=1, total=2)
    row = flushed(clock)
    assert (row.visits, row.month_visits, row.total_visits) == (1, 1, 2)


@pytest.mark.django_db
def test_after_midnight_nobody_is_online_who_was_not_counted_today(clock, counter):
    clock.moment = NOON.replace(hour=23, minute=59)
    come()
    clock.tick(minutes=2)
    assert visits.figures() == Figures(guests=0, members=0, online=0, today=0, month=1, total=1)
    come()
    assert visits.figures() == Figures(guests=1, members=0, online=1, today=1, month=2, total=2)
    flushed(clock)
    rows = DailyVisits.objects.order_by("day").values_list("visits", "month_visits", "total_visits")
    assert list(rows) == [(1, 1, 1), (1, 2, 2)]


@pytest.mark.django_db
def test_days_without_anybody_lie_between(clock, counter):
    come()
    flushed(clock)
    clock.tick(days=4)
    assert come().figures == Figures(guests=1, members=0, online=1, today=1, month=2, total=2)


@pytest.mark.django_db
def test_machines_are_no_visitors(clock, counter, page):
    assert come(who=Who.MACHINE, page_id=page.pk, is_opening=True).figures.total == 0
    assert visits.view_count(page.pk) == 0
    assert flushed(clock).machine_views == 1


@pytest.mark.parametrize(
    "agent", ["Googlebot/2.1", "curl/8.0", "python-requests/2.34", "Baiduspider"]
)
def test_machines_are_known_by_what_they_say(agent):
    assert visits.is_machine(agent)
    assert not visits.is_machine(BROWSER)


@pytest.mark.django_db
def test_members_are_visitors_and_their_views_are_not_the_publics(clock, counter, page):
    reading = come(who=Who.MEMBER, page_id=page.pk, is_opening=True)
    assert (reading.views, reading.figures.members) == (0, 1)
    row = flushed(clock)
    assert (row.visits, row.member_visits, row.views, row.member_views) == (1, 1, 0, 1)
    assert not PageViews.objects.filter(views__gt=0).exists()


@pytest.mark.django_db
def test_who_wants_no_traces_leaves_a_view(clock, counter, page):
    reading = come(None, page_id=page.pk, is_opening=True)
    assert (reading.views, reading.figures.total) == (1, 0)
    assert flushed(clock).views == 1
    assert not Visit.objects.exists()


@pytest.mark.django_db
def test_views_are_counted_when_a_page_is_opened_and_told_each_time(clock, counter, page):
    other = make_news(title="Tin khác")
    assert come(page_id=page.pk, is_opening=True).views == 1
    assert come(page_id=page.pk).views == 1
    assert come(page_id=page.pk, is_opening=True).views == 2
    assert come(page_id=other.pk).views == 0
    assert come().views is None
    assert visits.view_count(page.pk) == 2
    assert flushed(clock).views == 2
    clock.tick(days=1)
    assert come(page_id=page.pk, is_opening=True).views == 3
    flushed(clock)
    assert PageViews.objects.get(page=page).views == 3
    rows = DailyPageViews.objects.filter(page=page).order_by("day")
    assert list(rows.values_list("views", flat=True)) == [2, 1]


@pytest.mark.django_db
def test_drafts_private_and_unknown_pages_are_neither_counted_nor_told_of(
    clock, counter, page, django_capture_on_commit_callbacks
):
    assert come(page_id=page.pk, is_opening=True).views == 1
    with django_capture_on_commit_callbacks(execute=True):
        restriction = PageViewRestriction.objects.create(
            page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN
        )
    assert come(page_id=page.pk, is_opening=True).views is None
    with django_capture_on_commit_callbacks(execute=True):
        restriction.delete()
    assert come(page_id=page.pk).views == 1
    with django_capture_on_commit_callbacks(execute=True):
        page.unpublish()
    assert come(page_id=page.pk, is_opening=True).views is None
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    assert come(page_id=page.pk, is_opening=True).views == 2
    gone = page.pk
    with django_capture_on_commit_callbacks(execute=True):
        page.delete()
    assert come(page_id=gone, is_opening=True).views is None
    assert come(page_id=999_999, is_opening=True).views is None
    # The day's sum has also what was read on a page that is gone.
    assert flushed(clock).views == 2
    assert visits.stored_views(gone) == 0


@pytest.mark.django_db
def test_what_the_public_may_see_of_polls_comes_along(clock, counter):
    poll = Poll.objects.create(question="Có nên?")
    choice = Choice.objects.create(poll=poll, text="Có", votes=3)
    hidden = Poll.objects.create(question="Xem sau?", results_shown="after_closing")
    reading = come(poll_ids=(poll.pk, hidden.pk, 999_999))
    assert json.loads(reading.polls) == {
        str(poll.pk): {"total": 3, "voters": 3, "choices": {str(choice.pk): [3, 100]}}
    }
    assert come(poll_ids=(hidden.pk,)).polls == "{}"
    assert come().polls == ""


@pytest.mark.django_db
def test_whoever_votes_finds_the_vote_on_the_next_page(
    clock, counter, django_capture_on_commit_callbacks
):
    poll = Poll.objects.create(question="Có nên?", opens_at=NOON)
    choice = Choice.objects.create(poll=poll, text="Có")
    assert json.loads(come(poll_ids=(poll.pk,)).polls)[str(poll.pk)]["total"] == 0
    with django_capture_on_commit_callbacks(execute=True):
        ballots.cast(poll, {choice.pk}, "0" * 64)
    assert json.loads(come(poll_ids=(poll.pk,)).polls)[str(poll.pk)]["total"] == 1


@pytest.mark.django_db
def test_looking_at_the_figures_writes_nothing(counter):
    visits.figures()
    assert not DailyVisits.objects.exists()


@pytest.mark.django_db
def test_forgetting_keeps_the_counts_and_drops_the_people(clock, counter):
    come(A_READER)
    flushed(clock)
    clock.tick(days=1)
    come(ANOTHER)
    visits.forget()
    assert visits.figures() == Figures(guests=1, members=0, online=1, today=1, month=2, total=2)
    assert not Visit.objects.exclude(day=timezone.localdate()).exists()
    assert not DailyVisits.objects.filter(day__lt=clock.moment.date()).exclude(salt="").exists()


@pytest.mark.django_db
def test_the_row_has_who_was_online_when_it_was_counted_last(clock, counter):
    come(A_READER)
    come(ANOTHER)
    assert flushed(clock).online == 2
    clock.tick(minutes=10)
    come(ANOTHER)
    assert flushed(clock).online == 1


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 4, 6, 29, 31, 90, 24 * 60]),  # minutes that pass before it
        st.integers(min_value=1, max_value=5),  # which reader
        st.sampled_from([Who.READER, Who.MEMBER, Who.MACHINE, None]),  # None: wants no traces
        st.booleans(),  # opened, or open still?
        st.sampled_from(["", "", "flush", "forget"]),  # before it
    ),
    max_size=30,
)


@pytest.mark.django_db
@hypothesis(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS)
def test_the_figures_agree_whatever_happens(clock, counter, page, events):
    counter.forget()
    # Two days before the end of a month.
    clock.moment = NOON.replace(day=29, hour=20)
    last, last_day, opened = Figures(0, 0, 0, 0, 0, 0), None, 0
    for minutes, reader, who, is_opening, before in events:
        if minutes >= 24 * 60:
            # A worker may be away for hours, not for days: then keys have expired.
            flushed(clock)
        clock.tick(minutes=minutes)
        if before:
            getattr(visits, before)()
        visitor = who and (f"203.0.113.{reader}", BROWSER)
        hit = Hit(who or Who.READER, visitor, page.pk, is_opening)
        figures, views, _polls = visits.count(hit)
        opened += is_opening and hit.who is Who.READER
        assert views == opened
        assert figures.guests + figures.members == figures.online
        assert 0 <= figures.online <= figures.today <= figures.month <= figures.total
        if who in (Who.READER, Who.MEMBER):
            assert figures.online >= 1
        assert figures == visits.figures()
        day = timezone.localdate()
        assert figures.total >= last.total
        if last_day and (day.year, day.month) == (last_day.year, last_day.month):
            assert figures.month >= last.month
        if day == last_day:
            assert figures.today >= last.today
        last, last_day = figures, day
    flushed(clock)
    rows = DailyVisits.objects.all()
    assert sum(row.visits for row in rows) == last.total
    assert sum(row.views for row in rows) == opened == visits.stored_views(page.pk)
    assert sum(row.views for row in DailyPageViews.objects.all()) == opened


@pytest.mark.django_db
@hypothesis(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS)
def test_both_count_the_same(clock, settings, redis_url, events):
    told = []
    for address in ("", redis_url):
        settings.REDIS_URL = address
        clock.moment = NOON.replace(day=29, hour=20)
        for model in (DailyVisits, Visit):
            model.objects.all().delete()
        visits.in_redis.cache_clear()
        with Redis.from_url(redis_url) as client:
            client.flushdb()
        for minutes, reader, who, _is_opening, _before in events:
            clock.tick(minutes=minutes)
            visitor = who and (f"203.0.113.{reader}", BROWSER)
            told.append(visits.count(Hit(who or Who.READER, visitor)).figures)
    assert told[: len(events)] == told[len(events) :]


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
def test_no_view_is_lost_when_many_readers_come_at_once(counter, clock):
    make_home()
    page = make_news()
    in_parallel(
        16, lambda _: [come(None, page_id=page.pk, is_opening=True) for _again in range(10)]
    )
    assert visits.view_count(page.pk) == 160
    # Two writers at once, and no view twice.
    visits.flush()
    clock.tick(seconds=5)
    in_parallel(4, lambda _: visits.flush())
    assert PageViews.objects.get().views == DailyPageViews.objects.get().views == 160
    assert DailyVisits.objects.get().views == 160


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_visitor_with_many_requests_at_once_is_one_visit(counter):
    in_parallel(16, lambda number: come())
    assert visits.figures().today == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_visitors_at_once_are_all_counted(counter):
    in_parallel(16, lambda number: come((f"203.0.113.{number}", BROWSER)))
    assert visits.figures() == Figures(
        guests=16, members=0, online=16, today=16, month=16, total=16
    )
