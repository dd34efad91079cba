"""Facts that machines fetch (rates, weather, how the fetching went) and the sidebars that editors
arrange from them."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.admin import display
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page, PreviewableMixin, RevisionMixin

from . import currencies, faults, weather_codes
from .blocks import SidebarStreamBlock
from .freshness import Freshness


class ExchangeRateQuerySet(models.QuerySet):
    def replace_with(self, sheet):
        """Make the table this sheet, all at once: readers see the old one or the new one."""
        fetched_at = timezone.now()
        rows = [
            ExchangeRate(
                currency=rate.currency,
                name=rate.name,
                buy_cash=rate.buy_cash,
                buy_transfer=rate.buy_transfer,
                sell=rate.sell,
                source=sheet.source,
                quoted_at=sheet.quoted_at,
                fetched_at=fetched_at,
            )
            for rate in sheet.rates
        ]
        with transaction.atomic():
            self.exclude(currency__in=[row.currency for row in rows]).delete()
            self.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["currency"],
                update_fields=[
                    "name",
                    "buy_cash",
                    "buy_transfer",
                    "sell",
                    "source",
                    "quoted_at",
                    "fetched_at",
                ],
            )

    def board(self, codes=()):
        """All rates: these currencies first, in this order, then the others by code."""
        places = [When(currency=code, then=Value(place)) for place, code in enumerate(codes)]
        return self.order_by(Case(*places, default=Value(len(places))), "currency")


class ExchangeRate(models.Model):
    """The last good rate of one currency, in đồng for one unit. NULL: the bank doesn't quote it."""

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    name = models.CharField(_("name in the feed"), max_length=60, blank=True)
    buy_cash = models.DecimalField(
        _("buys cash"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    buy_transfer = models.DecimalField(
        _("buys by transfer"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    sell = models.DecimalField(_("sells"), max_digits=14, decimal_places=4, null=True, blank=True)
    source = models.CharField(_("source"), max_length=60)
    quoted_at = models.DateTimeField(_("time at the source"))
    fetched_at = models.DateTimeField(_("fetched at"))

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency"]

    def __str__(self):
        return self.currency

    @property
    @display(description=_("name"))
    def local_name(self):
        return str(currencies.NAMES.get(self.currency, self.name))

    @property
    def freshness(self):
        return Freshness(self.source, self.quoted_at, self.fetched_at, settings.RATES_INTERVAL)


class WeatherRegionQuerySet(models.QuerySet):
    def with_reading(self):
        return self.select_related("reading")

    def most_overdue(self):
        """Those without a reading first, then the oldest: short of time, nobody waits twice."""
        return self.order_by(F("reading__fetched_at").asc(nulls_first=True), "sort_order", "name")


class WeatherRegion(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=6,
        decimal_places=4,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Degrees north of the equator, for example 16.8163 for Đông Hà."),
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("Degrees east of Greenwich, for example 107.1003 for Đông Hà."),
    )
    sort_order = models.PositiveSmallIntegerField(
        _("order"),
        default=0,
        help_text=_("Small numbers come first; the first region stands at the top of every page."),
    )

    objects = WeatherRegionQuerySet.as_manager()

    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("latitude"), FieldPanel("longitude")]),
        FieldPanel("sort_order"),
    ]

    class Meta:
        verbose_name = _("weather region")
        verbose_name_plural = _("weather regions")
        ordering = ["sort_order", "name"]

    def __str__(self):
        return self.name

    @property
    def last_reading(self):
        """The reading, or None before the first one."""
        return getattr(self, "reading", None)


class WeatherReadingQuerySet(models.QuerySet):
    def replace_with(self, region, reading):
        self.update_or_create(
            region=region,
            defaults={
                "observed_at": reading.observed_at,
                "fetched_at": timezone.now(),
                "source": reading.source,
                "temperature": reading.temperature,
                "humidity": reading.humidity,
                "wind_kmh": reading.wind_kmh,
                "weather_code": reading.weather_code,
                "is_day": reading.is_day,
                "today_max": reading.today_max,
                "today_min": reading.today_min,
                "rain_probability": reading.rain_probability,
            },
        )


class WeatherReading(models.Model):
    """The last good weather of one region. NULL: the source doesn't say."""

    region = models.OneToOneField(
        WeatherRegion, models.CASCADE, related_name="reading", verbose_name=_("region")
    )
    observed_at = models.DateTimeField(_("observed at"))
    fetched_at = models.DateTimeField(_("fetched at"))
    source = models.CharField(_("source"), max_length=60)
    temperature = models.DecimalField(_("temperature (°C)"), max_digits=4, decimal_places=1)
    humidity = models.PositiveSmallIntegerField(_("humidity (%)"), null=True, blank=True)
    wind_kmh = models.DecimalField(
        _("wind (km/h)"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    weather_code = models.PositiveSmallIntegerField(_("WMO code"), null=True, blank=True)
    is_day = models.BooleanField(_("by day"), null=True, blank=True)
    today_max = models.DecimalField(
        _("today's highest (°C)"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    today_min = models.DecimalField(
        _("today's lowest (°C)"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    rain_probability = models.PositiveSmallIntegerField(
        _("chance of rain today (%)"), null=True, blank=True
    )

    objects = WeatherReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("weather reading")
        verbose_name_plural = _("weather readings")
        ordering = ["region__sort_order", "region__name"]

    def __str__(self):
        return f"{self.region}: {number_format(self.temperature)} °C"

    @property
    @display(description=_("sky"))
    def words(self):
        return str(weather_codes.sky(self.weather_code).words)

    @property
    def icon(self):
        return weather_codes.sky(self.weather_code).icon_for(self.is_day)

    @property
    def freshness(self):
        return Freshness(self.source, self.observed_at, self.fetched_at, settings.WEATHER_INTERVAL)


class FeedRun(models.Model):
    """One provider asked once. Without `finished_at` the run is under way, or was cut short."""

    RATES = "rates"
    WEATHER = "weather"
    FEEDS = [(RATES, _("Exchange rates")), (WEATHER, _("Weather"))]

    feed = models.CharField(_("feed"), max_length=20, choices=FEEDS)
    provider = models.CharField(_("provider"), max_length=40)
    started_at = models.DateTimeField(_("started at"), default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    succeeded = models.BooleanField(_("succeeded"), default=False)
    reason = models.CharField(_("reason code"), max_length=60, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)

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
        return faults.in_words(self.reason) if self.reason else str(_("All received"))


class FeedLockQuerySet(models.QuerySet):
    # Longer than a run (feeds.RUN_SECONDS and one call): whoever holds it past that is dead.
    LASTS = timedelta(seconds=90)

    def take(self, feed):
        """The token of the new owner, or None while somebody else holds the lock."""
        now = timezone.now()
        lock = FeedLock(feed=feed, token=uuid4().hex, expires_at=now + self.LASTS)
        # Each statement decides by itself, on SQLite and on PostgreSQL: no gap to fall into.
        if self.filter(feed=feed, expires_at__lte=now).update(
            token=lock.token, expires_at=lock.expires_at
        ):
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


class SidebarQuerySet(models.QuerySet):
    def for_page(self, page, site):
        """What stands beside this page of a site: the nearest placement on it or above it, else the
        site's default, else None."""
        # A page's path holds those of its ancestors, so no walk up the tree is needed.
        paths = [page.path[:end] for end in range(Page.steplen, len(page.path) + 1, Page.steplen)]
        placement = (
            SidebarPlacement.objects.filter(page__path__in=paths)
            .select_related("sidebar")
            .order_by("-page__path")
            .first()
        )
        return placement.sidebar if placement else self.for_site(site)

    def for_site(self, site):
        """The default one, also for what is no page: search results, errors. `site` may be None."""
        if not site:
            return None
        # Not SidebarSettings.for_site(), which writes a row for a site that has none yet.
        return self.filter(default_of__site=site).first()


class Sidebar(PreviewableMixin, RevisionMixin, models.Model):
    title = models.CharField(
        _("title"), max_length=120, help_text=_("For editors; readers don't see it.")
    )
    blocks = StreamField(SidebarStreamBlock(), blank=True, verbose_name=_("blocks"))

    objects = SidebarQuerySet.as_manager()

    panels = [FieldPanel("title"), FieldPanel("blocks")]

    class Meta:
        verbose_name = _("sidebar")
        verbose_name_plural = _("sidebars")
        ordering = ["title"]

    def __str__(self):
        return self.title

    def get_preview_template(self, request, mode_name):
        return "sidebar/preview.html"

    def get_preview_context(self, request, mode_name):
        return super().get_preview_context(request, mode_name) | {"sidebar": self}


class SidebarPlacement(models.Model):
    """A section's own sidebar, inherited by all pages below it."""

    page = ParentalKey("wagtailcore.Page", related_name="sidebar_placements")
    sidebar = models.ForeignKey(
        Sidebar,
        models.CASCADE,
        related_name="placements",
        verbose_name=_("sidebar"),
        help_text=_("Also stands beside all pages below this one that have none of their own."),
    )

    panels = [FieldPanel("sidebar")]

    class Meta:
        verbose_name = _("sidebar of the section")
        verbose_name_plural = _("sidebars of the sections")
        # Not unique=True on the key, which Django would rather have as a one-to-one field.
        constraints = [models.UniqueConstraint(fields=["page"], name="one_sidebar_for_a_page")]

    def __str__(self):
        return f"{self.page}: {self.sidebar}"


@register_setting(icon="list-ul")
class SidebarSettings(BaseSiteSetting):
    default_sidebar = models.ForeignKey(
        Sidebar,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="default_of",
        verbose_name=_("default sidebar"),
        help_text=_("Stands beside all pages whose section has no sidebar of its own."),
    )

    panels = [FieldPanel("default_sidebar")]

    class Meta:
        verbose_name = _("sidebar")


# Visitor statistics: kept by visits.py --------------------------------------------------------


class DailyVisits(models.Model):
    """How many visits began on a day. Rows stay for ever; the salt goes with its day."""

    day = models.DateField(_("day"), primary_key=True)
    visits = models.PositiveBigIntegerField(_("visits"), default=0)
    salt = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("daily visits")
        verbose_name_plural = _("daily visits")

    def __str__(self):
        return f"{self.day}: {self.visits}"


class Visit(models.Model):
    """Somebody who came today, without a name or an address."""

    day = models.DateField()
    visitor = models.CharField(max_length=64)
    seen_at = models.DateTimeField()
    is_member = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(fields=["day", "visitor"], name="one_row_per_visitor_and_day")
        ]
        indexes = [models.Index(fields=["day", "seen_at"])]

    def __str__(self):
        return f"{self.day} {self.seen_at}"


class PageViews(models.Model):
    """How often a page was opened."""

    page = models.OneToOneField(
        "wagtailcore.Page",
        verbose_name=_("page"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    views = models.PositiveBigIntegerField(_("views"), default=0)

    class Meta:
        verbose_name = _("page views")
        verbose_name_plural = _("page views")

    def __str__(self):
        return f"{self.page_id}: {self.views}"
