"""A provider that fails again and again is left alone for a while, then tried once."""

import logging
from datetime import timedelta

import pytest

from sidebar import feeds
from sidebar.models import ExchangeRate, ProviderState
from sidebar.models.feeds import RATES

from .feed_server import RATES as SHEET
from .feed_server import serving

pytestmark = [pytest.mark.enable_socket, pytest.mark.django_db]

GOOD = {"body": SHEET, "Content_Type": "text/xml"}


@pytest.fixture
def server(settings):
    with serving() as server:
        settings.FEEDS = {"rates": ["vietcombank"], "weather": [], "gold": []}
        settings.FEED_URLS = {
            "vietcombank": f"{server.url}/rates",
            "vietcombank_json": f"{server.url}/json",
        }
        settings.FEED_ALLOW_PRIVATE = True
        settings.RATES_INTERVAL = 60
        settings.FEED_PAUSE = 300
        yield server


def asked(server, clock, by_hand=False, **ahead):
    """How often the server is asked by a run after so much time."""
    before = len(server.requests)
    clock.tick(**(ahead or {"minutes": 1}))
    feeds.refresh(RATES, by_hand)
    return len(server.requests) - before


def test_after_three_failures_it_is_left_alone_for_five_minutes(server, clock, caplog):
    server.plays("/rates", b"", 500)
    assert [asked(server, clock) for _ in range(3)] == [1, 1, 1]
    caplog.set_level(logging.INFO)
    caplog.clear()
    assert [asked(server, clock) for _ in range(4)] == [0, 0, 0, 0]
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["feed=rates provider=vietcombank left alone"] * 4
    assert asked(server, clock) == 1


def test_each_failed_try_doubles_the_pause_up_to_an_hour(server, clock):
    server.plays("/rates", b"", 500)
    for _ in range(3):
        asked(server, clock)
    for minutes in (5, 10, 20, 40, 60, 60, 60):
        pause = ProviderState.of("vietcombank").pause_ends - clock.moment
        assert pause == timedelta(minutes=minutes)
        assert asked(server, clock, minutes=minutes - 0.5) == 0
        assert asked(server, clock) == 1


def test_the_first_success_forgets_all_failures(server, clock):
    server.plays("/rates", b"", 500)
    for _ in range(3):
        asked(server, clock)
    server.plays("/rates", **GOOD)
    assert asked(server, clock, minutes=6) == 1
    assert ExchangeRate.objects.exists()
    state = ProviderState.of("vietcombank")
    assert (state.failures, state.reason, state.pause_ends) == (0, "", None)
    server.plays("/rates", b"", 500)
    assert [asked(server, clock) for _ in range(4)] == [1, 1, 1, 0]


def test_two_failures_between_successes_change_nothing(server, clock):
    for _ in range(4):
        server.plays("/rates", b"", 500)
        assert [asked(server, clock) for _ in range(2)] == [1, 1]
        server.plays("/rates", **GOOD)
        assert asked(server, clock) == 1


def test_the_next_provider_is_asked_while_one_is_left_alone(server, clock, settings):
    settings.FEEDS = settings.FEEDS | {"rates": ["vietcombank_json", "vietcombank"]}
    server.plays("/json", b"", 500)
    server.plays("/rates", **GOOD)
    assert [asked(server, clock) for _ in range(5)] == [2, 2, 2, 1, 1]
    assert server.requests[-1][0] == "/rates"


def test_an_operator_may_try_before(server, clock):
    server.plays("/rates", b"", 500)
    for _ in range(3):
        asked(server, clock)
    assert asked(server, clock) == 0
    assert asked(server, clock, by_hand=True) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_waited_for(server, clock, status):
    server.plays("/rates", b"", status, Retry_After=600)
    assert asked(server, clock) == 1
    assert asked(server, clock, minutes=9) == 0
    assert asked(server, clock, minutes=2) == 1


def test_retry_after_as_a_date_is_waited_for_by_the_servers_own_clock(server, clock):
    server.plays("/rates", b"", 503, Retry_After="Fri, 20 Nov 2020 08:30:00 GMT")
    answer = server.answers["/rates"]

    def answer_of_2020(handler):
        handler.date_time_string = lambda: "Fri, 20 Nov 2020 08:00:00 GMT"
        answer(handler)

    server.does("/rates", answer_of_2020)
    assert asked(server, clock) == 1
    assert asked(server, clock, minutes=29) == 0
    assert asked(server, clock, minutes=2) == 1


def test_not_even_an_operator_overrules_retry_after(server, clock):
    server.plays("/rates", b"", 429, Retry_After=600)
    assert asked(server, clock) == 1
    assert asked(server, clock, by_hand=True) == 0
    assert asked(server, clock, by_hand=True, minutes=10) == 1


def test_nobody_is_left_alone_for_longer_than_a_day(server, clock):
    server.plays("/rates", b"", 503, Retry_After=10**9)
    assert asked(server, clock) == 1
    assert asked(server, clock, hours=23) == 0
    assert asked(server, clock, hours=2) == 1


@pytest.mark.parametrize("text", ["soon", "-5", "", "Fri, 99 Nov 2020 08:30:00 GMT", "１２０"])
def test_a_retry_after_that_says_nothing_is_as_none(server, clock, text):
    server.plays("/rates", b"", 503, Retry_After=text.encode().decode("latin-1"))
    assert [asked(server, clock) for _ in range(4)] == [1, 1, 1, 0]


def test_a_pause_by_a_clock_that_was_wrong_is_none(server, clock):
    clock.tick(days=1)
    server.plays("/rates", b"", 500)
    for _ in range(3):
        asked(server, clock)
    clock.tick(days=-1)
    server.plays("/rates", **GOOD)
    assert asked(server, clock) == 1
