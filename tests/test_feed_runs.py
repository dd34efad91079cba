import json
import logging
import re
import threading
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext

from sidebar import feeds, tasks
from sidebar.faults import FAULTS, in_words
from sidebar.models import (
    ExchangeRate,
    FeedLock,
    FeedRun,
    FeedState,
    GoldPrice,
    WeatherReading,
    WeatherRegion,
)
from sidebar.providers import Source, client, vietcombank_json

from .feed_server import FORECAST, GOLD, RATES, SHEET, WEATHER, recorded, serving

pytestmark = [pytest.mark.enable_socket, pytest.mark.django_db]


@pytest.fixture
def server(settings):
    with serving() as server:
        settings.FEED_ALLOW_PRIVATE = True
        settings.FEEDS = {"rates": ["vietcombank"], "weather": ["open_meteo"], "gold": []}
        settings.FEED_URLS = {
            "vietcombank": server.url + "/rates",
            "vietcombank_json": server.url + "/rates.json",
            "open_meteo": server.url + "/weather?mirror=1",
            "met_norway": server.url + "/forecast",
            "sjc": server.url + "/gold",
        }
        yield server


def regions(*names):
    return [
        WeatherRegion.objects.create(name=name, sort_order=order, latitude=order, longitude=107)
        for order, name in enumerate(names)
    ]


