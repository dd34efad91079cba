"""The running portal and its people's windows."""

import pytest

from home.demo import PASSWORD
from tests.e2e.running import portal_processes


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot):
    with portal_processes(tmp_path_factory.mktemp("journey"), snapshot=snapshot) as portal:
        yield portal


def open_window(browser, portal, username=None, **options):
    """A window with cookies of its own, of somebody who has logged in when a username is given."""
    context = browser.new_context(
        base_url=portal.url,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        viewport={"width": 1280, "height": 1000},
        **options,
    )
    window = context.new_page()
    window.set_default_timeout(20_000)
    if username:
        window.goto("/admin/")
        window.get_by_label("Tên đăng nhập").fill(username)
        window.get_by_label("Mật khẩu").first.fill(PASSWORD)
        window.get_by_role("button", name="Đăng nhập").click()
        window.wait_for_url("**/admin/")
    return window


@pytest.fixture
def window(browser, portal):
    """Opens windows of different people."""
    windows = []

    def open_one(username=None, **options):
        windows.append(open_window(browser, portal, username, **options))
        return windows[-1]

    yield open_one
    for window in windows:
        window.context.close()
