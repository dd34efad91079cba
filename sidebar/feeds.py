"""One run of a feed: ask the providers in their order, keep what they gave, note how it went.

A run never raises for the sake of a source. What was stored before stays until something better
has been read whole."""

import logging
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from . import alarms
from .models import (
    ExchangeRate,
    FeedLock,
    FeedRun,
    FeedState,
    GoldPrice,
    ProviderState,
    WeatherReading,
    WeatherRegion,
)
from .models.feeds import GOLD, RATES, WEATHER
from .providers import ProviderError, Rate, RateSheet, chain, figures, name_of

logger = logging.getLogger(__name__)

RUNS_KEPT = timedelta(days=30)
# Our clock may be a day behind; a source that is further ahead is wrong about its own time.
FURTHEST_AHEAD = timedelta(days=2)
# A provider's servers may differ by so much without one of them being stale; those of two
# providers by more, for one stamps the hour of the sheet and the other that of the answer.
OLDER_BY = timedelta(hours=1)
OLDER_BY_OF_ANOTHER = timedelta(hours=24)
# Two sources that are so near to each other say the same.
AGREEMENT = Decimal("0.05")


def refresh(feed, by_hand=False, if_due=False):
    """Run a feed (RATES, WEATHER, GOLD), unless that is under way or not to be done.

    `by_hand`: an operator doesn't want to wait for what we left alone. `if_due`: not when it was
    done a moment ago.
    """
    if not settings.FEEDS[feed]:
        return
    with FeedLock.objects.held(feed) as alone:
        state = FeedState.of(feed)
        if why := _why_not(alone, state, if_due):
            logger.info("feed=%s skipped: %s", feed, why)
            return
        now = timezone.now()
        FeedState.objects.filter(pk=feed).update(started_at=now)
        FeedRun.objects.filter(feed=feed, started_at__lt=now - RUNS_KEPT).delete()
        _Run(state, by_hand).go()


def _why_not(alone, state, if_due):
    if not alone:
        return "another run is under way"
    if state.is_held:
        return "held by an operator"
    age = timezone.now() - state.started_at if state.started_at else None
    if if_due and age is not None and timedelta(0) <= age < state.interval / 2:
        return "done a moment ago"
    return None


@dataclass
class _Seen:
    """A sheet that could be read, and what of it is not believed yet."""

    provider: str
    sheet: RateSheet
    moves: dict


class _Run:
    def __init__(self, state, by_hand):
        self.state = state
        self.feed = state.feed
        self.by_hand = by_hand
        # No new call after this: the last one may take client.TOTAL_SECONDS more.
        self.stop_at = time.monotonic() + 0.6 * settings.FEED_SECONDS
        # The first fault is the one to look at; the others often follow from it. Before it goes
        # what waits for a decision.
        self.fault = None

    def go(self):
        work = {RATES: self._rates, WEATHER: self._weather, GOLD: self._gold}[self.feed]
        if provider := work():
            alarms.well(self.feed, provider)
        else:
            alarms.failing(self.feed, *(self.fault or ("", "")))

    def _providers(self):
        for provider in chain(self.feed):
            state = ProviderState.of(name_of(provider))
            if state.may_be_asked(self.by_hand):
                yield provider
            else:
                logger.info("feed=%s provider=%s left alone", self.feed, state)

    @contextmanager
    def _asking(self, provider, expected=0):
        """One row and one line for a provider that is asked; a ProviderError ends there."""
        name = name_of(provider)
        run = FeedRun.objects.create(feed=self.feed, provider=name, expected=expected)
        try:
            yield run
        except ProviderError as error:
            run.reason = error.reason
            ProviderState.of(name).note_failure(error)
        else:
            ProviderState.of(name).note_success()
        run.finished_at, run.succeeded = timezone.now(), not run.reason
        run.save()
        if run.reason and (run.reason == "jump" or not self.fault):
            self.fault = name, run.reason
        logger.log(
            logging.WARNING if run.reason else logging.INFO,
            "feed=%s provider=%s rows=%d took=%.1fs %s",
            run.feed,
            run.provider,
            run.rows,
            (run.finished_at - run.started_at).total_seconds(),
            f'failed reason="{run.reason}"' if run.reason else "ok",
        )

    # Each answers with the name of a provider that gave something, or with None.

    def _rates(self):
        seen = []
        for provider in self._providers():
            with self._asking(provider) as run:
                sheet = self._read(provider, provider.fetch(), _refuse_older_rates)
                moves = _unconfirmed(ExchangeRate.objects.moved_by(sheet), sheet, seen)
                seen.append(_Seen(name_of(provider), sheet, moves))
                run.rows = len(sheet.rates) - len(moves)
                run.reason = "jump" if moves else ""
            if seen and not seen[-1].moves:
                break
        if not seen:
            return None
        return _keep(min(seen, key=lambda one: len(one.moves)))

    def _weather(self):
        missing, gave = list(WeatherRegion.objects.most_overdue()), None
        if not missing:
            # Nothing to be renewed is no fault.
            return self.state.provider or name_of(chain(WEATHER)[0])
        for provider in self._providers():
            if not missing:
                break
            before = len(missing)
            with self._asking(provider, expected=before) as run:
                missing = self._ask_for_weather(provider, missing, run)
            if len(missing) < before:
                gave = gave or name_of(provider)
        return gave

    def _ask_for_weather(self, provider, regions, run):
        """The regions that are still without a reading of this run."""
        missing, first = [], None
        for number, region in enumerate(regions):
            try:
                if time.monotonic() > self.stop_at:
                    raise ProviderError("out of time", give_up=True)
                body = provider.fetch(region.latitude, region.longitude)
                reading = self._read(provider, body)
                # An editor may have deleted the region meanwhile: then there is nothing to keep.
                with suppress(IntegrityError):
                    if not WeatherReading.objects.replace_with(region, reading):
                        raise ProviderError("stale")
                run.rows += 1
                run.save(update_fields=["rows"])
            except ProviderError as error:
                first = first or error
                if error.give_up:
                    missing += regions[number:]
                    break
                missing.append(region)
        if first and not run.rows:
            raise first
        run.reason = first.reason if first else ""
        return missing

    def _gold(self):
        for provider in self._providers():
            with self._asking(provider) as run:
                sheet = self._read(provider, provider.fetch())
                GoldPrice.objects.replace_with(sheet)
                run.rows = len(sheet.prices)
                return name_of(provider)
        return None

    def _read(self, provider, body, *refusals):
        """What a body holds, held against our clock and against what is there."""
        found = provider.parse(body)
        stated = getattr(found, "quoted_at", None) or found.observed_at
        if stated - timezone.now() > FURTHEST_AHEAD:
            raise ProviderError("time ahead")
        for refuse in refusals:
            refuse(found, name_of(provider) == self.state.provider)
        body.keep()
        return found