def answer_without_end(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    for _ in range(200):
        handler.wfile.write(b"<a>" * 10_000)


def test_a_refresh_stores_the_sheet_and_notes_the_run(server, caplog):
    caplog.set_level(logging.INFO)
    server.plays("/rates", RATES, Content_Type="text/xml")
    tasks.refresh_rates()
    assert ExchangeRate.objects.count() == 9
    run = FeedRun.objects.get()
    assert (run.feed, run.provider, run.succeeded, run.rows) == ("rates", "vietcombank", True, 9)
    assert run.started_at <= run.finished_at
    assert [record.levelname for record in caplog.records if record.name == "sidebar.feeds"] == [
        "INFO"
    ]


def test_a_sheet_that_is_called_html_is_read_all_the_same(server):
    server.plays("/rates", RATES, Content_Type="text/html; charset=utf-8")
    tasks.refresh_rates()
    assert ExchangeRate.objects.count() == 9


FOUR_ROWS = RATES.partition(b'<Exrate CurrencyCode="KRW"')[0]
BAD_ANSWERS = {
    "http 500": {"body": b"oops", "status": 500},
    "wrong type": {"body": b"{}", "Content_Type": "application/json"},
    "wrong root": {"body": b"<html></html>", "Content_Type": "text/xml"},
    "empty": {"body": b"", "Content_Type": "text/xml"},
    "not xml": {"body": RATES[:500], "Content_Type": "text/xml"},
    "few rates": {"body": FOUR_ROWS + b"</ExrateList>", "Content_Type": "text/xml"},
    "redirect": {"body": b"", "status": 302, "Location": "http://169.254.169.254/"},
}


@pytest.mark.parametrize("reason", BAD_ANSWERS)
def test_last_good_rates_stay_whatever_the_bank_answers(server, caplog, reason):
    server.plays("/rates", RATES, Content_Type="text/xml")
    tasks.refresh_rates()
    before = list(ExchangeRate.objects.values())
    caplog.clear()
    server.plays("/rates", **BAD_ANSWERS[reason])
    tasks.refresh_rates()
    assert list(ExchangeRate.objects.values()) == before
    run = FeedRun.objects.latest("pk")
    assert (run.succeeded, run.rows, run.reason) == (False, 0, reason)
    (line,) = [record for record in caplog.records if record.name == "sidebar.feeds"]
    assert reason in line.getMessage()
    assert "127.0.0.1" not in line.getMessage()
    assert line.exc_info is None


def test_last_good_rates_stay_when_nobody_answers(server, settings):
    server.plays("/rates", RATES, Content_Type="text/xml")
    tasks.refresh_rates()
    before = list(ExchangeRate.objects.values())
    settings.FEED_ALLOW_PRIVATE = False
    tasks.refresh_rates()
    assert list(ExchangeRate.objects.values()) == before
    assert FeedRun.objects.latest("pk").reason == "private address"


def test_an_endless_body_is_refused(server):
    server.does("/rates", answer_without_end)
    tasks.refresh_rates()
    assert FeedRun.objects.get().reason == "too big"


def test_a_sheet_from_the_far_future_is_refused(server):
    server.plays("/rates", RATES.replace(b"11/20/2026", b"11/20/2099"), Content_Type="text/xml")
    tasks.refresh_rates()
    assert FeedRun.objects.get().reason == "time ahead"
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize(
    "body",
    [RATES.replace(b"11/20/2026", b"12/21/2022"), *recorded("vcb_pxml_2022-12-21_full.xml")],
)
def test_rates_that_the_source_dates_years_ago_are_stored(server, body):
    server.plays("/rates", body, Content_Type="text/xml")
    tasks.refresh_rates()
    assert ExchangeRate.objects.count() == body.count(b"<Exrate ")
    assert ExchangeRate.objects.get(currency="USD").freshness.is_behind


def test_the_next_provider_is_asked_when_one_fails(server, settings):
    settings.FEEDS["rates"] = ["vietcombank_json", "vietcombank"]
    server.plays("/rates.json", status=500)
    server.plays("/rates", RATES, Content_Type="text/xml")
    tasks.refresh_rates()
    runs = list(FeedRun.objects.order_by("pk").values_list("provider", "succeeded"))
    assert runs == [("vietcombank_json", False), ("vietcombank", True)]
    assert ExchangeRate.objects.count() == 9
    assert FeedState.of("rates").provider == "vietcombank"


def test_the_next_provider_is_not_asked_when_one_gives(server, settings):
    settings.FEEDS["rates"] = ["vietcombank_json", "vietcombank"]
    server.plays("/rates.json", SHEET, Content_Type="application/json")
    tasks.refresh_rates()
    assert [path for path, _query, _headers in server.requests] == ["/rates.json"]
    assert server.requests[0][1] == {"date": timezone.localdate().isoformat()}
    assert ExchangeRate.objects.count() == 9


def test_a_feed_that_is_switched_off_asks_nobody(server, settings):
    settings.FEEDS["rates"] = []
    tasks.refresh_rates()
    assert not server.requests
    assert not FeedState.objects.exists()


def test_of_two_beats_the_second_comes_too_late(server):
    server.plays("/rates", RATES, Content_Type="text/xml")
    tasks.refresh_rates(if_due=True)
    tasks.refresh_rates(if_due=True)
    assert len(server.requests) == 1
    FeedState.objects.update(started_at=timezone.now() - timedelta(minutes=14))
    tasks.refresh_rates(if_due=True)
    assert len(server.requests) == 2
    # A clock that has been put right since is no reason to wait for it.
    FeedState.objects.update(started_at=timezone.now() + timedelta(days=1))
    tasks.refresh_rates(if_due=True)
    assert len(server.requests) == 3


def sheet(time="11/20/2026 8:05:09 AM", **prices):
    """The sample at another time, and with other selling rates: THB="1,200.00"."""
    body = RATES.replace(b"11/20/2026 8:05:09 AM", time.encode())
    for code, price in prices.items():
        row = next(line for line in RATES.splitlines() if f'"{code}"'.encode() in line)
        body = body.replace(row, re.sub(rb'Sell="[^"]*"', f'Sell="{price}"'.encode(), row))
    return body


def refreshed(server, body):
    server.plays("/rates", body, Content_Type="text/xml")
    tasks.refresh_rates()
    return {row.currency: row for row in ExchangeRate.objects.all()}


def test_a_rate_that_moves_too_far_waits_and_costs_the_others_nothing(server):
    before = refreshed(server, RATES)["THB"]
    rates = refreshed(server, sheet("11/20/2026 9:05:09 AM", THB="1,090.00", EUR="31,400.00"))
    assert rates["THB"].sell == before.sell
    assert rates["THB"].quoted_at == before.quoted_at
    assert rates["EUR"].sell == 31400
    run = FeedRun.objects.latest("pk")
    assert (run.reason, run.rows) == ("jump", 8)
    suspect = FeedState.of("rates").suspect
    assert [row[0] for row in suspect["rates"]] == ["THB"]
    assert suspect["moves"]["THB"].startswith("0.31")


def test_a_move_of_less_than_a_third_is_believed(server):
    refreshed(server, RATES)
    assert refreshed(server, sheet(THB="1,070.00"))["THB"].sell == 1070
    assert FeedState.of("rates").suspect == {}


@pytest.mark.parametrize(
    "moved",
    [
        {"USD": "36,390.00"},
        dict.fromkeys(["AUD", "DKK", "EUR", "JPY", "KRW"], "98,000.00"),
    ],
)
def test_a_sheet_whose_dollar_or_most_of_which_moves_too_far_is_kept_out_whole(server, moved):
    refreshed(server, RATES)
    before = list(ExchangeRate.objects.values())
    refreshed(server, sheet("11/20/2026 9:05:09 AM", **moved))
    assert list(ExchangeRate.objects.values()) == before
    assert FeedState.of("rates").failing_since
    assert len(FeedState.of("rates").suspect["rates"]) == 9


def moved_by_both(server, settings):
    """The dollar after both providers said that it moved by more than a third."""
    refreshed(server, RATES)
    settings.FEEDS["rates"] = ["vietcombank_json", "vietcombank"]
    moved = SHEET.replace(b"26390.00", b"36390.00")
    server.plays("/rates.json", moved, Content_Type="application/json")
    return refreshed(server, sheet("11/20/2026 9:05:09 AM", USD="36,400.00"))["USD"].sell


def test_a_move_that_a_second_source_has_as_well_is_believed(server, settings, monkeypatch):
    monkeypatch.setattr(vietcombank_json, "SOURCE", Source("Another bank", "", ""))
    assert moved_by_both(server, settings) == 36400
    assert FeedState.of("rates").suspect == {}


def test_a_move_that_a_bank_tells_twice_is_still_one_sources_word(server, settings):
    assert moved_by_both(server, settings) == 26390
    assert FeedState.of("rates").waiting


def test_a_move_that_a_second_provider_does_not_have_is_not_believed(server, settings):
    refreshed(server, RATES)
    settings.FEEDS["rates"] = ["vietcombank_json", "vietcombank"]
    moved = SHEET.replace(b"26390.00", b"36390.00")
    server.plays("/rates.json", moved, Content_Type="application/json")
    rates = refreshed(server, sheet("11/20/2026 9:05:09 AM", USD="26,400.00"))
    assert rates["USD"].sell == 26400
    assert FeedState.of("rates").suspect == {}


def test_an_operator_may_believe_what_waits(server):
    refreshed(server, RATES)
    refreshed(server, sheet("11/20/2026 9:05:09 AM", THB="1,090.00"))
    assert feeds.accept_suspect() == 1
    baht = ExchangeRate.objects.get(currency="THB")
    assert (baht.sell, baht.buy_cash) == (1090, Decimal("715.3"))
    assert FeedState.of("rates").suspect == {}
    assert feeds.accept_suspect() == 0


def test_an_operator_may_discard_what_waits(server):
    before = refreshed(server, RATES)["THB"].sell
    refreshed(server, sheet("11/20/2026 9:05:09 AM", THB="1,090.00"))
    feeds.discard_suspect()
    assert FeedState.of("rates").waiting == {}
    assert feeds.accept_suspect() == 0
    # The same sheet is decided on; another one is not.
    rates = refreshed(server, sheet("11/20/2026 9:20:09 AM", THB="1,090.00"))
    assert (rates["THB"].sell, FeedState.of("rates").waiting) == (before, {})
    refreshed(server, sheet("11/20/2026 9:35:09 AM", THB="1,190.00"))
    assert [row[0] for row in FeedState.of("rates").waiting["rates"]] == ["THB"]
    refreshed(server, sheet("11/20/2026 9:50:09 AM"))
    assert FeedState.of("rates").suspect == {}


@pytest.mark.parametrize("time", ["11/20/2026 6:05:09 AM", "11/20/2016 8:05:09 AM"])
def test_a_sheet_that_is_older_than_the_last_one_takes_nobodys_place(server, time):
    refreshed(server, RATES)
    before = list(ExchangeRate.objects.values())
    refreshed(server, sheet(time, EUR="31,400.00"))
    assert list(ExchangeRate.objects.values()) == before
    assert FeedRun.objects.latest("pk").reason == "stale"


def test_an_older_sheet_that_says_the_same_does_no_harm(server):
    refreshed(server, RATES)
    refreshed(server, sheet("11/20/2026 6:05:09 AM"))
    assert FeedRun.objects.latest("pk").succeeded


def test_a_sheet_that_was_dated_ahead_by_mistake_is_no_measure_for_the_next(server):
    refreshed(server, RATES)
    ahead = timezone.now() + timedelta(days=1)
    ExchangeRate.objects.update(quoted_at=ahead)
    assert refreshed(server, sheet(EUR="31,400.00"))["EUR"].sell == 31400


def test_a_held_feed_stays_as_it_is(server):
    refreshed(server, RATES)
    FeedState.objects.update(held_since=timezone.now(), held_because="Ngân hàng báo nhầm")
    before = list(ExchangeRate.objects.values())
    refreshed(server, sheet("11/20/2026 9:05:09 AM", EUR="31,400.00"))
    tasks.refresh_rates(by_hand=True)
    assert list(ExchangeRate.objects.values()) == before
    assert len(server.requests) == 1


def test_gold_is_kept_whole_and_replaced_whole(server, settings):
    settings.FEEDS["gold"] = ["sjc"]
    server.plays("/gold", GOLD, Content_Type="application/json")
    tasks.refresh_gold()
    assert [price.sell for price in GoldPrice.objects.all()] == [
        168_500_000,
        161_800_000,
        168_530_000,
    ]
    server.plays("/gold", b"<html></html>", Content_Type="text/html")
    tasks.refresh_gold()
    assert GoldPrice.objects.count() == 3
    assert FeedRun.objects.latest("pk").reason == "not json"
    rows = json.loads(GOLD)
    fewer = json.dumps(rows | {"data": rows["data"][:1]}).encode()
    server.plays("/gold", fewer, Content_Type="application/json")
    tasks.refresh_gold()
    assert GoldPrice.objects.count() == 1


def test_the_second_provider_tells_the_weather_of_regions_that_the_first_left(server, settings):
    settings.FEEDS["weather"] = ["open_meteo", "met_norway"]
    regions("A", "B")

    def answer(handler):
        bad = handler.query["latitude"] == "1.0000"
        handler.wfile.write(b"HTTP/1.1 500 No\r\n\r\n" if bad else b"HTTP/1.1 200 OK\r\n\r\n")
        handler.wfile.write(b"" if bad else WEATHER)

    def forecast(handler):
        # Its first step is an hour of now.
        body = json.loads(FORECAST)
        steps = body["properties"]["timeseries"]
        first = datetime.fromisoformat(steps[0]["time"])
        for step in steps:
            shifted = timezone.now() + (datetime.fromisoformat(step["time"]) - first)
            step["time"] = shifted.isoformat()
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps(body).encode())

    server.does("/weather", answer)
    server.does("/forecast", forecast)
    tasks.refresh_weather()
    sources = dict(WeatherReading.objects.values_list("region__name", "source"))
    assert sources == {"A": "Open-Meteo.com", "B": "MET Norway"}
    path, query, headers = server.requests[-1]
    assert (path, query) == ("/forecast", {"lat": "1.0000", "lon": "107.0000"})
    assert headers["User-Agent"] == settings.FEED_USER_AGENT


