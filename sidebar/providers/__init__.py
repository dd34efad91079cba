"""Outside sources of facts.

A provider is one file with `SOURCE`, `ADDRESS` and two functions: `fetch()` is the only place that
opens a socket, `parse()` is pure and knows every quirk of the source. Nothing half-read leaves it.
Operators put it to work by its file's name (settings.FEEDS)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.conf import settings
from django.utils.functional import Promise


class ProviderError(Exception):
    """A source gave nothing usable. `reason` is one of our own short codes (sidebar/faults.py),
    never words of the source or of a library: it is kept, listed and logged.

    `give_up` says that asking the same server again in this run would be in vain; `retry_after`
    is for how many seconds the server itself wants to be left alone.
    """

    def __init__(self, reason, give_up=False, retry_after=0):
        super().__init__(reason)
        self.reason = reason
        self.give_up = give_up
        self.retry_after = retry_after


@dataclass(frozen=True)
class Source:
    """Who is to be named beside the figures, and what the terms of use ask to be said."""

    name: str
    link: str
    terms: str | Promise


@dataclass(frozen=True)
class Rate:
    """What the bank pays and asks for one unit, in đồng. None: the bank doesn't quote it."""

    currency: str
    name: str
    buy_cash: Decimal | None
    buy_transfer: Decimal | None
    sell: Decimal | None

    @property
    def prices(self):
        return self.buy_cash, self.buy_transfer, self.sell


@dataclass(frozen=True)
class RateSheet:
    source: str
    quoted_at: datetime
    rates: tuple[Rate, ...]


@dataclass(frozen=True)
class Day:
    """The forecast for one day at one place: degrees Celsius, per cent, mm, km/h, WMO code 4677.
    None: the source doesn't say."""

    day: date
    weather_code: int | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None
    rain_probability: int | None = None
    rain_mm: Decimal | None = None
    wind_kmh: Decimal | None = None


@dataclass(frozen=True)
class Reading:
    """The weather at one place: degrees Celsius, per cent, km/h, degrees from north (where the
    wind comes from), mm in the last hour, WMO code 4677; and the days from today on."""

    source: str
    observed_at: datetime
    temperature: Decimal
    humidity: int | None = None
    wind_kmh: Decimal | None = None
    wind_from: int | None = None
    rain_mm: Decimal | None = None
    weather_code: int | None = None
    is_day: bool | None = None
    days: tuple[Day, ...] = ()


@dataclass(frozen=True)
class GoldPrice:
    """Đồng for one tael (lượng, 37.5 g)."""

    name: str
    branch: str
    buy: Decimal | None
    sell: Decimal | None


@dataclass(frozen=True)
class GoldSheet:
    source: str
    quoted_at: datetime
    prices: tuple[GoldPrice, ...]


def chain(feed):
    """The providers of a feed, in the order in which they are asked."""
    return [provider(name) for name in settings.FEEDS[feed]]


def provider(name):
    return import_module(f"{__name__}.{name}")


def name_of(module):
    """What operators call it in the settings: the name of its file."""
    return module.__name__.rpartition(".")[2]


def address(module_name, default):
    """Where a provider's file finds its source, unless operators say otherwise."""
    return settings.FEED_URLS.get(module_name.rpartition(".")[2]) or default


@cache
def installed():
    """{name: module} of every provider that there is, in use or not."""
    names = (found.name for found in iter_modules(__path__))
    modules = {name: provider(name) for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "fetch")}


def source_of(name):
    """What a provider's file calls its source."""
    module = installed().get(name)
    return module.SOURCE.name if module else name


def source(name):
    """The Source that goes by this name beside stored figures, or None."""
    sources = (module.SOURCE for module in installed().values())
    return next((source for source in sources if source.name == name), None)
