"""How old figures may be before a page says so, and before it hides them. The only place for it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from . import providers

HIDDEN_AFTER = timedelta(hours=24)
# A source that stamps its figures this long before we fetched them doesn't renew them any more.
BEHIND_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Freshness:
    """Figures from `source`, of `stated_at` by its own clock, fetched last at `fetched_at`; asked
    for every `interval` seconds."""

    source: str
    stated_at: datetime
    fetched_at: datetime
    interval: int
    now: datetime = field(default_factory=timezone.now)

    @property
    def age(self):
        return self.now - self.fetched_at

    @property
    def is_old(self):
        """Also what a clock dated that has been put right since: nobody knows how old that is."""
        longest = timedelta(seconds=2 * self.interval)
        return self.age > longest or self.age < -longest

    @property
    def is_hidden(self):
        return self.age > HIDDEN_AFTER

    @property
    def is_behind(self):
        return self.fetched_at - self.stated_at > BEHIND_AFTER


class Shown:
    """What readers see for so long: a row with a `freshness`, or what an operator typed in its
    place (`typed`), which ends by itself."""

    typed = None

    @property
    def is_shown(self):
        return self.typed is not None or not self.freshness.is_hidden


def how_fresh(rows):
    """The freshness of the newest of these rows, and what its source's terms ask to be said."""
    newest = max((row.freshness for row in rows), key=lambda f: f.fetched_at, default=None)
    return {"freshness": newest, "source": newest and providers.source(newest.source)}
