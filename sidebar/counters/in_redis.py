"""Counts in Redis: a hit costs one call of one script there, and nothing of the database.

Counts are lost rather than counted twice. A hit that surely did not reach Redis waits until it is
back (waiting.py); one that may have reached it is given up. flush() carries the day's counts to the
database as they are, never what is new, so that it may be killed anywhere and begun again.

    visits:2026-11-28:figures   the day's counts, and those of all days before it
                     :seen      visitor -> when seen last;  :members, who of them has logged in
                     :pages     page -> the day's views; :asked, pages to be looked at by flush()
                     :pending   what flush() has taken;  :salt, which goes with the day
    visits:pages                page -> its views in all, of the pages that the public may read
    visits:poll:7               results, for two seconds, or until the next vote
"""

import json
import logging
import secrets
import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, NoScriptError, RedisError, ResponseError
from redis.retry import Retry
from wagtail.models import Page

from .. import visits
from ..models import DailyPageViews, DailyVisits, PageViews
from ..visits import Figures, Reading
from .waiting import Waiting

logger = logging.getLogger(__name__)

SCRIPTS = Path(__file__).parent
PAGES = "visits:pages"
RESULTS = "visits:poll:{}"
# Seconds that a page waits for Redis at most, and between looks whether it is back.
PATIENCE = 0.25
LOOK_EVERY = 0.5
# Hits that wait while Redis is away.
ROOM = 10_000
RESULTS_LAST = 2
# A hit may find the day, its page and its polls missing, and some of them anew while it waits.
TRIES = 10
# Redis writes every second, and a second late at most, what it would know after a fall.
SAFE_AFTER = timedelta(seconds=3)
# A day's keys outlive it by a day: for whatever a worker that was away has still to write.
KEPT = timedelta(hours=48)
COUNTS = ("visits", "member_visits", "views", "member_views", "machine_views")


class NotCounted(Exception):
    """Redis did not count the hit, that is sure."""


class Unsure(Exception):
    """Redis may have counted the hit, or not: asking again could count it twice."""


