"""A reader looks rates and weather up with the keyboard alone, on a phone and in the dark."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import gettext
from playwright.sync_api import expect

from tests import feed_server
from tests.e2e.running import portal_processes

pytestmark = pytest.mark.once

PAGES = ["/ty-gia/", "/ty-gia/usd/", "/thoi-tiet/"]


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot):
    with feed_server.serving() as feeds:
        rates = (feed_server.SAMPLES / "vietcombank_20.xml").read_bytes()
        env = {
            "RATES_PROVIDERS": "vietcombank",
            "VIETCOMBANK_URL": feeds.plays("/rates", rates, Content_Type="text/xml"),
            "WEATHER_PROVIDERS": "open_meteo",
            "OPEN_METEO_URL": feeds.plays(
                "/weather", feed_server.six_days(), Content_Type="application/json"
            ),
            "FEED_ALLOW_PRIVATE": "1",
        }
        folder = tmp_path_factory.mktemp("figures")
        with portal_processes(folder, env, snapshot=snapshot) as portal:
            portal.wait_for(lambda: "/ty-gia/usd/" in portal.get("/ty-gia/"))
            portal.wait_for(lambda: "open-meteo.com" in portal.get("/thoi-tiet/"))
            remember_a_month(portal)
            yield portal


def remember_a_month(portal):
    """What the bank would have given in the days before."""
    for days_ago in range(1, 40):
        at = (timezone.now() - timedelta(days=days_ago)).isoformat(sep=" ")
        sell = Decimal(26_000) + days_ago * 3
        portal.sql(
            "INSERT INTO sidebar_ratechange"
            " (currency, buy_cash, buy_transfer, sell, source, quoted_at, recorded_at)"
            f" VALUES ('USD', NULL, {sell - 250}, {sell}, 'Vietcombank', '{at}', '{at}')"
        )


@pytest.fixture
def reader(window):
    """A window that has nothing to complain of when it is closed."""
    opened = []

    def open_window(**options):
        page = window(**options)
        faults = []
        page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        opened.append(faults)
        return page

    yield open_window
    assert opened
    assert not any(opened)


def tab_to(page, found):
    """Go on with Tab until this has the focus."""
    for _ in range(120):
        if found.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("nobody gets there with Tab")


def test_a_currency_is_found_and_an_amount_converted_by_keyboard(reader):
    page = reader()
    page.goto("/ty-gia/")
    rows = page.locator("#bang-ty-gia tbody tr")
    expect(rows).to_have_count(20)
    tab_to(page, page.locator("#tim-ngoai-te"))
    page.keyboard.type("do la my")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("USD")

    page.goto("/ty-gia/")
    tab_to(page, page.locator("#so-tien"))
    page.keyboard.type("1.000.000")
    page.keyboard.press("Tab")
    page.keyboard.type("VND")
    page.keyboard.press("Tab")
    page.keyboard.type("USD")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    answer = page.locator(".converted")
    expect(answer).to_contain_text("1.000.000 VND =")
    expect(answer).to_contain_text("USD")
    expect(answer).to_be_in_viewport()
    expect(page.locator("#so-tien")).to_have_value("1.000.000")

    page.locator("#so-tien").fill("nhiều")
    page.keyboard.press("Enter")
    expect(page.locator("#so-tien")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#so-tien")).to_have_value("nhiều")
    expect(page.locator("#so-tien")).to_have_accessible_description(
        f"{gettext('This is not an amount. Write it like 1,000,000 or 1.5.')} "
        f"{gettext('For example 1,000,000 or 1.5')}"
    )


def test_a_chart_is_named_and_its_table_opens_by_keyboard(reader):
    page = reader()
    page.goto("/ty-gia/")
    link = page.locator("#bang-ty-gia").get_by_role("link", name="USD")
    tab_to(page, link)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("USD")
    charts = page.get_by_role("img", name="USD")
    expect(charts).to_have_count(2)
    for chart in charts.all():
        box = chart.bounding_box()
        assert box["width"] > 300
        assert box["height"] > 100

    details = page.locator("details.chart-table").first
    table = details.get_by_role("table")
    expect(table).to_be_hidden()
    tab_to(page, details.locator("summary"))
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    expect(table.locator("tbody tr")).to_have_count(30)
    # Its rows scroll, and a keyboard gets there.
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    expect(table.locator("tbody tr").last).to_be_in_viewport()


def test_each_region_has_six_days(reader):
    page = reader()
    page.goto("/thoi-tiet/")
    region = page.locator(".region").first
    expect(region.get_by_role("table").get_by_role("rowheader")).to_have_count(6)
    warnings = page.get_by_role("main").locator('a[href="https://nchmf.gov.vn/"]')
    expect(warnings).to_be_in_viewport()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("width", [320, 360])
def test_nothing_scrolls_sideways_on_a_phone(reader, address, width):
    page = reader()
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(address)
    for summary in page.locator("details.chart-table > summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for field in page.locator("main input, main button, main select, main summary").all():
        assert field.bounding_box()["height"] >= 43


@pytest.mark.parametrize("address", PAGES)
def test_pages_hold_without_script(reader, address):
    page = reader(java_script_enabled=False)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main :is(table, [role=img])").first).to_be_visible()


def luminance(colour):
    """Of "rgb(…)", as WCAG 2 reckons it."""
    parts = [int(part) / 255 for part in colour.strip("rgb()").split(",")]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_and_letters_of_a_chart_stand_out_from_the_ground(reader, scheme):
    page = reader(color_scheme=scheme)
    page.goto("/ty-gia/usd/")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.1) == (scheme == "dark")
    for selector, property_name, least in [
        (".line-sell", "stroke", 3),
        (".line-buy_transfer", "stroke", 3),
        (".chart text", "fill", 4.5),
    ]:
        colour = page.locator(selector).first.evaluate(
            "(element, name) => getComputedStyle(element)[name]", property_name
        )
        lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= least, selector
    # Told apart without their colours too.
    dashes = [
        page.locator(f".line-{kind}").first.evaluate("e => getComputedStyle(e).strokeDasharray")
        for kind in ("sell", "buy_transfer")
    ]
    assert dashes[0] == "none"
    assert dashes[1] != "none"
