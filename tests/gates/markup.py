"""Every page that links lead to, held against the HTML standard; no link is broken.

make html               the demo, and 50 pages of every block in odd words
python -m tests.gates.markup --pages 300

Follows every link from the home page on, of addresses with a query one for each set of parameters.
Each page goes to the Nu checker (java), each feed, calendar, sitemap and JSON-LD to the parsers of
tests/validators.py. Ends with 1 where there is a fault.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import requests

from tests import validators
from tests.gates import running

PAGES = 50
VNU = running.NODE / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# Where an address stands that a browser asks for by itself.
LOADED = {
    ("img", "src"),
    ("img", "srcset"),
    ("source", "srcset"),
    ("script", "src"),
    ("iframe", "src"),
    ("video", "src"),
    ("audio", "src"),
    ("use", "href"),
}
LOADED_LINKS = {"stylesheet", "icon", "preload", "manifest", "apple-touch-icon"}
FOLLOWED = {("a", "href"), ("link", "href"), ("form", "action"), ("area", "href")} | LOADED
# What editors and operators meet behind a password.
CLOSED = ("/admin/",)
# What some keyboards send: letters and marks apart. Browsers and our search make no difference.
ALLOWED = "not in Unicode Normalization Form C"
READERS = {
    "application/atom+xml": validators.valid_atom,
    "application/rss+xml": validators.valid_rss,
    "text/calendar": validators.valid_calendar,
}


class Page(HTMLParser):
    """What of a page leads elsewhere, and what links can lead to in it."""

    def __init__(self, html):
        super().__init__()
        self.links, self.loaded, self.ids = [], [], []
        self.has_json_ld = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "script" and found.get("type") == "application/ld+json":
            self.has_json_ld = True
        if tag == "form" and (found.get("method") or "get").lower() != "get":
            return
        for name, value in attributes:
            if (tag, name) not in FOLLOWED or value is None:
                continue
            relations = set((found.get("rel") or "").split())
            addresses = (
                [part.split()[0] for part in value.split(", ")] if name == "srcset" else [value]
            )
            self.links += addresses
            if (tag, name) in LOADED or (tag == "link" and relations & LOADED_LINKS):
                self.loaded += addresses

    handle_startendtag = handle_starttag


@dataclass
class Crawl:
    """Everything that links lead to from `starts` on."""

    url: str
    # {address: its text} of pages, and of what programs read: (kind, text).
    pages: dict = field(default_factory=dict)
    feeds: dict = field(default_factory=dict)
    # {address: where it stands}
    asked: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)

    def __post_init__(self):
        self.session = requests.Session()
        port = urlsplit(self.url).port
        self.own = {f"{name}:{port}" for name in ("localhost", "127.0.0.1")}
        self.anchors = defaultdict(dict)
        self.ids = {}

    def run(self, *starts):
        waiting = [(start, "") for start in starts]
        patterns = set()
        while waiting:
            address, where = waiting.pop()
            address = self.local(address)
            pattern = pattern_of(address)
            if pattern in patterns:
                continue
            patterns.add(pattern)
            for found in self.ask(address, where):
                waiting.append((found, address))
        for address, anchors in self.anchors.items():
            for anchor, where in anchors.items():
                if address in self.ids and anchor not in self.ids[address]:
                    self.fault(where, f"nothing is called #{anchor} in {address}")
        return self

    def local(self, address):
        """A path and its query."""
        parts = urlsplit(address)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def ask(self, address, where, status=None):
        """What an answer leads to within the portal; a fault is noted."""
        self.asked[address] = where
        answer = self.session.get(urljoin(self.url, address), timeout=30)
        if answer.status_code != status and answer.status_code >= 400:
            self.fault(where, f"{answer.status_code} at {address}")
            return []
        # A page behind a password has a form that needs one; nothing public leads there.
        if "Set-Cookie" in answer.headers and status is None:
            self.fault(address, "sets a cookie")
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if kind == "text/html":
            return self.read_page(address, answer.content.decode())
        if kind in READERS:
            self.feeds[address] = (kind, answer.content)
        elif kind == "application/xml" or address.startswith("/sitemap"):
            return self.read_sitemap(address, answer.content)
        return []

    def read_page(self, address, html):
        self.pages[address] = html
        page = Page(html)
        self.ids[address] = set(page.ids) | {"", "top"}
        for name, count in Counter(page.ids).items():
            if count > 1:
                self.fault(address, f"{count} elements are called {name}")
        if page.has_json_ld:
            self.hold(address, validators.valid_jsonld, html)
        here = urljoin(self.url, address)
        for link in page.loaded:
            whole = urlsplit(urljoin(here, link))
            if whole.scheme != "data" and whole.netloc not in self.own:
                self.fault(address, f"asks a third party: {link}")
        found = []
        for link in page.links:
            whole, anchor = urldefrag(urljoin(here, link))
            if urlsplit(whole).netloc not in self.own or self.local(whole).startswith(CLOSED):
                continue
            if anchor and not anchor.startswith(":~:"):
                self.anchors[self.local(whole)].setdefault(anchor, address)
            found.append(whole)
        return found

    def read_sitemap(self, address, body):
        self.feeds[address] = ("sitemap", body)
        return list(self.hold(address, validators.valid_sitemap, body) or ())

    def hold(self, address, reader, body):
        try:
            return reader(body)
        except AssertionError as error:
            self.fault(address, f"{reader.__name__}: {error}")
            return None

    def fault(self, where, what):
        self.faults.append((where, what))


def pattern_of(address):
    """One address of each is asked: what a register is narrowed by can be combined without end."""
    parts = urlsplit(address)
    if parts.path.startswith(("/static/", "/media/")):
        return address
    return parts.path, frozenset(name for name, _value in parse_qsl(parts.query))


def hold_feeds(crawl):
    for address, (kind, body) in crawl.feeds.items():
        if kind in READERS:
            crawl.hold(address, READERS[kind], body)


def nu(pages, folder):
    """[(address, what)] of errors and warnings in {address: HTML}."""
    addresses = {}
    for number, (address, html) in enumerate(pages.items()):
        file = Path(folder) / f"{number}.html"
        file.write_text(html, encoding="utf-8")
        # As Java writes it.
        addresses[f"file:{file}"] = address
    files = [url.removeprefix("file:") for url in addresses]
    options = ["--format", "json", "--stdout", "--exit-zero-always"]
    # Not a smaller stack: its parser of long pages is recursive.
    checked = subprocess.run(
        ["java", "-Xss4m", "-jar", VNU, *options, *files], check=True, stdout=subprocess.PIPE
    )
    found = []
    for message in json.loads(checked.stdout)["messages"]:
        level = message.get("subType") or message["type"]
        # What it only remarks on is none of both: a slash that ends a void element.
        if level != "info" and ALLOWED not in message["message"]:
            extract = " ".join(message.get("extract", "").split())
            where = addresses.get(message.get("url"), "?")
            found.append((where, f"{level}: {message['message']} {extract}"))
    return found


def main():
    parser = running.parser_of("tests.gates.markup", __doc__)
    parser.add_argument("--pages", type=int, default=PAGES, help="how many pages are written")
    options = parser.parse_args()
    if not VNU.exists():
        sys.exit("needs the packages of tests/node: npm ci --prefix tests/node")
    with (
        tempfile.TemporaryDirectory(prefix="gate-html-") as folder,
        running.site(folder, only=options.only, pages=options.pages, notice=True) as site,
    ):
        crawl = Crawl(site.portal.url)
        running.say("Following the links…")
        crawl.run("/", "/robots.txt", "/sitemap.xml")
        linked = len(crawl.pages)
        for place in site.places:
            if place.template:
                crawl.pages[place.template] = running.standing_alone(place)
                continue
            for address in filter(None, (place.address, place.mistaken)):
                crawl.ask(address, place.name, place.status)
        hold_feeds(crawl)
        running.say(f"{len(crawl.pages)} pages to the Nu checker…")
        faults = crawl.faults + nu(crawl.pages, folder)
    written = sum("/soan-" in address for address in crawl.pages)
    running.write(
        running.table(
            ["what", "how many"],
            [
                ["addresses asked", len(crawl.asked)],
                ["pages that links lead to", linked],
                ["pages with all states, to the Nu checker", len(crawl.pages)],
                ["of these, written by the seeded draw", written],
                ["feeds, calendars, sitemaps", len(crawl.feeds)],
                ["faults", len(faults)],
            ],
        )
    )
    told = defaultdict(list)
    for where, what in faults:
        told[what].append(where)
    for what, places in sorted(told.items(), key=lambda pair: -len(pair[1])):
        running.write(f"\n{what}\n  {len(places)} ×: {' '.join(places[:4])}\n")
    if written < options.pages:
        running.write(f"\nOnly {written} of {options.pages} written pages were found by links\n")
    return bool(faults) or written < options.pages


if __name__ == "__main__":
    sys.exit(main())
