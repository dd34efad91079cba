"""Where a directive stands on a day, from its dates and relations."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.effect import ALWAYS, NEVER, Effect, Facts, effect_on, timeline

START = date(2020, 1, 1)
days = st.integers(0, 60).map(lambda number: START + timedelta(days=number))
spans = st.tuples(days, st.none() | days).filter(lambda span: span[1] is None or span[0] <= span[1])
facts = st.builds(
    Facts,
    effective_on=days,
    expires_on=st.none() | days | st.just(date.max),
    withdrawn_on=st.none() | days,
    suspensions=st.lists(spans, max_size=3).map(tuple),
    replaced_on=st.lists(days, max_size=2).map(tuple),
    amended_on=st.lists(days, max_size=2).map(tuple),
)


def told_in_words(told, day):
    """The rules once more, as a lawyer goes through them: what stands, then what ends it."""
    effect = "in-force" if day >= told.effective_on else "not-yet"
    if effect == "in-force" and min(told.amended_on, default=NEVER) <= day:
        effect = "partly"
    for first, last in told.suspensions:
        if effect in ("in-force", "partly") and first <= day and (last is None or day <= last):
            effect = "suspended"
    if told.expires_on is not None and not day <= told.expires_on:
        effect = "expired"
    if min(told.replaced_on, default=NEVER) <= day:
        effect = "superseded"
    if told.withdrawn_on is not None and not day < told.withdrawn_on:
        effect = "withdrawn"
    return effect


@given(facts, days)
def test_the_effect_of_any_day_follows_from_the_rules(told, day):
    assert effect_on(told, day) == told_in_words(told, day)


@given(facts)
def test_periods_cover_all_time_without_gap_or_overlap(told):
    periods = timeline(told)
    assert periods[0].starts_on == ALWAYS
    assert periods[-1].ends_before == NEVER
    for one, following in pairwise(periods):
        assert one.ends_before == following.starts_on
        assert one.effect != following.effect
        assert one.starts_on < one.ends_before


@given(facts, days)
def test_the_period_of_a_day_says_what_the_day_says(told, day):
    [period] = [period for period in timeline(told) if period.covers(day)]
    assert period.effect == told_in_words(told, day)


@pytest.mark.parametrize(
    ("told", "day", "expected"),
    [
        (Facts(START), START - timedelta(days=1), Effect.NOT_YET),
        (Facts(START), START, Effect.IN_FORCE),
        (Facts(START, expires_on=START), START, Effect.IN_FORCE),
        (Facts(START, expires_on=START), START + timedelta(days=1), Effect.EXPIRED),
        (Facts(START, replaced_on=(date(2021, 1, 1),)), date(2020, 12, 31), Effect.IN_FORCE),
        (Facts(START, replaced_on=(date(2021, 1, 1),)), date(2021, 1, 1), Effect.SUPERSEDED),
        (Facts(START, amended_on=(date(2021, 1, 1),)), date(2021, 1, 1), Effect.PARTLY),
        (Facts(START, suspensions=((START, None),)), date(2030, 1, 1), Effect.SUSPENDED),
        (
            Facts(START, suspensions=((START, START),), amended_on=(START,)),
            START + timedelta(days=1),
            Effect.PARTLY,
        ),
        # Replaced before it ever came into force.
        (Facts(START, replaced_on=(date(2019, 1, 1),)), date(2019, 6, 1), Effect.SUPERSEDED),
        (
            Facts(START, replaced_on=(START,), withdrawn_on=date(2020, 2, 1)),
            date(2020, 2, 1),
            Effect.WITHDRAWN,
        ),
        (Facts(START, expires_on=date.max), date.max - timedelta(days=1), Effect.IN_FORCE),
    ],
)
def test_first_and_last_days_count(told, day, expected):
    assert effect_on(told, day) == expected


def test_the_last_day_of_a_period_is_none_while_no_end_is_known():
    not_yet, in_force = timeline(Facts(START))
    assert not_yet.last_day == START - timedelta(days=1)
    assert in_force.last_day is None


def test_lists_say_from_when_what_is_not_yet_in_force_will_be():
    assert Effect.NOT_YET.worded(date(2026, 12, 1)) == "Có hiệu lực từ 1/12/2026"
    # A draft's day may be missing.
    assert Effect.NOT_YET.worded(None) == Effect.NOT_YET.label
    assert Effect.IN_FORCE.worded(date(2026, 12, 1)) == Effect.IN_FORCE.label
