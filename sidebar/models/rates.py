"""What money costs: the bank's last good sheet, how it came there, and what operators typed."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.admin import display
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from .. import currencies
from ..freshness import Freshness, Shown

# A rate that moves by more than this between two sheets is looked at before it is believed.
LARGEST_MOVE = Decimal("0.3")
# A currency that the bank hasn't quoted for so long is not quoted any more.
GONE_AFTER = timedelta(days=30)

PRICE_FIELDS = ("buy_cash", "buy_transfer", "sell")


def price_field(label):
    """Đồng for one unit; NULL: not quoted."""
    return models.DecimalField(label, max_digits=14, decimal_places=4, null=True, blank=True)


class ExchangeRateQuerySet(models.QuerySet):
    def replace_with(self, sheet):
        """Make the table this sheet, all at once: readers see the old one or the new one. What has
        changed becomes history.

        A currency that isn't in the sheet keeps its last good rate, to hold the next one against.
        """
        fetched_at = timezone.now()
        with transaction.atomic():
            # Locked: of two that write the same sheet, the second finds nothing changed.
            known = {row.currency: row for row in self.select_for_update().order_by("currency")}
            rows = [
                ExchangeRate(
                    currency=rate.currency,
                    name=rate.name,
                    **dict(zip(PRICE_FIELDS, rate.prices, strict=True)),
                    source=sheet.source,
                    quoted_at=sheet.quoted_at,
                    fetched_at=fetched_at,
                )
                for rate in sheet.rates
            ]
            changed = [
                row
                for row in rows
                if row.currency not in known or known[row.currency].prices != row.prices
            ]
            self.filter(fetched_at__lt=fetched_at - GONE_AFTER).exclude(
                currency__in=[row.currency for row in rows]
            ).delete()
            self.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["currency"],
                update_fields=["name", *PRICE_FIELDS, "source", "quoted_at", "fetched_at"],
            )
            RateChange.objects.bulk_create(
                [
                    RateChange(
                        currency=row.currency,
                        **dict(zip(PRICE_FIELDS, row.prices, strict=True)),
                        source=row.source,
                        quoted_at=row.quoted_at,
                        recorded_at=fetched_at,
                    )
                    for row in changed
                ],
                # One that is there was written by whoever was faster.
                ignore_conflicts=True,
            )

    def moved_by(self, sheet):
        """{currency: its share of change} of rates in a sheet that moved further than any rate
        does: Decimal("0.5") is half as much again."""
        known = self.in_bulk([rate.currency for rate in sheet.rates], field_name="currency")
        moves = {}
        for rate in sheet.rates:
            pairs = zip(
                known[rate.currency].prices if rate.currency in known else (),
                rate.prices,
                strict=False,
            )
            shares = [new / old - 1 for old, new in pairs if old and new]
            furthest = max(shares, key=abs, default=Decimal(0))
            if abs(furthest) > LARGEST_MOVE:
                moves[rate.currency] = furthest
        return moves

    def board(self, codes=()):
        """All rates, each with what operators typed in its place: these currencies first, in this
        order, then the others by code."""
        places = [When(currency=code, then=Value(place)) for place, code in enumerate(codes)]
        # Without any, PostgreSQL would take the number for that of a column.
        first = [Case(*places, default=Value(len(places)))] if places else []
        return self.select_related("override").order_by(*first, "currency")


class ExchangeRate(Shown, models.Model):
    """The last good rate of one currency, in đồng for one unit. NULL: the bank doesn't quote it."""

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    name = models.CharField(_("name in the feed"), max_length=60, blank=True)
    buy_cash = price_field(_("buys cash"))
    buy_transfer = price_field(_("buys by transfer"))
    sell = price_field(_("sells"))
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
    def prices(self):
        return self.buy_cash, self.buy_transfer, self.sell

    @property
    def typed(self):
        """The RateOverride that stands in its place now, or None."""
        override = getattr(self, "override", None)
        return override if override and override.is_active else None

    @property
    def shown(self):
        """What readers see, which has `buy_cash`, `buy_transfer` and `sell`."""
        return self.typed or self

    @property
    def freshness(self):
        return Freshness(self.source, self.quoted_at, self.fetched_at, settings.RATES_INTERVAL)


