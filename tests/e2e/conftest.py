"""The running portal and its people's windows."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error

from home.demo import PASSWORD
from tests.e2e.running import portal_processes

HERE = Path(__file__).parent

# What of the demo stands in braces in the addresses that tests walk.
LOOKUPS = {
    **{
        name: f"SELECT min(page.id) FROM wagtailcore_page page JOIN django_content_type kind"
        f" ON kind.id = page.content_type_id WHERE kind.model = '{model}' AND page.live"
        for name, model in {
            "home": "homepage",
            "news": "newspage",
            "news_index": "newsindexpage",
            "directive": "directivepage",
            "directive_index": "directiveindexpage",
            "event": "eventpage",
            "event_index": "eventindexpage",
            "standard": "standardpage",
        }.items()
    },
    **{
        name: f"SELECT min(id) FROM {table}"
        for name, table in {
            "document": "wagtaildocs_document",
            "group": "auth_group",
            "image": "wagtailimages_image",
            "poll": "polls_poll",
            "sidebar": "sidebar_sidebar",
            "site": "wagtailcore_site",
            "submission": "wagtailcore_workflowstate",
            "task_state": "wagtailcore_taskstate",
            "topic": "articles_topic",
            "workflow": "wagtailcore_workflow",
            "task": "wagtailcore_task",
        }.items()
    },
    **{
        name: "SELECT min(page.id) FROM wagtailcore_page page JOIN wagtailcore_locale locale"
        f" ON locale.id = page.locale_id WHERE page.depth = {depth} AND page.live"
        " AND locale.language_code = 'en'"
        for name, depth in {"english_home": 2, "english_section": 3, "english": 4}.items()
    },
    "untranslated": "SELECT min(page.id) FROM wagtailcore_page page JOIN articles_newspage news"
    " ON news.page_ptr_id = page.id WHERE page.live AND NOT EXISTS (SELECT 1 FROM wagtailcore_page"
    " other WHERE other.translation_key = page.translation_key AND other.id <> page.id)",
    "submitted": "SELECT object_id FROM wagtailcore_workflowstate WHERE status = 'in_progress'",
    "user": "SELECT id FROM auth_user WHERE username = 'bientap'",
}


# In CI, where nobody sits before a test that failed: does it fail again? Not where what is tried
# are races, which have no browser: those must hold every time.
LOOKS_AGAIN = os.environ.get("CI") == "true"


def pytest_collection_modifyitems(items):
    if LOOKS_AGAIN:
        for item in items:
            if item.path.is_relative_to(HERE) and "browser" in item.fixturenames:
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def portal(request, tmp_path_factory, snapshot):
    if request.node.get_closest_marker("reads_only"):
        yield request.getfixturevalue("read_portal")
        return
    with portal_processes(tmp_path_factory.mktemp("journey"), snapshot=snapshot) as portal:
        yield portal


@pytest.fixture(scope="session")
def read_portal(tmp_path_factory, snapshot):
    """For files whose tests change nothing: starting one takes longer than many of them."""
    with portal_processes(tmp_path_factory.mktemp("read"), snapshot=snapshot) as portal:
        yield portal


@pytest.fixture(scope="module")
def ids(portal):
    return {name: portal.sql(query)[0][0] for name, query in LOOKUPS.items()}


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

    def open_one(username=None, **options):
        open_one.windows.append(open_window(browser, portal, username, **options))
        return open_one.windows[-1]

    open_one.windows = []
    yield open_one
    for window in open_one.windows:
        window.context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """What stood in each window when a test failed, as a screen reader would tell it."""
    report = yield
    if report.failed and call.when == "call" and "window" in item.funcargs:
        for window in item.funcargs["window"].windows:
            with suppress(Error):
                seen = window.locator("body").aria_snapshot(timeout=2_000)
                report.sections.append((window.url, seen))
    return report
