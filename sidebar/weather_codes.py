"""WMO code 4677, as far as weather models use it, in words and as one of our own icons."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Sky:
    """`icon` is a name that templates/sidebar/weather_icon.html can draw."""

    words: str | Promise
    icon: str
    night_icon: str | None = None

    def icon_for(self, is_day):
        return self.night_icon if self.night_icon and is_day is False else self.icon


UNKNOWN = Sky(_("no description"), "unknown")
SKIES = {
    0: Sky(_("clear sky"), "sun", "moon"),
    1: Sky(_("mostly clear sky"), "sun", "moon"),
    2: Sky(_("partly cloudy"), "partly-cloudy", "cloud"),
    3: Sky(_("overcast"), "cloud"),
    45: Sky(_("fog"), "fog"),
    48: Sky(_("freezing fog"), "fog"),
    51: Sky(_("light drizzle"), "drizzle"),
    53: Sky(_("drizzle"), "drizzle"),
    55: Sky(_("heavy drizzle"), "drizzle"),
    56: Sky(_("light freezing drizzle"), "drizzle"),
    57: Sky(_("freezing drizzle"), "drizzle"),
    61: Sky(_("light rain"), "rain"),
    63: Sky(_("rain"), "rain"),
    65: Sky(_("heavy rain"), "rain"),
    66: Sky(_("light freezing rain"), "rain"),
    67: Sky(_("freezing rain"), "rain"),
    71: Sky(_("light snow"), "snow"),
    73: Sky(_("snow"), "snow"),
    75: Sky(_("heavy snow"), "snow"),
    77: Sky(_("snow grains"), "snow"),
    80: Sky(_("light showers"), "showers"),
    81: Sky(_("showers"), "showers"),
    82: Sky(_("violent showers"), "showers"),
    85: Sky(_("snow showers"), "snow"),
    86: Sky(_("heavy snow showers"), "snow"),
    95: Sky(_("thunderstorm"), "storm"),
    96: Sky(_("thunderstorm with hail"), "storm"),
    99: Sky(_("thunderstorm with heavy hail"), "storm"),
}


def sky(code):
    return SKIES.get(code, UNKNOWN)
