"""Nothing jumps while a page comes in."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.once, pytest.mark.reads_only]

MOST = 0.02
# From before the first element on. A reader who has done nothing is the strictest case.
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => window.shifts.push(...list.getEntries()))
    .observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "address", ["/", "/tin-tuc/", "/van-ban/chi-thi-email/07-ct-ubnd-2014/", "/su-kien/"]
)
def test_nothing_jumps(window, address, width):
    page = window()
    page.set_viewport_size({"width": width, "height": 740})
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    # Pictures below the fold come when they come near.
    for picture in page.locator("main img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
    shifts = page.evaluate("window.shifts.map((one) => one.value)")
    assert sum(shifts) < MOST


def test_a_jump_would_be_seen(window):
    page = window()
    page.add_init_script(WATCH)
    page.goto("/")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('afterbegin', '<hr style=height:300px>')"
    )
    page.wait_for_function("window.shifts.length > 0")
    assert page.evaluate("window.shifts.reduce((sum, one) => sum + one.value, 0)") > MOST
