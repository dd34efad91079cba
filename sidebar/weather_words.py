"""Wind and rain as Vietnamese bulletins put them."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The strongest wind of each grade in km/h, from 0 on. Source: the Beaufort table in the annexes of
# Decision 18/2021/QĐ-TTg on forecasts and warnings of natural disasters.
BEAUFORT = (0, 5, 11, 19, 28, 38, 49, 61, 74, 88, 102, 117, 133, 149, 166, 183, 201, 220)
# From which grade on it is called so: that table tells these classes of danger apart.
STRENGTHS = (
    (12, _("extremely strong wind")),
    (10, _("violent wind")),
    (8, _("very strong wind")),
    (6, _("strong wind")),
    (4, _("moderate wind")),
    (1, _("light wind")),
    (0, _("calm")),
)
DIRECTIONS = (
    _("from the north"),
    _("from the north-east"),
    _("from the east"),
    _("from the south-east"),
    _("from the south"),
    _("from the south-west"),
    _("from the west"),
    _("from the north-west"),
)

# Above so many mm in 24 hours. Source: what the weather service measures by, 16 to 50 moderate, 51
# to 100 heavy, more very heavy; "heavy" also in article 3 of Decision 18/2021/QĐ-TTg.
RAINS = (
    (Decimal(100), _("a very large amount of rain")),
    (Decimal(50), _("a large amount of rain")),
    (Decimal("15.9"), _("a moderate amount of rain")),
    (Decimal(0), _("a small amount of rain")),
)
# From so many per cent on. Our own words: bulletins give no figures.
CHANCES = (
    (90, _("rain almost certain")),
    (70, _("rain likely")),
    (40, _("rain possible")),
    (10, _("rain unlikely")),
    (0, _("hardly any rain")),
)


@dataclass(frozen=True)
class Wind:
    """A grade of Beaufort's, as far as the table goes, and what it is called."""

    grade: int
    words: str | Promise
    is_beyond: bool = False


def wind(kmh):
    """None where the speed isn't known."""
    if kmh is None:
        return None
    whole = Decimal(kmh).quantize(Decimal(1), ROUND_HALF_UP)
    grade = next((grade for grade, most in enumerate(BEAUFORT) if whole <= most), len(BEAUFORT) - 1)
    words = next(words for least, words in STRENGTHS if grade >= least)
    return Wind(grade, words, is_beyond=whole > BEAUFORT[-1])


def direction(degrees):
    """Where the wind comes from, of the eight that bulletins name; None where it isn't known."""
    return None if degrees is None else DIRECTIONS[round(degrees / 45) % 8]


def rain(mm):
    """What falls in a day; None where it isn't known."""
    if mm is None:
        return None
    return next((words for above, words in RAINS if mm > above), _("no rain"))


def chance_of_rain(percent):
    if percent is None:
        return None
    return next(words for least, words in CHANCES if percent >= least)
