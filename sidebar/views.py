"""The public pages of rates, weather and visits. Nothing here opens a socket."""

import unicodedata
from operator import attrgetter

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Site

from . import currencies, exports, providers, statistics, visits, weather_codes, weather_words
from .blocks import FIRST_CURRENCIES
from .converter import DONG, Conversion
from .freshness import how_fresh
from .history import History
from .models import (
    CentralRate,
    ExchangeRate,
    GoldPrice,
    InheritedVisits,
    RateChange,
    WeatherRegion,
)

# A longer text names no currency.
LONGEST_QUESTION = 60
MONTH, YEAR = 30, 365
MONTHS = 12
# Letters that have no decomposition. U+00D0 is the Icelandic Eth, which old fonts wrote for Đ.
PLAIN = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"})


@require_safe
def rates(request):
    board = list(ExchangeRate.objects.board(FIRST_CURRENCIES))
    shown = _shown(board)
    question = " ".join(request.GET.get("q", "").split())[:LONGEST_QUESTION]
    closings = RateChange.objects.closings(MONTH)
    gold = list(GoldPrice.objects.all())
    context = how_fresh(board) | {
        "question": question,
        "lines": [
            (rate, history, None if rate.typed else history.move_since_yesterday(rate))
            for rate in _named(question, shown)
            for history in [History.until(rate, closings.get(rate.currency, []))]
        ],
        "rates": shown,
        "conversion": Conversion.read(request.GET, shown),
        "dong": DONG,
        "central": CentralRate.today(),
        "gold": _shown(gold),
        "gold_is": how_fresh(gold),
    }
    return render(request, "sidebar/rates_page.html", context)


@require_safe
def rates_csv(request):
    return exports.board(_shown(ExchangeRate.objects.board(FIRST_CURRENCIES)))


@require_safe
def currency(request, code):
    if code != code.lower():
        return redirect("sidebar:currency", code.lower(), permanent=True)
    code = code.upper()
    rate = ExchangeRate.objects.board().filter(currency=code).first()
    changes = RateChange.objects.filter(currency=code)
    earliest = changes.order_by("recorded_at").first()
    if not (rate or earliest or code in currencies.NAMES):
        raise Http404
    history = History.until(rate, RateChange.objects.closing(code, YEAR))
    is_shown = rate is not None and rate.is_shown
    context = how_fresh([rate] if rate else []) | {
        "code": code,
        "name": rate.local_name if rate else currencies.NAMES.get(code, code),
        "rate": rate if is_shown else None,
        "move": history.move_since_yesterday(rate) if is_shown and not rate.typed else None,
        "periods": [("month", history.last(MONTH)), ("year", history)] if history else [],
        "kept_since": earliest and earliest.recorded_at,
    }
    return render(request, "sidebar/currency_page.html", context)


@require_safe
def currency_csv(request, code):
    changes = RateChange.objects.filter(currency=code.upper()).order_by("recorded_at")
    if not changes and code.upper() not in currencies.NAMES:
        raise Http404
    return exports.history(code.upper(), changes)


@require_safe
def weather(request):
    regions = list(WeatherRegion.objects.with_reading())
    readings = [(region, region.last_reading) for region in regions]
    known = [reading for _region, reading in readings if reading]
    context = how_fresh(known) | {
        "has_figures": any(reading.is_shown for reading in known),
        "regions": [_told(region, reading) for region, reading in readings],
    }
    return render(request, "sidebar/weather_page.html", context)


def _told(region, reading):
    """A region's weather in words, as far as it is fresh enough."""
    if reading is None or not reading.is_shown:
        return {"region": region, "freshness": reading and reading.freshness}
    return {
        "region": region,
        "reading": reading,
        "freshness": reading.freshness,
        "source": providers.source(reading.source),
        "wind": weather_words.wind(reading.wind_kmh),
        "direction": weather_words.direction(reading.wind_from),
        "days": [
            {
                "day": day,
                "sky": weather_codes.sky(day.weather_code),
                "wind": weather_words.wind(day.wind_kmh),
                "rain": weather_words.rain(day.rain_mm),
                "chance": weather_words.chance_of_rain(day.rain_probability),
            }
            for day in reading.days
        ],
    }


@require_safe
def visit_statistics(request):
    first_day, today = statistics.recent_days()
    months_ago = today.year * 12 + today.month - MONTHS
    first_month = today.replace(year=months_ago // 12, month=months_ago % 12 + 1, day=1)
    # One query for both: twelve months are longer than thirty days.
    year = statistics.by_day(first_month, today)
    days = {day: counts for day, counts in year.items() if day >= first_day}
    months = statistics.by_month(year)
    began_on = next((day for day, counts in year.items() if any(counts)), None)

    site = Site.find_for_request(request)
    most_read, sections = statistics.recent_views(site.root_page) if site else ([], [])
    context = {
        "figures": visits.figures(),
        "inherited": InheritedVisits.objects.first(),
        "began_on": began_on if began_on and began_on > first_month else None,
        "periods": [
            ("day", _visits_picture(days, statistics.short_day), _since(began_on, days)),
            ("month", _visits_picture(months, statistics.month_name), _since(began_on, months)),
        ],
        "in_days": statistics.total(days.values()),
        "most_read": most_read,
        "sections": sections,
    }
    return render(request, "sidebar/statistics_page.html", context)


def _visits_picture(counted, name_of):
    told = _("%(count)s visits in all; the most: %(most)s (%(when)s).")
    series = [("visits", _("Visits"), attrgetter("visits"))]
    return statistics.picture(counted, series, name_of, told)


def _since(began_on, counted):
    """Without what lies before the counting: nobody counted zeros there."""
    if began_on is None:
        return []
    first = began_on if began_on in counted else began_on.replace(day=1)
    return [(when, counts) for when, counts in counted.items() if when >= first]


def _shown(rows):
    return [row for row in rows if row.is_shown]


def _named(question, rates):
    """Those that have a word beginning so, in code or name, for each word of the question."""
    asked = _fold(question).split()
    return [rate for rate in rates if all(_has(rate, word) for word in asked)]


def _has(rate, beginning):
    names = _fold(f"{rate.currency} {rate.local_name} {rate.name}").split()
    return any(name.startswith(beginning) for name in names)


def _fold(text):
    """Without marks and capitals."""
    decomposed = unicodedata.normalize("NFD", text.translate(PLAIN))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
