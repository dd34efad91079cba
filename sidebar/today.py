"""The day's strip on top of every page: the main region's weather and what a US dollar costs."""

from dataclasses import dataclass

from .models import ExchangeRate, WeatherReading, WeatherRegion


@dataclass(frozen=True)
class Strip:
    """None: nothing that is fresh enough to stand on top of a page."""

    weather: WeatherReading | None
    dollar: ExchangeRate | None


def strip():
    region = WeatherRegion.objects.with_reading().first()
    return Strip(
        weather=_shown(region and region.last_reading),
        dollar=_shown(ExchangeRate.objects.board().filter(currency="USD").first()),
    )


def _shown(row):
    return row if row and row.is_shown else None
