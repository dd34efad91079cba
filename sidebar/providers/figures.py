"""What the parsers of all providers hold a figure against."""

import json
import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..currencies import NAMES
from . import ProviderError, Rate, RateSheet

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DEGREES = (-60, 60)
PER_CENT = (0, 100)
WIND_KMH = (0, 400)
RAIN_MM = (0, 2_000)
WMO_CODES = (0, 99)
COMPASS = (0, 360)

CODE = re.compile(r"[A-Z]{3}")
# Groups of three with commas, or none at all; a point before decimals.
PRICE = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.[0-9]{1,6})?")
# Đồng for one unit: the won is near 17, the Kuwaiti dinar near 88,000.
DEAREST_CURRENCY = Decimal(1_000_000)
# Of the currencies that we know by name. A sheet with fewer is a remnant.
FEWEST_RATES = 5


def price(text, dearest=DEAREST_CURRENCY):
    """Đồng; None where there is no quote, which sources write in four ways (`-`, nothing, 0, 0.00).
    ValueError on nonsense."""
    if not isinstance(text, str):
        raise ValueError
    text = text.strip()
    if text in ("", "-"):
        return None
    if not PRICE.fullmatch(text):
        raise ValueError
    found = Decimal(text.replace(",", "")).quantize(Decimal("0.0001"))
    if found > dearest:
        raise ValueError
    return found or None


def rate(code, name, buy_cash, buy_transfer, sell):
    """A Rate of texts, or None for a row that can't be right."""
    if not isinstance(code, str) or not CODE.fullmatch(code.strip()):
        return None
    try:
        prices = [price(text) for text in (buy_cash, buy_transfer, sell)]
    except ValueError:
        return None
    *buys, sells = prices
    bought = [one for one in buys if one is not None]
    if not (bought or sells is not None) or (sells is not None and max(bought, default=0) > sells):
        return None
    return Rate(code.strip(), words(name)[:60] if isinstance(name, str) else "", *prices)


def words(text):
    """On one line, without padding and what no database takes (NUL, half a surrogate)."""
    return " ".join("".join(filter(str.isprintable, word)) for word in text.split())


def sheet(source, quoted_at, rates):
    """A RateSheet of what rate() gave: a bad row is left out, too few good ones are refused.

    quoted_at: a function, asked only when the rates will do. Raises ProviderError.
    """
    good, contradicted = {}, set()
    for found in rates:
        if found and good.setdefault(found.currency, found).prices != found.prices:
            contradicted.add(found.currency)
    # Of two rows that contradict each other, nobody knows which one is right.
    whole = RateSheet(
        source, None, tuple(rate for code, rate in good.items() if code not in contradicted)
    )
    if fault := fault_of(whole):
        raise ProviderError(fault)
    return RateSheet(source, quoted_at(), whole.rates)


def fault_of(sheet):
    """Why a sheet with these rates is no sheet; None where it is one."""
    rates = {rate.currency: rate for rate in sheet.rates}
    if not rates:
        return "no rates"
    if len(rates.keys() & NAMES.keys()) < FEWEST_RATES:
        return "few rates"
    if "USD" not in rates or rates["USD"].sell is None:
        return "no usd"
    return None


def moment(text, formats):
    """An aware datetime; Vietnam's clock where the text names none. Raises ProviderError."""
    for form in formats:
        try:
            found = (
                datetime.fromisoformat(text)
                if form == "iso"
                else datetime.strptime(text.strip(), form)
            )
        except (ValueError, TypeError, AttributeError):
            continue
        if 2000 <= found.year < 2100:
            return found if found.tzinfo else found.replace(tzinfo=VIETNAM)
    raise ProviderError("bad time")


def json_of(body):
    """What a JSON body holds. Raises ProviderError."""
    if not body.strip():
        raise ProviderError("empty")
    try:
        # Left to itself json would guess at UTF-16 and let half a surrogate pass.
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        # A body in the wrong encoding is a ValueError too.
        raise ProviderError("not json") from error


def number(value, between):
    """One decimal, or None for what is no number or absurd."""
    if type(value) not in (int, float) or not between[0] <= value <= between[1]:
        return None
    return Decimal(str(value)).quantize(Decimal("0.1"))


def whole(value, between):
    found = number(value, between)
    return None if found is None else int(found.to_integral_value())
