"""The gold prices of Saigon Jewelry Company (SJC), which sets the country's gold bars."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from . import GoldPrice, GoldSheet, ProviderError, Source, address, client, figures

SOURCE = Source("SJC", "https://sjc.com.vn/", _("for reference only"))
ADDRESS = "https://sjc.com.vn/GoldPrice/Services/PriceService.ashx"

TIME_FORMATS = ("%H:%M %d/%m/%Y",)
# Thousands of đồng for a tael: a ring of half a chỉ is near 8,000, a bar near 170,000.
THOUSANDS = 1_000
DEAREST = Decimal(5_000_000)


def fetch():
    return client.get(address(__name__, ADDRESS), allow_types=("application/json", "text/html"))


def parse(body):
    """Raises ProviderError; a bad row is left out."""
    answer = figures.json_of(body)
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or answer.get("success") is not True:
        raise ProviderError("wrong root")
    prices = {}
    for row in rows:
        found = _price(row) if isinstance(row, dict) else None
        if found:
            prices.setdefault((found.name, found.branch), found)
    if not prices:
        raise ProviderError("no gold")
    quoted_at = figures.moment(answer.get("latestDate"), TIME_FORMATS)
    return GoldSheet(SOURCE.name, quoted_at, tuple(prices.values()))


def _price(row):
    name, branch = (row.get(key) for key in ("TypeName", "BranchName"))
    if not isinstance(name, str) or not isinstance(branch, str) or not name.strip():
        return None
    try:
        # "BuyValue" is the same in đồng, and was seen to be 0 beside a price.
        buy, sell = (figures.price(row.get(key), DEAREST) for key in ("Buy", "Sell"))
    except ValueError:
        return None
    if sell is None or (buy is not None and buy > sell):
        return None
    buy, sell = (None if one is None else one * THOUSANDS for one in (buy, sell))
    return GoldPrice(figures.words(name)[:80], figures.words(branch)[:60], buy, sell)
