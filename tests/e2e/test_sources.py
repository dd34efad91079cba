"""An operator at the page "Nguồn dữ liệu", in a real browser, with real workers behind it."""

import re
import threading

import pytest
from playwright.sync_api import expect

from tests import feed_server
from tests.e2e.running import portal_processes

pytestmark = pytest.mark.once

SHEET = (feed_server.SAMPLES / "vietcombank_20.xml").read_bytes()
ADDRESS = "/admin/nguon-du-lieu/"
REGION = "/admin/snippets/sidebar/weatherregion/edit/{}/"


@pytest.fixture(scope="module")
def feeds():
    with feed_server.serving() as server:
        server.plays("/rates", SHEET, Content_Type="text/xml")
        server.plays("/weather", feed_server.WEATHER, Content_Type="application/json")
        yield server


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot, feeds):
    env = {
        "RATES_PROVIDERS": "vietcombank",
        "WEATHER_PROVIDERS": "open_meteo",
        "VIETCOMBANK_URL": feeds.url + "/rates",
        "OPEN_METEO_URL": feeds.url + "/weather",
        "FEED_ALLOW_PRIVATE": "1",
    }
    with portal_processes(tmp_path_factory.mktemp("sources"), env, snapshot=snapshot) as portal:
        # What beat asks for when it starts.
        both = "SELECT feed FROM sidebar_feedstate WHERE good_at IS NOT NULL"
        portal.wait_for(lambda: {feed for (feed,) in portal.sql(both)} >= {"rates", "weather"})
        yield portal


@pytest.fixture
def operator(window):
    operator = window("banbientap")
    faults = []
    operator.on("pageerror", lambda error: faults.append(str(error)))
    yield operator
    assert faults == []


def shows(portal, text):
    return text in portal.get("/ty-gia/") and text in portal.get("/")


def test_an_operator_finds_the_page_and_fetches_new_figures_by_keyboard(operator, portal, feeds):
    operator.get_by_role("button", name="Số liệu tự động").click()
    operator.get_by_role("link", name="Nguồn dữ liệu").click()
    operator.wait_for_url(f"**{ADDRESS}")
    rates = operator.locator("#rates")
    expect(rates).to_contain_text("mọi việc bình thường")
    before = rates.locator("dl time").get_attribute("datetime")
    assert not shows(portal, "26.481")

    go = threading.Event()
    feeds.plays("/rates", SHEET.replace(b"26,381.00", b"26,481.00"), Content_Type="text/xml")
    answer = feeds.answers["/rates"]
    feeds.does("/rates", lambda handler: go.wait(4) and answer(handler))
    button = rates.get_by_role("button", name=re.compile("^Lấy ngay"))
    button.focus()
    operator.keyboard.press("Enter")
    status = rates.get_by_role("status")
    expect(status).to_contain_text("Đang hỏi Vietcombank…", timeout=15_000)
    # Pressed again in the middle: there is one run all the same.
    operator.keyboard.press("Enter")
    go.set()
    expect(status).to_contain_text("Vietcombank: đã nhận 20 dòng.", timeout=15_000)
    expect(rates.locator("dl time")).not_to_have_attribute("datetime", before)
    expect(button).to_be_focused()
    assert operator.url.endswith(ADDRESS)
    ((runs,),) = portal.sql("SELECT count(*) FROM sidebar_feedrun WHERE feed = 'rates'")
    assert runs == 2
    portal.wait_for(lambda: shows(portal, "26.481"))

    operator.keyboard.press("Enter")
    expect(status).to_contain_text("Đã có người yêu cầu cách đây chưa đầy một phút.")
    operator.reload()
    expect(operator.locator(".source-acts")).to_contain_text("Yêu cầu lấy số liệu mới")


def test_figures_are_held_for_a_reason_and_let_move_by_keyboard(operator):
    operator.goto(ADDRESS)
    weather = operator.locator("#weather")
    weather.locator("summary", has_text="Giữ số liệu…").focus()
    operator.keyboard.press("Enter")
    operator.keyboard.press("Tab")
    operator.keyboard.press("Enter")
    expect(operator.locator("#weather")).to_contain_text("Hãy ghi lý do để đồng nghiệp biết.")
    # The field is where one goes on.
    expect(weather.get_by_label("Vì sao giữ số liệu này?")).to_be_focused()
    operator.keyboard.type("Bão số 9: theo tin của Đài khí tượng")
    operator.keyboard.press("Enter")
    expect(weather.locator(".source-pill")).to_have_text("Đang giữ")
    expect(weather).to_contain_text("Bão số 9: theo tin của Đài khí tượng")
    expect(weather.get_by_role("button", name=re.compile("^Lấy ngay"))).to_have_count(0)

    weather.get_by_role("button", name=re.compile("^Thôi giữ")).focus()
    operator.keyboard.press("Enter")
    expect(weather.locator(".source-pill")).to_have_text("Bình thường")
    acts = operator.locator(".source-acts li")
    expect(acts.nth(0)).to_contain_text("Thôi giữ, cho cập nhật lại")
    expect(acts.nth(1)).to_contain_text("Giữ số liệu: Bão số 9: theo tin của Đài khí tượng")
    expect(acts.nth(1)).to_contain_text("Ban biên tập")


