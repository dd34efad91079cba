"""Nothing jumps while a page comes in."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urljoin

import pytest
import requests
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


# In two frames one has been drawn with what has come.
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@contextmanager
def slow_line(portal, address, stops):
    """An address where the page at `address` comes up to each stop in turn, its rest not before
    `further()` is called, and everything else at once."""
    steps = threading.Semaphore(0)

    class Line(BaseHTTPRequestHandler):
        def do_GET(self):
            answer = requests.get(urljoin(portal.url, self.path), timeout=60)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.end_headers()
            body = answer.content
            if self.path == address:
                for stop in stops:
                    before, found, after = body.partition(stop)
                    assert found, stop
                    self.wfile.write(before)
                    self.wfile.flush()
                    assert steps.acquire(timeout=60)
                    body = found + after
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{address}", steps.release
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("address", ["/", "/tin-tuc/", "/van-ban/", "/su-kien/"])
def test_nothing_jumps_where_a_page_comes_in_pieces(window, portal, address, width):
    """Each piece is seen before the next one comes: a line may be as slow as it likes."""
    page = window()
    page.set_viewport_size({"width": width, "height": 740})
    page.add_init_script(WATCH)
    arrived = [
        "document.querySelector('body > header')",
        "document.querySelector('main h1')",
        "document.querySelector('main').nextSibling",
    ]
    with slow_line(portal, address, [b"<nav", b"</h1>", b"<aside"]) as (slow, further):
        assert page.goto(slow, wait_until="commit").ok
        for piece in arrived:
            page.wait_for_function(piece)
            page.evaluate(DRAWN)
            further()
        page.wait_for_load_state("load")
        page.evaluate(DRAWN)
        assert page.evaluate("window.shifts.reduce((sum, one) => sum + one.value, 0)") < MOST


def test_a_jump_would_be_seen(window):
    page = window()
    page.add_init_script(WATCH)
    page.goto("/")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('afterbegin', '<hr style=height:300px>')"
    )
    page.wait_for_function("window.shifts.length > 0")
    assert page.evaluate("window.shifts.reduce((sum, one) => sum + one.value, 0)") > MOST
