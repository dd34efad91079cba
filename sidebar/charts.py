"""Charts as SVG: geometry alone, which templates draw and the stylesheet colours.

Coordinates are texts, for a template would write a number as Vietnamese do, with a comma."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.utils.formats import date_format, number_format

WIDTH, HEIGHT = 480, 250
TOP, RIGHT, BOTTOM = 14, 28, 32
# A character of the labels where they are largest, on a phone: portal.css draws them so.
CHARACTER = Decimal("9.2")
# About so many lines across.
RUNGS = 4
MOST_TICKS = 6
# Of a bar's place, what stays empty on each side of it.
BAR_EDGE = Decimal("0.1")

SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 96, 24, 2


@dataclass(frozen=True)
class Line:
    kind: str
    path: str
    # [(x, y)] of what no line leads to or from, and of the end.
    dots: list


@dataclass(frozen=True, kw_only=True)
class Chart:
    # [(y, label)] and [(x, label)]
    rungs: list
    ticks: list
    left: str
    width: str = str(WIDTH)
    height: str = str(HEIGHT)
    right: str = str(WIDTH - RIGHT)
    bottom: str = str(HEIGHT - BOTTOM)


@dataclass(frozen=True, kw_only=True)
class LineChart(Chart):
    lines: list[Line]


@dataclass(frozen=True)
class Bars:
    kind: str
    path: str


@dataclass(frozen=True, kw_only=True)
class BarChart(Chart):
    bars: list[Bars]


def line_chart(days, series):
    """A LineChart, or None where there is nothing to draw.

    days: dates, the oldest first; series: {kind: a Decimal or None for each day}, None is a gap.
    """
    known = [value for values in series.values() for value in values if value is not None]
    if not known:
        return None
    rungs = _rungs(min(known), max(known))
    labels = [_label(rung, rungs[1] - rungs[0]) for rung in rungs]
    left = _room_for(labels)

    def x(day):
        if days[0] == days[-1]:
            return (left + WIDTH - RIGHT) / 2
        share = Decimal((day - days[0]).days) / (days[-1] - days[0]).days
        return left + share * (WIDTH - RIGHT - left)

    def y(value):
        return _height_of(value, rungs)

    return LineChart(
        lines=[
            _line(kind, [v if v is None else (x(d), y(v)) for d, v in zip(days, vs, strict=True)])
            for kind, vs in series.items()
        ],
        rungs=[(_text(y(rung)), label) for rung, label in zip(rungs, labels, strict=True)],
        ticks=[
            (_text(x(day)), date_format(day, "MONTH_DAY_FORMAT"))
            for day in _ticks(days[0], days[-1])
        ],
        left=_text(left),
    )


def bar_chart(names, series):
    """A BarChart, or None where nothing was counted.

    names: what is written below the bars, as far as there is room; series: {kind: a count for each
    bar}, of which each kind stands on top of the one before.
    """
    tops = [sum(counts) for counts in zip(*series.values(), strict=True)]
    if not any(tops):
        return None
    rungs = _rungs(Decimal(0), Decimal(max(tops)), least=1)
    labels = [_label(rung, rungs[1] - rungs[0]) for rung in rungs]
    left = _room_for(labels)
    slot = (WIDTH - RIGHT - left) / len(names)
    bars, floors = [], [0] * len(names)
    for kind, counts in series.items():
        path = []
        for number, count in enumerate(counts):
            if count:
                low, high = (
                    _height_of(value, rungs) for value in (floors[number], floors[number] + count)
                )
                x, wide = _text(left + (number + BAR_EDGE) * slot), _text((1 - 2 * BAR_EDGE) * slot)
                path.append(f"M{x} {_text(low)}v{_text(high - low)}h{wide}V{_text(low)}z")
        bars.append(Bars(kind, "".join(path)))
        floors = [floor + count for floor, count in zip(floors, counts, strict=True)]
    # From the last one back, so that it always has its name.
    apart = math.ceil((max(map(len, names)) + 2) * CHARACTER / slot)
    named = range(len(names) - 1, -1, -apart)
    return BarChart(
        bars=bars,
        rungs=[
            (_text(_height_of(rung, rungs)), label)
            for rung, label in zip(rungs, labels, strict=True)
        ],
        ticks=[(_text(left + (n + Decimal("0.5")) * slot), names[n]) for n in named],
        left=_text(left),
    )


def sparkline(values):
    """The path of a line without axes in a box of SPARK_WIDTH × SPARK_HEIGHT; "" where there is
    nothing to draw. None is a gap."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    height = SPARK_HEIGHT - 2 * SPARK_EDGE
    step = Decimal(SPARK_WIDTH - 2 * SPARK_EDGE) / (len(values) - 1)

    def place(number, value):
        share = (value - low) / (high - low) if high > low else Decimal("0.5")
        return SPARK_EDGE + number * step, SPARK_EDGE + (1 - share) * height

    return _line("", [v if v is None else place(n, v) for n, v in enumerate(values)]).path


def _line(kind, points):
    path, dots, pen_is_down = [], [], False
    for number, point in enumerate(points):
        if point:
            path.append(f"{'L' if pen_is_down else 'M'}{_text(point[0])} {_text(point[1])}")
            is_last = number + 1 == len(points) or points[number + 1] is None
            if is_last and (not pen_is_down or not any(points[number + 1 :])):
                dots.append(tuple(map(_text, point)))
        pen_is_down = point is not None
    return Line(kind, "".join(path), dots)


def _room_for(labels):
    return 12 + CHARACTER * max(map(len, labels))


def _height_of(value, rungs):
    share = (value - rungs[0]) / (rungs[-1] - rungs[0])
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _rungs(low, high, least=0):
    """Round values from one at or below the lowest to one at or above the highest, which lie no
    nearer to each other than `least`."""
    if low == high:
        # Some room, or the line would lie on the floor.
        room = abs(low) / 100 or Decimal(1)
        low, high = low - room, high + room
    step = max(_step((high - low) / RUNGS), Decimal(least))
    bottom = (low / step).to_integral_value(ROUND_FLOOR) * step
    top = (high / step).to_integral_value(ROUND_CEILING) * step
    return [bottom + number * step for number in range(int((top - bottom) / step) + 1)]


def _step(least):
    """The next of 1, 2, 5, 10, 20, 50 … and their tenths."""
    power = Decimal(1).scaleb(least.adjusted())
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least)


def _label(value, step):
    return number_format(value, max(0, -step.adjusted()), force_grouping=True)


def _ticks(first, last):
    """A few days that one can name: weeks back from the last one, or the first of months."""
    span = (last - first).days
    for step in (1, 2, 7, 14):
        if span // step < MOST_TICKS:
            return [last - timedelta(days=back) for back in range(0, span + 1, step)]
    months = [
        date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)
    ]
    inside = [day for day in months if first <= day <= last]
    apart = next(n for n in (1, 2, 3, 6, 12) if len(inside) <= n * MOST_TICKS or n == 12)
    return [day for day in inside if (day.month - 1) % apart == 0]


def _text(coordinate):
    return f"{coordinate:.1f}".removesuffix(".0")
