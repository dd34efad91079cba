"""Open-Meteo's weather for one place. CC BY 4.0: its name and link stand beside the data."""

from datetime import date, datetime, timedelta, timezone

from django.utils.translation import gettext_lazy as _

from . import Day, ProviderError, Reading, Source, address, client, figures
from .figures import number, whole

SOURCE = Source("Open-Meteo.com", "https://open-meteo.com/", _("CC BY 4.0 licence"))
ADDRESS = "https://api.open-meteo.com/v1/forecast"

FIELDS = {
    "current": "temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m,"
    "wind_direction_10m,precipitation,is_day",
    "daily": "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max,"
    "precipitation_sum,wind_speed_10m_max",
    "timezone": "Asia/Ho_Chi_Minh",
    # Today and five more.
    "forecast_days": 6,
}


def fetch(latitude, longitude):
    """One place for one request: docs/decisions/0003-one-weather-request-per-region.md."""
    place = {"latitude": f"{latitude:.4f}", "longitude": f"{longitude:.4f}"}
    return client.get(
        address(__name__, ADDRESS), params=place | FIELDS, allow_types=("application/json",)
    )


def parse(body):
    """Raises ProviderError; a figure that is missing or absurd is None, but not the temperature."""
    answer = _answer(body)
    current = answer.get("current")
    if not isinstance(current, dict):
        raise ProviderError("no weather")
    temperature = number(current.get("temperature_2m"), figures.DEGREES)
    if temperature is None:
        raise ProviderError("no weather")
    observed_at = _time(current.get("time"), answer.get("utc_offset_seconds"))
    is_day = whole(current.get("is_day"), (0, 1))
    return Reading(
        source=SOURCE.name,
        observed_at=observed_at,
        temperature=temperature,
        humidity=whole(current.get("relative_humidity_2m"), figures.PER_CENT),
        wind_kmh=number(current.get("wind_speed_10m"), figures.WIND_KMH),
        wind_from=whole(current.get("wind_direction_10m"), figures.COMPASS),
        rain_mm=number(current.get("precipitation"), figures.RAIN_MM),
        weather_code=whole(current.get("weather_code"), figures.WMO_CODES),
        is_day=None if is_day is None else bool(is_day),
        days=_days(answer.get("daily"), observed_at.date()),
    )


def _answer(body):
    answer = figures.json_of(body)
    if isinstance(answer, list) and answer:
        # One place was asked for; mirrors answer a list all the same.
        answer = answer[0]
    if not isinstance(answer, dict):
        raise ProviderError("no weather")
    if answer.get("error"):
        raise ProviderError("error answer")
    return answer


def _time(text, offset):
    """Local time without offset, as Open-Meteo writes it, with the offset that it gives beside."""
    if not isinstance(text, str) or type(offset) is not int or abs(offset) > 14 * 3600:
        raise ProviderError("bad time")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ProviderError("bad time") from error
    if not 2000 <= moment.year < 2100:
        raise ProviderError("bad time")
    return moment.replace(tzinfo=moment.tzinfo or timezone(timedelta(seconds=offset)))


def _days(daily, today):
    """Those from today on: the first row need not be today's."""
    texts = daily.get("time") if isinstance(daily, dict) else None
    if not isinstance(texts, list):
        return ()
    found = {}
    for row, text in enumerate(texts):
        try:
            day = date.fromisoformat(text)
        except (ValueError, TypeError):
            continue
        if day >= today:
            found.setdefault(day, _day(day, _row(daily, row)))
    return tuple(found[day] for day in sorted(found))


def _row(daily, row):
    return {
        name: column[row]
        for name, column in daily.items()
        if isinstance(column, list) and len(column) > row
    }


def _day(day, row):
    return Day(
        day=day,
        weather_code=whole(row.get("weather_code"), figures.WMO_CODES),
        lowest=number(row.get("temperature_2m_min"), figures.DEGREES),
        highest=number(row.get("temperature_2m_max"), figures.DEGREES),
        rain_probability=whole(row.get("precipitation_probability_max"), figures.PER_CENT),
        rain_mm=number(row.get("precipitation_sum"), figures.RAIN_MM),
        wind_kmh=number(row.get("wind_speed_10m_max"), figures.WIND_KMH),
    )
