"""What Redis may do to the counts: be away, hang, be full, lose its last second or all it had."""

import os
import signal
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from wagtail.models import Page

from sidebar import visits
from sidebar.counters.in_redis import RedisCounter, Unsure
from sidebar.counters.waiting import Waiting
from sidebar.models import DailyPageViews, DailyVisits, PageViews
from sidebar.visits import Figures, Hit, Who
from tests import servers
from tests.factories import make_home, make_news

pytestmark = pytest.mark.django_db

# Redis forgets by its own clock what has expired, so the one that tests turn is ahead of it.
NOON = timezone.make_aware(datetime(2090, 11, 22, 12))
BROWSER = "Mozilla/5.0 (Android 8; Mobile) Firefox/120.0"
A_READER, ANOTHER, A_THIRD = ((f"203.0.113.{number}", BROWSER) for number in (7, 8, 9))


@pytest.fixture
def clock(clock):
    clock.moment = NOON
    return clock


@pytest.fixture
def page():
    make_home()
    return make_news()


@pytest.fixture
def by_hand(monkeypatch):
    """Whether Redis is back is looked at when a test says so."""
    monkeypatch.setattr(RedisCounter, "_look_for_redis", lambda self: None)


@pytest.fixture
def counter(redis_url, settings, by_hand):
    settings.REDIS_URL = redis_url
    return visits.in_redis(redis_url)


@pytest.fixture
def client(counter, settings):
    with Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture
def server(settings, by_hand):
    """A Redis of the test's own, which it may kill: what that has answered, it keeps."""
    options = ["--appendonly", "yes", "--appendfsync", "always"]
    try:
        with servers.redis_server(*options) as (server, address):
            settings.REDIS_URL = address
            yield server
    except servers.Missing as missing:
        pytest.skip(f"needs {missing}")


def come(visitor=A_READER, who=Who.READER, **hit):
    return visits.count(Hit(who, visitor, **hit))


def flush_all(clock):
    for _ in range(2):
        visits.flush()
        clock.tick(seconds=5)


def stored():
    return DailyVisits.objects.latest("day")


def dump(client):
    return {key: (client.dump(key), client.expiretime(key)) for key in client.keys("*")}


def restore(client, kept):
    client.flushdb()
    for key, (value, expires) in kept.items():
        client.restore(key, max(expires, 0) * 1000, value, absttl=True)


def test_a_flush_that_is_killed_before_redis_hears_of_it_counts_nothing_twice(
    clock, counter, page, monkeypatch
):
    come(page_id=page.pk, is_opening=True)
    visits.flush()
    clock.tick(seconds=5)

    def killed(**kwargs):
        raise RedisConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(counter, "_settle", killed)
        with pytest.raises(RedisConnectionError):
            visits.flush()
    assert (stored().views, stored().visits) == (1, 1)
    come(ANOTHER, page_id=page.pk, is_opening=True)
    flush_all(clock)
    flush_all(clock)
    assert (stored().views, stored().visits, stored().total_visits) == (2, 2, 2)
    assert PageViews.objects.get().views == DailyPageViews.objects.get().views == 2


def test_a_flush_that_the_database_breaks_off_is_done_by_the_next(
    clock, counter, page, monkeypatch
):
    come(page_id=page.pk, is_opening=True)
    visits.flush()
    clock.tick(seconds=5)

    def killed(*args, **kwargs):
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(PageViews.objects, "bulk_create", killed)
        with pytest.raises(InterruptedError):
            visits.flush()
    assert not DailyVisits.objects.filter(views__gt=0).exists()
    visits.flush()
    assert (stored().views, PageViews.objects.get().views) == (1, 1)


def test_what_redis_may_still_lose_is_not_written(clock, counter, client, page):
    come(A_READER, page_id=page.pk, is_opening=True)
    safe = dump(client)
    visits.flush()
    come(ANOTHER, page_id=page.pk, is_opening=True)
    visits.flush()
    # Redis falls before its file has the second reader, who then comes again.
    restore(client, safe)
    assert come(ANOTHER, page_id=page.pk, is_opening=True).figures.today == 2
    flush_all(clock)
    flush_all(clock)
    assert (stored().visits, stored().views) == (2, 2)


