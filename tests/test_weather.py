import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from sidebar.blocks import WeatherBlock
from sidebar.models import WeatherOverride, WeatherReading, WeatherRegion
from sidebar.providers import Day, ProviderError, Reading, open_meteo
from sidebar.weather_codes import SKIES, UNKNOWN, sky

from .feed_server import WEATHER, recorded

ICONS = {
    "sun",
    "moon",
    "cloud",
    "partly-cloudy",
    "fog",
    "drizzle",
    "rain",
    "showers",
    "storm",
    "snow",
    "unknown",
}


def answer(current=(), daily=(), **changes):
    """The sample with changes."""
    body = json.loads(WEATHER)
    body["current"] |= dict(current)
    body["daily"] |= dict(daily)
    return json.dumps(body | changes).encode()


def reason_of(body):
    with pytest.raises(ProviderError) as caught:
        open_meteo.parse(body)
    return caught.value.reason


def reading(**facts):
    return Reading(
        **{
            "source": "Open-Meteo.com",
            "observed_at": timezone.now(),
            "temperature": Decimal("23.6"),
            "humidity": 91,
            "wind_kmh": Decimal("11.2"),
            "weather_code": 61,
            "is_day": True,
            "days": (
                Day(
                    date(2026, 11, 20),
                    61,
                    lowest=Decimal("20.2"),
                    highest=Decimal("25.4"),
                    rain_probability=85,
                ),
                Day(date(2026, 11, 21), 80, lowest=Decimal("19.8"), highest=Decimal("24.0")),
                Day(
                    date(2026, 11, 22),
                    3,
                    lowest=Decimal("20.9"),
                    highest=Decimal("27.1"),
                    rain_probability=10,
                ),
            ),
        }
        | facts
    )


def region(name="Đông Hà", sort_order=0, **facts):
    place = {"latitude": Decimal("16.8163"), "longitude": Decimal("107.1003")}
    return WeatherRegion.objects.create(name=name, sort_order=sort_order, **place | facts)


def test_an_answer_is_read_whole():
    assert open_meteo.parse(WEATHER) == reading(
        observed_at=datetime(2026, 11, 20, 3, 30, tzinfo=UTC)
    )


def test_of_a_list_the_first_item_counts():
    body = json.dumps([json.loads(WEATHER), json.loads(answer({"temperature_2m": 9}))])
    assert open_meteo.parse(body.encode()).temperature == Decimal("23.6")


@pytest.mark.parametrize("body", recorded("openmeteo_forecast_multi_vn_CONSTRUCTED.json") or [None])
def test_the_documented_shape_of_a_list_is_read(body):
    changes = {"temperature_2m": 28.4, "is_day": 0, "time": "2026-11-22T18:00"}
    days = {"time": ["2026-11-22"], "precipitation_probability_max": [64]}
    read = open_meteo.parse(body or b"[" + answer(changes, days) + b"]")
    assert read.observed_at == datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert (read.temperature, read.is_day) == (Decimal("28.4"), False)
    assert read.days[0].rain_probability == 64


ERRORS = [b'[{"body":{"reason":"No data is available for this location","error":true}}]']


@pytest.mark.parametrize("bodies", ERRORS + recorded("openmeteo_errors.json"))
def test_error_answers_are_refused(bodies):
    for one in json.loads(bodies):
        assert reason_of(json.dumps(one["body"]).encode()) == "error answer"


def test_what_the_source_does_not_know_is_none():
    names = ["relative_humidity_2m", "weather_code", "wind_speed_10m", "is_day"]
    read = open_meteo.parse(
        answer(dict.fromkeys(names), {"temperature_2m_max": [None], "temperature_2m_min": None})
    )
    assert (read.humidity, read.weather_code, read.wind_kmh, read.is_day) == (None,) * 4
    assert (read.days[0].highest, read.days[0].lowest) == (None, None)


def test_absurd_figures_are_none():
    read = open_meteo.parse(
        answer(
            {
                "relative_humidity_2m": 101,
                "weather_code": "61",
                "wind_speed_10m": -1,
                "is_day": True,
            },
            {"temperature_2m_max": [99.0], "precipitation_probability_max": [float("nan")]},
        )
    )
    assert (read.humidity, read.weather_code, read.wind_kmh, read.is_day) == (None,) * 4
    assert (read.days[0].highest, read.days[0].rain_probability) == (None, None)