class Day:
    """What is the same for all hits of a day. Times are milliseconds."""

    # Only what Redis has: another process may have been first.
    salt = None

    def __init__(self, day):
        self.date = day
        self.key = key_of(day)
        before = day - timedelta(days=1)
        midnight = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        self.begins_at = _milliseconds(midnight)
        self.ends_at = _milliseconds(midnight + timedelta(days=1))
        self.keys_expire = int((midnight + KEPT).timestamp())
        self.packed = _packed(
            *(self.key, key_of(before)),
            *(self.keys_expire, self.ends_at // 1000),
            int((before.year, before.month) == (day.year, day.month)),
        )


class RedisCounter:
    def __init__(self, url):
        self._client = Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            # It would send again what may have arrived.
            retry=Retry(NoBackoff(), 0),
        )
        self._hit, self._take, self._settle, self._open = (
            self._client.register_script((SCRIPTS / f"{name}.lua").read_text())
            for name in ("hit", "take", "settle", "open")
        )
        self._evaluate = _packed("EVALSHA", self._hit.sha, 2)
        # A connection for each thread: no lock, and no pool's bookkeeping.
        self._connections = threading.local()
        self._day = None
        self._lock = threading.Lock()
        self._is_away = False
        # What was told last, and on which day. Redis may come back a second younger; what readers
        # see does not.
        self._told = date.min, Figures(0, 0, 0, 0, 0, 0)
        self._told_views = {}
        self._waiting = Waiting(settings.HITS_DIR, ROOM)
        self._waiting.adopt()
        if self._waiting:
            self._wait_for_redis()

    def try_to_count(self, hit):
        """As count(), but without the database: None where Redis alone can't answer, and has not
        counted. Raises Unsure."""
        if self._is_away:
            return None
        moment = _milliseconds(timezone.now())
        try:
            found = self._call(hit, moment, self._day_of(moment))
        except NotCounted:
            return None
        return found if type(found) is Reading else None

    def count(self, hit):
        moment = _milliseconds(timezone.now())
        day = self._day_of(moment)
        while not self._keep(hit, moment, day):
            try:
                return self._insist(hit, moment, day)
            except NotCounted:
                continue
            except Unsure:
                break
        return self._stored(hit, day)

    def figures(self):
        nothing = visits.Hit()
        with suppress(Unsure):
            if found := self.try_to_count(nothing):
                return found.figures
        return self._stored(nothing, self._day_of(_milliseconds(timezone.now()))).figures

    def view_count(self, page_id):
        views = visits.stored_views(page_id)
        if not self._is_away:
            try:
                views = max(views, int(self._client.hget(PAGES, page_id) or 0))
            except RedisError as error:
                self._leave(error)
        return self._tell_views(page_id, views)

    def close(self, page_id):
        # Where it fails, flush() finds out what is closed as soon as somebody asks for the page.
        if page_id is None:
            self._try(self._client.delete, PAGES)
        else:
            self._try(self._client.hdel, PAGES, page_id)

    def forget_results(self, poll_id):
        # Where it fails, they expire.
        self._try(self._client.delete, RESULTS.format(poll_id))

    def _try(self, command, *arguments):
        """For what may fail, and is not waited for while Redis is away."""
        if self._is_away:
            return
        try:
            command(*arguments)
        except RedisError as error:
            self._leave(error)

    def forget(self):
        """Keys go by themselves, but not from the file that Redis may write: it is written anew."""
        with suppress(RedisError):
            if self._client.info("persistence")["aof_enabled"]:
                self._client.bgrewriteaof()

    def flush(self):
        """Two at once do no harm, and neither does one that is killed anywhere."""
        now = timezone.now()
        today = timezone.localdate(now)
        for day in (today - timedelta(days=1), today):
            key = key_of(day)
            online_since = _milliseconds(now - visits.ONLINE) if day == today else ""
            asked = [_milliseconds(now), online_since, int(SAFE_AFTER / timedelta(milliseconds=1))]
            if pending := self._take(keys=[key], args=asked):
                self._settle(keys=[key], args=_write(day, pending))
                self._take(keys=[key], args=asked)

    def come_back(self):
        """Whether Redis is there again, and was told of all that waited for it."""
        replayed = 0
        try:
            self._client.ping()
            self._waiting.adopt()
            while waiting := self._next_waiting():
                (moment, name, who, page_id, is_opening), visitor = waiting
                day = Day(timezone.localdate(_moment(moment)))
                if day.keys_expire < timezone.now().timestamp():
                    # Too late: the day's keys are gone.
                    continue
                hit = visits.Hit(visits.Who(who), visitor, page_id, is_opening)
                try:
                    self._insist(hit, moment, day, name)
                    replayed += 1
                except (NotCounted, Error):
                    self._waiting.put_back()
                    return False
        except (RedisError, Unsure):
            return False
        if replayed:
            logger.info("visits: Redis is there, and counted %d hits that had to wait", replayed)
        return True

    def _next_waiting(self):
        """The oldest hit that waits; with the last one gone, Redis is there again."""
        with self._lock:
            waiting = self._waiting.take()
            self._is_away = waiting is not None
            return waiting

    def _keep(self, hit, moment, day):
        """Whether Redis is away, and the hit has to wait for it."""
        if not self._is_away:
            return False
        name, visitor = "", hit.visitor
        if visitor and day.salt:
            name, visitor = visits.name_of(visitor, day.salt), None
        with self._lock:
            if self._is_away and (name or visitor or hit.is_opening):
                waiting = [moment, name, hit.who, hit.page_id, hit.is_opening]
                self._waiting.add(waiting, visitor)
            return self._is_away

    def _leave(self, error):
        with self._lock:
            if self._is_away:
                return
            self._is_away = True
        logger.warning("visits: Redis is away (%s), hits wait for it", type(error).__name__)
        self._wait_for_redis()

    def _wait_for_redis(self):
        self._is_away = True
        threading.Thread(target=self._look_for_redis, daemon=True).start()

    def _look_for_redis(self):
        pause = threading.Event()
        while not self.come_back():
            # It was asked which pages are public.
            connection.close()
            pause.wait(LOOK_EVERY)
        connection.close()

    def _day_of(self, moment):
        day = self._day
        if day is None or not day.begins_at <= moment < day.ends_at:
            self._day = day = Day(timezone.localdate(_moment(moment)))
        return day

    def _insist(self, hit, moment, day, name=""):
        """The Reading, when Redis was given what it misses."""
        for _again in range(TRIES):
            found = self._call(hit, moment, day, name)
            if type(found) is Reading:
                return found
            try:
                if found == "day":
                    self._begin(day)
                elif found == "page":
                    hit = self._admit(hit, day)
                else:
                    for poll_id, text in visits.poll_results(hit.poll_ids).items():
                        self._client.set(RESULTS.format(poll_id), text, ex=RESULTS_LAST)
            except RedisError as error:
                self._leave(error)
                raise NotCounted from error
        # It forgets what it is told: its clock is days ahead of ours.
        error = NotCounted(found)
        self._leave(error)
        raise error

    def _begin(self, day):
        """Redis counts on from what the database has."""
        row = DailyVisits.objects.filter(day__lte=day.date).order_by("-day").first()
        row = row or DailyVisits(day=day.date)
        is_today = row.day == day.date
        is_this_month = (row.day.year, row.day.month) == (day.date.year, day.date.month)
        counted = {name: getattr(row, name) if is_today else 0 for name in COUNTS}
        counted["month_before"] = row.month_visits - counted["visits"] if is_this_month else 0
        counted["total_before"] = row.total_visits - counted["visits"]
        with self._client.pipeline() as pipeline:
            for name, number in counted.items():
                pipeline.hsetnx(f"{day.key}:figures", name, number)
            pipeline.expireat(f"{day.key}:figures", day.keys_expire)
            pipeline.execute()

    def _admit(self, hit, day):
        """The hit as it may be counted: of a page that is not public, as of none."""
        page_id = hit.page_id
        if not visits.public([page_id]):
            return hit._replace(page_id=None, is_opening=False)
        of_today = DailyPageViews.objects.filter(day=day.date, page_id=page_id)
        today = of_today.values_list("views", flat=True).first() or 0
        known = [page_id, day.keys_expire, today, visits.stored_views(page_id)]
        self._open(keys=[day.key], args=known)
        return hit

    def _call(self, hit, moment, day, name=""):
        """A Reading, or the word for what Redis misses."""
        who, visitor, page_id, is_opening, poll_ids = hit
        if who is visits.Who.MACHINE:
            visitor, name = None, ""
        while True:
            # A name that is given is of the salt that Redis has.
            salt = "" if name and not visitor else day.salt or secrets.token_hex(32)
            if visitor:
                name = visits.name_of(visitor, salt)
            answer = self._ask(
                b"*%d\r\n%s%s%s"
                % (
                    14 + len(poll_ids),
                    self._evaluate,
                    day.packed,
                    _packed(
                        *(salt, moment, name, who.value),
                        *(page_id or "", 1 if is_opening else "", *poll_ids),
                    ),
                )
            )
            if not answer.startswith("salt "):
                break
            day.salt = answer[5:]
        if not answer[0].isdigit():
            return answer
        if visitor:
            day.salt = salt
        numbers, _newline, polls = answer.partition("\n")
        online, members, today, month, total, views = numbers.split(" ")
        online, members = int(online), int(members)
        figures = Figures(online - members, members, online, int(today), int(month), int(total))
        return Reading(
            self._tell(figures, day.date),
            self._tell_views(page_id, int(views)) if views else None,
            polls if poll_ids else "",
        )

    def _ask(self, command):
        """What the script answers."""
        mine = self._connections
        try:
            if not hasattr(mine, "connection"):
                mine.connection = self._client.connection_pool.make_connection()
            # What Redis has closed since is found out before anything is sent.
            if mine.connection.is_connected and _is_closed(mine.connection):
                mine.connection.disconnect()
            mine.connection.connect()
        except RedisError as error:
            mine.connection.disconnect()
            self._leave(error)
            raise NotCounted from error
        try:
            mine.connection.send_packed_command([command], check_health=False)
            return mine.connection.read_response().decode()
        except NoScriptError:
            self._load()
            return self._ask(command)
        except (ResponseError, BusyLoadingError) as error:
            # Full, read-only or still reading its file, it refuses before the first thing that the
            # script would write.
            self._leave(error)
            raise NotCounted from error
        except RedisError as error:
            mine.connection.disconnect()
            self._leave(error)
            raise Unsure from error

    def _load(self):
        try:
            self._client.script_load(self._hit.script)
        except RedisError as error:
            self._leave(error)
            raise NotCounted from error

    def _stored(self, hit, day):
        """What the database has of it, while Redis is away."""
        stored = visits.stored_figures(day.date)
        members = min(self._told[1].members, stored.online)
        views = None
        if hit.page_id and visits.public([hit.page_id]):
            views = self._tell_views(hit.page_id, visits.stored_views(hit.page_id))
        return Reading(
            self._tell(stored._replace(guests=stored.online - members, members=members), day.date),
            views,
            visits.in_json(visits.poll_results(hit.poll_ids)) if hit.poll_ids else "",
        )

    def _tell(self, figures, day):
        """The figures, none of them below what was told before."""
        before, told = self._told
        if day < before:
            return figures
        if figures.total < told.total:
            figures = figures._replace(total=told.total)
        if (day.year, day.month) == (before.year, before.month) and figures.month < told.month:
            figures = figures._replace(month=told.month)
        if day == before and figures.today < told.today:
            figures = figures._replace(today=told.today)
        self._told = day, figures
        return figures

    def _tell_views(self, page_id, views):
        told = self._told_views
        if views < told.get(page_id, 0):
            return told[page_id]
        if len(told) > ROOM:
            told.clear()
        told[page_id] = views
        return views