def test_each_region_is_asked_for_by_itself(server):
    regions("A", "B", "C")
    server.plays("/weather", WEATHER, Content_Type="application/json")
    tasks.refresh_weather()
    queries = [query for _path, query, _headers in server.requests]
    assert [query["latitude"] for query in queries] == ["0.0000", "1.0000", "2.0000"]
    assert {query["longitude"] for query in queries} == {"107.0000"}
    assert {query["mirror"] for query in queries} == {"1"}
    assert queries[0]["timezone"] == "Asia/Ho_Chi_Minh"
    assert WeatherReading.objects.count() == 3
    run = FeedRun.objects.get()
    assert (run.feed, run.provider, run.succeeded, run.rows) == ("weather", "open_meteo", True, 3)


def test_a_failing_region_keeps_its_reading_and_costs_the_others_nothing(server):
    regions("A", "B", "C")
    server.plays("/weather", WEATHER, Content_Type="application/json")
    tasks.refresh_weather()
    before = WeatherReading.objects.filter(region__name="B").values().get()

    def answer(handler):
        bad = handler.query["latitude"] == "1.0000"
        body = json.loads(WEATHER)
        body["current"]["temperature_2m"] = 999 if bad else 30
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        handler.wfile.write(json.dumps(body).encode())

    server.does("/weather", answer)
    tasks.refresh_weather()
    assert WeatherReading.objects.filter(region__name="B").values().get() == before
    assert WeatherReading.objects.filter(temperature=30).count() == 2
    run = FeedRun.objects.latest("pk")
    assert (run.succeeded, run.rows, run.reason) == (False, 2, "no weather")


