"""Visitor statistics and page views: who is here now, how many came, what they read.

No cookie and no address is kept. A visitor is an HMAC of address and browser under a salt that is
drawn anew each day and forgotten when the day is over, so nobody can be followed from one day to
the next, nor be looked up afterwards."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

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


@dataclass(frozen=True)
class Figures:
    """What the sidebar says. Always: guests + members = online <= today <= month <= total."""

    guests: int
    members: int
    online: int
    today: int
    month: int
    total: int


def figures():
    """The figures as of now.

    They agree whatever happens meanwhile: only a visit of today can be online, each one was counted
    when it began, and counts never fall. Reading from the narrow to the wide keeps the order even
    when visits begin between the two queries.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    online = Visit.objects.filter(day=today, seen_at__gt=now - ONLINE).aggregate(
        members=Count("pk", filter=Q(is_member=True)), all=Count("pk")
    )
    counted = DailyVisits.objects.of(today)
    return Figures(
        guests=online["all"] - online["members"],
        members=online["members"],
        online=online["all"],
        today=counted.visits,
        month=counted.month_visits,
        total=counted.total_visits,
    )


def record(address, agent, is_member=False):
    """Note that somebody is reading now: begins a visit, or goes on with the one under way."""
    if MACHINES.search(agent):
        return
    now = timezone.now()
    today = timezone.localdate(now)
    salt = DailyVisits.objects.of(today).salt
    if not salt:
        # Midnight passed meanwhile, and the day's salt is forgotten already.
        return
    visitor = _visitor(salt, address, agent)
    with transaction.atomic():
        # The order is the point: a visit is counted in its day in the transaction that makes it
        # visible as online.
        known = Visit.objects.filter(day=today, visitor=visitor)
        if known.filter(seen_at__gt=now - PAUSE).update(seen_at=now, is_member=is_member):
            return
        # The condition is asked again after a wait for the row, so of two requests that end the
        # same pause only one counts.
        silent = known.filter(seen_at__lte=now - PAUSE)
        if not silent.update(seen_at=now, is_member=is_member):
            try:
                with transaction.atomic():
                    Visit.objects.create(
                        day=today, visitor=visitor, seen_at=now, is_member=is_member
                    )
            except IntegrityError:
                # Another request of the same visitor was first, and counted the visit.
                return
        DailyVisits.objects.count(today, visits=1, member_visits=int(is_member))


def _visitor(salt, address, agent):
    return hmac.new(salt.encode(), f"{address}\n{agent}".encode(), hashlib.sha256).hexdigest()


def forget():
    """Forget the salts and the visits of days gone by; the counts stay."""
    today = timezone.localdate()
    DailyVisits.objects.filter(day__lt=today).exclude(salt="").update(salt="")
    Visit.objects.filter(day__lt=today).delete()


def count_view(page_id):
    """One more reader opened the page. Nothing is lost when many do at once."""
    views = PageViews.objects.filter(page_id=page_id)
    if views.update(views=F("views") + 1):
        return
    PageViews.objects.bulk_create([PageViews(page_id=page_id)], ignore_conflicts=True)
    views.update(views=F("views") + 1)


def view_count(page_id):
    return PageViews.objects.filter(page_id=page_id).values_list("views", flat=True).first() or 0
