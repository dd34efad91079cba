"""An answer is kept for as long as its server says, and asked for again only if it has changed."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from sidebar import feeds
from sidebar.models import WeatherReading, WeatherRegion
from sidebar.models.feeds import WEATHER
from sidebar.providers import ProviderError, client

from .feed_server import RATES, serving

pytestmark = pytest.mark.enable_socket
XML = ("text/xml",)
MODIFIED = "Fri, 20 Nov 2026 07:00:00 GMT"


@pytest.fixture
def server(settings, clock):
    settings.FEED_ALLOW_PRIVATE = True
    with serving() as server:
        yield server


def expires(**ahead):
    """A header: so long after the Date that http.server writes."""
    return format_datetime(datetime.now(UTC) + timedelta(**ahead), usegmt=True)


def get(url, **params):
    body = client.get(url, params=params, allow_types=XML)
    body.keep()
    return body


def test_a_body_is_given_again_until_it_expires(server, clock):
    url = server.plays("/rates", RATES, Content_Type="text/xml", Expires=expires(minutes=30))
    assert get(url) == RATES
    clock.tick(minutes=29)
    assert get(url) == RATES
    assert len(server.requests) == 1
    clock.tick(minutes=2)
    assert get(url) == RATES
    assert len(server.requests) == 2


def test_what_is_given_again_does_not_stay_good_for_longer(server, clock):
    url = server.plays("/rates", RATES, Content_Type="text/xml", Expires=expires(minutes=30))
    for _ in range(4):
        get(url)
        clock.tick(minutes=11)
    assert len(server.requests) == 2


def test_how_long_is_told_by_the_servers_own_clock(server, clock):
    def answer(handler):
        handler.date_time_string = lambda: "Fri, 20 Nov 2020 08:00:00 GMT"
        handler.send_response(200)
        for name, value in (
            ("Content-Type", "text/xml"),
            ("Expires", "Fri, 20 Nov 2020 08:10:00 GMT"),
        ):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(RATES)

    url = server.does("/rates", answer)
    get(url)
    clock.tick(minutes=9)
    get(url)
    assert len(server.requests) == 1
    clock.tick(minutes=2)
    get(url)
    assert len(server.requests) == 2


def test_no_answer_is_sat_on_for_longer_than_two_hours(server, clock):
    url = server.plays("/rates", RATES, Content_Type="text/xml", Expires=expires(days=365))
    get(url)
    clock.tick(hours=2, minutes=1)
    get(url)
    assert len(server.requests) == 2


def test_nor_because_our_clock_has_been_put_back(server, clock):
    clock.tick(days=1)
    url = server.plays("/rates", RATES, Content_Type="text/xml", Expires=expires(minutes=30))
    get(url)
    clock.tick(days=-1)
    get(url)
    assert len(server.requests) == 2


@pytest.mark.parametrize("text", ["0", "-1", "never", "", "Fri, 20 Nov 2015 07:00:00 GMT"])
def test_without_a_time_to_come_the_server_is_asked_each_time(server, text):
    url = server.plays("/rates", RATES, Content_Type="text/xml", Expires=text)
    get(url)
    get(url)
    assert len(server.requests) == 2


def test_the_server_is_asked_only_for_what_has_changed(server, clock):
    url = server.plays("/rates", RATES, Content_Type="text/xml", Last_Modified=MODIFIED)
    assert get(url) == RATES
    assert "If-Modified-Since" not in server.requests[0][2]
    server.plays("/rates", b"", 304, Content_Length=0, Expires=expires(minutes=30))
    assert get(url) == RATES
    # Word for word, as the server wrote it.
    assert server.requests[1][2]["If-Modified-Since"] == MODIFIED
    # What is unchanged stays good for as long as this answer says.
    clock.tick(minutes=29)
    assert get(url) == RATES
    assert len(server.requests) == 2
    clock.tick(minutes=2)
    assert get(url) == RATES
    assert server.requests[2][2]["If-Modified-Since"] == MODIFIED


def test_a_change_takes_the_place_of_what_was_kept(server):
    url = server.plays("/rates", RATES, Content_Type="text/xml", Last_Modified=MODIFIED)
    get(url)
    later = MODIFIED.replace("07:", "08:")
    server.plays("/rates", b"<new/>", Content_Type="text/xml", Last_Modified=later)
    assert get(url) == b"<new/>"
    get(url)
    assert server.requests[2][2]["If-Modified-Since"] == later


def test_unchanged_is_no_answer_to_whoever_has_nothing(server):
    url = server.plays("/rates", b"", 304)
    with pytest.raises(ProviderError) as caught:
        get(url)
    assert caught.value.reason == "http 304"


def test_an_error_costs_nothing_of_what_was_kept(server):
    url = server.plays("/rates", RATES, Content_Type="text/xml", Last_Modified=MODIFIED)
    get(url)
    server.plays("/rates", b"", 500)
    with pytest.raises(ProviderError):
        get(url)
    server.plays("/rates", b"", 304)
    assert get(url) == RATES


def test_each_place_has_an_answer_of_its_own(server):
    url = server.plays("/rates", RATES, Content_Type="text/xml", Expires=expires(minutes=30))
    get(url, lat="1")
    get(url, lat="2")
    get(url, lat="1")
    assert [query["lat"] for _path, query, _headers in server.requests] == ["1", "2"]


def test_what_nobody_could_read_is_not_kept(server):
    headers = {"Expires": expires(minutes=30), "Last_Modified": MODIFIED}
    url = server.plays("/rates", b"<rubbish", Content_Type="text/xml", **headers)
    # Without keep(), which is for whoever could read it.
    client.get(url, allow_types=XML)
    client.get(url, allow_types=XML)
    assert len(server.requests) == 2
    assert "If-Modified-Since" not in server.requests[1][2]


@pytest.mark.django_db
def test_after_an_answer_that_could_not_be_read_the_feed_asks_anew(server, settings, clock):
    settings.FEEDS = {"rates": [], "weather": ["met_norway"], "gold": []}
    settings.FEED_URLS = {"met_norway": f"{server.url}/weather"}
    WeatherRegion.objects.all().delete()
    WeatherRegion.objects.create(name="A", latitude="16.8163", longitude="107.1003")
    headers = {
        "Content_Type": "application/json",
        "Expires": expires(minutes=30),
        "Last_Modified": MODIFIED,
    }
    server.plays("/weather", b'{"type": "Feature"}', **headers)
    feeds.refresh(WEATHER)
    assert not WeatherReading.objects.exists()

    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    step = {
        "time": now.isoformat(),
        "data": {
            "instant": {"details": {"air_temperature": 21.5}},
            "next_1_hours": {"summary": {"symbol_code": "fog"}, "details": {}},
        },
    }
    server.plays("/weather", json.dumps({"properties": {"timeseries": [step]}}).encode(), **headers)
    feeds.refresh(WEATHER, by_hand=True)
    assert float(WeatherReading.objects.get().temperature) == 21.5
    assert "If-Modified-Since" not in server.requests[1][2]
    # And now there is something to keep: the server has asked not to be asked again so soon.
    feeds.refresh(WEATHER, by_hand=True)
    assert len(server.requests) == 2
    assert WeatherReading.objects.get().fetched_at == clock.moment
