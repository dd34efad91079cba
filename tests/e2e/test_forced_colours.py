"""Readers whose system gives all pages its colours still tell things apart."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.once, pytest.mark.reads_only]


@pytest.fixture
def reader(window):
    reader = window(forced_colors="active")
    reader.goto("/van-ban/")
    return reader


def border(reader, selector):
    return reader.locator(selector).first.evaluate(
        "element => { const style = getComputedStyle(element);"
        " return [style.borderBottomColor, style.borderBottomWidth, style.borderBottomStyle]; }"
    )


def colour_of(reader, name):
    return reader.evaluate(
        "name => { const box = document.createElement('div'); box.style.color = name;"
        " document.body.append(box); const colour = getComputedStyle(box).color; box.remove();"
        " return colour; }",
        name,
    )


def test_pills_have_an_edge(reader):
    assert border(reader, ".pill") == [colour_of(reader, "CanvasText"), "1px", "solid"]


def test_the_current_entry_of_the_menu_differs_from_the_others(reader):
    current = border(reader, ".menu a[aria-current]")[0]
    other = border(reader, ".menu > div > ul > li > a:not([aria-current])")[0]
    assert other == colour_of(reader, "Canvas")
    assert current != other


def test_a_pressed_control_differs_from_the_others(reader):
    reader.locator(".reader summary").click()
    pressed = reader.locator(".reader [aria-pressed=true]").first
    expect(pressed).to_have_css("background-color", colour_of(reader, "Highlight"))
    expect(reader.locator(".reader [aria-pressed=false]").first).not_to_have_css(
        "background-color", colour_of(reader, "Highlight")
    )


def test_bars_are_drawn_on_a_ground_that_they_stand_out_from(reader):
    reader.goto("/y-kien/")
    expect(reader.locator(".bar rect").first).to_have_css("fill", colour_of(reader, "Highlight"))
    expect(reader.locator(".bar").first).to_have_css("border-top-width", "1px")


def test_whoever_has_the_focus_is_seen(reader):
    reader.keyboard.press("Tab")
    expect(reader.locator(".skip")).to_be_focused()
    reader.keyboard.press("Tab")
    focused = reader.locator(":focus")
    expect(focused).to_have_css("outline-style", "solid")
    expect(focused).to_have_css("outline-width", "3px")
