"""axe finds nothing on a sample of the public pages; `make a11y` walks all, in every state."""

import pytest

from tests.gates import running
from tests.gates.a11y import STATES, axe, look

# What happens in the browser: one database tells as much as two.
pytestmark = [pytest.mark.once, pytest.mark.reads_only]

SAMPLE = [
    ("home", 360, "light"),
    ("home", 1280, "dark"),
    ("home", 360, "menu open"),
    ("register", 360, "dark"),
    ("directive", 360, "light"),
    ("directive", 1280, "dark"),
    ("news", 360, "200 % text"),
    ("every block", 360, "dark"),
    ("every block", 1280, "light"),
    ("search", 360, "light"),
    ("poll", 360, "form error"),
    ("poll", 1280, "voted"),
    ("rates", 360, "form error"),
    ("rates", 1280, "200 % text"),
    ("page behind a password", 360, "form error"),
    ("home in English", 360, "light"),
    ("piece of news in English", 1280, "dark"),
    ("weather", 1280, "menu open"),
    ("not found", 360, "dark"),
    ("fault", 360, "light"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory, snapshot):
    with running.site(tmp_path_factory.mktemp("a11y"), snapshot=snapshot) as site:
        yield site


@pytest.fixture(scope="module")
def windows(browser, site):
    opened = {width: running.window(browser, site, width) for width in running.SIZES}
    yield opened
    for window in opened.values():
        window.context.close()


@pytest.mark.parametrize(("name", "width", "state"), SAMPLE)
def test_page(name, width, state, site, windows):
    [place] = [place for place in site.places if place.name == name]
    [state] = [one for one in STATES if one.name == state]
    found = look(windows[width], place, state, (axe,), width)
    assert found == []


@pytest.mark.parametrize("width", [320, 360, 390, 420, 500, 800])
@pytest.mark.parametrize("name", ["home", "home in English"])
def test_the_days_strip_holds_all_that_it_shows(name, width, site, windows):
    [place] = [place for place in site.places if place.name == name]
    window = windows[360]
    window.set_viewport_size({"width": width, "height": 740})
    running.open_place(window, place)
    strip = window.locator(".strip ul")
    assert strip.locator("a").count() == 3
    assert strip.evaluate("strip => strip.scrollWidth - strip.clientWidth") == 0
    window.set_viewport_size(running.SIZES[360])
