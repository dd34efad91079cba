"""What editors and moderators do in the admin, by what they see there."""

import re

from playwright.sync_api import expect


def add_block(window, name):
    """Choose a block from the picker below the last one; the new block."""
    blocks = window.locator("[data-contentpath=body] [data-streamfield-child]")
    before = blocks.count()
    window.get_by_role("button", name="Chèn một khối").last.click()
    window.get_by_role("option", name=name, exact=True).click()
    expect(blocks).to_have_count(before + 1)
    return blocks.last


def wait_for_autosave(window):
    expect(window.get_by_text("Đã lưu", exact=True)).to_be_visible(timeout=20_000)


def more_actions(window):
    """The menu beside the button that saves, opened."""
    toggle = window.locator("footer, .footer").get_by_role("button", name="Thao tác khác")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")


def submit(window, title):
    more_actions(window)
    window.get_by_role("button", name=re.compile("^Gửi duyệt")).click()
    expect(window.locator(".messages .success")).to_contain_text(title)


def approve(window, title):
    """From the dashboard, as a moderator who was not told how."""
    window.goto("/admin/")
    window.get_by_role("link", name=title).first.click()
    more_actions(window)
    window.get_by_role("button", name=re.compile("^Duyệt( và xuất bản)?$")).click()
    expect(window.locator(".messages .success")).to_contain_text(title)


def send_back(window, reason):
    """From the editor's form of a text that waits for this moderator."""
    more_actions(window)
    window.get_by_role("button", name="Trả lại để sửa").click()
    dialog = window.get_by_role("dialog")
    dialog.get_by_label("Lý do").fill(reason)
    dialog.get_by_role("button", name="Trả lại để sửa").click()
