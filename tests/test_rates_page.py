"""The public page of exchange rates, a page for each currency, and their spreadsheets."""

import csv
import io
import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from defusedxml import ElementTree
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from sidebar import currencies
from sidebar.converter import DONG, Conversion, read_amount
from sidebar.models import CentralRate, ExchangeRate, GoldPrice, RateChange, RateOverride
from sidebar.providers import Rate, RateSheet
from tests.factories import make_home

PAGE = "/ty-gia/"


def rate(currency="USD", buy_cash="26120", buy_transfer="26150", sell="26390", name=""):
    prices = (price and Decimal(price) for price in (buy_cash, buy_transfer, sell))
    return Rate(currency, name, *prices)


RATES = [
    rate(),
    rate("THB", "715.3", "794.8", "828.5"),
    rate("JPY", "161.2", "162.83", "171.45"),
    rate("KWD", None, "85416.53", "89619.25"),
    rate("LAK", "0.9", None, None),
    rate("EUR", "29924.52", "30226.79", "31528.99"),
]


def store(*rates, quoted_at=None):
    """As if the bank had just given this sheet."""
    quoted_at = quoted_at or timezone.now()
    ExchangeRate.objects.replace_with(RateSheet("Vietcombank", quoted_at, rates or tuple(RATES)))


def changed(currency, days_ago, sell, **prices):
    """What a rate became at noon of an earlier day."""
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    at = noon - timedelta(days=days_ago)
    return RateChange.objects.create(
        currency=currency,
        sell=sell and Decimal(sell),
        source="Vietcombank",
        quoted_at=at,
        recorded_at=at,
        **prices,
    )


def type_rate(currency, **prices):
    return RateOverride.objects.create(
        rate=ExchangeRate.objects.get(currency=currency),
        reason="Sai ở nguồn",
        expires_at=timezone.now() + timedelta(hours=3),
        **prices,
    )


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rows_of(html):
    """{currency: its row as text} of the table of all rates."""
    table = re.search(r'<table class="figures board" id="bang-ty-gia">.*?</table>', html, re.DOTALL)
    rows = re.findall(r"<tr>.*?</tr>", table.group(), re.DOTALL)[1:] if table else []
    return {text_of(row).partition(" ")[0]: text_of(row) for row in rows}


@pytest.fixture
def page(client, db):
    make_home()

    def read(address=PAGE, status=200, **query):
        response = client.get(address, query)
        assert response.status_code == status
        assert not response.cookies
        return response.content.decode()

    return read


def test_before_the_first_sheet_every_page_says_so(page):
    html = page()
    assert gettext("No figures have been received yet.") in html
    assert "<table" not in html
    assert 'id="quy-doi"' not in html
    html = page("/ty-gia/usd/")
    assert gettext("No figures have been received yet.") in html
    assert gettext("There is no history of this currency yet.") in html
    assert "<svg" not in html.partition("<main")[2].partition("</main>")[0]


def test_all_currencies_stand_in_one_table_with_source_and_time(page):
    store(quoted_at=timezone.make_aware(datetime(2026, 11, 20, 8, 5)))
    html = page()
    rows = rows_of(html)
    assert list(rows)[:4] == ["USD", "EUR", "JPY", "THB"]
    assert rows.keys() == {rate.currency for rate in RATES}
    assert "Đô la Mỹ 26.120 26.150 26.390" in rows["USD"]
    assert rows["LAK"].count(gettext("not quoted")) == 2
    assert "08:05 20/11/2026" in html
    assert 'href="https://www.vietcombank.com.vn/" rel="noopener external"' in html
    assert gettext("for reference only") in html
    assert 'href="/ty-gia/kwd/"' in html
    assert 'href="/ty-gia/ty-gia.csv"' in html


