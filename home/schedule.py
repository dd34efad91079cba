"""Whether pages go up and come down by themselves: the pulse of the task that does it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from sidebar.status import clock

from .models import Pulse

# Beat sends the task each minute; a worker may be busy with another for one or two.
SILENT_AFTER = timedelta(minutes=3)


@dataclass(frozen=True)
class Schedule:
    # When the task ran last, if it ever did.
    last_run: datetime | None

    @property
    def age(self):
        return self.last_run and timezone.now() - self.last_run

    @property
    def is_dead(self):
        return self.last_run is None or self.age > SILENT_AFTER

    @property
    def words(self):
        """What editors are told while it is dead."""
        if self.last_run is None:
            return _(
                "The timer of this portal has not run yet: pages with a time will not go online, "
                "nor come down, by themselves."
            )
        return _(
            "The timer of this portal has not run since %(time)s: pages with a time will not go "
            "online, nor come down, by themselves. When it runs again, it makes up for all that "
            "is late. Tell the operators."
        ) % {"time": clock(self.last_run)}


def beat():
    """The task is running: one UPDATE a minute, in the database, which outlives every cache."""
    now = timezone.now()
    if not Pulse.objects.filter(pk=Pulse.SCHEDULE).update(beaten_at=now):
        Pulse.objects.create(pk=Pulse.SCHEDULE, beaten_at=now)


def schedule():
    times = Pulse.objects.filter(pk=Pulse.SCHEDULE).values_list("beaten_at", flat=True)
    return Schedule(times.first())


def due_to_go(now):
    """Pages that are to come down, the longest overdue first."""
    return Page.objects.filter(live=True, expire_at__lt=now).order_by("expire_at")


def due_to_come(now):
    """Approved versions, of pages and polls, whose time has come."""
    return Revision.objects.filter(approved_go_live_at__lt=now).order_by("approved_go_live_at")


def late_pages():
    """How many should be up, or down, by now."""
    now = timezone.now()
    return due_to_go(now).count() + due_to_come(now).count()
