"""axe and pa11y look at every kind of page, in every state that it can be in.

make a11y                                                   a table, and every fault with its place
python -m tests.gates.a11y --only poll --width 360 --state dark

Ends with 1 where there is a fault. A page that has to be scrolled sideways is one.
"""

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.gates import running

# WCAG 2.2 AA, and what axe thinks best.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class State:
    name: str
    # Puts a page that is shown into it: prepare(page, place); False where the place has no such.
    prepare: Callable
    # In the window of somebody who has a ballot.
    votes: bool = False
    # Where the text must still fit into the window.
    fits: tuple = (360, 1280)


def as_it_comes(page, place):
    return True


def in_the_dark(page, place):
    page.emulate_media(color_scheme="dark")
    return True


def with_the_menu_open(page, place):
    folded = page.locator(".menu > div > details > summary")
    if not folded.count():
        return False
    if folded.is_visible():
        folded.click()
    for submenu in page.locator(".submenu > summary").all()[:1]:
        submenu.click()
    return True


def after_a_mistake(page, place):
    if place.mistaken:
        running.open_place(page, place, place.mistaken)
        return True
    if page.locator("main form.login").count():
        return fail_to_enter(page)
    return send_poll(page)


def fail_to_enter(page):
    for field in page.locator("main form.login :is([type=text], [type=password])").all():
        field.fill("không phải")
    page.locator("main form.login .button").click()
    expect(page.locator("main :is(.fault, [role=alert])")).to_be_visible()
    return True


def after_voting(page, place):
    for choice in page.locator("[data-poll-form] input[name=choice]").all()[:1]:
        choice.check()
        return send_poll(page)
    return False


def when_the_voter_is_back(page, place):
    # Elsewhere every reader gets the same page.
    return "/y-kien/" in place.address and not place.address.endswith("/y-kien/")


def send_poll(page):
    poll = page.locator("[data-poll]:has([data-poll-form])").first
    if not poll.count():
        return False
    form = poll.locator("[data-poll-form]")
    form.evaluate("form => { form.noValidate = true }")
    form.locator("button").click()
    expect(poll.locator("[data-poll-message]")).not_to_be_empty()
    return True


def with_text_twice_as_large(page, place):
    page.evaluate(
        """() => {
            const root = document.documentElement;
            root.style.fontSize = `${2 * parseFloat(getComputedStyle(root).fontSize)}px`;
        }"""
    )
    return True


STATES = [
    State("light", as_it_comes),
    State("dark", in_the_dark),
    State("menu open", with_the_menu_open),
    State("form error", after_a_mistake),
    State("voted", after_voting, votes=True),
    State("back after voting", when_the_voter_is_back, votes=True),
    State("200 % text", with_text_twice_as_large, fits=(1280,)),
]


@dataclass(frozen=True)
class Fault:
    tool: str
    rule: str
    where: str
    what: str


def axe(page):
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
    return [
        Fault("axe", found["id"], " ".join(map(str, node["target"])), node["failureSummary"])
        for found in Axe().run(page, options=options).response["violations"]
        for node in found["nodes"]
    ]


def pa11y(page):
    for script in pa11y_scripts():
        page.evaluate(script)
    answer = page.evaluate(
        "options => window.__pa11y.run(options)",
        # Its defaults.
        {
            "standard": "WCAG2AA",
            "ignore": ["notice", "warning"],
            "runners": ["htmlcs"],
            "rules": [],
            "wait": 0,
        },
    )
    return [
        Fault("pa11y", issue["code"], issue["selector"], f"{issue['message']} {issue['context']}")
        for issue in answer["issues"]
    ]


@cache
def pa11y_scripts():
    """What pa11y puts into a page, for whatever browser has it open."""
    htmlcs = running.script("@pa11y", "html_codesniffer", "build", "HTMLCS.js")
    runner = running.script("pa11y", "lib", "runners", "htmlcs.js")
    return (
        running.script("pa11y", "lib", "runner.js"),
        htmlcs,
        "(() => { const module = {}, require = { resolve: () => '' };"
        f"{runner}; window.__pa11y.runners.htmlcs = module.exports.run; }})()",
    )


def reflow(page):
    """Of the page and of its main part, whose neighbours would cover what does not fit."""
    wide = page.evaluate(
        """() => [document.documentElement, document.querySelector("main")].map(
            part => [part.localName, part.scrollWidth - part.clientWidth]
        )"""
    )
    return [
        Fault("reflow", "1.4.10", name, f"{more} px wider than its room")
        for name, more in wide
        if more > 0
    ]


def look(page, place, state, tools, width):
    """The faults of a place in a state; None where it can't be in it."""
    page.emulate_media(color_scheme="light")
    running.open_place(page, place)
    if not state.prepare(page, place):
        return None
    found = [fault for tool in tools for fault in tool(page)]
    return found + (reflow(page) if width in state.fits else [])


def main():
    parser = running.parser_of("tests.gates.a11y", __doc__)
    parser.add_argument("--width", type=int, choices=running.SIZES, help="one of the two alone")
    parser.add_argument("--state", choices=[state.name for state in STATES], help="one of all")
    options = parser.parse_args()
    states = [state for state in STATES if options.state in (None, state.name)]
    widths = [width for width in running.SIZES if options.width in (None, width)]
    rows, faults = [], defaultdict(list)
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="gate-a11y-") as folder,
        running.site(folder, only=options.only, notice=True) as site,
        running.browser() as browser,
    ):
        for width in widths:
            reader, voter = (running.window(browser, site, width) for _ in range(2))
            for place in site.places:
                row = [place.name, width]
                for state in states:
                    page = voter if state.votes else reader
                    found = look(page, place, state, (axe, pa11y), width)
                    row.append("–" if found is None else len(found))
                    for fault in found or ():
                        faults[fault].append(f"{place.name}, {width}, {state.name}")
                rows.append(row)
                running.say(f"{time.monotonic() - begun:5.0f} s  {' '.join(map(str, row))}")
    running.write(running.table(["page", "px", *(state.name for state in states)], rows))
    for fault, places in sorted(faults.items(), key=lambda pair: -len(pair[1])):
        running.write(
            f"\n{fault.tool} {fault.rule}: {fault.where}\n  {' '.join(fault.what.split())}\n"
            f"  {len(places)} ×: {'; '.join(places[:4])}\n"
        )
    looks = sum(cell != "–" for row in rows for cell in row[2:])
    running.write(f"\n{looks} looks, {sum(map(len, faults.values()))} faults\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
