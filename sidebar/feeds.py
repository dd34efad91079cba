"""One run of a feed: ask the providers in their order, keep what they gave, note how it went.

A run never raises for the sake of a source. What was stored before stays until something better
has been read whole."""

import logging
import time
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.db import IntegrityError
from django.utils import timezone

from .models import ExchangeRate, FeedLock, FeedRun, WeatherReading, WeatherRegion
from .providers import ProviderError, open_meteo, vietcombank

logger = logging.getLogger(__name__)

# In the order in which they are asked.
RATE_PROVIDERS = [vietcombank]
WEATHER_PROVIDERS = [open_meteo]

# No new call after this; the last one may take ten seconds more (client.TOTAL_SECONDS).
RUN_SECONDS = 40
RUNS_KEPT = timedelta(days=30)
# Our clock may be a day behind; a source that is further ahead is wrong about its own time.
FURTHEST_AHEAD = timedelta(days=2)


def refresh_rates():
    """Keep the first whole sheet that a provider gives."""
    with _only_run(FeedRun.RATES) as alone:
        if alone:
            any(_ask_for_rates(provider) for provider in RATE_PROVIDERS)


def refresh_weather():
    """Keep a reading for each region; the next provider is asked for those that are missing."""
    with _only_run(FeedRun.WEATHER) as alone:
        stop_at = time.monotonic() + RUN_SECONDS
        missing = list(WeatherRegion.objects.most_overdue()) if alone else []
        for provider in WEATHER_PROVIDERS:
            if missing:
                missing = _ask_for_weather(provider, missing, stop_at)


@contextmanager
def _only_run(feed):
    """Yields whether no other run of the feed is under way."""
    with FeedLock.objects.held(feed) as held:
        if held:
            FeedRun.objects.filter(feed=feed, started_at__lt=timezone.now() - RUNS_KEPT).delete()
        else:
            logger.info("feed=%s skipped: another run is under way", feed)
        yield held


def _ask_for_rates(provider):
    run = FeedRun.objects.create(feed=FeedRun.RATES, provider=provider.NAME)
    try:
        sheet = provider.parse(provider.fetch())
        _refuse_the_future(sheet.quoted_at)
    except ProviderError as error:
        return _note(run, reason=error.reason)
    ExchangeRate.objects.replace_with(sheet)
    return _note(run, rows=len(sheet.rates))


def _ask_for_weather(provider, regions, stop_at):
    """The regions that are still without a reading of this run."""
    run = FeedRun.objects.create(feed=FeedRun.WEATHER, provider=provider.NAME)
    missing, reason = [], ""
    for number, region in enumerate(regions):
        try:
            if time.monotonic() > stop_at:
                raise ProviderError("out of time", give_up=True)
            reading = provider.parse(provider.fetch(region.latitude, region.longitude))
            _refuse_the_future(reading.observed_at)
        except ProviderError as error:
            # The first fault is the one to look at; the others often follow from it.
            reason = reason or error.reason
            if error.give_up:
                missing += regions[number:]
                break
            missing.append(region)
        else:
            # An editor may have deleted the region meanwhile: then there is nothing to keep.
            with suppress(IntegrityError):
                WeatherReading.objects.replace_with(region, reading)
    _note(run, rows=len(regions) - len(missing), reason=reason)
    return missing


def _refuse_the_future(moment):
    if moment - timezone.now() > FURTHEST_AHEAD:
        raise ProviderError("time ahead")


def _note(run, rows=0, reason=""):
    """One row and one line for each provider asked; answers whether all went well."""
    run.finished_at = timezone.now()
    run.succeeded, run.rows, run.reason = not reason, rows, reason
    run.save()
    logger.log(
        logging.WARNING if reason else logging.INFO,
        "feed=%s provider=%s rows=%d took=%.1fs %s",
        run.feed,
        run.provider,
        rows,
        (run.finished_at - run.started_at).total_seconds(),
        f'failed reason="{reason}"' if reason else "ok",
    )
    return run.succeeded
