"""How the fetching goes: what each feed and each provider is at, every run, and who runs now."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.admin import display
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import faults
from ..providers import source_of

RATES, WEATHER, GOLD = "rates", "weather", "gold"
FEEDS = [(RATES, _("Exchange rates")), (WEATHER, _("Weather")), (GOLD, _("Gold prices"))]


class FeedState(models.Model):
    """What one feed is at: what readers see of it, what went wrong, what people said to it."""

    feed = models.CharField(_("feed"), max_length=20, primary_key=True, choices=FEEDS)
    # When a run began and when one last gave new figures, by our clock.
    started_at = models.DateTimeField(_("last run"), null=True, editable=False)
    good_at = models.DateTimeField(_("last good run"), null=True, editable=False)
    # Who gave these figures.
    provider = models.CharField(_("provider"), max_length=40, blank=True, editable=False)
    # Since when no run has given anything, why, and whom it was asked of.
    failing_since = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(max_length=60, blank=True, editable=False)
    failed_provider = models.CharField(max_length=40, blank=True, editable=False)
    alarmed_at = models.DateTimeField(null=True, editable=False)
    # Figures stay as they are until somebody lets them move again.
    held_since = models.DateTimeField(null=True, editable=False)
    held_because = models.CharField(_("reason"), max_length=200, blank=True)
    # Rates that moved too far to be believed: {"provider", "source", "quoted_at",
    # "rates": [[currency, name, buys cash, buys by transfer, sells]], "moves": {currency: share},
    # "discarded": whether somebody has decided against them}
    suspect = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("data source")
        verbose_name_plural = _("data sources")
        ordering = ["feed"]

    def __str__(self):
        return str(self.get_feed_display())

    @classmethod
    def of(cls, feed):
        return cls.objects.get_or_create(feed=feed)[0]

    @property
    def interval(self):
        return timedelta(seconds=INTERVALS[self.feed]())

    @property
    def waiting(self):
        """The suspect rates that nobody has decided on yet; {} for none."""
        return {} if self.suspect.get("discarded") else self.suspect

    @property
    def is_held(self):
        return self.held_since is not None


# Seconds between two runs; asked for late, so that tests may change the settings.
INTERVALS = {
    RATES: lambda: settings.RATES_INTERVAL,
    WEATHER: lambda: settings.WEATHER_INTERVAL,
    GOLD: lambda: settings.GOLD_INTERVAL,
}


class ProviderState(models.Model):
    """A circuit breaker: who failed three times in a row is left alone for a while, then tried
    once, and left alone for twice as long if that fails too."""

    OPENS_AFTER = 3  # failures in a row
    # The longest pause is so many times the first: an hour after five minutes.
    LONGEST = 12

    name = models.CharField(_("provider"), max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    closed_until = models.DateTimeField(_("left alone until"), null=True)
    # The server itself asked for it: not even an operator may try before.
    asked_for = models.BooleanField(default=False)
    good_at = models.DateTimeField(_("last good answer"), null=True)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @classmethod
    def of(cls, name):
        return cls.objects.get_or_create(name=name)[0]

    @property
    def pause_ends(self):
        """Until when it is left alone, or None. A time that lies further ahead than any pause was
        written by a clock that has been put right since."""
        now = timezone.now()
        furthest = timedelta(days=1) if self.asked_for else self._pause(self.LONGEST)
        until = self.closed_until
        return until if until and now < until <= now + furthest else None

    def may_be_asked(self, by_hand=False):
        return self.pause_ends is None or (by_hand and not self.asked_for)

    def note_failure(self, error):
        """error: a ProviderError."""
        now = timezone.now()
        self.failures += 1
        self.failing_since = self.failing_since or now
        self.reason = error.reason
        self.closed_until, self.asked_for = None, False
        if self.failures >= self.OPENS_AFTER:
            doubled = 2 ** min(self.failures - self.OPENS_AFTER, 10)
            self.closed_until = now + self._pause(min(doubled, self.LONGEST))
        if error.retry_after:
            wanted = now + timedelta(seconds=error.retry_after)
            self.asked_for = self.closed_until is None or wanted > self.closed_until
            self.closed_until = max(wanted, self.closed_until or wanted)
        self.save()

    def note_success(self):
        self.failures, self.failing_since, self.reason = 0, None, ""
        self.closed_until, self.asked_for = None, False
        self.good_at = timezone.now()
        self.save()

    @staticmethod
    def _pause(times):
        return timedelta(seconds=settings.FEED_PAUSE) * times


class FeedRun(models.Model):
    """One provider asked once. Without `finished_at` the run is under way, or was cut short."""

    feed = models.CharField(_("feed"), max_length=20, choices=FEEDS)
    provider = models.CharField(_("provider"), max_length=40)
    started_at = models.DateTimeField(_("started at"), default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    succeeded = models.BooleanField(_("succeeded"), default=False)
    reason = models.CharField(_("reason code"), max_length=60, blank=True)
    # Of so many that are to come, as far as that is known before.
    rows = models.PositiveIntegerField(_("rows"), default=0)
    expected = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("feed run")
        verbose_name_plural = _("feed runs")
        ordering = ["-started_at", "-pk"]

    def __str__(self):
        return f"{self.get_feed_display()} {timezone.localtime(self.started_at):%d/%m/%Y %H:%M}"

    @property
    @display(description=_("outcome"))
    def outcome(self):
        """How it went, in words for editors."""
        if self.finished_at is None:
            return str(_("Under way, or cut short"))
        if not self.reason:
            return str(_("All received"))
        return faults.in_words(self.reason, source_of(self.provider))


class FeedLockQuerySet(models.QuerySet):
    @property
    def lasts(self):
        """Longer than the task may run (settings.FEED_SECONDS): whoever holds it past that is
        dead."""
        return timedelta(seconds=settings.FEED_SECONDS * 1.2)

    def take(self, feed):
        """The token of the new owner, or None while somebody else holds the lock."""
        now = timezone.now()
        lock = FeedLock(feed=feed, token=uuid4().hex, expires_at=now + self.lasts)
        # One that ends far later than any could was taken by a clock that has been put right since.
        over = models.Q(expires_at__lte=now) | models.Q(expires_at__gt=now + 10 * self.lasts)
        # Each statement decides by itself, on SQLite and on PostgreSQL: no gap to fall into.
        if self.filter(over, feed=feed).update(token=lock.token, expires_at=lock.expires_at):
            return lock.token
        self.bulk_create([lock], ignore_conflicts=True)
        return lock.token if self.filter(feed=feed, token=lock.token).exists() else None

    def release(self, feed, token):
        self.filter(feed=feed, token=token).delete()

    @contextmanager
    def held(self, feed):
        """Yields whether this is the only run of the feed."""
        token = self.take(feed)
        try:
            yield token is not None
        finally:
            if token:
                self.release(feed, token)


class FeedLock(models.Model):
    feed = models.CharField(max_length=20, primary_key=True)
    token = models.CharField(max_length=32)
    expires_at = models.DateTimeField()

    objects = FeedLockQuerySet.as_manager()

    def __str__(self):
        return self.feed
