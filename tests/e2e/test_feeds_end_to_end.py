"""Rates and weather from the wire to the page, by real beat and worker processes, in good days and
bad ones. Nobody refreshes by hand."""

import json
import re
from html import unescape

import pytest

from tests import feed_server
from tests.e2e.running import portal_processes

SECONDS = 3  # between two requests of beat


# The bodies that were recorded from the sources, where they lie beside the repository; ours of the
# same shapes elsewhere.
RATES, *_ = [
    *feed_server.recorded("vcb_pxml_2022-12-21_full.xml"),
    (feed_server.SAMPLES / "vietcombank_20.xml").read_bytes(),
]
WEATHER, *_ = [
    *feed_server.recorded("openmeteo_forecast_multi_vn_CONSTRUCTED.json"),
    feed_server.WEATHER,
]
REFUSAL, *_ = [
    *feed_server.recorded("waf_rejected_200.html"),
    b"<html><body>Request Rejected</body></html>",
]

FAILED = {("rates", False), ("weather", False)}
FAULTS = {
    "http 500": {"status": 500, "body": b"<h1>Server Error</h1>", "Content_Type": "text/html"},
    "html": {"body": REFUSAL, "Content_Type": "text/html"},
    "nothing": {"body": b""},
    "garbage": {"body": bytes(range(256)) * 40, "Content_Type": "application/octet-stream"},
}


@pytest.fixture
def feeds():
    with feed_server.serving() as server:
        server.plays("/rates", RATES, Content_Type="text/xml; charset=utf-8")
        server.plays("/weather", WEATHER, Content_Type="application/json; charset=utf-8")
        yield server


@pytest.fixture
def portal(tmp_path, snapshot, feeds):
    env = {
        "VIETCOMBANK_URL": feeds.url + "/rates",
        "OPEN_METEO_URL": feeds.url + "/weather",
        "FEED_ALLOW_PRIVATE": "1",
        "FEED_PAUSE": "1",
        "RATES_INTERVAL": str(SECONDS),
        "WEATHER_INTERVAL": str(SECONDS),
    }
    with portal_processes(tmp_path, env, snapshot=snapshot) as portal:
        yield portal


def blocks(portal):
    """What a reader sees in the two blocks of the home page: {"rates": text, "weather": text}."""
    page = portal.get("/")
    found = {}
    for name in ("rates", "weather"):
        block = re.search(rf'<section class="side side-{name}".*?</section>', page, re.DOTALL)
        found[name] = " ".join(unescape(re.sub(r"<[^>]+>", " ", block.group())).split())
    return found


def currencies(text):
    return set(re.findall(r"\b[A-Z]{3}\b", text))


def board(portal):
    """The currencies of the whole sheet, on its own page."""
    return re.findall(r'<th scope="row">\s*<a href="/ty-gia/([a-z]{3})/"', portal.get("/ty-gia/"))


def rate_rows(text):
    """The figures alone, without what the block says about their age."""
    return re.findall(r"\b[A-Z]{3}\b [^A-Z]*?[\d.,]{4,}", text)


def runs_since(portal, pk):
    rows = portal.sql(
        f"SELECT feed, succeeded FROM sidebar_feedrun WHERE finished_at IS NOT NULL AND id > {pk}"
    )
    return {(feed, bool(succeeded)) for feed, succeeded in rows}


def last_run(portal):
    return portal.sql("SELECT coalesce(max(id), 0) FROM sidebar_feedrun")[0][0]


def test_figures_reach_the_page_by_beat_and_stay_through_every_fault(portal, feeds):
    good = portal.wait_for(lambda: (seen := blocks(portal)) and currencies(seen["rates"]) and seen)
    # Those that were chosen, of which the sheet of 2022 has one less.
    assert {"USD", "EUR", "JPY", "THB"} <= currencies(good["rates"])
    assert len(board(portal)) == 20
    sheet = RATES.decode()
    day, clock = re.search(r"<DateTime>(\S+) (\d+:\d+)", sheet).groups()
    month, day_of_month, year = day.split("/")
    hour, minute = clock.split(":")
    hour = int(hour) % 12 + (12 if " PM" in sheet.split("</DateTime>")[0] else 0)
    # The feed's own time, as Vietnamese write it.
    quoted = f"{hour:02}:{minute} {int(day_of_month)}/{int(month)}/{year}"
    assert quoted in good["rates"]

    everywhere = [name for (name,) in portal.sql("SELECT name FROM sidebar_weatherregion")]
    regions = [name for name in everywhere if name in good["weather"]]
    assert len(regions) >= 3
    good = portal.wait_for(
        lambda: (seen := blocks(portal)) and seen["weather"].count("°") >= len(regions) and seen
    )
    for region in regions:
        assert region in good["weather"]
    answer = json.loads(WEATHER)
    current = (answer[0] if isinstance(answer, list) else answer)["current"]
    assert f"{round(current['temperature_2m'])}°" in good["weather"]
    observed = current["time"].partition("T")
    assert observed[2] in good["weather"]
    page = portal.get("/thoi-tiet/")
    assert all(region in page for region in everywhere)

    for fault in FAULTS.values():
        feeds.plays("/rates", **fault)
        feeds.plays("/weather", **fault)
        before = last_run(portal)
        portal.wait_for(lambda before=before: runs_since(portal, before) >= FAILED)
        page, seen = portal.get("/"), blocks(portal)
        assert rate_rows(seen["rates"]) == rate_rows(good["rates"])
        for words in (quoted, observed[2], *regions):
            assert words in seen["rates"] + seen["weather"]
        assert seen["weather"].count("°") >= len(regions)
        for secret in ("Traceback", "Error", "Exception", "127.0.0.1", "Rejected", "requests"):
            assert secret not in page, secret

    # Older than two intervals by now: said, and not hidden.
    portal.wait_for(lambda: "Chưa cập nhật được" in blocks(portal)["rates"])
    assert len(board(portal)) == 20

    # And well again without anybody's hand.
    feeds.plays("/rates", RATES, Content_Type="text/xml")
    portal.wait_for(lambda: "Chưa cập nhật được" not in blocks(portal)["rates"])
    assert "Traceback" not in portal.output()