def test_a_redis_that_is_younger_than_the_database_is_raised(clock, counter, client, page):
    come(A_READER, page_id=page.pk, is_opening=True)
    younger = dump(client)
    for _ in range(3):
        come(None, page_id=page.pk, is_opening=True)
    come(ANOTHER)
    flush_all(clock)
    assert (stored().visits, stored().views, PageViews.objects.get().views) == (2, 4, 4)
    restore(client, younger)
    # Nobody sees that figures fell.
    reading = come(A_READER, page_id=page.pk)
    assert (reading.views, reading.figures.today, reading.figures.total) == (4, 2, 2)
    flush_all(clock)
    visits.in_redis.cache_clear()
    reading = come(A_READER, page_id=page.pk, is_opening=True)
    assert (reading.views, reading.figures.today, reading.figures.total) == (5, 2, 2)
    flush_all(clock)
    assert (stored().visits, stored().views, PageViews.objects.get().views) == (2, 5, 5)


def test_a_redis_that_lost_everything_counts_on_from_the_database(clock, counter, client, page):
    come(A_READER, page_id=page.pk, is_opening=True)
    come(A_THIRD, Who.MEMBER)
    flush_all(clock)
    client.flushdb()
    visits.in_redis.cache_clear()
    assert visits.figures()[3:] == (2, 2, 2)
    reading = come(ANOTHER, page_id=page.pk, is_opening=True)
    assert reading == (Figures(guests=1, members=0, online=1, today=3, month=3, total=3), 2, "")
    flush_all(clock)
    assert (stored().visits, stored().member_visits, stored().views) == (3, 1, 2)
    assert PageViews.objects.get().views == 2


def test_scripts_that_redis_forgot_are_given_again(clock, counter, client):
    come(A_READER)
    client.script_flush()
    assert come(ANOTHER).figures.today == 2


def test_a_page_that_was_closed_behind_our_back_is_forgotten_soon(clock, counter, page):
    assert come(page_id=page.pk).views == 0
    Page.objects.filter(pk=page.pk).update(live=False)
    flush_all(clock)
    assert come(page_id=page.pk, is_opening=True).views is None


def test_two_processes_know_a_visitor_by_one_name(clock, counter, settings):
    come(A_READER)
    other = RedisCounter(settings.REDIS_URL)
    assert other.count(Hit(visitor=A_READER)).figures.today == 1


def test_nothing_of_a_day_outlives_it_by_more_than_a_day_and_the_salt_goes_with_it(
    clock, counter, client, page
):
    come(page_id=page.pk, is_opening=True)
    come(ANOTHER, Who.MEMBER)
    visits.flush()
    come(ANOTHER, Who.MEMBER, page_id=page.pk)
    midnight = NOON.replace(hour=0).timestamp()
    kept = {key: client.expiretime(key) - midnight for key in client.keys(f"visits:{NOON.year}*")}
    salt = b"visits:2090-11-22:salt"
    assert len(kept) == 7
    assert kept.pop(salt) == timedelta(hours=24).total_seconds()
    assert set(kept.values()) == {timedelta(hours=48).total_seconds()}
    # Salts in Redis' own file go when that is written anew.
    visits.forget()


def test_hits_wait_for_a_redis_that_is_away(clock, server, page, settings, caplog):
    come(A_READER, page_id=page.pk, is_opening=True)
    flush_all(clock)
    come(A_READER)
    server.kill()
    for _ in range(3):
        reading = come(ANOTHER, page_id=page.pk, is_opening=True)
        # What the database has, and what was told last.
        assert reading == (Figures(guests=1, members=0, online=1, today=1, month=1, total=1), 1, "")
    assert visits.figures() == reading.figures
    assert visits.view_count(page.pk) == 1
    come(A_THIRD, Who.MEMBER)
    counter = visits.in_redis(settings.REDIS_URL)
    assert not counter.come_back()
    # They come late, and are counted as of when they were.
    clock.tick(minutes=4)
    server.start()
    assert counter.come_back()
    assert len([line for line in caplog.messages if "Redis is away" in line]) == 1
    assert visits.figures()[:4] == (2, 1, 3, 3)
    clock.tick(minutes=2)
    assert visits.figures().online == 0
    flush_all(clock)
    assert (stored().visits, stored().member_visits, stored().views) == (3, 1, 4)
    assert not list(settings.HITS_DIR.iterdir())


