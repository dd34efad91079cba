"""The other providers' parsers: Vietcombank's JSON, MET Norway, SJC. Vietcombank's XML is in
test_rates.py, Open-Meteo in test_weather.py."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from portal.settings import env
from sidebar import providers
from sidebar.providers import (
    Day,
    ProviderError,
    met_norway,
    open_meteo,
    sjc,
    vietcombank,
    vietcombank_json,
)

from .feed_server import FORECAST, GOLD, RATES, SAMPLES, SHEET, WEATHER, recorded

THEN = datetime(2026, 11, 20, 3, 20, tzinfo=UTC)


def reason_of(parse, body, **more):
    with pytest.raises(ProviderError) as caught:
        parse(body, **more)
    return caught.value.reason


def changed_sheet(code, **facts):
    answer = json.loads(SHEET)
    for row in answer["Data"]:
        if row["currencyCode"] == code:
            row |= facts
    return json.dumps(answer).encode()


def rates(body):
    return {rate.currency: rate for rate in vietcombank_json.parse(body).rates}


def test_both_sheets_of_the_bank_say_the_same():
    by_json, by_xml = vietcombank_json.parse(SHEET), vietcombank.parse(RATES)
    assert by_json.quoted_at == by_xml.quoted_at
    prices = {rate.currency: rate.prices for rate in by_json.rates}
    xml_prices = {rate.currency: rate.prices for rate in by_xml.rates}
    assert prices["USD"] == xml_prices["USD"]
    assert prices["AUD"] == xml_prices["AUD"]
    assert by_json.source == by_xml.source


@pytest.mark.parametrize("code", ["DKK", "KWD"])
def test_no_cash_price_is_none_in_every_spelling(code):
    assert rates(SHEET)[code].buy_cash is None


@pytest.mark.parametrize("body", recorded("vcb_api_exchangerates_2025-12-09_full.json"))
def test_the_recorded_sheet_is_read_whole(body):
    sheet = vietcombank_json.parse(body)
    assert len(sheet.rates) == 20
    assert sheet.quoted_at == datetime(2025, 12, 9, 1, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "facts",
    [
        {"sell": "-828.50"},
        {"sell": "9e99"},
        {"sell": "NaN"},
        {"sell": 828.5},
        {"sell": None},
        {"cash": "900.00"},
        {"currencyCode": "TH"},
        {"currencyCode": None},
        {"currencyCode": ["THB"]},
    ],
)
def test_a_bad_row_costs_the_sheet_nothing(facts):
    found = rates(changed_sheet("THB", **facts))
    assert "THB" not in found
    assert len(found) == 8


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<html></html>", "not json"),
        (SHEET[:400], "not json"),
        (b"[]", "wrong root"),
        (b'{"Data":null}', "wrong root"),
        (b'{"data":[]}', "wrong root"),
        (b'{"Data":[]}', "no rates"),
        (b'{"Data":[1,null,"x",[]]}', "no rates"),
        (json.dumps(json.loads(SHEET) | {"UpdatedDate": None}).encode(), "bad time"),
        (json.dumps(json.loads(SHEET) | {"UpdatedDate": "today"}).encode(), "bad time"),
        (
            json.dumps(json.loads(SHEET) | {"UpdatedDate": "0001-01-01T00:00:00"}).encode(),
            "bad time",
        ),
        (changed_sheet("USD", sell="-"), "no usd"),
        *((body, "not json") for body in recorded("waf_rejected_200.html")),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_reason(body, reason):
    assert reason_of(vietcombank_json.parse, body) == reason


def test_a_forecast_is_read_at_the_step_that_holds_now():
    read = met_norway.parse(FORECAST, now=THEN)
    assert read.observed_at == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert (read.temperature, read.humidity, read.rain_mm) == (Decimal("23.4"), 91, Decimal("0.4"))
    # 3.1 m/s
    assert (read.wind_kmh, read.wind_from) == (Decimal("11.2"), 314)
    assert (read.weather_code, read.is_day) == (61, None)
    later = met_norway.parse(FORECAST, now=THEN + timedelta(hours=1))
    assert (later.weather_code, later.is_day) == (95, True)


def test_days_are_vietnams_and_hold_what_their_steps_say():
    today, tomorrow = met_norway.parse(FORECAST, now=THEN).days
    assert today == Day(
        date(2026, 11, 20),
        weather_code=95,
        lowest=Decimal("22.2"),
        highest=Decimal("24.6"),
        # 0.4 and 7.5 in the two hours, 2.5 and nothing in the longer steps; nothing twice.
        rain_mm=Decimal("10.4"),
        wind_kmh=Decimal("18.0"),
    )
    # 17:00 UTC is midnight here. A dry day looks as it does at noon.
    assert (tomorrow.day, tomorrow.weather_code) == (date(2026, 11, 21), 2)
    assert (tomorrow.lowest, tomorrow.highest) == (Decimal("20.1"), Decimal("28.3"))


@pytest.mark.parametrize("body", recorded("metno_locationforecast_compact_2023-11-17_trimmed.json"))
def test_the_recorded_forecast_is_read(body):
    read = met_norway.parse(body, now=datetime(2023, 11, 17, 20, 30, tzinfo=UTC))
    assert (read.temperature, read.weather_code, read.is_day) == (Decimal("-3.0"), 0, False)


def forecast(**facts):
    return json.dumps({"properties": facts}).encode()


STEP = {"time": "2026-11-20T03:00:00Z", "data": {"instant": {"details": {"air_temperature": 23}}}}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<html></html>", "not json"),
        (b"[]", "wrong root"),
        (b'{"properties":[]}', "wrong root"),
        (forecast(timeseries={}), "wrong root"),
        (forecast(timeseries=[]), "no weather"),
        (forecast(timeseries=[None, {}, {"data": []}, {"data": {"instant": 1}}]), "no weather"),
        (forecast(timeseries=[STEP | {"time": "now"}]), "bad time"),
        (forecast(timeseries=[STEP | {"data": {"instant": {"details": {"x": 1}}}}]), "no weather"),
    ],
)
def test_what_is_no_forecast_is_refused_with_a_reason(body, reason):
    assert reason_of(met_norway.parse, body, now=THEN) == reason


def test_a_forecast_that_is_over_is_no_weather():
    assert reason_of(met_norway.parse, FORECAST, now=THEN + timedelta(days=9)) == "no weather"


def test_an_unknown_symbol_is_unknown_and_costs_nothing_else():
    body = FORECAST.replace(b'"lightrain"', b'"rainoffrogs_day"')
    read = met_norway.parse(body, now=THEN)
    assert (read.weather_code, read.is_day, read.temperature) == (None, True, Decimal("23.4"))


def test_gold_is_in_dong_for_a_tael():
    sheet = sjc.parse(GOLD)
    assert sheet.quoted_at == datetime(2026, 11, 20, 1, 32, tzinfo=UTC)
    assert [(price.branch, price.buy, price.sell) for price in sheet.prices] == [
        ("Hồ Chí Minh", 165_500_000, 168_500_000),
        ("Hồ Chí Minh", 159_300_000, 161_800_000),
        ("Huế", None, 168_530_000),
    ]


@pytest.mark.parametrize("body", recorded("sjc_priceservice_2026-03-24_trimmed.json"))
def test_the_recorded_gold_prices_are_read(body):
    assert [price.sell for price in sjc.parse(body).prices] == [170_200_000, 170_300_000]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{}", "wrong root"),
        (b'{"success":false,"data":[]}', "wrong root"),
        (b'{"success":true,"DataList":{"Data":[]}}', "wrong root"),
        (b'{"success":true,"data":[]}', "no gold"),
        (GOLD.replace(b'"Sell":"168,500"', b'"Sell":"1"').replace(b"success", b"x"), "wrong root"),
        (GOLD.replace(b"08:32 20/11/2026", b"-"), "bad time"),
    ],
)
def test_what_is_no_gold_sheet_is_refused_with_a_reason(body, reason):
    assert reason_of(sjc.parse, body) == reason


@pytest.mark.parametrize("sell", ["1", "-", "0", "abc", "99,999,999"])
def test_an_absurd_gold_price_is_left_out(sell):
    body = GOLD.replace(b'"Sell":"168,500"', f'"Sell":"{sell}"'.encode())
    assert [price.branch for price in sjc.parse(body).prices] == ["Hồ Chí Minh", "Huế"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def places(value, path=()):
    """The paths of everything in a JSON value."""
    yield path
    if isinstance(value, (dict, list)):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*path, key))


def put(whole, path, value):
    """The JSON text with another value at this path."""
    if not path:
        return json.dumps(value).encode()
    whole = json.loads(whole)
    part = whole
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return json.dumps(whole).encode()


def corrupted(body):
    """Bytes that are a good body but for one value, or for a cut and some bytes."""
    anywhere = st.sampled_from(list(places(json.loads(body)))) if body else st.just(())
    cut = st.tuples(st.integers(0, len(body)), st.binary(max_size=20), st.integers(0, len(body)))
    return st.one_of(
        st.builds(lambda path, value: put(body, path, value), anywhere, JSON),
        cut.map(lambda parts: body[: parts[0]] + parts[1] + body[parts[2] :]),
    )


def is_sound_sheet(sheet):
    assert sheet.quoted_at.tzinfo
    for rate in sheet.rates:
        buys = [price for price in rate.prices[:2] if price is not None]
        assert all(price > 0 for price in [*buys, rate.sell or 1])
        assert rate.sell is None or all(price <= rate.sell for price in buys)


def is_sound_reading(reading):
    assert reading.observed_at.tzinfo
    assert -60 <= reading.temperature <= 60
    assert all(isinstance(day.day, date) for day in reading.days)


def is_sound_gold(sheet):
    assert sheet.quoted_at.tzinfo
    assert all(0 < (price.buy or 1) <= price.sell for price in sheet.prices)


@pytest.mark.parametrize(
    ("parse", "body", "is_sound"),
    [
        (vietcombank_json.parse, SHEET, is_sound_sheet),
        (lambda body: met_norway.parse(body, now=THEN), FORECAST, is_sound_reading),
        (open_meteo.parse, WEATHER, is_sound_reading),
        (sjc.parse, GOLD, is_sound_gold),
    ],
    ids=["vietcombank_json", "met_norway", "open_meteo", "sjc"],
)
def test_a_corrupted_body_is_read_soundly_or_refused(parse, body, is_sound):
    @tries(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
    @given(corrupted(body))
    def hold(corrupt):
        try:
            found = parse(corrupt)
        except ProviderError as error:
            assert error.reason
        else:
            is_sound(found)

    hold()


def test_every_file_with_a_fetch_is_a_provider_that_names_its_source():
    installed = providers.installed()
    assert installed.keys() >= {"vietcombank", "vietcombank_json", "open_meteo", "met_norway"}
    for name, module in installed.items():
        assert providers.name_of(module) == name
        assert module.ADDRESS.startswith("https://")
        assert providers.source(module.SOURCE.name) == module.SOURCE
    assert providers.source("Somebody else") is None


@pytest.fixture
def folder():
    return env.Providers(SAMPLES.parents[1] / "sidebar" / "providers")


def test_operators_order_providers_and_switch_them_off(folder, monkeypatch):
    assert folder.chain("RATES_PROVIDERS", ["vietcombank"]) == ["vietcombank"]
    monkeypatch.setenv("RATES_PROVIDERS", "vietcombank, vietcombank_json")
    assert folder.chain("RATES_PROVIDERS", []) == ["vietcombank", "vietcombank_json"]
    monkeypatch.setenv("RATES_PROVIDERS", "off")
    assert folder.chain("RATES_PROVIDERS", ["vietcombank"]) == []


@pytest.mark.parametrize("names", ["nobody", "vietcombank,client", "off,vietcombank", "../x"])
def test_a_provider_that_is_not_there_stops_the_start(folder, monkeypatch, names):
    monkeypatch.setenv("RATES_PROVIDERS", names)
    with pytest.raises(ImproperlyConfigured, match="RATES_PROVIDERS"):
        folder.chain("RATES_PROVIDERS", [])
