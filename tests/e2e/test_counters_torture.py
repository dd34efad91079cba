"""Whoever counts is killed a few times while readers come; many times: make counters-torture."""

import pytest

from tests import servers
from tests.faults.counters import Report, torture

pytestmark = pytest.mark.once


def test_hits_are_counted_once_through_kills_of_whoever_counts_them():
    try:
        report = torture(hits=1000, rate=40, kills=7, seed=3)
    except servers.Missing as missing:
        pytest.skip(f"needs {missing}")
    assert report.faults == []
    assert report.sent == 1000
    assert 0 < report.answered <= report.counted + report.lost


def test_the_torture_would_see_what_is_lost_and_what_is_counted_twice():
    report = Report(answered=100, lost=2, twice=1, longest_loss=6, visitors_taken=9, visits=10)
    report.judge()
    assert len(report.faults) == 4