class RateChangeQuerySet(models.QuerySet):
    # Every change of so many days is kept; of older days, the closing rate.
    WHOLE_DAYS = 400

    def thin(self):
        """Leave only the last change of each day that is older than WHOLE_DAYS."""
        first_whole = timezone.localdate() - timedelta(days=self.WHOLE_DAYS)
        dated = self.annotate(day=TruncDate("recorded_at"))
        later = dated.filter(
            currency=OuterRef("currency"),
            day=OuterRef("day"),
            recorded_at__gt=OuterRef("recorded_at"),
        )
        old = dated.filter(Exists(later), day__lt=first_whole).values_list("pk", flat=True)
        return self.filter(pk__in=list(old)).delete()[0]

    def closing(self, currency, days):
        """[(day, RateChange that held when it ended)] for so many days up to today, the oldest
        first. It begins with the first day of which something is known."""
        begin = _begin_of(days)
        of_currency = self.filter(currency=currency).order_by("recorded_at", "pk")
        before = of_currency.filter(recorded_at__lt=begin).last()
        rows = of_currency.filter(recorded_at__gte=begin)
        return _day_by_day([before, *rows] if before else rows, days)

    def closings(self, days):
        """{currency: its closing() of so many days} for all that the bank quotes, in one query."""
        begin = _begin_of(days)
        before = self.filter(currency=OuterRef("currency"), recorded_at__lt=begin)
        quoted = ExchangeRate.objects.annotate(
            before=Subquery(before.order_by("-recorded_at", "-pk").values("pk")[:1])
        )
        rows = self.filter(
            Q(pk__in=quoted.values("before"))
            # The currencies for the sake of the index, which begins with them.
            | Q(currency__in=quoted.values("currency"), recorded_at__gte=begin)
        )
        by_currency = defaultdict(list)
        for row in rows.order_by("recorded_at", "pk"):
            by_currency[row.currency].append(row)
        return {currency: _day_by_day(found, days) for currency, found in by_currency.items()}


def _begin_of(days):
    """When the first of so many days up to today begins."""
    first = timezone.localdate() - timedelta(days=days - 1)
    return timezone.make_aware(datetime.combine(first, time.min))


def _day_by_day(changes, days):
    """changes: in the order of time; those before the first of the days hold until the next."""
    first = timezone.localdate() - timedelta(days=days - 1)
    by_day = {max(timezone.localdate(row.recorded_at), first): row for row in changes}
    found, last = [], None
    for day in (first + timedelta(days=number) for number in range(days)):
        last = by_day.get(day, last)
        if last:
            found.append((day, last))
    return found


class RateChange(models.Model):
    """What a rate became, and when: one row for each change, none for a sheet that changed nothing.
    In đồng for one unit; NULL: the bank didn't quote it any more."""

    currency = models.CharField(_("currency"), max_length=3)
    buy_cash = price_field(_("buys cash"))
    buy_transfer = price_field(_("buys by transfer"))
    sell = price_field(_("sells"))
    source = models.CharField(_("source"), max_length=60)
    quoted_at = models.DateTimeField(_("time at the source"))
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = RateChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a rate")
        verbose_name_plural = _("changes of rates")
        ordering = ["-recorded_at", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "recorded_at"], name="one_change_of_a_rate_at_a_time"
            )
        ]

    def __str__(self):
        return f"{self.currency} {timezone.localtime(self.recorded_at):%d/%m/%Y %H:%M}"


