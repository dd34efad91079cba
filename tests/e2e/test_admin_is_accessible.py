"""axe, which knows WCAG 2.2 AA, finds nothing on the screens that editors use most: one of three in
the suite, every one by `make screens-office`.

To add a screen: one line in SCREENS.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
import wagtail
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import open_window

# What happens in the browser: one database tells as much as two.
pytestmark = pytest.mark.once

DESK = {"width": 1280, "height": 1000}
PHONE = {"width": 360, "height": 740}


def side_panel(name, shows):
    """Opens a panel beside the editor and waits for what it shows."""

    def open_it(window):
        toggle = window.locator(f"[data-side-panel-toggle={name}]")
        # It stays open for the next page that is edited.
        if toggle.get_attribute("aria-expanded") != "true":
            toggle.click()
        expect(window.locator(f"[data-side-panel={name}] {shows}").first).to_be_visible()

    return open_it


def editor_is_ready(window):
    expect(window.locator(".public-DraftEditor-content").first).to_be_visible()


def make_a_link(window):
    window.get_by_role("button", name="Tạo liên kết").click()
    expect(window.locator(".office-links li").first).to_be_visible()


@dataclass(frozen=True)
class Screen:
    username: str | None
    # What stands in braces: see `ids` in conftest.py.
    address: str
    # What is done before axe looks.
    prepare: object = None


SCREENS = [
    # Looked at on a phone as well
    Screen(None, "/admin/login/"),
    Screen("kiemduyet", "/admin/"),
    Screen("quantri", "/admin/pages/{news_index}/"),
    Screen("bientap", "/admin/pages/add/articles/newspage/{news_index}/", editor_is_ready),
    Screen("bientap", "/admin/pages/{directive}/edit/", side_panel("readiness", ".readiness-item")),
    Screen("kiemduyet", "/admin/thong-bao/"),
    # At the desk
    Screen("quantri", "/admin/"),
    Screen(
        "bientap", "/admin/pages/add/articles/directivepage/{directive_index}/", editor_is_ready
    ),
    Screen("bientap", "/admin/pages/{news}/edit/", side_panel("preview", "iframe")),
    Screen("kiemduyet", "/admin/pages/{submitted}/edit/", side_panel("status", "h2")),
    Screen("quantri", "/admin/pages/{news}/history/"),
    Screen("quantri", "/admin/pages/{news}/revisions/compare/earliest...latest/"),
    Screen("bientap", "/admin/images/"),
    Screen("bientap", "/admin/images/multiple/add/"),
    Screen("quantri", "/admin/images/{image}/"),
    Screen("bientap", "/admin/documents/"),
    Screen("bientap", "/admin/pages/search/?q=hop"),
    Screen("quantri", "/admin/snippets/polls/poll/edit/{poll}/"),
    Screen("quantri", "/admin/reports/bai-dang/"),
    Screen("quantri", "/admin/reports/thoi-gian-duyet/"),
    Screen("quantri", "/admin/reports/nhat-ky/"),
    Screen("bientap", "/admin/vai-tro/"),
    Screen("quantri", "/admin/pages/{news}/unpublish/"),
    Screen("bientap", "/admin/chia-se/{news}/", make_a_link),
    Screen("kiemduyet", "/admin/giao-viec/{task_state}/"),
    Screen("banbientap", "/admin/dang-khan/{submitted}/"),
    Screen("bientap", "/admin/rut-lai/{submitted}/"),
    Screen("bientap", "/admin/translation/submit/page/{untranslated}/"),
]
ON_A_PHONE = SCREENS[:6]

EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can differ in the dark: the markup is the same.
COLOURS = ["color-contrast", "link-in-text-block"]


@dataclass(frozen=True)
class Allowed:
    """What Wagtail shows and we leave as it is."""

    rule: str
    selector: str
    # Where it comes from: a file of Wagtail's, and what stands in there.
    file: str
    markup: str
    reason: str


ALLOWED = [
    Allowed(
        "region",
        "#HandsontableCopyPaste",
        "contrib/table_block/static/table_block/js/vendor/handsontable-6.2.2.full.min.js",
        "HandsontableCopyPaste",
        "The clipboard of all tables is put at the end of the page and never shown.",
    ),
    Allowed(
        "aria-allowed-role",
        "h2[role=alert]",
        "admin/templates/wagtailadmin/pages/search_results.html",
        '<h2 role="alert">',
        "How many were found is read aloud as soon as they are there; it is a heading too.",
    ),
]

axe = Axe()


def violations(window, **only):
    """[(impact, rule, where, what to do)], without those that are allowed."""
    # Colours that are on their way from one to another are those of neither.
    window.evaluate(
        """() => document.getAnimations()
            .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
            .forEach((one) => one.finish())"""
    )
    # The page in the preview is the readers', and is looked at as such.
    options = {"resultTypes": ["violations"], "iframes": False, "runOnly": only}
    return [
        (found["impact"], found["id"], node["html"], node["failureSummary"])
        for found in axe.run(window, options=options).response["violations"]
        for node in found["nodes"]
        if not is_allowed(window, found["id"], node["target"][0])
    ]


def is_allowed(window, rule, target):
    return any(
        rule == allowed.rule
        and window.locator(target).first.evaluate(
            "(it, that) => it.matches(that)", allowed.selector
        )
        for allowed in ALLOWED
    )


def in_light_and_dark(window):
    window.emulate_media(color_scheme="light")
    found = violations(window, type="tag", values=EVERYTHING)
    window.emulate_media(color_scheme="dark")
    return found + violations(window, type="rule", values=COLOURS)


@pytest.fixture(scope="module")
def windows(browser, portal):
    """Windows by username."""
    people = {screen.username for screen in SCREENS}
    opened = {name: open_window(browser, portal, name, reduced_motion="reduce") for name in people}
    yield opened
    for window in opened.values():
        window.context.close()


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("screen", "size"),
    [(screen, DESK) for screen in SCREENS] + [(screen, PHONE) for screen in ON_A_PHONE],
    ids=lambda value: value.address if isinstance(value, Screen) else f"{value['width']}",
)
def test_screen(screen, size, windows, ids):
    window = windows[screen.username]
    window.set_viewport_size(size)
    window.emulate_media(color_scheme="light")
    address = screen.address.format_map(ids)
    assert window.goto(address).status == 200
    # Whoever may not see a screen would be led away from it.
    assert window.url.endswith(address)
    if screen.prepare:
        screen.prepare(window)
    found = in_light_and_dark(window)
    assert not found, "\n".join(" | ".join(one) for one in found)


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda allowed: allowed.rule)
def test_what_is_allowed_is_wagtails_own(allowed):
    source = Path(wagtail.__file__).parent / allowed.file
    assert allowed.markup in source.read_text()


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ('<img src="/x.png">', "image-alt"),
        ("<button></button>", "button-name"),
        ('<input type="text">', "label"),
        ("<h3>Tin</h3>", "heading-order"),
        ('<p style="color: #999; background: #fff">Tin</p>', "color-contrast"),
        ('<p class="night">Tin</p>', "color-contrast"),
    ],
)
def test_a_fault_would_be_found(markup, rule, page):
    page.set_content(
        "<!doctype html><html lang=vi><title>Cổng</title>"
        "<style>@media (prefers-color-scheme: dark) { .night { color: #333; background: #222 } }"
        f"</style><main><h1>Cổng</h1>{markup}</main>"
    )
    assert [found[1] for found in in_light_and_dark(page)][-1:] == [rule]


def test_a_page_without_a_fault_has_none(page):
    page.set_content("<!doctype html><html lang=vi><title>Cổng</title><main><h1>Cổng</h1></main>")
    assert in_light_and_dark(page) == []
