"""Counts in the database: the embedded default, for the traffic that one box has."""

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from .. import visits
from ..models import DailyPageViews, DailyVisits, PageViews, Visit
from ..visits import Figures, Reading, Who

VIEWS = {Who.READER: "views", Who.MEMBER: "member_views", Who.MACHINE: "machine_views"}


class DatabaseCounter:
    def count(self, hit):
        now = timezone.now()
        today = timezone.localdate(now)
        is_known = hit.page_id is not None and bool(visits.public([hit.page_id]))
        with transaction.atomic():
            counted = {}
            if hit.visitor and hit.who is not Who.MACHINE:
                counted |= _visit(hit, now, today)
            if is_known and hit.is_opening:
                counted[VIEWS[hit.who]] = 1
            if counted:
                DailyVisits.objects.of(today)
                # The order is the point: a visit is counted in its day in the transaction that
                # makes it visible as online.
                DailyVisits.objects.count(today, **counted)
            if "views" in counted:
                _view(hit.page_id, today)
            online = _online(now, today)["all"]
            DailyVisits.objects.filter(day=today).exclude(online=online).update(online=online)
        return Reading(
            figures=self.figures(),
            views=self.view_count(hit.page_id) if is_known else None,
            polls=visits.in_json(visits.poll_results(hit.poll_ids)) if hit.poll_ids else "",
        )

    def figures(self):
        """They agree whatever happens meanwhile: only a visit of today can be online, each one was
        counted when it began, and counts never fall. Reading from the narrow to the wide keeps the
        order even when visits begin between the two queries."""
        now = timezone.now()
        today = timezone.localdate(now)
        online = _online(now, today)
        stored = visits.stored_figures(today)
        return Figures(
            guests=online["all"] - online["members"],
            members=online["members"],
            online=online["all"],
            today=stored.today,
            month=stored.month,
            total=stored.total,
        )

    def view_count(self, page_id):
        return visits.stored_views(page_id)

    def flush(self):
        """All is there already."""

    def forget(self):
        """What there is to forget is forgotten in any case."""

    def close(self, page_id):
        """Asked each time, in any case."""

    def forget_results(self, poll_id):
        """Asked each time, in any case."""


def _online(now, today):
    seen = Visit.objects.filter(day=today, seen_at__gt=now - visits.ONLINE)
    return seen.aggregate(members=Count("pk", filter=Q(is_member=True)), all=Count("pk"))


def _visit(hit, now, today):
    """Begins a visit, or goes on with the one under way; what is to be counted for it."""
    salt = DailyVisits.objects.of(today).salt
    if not salt:
        # Midnight passed meanwhile, and the day's salt is forgotten already.
        return {}
    is_member = hit.who is Who.MEMBER
    visitor = visits.name_of(hit.visitor, salt)
    known = Visit.objects.filter(day=today, visitor=visitor)
    if known.filter(seen_at__gt=now - visits.PAUSE).update(seen_at=now, is_member=is_member):
        return {}
    # The condition is asked again after a wait for the row, so of two requests that end the same
    # pause only one counts.
    silent = known.filter(seen_at__lte=now - visits.PAUSE)
    if not silent.update(seen_at=now, is_member=is_member):
        try:
            with transaction.atomic():
                Visit.objects.create(day=today, visitor=visitor, seen_at=now, is_member=is_member)
        except IntegrityError:
            # Another request of the same visitor was first, and counted the visit.
            return {}
    return {"visits": 1, "member_visits": int(is_member)}


def _view(page_id, today):
    """One more reader opened the page. Nothing is lost when many do at once."""
    for rows, names in (
        (PageViews.objects, {"page_id": page_id}),
        (DailyPageViews.objects, {"page_id": page_id, "day": today}),
    ):
        if not rows.filter(**names).update(views=F("views") + 1):
            rows.bulk_create([rows.model(**names)], ignore_conflicts=True)
            rows.filter(**names).update(views=F("views") + 1)
