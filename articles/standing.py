"""Through what a directive came to stand where it does: the notice on its page, and its history.

Pure: from its periods (effect.py), and from relations and suspensions that its page gathered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .effect import BINDING, NEVER, Effect, Period
from .relations import Relation


@dataclass(frozen=True)
class Stage:
    """A period and what brought it about."""

    period: Period
    # Nobody asks where a document stood before there was one.
    signed_on: date
    # What follows, None while no end is known.
    then: Effect | None = None
    changes: Sequence[Relation] = ()
    suspensions: Sequence[Any] = ()

    @property
    def effect(self):
        return self.period.effect

    @property
    def first_day(self):
        return max(self.period.starts_on, self.signed_on)

    @property
    def last_day(self):
        return self.period.last_day

    @property
    def is_before_signing(self):
        return self.period.ends_before <= self.signed_on

    @property
    def comes_into_force_on(self):
        """None when something else happens first: it is replaced or withdrawn."""
        comes = self.effect == Effect.NOT_YET and self.then in (*BINDING, Effect.SUSPENDED)
        return self.period.ends_before if comes else None

    def on(self, day):
        """As it is on one of its days: without what comes later, or is over."""
        return replace(
            self,
            changes=[change for change in self.changes if change.begins_on <= day],
            suspensions=[
                row for row in self.suspensions if row.starts_on <= day <= (row.ends_on or NEVER)
            ],
        )


def stages(periods, signed_on, relations, suspensions):
    """A stage for each period. `suspensions` are asked for only when there was one."""
    following = [period.effect for period in periods[1:]] + [None]
    return [
        Stage(
            period,
            signed_on,
            then,
            [relation for relation in relations if _brings(relation, period)],
            [row for row in suspensions if _overlaps(row, period)]
            if period.effect == Effect.SUSPENDED
            else [],
        )
        for period, then in zip(periods, following, strict=True)
    ]


def _brings(relation, period):
    if not relation.is_coming or not relation.begins_on:
        return False
    acts = {
        Effect.SUPERSEDED: relation.replaces_all,
        Effect.PARTLY: relation.changes_a_part,
    }.get(period.effect, False)
    return acts and relation.begins_on < period.ends_before


def _overlaps(suspension, period):
    last_day = suspension.ends_on or NEVER
    return suspension.starts_on < period.ends_before and last_day >= period.starts_on
