from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from sidebar.blocks import RatesBlock
from sidebar.models import ExchangeRate, RateChange, RateOverride
from sidebar.providers import ProviderError, Rate, RateSheet, vietcombank

from .feed_server import RATES, recorded

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
FIVE = {"AUD": "16,911.00", "EUR": "31,372.80", "JPY": "171.45", "SGD": "20,658.81"}


def sheet_body(*rows, time="11/20/2026 8:05:09 AM", usd='Sell="26,390.00"'):
    """A sheet of five good rows and these ones in front."""
    good = "".join(
        f'<Exrate CurrencyCode="{code}" CurrencyName="X" Buy="-" Transfer="-" Sell="{sell}" />'
        for code, sell in FIVE.items()
    )
    dollar = f'<Exrate CurrencyCode="USD" CurrencyName="US DOLLAR" Buy="-" Transfer="-" {usd} />'
    return (
        f"<ExrateList><DateTime>{time}</DateTime>{''.join(rows)}{good}{dollar}</ExrateList>"
    ).encode()


def row(code="THB", buy="715.30", transfer="794.80", sell="828.50"):
    return (
        f'<Exrate CurrencyCode="{code}" CurrencyName="N" Buy="{buy}" Transfer="{transfer}" '
        f'Sell="{sell}" />'
    )


def rate_of(body, code):
    found = {rate.currency: rate for rate in vietcombank.parse(body).rates}
    return found.get(code)


def reason_of(body):
    with pytest.raises(ProviderError) as caught:
        vietcombank.parse(body)
    return caught.value.reason


def sheet(*rates, quoted_at=None):
    return RateSheet("Vietcombank", quoted_at or timezone.now(), rates)


def rate(currency="USD", buy_cash="26120", buy_transfer="26150", sell="26390", name=""):
    prices = (None if price is None else Decimal(price) for price in (buy_cash, buy_transfer, sell))
    return Rate(currency, name, *prices)


def test_a_row_is_read_as_it_is_written():
    read = vietcombank.parse(RATES)
    assert read.source == "Vietcombank"
    assert read.rates[0] == Rate(
        "AUD", "AUSTRALIAN DOLLAR", Decimal(16911), Decimal("17081.5"), Decimal("17630.25")
    )


@pytest.mark.parametrize("code", ["DKK", "KWD", "RUB"])
def test_what_the_bank_does_not_quote_is_none_and_never_zero(code):
    assert rate_of(RATES, code).buy_cash is None
    assert rate_of(RATES, code).sell > 0


SHEETS = [
    (9, datetime(2026, 11, 20, 8, 5, 9), [RATES]),
    (20, datetime(2022, 12, 21, 14, 36, 27), recorded("vcb_pxml_2022-12-21_full.xml")),
    (5, datetime(2026, 9, 2, 17, 38, 54), recorded("vcb_pxml_2026-09-02_trimmed_empty_buy.xml")),
]


@pytest.mark.parametrize(
    ("rows", "quoted_at", "body"),
    [(rows, quoted_at, body) for rows, quoted_at, bodies in SHEETS for body in bodies],
)
def test_sheets_of_the_bank_are_read_whole(rows, quoted_at, body):
    read = vietcombank.parse(body)
    assert len(read.rates) == rows
    assert read.quoted_at == quoted_at.replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><head><title>Request Rejected</title></head><body>Support ID <1><br></body></html>",
        b'{"Count":1,"Data":[{"currencyCode":"USD","sell":"26412.00"}]}',
        *recorded("waf_rejected_200.html", "vcb_api_exchangerates_2025-12-09_full.json"),
    ],
)
def test_bodies_of_other_kinds_are_refused(body):
    assert reason_of(body) == "not xml"


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n "])
def test_a_mark_and_blanks_in_front_do_no_harm(before):
    assert len(vietcombank.parse(before + RATES).rates) == 9


@pytest.mark.parametrize("coding", ["utf-16", "utf-32"])
def test_what_is_not_in_the_banks_encoding_is_refused(coding):
    assert reason_of(RATES.decode().encode(coding)) == "not xml"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("9/2/2026 5:38:54 PM", datetime(2026, 9, 2, 17, 38, 54)),
        ("12/1/2026 12:00:01 AM", datetime(2026, 12, 1, 0, 0, 1)),
        ("02/09/2026 17:38:54", datetime(2026, 9, 2, 17, 38, 54)),
        (" 31/12/2026 00:00:00 ", datetime(2026, 12, 31)),
    ],
)
def test_the_banks_time_is_vietnams(text, moment):
    assert vietcombank.parse(sheet_body(time=text)).quoted_at == moment.replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "text", ["", "today", "2026-09-02T17:38:54", "13/13/2026 00:00:00", "1/1/0001 1:00:00 AM"]
)
def test_a_sheet_without_a_time_of_its_own_is_refused(text):
    assert reason_of(sheet_body(time=text)) == "bad time"


