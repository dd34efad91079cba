"""Outside sources of facts. A provider is one file of two functions: `fetch()` is the only place
that opens a socket, `parse()` is pure and knows every quirk of the source. Nothing half-read leaves
it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


class ProviderError(Exception):
    """A source gave nothing usable. `reason` is one of our own short codes (sidebar/faults.py),
    never words of the source or of a library: it is kept, listed and logged.

    `give_up` says that asking the same server again in this run would be in vain.
    """

    def __init__(self, reason, give_up=False):
        super().__init__(reason)
        self.reason = reason
        self.give_up = give_up


@dataclass(frozen=True)
class Rate:
    """What the bank pays and asks for one unit, in đồng. None: the bank doesn't quote it."""

    currency: str
    name: str
    buy_cash: Decimal | None
    buy_transfer: Decimal | None
    sell: Decimal | None


@dataclass(frozen=True)
class RateSheet:
    source: str
    quoted_at: datetime
    rates: tuple[Rate, ...]


@dataclass(frozen=True)
class Reading:
    """The weather at one place: degrees Celsius, per cent, km/h, WMO code 4677."""

    source: str
    observed_at: datetime
    temperature: Decimal
    humidity: int | None
    wind_kmh: Decimal | None
    weather_code: int | None
    is_day: bool | None
    today_max: Decimal | None
    today_min: Decimal | None
    rain_probability: int | None
