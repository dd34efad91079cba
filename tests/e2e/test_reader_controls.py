"""Readers choose larger and stronger letters, which hold from page to page without a cookie."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.once, pytest.mark.reads_only]

PAGES = [
    "/",
    "/van-ban/",
    "/tin-tuc/",
    "/su-kien/",
    "/tim-kiem/?q=van+ban",
    "/ty-gia/",
    "/thoi-tiet/",
    "/thong-ke/",
    "/y-kien/",
]


def opened(reader):
    controls = reader.locator(".reader")
    controls.locator("summary").press("Enter")
    return controls


def letters(reader):
    return reader.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")


def test_letters_grow_to_twice_their_size_and_stay_so_on_the_next_page(window):
    reader = window()
    reader.goto("/")
    usual = letters(reader)
    controls = opened(reader)
    largest = controls.get_by_role("button", name="A++ chữ rất lớn")
    expect(controls.get_by_role("button", name="A chữ thường")).to_have_attribute(
        "aria-pressed", "true"
    )
    largest.press("Enter")
    expect(largest).to_have_attribute("aria-pressed", "true")
    assert letters(reader) == pytest.approx(2 * usual)

    reader.goto("/tin-tuc/")
    assert letters(reader) == pytest.approx(2 * usual)
    assert reader.context.cookies() == []
    expect(opened(reader).get_by_role("button", name="A++")).to_have_attribute(
        "aria-pressed", "true"
    )
    reader.get_by_role("button", name="A chữ thường").click()
    assert letters(reader) == pytest.approx(usual)


def test_what_was_chosen_holds_before_the_page_is_drawn(window):
    reader = window()
    reader.goto("/")
    opened(reader).get_by_role("button", name="A++").click()
    # Without the deferred script, which comes after the first paint.
    reader.route("**/portal*.js", lambda route: route.abort())
    reader.goto("/tin-tuc/")
    expect(reader.locator("html")).to_have_attribute("data-text", "largest")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chosen_high_contrast_holds_in_light_and_in_dark(window, scheme):
    reader = window(color_scheme=scheme)
    reader.goto("/")
    contrast = opened(reader).get_by_role("button", name="Tương phản cao")
    contrast.press("Enter")
    expect(contrast).to_have_attribute("aria-pressed", "true")
    reader.goto("/van-ban/")
    strong, ground = ("rgb(0, 0, 0)", "rgb(255, 255, 255)")[:: 1 if scheme == "light" else -1]
    expect(reader.locator("body")).to_have_css("color", strong)
    expect(reader.locator("body")).to_have_css("background-color", ground)
    # A state's ground is that of the page, so its edge is drawn.
    expect(reader.locator(".pill").first).not_to_have_css("border-color", "rgba(0, 0, 0, 0)")
    opened(reader).get_by_role("button", name="Tương phản cao").press("Enter")
    expect(reader.locator("body")).not_to_have_css("color", strong)


def test_the_controls_close_by_escape_and_are_large_enough_for_fingers(window):
    reader = window()
    reader.set_viewport_size({"width": 320, "height": 700})
    reader.goto("/")
    controls = opened(reader)
    for target in [controls.locator("summary"), *controls.get_by_role("button").all()]:
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
    reader.keyboard.press("Tab")
    reader.keyboard.press("Escape")
    expect(controls.get_by_role("button", name="A++")).to_be_hidden()
    expect(controls.locator("summary")).to_be_focused()


def test_without_scripts_nothing_stands_there_that_would_do_nothing(window):
    reader = window(java_script_enabled=False)
    reader.goto("/")
    expect(reader.locator(".reader summary")).to_be_hidden()


def test_nothing_moves_when_the_controls_appear(window):
    reader = window()
    reader.route("**/portal*.js", lambda route: route.abort())
    reader.goto("/")
    before = reader.locator(".brand").bounding_box()
    reader.unroute("**/portal*.js")
    reader.goto("/")
    expect(reader.locator(".reader summary")).to_be_visible()
    assert reader.locator(".brand").bounding_box() == before


CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
    const style = getComputedStyle(element);
    const hides = ["hidden", "clip"].includes(style.overflowX);
    return hides && element.scrollWidth > element.clientWidth + 1
        && !element.closest(".visually-hidden, svg, input");
}).map((element) => `${element.tagName}.${element.className}`)"""


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_cut_off_in_letters_of_twice_the_size(window, portal, ids, width):
    reader = window()
    reader.set_viewport_size({"width": width, "height": 800})
    reader.goto("/")
    opened(reader).get_by_role("button", name="A++").click()
    kinds = ("directive", "news", "event", "standard")
    rows = [
        portal.sql(f"SELECT url_path FROM wagtailcore_page WHERE id = {ids[kind]}")[0][0]
        for kind in kinds
    ]
    # Below the home page, whose slug no address has.
    pages = PAGES + ["/" + path.split("/", 2)[2] for path in rows]
    for address in pages:
        reader.goto(address)
        expect(reader.locator("html")).to_have_attribute("data-text", "largest")
        assert reader.evaluate("document.documentElement.scrollWidth") <= width, address
        assert reader.evaluate(CUT_OFF) == [], address