def test_a_region_that_the_source_refuses_costs_the_others_nothing(server):
    regions("A", "B")

    def answer(handler):
        if handler.query["latitude"] == "0.0000":
            body = b'{"error":true,"reason":"No data is available for this location"}'
            handler.wfile.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" + body)
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + WEATHER)

    server.does("/weather", answer)
    tasks.refresh_weather()
    assert WeatherReading.objects.get().region.name == "B"
    assert FeedRun.objects.get().reason == "http 400"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_region_that_is_deleted_meanwhile_costs_the_others_nothing(server):
    regions("A", "B")

    def answer(handler):
        WeatherRegion.objects.filter(name="A").delete()
        connection.close()
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + WEATHER)

    server.does("/weather", answer)
    tasks.refresh_weather()
    assert WeatherReading.objects.get().region.name == "B"


def test_a_server_that_does_not_answer_is_asked_once_for_all_regions(server, monkeypatch):
    monkeypatch.setattr(client, "READ_SECONDS", 0.1)
    regions("A", "B", "C")
    server.does("/weather", lambda handler: handler.server.closing.wait(5))
    tasks.refresh_weather()
    assert len(server.requests) == 1
    assert FeedRun.objects.get().reason == "read timeout"


def test_a_run_stops_in_time_and_begins_with_the_oldest_next_time(server, settings):
    first, second, third = regions("A", "B", "C")
    server.plays("/weather", WEATHER, Content_Type="application/json")
    tasks.refresh_weather()
    for hours, region in ((1, first), (3, second), (2, third)):
        WeatherReading.objects.filter(region=region).update(
            fetched_at=timezone.now() - timedelta(hours=hours)
        )
    settings.FEED_SECONDS = -1
    tasks.refresh_weather()
    assert FeedRun.objects.latest("pk").reason == "out of time"
    assert [region.name for region in WeatherRegion.objects.most_overdue()] == ["B", "C", "A"]