def test_a_change_since_yesterday_has_an_arrow_and_a_word(page):
    store(rate("USD", sell="26390"), rate("EUR", sell="31000"), rate("THB", sell="828.5"))
    changed("USD", 1, "26300")
    changed("EUR", 5, "31500.25")
    changed("THB", 2, "828.5")
    rows = rows_of(page())
    assert f"▲ {gettext('up')} 90" in rows["USD"]
    assert f"▼ {gettext('down')} 500,25" in rows["EUR"]
    assert gettext("unchanged") in rows["THB"]


def test_a_month_is_drawn_in_small_for_each_currency(page):
    for days_ago in range(29, -1, -1):
        changed("USD", days_ago, 26_000 + days_ago)
    store()
    html = page()
    [path] = re.findall(r'<svg class="spark".*?<path d="([^"]+)"', html, re.DOTALL)
    assert path.count("L") == 29


def test_what_is_older_than_a_day_is_left_out(page):
    store()
    old = timezone.now() - timedelta(hours=25)
    ExchangeRate.objects.filter(currency="THB").update(fetched_at=old)
    assert "THB" not in rows_of(page())
    assert 'value="THB"' not in page()
    ExchangeRate.objects.update(fetched_at=old)
    html = page()
    assert "<table" not in html
    assert "26.390" not in html.partition("<main")[2]
    assert "Vietcombank" in html


def test_old_figures_say_so_and_a_row_of_another_time_says_its_own(page, settings):
    store(quoted_at=timezone.make_aware(datetime(2026, 11, 20, 8, 5)))
    time = timezone.make_aware(datetime(2026, 11, 19, 16, 45))
    # Still the bank's last word on it, an hour before the others.
    ExchangeRate.objects.filter(currency="THB").update(
        quoted_at=time, fetched_at=timezone.now() - timedelta(hours=1)
    )
    rows = rows_of(page())
    assert "16:45 19/11/2026" in rows["THB"]
    assert "2026" not in rows["USD"]
    ExchangeRate.objects.update(fetched_at=timezone.now() - timedelta(hours=2))
    assert "notice-old" in page()


def test_what_the_office_typed_is_marked_until_when(page):
    store()
    changed("THB", 1, "800")
    typed = type_rate("THB", sell=Decimal("830.25"))
    row = rows_of(page())["THB"]
    assert "830,25" in row
    assert "828,5" not in row
    assert f"{timezone.localtime(typed.expires_at):%H:%M}" in row
    assert "▲" not in row, "the bank's own history says nothing of it"
    RateOverride.objects.update(expires_at=timezone.now())
    assert "828,50" in rows_of(page())["THB"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("usd", {"USD"}),
        ("Đô la", {"USD"}),
        ("do la", {"USD"}),
        ("ĐÔ LA MỸ", {"USD"}),
        ("  my  ", {"USD"}),
        ("yen nhat", {"JPY"}),
        ("Yên", {"JPY"}),
        ("kip", {"LAK"}),
        ("", {rate.currency for rate in RATES}),
        ("rúp", set()),
        ("<b>", set()),
    ],
)
def test_a_currency_is_found_by_code_or_name_with_or_without_marks(page, question, found):
    store()
    html = page(q=question)
    assert rows_of(html).keys() == found
    if not found:
        assert 'class="notice" role="status"' in html
        assert "<b>”" not in html


def test_search_takes_anything_and_keeps_it_in_the_field(page):
    store()
    html = page(q='"><script>x</script>')
    assert "<script>x" not in html
    assert "&quot;&gt;&lt;script&gt;" in html
    assert page(q="\x00đ" * 500)


def conversion(amount, source="USD", target=DONG, rates=None):
    query = QueryDict(mutable=True)
    query.update({"so-tien": amount, "tu": source, "sang": target})
    return Conversion.read(query, rates if rates is not None else list(bank().values()))