def _write(day, pending):
    """What was taken, to the database; what to tell settle.lua of it."""
    taken = json.loads(pending)
    pages = {int(page_id): views for page_id, views in taken["pages"].items()}
    with transaction.atomic():
        DailyVisits.objects.of(day)
        # This day's and the later ones', always in this order: of two flushes, one waits here.
        locked = DailyVisits.objects.select_for_update().filter(day__gte=day).order_by("day")
        row, *_later = locked
        new = {name: max(0, taken["counts"][name] - getattr(row, name)) for name in COUNTS}
        if any(new.values()):
            DailyVisits.objects.count(day, **new)
        row.refresh_from_db()
        if "online" in taken:
            row.online = min(taken["online"], row.visits)
            row.save(update_fields=["online"])
        of_day, of_all = _write_pages(day, pages)
    known = visits.public(pages)
    counted = {name: getattr(row, name) for name in COUNTS}
    counted["month_before"] = row.month_visits - row.visits
    counted["total_before"] = row.total_visits - row.visits
    arguments = [pending, taken["state"], len(counted)]
    for name, number in counted.items():
        arguments += [name, number]
    for page_id in pages:
        is_open = page_id in known
        arguments += [
            page_id,
            of_day.get(page_id, 0) if is_open else "",
            of_all.get(page_id, 0) if is_open else "",
        ]
    return arguments


