"""What the page of data sources shows of each feed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from . import currencies, faults, operators
from .models import ExchangeRate, FeedRun, ProviderState, RateOverride, WeatherOverride
from .models.feeds import FEEDS, RATES, WEATHER
from .providers import source_of
from .status import FeedStatus, clock, statuses

RUNS_SHOWN = 8
DRAWN = timedelta(hours=24)


@dataclass(frozen=True)
class Link:
    """A provider in the chain of a feed."""

    state: ProviderState

    @property
    def source(self):
        return source_of(self.state.name)

    @property
    def fault(self):
        return faults.in_words(self.state.reason, self.source) if self.state.reason else ""


@dataclass(frozen=True)
class Tick:
    """One slot of the drawing: what its runs came to, and where it stands."""

    kind: str
    x: int
    y: int
    height: int


class Strip:
    """The runs of a day as a row of ticks: the taller the better, so that colours aren't needed."""

    WIDTH, HEIGHT = 480, 28
    HEIGHTS = {"good": 28, "mixed": 18, "bad": 10, "none": 2}

    def __init__(self, runs, interval):
        """runs: [(when it began, whether it succeeded)], the newest first."""
        self.runs = runs
        self.now = timezone.now()
        # Twice the interval, as for old figures: a slot without a run is one that lacks it.
        minutes = min(max(2 * interval.total_seconds() / 60, 15), 120)
        self.slots = round(DRAWN.total_seconds() / 60 / minutes)

    @cached_property
    def ticks(self):
        slots = [[] for _slot in range(self.slots)]
        for began, succeeded in self.runs:
            place = int((began - self.now + DRAWN) / DRAWN * self.slots)
            if 0 <= place < self.slots:
                slots[place].append(succeeded)
        step = self.WIDTH // self.slots
        return [
            Tick(kind, place * step, self.HEIGHT - self.HEIGHTS[kind], self.HEIGHTS[kind])
            for place, kind in enumerate(map(_kind, slots))
        ]

    @property
    def begins_at(self):
        return self.now - DRAWN

    @property
    def tick_width(self):
        return self.WIDTH // self.slots - 2

    @property
    def words(self):
        good = sum(succeeded for _began, succeeded in self.runs)
        counts = {"good": good, "bad": len(self.runs) - good}
        words = _("Last 24 hours: %(good)d runs went well, %(bad)d failed") % counts
        failed = next((began for began, succeeded in self.runs if not succeeded), None)
        if failed:
            words = _("%(words)s, the last one at %(time)s") % {
                "words": words,
                "time": clock(failed),
            }
        return words


def _kind(outcomes):
    if not outcomes:
        return "none"
    if all(outcomes):
        return "good"
    return "mixed" if any(outcomes) else "bad"


@dataclass(frozen=True)
class Move:
    """A rate that waits for a decision: each price as it is shown, and as it would be."""

    currency: str
    name: str
    prices: list
    share: str


@dataclass(frozen=True)
class Suspect:
    """Rates that wait for a decision."""

    source: str
    quoted_at: datetime
    mark: str
    moves: list
    # Wait with them, though they haven't moved far.
    others: int


def _suspect(found):
    if not found:
        return None
    known = ExchangeRate.objects.in_bulk(found["moves"], field_name="currency")
    moves = []
    for currency, name, *prices in found["rates"]:
        if currency in found["moves"]:
            before = known[currency].prices if currency in known else (None, None, None)
            after = [None if price is None else Decimal(price) for price in prices]
            moves.append(
                Move(
                    currency,
                    str(currencies.NAMES.get(currency, name)),
                    list(zip(before, after, strict=True)),
                    operators.share_in_words(found["moves"][currency]),
                )
            )
    return Suspect(
        found["source"],
        datetime.fromisoformat(found["quoted_at"]),
        operators.mark_of(found),
        moves,
        len(found["rates"]) - len(moves),
    )


@dataclass(frozen=True)
class Card:
    status: FeedStatus
    chain: list
    runs: list
    strip: Strip
    typed: list
    suspect: Suspect | None
    progress: operators.Progress

    @property
    def feed(self):
        return self.status.state.feed

    @property
    def may_be_typed(self):
        return self.feed in (RATES, WEATHER)


def cards():
    """Of the feeds that are switched on, by a number of queries that doesn't grow with figures."""
    known = ProviderState.objects.in_bulk()
    day = FeedRun.objects.filter(
        started_at__gt=timezone.now() - DRAWN, finished_at__isnull=False
    ).values_list("feed", "started_at", "succeeded")
    outcomes = {feed: [] for feed, _name in FEEDS}
    for feed, began, succeeded in day:
        outcomes[feed].append((began, succeeded))
    return [_card(status, known, outcomes[status.state.feed]) for status in statuses()]


def _card(status, known, outcomes):
    feed = status.state.feed
    chain = settings.FEEDS[feed]
    return Card(
        status=status,
        chain=[Link(known.get(name) or ProviderState(name=name)) for name in chain],
        runs=list(FeedRun.objects.filter(feed=feed)[:RUNS_SHOWN]),
        strip=Strip(outcomes, status.state.interval),
        typed=_typed(feed),
        suspect=_suspect(status.state.waiting),
        progress=operators.progress(feed),
    )


def _typed(feed):
    """What is shown in place of the feed's figures now."""
    typed = {
        RATES: RateOverride.objects.select_related("rate").order_by("rate__currency"),
        WEATHER: WeatherOverride.objects.select_related("region").order_by("region__sort_order"),
    }
    return list(typed[feed].filter(expires_at__gt=timezone.now())) if feed in typed else []


def switched_off():
    """Names of the feeds that operators don't want."""
    return [str(name) for feed, name in FEEDS if not settings.FEEDS[feed]]