def test_a_rate_that_was_typed_reaches_readers_with_its_mark(operator, window, portal):
    operator.goto(ADDRESS)
    operator.locator("#rates").get_by_role("link", name=re.compile("^Nhập số liệu")).click()
    operator.locator("#id_rate").select_option(label="EUR – Euro")
    operator.get_by_label("Bán ra").fill("31,600")
    operator.get_by_label("Lý do").fill("Theo công văn của Sở Tài chính")
    operator.keyboard.press("Enter")
    expect(operator.locator(".error-message")).to_contain_text("Lệch xa giá gần nhất")
    expect(operator.get_by_label("Lý do")).to_have_value("Theo công văn của Sở Tài chính")
    operator.get_by_label("Bán ra").fill("31.600,50")
    operator.keyboard.press("Enter")
    typed = operator.locator(".source-typed")
    expect(typed).to_contain_text("31.600,50")

    reader = window()
    reader.goto("/ty-gia/")
    row = reader.locator("main tr", has_text="EUR").first
    expect(row).to_contain_text("31.600,5")
    expect(row).to_contain_text("Cơ quan nhập")
    # What was left empty is the bank's.
    expect(row).to_contain_text("29.940,75")

    typed.get_by_role("button", name=re.compile("^Bỏ")).click()
    expect(operator.locator(".source-typed")).to_have_count(0)
    reader.reload()
    expect(reader.locator("main tr", has_text="EUR").first).not_to_contain_text("31.600,5")


def test_without_our_script_the_button_works_and_says_so(window, portal):
    operator = window("banbientap")
    operator.route("**/sidebar/admin/sources*.js", lambda route: route.abort())
    operator.goto(ADDRESS)
    weather = operator.locator("#weather")
    weather.get_by_role("button", name=re.compile("^Lấy ngay")).click()
    expect(operator.locator(".messages")).to_contain_text("Tải lại trang để xem kết quả")
    runs = "SELECT count(*) FROM sidebar_feedrun WHERE feed = 'weather' AND finished_at IS NOT NULL"
    portal.wait_for(lambda: portal.sql(runs) == [(2,)])
    operator.reload()
    expect(weather).to_contain_text("2 lần lấy được")


def test_a_region_is_placed_by_a_click_by_keys_and_by_typing(operator, portal):
    ((pk,),) = portal.sql("SELECT id FROM sidebar_weatherregion WHERE name = 'Đông Hà'")
    operator.goto(REGION.format(pk))
    latitude, longitude = operator.locator("#id_latitude"), operator.locator("#id_longitude")
    mark, svg = operator.locator("[data-mark]"), operator.locator("[data-region-map] svg")
    box = svg.bounding_box()
    # In the middle of a map from 16.2° to 18.2° and from 105.5° to 107.7°.
    svg.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    assert float(latitude.input_value()) == pytest.approx(17.2, abs=0.02)
    assert float(longitude.input_value()) == pytest.approx(106.6, abs=0.02)
    expect(mark).to_be_focused()
    north, east = float(latitude.input_value()), float(longitude.input_value())
    operator.keyboard.press("ArrowUp")
    operator.keyboard.press("Shift+ArrowRight")
    assert float(latitude.input_value()) == pytest.approx(north + 0.01)
    assert float(longitude.input_value()) == pytest.approx(east + 0.1)

    latitude.fill("18.2")
    longitude.fill("105.5")
    expect(mark).to_have_attribute("transform", "translate(0 0)")
    latitude.fill("21")
    expect(mark).to_be_hidden()
    expect(operator.locator("[data-off-map]")).to_be_visible()
    latitude.fill("16.9")
    longitude.fill("107.1")
    operator.get_by_role("button", name="Lưu").click()
    expect(operator.locator(".messages")).to_contain_text("Đông Hà")
    stored = f"SELECT latitude, longitude FROM sidebar_weatherregion WHERE id = {pk}"
    assert [float(one) for one in portal.sql(stored)[0]] == [16.9, 107.1]


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_scrolls_sideways(window, width):
    operator = window("banbientap")
    operator.set_viewport_size({"width": width, "height": 800})
    for address in (ADDRESS, f"{ADDRESS}rates/nhap/", f"{ADDRESS}weather/nhap/"):
        operator.goto(address)
        for more in operator.locator("details.source-more > summary").all():
            more.click()
        assert operator.evaluate("document.documentElement.scrollWidth") <= width, address
        main = operator.locator("main")
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), address