def _write_pages(day, pages):
    """{page: views of the day} and {page: views in all}, as the database has them then.

    The views of a page that was deleted meanwhile stay in the day's sum alone."""
    rows = DailyPageViews.objects.filter(day=day, page__in=pages)
    of_day = dict(rows.values_list("page", "views"))
    there = set(Page.objects.filter(pk__in=pages).values_list("pk", flat=True))
    more = {
        page_id: views - of_day.get(page_id, 0)
        for page_id, views in pages.items()
        if page_id in there and views > of_day.get(page_id, 0)
    }
    DailyPageViews.objects.bulk_create(
        [DailyPageViews(day=day, page_id=page_id, views=pages[page_id]) for page_id in more],
        update_conflicts=True,
        update_fields=["views"],
        unique_fields=["day", "page"],
    )
    PageViews.objects.bulk_create(
        [PageViews(page_id=page_id) for page_id in more], ignore_conflicts=True
    )
    for number in set(more.values()):
        alike = [page_id for page_id, views in more.items() if views == number]
        PageViews.objects.filter(page__in=alike).update(views=F("views") + number)
    of_all = dict(PageViews.objects.filter(page__in=pages).values_list("page", "views"))
    return of_day | {page_id: pages[page_id] for page_id in more}, of_all


def key_of(day):
    return f"visits:{day}"


def _milliseconds(moment):
    return int(moment.timestamp() * 1000)


def _moment(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _packed(*arguments):
    """As Redis reads them."""
    texts = [str(one).encode() for one in arguments]
    return b"".join([b"$%d\r\n%s\r\n" % (len(text), text) for text in texts])


def _is_closed(connection):
    """Whether there is anything to be read where nothing was asked: that is the end of it."""
    try:
        return connection.can_read(0)
    except RedisError:
        return True
