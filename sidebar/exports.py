"""Rates for spreadsheets: UTF-8, figures with a decimal point, times of the ISO kind."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.sheets import csv_file

from . import currencies, providers

PRICES = [
    gettext_lazy("Buys cash (đồng, decimal point)"),
    gettext_lazy("Buys by transfer (đồng, decimal point)"),
    gettext_lazy("Sells (đồng, decimal point)"),
]
SOURCE = [gettext_lazy("Source"), gettext_lazy("Terms of use")]


def board(rates):
    """The table of all rates. rates: ExchangeRates."""
    titles = [
        _("Currency code"),
        _("Currency"),
        *PRICES,
        _("Time at the source"),
        _("Fetched at"),
        *SOURCE,
    ]
    return csv_file("ty-gia.csv", titles, map(_row_of_board, rates))


def _row_of_board(rate):
    facts = [rate.currency, rate.local_name, *_prices(rate.shown)]
    if rate.typed:
        typed_at = _time(rate.typed.typed_at)
        until = _("until %(time)s") % {"time": _time(rate.typed.expires_at)}
        return [*facts, typed_at, typed_at, _("Typed by the office"), until]
    return [*facts, _time(rate.quoted_at), _time(rate.fetched_at), *_source(rate.source)]


def history(currency, changes):
    """Every change of one currency that is kept. changes: RateChanges."""
    titles = [
        _("Currency code"),
        _("Currency"),
        *PRICES,
        _("Recorded at"),
        _("Time at the source"),
        *SOURCE,
    ]
    name = str(currencies.NAMES.get(currency, currency))
    rows = (
        [
            currency,
            name,
            *_prices(change),
            _time(change.recorded_at),
            _time(change.quoted_at),
            *_source(change.source),
        ]
        for change in changes
    )
    return csv_file(f"ty-gia-{currency.lower()}.csv", titles, rows)


def _prices(priced):
    prices = (priced.buy_cash, priced.buy_transfer, priced.sell)
    return ["" if price is None else f"{price.normalize():f}" for price in prices]


def _time(moment):
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _source(name):
    source = providers.source(name)
    return [name, f"{source.terms}, {source.link}" if source else ""]
