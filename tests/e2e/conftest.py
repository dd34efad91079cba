"""The running portal and its people's windows."""

import pytest

from home.demo import PASSWORD
from tests.e2e.running import portal_processes


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
            base_url=portal.url,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            viewport={"width": 1280, "height": 1000},
            **options,
        )
        contexts.append(context)
        window = context.new_page()
        window.set_default_timeout(20_000)
        if username:
            window.goto("/admin/")
            window.get_by_label("Tên đăng nhập").fill(username)
            window.get_by_label("Mật khẩu").first.fill(PASSWORD)
            window.get_by_role("button", name="Đăng nhập").click()
            window.wait_for_url("**/admin/")
        return window

    yield open_window
    for context in contexts:
        context.close()
