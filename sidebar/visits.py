"""Visitor statistics and page views: who is here now, how many came, what they read.

No cookie and no address is kept. A visitor is an HMAC of address and browser under a salt that is
drawn anew each day and forgotten when the day is over, so nobody can be followed from one day to
the next, nor be looked up afterwards.

Counted in the database, or in Redis where there is one (counters/); both answer alike."""

import hmac
import json
import re
from datetime import timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from wagtail.models import Page

from polls.ballots import figures as poll_figures

from .audience import open_to_all
from .models import DailyVisits, PageViews, Visit

# Seen within this time: online now.
ONLINE = timedelta(minutes=5)
# Silent for longer than this: the next page is a new visit.
PAUSE = timedelta(minutes=30)

# Programs that fetch pages for nobody who is reading them now.
MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|facebookexternalhit|preview|monitor|curl/|wget/|python-|headlesschrome-audit",
    re.IGNORECASE,
)


class Who(StrEnum):
    READER = "reader"
    # Has logged in: somebody of the office.
    MEMBER = "member"
    MACHINE = "machine"


class Hit(NamedTuple):
    """One request of a page that somebody has open."""

    who: Who = Who.READER
    # Address and browser; None of those who ask not to be followed.
    visitor: tuple[str, str] | None = None
    page_id: int | None = None
    # Whether the page was opened just now, and not only kept open.
    is_opening: bool = False
    # Whose results the page shows.
    poll_ids: tuple[int, ...] = ()


class Figures(NamedTuple):
    """What the sidebar says. Always: guests + members = online <= today <= month <= total."""

    guests: int
    members: int
    online: int
    today: int
    month: int
    total: int


class Reading(NamedTuple):
    """What a hit is answered with."""

    figures: Figures
    # Of the page; None where the public has no such page.
    views: int | None
    # {poll's id: results} in JSON, as it is kept for the next one who asks.
    polls: str


def count(hit):
    """Counts a hit, and answers what moves on its page."""
    return _counter().count(hit)


def figures():
    """The figures as of now. Nothing is written for it."""
    return _counter().figures()


def view_count(page_id):
    return _counter().view_count(page_id)


def flush():
    """Brings the database up to what was counted elsewhere."""
    _counter().flush()


def close(page_id=None):
    """This page may be closed to the public now, or any may: it is asked again before its views are
    told."""
    _counter().close(page_id)


def forget_results(poll_id):
    """This poll has one more ballot: its results are asked again before they are told."""
    _counter().forget_results(poll_id)


def forget():
    """Forget the salts and the visits of days gone by; the counts stay."""
    today = timezone.localdate()
    # Also where Redis counts: it may not have done so until today.
    DailyVisits.objects.filter(day__lt=today).exclude(salt="").update(salt="")
    Visit.objects.filter(day__lt=today).delete()
    _counter().forget()


def _counter():
    return in_redis(settings.REDIS_URL) if settings.REDIS_URL else in_database()


# Both need what stands above.
@cache
def in_database():
    from .counters.database import DatabaseCounter

    return DatabaseCounter()


@cache
def in_redis(url):
    """The one that all of this process share: it knows whether Redis is there."""
    from .counters.in_redis import RedisCounter

    return RedisCounter(url)


@lru_cache(maxsize=1024)
def is_machine(agent):
    return MACHINES.search(agent) is not None


def name_of(visitor, salt):
    """What somebody is known by for a day."""
    return hmac.digest(salt.encode(), "\n".join(visitor).encode(), "sha256").hex()


def public(page_ids):
    """Those that the public may read."""
    pages = open_to_all(Page.objects.live().filter(pk__in=page_ids))
    return set(pages.values_list("pk", flat=True))


def stored_views(page_id):
    return PageViews.objects.filter(page_id=page_id).values_list("views", flat=True).first() or 0


def stored_figures(day):
    """As the database has them: of the day, or what is left of the days before it."""
    row = DailyVisits.objects.filter(day__lte=day).order_by("-day").first() or DailyVisits(day=day)
    is_today = row.day == day
    is_this_month = (row.day.year, row.day.month) == (day.year, day.month)
    online = row.online if is_today else 0
    return Figures(
        guests=online,
        members=0,
        online=online,
        today=row.visits if is_today else 0,
        month=row.month_visits if is_this_month else 0,
        total=row.total_visits,
    )


def poll_results(poll_ids):
    """{poll's id: results in JSON, or nothing where the public may not see them}"""
    found = poll_figures(poll_ids)
    return {poll_id: json.dumps(found[poll_id]) if poll_id in found else "" for poll_id in poll_ids}


def in_json(results):
    """Those of poll_results() that there are, as one JSON text."""
    texts = (f'"{poll_id}": {text}' for poll_id, text in results.items() if text)
    return "{" + ", ".join(texts) + "}"
