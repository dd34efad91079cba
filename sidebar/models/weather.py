"""Where the weather is told, and what it is there."""

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.admin import display
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from .. import weather_codes
from ..freshness import Freshness, Shown
from ..providers import Day

# One of another provider counts other hours; one that is older than this is no news.
OLDEST_NEWS = timedelta(hours=3)


class WeatherRegionQuerySet(models.QuerySet):
    def with_reading(self):
        """With what operators typed in its place."""
        return self.select_related("reading", "override")

    def most_overdue(self):
        """Those without a reading first, then the oldest: short of time, nobody waits twice."""
        return self.order_by(F("reading__fetched_at").asc(nulls_first=True), "sort_order", "name")


class WeatherRegion(models.Model):
    name = models.CharField(
        _("name"), max_length=80, unique=True, help_text=_("As readers see it: Đông Hà")
    )
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
        """The reading, with what an operator typed in place of some of its figures; None before
        the first one."""
        reading, override = getattr(self, "reading", None), getattr(self, "override", None)
        if reading and override and override.is_active:
            reading.temperature = override.temperature
            reading.weather_code = override.weather_code
            # The words are an operator's.
            reading.typed = override
        return reading


class WeatherReadingQuerySet(models.QuerySet):
    def replace_with(self, region, reading):
        """Keep this reading of a region, unless a newer one is there; whether it was kept."""
        known = self.filter(region=region).first()
        if known and known.is_newer_than(reading):
            return False
        self.update_or_create(
            region=region,
            defaults={
                "observed_at": reading.observed_at,
                "fetched_at": timezone.now(),
                "source": reading.source,
                "temperature": reading.temperature,
                "humidity": reading.humidity,
                "wind_kmh": reading.wind_kmh,
                "wind_from": reading.wind_from,
                "rain_mm": reading.rain_mm,
                "weather_code": reading.weather_code,
                "is_day": reading.is_day,
                "forecast": [_stored(day) for day in reading.days],
            },
        )
        return True


def _stored(day):
    """As JSON holds it: figures as text, for a float is no decimal."""
    figures = (day.lowest, day.highest, day.rain_mm, day.wind_kmh)
    return [
        day.day.isoformat(),
        day.weather_code,
        day.rain_probability,
        *(None if figure is None else str(figure) for figure in figures),
    ]


def _read(stored):
    text, code, probability, *figures = stored
    lowest, highest, rain, wind = (
        None if figure is None else Decimal(figure) for figure in figures
    )
    return Day(date.fromisoformat(text), code, lowest, highest, probability, rain, wind)


class WeatherReading(Shown, models.Model):
    """The last good weather of one region, and the days that were forecast with it. NULL: the
    source doesn't say."""

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
    wind_from = models.PositiveSmallIntegerField(_("wind from (degrees)"), null=True, blank=True)
    rain_mm = models.DecimalField(
        _("rain in an hour (mm)"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    weather_code = models.PositiveSmallIntegerField(_("WMO code"), null=True, blank=True)
    is_day = models.BooleanField(_("in daylight"), null=True, blank=True)
    # Written and read by this file alone: see _stored().
    forecast = models.JSONField(default=list, editable=False)

    objects = WeatherReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("weather reading")
        verbose_name_plural = _("weather readings")
        ordering = ["region__sort_order", "region__name"]

    def __str__(self):
        return f"{self.region}: {number_format(self.temperature)} °C"

    def is_newer_than(self, reading):
        """What claims to be of a later time than when we got it can't be told by its time."""
        told = self.observed_at <= self.fetched_at
        return told and self.observed_at - reading.observed_at > OLDEST_NEWS

    @property
    @display(description=_("sky"))
    def words(self):
        return str(weather_codes.sky(self.weather_code).words)

    @property
    def icon(self):
        return weather_codes.sky(self.weather_code).icon_for(self.is_day)

    @property
    def days(self):
        """Forecast Days from today on, as far as the last answer went."""
        today = timezone.localdate()
        return [day for day in map(_read, self.forecast) if day.day >= today]

    @property
    def today(self):
        """Today's forecast; a Day that says nothing where there is none."""
        today = timezone.localdate()
        return next((day for day in self.days if day.day == today), Day(today))

    @property
    def freshness(self):
        return Freshness(self.source, self.observed_at, self.fetched_at, settings.WEATHER_INTERVAL)


class WeatherOverride(models.Model):
    """What an operator typed in place of a region's figures, until `expires_at`."""

    region = models.OneToOneField(
        WeatherRegion, models.CASCADE, related_name="override", verbose_name=_("region")
    )
    temperature = models.DecimalField(
        _("temperature (°C)"),
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(-20), MaxValueValidator(50)],
    )
    weather_code = models.PositiveSmallIntegerField(
        _("sky"), choices=[(code, sky.words) for code, sky in weather_codes.SKIES.items()]
    )
    reason = models.CharField(_("reason"), max_length=200)
    typed_at = models.DateTimeField(_("typed at"), default=timezone.now)
    expires_at = models.DateTimeField(_("shown until"))

    class Meta:
        verbose_name = _("typed weather")
        verbose_name_plural = _("typed weather")

    def __str__(self):
        return str(self.region)

    @property
    def is_active(self):
        return self.expires_at > timezone.now()