@pytest.mark.parametrize(
    "bad",
    [
        row(buy="abc"),
        row(sell="NaN"),
        row(sell="9e99"),
        row(sell="-828.50"),
        row(sell="828,50"),
        row(sell="26.390,00"),
        row(sell="12345678"),
        row(sell="٨٢٨"),
        row(buy="900.00"),
        row(transfer="900.00"),
        row(buy="-", transfer="", sell="0.00"),
        row(code="thb"),
        row(code="THBX"),
        row(code=""),
        '<Exrate CurrencyCode="THB" CurrencyName="N" Buy="715.30" Transfer="794.80" />',
        "<Exrate />",
    ],
)
def test_a_bad_row_is_left_out_and_costs_the_others_nothing(bad):
    body = sheet_body(bad)
    assert len(vietcombank.parse(body).rates) == 5
    assert rate_of(body, "THB") is None


def test_a_row_that_is_there_twice_counts_once():
    assert rate_of(sheet_body(row(), row()), "THB").sell == Decimal("828.5")


def test_of_rows_that_contradict_each_other_none_counts():
    body = sheet_body(row(), row(sell="900.00"), row())
    assert rate_of(body, "THB") is None
    assert len(vietcombank.parse(body).rates) == 5
    assert reason_of(sheet_body(row(), row("USD"))) == "no usd"


def test_a_currency_that_only_one_side_quotes_is_kept():
    assert rate_of(sheet_body(row(sell="-")), "THB").sell is None


def test_unknown_currencies_are_kept_but_make_no_sheet():
    made_up = [row(code) for code in ("AAA", "BBB", "CCC", "DDD")]
    assert rate_of(sheet_body(*made_up), "AAA")
    dollar = row("USD")
    body = f"<ExrateList><DateTime>9/2/2026 5:38:54 PM</DateTime>{''.join(made_up)}{dollar}"
    assert reason_of(f"{body}</ExrateList>".encode()) == "few rates"


@pytest.mark.parametrize("usd", ['Sell="-"', 'Sell="?"', ""])
def test_a_sheet_without_the_dollar_is_no_sheet(usd):
    body = sheet_body(row(), usd=usd)
    assert reason_of(body) == "no usd"


ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"garbage", "not xml"),
        (b"\x00\xff\xfe\x80", "not xml"),
        (RATES[:700], "not xml"),
        (b"<html><body>Request Rejected</body></html>", "wrong root"),
        (b"<!DOCTYPE html><html></html>", "not xml"),
        (b"<ExrateList/>", "no rates"),
        (b"<a>" * 100_000, "not xml"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "wrong root"),
        (b"<?xml version='1.0' encoding='no-such-code'?><ExrateList/>", "not xml"),
        (b"<?xml version='1.0' encoding='utf-7'?><ExrateList/>", "not xml"),
        (b"<?xml version='1.0' encoding='base64'?><ExrateList/>", "not xml"),
        (
            f'<!DOCTYPE x [<!ENTITY a0 "ha">{ENTITIES}]><ExrateList>&a9;</ExrateList>'.encode(),
            "not xml",
        ),
        (
            b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><ExrateList>&x;</ExrateList>',
            "not xml",
        ),
        (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><ExrateList/>', "not xml"),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_reason(body, reason):
    assert reason_of(body) == reason


@tries(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=400),
        st.tuples(
            st.integers(0, len(RATES)), st.integers(0, len(RATES)), st.binary(max_size=20)
        ).map(lambda cut: RATES[: cut[0]] + cut[2] + RATES[cut[1] :]),
        st.text(max_size=30).map(
            lambda text: RATES.replace(b"16,911.00", text.encode("utf-8", "xmlcharrefreplace"))
        ),
    )
)
def test_any_bytes_are_a_sound_sheet_or_a_provider_error(body):
    try:
        read = vietcombank.parse(body)
    except ProviderError as error:
        assert error.reason
        return
    assert read.quoted_at.tzinfo
    assert len(read.rates) >= 5
    assert "USD" in {rate.currency for rate in read.rates}
    for one in read.rates:
        buys = [price for price in (one.buy_cash, one.buy_transfer) if price is not None]
        assert all(price > 0 for price in [*buys, one.sell or 1])
        assert one.sell is None or all(price <= one.sell for price in buys)


