"""Vietcombank's exchange rates of a day, as JSON: what the bank's own page reads."""

from django.utils import timezone

from . import ProviderError, address, client, figures, vietcombank

SOURCE = vietcombank.SOURCE
ADDRESS = "https://www.vietcombank.com.vn/api/exchangerates"


def fetch():
    # The office's day, not UTC's: before seven in the morning that would be yesterday's sheet.
    day = timezone.localdate(timezone=figures.VIETNAM)
    return client.get(
        address(__name__, ADDRESS),
        params={"date": day.isoformat()},
        allow_types=("application/json",),
    )


def parse(body):
    """Raises ProviderError; a bad row is left out, a sheet with too few good ones is refused."""
    answer = figures.json_of(body)
    rows = answer.get("Data") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise ProviderError("wrong root")
    rates = (
        figures.rate(
            row.get("currencyCode"),
            row.get("currencyName"),
            *(row.get(key) for key in ("cash", "transfer", "sell")),
        )
        for row in rows
        if isinstance(row, dict)
    )
    # "Date" only repeats the day that was asked for; a sheet of last week answers to it as well.
    return figures.sheet(
        SOURCE.name, lambda: figures.moment(answer.get("UpdatedDate"), ["iso"]), rates
    )
