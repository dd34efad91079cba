"""How each feed is, in words for people: for operators' pages and mails, and for /healthz."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import faults
from .models import FeedState
from .models.feeds import FEEDS
from .providers import source_of

# Older than so many intervals: something is wrong that doesn't mend itself.
DEGRADED_AFTER = 3

# What a feed can be at, in one word each.
GOOD, FAILING, DEGRADED, HELD, NEW = "good", "failing", "degraded", "held", "new"
WORDS = {
    GOOD: gettext_lazy("Good"),
    FAILING: gettext_lazy("Failing"),
    DEGRADED: gettext_lazy("Too old"),
    HELD: gettext_lazy("Held"),
    NEW: gettext_lazy("Not run yet"),
}


def statuses():
    """[FeedStatus] of the feeds that are switched on, in their order."""
    # Asking is no reason to write.
    known = FeedState.objects.in_bulk()
    return [
        FeedStatus(known.get(feed) or FeedState(feed=feed))
        for feed, _name in FEEDS
        if settings.FEEDS[feed]
    ]


@dataclass(frozen=True)
class FeedStatus:
    state: FeedState

    @property
    def age(self):
        """Of the last good run; None before the first one."""
        return timezone.now() - self.state.good_at if self.state.good_at else None

    @property
    def age_in_words(self):
        return timesince(self.state.good_at) if self.state.good_at else ""

    @property
    def is_degraded(self):
        """Held figures are old because somebody wants them to be."""
        limit = DEGRADED_AFTER * self.state.interval
        since = self.state.good_at or self.state.failing_since
        return not self.state.is_held and since is not None and timezone.now() - since > limit

    @property
    def kind(self):
        if self.state.is_held:
            return HELD
        if self.is_degraded:
            return DEGRADED
        if self.state.failing_since:
            return FAILING
        return GOOD if self.state.good_at else NEW

    @property
    def word(self):
        return str(WORDS[self.kind])

    @property
    def source(self):
        """Who gave the figures that are shown, by name; "" before the first ones."""
        return source_of(self.state.provider)

    @property
    def next_run_at(self):
        """When beat's next run is expected, give or take; None where nobody can say."""
        state = self.state
        known = state.started_at and not state.is_held
        return state.started_at + state.interval if known else None

    @property
    def is_overdue(self):
        """Beat or the workers seem to be away."""
        due = self.next_run_at
        return due is not None and timezone.now() - due > self.state.interval / 2

    @property
    def sentence(self):
        """What is wrong and what readers see meanwhile; or that all is well."""
        state = self.state
        shown = {"shown": clock(state.good_at)} if state.good_at else {}
        if state.is_held:
            held = {"since": clock(state.held_since), "reason": state.held_because, **shown}
            return _("Held since %(since)s: %(reason)s") % held
        if state.failing_since is None:
            if not shown:
                return _("Not run yet")
            if self.is_degraded:
                # Nobody failed: nobody was asked. Beat or the workers are away.
                silent = {"since": clock(state.started_at or state.good_at), **shown}
                return _("No run since %(since)s; figures of %(shown)s are shown") % silent
            return _("Figures of %(shown)s, all is well") % shown
        fault = faults.in_words(state.reason, source_of(state.failed_provider))
        told = {"fault": fault, "since": clock(state.failing_since), **shown}
        if shown:
            return _("%(fault)s since %(since)s; figures of %(shown)s are shown") % told
        return _("%(fault)s since %(since)s; there are no figures yet") % told

    @property
    def address(self):
        return reverse("sidebar_sources")


def clock(moment):
    """The hour; with the day where that is another one."""
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "H:i" if is_today else "H:i j/n/Y")