@pytest.mark.django_db
def test_a_new_sheet_takes_the_place_of_the_old_one():
    ExchangeRate.objects.replace_with(sheet(rate("USD"), rate("THB")))
    dollar = ExchangeRate.objects.get(currency="USD")
    ExchangeRate.objects.replace_with(
        sheet(rate("USD", sell="26400"), rate("EUR", "30000", "30100", "31000"))
    )
    assert ExchangeRate.objects.get(currency="USD").sell == 26400
    assert ExchangeRate.objects.get(currency="USD").pk == dollar.pk
    assert ExchangeRate.objects.filter(currency="EUR").exists()


@pytest.mark.django_db
def test_a_currency_that_a_sheet_leaves_out_keeps_its_last_good_rate_for_a_month():
    ExchangeRate.objects.replace_with(sheet(rate("USD"), rate("THB")))
    before = ExchangeRate.objects.filter(currency="THB").values().get()
    ExchangeRate.objects.replace_with(sheet(rate("USD")))
    assert ExchangeRate.objects.filter(currency="THB").values().get() == before
    ExchangeRate.objects.filter(currency="THB").update(
        fetched_at=timezone.now() - timedelta(days=31)
    )
    ExchangeRate.objects.replace_with(sheet(rate("USD")))
    assert [row.currency for row in ExchangeRate.objects.all()] == ["USD"]


@pytest.mark.django_db
def test_history_has_a_row_for_each_change_and_none_for_a_sheet_that_changed_nothing():
    ExchangeRate.objects.replace_with(sheet(rate("USD"), rate("THB", "700", "710", "730")))
    ExchangeRate.objects.replace_with(sheet(rate("USD"), rate("THB", "700", "710", "730")))
    ExchangeRate.objects.replace_with(sheet(rate("USD", sell="26400"), rate("THB", None, None)))
    changes = RateChange.objects.order_by("pk").values_list("currency", "buy_transfer", "sell")
    assert sorted(changes[:2]) == [("THB", 710, 730), ("USD", 26150, 26390)]
    assert sorted(changes[2:]) == [("THB", None, 26390), ("USD", 26150, 26400)]


def changed(currency, ago, sell):
    return RateChange.objects.create(
        currency=currency,
        sell=sell,
        source="Vietcombank",
        quoted_at=timezone.now() - ago,
        recorded_at=timezone.now() - ago,
    )


@pytest.mark.django_db
def test_of_days_longer_ago_than_400_only_the_closing_rate_is_kept():
    morning = timezone.localtime().replace(hour=9, minute=0) - timedelta(days=401)
    evening = morning + timedelta(hours=8)
    kept_day = timezone.localtime().replace(hour=9, minute=0) - timedelta(days=400)
    for moment, sell in [(morning, 1), (evening, 2), (kept_day, 3), (kept_day, 4)]:
        row = changed("USD", timedelta(), sell)
        shift = timedelta(seconds=sell)
        RateChange.objects.filter(pk=row.pk).update(recorded_at=moment + shift)
    changed("EUR", timedelta(days=401), 5)
    assert RateChange.objects.thin() == 1
    assert sorted(RateChange.objects.values_list("sell", flat=True)) == [2, 3, 4, 5]
    assert RateChange.objects.thin() == 0


@pytest.mark.django_db
def test_a_closing_rate_holds_until_the_next_change():
    changed("USD", timedelta(days=40), 100)
    changed("USD", timedelta(days=3), 110)
    changed("USD", timedelta(days=3) - timedelta(microseconds=1), 120)
    changed("EUR", timedelta(days=2), 500)
    days = RateChange.objects.closing("USD", 5)
    assert [row.sell for _day, row in days] == [100, 120, 120, 120, 120]
    assert days[-1][0] == timezone.localdate()
    assert [row.sell for _day, row in RateChange.objects.closing("EUR", 5)] == [500, 500, 500]
    assert RateChange.objects.closing("JPY", 5) == []


@pytest.mark.django_db
def test_a_rate_that_an_operator_typed_stands_in_until_it_expires():
    ExchangeRate.objects.replace_with(sheet(rate("USD"), rate("THB")))
    dollar = ExchangeRate.objects.get(currency="USD")
    override = RateOverride.objects.create(
        rate=dollar,
        sell=26000,
        reason="Ngân hàng đăng nhầm",
        expires_at=timezone.now() + timedelta(hours=1),
    )
    assert ExchangeRate.objects.board(["USD"])[0].shown.sell == 26000
    assert "26.000" in shown(currencies=["USD"])
    override.expires_at = timezone.now()
    override.save()
    assert ExchangeRate.objects.board(["USD"])[0].shown.sell == 26390
    assert "26.390" in shown(currencies=["USD"])


