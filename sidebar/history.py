"""What has become of a currency's rate from day to day: how far it moved, and its pictures."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from . import charts
from .models import RateChange

# What a currency is known by: the first of these that the bank quotes.
LEADING = ("sell", "buy_transfer", "buy_cash")


@dataclass(frozen=True)
class Move:
    amount: Decimal
    before: Decimal

    @property
    def size(self):
        return abs(self.amount)

    @property
    def percent(self):
        return abs(self.amount) / self.before * 100


@dataclass(frozen=True)
class History:
    """The RateChange that held at the end of each day, the oldest first."""

    days: list[tuple[date, RateChange]]

    @classmethod
    def until(cls, rate, days):
        """`days` as RateChange.objects.closing() gives them, as far as somebody knows: not beyond
        the last sheet that had this ExchangeRate. Without one the last change is the last word."""
        if not days:
            return cls([])
        last = timezone.localdate(rate.fetched_at if rate else days[-1][1].recorded_at)
        return cls([(day, change) for day, change in days if day <= last])

    def __bool__(self):
        return bool(self.days)

    def last(self, days):
        """The part of it that lies in the last days up to today."""
        first = timezone.localdate() - timedelta(days=days - 1)
        return History([(day, change) for day, change in self.days if day >= first])

    @property
    def rows(self):
        """As a table has them, the newest first."""
        return self.days[::-1]

    @property
    def leading(self):
        """The name of the figure that words and small pictures are about."""
        return next((name for name in LEADING if self._known(name)), LEADING[0])

    def move_since_yesterday(self, rate):
        """From yesterday's close to an ExchangeRate; None where either isn't known."""
        yesterday = timezone.localdate() - timedelta(days=1)
        close = next((change for day, change in self.days if day == yesterday), None)
        pairs = ((getattr(close, name, None), getattr(rate, name)) for name in LEADING)
        return next((Move(now - then, then) for then, now in pairs if then and now), None)

    @property
    def sparkline(self):
        return charts.sparkline([getattr(change, self.leading) for _day, change in self.days])

    @property
    def chart(self):
        series = {
            name: [getattr(change, name) for _day, change in self.days]
            for name in ("buy_transfer", "sell")
        }
        return charts.line_chart([day for day, _change in self.days], series)

    @property
    def words(self):
        """What the picture shows, for those who don't see it."""
        known = self._known(self.leading)
        if not known:
            return ""
        lowest, highest = (pick(known, key=lambda pair: pair[1]) for pick in (min, max))
        (first_day, first), (last_day, last) = known[0], known[-1]
        told = {
            "figure": {
                "sell": _("The selling rate"),
                "buy_transfer": _("The buying rate by transfer"),
                "buy_cash": _("The buying rate for cash"),
            }[self.leading],
            "first_day": _local(first_day),
            "last_day": _local(last_day),
            "first": _price(first),
            "last": _price(last),
        }
        if lowest[1] == highest[1]:
            return (
                _("%(figure)s was %(last)s all the time from %(first_day)s to %(last_day)s.") % told
            )
        told |= {
            "lowest": _price(lowest[1]),
            "lowest_day": _local(lowest[0]),
            "highest": _price(highest[1]),
            "highest_day": _local(highest[0]),
            "move": self._move_in_words(first, last),
        }
        return (
            _(
                "%(figure)s went from %(first)s on %(first_day)s to %(last)s on %(last_day)s, "
                "%(move)s. Lowest: %(lowest)s on %(lowest_day)s; highest: %(highest)s on "
                "%(highest_day)s."
            )
            % told
        )

    def _known(self, name):
        pairs = ((day, getattr(change, name)) for day, change in self.days)
        return [(day, price) for day, price in pairs if price is not None]

    @staticmethod
    def _move_in_words(first, last):
        if first == last:
            return _("as much as at first")
        move = Move(last - first, first)
        told = {"amount": _price(move.size), "percent": number_format(move.percent, 2)}
        if move.amount > 0:
            return _("up %(amount)s (%(percent)s%%)") % told
        return _("down %(amount)s (%(percent)s%%)") % told


def _price(value):
    """As templates write it: `|floatformat:"-2g"`."""
    return number_format(value, 2 if value % 1 else 0, force_grouping=True)


def _local(day):
    return date_format(day, "DATE_FORMAT")
