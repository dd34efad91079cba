"""The Norwegian Meteorological Institute's forecast for one place (Locationforecast 2.0, compact).

Its terms ask for a User-Agent that says who we are, at most four decimals in coordinates, and that
Expires and If-Modified-Since are honoured; the client does."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from . import Day, ProviderError, Reading, Source, address, client, figures
from .figures import VIETNAM, number, whole

SOURCE = Source("MET Norway", "https://www.met.no/en", _("CC BY 4.0 licence"))
ADDRESS = "https://api.met.no/weatherapi/locationforecast/2.0/compact"

# Steps are an hour apart at first and six hours later on.
LONGEST_STEP = timedelta(hours=6)
DAYS = 6
KMH = 3.6  # of a metre in a second

# Its symbols in the codes that the rest of us speaks. Thunder is said apart.
SYMBOLS = {
    "clearsky": 0,
    "fair": 1,
    "partlycloudy": 2,
    "cloudy": 3,
    "fog": 45,
    "lightrain": 61,
    "rain": 63,
    "heavyrain": 65,
    "lightrainshowers": 80,
    "rainshowers": 81,
    "heavyrainshowers": 82,
    "lightsleet": 66,
    "sleet": 67,
    "heavysleet": 67,
    "lightsleetshowers": 66,
    "sleetshowers": 67,
    "heavysleetshowers": 67,
    "lightsnow": 71,
    "snow": 73,
    "heavysnow": 75,
    "lightsnowshowers": 85,
    "snowshowers": 85,
    "heavysnowshowers": 86,
}
THUNDER = 95


def fetch(latitude, longitude):
    place = {"lat": f"{latitude:.4f}", "lon": f"{longitude:.4f}"}
    return client.get(address(__name__, ADDRESS), params=place, allow_types=("application/json",))


@dataclass(frozen=True)
class _Step:
    begins: datetime  # on Vietnam's clock
    instant: dict
    # {hours: what is said of so many hours from its beginning}
    next: dict


def parse(body, now=None):
    """Raises ProviderError. The reading is of the step that holds `now` (the current time)."""
    steps = _steps(figures.json_of(body))
    now = now or datetime.now(VIETNAM)
    begun = [step for step in steps if step.begins <= now]
    step = begun[-1] if begun else steps[0]
    temperature = number(step.instant.get("air_temperature"), figures.DEGREES)
    if temperature is None or now - step.begins > LONGEST_STEP:
        raise ProviderError("no weather")
    hours = step.next.get(1) or step.next.get(6) or {}
    code, is_day = _symbol(hours)
    return Reading(
        source=SOURCE.name,
        observed_at=step.begins,
        temperature=temperature,
        humidity=whole(step.instant.get("relative_humidity"), figures.PER_CENT),
        wind_kmh=_kmh(step),
        wind_from=whole(step.instant.get("wind_from_direction"), figures.COMPASS),
        rain_mm=_rain(step.next.get(1)),
        weather_code=code,
        is_day=is_day,
        days=_days([one for one in steps if one.begins.date() >= now.date()]),
    )


def _steps(answer):
    """In the order of time. What is no step is left out."""
    properties = answer.get("properties") if isinstance(answer, dict) else None
    series = properties.get("timeseries") if isinstance(properties, dict) else None
    if not isinstance(series, list):
        raise ProviderError("wrong root")
    found = []
    for row in series:
        data = row.get("data") if isinstance(row, dict) else None
        instant = _details(data.get("instant")) if isinstance(data, dict) else None
        if not instant:
            continue
        begins = figures.moment(row.get("time"), ["iso"]).astimezone(VIETNAM)
        parts = {hours: data.get(f"next_{hours}_hours") for hours in (1, 6)}
        known = {hours: part for hours, part in parts.items() if isinstance(part, dict)}
        found.append(_Step(begins, instant, known))
    if not found:
        raise ProviderError("no weather")
    return sorted(found, key=lambda step: step.begins)


def _details(part):
    details = part.get("details") if isinstance(part, dict) else None
    return details if isinstance(details, dict) else {}


def _kmh(step):
    speed = step.instant.get("wind_speed")
    return number(speed * KMH, figures.WIND_KMH) if type(speed) in (int, float) else None


def _rain(hours):
    return number(_details(hours).get("precipitation_amount"), figures.RAIN_MM)


def _symbol(hours):
    """(WMO code, whether the sun is up) of "lightrainshowers_day"; None for what isn't known."""
    summary = hours.get("summary")
    text = summary.get("symbol_code") if isinstance(summary, dict) else None
    if not isinstance(text, str):
        return None, None
    name, _underscore, light = text.partition("_")
    is_day = {"day": True, "night": False}.get(light)
    return THUNDER if name.endswith("andthunder") else SYMBOLS.get(name), is_day


def _days(steps):
    by_day = defaultdict(list)
    for step in steps:
        by_day[step.begins.date()].append(step)
    days = (_day(day, by_day[day]) for day in sorted(by_day)[:DAYS])
    # The last steps say too little for a whole day.
    return tuple(day for day in days if day.weather_code is not None)


def _day(day, steps):
    degrees = [number(step.instant.get("air_temperature"), figures.DEGREES) for step in steps]
    degrees = [one for one in degrees if one is not None]
    winds = [wind for wind in map(_kmh, steps) if wind is not None]
    rain, rained_until, codes = None, None, []
    for step in steps:
        hours = 1 if 1 in step.next else 6
        code, _is_day = _symbol(step.next.get(hours) or {})
        if code is not None:
            codes.append((step.begins, code))
        amount = _rain(step.next.get(hours))
        # Steps may overlap where the hourly ones end: no hour's rain counts twice.
        if amount is not None and (rained_until is None or step.begins >= rained_until):
            rain = (rain or 0) + amount
            rained_until = step.begins + timedelta(hours=hours)
    return Day(
        day=day,
        weather_code=_code_of_day(codes),
        lowest=min(degrees, default=None),
        highest=max(degrees, default=None),
        rain_mm=rain,
        wind_kmh=max(winds, default=None),
    )


def _code_of_day(codes):
    """The worst that falls from the sky by day; of a dry day, how it looks at noon."""
    by_day = [(begins, code) for begins, code in codes if 6 <= begins.hour < 21] or codes
    if not by_day:
        return None
    worst = max(code for _begins, code in by_day)
    if worst >= 51:
        return worst
    return min(by_day, key=lambda pair: abs(pair[0].hour - 12))[1]