def test_without_regions_nobody_is_asked(server):
    tasks.refresh_weather()
    assert not FeedRun.objects.exists()
    assert not server.requests


def test_runs_of_long_ago_are_forgotten(server):
    server.plays("/rates", RATES, Content_Type="text/xml")
    for feed, days in (("rates", 31), ("rates", 29), ("weather", 31)):
        FeedRun.objects.create(feed=feed, started_at=timezone.now() - timedelta(days=days))
    tasks.refresh_rates()
    kept = FeedRun.objects.filter(feed="rates").count()
    assert (kept, FeedRun.objects.filter(feed="weather").count()) == (2, 1)


def test_a_run_while_another_one_is_under_way_does_nothing(server, caplog):
    caplog.set_level(logging.INFO)
    server.plays("/rates", RATES, Content_Type="text/xml")
    FeedLock.objects.take("rates")
    tasks.refresh_rates()
    assert not server.requests
    assert not FeedRun.objects.exists()
    assert "under way" in caplog.text


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_concurrent_refreshes_only_one_runs(server):
    arrived, go_on = threading.Event(), threading.Event()

    def answer(handler):
        arrived.set()
        go_on.wait(10)
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + RATES)

    def refresh():
        tasks.refresh_rates()
        connection.close()

    server.does("/rates", answer)
    first = threading.Thread(target=refresh)
    first.start()
    assert arrived.wait(10)
    tasks.refresh_rates()
    go_on.set()
    first.join()
    assert len(server.requests) == 1
    assert FeedRun.objects.count() == 1
    assert ExchangeRate.objects.count() == 9
    assert not FeedLock.objects.exists()


def test_a_lock_has_one_owner_and_only_the_owner_releases_it():
    token = FeedLock.objects.take("rates")
    assert token
    assert FeedLock.objects.take("rates") is None
    assert FeedLock.objects.take("weather")
    FeedLock.objects.release("rates", "somebody else's")
    assert FeedLock.objects.take("rates") is None
    FeedLock.objects.release("rates", token)
    assert FeedLock.objects.take("rates")


def test_a_lock_of_the_dead_is_taken_over_and_not_released_by_them():
    token = FeedLock.objects.take("rates")
    FeedLock.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    heir = FeedLock.objects.take("rates")
    assert heir
    FeedLock.objects.release("rates", token)
    assert FeedLock.objects.get().token == heir


def test_a_lock_outlives_the_longest_run(settings):
    lasts = FeedLock.objects.all().lasts.total_seconds()
    # A run makes no new call after three fifths of its time.
    assert 0.6 * settings.FEED_SECONDS + client.TOTAL_SECONDS < 0.9 * settings.FEED_SECONDS
    assert tasks.refresh_rates.soft_time_limit < tasks.refresh_rates.time_limit < lasts <= 60


def test_a_run_that_breaks_gives_the_lock_back(server, settings):
    settings.FEEDS["rates"] = ["no_such_file"]
    with pytest.raises(ModuleNotFoundError):
        tasks.refresh_rates()
    assert not FeedLock.objects.exists()


def test_the_outcome_of_a_run_is_in_words():
    assert in_words("no connection", "Vietcombank").startswith("Vietcombank ")
    assert in_words("http 503", "SJC") == gettext("%(source)s answers with error %(status)s") % {
        "source": "SJC",
        "status": 503,
    }
    assert all("%(" not in in_words(reason) for reason in FAULTS)
    done = {"feed": "rates", "finished_at": timezone.now()}
    outcomes = {FeedRun(feed="rates").outcome, FeedRun(**done).outcome}
    assert len(outcomes | {FeedRun(reason="empty", **done).outcome}) == 3