def test_hits_that_wait_outlive_their_process_and_hold_no_address(clock, server, page, settings):
    come(A_READER, page_id=page.pk)
    first = visits.in_redis(settings.REDIS_URL)
    server.kill()
    for number in range(3):
        come((f"203.0.113.{number}", BROWSER), page_id=page.pk, is_opening=True)
    (file,) = settings.HITS_DIR.iterdir()
    assert b"203.0.113" not in file.read_bytes()
    # As long as it lives, they are its own.
    assert not RedisCounter(settings.REDIS_URL)._waiting
    for descriptor in first._waiting._files:
        os.close(descriptor)
    first._waiting._files.clear()
    second = RedisCounter(settings.REDIS_URL)
    assert not second.come_back()
    server.start()
    assert second.come_back()
    assert second.figures().today == 4
    assert second.view_count(page.pk) == 3
    assert not file.exists()


def test_of_a_file_only_whole_lines_that_are_not_struck_out_are_taken(tmp_path):
    file = tmp_path / "left.hits"
    file.write_bytes(b"-[1]\n [2]\n [3]\n [4")
    waiting = Waiting(tmp_path, 10)
    waiting.adopt()
    assert waiting.take() == ([2], None)
    waiting.put_back()
    assert file.read_bytes() == b"-[1]\n [2]\n [3]\n [4"
    assert [waiting.take()[0] for _ in range(2)] == [[2], [3]]
    assert file.read_bytes() == b"-[1]\n-[2]\n-[3]\n [4"
    assert waiting.take() is None
    assert not file.exists()


def test_there_is_room_for_so_many_and_no_more(tmp_path):
    waiting = Waiting(tmp_path, 2)
    for number in range(3):
        waiting.add([number])
    assert [waiting.take()[0] for _ in range(2)] == [[0], [1]]
    assert waiting.take() is None


def test_a_hit_that_may_have_arrived_is_given_up(clock, server, page, settings):
    come(A_READER, page_id=page.pk, is_opening=True)
    counter = visits.in_redis(settings.REDIS_URL)
    server.process.send_signal(signal.SIGSTOP)
    with pytest.raises(Unsure):
        counter.try_to_count(Hit(Who.READER, ANOTHER, page.pk, True))
    # From now on nobody waits for Redis any more.
    assert counter.try_to_count(Hit()) is None
    assert come(A_THIRD, page_id=page.pk, is_opening=True).views == 1
    server.process.send_signal(signal.SIGCONT)
    assert counter.come_back()
    # Redis did read what it was sent, and was not sent it again.
    assert come(A_READER, page_id=page.pk).views == 3
    assert visits.figures().today == 3


def test_a_redis_that_is_full_has_counted_nothing(clock, server, page, settings):
    come(A_READER, page_id=page.pk, is_opening=True)
    with Redis.from_url(settings.REDIS_URL) as client:
        client.config_set("maxmemory", 1)
        come(ANOTHER, page_id=page.pk, is_opening=True)
        assert visits.in_redis(settings.REDIS_URL)._waiting
        client.config_set("maxmemory", 0)
    assert visits.in_redis(settings.REDIS_URL).come_back()
    assert come(A_READER, page_id=page.pk).views == 2
    assert visits.figures().today == 2


def test_after_a_reader_without_a_name_waited_nobody_is_counted_twice(
    clock, server, page, settings
):
    come(A_READER, page_id=page.pk)
    server.kill()
    # A process that has not heard of the day's salt.
    fresh = RedisCounter(settings.REDIS_URL)
    for visitor in (A_READER, ANOTHER):
        fresh.count(Hit(Who.READER, visitor, page.pk, True))
    assert b"203.0.113" not in next(settings.HITS_DIR.iterdir()).read_bytes()
    server.start()
    assert fresh.come_back()
    assert fresh.figures().today == 2
