"""Charts are sound pictures whatever the figures are, and say in words what they show."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from defusedxml import ElementTree
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from sidebar import charts
from sidebar.history import History
from sidebar.models import ExchangeRate, RateChange

PRICES = st.one_of(
    st.none(),
    st.decimals(Decimal("0.0001"), Decimal(9_999_999_999), places=4),
    st.decimals(Decimal(26_000), Decimal(26_500), places=0),
)
SERIES = st.lists(st.tuples(PRICES, PRICES), min_size=1, max_size=400)
TODAY = timezone.localdate


def history(prices, last=None):
    """Of (buys by transfer, sells), one pair a day; the last one today."""
    last = last or TODAY()
    days = [last - timedelta(days=back) for back in reversed(range(len(prices)))]
    return History(
        [
            (day, RateChange(currency="USD", buy_transfer=buys, sell=sells))
            for day, (buys, sells) in zip(days, prices, strict=True)
        ]
    )


def drawn(told):
    """The chart of a History as an element tree."""
    html = render_to_string(
        "sidebar/rate_chart.html", {"history": told, "period": "month", "code": "USD"}
    )
    found = re.search(r"<svg.*?</svg>", html, re.DOTALL)
    return found and ElementTree.fromstring(found.group())


def points(path):
    return [tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


def lines(picture):
    """{class: (path element's d, [circles])}"""
    return {
        group.get("class").removeprefix("line line-"): (
            group.find("path").get("d"),
            [(float(dot.get("cx")), float(dot.get("cy"))) for dot in group.findall("circle")],
        )
        for group in picture.iter("g")
    }


@tries(deadline=None, max_examples=150)
@given(SERIES)
def test_any_series_gives_a_sound_picture_with_every_point_inside(prices):
    picture = drawn(history(prices))
    known = [price for pair in prices for price in pair if price is not None]
    assert (picture is None) == (not known)
    if picture is None:
        return
    _x, _y, width, height = map(float, picture.get("viewBox").split())
    seen = 0
    for path, dots in lines(picture).values():
        assert re.fullmatch(r"(?:M[\d.]+ [\d.]+(?:L[\d.]+ [\d.]+)*)*", path)
        for x, y in points(path) + dots:
            assert 0 <= x <= width
            assert 0 <= y <= height
        seen += len(points(path))
    assert seen == len(known), "every figure has a point, and a gap has none"
    rungs = [float(rung.get("d").partition(" ")[2].partition("H")[0]) for rung in rungs_of(picture)]
    assert rungs == sorted(rungs, reverse=True)
    assert 2 <= len(rungs) <= 7


def rungs_of(picture):
    return [path for path in picture.iter("path") if path.get("class") == "rung"]


@tries(deadline=None)
@given(st.lists(PRICES, max_size=60))
def test_any_values_give_a_sparkline_inside_its_box(values):
    path = charts.sparkline(values)
    known = [value for value in values if value is not None]
    assert len(points(path)) == (len(known) if len(known) > 1 else 0)
    for x, y in points(path):
        assert 0 <= x <= charts.SPARK_WIDTH
        assert 0 <= y <= charts.SPARK_HEIGHT


def test_higher_is_further_up_and_later_further_right():
    picture = drawn(history([(None, Decimal(26_000)), (None, Decimal(26_300))]))
    path, dots = lines(picture)["sell"]
    (x, y), (later_x, higher_y) = points(path)
    assert later_x > x
    assert higher_y < y
    assert dots == [(later_x, higher_y)], "the end is marked"
    assert lines(picture)["buy_transfer"] == ("", [])


def test_a_day_without_a_quote_is_a_gap_and_a_lonely_day_a_dot():
    prices = [(None, price and Decimal(price)) for price in (1, 2, None, 3, None, 4, 5)]
    path, dots = lines(drawn(history(prices)))["sell"]
    assert [len(points(f"M{part}")) for part in path.split("M")[1:]] == [2, 1, 2]
    assert len(dots) == 2, "the lonely one and the end"


@pytest.mark.parametrize("prices", [[Decimal("171.45")], [Decimal(26_000)] * 30])
def test_one_point_and_constant_values_stand_in_the_middle_with_labels_around(prices):
    picture = drawn(history([(None, price) for price in prices]))
    path, dots = lines(picture)["sell"]
    heights = {y for _x, y in points(path)}
    assert len(heights) == 1
    assert charts.TOP < heights.pop() < charts.HEIGHT - charts.BOTTOM
    assert dots
    assert len(rungs_of(picture)) >= 2


def test_labels_are_written_as_vietnamese_write():
    prices = [(Decimal("171.2"), Decimal("171.9")), (Decimal("171.3"), Decimal("172.1"))]
    picture = drawn(history(prices, last=date(2026, 3, 1)))
    texts = [text.text for text in picture.iter("text")]
    assert "171,5" in texts
    assert texts[-2:] == ["1/3", "28/2"]
    large = drawn(history([(Decimal(26_000), Decimal(26_400))]))
    assert "26.400" in [text.text for text in large.iter("text")]


@pytest.mark.parametrize("span", [1, 2, 6, 11, 30, 45, 90, 200, 365])
def test_days_are_few_and_do_not_touch(span):
    days = [date(2026, 11, 28) - timedelta(days=back) for back in reversed(range(span))]
    chart = charts.line_chart(days, {"sell": [Decimal(26_000)] * span})
    places = sorted(float(x) for x, _label in chart.ticks)
    assert 1 <= len(places) <= 7
    # Five characters of the largest letters.
    assert all(right - left > 45 for left, right in pairwise(places))


def test_a_long_label_has_room_at_the_left():
    chart = charts.line_chart([date(2026, 1, 1)], {"sell": [Decimal("9999999999.5")]})
    longest = max(len(label) for _y, label in chart.rungs)
    assert float(chart.left) >= longest * 9


def test_the_picture_says_in_words_how_far_the_rate_went():
    prices = [(None, Decimal(price)) for price in (26_000, 25_800, 26_300, 26_260)]
    picture = drawn(history(prices, last=date(2026, 11, 28)))
    assert picture.get("role") == "img"
    title, words = picture.find("title"), picture.find("desc")
    assert picture.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
    for part in ("26.000", "25/11/2026", "26.260", "28/11/2026", "260", "1,00%"):
        assert part in words.text
    for part in ("25.800", "26/11/2026", "26.300", "27/11/2026"):
        assert part in words.text
    assert gettext("The selling rate") in words.text


def test_a_rate_that_stood_still_is_said_to():
    words = history([(None, Decimal("171.5"))] * 3).words
    assert words.count("171,50") == 1
    assert "0,00%" not in words


def test_of_a_currency_that_is_not_sold_the_buying_rate_is_told():
    told = history([(Decimal(17), None), (Decimal(18), None)])
    assert gettext("The buying rate by transfer") in told.words
    assert told.sparkline


def test_a_history_ends_with_the_last_sheet_that_somebody_read():
    told = history([(None, Decimal(26_000))] * 10)
    three_days_ago = timezone.make_aware(datetime.combine(TODAY(), time(8))) - timedelta(days=3)
    rate = ExchangeRate(currency="USD", fetched_at=three_days_ago)
    assert History.until(rate, told.days).days == told.days[:-3]
    gone = [(day, RateChange(recorded_at=three_days_ago)) for day, _change in told.days]
    assert len(History.until(None, gone).days) == 7
    assert not History.until(rate, [])


@pytest.mark.parametrize(
    ("yesterday", "now", "amount"),
    [
        (Decimal(26_000), Decimal(26_100), 100),
        (Decimal(26_100), Decimal(26_000), -100),
        (Decimal(26_000), Decimal(26_000), 0),
        (None, Decimal(26_000), None),
        (Decimal(26_000), None, None),
    ],
)
def test_a_move_is_from_yesterdays_close_to_now(yesterday, now, amount):
    told = history([(None, yesterday), (None, Decimal(1))])
    move = told.move_since_yesterday(ExchangeRate(sell=now))
    assert (move and move.amount) == amount