def bank():
    return {
        one.currency: ExchangeRate(
            currency=one.currency,
            buy_cash=one.buy_cash,
            buy_transfer=one.buy_transfer,
            sell=one.sell,
        )
        for one in RATES
    }


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.000.000", 1_000_000),
        ("1 000 000", 1_000_000),
        ("1000000", 1_000_000),
        ("1,5", Decimal("1.5")),
        ("1.000,25", Decimal("1000.25")),
        ("007", 7),
        ("0,01", Decimal("0.01")),
        ("1.5", None),
        ("1,000,000", None),
        ("1.00", None),
        ("10.0000", None),
        ("0", None),
        ("-5", None),
        ("+5", None),
        ("1e9", None),
        ("NaN", None),
        ("Infinity", None),
        ("٣", None),
        ("１２", None),
        ("5 USD", None),
        (",5", None),
        ("5,", None),
        ("1" * 31, None),
    ],
)
def test_amounts_are_read_as_vietnamese_write_them(text, amount):
    assert read_amount(text) == amount


def test_who_sells_a_currency_gets_what_the_bank_pays_by_transfer():
    found = conversion("100")
    assert found.result == 2_615_000
    assert [step.figure for step in found.steps] == ["buy_transfer"]
    assert conversion("1.000", "LAK").steps[0].figure == "buy_cash"


def test_who_buys_a_currency_pays_what_the_bank_asks():
    found = conversion("2.639.000", DONG, "USD")
    assert found.result == 100
    assert [step.figure for step in found.steps] == ["sell"]


def test_from_one_currency_to_another_it_goes_by_way_of_the_dong():
    found = conversion("100", "EUR", "USD")
    assert found.result == Decimal(100) * Decimal("30226.79") / 26_390
    assert [(step.rate.currency, step.figure) for step in found.steps] == [
        ("EUR", "buy_transfer"),
        ("USD", "sell"),
    ]


@pytest.mark.parametrize(
    ("amount", "source", "target", "places"),
    [
        ("100", "USD", DONG, "0g"),
        ("1.000.000", DONG, "USD", "2g"),
        ("1", DONG, "USD", "6g"),
        ("0,01", "LAK", DONG, "4g"),
    ],
)
def test_results_are_rounded_to_what_one_pays_but_never_to_nothing(amount, source, target, places):
    assert conversion(amount, source, target).result_places == places


@pytest.mark.parametrize(
    ("amount", "source", "target", "fields"),
    [
        ("", "USD", DONG, {"typed"}),
        ("abc", "USD", DONG, {"typed"}),
        ("9" * 25, "USD", DONG, {"typed"}),
        ("1", "USD", "USD", {"target"}),
        ("1", DONG, DONG, {"target"}),
        ("1", "XXX", DONG, {"source"}),
        ("1", "USD", "<script>", {"target"}),
        ("1", DONG, "LAK", {"target"}),
        ("x", "XXX", "YYY", {"typed", "source", "target"}),
    ],
)
def test_what_is_wrong_is_told_at_its_field(amount, source, target, fields):
    found = conversion(amount, source, target)
    assert found.faults.keys() == fields
    assert found.result is None
    assert amount.startswith(found.typed)


def test_a_bank_that_does_not_buy_a_currency_is_said_not_to():
    rates = [ExchangeRate(currency="RUB", sell=Decimal(344))]
    assert conversion("1", "RUB", rates=rates).faults.keys() == {"source"}


AMOUNTS = st.integers(1, 10**12).map(lambda number: f"{number:,}".replace(",", "."))


@tries(deadline=None)
@given(AMOUNTS, st.sampled_from(["USD", "EUR", "JPY", "THB", "KWD"]))
def test_nobody_gains_by_changing_there_and_back(amount, currency):
    there = conversion(amount, DONG, currency).result
    [rate] = [one for one in bank().values() if one.currency == currency]
    assert there * rate.buy_transfer <= read_amount(amount)
    back = conversion(amount, currency, DONG)
    assert back.result == read_amount(amount) * rate.buy_transfer


