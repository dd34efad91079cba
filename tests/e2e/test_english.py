"""From Vietnamese to English and back, by keyboard, on a portal that runs."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.once, pytest.mark.reads_only]


def tab_to(reader, link):
    """By the Tab key alone, as far as it takes from where the page begins."""
    for _ in range(12):
        reader.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            return
    raise AssertionError("the Tab key does not reach the switch")


def turn(reader, name):
    link = reader.locator(".strip-language a")
    expect(link).to_contain_text(name)
    tab_to(reader, link)
    with reader.expect_navigation():
        reader.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("vietnamese", "english", "heading"),
    [
        ("/tin-tuc/van-ban-dien-tu-ky-so/", "/en/news/documents-signed-electronically/", "Offices"),
        ("/van-ban/?loai=chi-thi", "/en/van-ban/?loai=chi-thi", "Official documents"),
        ("/tim-kiem/?q=h%E1%BB%99p+th%C6%B0", "/en/tim-kiem/?q=h%E1%BB%99p+th%C6%B0", "Search"),
        ("/ty-gia/", "/en/ty-gia/", "Exchange rates"),
    ],
)
def test_the_switch_leads_to_the_same_page_and_back(window, portal, vietnamese, english, heading):
    reader = window()
    reader.goto(vietnamese)
    turn(reader, "English")
    expect(reader).to_have_url(portal.url.rstrip("/") + english)
    expect(reader.locator("html")).to_have_attribute("lang", "en")
    expect(reader.locator("h1")).to_contain_text(heading)
    turn(reader, "Tiếng Việt")
    expect(reader).to_have_url(portal.url.rstrip("/") + vietnamese)
    expect(reader.locator("html")).to_have_attribute("lang", "vi")


def test_the_switch_is_seen_on_a_narrow_phone(window):
    reader = window()
    reader.set_viewport_size({"width": 320, "height": 640})
    for address in ("/", "/en/"):
        reader.goto(address)
        link = reader.locator(".strip-language a")
        box = link.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        assert reader.evaluate("document.documentElement.scrollWidth") <= 320


def test_figures_that_move_are_written_as_the_page_is(window):
    reader = window()
    reader.goto("/en/thong-ke/")
    assert reader.evaluate("number.format(26260.5)") == "26,260.5"
    reader.goto("/thong-ke/")
    assert reader.evaluate("number.format(26260.5)") == "26.260,5"
