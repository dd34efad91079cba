"""From an editor's empty form to a reader's vote, in a real browser on the running portal."""

import re

import pytest
from playwright.sync_api import Page as Window
from playwright.sync_api import expect

from home.demo import PASSWORD
from tests.e2e.running import portal_processes

TITLE = "Mở hộp thư công vụ cho cán bộ xã"
NUMBER = "28/CT-UBND"


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot):
    with portal_processes(tmp_path_factory.mktemp("journey"), snapshot=snapshot) as portal:
        yield portal


@pytest.fixture
def window(browser, portal):
    """Opens windows of different people, each with cookies of their own."""
    contexts = []

    def open_window(username=None, **options):
        context = browser.new_context(
            base_url=portal.url, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **options
        )
        contexts.append(context)
        window = context.new_page()
        window.set_default_timeout(20_000)
        if username:
            window.goto("/admin/")
            window.get_by_label("Tên đăng nhập").fill(username)
            window.get_by_label("Mật khẩu").fill(PASSWORD)
            window.get_by_role("button", name="Đăng nhập").click()
            expect(window.locator("main")).to_contain_text("Chào mừng")
        return window

    yield open_window
    for context in contexts:
        context.close()