def test_days_begin_with_today_whatever_the_first_row_is():
    body = answer(daily={"time": ["2026-11-19", "2026-11-20", "2026-11-21"]})
    days = open_meteo.parse(body).days
    assert [(day.day, day.highest) for day in days] == [
        (date(2026, 11, 20), Decimal("24")),
        (date(2026, 11, 21), Decimal("27.1")),
    ]


@pytest.mark.parametrize("times", [["2026-11-18"], None, [None], ["soon"], [20261120], {}])
def test_without_days_that_can_be_read_there_is_no_forecast(times):
    assert open_meteo.parse(answer(daily={"time": times})).days == ()


@pytest.mark.django_db
def test_today_is_told_by_the_forecast_that_was_stored_days_ago():
    today = timezone.localdate()
    days = tuple(
        Day(
            today + timedelta(days=number), 61, highest=Decimal(30 + number), rain_mm=Decimal("1.5")
        )
        for number in range(-2, 3)
    )
    WeatherReading.objects.replace_with(region(), reading(days=days))
    stored = WeatherReading.objects.get()
    assert stored.days == list(days[2:])
    assert stored.today == days[2]
    WeatherReading.objects.update(forecast=[])
    assert WeatherReading.objects.get().today == Day(today)


@pytest.mark.django_db
def test_an_older_reading_takes_nobodys_place():
    place, now = region(), timezone.now()
    assert WeatherReading.objects.replace_with(place, reading(observed_at=now))
    older = reading(observed_at=now - timedelta(hours=4), temperature=Decimal(9))
    assert not WeatherReading.objects.replace_with(place, older)
    assert WeatherReading.objects.get().temperature == Decimal("23.6")
    # What was dated by mistake is no measure.
    WeatherReading.objects.update(observed_at=now + timedelta(days=1))
    assert WeatherReading.objects.replace_with(place, older)


@pytest.mark.django_db
def test_weather_that_an_operator_typed_stands_in_until_it_expires():
    place = region()
    WeatherReading.objects.replace_with(place, reading())
    override = WeatherOverride.objects.create(
        region=place,
        temperature=Decimal(31),
        weather_code=0,
        reason="Trạm đo hỏng",
        expires_at=timezone.now() + timedelta(hours=1),
    )
    assert "31°" in shown()
    override.expires_at = timezone.now()
    override.save()
    assert "24°" in shown()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html></html>", "not json"),
        (WEATHER[:300], "not json"),
        (b"\xff\xfe\x00", "not json"),
        (b"[" * 100_000, "not json"),
        (b'{"a":' + b"9" * 5000 + b"}", "not json"),
        (b"[]", "no weather"),
        (b"{}", "no weather"),
        (b"null", "no weather"),
        (b'"text"', "no weather"),
        (b"[[]]", "no weather"),
        (b'{"error":true,"reason":"Daily API request limit exceeded."}', "error answer"),
        (answer(current={"temperature_2m": None}), "no weather"),
        (answer(current={"temperature_2m": "23.6"}), "no weather"),
        (answer(current={"temperature_2m": 999}), "no weather"),
        (answer(current={"temperature_2m": 1e999}), "no weather"),
        (answer(current={"time": None}), "bad time"),
        (answer(current={"time": "now"}), "bad time"),
        (answer(current={"time": "0001-01-01T00:00"}), "bad time"),
        (answer(utc_offset_seconds=None), "bad time"),
        (answer(utc_offset_seconds="25200"), "bad time"),
        (answer(utc_offset_seconds=10**9), "bad time"),
    ],
)
def test_what_is_no_weather_is_refused_with_a_reason(body, reason):
    assert reason_of(body) == reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@tries(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=400),
        JSON.map(lambda value: json.dumps(value).encode()),
        st.builds(
            lambda name, value: answer({name: value}),
            st.sampled_from(sorted(json.loads(WEATHER)["current"])),
            JSON,
        ),
        st.builds(
            lambda name, value: answer(daily={name: value}),
            st.sampled_from(sorted(json.loads(WEATHER)["daily"])),
            JSON,
        ),
        st.builds(
            lambda name, value: json.dumps(json.loads(WEATHER) | {name: value}).encode(),
            st.sampled_from(["utc_offset_seconds", "current", "daily", "error"]),
            JSON,
        ),
    )
)
def test_any_bytes_are_a_sound_reading_or_a_provider_error(body):
    try:
        read = open_meteo.parse(body)
    except ProviderError as error:
        assert error.reason
        return
    assert read.observed_at.tzinfo
    assert -60 <= read.temperature <= 60
    assert read.humidity is None or 0 <= read.humidity <= 100


