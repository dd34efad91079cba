"""Vietcombank's sheet of exchange rates, as XML. The bank calls it "for reference only"."""

import re
from datetime import datetime
from decimal import Decimal
from xml.etree.ElementTree import ParseError
from zoneinfo import ZoneInfo

from defusedxml import ElementTree
from django.conf import settings

from ..currencies import NAMES
from . import ProviderError, Rate, RateSheet, client

NAME = "vietcombank"
SOURCE = "Vietcombank"

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# Month first with AM or PM is what the bank writes; day first with 24 hours was seen elsewhere.
TIME_FORMATS = ("%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S")
NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.[0-9]{1,6})?")
CODE = re.compile(r"[A-Z]{3}")
# Đồng for one unit: the won is near 17, the Kuwaiti dinar near 88,000.
DEAREST = Decimal(1_000_000)
FEWEST = 5


def fetch():
    # text/html is what such pages of the bank's say when nobody set a type; the root decides.
    types = ("text/xml", "application/xml", "text/html")
    return client.get(settings.VIETCOMBANK_URL, allow_types=types)


def parse(body):
    """Raises ProviderError; a bad row is left out, a sheet with too few good ones is refused."""
    root = _root(body)
    if root.tag != "ExrateList":
        raise ProviderError("wrong root")
    rates = {}
    for row in root.iter("Exrate"):
        rate = _rate(row)
        if rate:
            # Of two rows for one currency, the first.
            rates.setdefault(rate.currency, rate)
    if not rates:
        raise ProviderError("no rates")
    if len(rates.keys() & NAMES.keys()) < FEWEST:
        raise ProviderError("few rates")
    if "USD" not in rates or rates["USD"].sell is None:
        raise ProviderError("no usd")
    return RateSheet(SOURCE, _time(root.findtext("DateTime")), tuple(rates.values()))


def _root(body):
    body = body.lstrip(b" \t\r\n")
    if not body:
        raise ProviderError("empty")
    try:
        return ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        # ValueError is defusedxml's own base and a bad encoding; LookupError an unknown encoding.
        raise ProviderError("not xml") from error


def _time(text):
    for form in TIME_FORMATS:
        try:
            moment = datetime.strptime((text or "").strip(), form)
        except ValueError:
            continue
        if 2000 <= moment.year < 2100:
            return moment.replace(tzinfo=VIETNAM)
    raise ProviderError("bad time")


def _rate(row):
    code = row.get("CurrencyCode", "").strip()
    try:
        buy_cash, buy_transfer, sell = (_price(row.get(key)) for key in ("Buy", "Transfer", "Sell"))
    except ValueError:
        return None
    buys = [price for price in (buy_cash, buy_transfer) if price is not None]
    if not CODE.fullmatch(code) or not (buys or sell is not None):
        return None
    if sell is not None and any(price > sell for price in buys):
        return None
    # Names are padded to 20 characters.
    name = " ".join(row.get("CurrencyName", "").split())[:60]
    return Rate(code, name, buy_cash, buy_transfer, sell)


def _price(text):
    """None where the bank doesn't quote, which it writes in four ways; ValueError on nonsense."""
    if text is None:
        raise ValueError
    text = text.strip()
    if text in ("", "-"):
        return None
    if not NUMBER.fullmatch(text):
        raise ValueError
    price = Decimal(text.replace(",", "")).quantize(Decimal("0.0001"))
    if price > DEAREST:
        raise ValueError
    return price or None