class RateOverride(models.Model):
    """What an operator typed in place of the bank's rate, until `expires_at`."""

    rate = models.OneToOneField(
        ExchangeRate, models.CASCADE, related_name="override", verbose_name=_("exchange rate")
    )
    buy_cash = price_field(_("buys cash"))
    buy_transfer = price_field(_("buys by transfer"))
    sell = price_field(_("sells"))
    reason = models.CharField(_("reason"), max_length=200)
    typed_at = models.DateTimeField(_("typed at"), default=timezone.now)
    expires_at = models.DateTimeField(_("shown until"))

    class Meta:
        verbose_name = _("typed rate")
        verbose_name_plural = _("typed rates")

    def __str__(self):
        return str(self.rate)

    @property
    def is_active(self):
        return self.expires_at > timezone.now()

    def clean(self):
        buys = [price for price in (self.buy_cash, self.buy_transfer) if price is not None]
        if self.sell is None and not buys:
            raise ValidationError({"sell": _("Give at least one rate.")})
        if self.sell is not None and any(price > self.sell for price in buys):
            raise ValidationError({"sell": _("A bank doesn't sell for less than it buys for.")})


class CentralRate(models.Model):
    """The State Bank's central rate, which it announces on paper and on a page that machines can't
    read: an operator types it from the notice."""

    rate = models.DecimalField(
        _("đồng for one US dollar"),
        max_digits=9,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(1_000))],
        help_text=_("For example 25148, as the notice has it."),
    )
    number = models.CharField(
        _("number of the notice"), max_length=40, help_text=_("For example 236/TB-NHNN.")
    )
    day = models.DateField(
        _("day it holds for"), unique=True, help_text=_("As the notice names it")
    )

    panels = [
        FieldPanel("rate"),
        FieldRowPanel([FieldPanel("number"), FieldPanel("day")]),
    ]

    class Meta:
        verbose_name = _("central rate")
        verbose_name_plural = _("central rates")
        ordering = ["-day"]

    def __str__(self):
        return f"{self.day:%d/%m/%Y}"

    @classmethod
    def today(cls):
        """The one that holds today, which is the last one that was announced; or None."""
        return cls.objects.filter(day__lte=timezone.localdate()).first()


class GoldPriceQuerySet(models.QuerySet):
    def replace_with(self, sheet):
        """Make the table this sheet, all at once."""
        fetched_at = timezone.now()
        with transaction.atomic():
            self.all().delete()
            self.bulk_create(
                GoldPrice(
                    name=price.name,
                    branch=price.branch,
                    buy=price.buy,
                    sell=price.sell,
                    source=sheet.source,
                    quoted_at=sheet.quoted_at,
                    fetched_at=fetched_at,
                    sort_order=place,
                )
                for place, price in enumerate(sheet.prices)
            )


class GoldPrice(Shown, models.Model):
    """The last good price of one kind of gold at one branch, in đồng for a tael (lượng, 37.5 g)."""

    name = models.CharField(_("kind"), max_length=80)
    branch = models.CharField(_("branch"), max_length=60)
    buy = models.DecimalField(_("buys"), max_digits=14, decimal_places=0, null=True, blank=True)
    sell = models.DecimalField(_("sells"), max_digits=14, decimal_places=0, null=True, blank=True)
    source = models.CharField(_("source"), max_length=60)
    quoted_at = models.DateTimeField(_("time at the source"))
    fetched_at = models.DateTimeField(_("fetched at"))
    # As the source lists them.
    sort_order = models.PositiveSmallIntegerField(default=0)

    objects = GoldPriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("gold price")
        verbose_name_plural = _("gold prices")
        ordering = ["sort_order"]
        constraints = [
            models.UniqueConstraint(fields=["name", "branch"], name="one_price_of_a_kind_of_gold")
        ]

    def __str__(self):
        return f"{self.name} – {self.branch}"

    @property
    def freshness(self):
        return Freshness(self.source, self.quoted_at, self.fetched_at, settings.GOLD_INTERVAL)