def test_every_code_has_words_and_an_icon_that_is_drawn():
    for code, one in SKIES.items():
        assert sky(code) is one
        assert {one.icon_for(True), one.icon_for(False)} <= ICONS
    drawn = {render_to_string("sidebar/weather_icon.html", {"icon": icon}) for icon in ICONS}
    assert len(drawn) == len(ICONS)


def test_an_unknown_code_is_neutral():
    assert sky(42) is UNKNOWN
    assert sky(None) is UNKNOWN


def test_the_night_has_a_moon():
    assert (sky(0).icon_for(True), sky(0).icon_for(None), sky(0).icon_for(False)) == (
        "sun",
        "sun",
        "moon",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("place", [{"latitude": "91"}, {"longitude": "-180.1"}])
def test_a_place_that_is_not_on_earth_is_refused(place):
    facts = {"name": "X", "latitude": "16", "longitude": "107"} | place
    with pytest.raises(ValidationError):
        WeatherRegion(**facts).full_clean()


@pytest.mark.django_db
def test_a_new_reading_takes_the_place_of_the_old_one():
    place = region()
    WeatherReading.objects.replace_with(place, reading())
    WeatherReading.objects.replace_with(place, reading(temperature=Decimal(19), humidity=None))
    stored = WeatherReading.objects.get()
    assert (stored.region, stored.temperature, stored.humidity) == (place, Decimal(19), None)


def shown(**value):
    block = WeatherBlock()
    return block.render(block.to_python(value))


@pytest.mark.django_db
def test_the_block_shows_all_regions_in_their_order(django_assert_num_queries):
    for order, name in enumerate(["Đông Hà", "Khe Sanh", "Cồn Cỏ"]):
        WeatherReading.objects.replace_with(region(name, 3 - order), reading())
    with django_assert_num_queries(1):
        html = shown(heading="Thời tiết")
    assert html.index("Cồn Cỏ") < html.index("Khe Sanh") < html.index("Đông Hà")
    assert html.count("<svg") == 3
    assert html.count("24°") == 3
    assert 'href="https://open-meteo.com/" rel="noopener external"' in html


@pytest.mark.django_db
def test_the_block_shows_the_chosen_regions_in_the_chosen_order():
    first, _second, third = (region(name, order) for order, name in enumerate("ABC"))
    WeatherReading.objects.replace_with(first, reading(temperature=Decimal(11)))
    WeatherReading.objects.replace_with(third, reading(temperature=Decimal(33)))
    html = shown(regions=[third.pk, first.pk])
    assert html.index("33°") < html.index("11°")
    assert ">B<" not in html


@pytest.mark.django_db
def test_a_region_without_figures_says_so_and_hides_nobody_else():
    WeatherReading.objects.replace_with(region("A"), reading())
    gone = region("B", 1)
    WeatherReading.objects.replace_with(gone, reading(temperature=Decimal(33)))
    WeatherReading.objects.filter(region=gone).update(
        fetched_at=timezone.now() - timedelta(hours=25)
    )
    region("C", 2)
    html = shown()
    assert "24°" in html
    assert "33°" not in html
    assert html.count(gettext("no recent figures")) == 2


@pytest.mark.django_db
def test_old_weather_says_so_and_is_hidden_after_a_day(settings):
    settings.WEATHER_INTERVAL = 1800
    WeatherReading.objects.replace_with(region(), reading())
    assert "notice" not in shown()
    WeatherReading.objects.update(fetched_at=timezone.now() - timedelta(minutes=61))
    assert "notice-old" in shown()
    assert "24°" in shown()
    WeatherReading.objects.update(fetched_at=timezone.now() - timedelta(hours=25))
    assert "24°" not in shown()
    assert "Open-Meteo.com" in shown()


@pytest.mark.django_db
def test_a_source_that_dates_its_weather_long_ago_is_quoted_and_still_shown():
    long_ago = datetime(2024, 9, 18, 3, tzinfo=UTC)
    WeatherReading.objects.replace_with(region(), reading(observed_at=long_ago))
    html = shown()
    assert "notice-old" in html
    assert "10:00 18/9/2024" in html
    assert "24°" in html


@pytest.mark.django_db
def test_before_the_first_reading_the_block_says_so():
    region()
    html = shown()
    assert gettext("No figures have been received yet.") in html
    assert "<table" not in html
