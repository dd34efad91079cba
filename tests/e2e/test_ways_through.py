"""What is folded on a phone and open in a wide window, by style alone."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.once, pytest.mark.reads_only]
PHONE = {"width": 360, "height": 700}
WIDE = {"width": 1280, "height": 900}


def test_a_phone_folds_what_is_near_and_lists_a_month_that_a_wide_window_draws(window):
    reader = window()
    reader.goto("/gioi-thieu/")
    near = reader.get_by_role("navigation", name="Trong mục này")
    link = near.get_by_role("link", name="Cách tra cứu văn bản")
    expect(link).to_be_visible()
    reader.set_viewport_size(PHONE)
    expect(link).to_be_hidden()
    near.get_by_text("Trong mục này").click()
    expect(link).to_be_visible()

    reader.goto("/su-kien/")
    reader.locator(".month-link").click()
    grid, listed = reader.locator("main table.month"), reader.locator("main ul.register")
    expect(listed).to_be_visible()
    expect(grid).to_be_hidden()
    reader.set_viewport_size(WIDE)
    expect(grid).to_be_visible()
    expect(listed).to_be_hidden()


def test_an_address_of_a_feed_is_copied_and_that_is_said(window):
    reader = window(permissions=["clipboard-read", "clipboard-write"])
    reader.goto("/kenh-tin/")
    reader.get_by_role("button", name="RSS, Tin tức").click()
    expect(reader.get_by_role("status").filter(has_text="Đã chép địa chỉ")).to_be_visible()
    copied = reader.evaluate("navigator.clipboard.readText()")
    assert copied == reader.evaluate("location.origin") + "/tin-tuc/rss/"