@tries(deadline=None)
@given(st.text(max_size=60), st.text(max_size=8), st.text(max_size=8))
def test_whatever_is_typed_gives_an_answer_or_a_fault(amount, source, target):
    found = conversion(amount, source, target)
    assert (found.result is None) == bool(found.faults)
    if found.result is not None:
        assert found.result > 0
        assert re.fullmatch(r"\d+g", found.result_places)


@pytest.mark.parametrize("amount", ["1.000.000", "1000000"])
def test_the_converter_answers_on_the_page_and_names_the_rate(page, amount):
    store()
    html = page(**{"so-tien": amount, "tu": "VND", "sang": "USD"})
    answer = text_of(re.search(r'<div class="converted".*?</div>', html, re.DOTALL).group())
    assert "1.000.000 VND = 37,89 USD" in answer
    assert "26.390" in answer
    assert gettext("the rate at which the bank sells") in answer
    assert '<option value="USD" selected>' in html


def test_the_converter_uses_what_the_office_typed_and_says_so(page):
    store()
    type_rate("USD", sell=Decimal(25_000))
    html = page(**{"so-tien": "1.000.000", "tu": "VND", "sang": "usd"})
    answer = text_of(re.search(r'<div class="converted".*?</div>', html, re.DOTALL).group())
    assert "40,00 USD" in answer
    assert gettext("typed by the office") in answer


def test_hostile_input_is_kept_as_text_beside_its_fault(page):
    store()
    html = page(**{"so-tien": '"><img src=x>', "tu": "VND", "sang": '"><i>'})
    assert "<img src=x>" not in html
    assert 'value="&quot;&gt;&lt;img src=x&gt;"' in html
    assert html.count('aria-invalid="true"') == 2
    assert html.count('class="fault"') == 2
    assert 'class="converted"' not in html


def test_nothing_is_wrong_before_somebody_asks(page):
    store()
    html = page(tu="EUR", sang="VND")
    assert 'class="fault"' not in html
    assert '<option value="EUR" selected>' in html


def test_the_central_rate_stands_with_number_and_day(page):
    store()
    assert gettext("The State Bank's central rate") not in page()
    day = timezone.localdate()
    CentralRate.objects.create(rate=Decimal("25148"), number="236/TB-NHNN", day=day)
    CentralRate.objects.create(
        rate=Decimal("25150"), number="237/TB-NHNN", day=day + timedelta(days=1)
    )
    html = page()
    assert "25.148" in html
    assert "236/TB-NHNN" in html
    assert f"{day.day}/{day.month}/{day.year}" in html
    assert "25.150" not in html


def test_gold_stands_with_its_source_as_long_as_it_is_fresh(page):
    now = timezone.now()
    assert gettext("Gold prices") not in page()
    GoldPrice.objects.create(
        name="Vàng SJC 1L",
        branch="Hồ Chí Minh",
        buy=None,
        sell=169_700_000,
        source="SJC",
        quoted_at=now,
        fetched_at=now,
    )
    html = page()
    assert "169.700.000" in html
    assert 'href="https://sjc.com.vn/"' in html
    GoldPrice.objects.update(fetched_at=now - timedelta(hours=25))
    assert "169.700.000" not in page()


def test_the_feeds_words_are_text_and_never_markup(page):
    store(*RATES, rate("XXX", name="<script>alert(1)</script>"))
    for html in (page(), page("/ty-gia/xxx/")):
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html


def sheet_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    body = response.content.decode("utf-8")
    assert body.startswith("\ufeff")
    titles, *rows = csv.reader(io.StringIO(body.removeprefix("\ufeff")))
    assert all(len(row) == len(titles) for row in rows)
    return response["Content-Disposition"], titles, rows


