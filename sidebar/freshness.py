"""How old figures may be before a page says so, and before it hides them. The only place for it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

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
        return self.age > timedelta(seconds=2 * self.interval)

    @property
    def is_hidden(self):
        return self.age > HIDDEN_AFTER

    @property
    def is_behind(self):
        return self.fetched_at - self.stated_at > BEHIND_AFTER