@pytest.mark.django_db
def test_a_sheet_that_cannot_be_stored_leaves_the_old_one_whole():
    ExchangeRate.objects.replace_with(sheet(rate("USD"), rate("THB")))
    before = list(ExchangeRate.objects.values())
    with pytest.raises(IntegrityError):
        ExchangeRate.objects.replace_with(sheet(rate("USD", sell="1"), rate(currency=None)))
    assert list(ExchangeRate.objects.values()) == before


@pytest.mark.django_db
def test_the_board_shows_the_chosen_currencies_first():
    ExchangeRate.objects.replace_with(
        sheet(rate("AUD"), rate("JPY"), rate("THB"), rate("USD"), rate("XXX"))
    )
    order = [row.currency for row in ExchangeRate.objects.board(["USD", "LAK", "JPY"])]
    assert order == ["USD", "JPY", "AUD", "THB", "XXX"]


def shown(**value):
    block = RatesBlock()
    return block.render(block.to_python(value))


@pytest.mark.django_db
def test_the_block_holds_the_chosen_currencies_and_leads_to_the_others(django_assert_num_queries):
    ExchangeRate.objects.replace_with(vietcombank.parse(RATES))
    with django_assert_num_queries(1):
        html = shown(heading="Tỷ giá", currencies=["USD", "EUR"])
    assert html.index(">USD ") < html.index(">EUR ")
    assert ">AUD " not in html
    assert html.count('<th scope="row">') == 2
    assert "26.390" in html
    assert 'href="/ty-gia/"' in html
    assert 'href="https://www.vietcombank.com.vn/" rel="noopener external"' in html
    assert "08:05 20/11/2026" in html


@pytest.mark.django_db
def test_no_quote_is_a_dash_with_words():
    ExchangeRate.objects.replace_with(sheet(rate("USD", buy_cash=None)))
    html = shown(currencies=["USD"])
    assert "—" in html
    assert gettext("not quoted") in html
    assert "None" not in html


@pytest.mark.django_db
def test_before_the_first_sheet_the_block_says_so():
    html = shown(heading="Tỷ giá")
    assert gettext("No figures have been received yet.") in html
    assert "<table" not in html


def fetched(ago, quoted_ago=timedelta()):
    """The stored sheet, as if it had been fetched some time ago."""
    fetched_at = timezone.now() - ago
    ExchangeRate.objects.replace_with(sheet(rate("USD"), rate("THB")))
    ExchangeRate.objects.update(fetched_at=fetched_at, quoted_at=fetched_at - quoted_ago)
    return f"{timezone.localtime(fetched_at):%H:%M} {timezone.localtime(fetched_at).day}/"


@pytest.mark.django_db
def test_fresh_figures_carry_no_notice(settings):
    settings.RATES_INTERVAL = 900
    fetched(timedelta(minutes=29))
    assert "notice" not in shown()


@pytest.mark.django_db
def test_figures_older_than_two_intervals_say_so(settings):
    settings.RATES_INTERVAL = 900
    time = fetched(timedelta(minutes=31))
    html = shown()
    assert "notice-old" in html
    assert time in html
    assert "<table" in html


@pytest.mark.django_db
def test_figures_older_than_a_day_are_hidden_behind_a_plain_sentence():
    time = fetched(timedelta(hours=24, minutes=1))
    html = shown()
    assert "<table" not in html
    assert "26.390" not in html
    assert "Vietcombank" in html
    assert time in html


@pytest.mark.django_db
def test_a_source_that_dates_its_figures_long_ago_is_quoted_and_still_shown():
    ExchangeRate.objects.replace_with(
        sheet(rate("USD"), quoted_at=datetime(2022, 12, 21, 14, 36, 27, tzinfo=VIETNAM))
    )
    html = shown()
    assert html.count("notice-old") == 1
    assert html.count("14:36 21/12/2022") == 2
    assert "26.390" in html


@pytest.mark.django_db
def test_the_feeds_words_are_text_and_never_markup():
    ExchangeRate.objects.replace_with(sheet(rate("XXX", name="<script>alert(1)</script>")))
    html = shown(currencies=["XXX"])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
