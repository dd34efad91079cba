import json
import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from sidebar import feeds, tasks
from sidebar.faults import FAULTS, in_words
from sidebar.models import ExchangeRate, FeedLock, FeedRun, WeatherReading, WeatherRegion
from sidebar.providers import client

from .feed_server import RATES, WEATHER, recorded, serving

pytestmark = [pytest.mark.enable_socket, pytest.mark.django_db]


@pytest.fixture
def server(settings):
    with serving() as server:
        settings.FEED_ALLOW_PRIVATE = True
        settings.VIETCOMBANK_URL = server.url + "/rates"
        settings.OPEN_METEO_URL = server.url + "/weather?mirror=1"
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


def test_the_next_provider_is_asked_when_one_fails(server, monkeypatch):
    class Spare:
        NAME = "spare"
        fetch = staticmethod(lambda: RATES)
        parse = staticmethod(feeds.vietcombank.parse)

    monkeypatch.setattr(feeds, "RATE_PROVIDERS", [feeds.vietcombank, Spare, Spare])
    server.plays("/rates", status=500)
    tasks.refresh_rates()
    runs = list(FeedRun.objects.order_by("pk").values_list("provider", "succeeded"))
    assert runs == [("vietcombank", False), ("spare", True)]
    assert ExchangeRate.objects.count() == 9


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
    assert (run.feed, run.provider, run.succeeded, run.rows) == ("weather", "open-meteo", True, 3)


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


def test_a_run_stops_in_time_and_begins_with_the_oldest_next_time(server, monkeypatch):
    first, second, third = regions("A", "B", "C")
    server.plays("/weather", WEATHER, Content_Type="application/json")
    tasks.refresh_weather()
    for hours, region in ((1, first), (3, second), (2, third)):
        WeatherReading.objects.filter(region=region).update(
            fetched_at=timezone.now() - timedelta(hours=hours)
        )
    monkeypatch.setattr(feeds, "RUN_SECONDS", -1)
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


def test_a_lock_outlives_the_longest_run():
    lasts = FeedLock.objects.all().LASTS.total_seconds()
    assert lasts > feeds.RUN_SECONDS + client.TOTAL_SECONDS


def test_a_run_that_breaks_gives_the_lock_back(server, monkeypatch):
    monkeypatch.setattr(feeds, "RATE_PROVIDERS", [None])
    with pytest.raises(AttributeError):
        tasks.refresh_rates()
    assert not FeedLock.objects.exists()


def test_the_outcome_of_a_run_is_in_words():
    assert str(FAULTS["no connection"]) == in_words("no connection")
    assert "503" in in_words("http 503")
    done = {"feed": "rates", "finished_at": timezone.now()}
    outcomes = {FeedRun(feed="rates").outcome, FeedRun(**done).outcome}
    assert len(outcomes | {FeedRun(reason="empty", **done).outcome}) == 3
