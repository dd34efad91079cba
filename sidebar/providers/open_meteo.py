"""Open-Meteo's weather for one place. CC BY 4.0: its name and link stand beside the data."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from django.conf import settings

from . import ProviderError, Reading, client

NAME = "open-meteo"
SOURCE = "Open-Meteo.com"

FIELDS = {
    "current": "temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m,is_day",
    "daily": "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max",
    "timezone": "Asia/Ho_Chi_Minh",
    "forecast_days": 3,
}
DEGREES = (-60, 60)
PER_CENT = (0, 100)


def fetch(region_latitude, region_longitude):
    """One place for one request: docs/decisions/0003-one-weather-request-per-region.md."""
    place = {"latitude": f"{region_latitude:.4f}", "longitude": f"{region_longitude:.4f}"}
    return client.get(
        settings.OPEN_METEO_URL, params=place | FIELDS, allow_types=("application/json",)
    )


def parse(body):
    """Raises ProviderError; a figure that is missing or absurd is None, but not the temperature."""
    answer = _answer(body)
    current = answer.get("current")
    if not isinstance(current, dict):
        raise ProviderError("no weather")
    temperature = _number(current.get("temperature_2m"), DEGREES)
    if temperature is None:
        raise ProviderError("no weather")
    observed_at = _time(current.get("time"), answer.get("utc_offset_seconds"))
    today = _today(answer.get("daily"), observed_at)
    is_day = _whole(current.get("is_day"), (0, 1))
    return Reading(
        source=SOURCE,
        observed_at=observed_at,
        temperature=temperature,
        humidity=_whole(current.get("relative_humidity_2m"), PER_CENT),
        wind_kmh=_number(current.get("wind_speed_10m"), (0, 400)),
        weather_code=_whole(current.get("weather_code"), (0, 99)),
        is_day=None if is_day is None else bool(is_day),
        today_max=_number(today.get("temperature_2m_max"), DEGREES),
        today_min=_number(today.get("temperature_2m_min"), DEGREES),
        rain_probability=_whole(today.get("precipitation_probability_max"), PER_CENT),
    )


def _answer(body):
    if not body.strip():
        raise ProviderError("empty")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderError("not json") from error
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


def _today(daily, observed_at):
    """The day's row, found by its date: the first one need not be today."""
    days = daily.get("time") if isinstance(daily, dict) else None
    day = observed_at.date().isoformat()
    if not isinstance(days, list) or day not in days:
        return {}
    row = days.index(day)
    return {
        name: column[row]
        for name, column in daily.items()
        if isinstance(column, list) and len(column) > row
    }


def _number(value, between):
    """One decimal, or None."""
    if type(value) not in (int, float) or not between[0] <= value <= between[1]:
        return None
    return Decimal(str(value)).quantize(Decimal("0.1"))


def _whole(value, between):
    number = _number(value, between)
    return None if number is None else int(number.to_integral_value())
