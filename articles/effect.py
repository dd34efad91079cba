"""Where a directive stands in law on any day: the one definition, from dates and relations.

Pure. `DirectivePage.facts` gathers what counts; `EffectPeriod` rows keep the answer for lists.
The reasons are in docs/decisions/0008-effect-is-computed.md."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .vietnamese import local_day

ALWAYS = date.min
NEVER = date.max


class Effect(TextChoices):
    """In the order in which lists show them."""

    NOT_YET = "not-yet", _("Not yet in force")
    IN_FORCE = "in-force", _("In force")
    PARTLY = "partly", _("Partly superseded")
    SUSPENDED = "suspended", _("Suspended")
    SUPERSEDED = "superseded", _("Superseded")
    EXPIRED = "expired", _("No longer in force")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    def worded(self, effective_on):
        """As lists say it: of what is not yet in force, from when it will be."""
        # A draft may not have a day yet.
        if self == Effect.NOT_YET and effective_on:
            return gettext("In force from %(day)s") % {"day": local_day(effective_on)}
        return self.label


# What a reader may have to follow, at least in part.
BINDING = (Effect.IN_FORCE, Effect.PARTLY)


@dataclass(frozen=True)
class Facts:
    """What a directive's effect follows from. Both first and last days count."""

    effective_on: date
    expires_on: date | None = None
    withdrawn_on: date | None = None
    # (first day, last day or None while it lasts)
    suspensions: tuple[tuple[date, date | None], ...] = ()
    # First days of the directives that replace it, and of those that amend it or replace a part.
    replaced_on: tuple[date, ...] = ()
    amended_on: tuple[date, ...] = ()


@dataclass(frozen=True)
class Period:
    """An effect on every day from `starts_on` up to, and without, `ends_before`."""

    effect: Effect
    starts_on: date
    ends_before: date

    @property
    def last_day(self):
        """None while no end is known."""
        return None if self.ends_before == NEVER else self.ends_before - timedelta(days=1)

    def covers(self, day):
        return self.starts_on <= day < self.ends_before


def effect_on(facts, day):
    """What tells a reader most comes first: a withdrawn directive is not merely expired."""
    if facts.withdrawn_on and facts.withdrawn_on <= day:
        return Effect.WITHDRAWN
    if any(first <= day for first in facts.replaced_on):
        return Effect.SUPERSEDED
    if facts.expires_on and facts.expires_on < day:
        return Effect.EXPIRED
    if day < facts.effective_on:
        return Effect.NOT_YET
    if any(first <= day <= (last or NEVER) for first, last in facts.suspensions):
        return Effect.SUSPENDED
    if any(first <= day for first in facts.amended_on):
        return Effect.PARTLY
    return Effect.IN_FORCE


def timeline(facts):
    """Periods that follow each other without a gap, from ALWAYS to NEVER; neighbours differ."""
    last_days = [facts.expires_on, *(last for _first, last in facts.suspensions)]
    changes = {
        facts.effective_on,
        facts.withdrawn_on,
        *facts.replaced_on,
        *facts.amended_on,
        *(first for first, _last in facts.suspensions),
        *(day + timedelta(days=1) for day in last_days if day and day < NEVER),
    }
    starts = [ALWAYS, *sorted(changes - {None, ALWAYS, NEVER})]
    periods = []
    for start in starts:
        effect = effect_on(facts, start)
        if periods and periods[-1].effect == effect:
            continue
        if periods:
            periods[-1] = Period(periods[-1].effect, periods[-1].starts_on, start)
        periods.append(Period(effect, start, NEVER))
    return tuple(periods)