def _refuse_older_rates(sheet, is_same_provider):
    """A server may answer with a sheet of yesterday, or of ten years ago. One of the same day that
    changes nothing does no harm."""
    newest = ExchangeRate.objects.order_by("-quoted_at").first()
    # What claimed to be of a later time than when we got it can't be told by its time.
    if newest is None or newest.quoted_at > newest.fetched_at:
        return
    older_by = newest.quoted_at - sheet.quoted_at
    if older_by <= (OLDER_BY if is_same_provider else OLDER_BY_OF_ANOTHER):
        return
    known = {row.currency: row.prices for row in ExchangeRate.objects.all()}
    changes = any(known.get(rate.currency) != rate.prices for rate in sheet.rates)
    # The time that stands beside the figures must not go back by days either.
    if changes or older_by >= OLDER_BY_OF_ANOTHER:
        raise ProviderError("stale")


def _unconfirmed(moves, sheet, seen):
    """Without the moves that another source has as well. A bank's slip is on each of its sheets."""
    rates = {rate.currency: rate for rate in sheet.rates}
    others = [
        {rate.currency: rate for rate in one.sheet.rates}
        for one in seen
        if one.sheet.source != sheet.source
    ]
    return {
        currency: share
        for currency, share in moves.items()
        if not any(_agree(rates[currency], other.get(currency)) for other in others)
    }


def _agree(rate, other):
    pairs = [
        (one, two)
        for one, two in zip(rate.prices, other.prices if other else (), strict=False)
        if one and two
    ]
    return bool(pairs) and all(abs(two / one - 1) <= AGREEMENT for one, two in pairs)


def _keep(seen):
    """Store what is believed of a sheet, and let the rest wait for a decision."""
    believed = replace(
        seen.sheet, rates=tuple(r for r in seen.sheet.rates if r.currency not in seen.moves)
    )
    # Without a dollar that can be believed, or with too few others, a sheet is none.
    is_sheet = figures.fault_of(believed) is None
    if is_sheet:
        ExchangeRate.objects.replace_with(believed)
    suspect = {}
    if seen.moves:
        waiting = [r for r in seen.sheet.rates if r.currency in seen.moves or not is_sheet]
        suspect = {
            "provider": seen.provider,
            "source": seen.sheet.source,
            "quoted_at": seen.sheet.quoted_at.isoformat(),
            "rates": [[r.currency, r.name, *map(_text, r.prices)] for r in waiting],
            "moves": {currency: str(share) for currency, share in seen.moves.items()},
        }
    alarms.suspect(RATES, suspect)
    return seen.provider if is_sheet else None


def _text(price):
    return None if price is None else str(price)


def accept_suspect():
    """An operator believes the rates that wait for a decision: they are stored. Answers with how
    many there were."""
    suspect = FeedState.of(RATES).waiting
    if not suspect:
        return 0
    rates = tuple(
        Rate(currency, name, *(None if price is None else Decimal(price) for price in prices))
        for currency, name, *prices in suspect["rates"]
    )
    quoted_at = datetime.fromisoformat(suspect["quoted_at"])
    ExchangeRate.objects.replace_with(RateSheet(suspect["source"], quoted_at, rates))
    # These are new figures; operators who were told of the failure hear so from the next run.
    FeedState.objects.filter(pk=RATES).update(
        good_at=timezone.now(),
        provider=suspect["provider"],
        failing_since=None,
        reason="",
        failed_provider="",
        suspect={},
    )
    return len(rates)


def discard_suspect():
    """An operator doesn't believe them: the last good ones stay, as long as these are all there
    is."""
    state = FeedState.of(RATES)
    if state.suspect:
        state.suspect["discarded"] = True
        state.save(update_fields=["suspect"])