@pytest.mark.django_db
def test_the_table_comes_as_csv_with_plain_figures_and_iso_times(client):
    store(quoted_at=timezone.make_aware(datetime(2026, 11, 20, 8, 5, 9)))
    name, titles, rows = sheet_of(client, "/ty-gia/ty-gia.csv")
    assert name == 'attachment; filename="ty-gia.csv"'
    assert titles[-2:] == [gettext("Source"), gettext("Terms of use")]
    found = {row[0]: row for row in rows}
    assert found["EUR"][1:6] == [
        "Euro",
        "29924.52",
        "30226.79",
        "31528.99",
        "2026-11-20T08:05:09+07:00",
    ]
    assert found["KWD"][2] == "", "no quote is no zero"
    assert found["USD"][4] == "26390"
    assert datetime.fromisoformat(found["USD"][6]).utcoffset() == timedelta(hours=7)
    assert found["USD"][-2] == "Vietcombank"
    assert gettext("for reference only") in found["USD"][-1]


@pytest.mark.django_db
def test_csv_leaves_out_what_the_page_leaves_out_and_marks_what_was_typed(client):
    store()
    type_rate("THB", sell=Decimal("830.25"))
    ExchangeRate.objects.filter(currency="JPY").update(
        fetched_at=timezone.now() - timedelta(hours=25)
    )
    found = {row[0]: row for row in sheet_of(client, "/ty-gia/ty-gia.csv")[2]}
    assert "JPY" not in found
    assert found["THB"][2:5] == ["", "", "830.25"]
    assert found["THB"][-2] == gettext("Typed by the office")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_no_cell_is_a_formula(client, name):
    store(*RATES, rate("XXX", name=name))
    for row in sheet_of(client, "/ty-gia/ty-gia.csv")[2]:
        assert not any(cell.startswith(tuple("=+-@\t\r\n＝")) for cell in row)


@pytest.mark.django_db
def test_an_empty_database_gives_a_csv_of_titles(client):
    for address in ("/ty-gia/ty-gia.csv", "/ty-gia/usd/ty-gia.csv"):
        _name, titles, rows = sheet_of(client, address)
        assert titles
        assert rows == []
    assert client.get("/ty-gia/zzz/ty-gia.csv").status_code == 404


@pytest.mark.django_db
def test_every_change_of_a_currency_comes_as_csv(client):
    for days_ago, sell in ((500, "24000"), (2, "26000.5"), (1, None)):
        changed("USD", days_ago, sell, buy_transfer=Decimal(25_000))
    changed("EUR", 1, "31000")
    name, _titles, rows = sheet_of(client, "/ty-gia/usd/ty-gia.csv")
    assert name == 'attachment; filename="ty-gia-usd.csv"'
    assert [row[4] for row in rows] == ["24000", "26000.5", ""]
    assert [row[3] for row in rows] == ["25000"] * 3
    times = [datetime.fromisoformat(row[5]) for row in rows]
    assert times == sorted(times)


def test_a_currency_has_its_figures_two_charts_and_the_same_as_tables(page):
    for days_ago in range(200, 0, -1):
        changed("USD", days_ago, 26_000 + days_ago, buy_transfer=Decimal(25_800 + days_ago))
    store()
    changed("USD", 0, "26390", buy_transfer=Decimal(26_150))
    html = page("/ty-gia/usd/")
    assert "26.120" in html
    pictures = re.findall(r'<svg class="chart" viewBox="0 0 480.*?</svg>', html, re.DOTALL)
    drawn = [ElementTree.fromstring(picture) for picture in pictures]
    assert [picture.get("role") for picture in drawn] == ["img", "img"]
    lines = [path.get("d").count("L") for picture in drawn for path in picture.iterfind("g/path")]
    assert lines == [29, 29, 200, 200]
    tables = re.findall(r'<details class="chart-table">.*?</details>', html, re.DOTALL)
    assert [table.count('<th scope="row">') for table in tables] == [30, 201]
    newest, before = re.findall(r"<tr>.*?</tr>", tables[0], re.DOTALL)[1:3]
    today = timezone.localdate()
    assert text_of(newest) == f"{today.day}/{today.month}/{today.year} 26.150 26.390"
    assert text_of(before).endswith("25.801 26.001")
    first = today - timedelta(days=200)
    assert f"{first.day}/{first.month}/{first.year}" in html
    assert "style=" not in html
    assert 'href="/ty-gia/usd/ty-gia.csv"' in html
    assert 'href="/ty-gia/?tu=USD&amp;sang=VND#quy-doi"' in html


def test_history_stays_when_the_present_figures_are_too_old(page):
    changed("USD", 3, "26000")
    store()
    ExchangeRate.objects.update(fetched_at=timezone.now() - timedelta(hours=30))
    html = page("/ty-gia/usd/")
    assert "notice-old" in html
    assert "rate-now" not in html
    assert "<details" in html


def test_a_typed_rate_is_marked_on_its_own_page(page):
    store()
    type_rate("USD", sell=Decimal(27_000))
    html = page("/ty-gia/usd/")
    assert "27.000" in html
    assert "board-typed" in html


@pytest.mark.parametrize("code", ["USD", "Usd", "uSD"])
def test_a_currency_has_one_address_in_small_letters(client, db, code):
    response = client.get(f"/ty-gia/{code}/")
    assert response.status_code == 301
    assert response["Location"] == "/ty-gia/usd/"


@pytest.mark.parametrize("code", ["xxx", "us", "usdd", "vnd", "1", "a-b"])
def test_an_unknown_currency_is_not_found(page, code):
    store()
    page(f"/ty-gia/{code}/", status=404)


def test_a_currency_that_only_history_knows_keeps_its_page(page):
    changed("XAU", 40, "1000")
    html = page("/ty-gia/xau/")
    assert "XAU" in html
    assert gettext("No figures have been received yet.") in html


@pytest.mark.django_db
def test_the_closing_rates_of_all_are_those_of_each(django_assert_num_queries):
    store(rate("USD"), rate("EUR"), rate("THB"), rate("JPY"))
    RateChange.objects.all().delete()
    for days_ago, sell in ((90, "24000"), (60, "25000"), (5, "26000"), (0, "26500")):
        changed("USD", days_ago, sell)
    changed("EUR", 90, "30000")
    changed("THB", 29, "800")
    changed("GBP", 3, "35000")
    with django_assert_num_queries(1):
        found = RateChange.objects.closings(30)
    assert found.keys() == {"USD", "EUR", "THB"}, "as far as the bank quotes it"
    for code, days in found.items():
        assert days == RateChange.objects.closing(code, 30)
        assert len(days) == 30
    assert {change.sell for _day, change in found["USD"]} == {25_000, 26_000, 26_500}


@pytest.mark.parametrize(
    ("address", "limit"), [(PAGE, 10), ("/ty-gia/usd/", 10), ("/ty-gia/ty-gia.csv", 1)]
)
def test_more_currencies_and_more_history_take_no_more_queries(client, db, address, limit):
    make_home()
    counts = []
    for codes in (["USD", "EUR", "JPY"], list(currencies.NAMES)):
        store(*(rate(code) for code in codes))
        RateChange.objects.all().delete()
        for code in codes:
            for days_ago in range(len(codes)):
                changed(code, days_ago, 26_000 + days_ago)
        client.get(address)  # fills caches
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= limit


@pytest.mark.django_db
def test_what_the_office_typed_is_shown_even_when_the_bank_has_been_silent_for_days(client):
    ExchangeRate.objects.create(
        currency="USD",
        sell=26390,
        source="Vietcombank",
        quoted_at=timezone.now() - timedelta(days=3),
        fetched_at=timezone.now() - timedelta(days=3),
    )
    shown = client.get("/ty-gia/").content.decode()
    assert "26.390" not in shown
    RateOverride.objects.create(
        rate=ExchangeRate.objects.get(),
        sell=26100,
        reason="Ngân hàng ngừng cung cấp",
        expires_at=timezone.now() + timedelta(hours=1),
    )
    for address in ("/ty-gia/", "/ty-gia/usd/"):
        shown = client.get(address).content.decode()
        assert "26.100" in shown
        assert "26.390" not in shown
