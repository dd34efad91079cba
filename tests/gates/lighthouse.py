"""Lighthouse, as a phone on a slow line, on every kind of page of a portal as the public gets it.

make lighthouse                             a table; WRITE=1 keeps it in docs/benchmarks.md
python -m tests.gates.lighthouse --only poll --runs 1

Each figure is the median of three runs. Ends with 1 where a page misses a goal.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from tests import browser as browser_of_this_machine
from tests.gates import running
from tests.gates.front import HOST, front

GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
MOST_KB, MOST_REQUESTS = 36, 6
RUNS = 3
LIGHTHOUSE = running.NODE / "node_modules" / "lighthouse" / "cli" / "index.js"
FIGURES = running.ROOT / "docs" / "benchmarks.md"
HEADING = "## Lighthouse"
ABOUT = f"""\
`make lighthouse WRITE=1`: Lighthouse 12 on demo content with fresh figures; production settings,
nginx with TLS and HTTP/2. A phone on a slow line, simulated; medians of {RUNS} runs. –: search
engines are told to leave it. KB and requests: of a first view, without the pictures of editors.
"""


@dataclass
class Measured:
    """The medians of a place: scores by category, seconds, milliseconds, shift, KB and requests."""

    place: object
    scores: dict
    largest_paint: float
    blocked: float
    shift: float
    kilobytes: float
    requests: int
    # {(category, audit, what it says): in how many runs}
    misses: dict

    def goal(self, category):
        # Search engines are told to leave it.
        return 0 if category == "seo" and not self.place.listed else GOALS[category]

    def is_met(self, category):
        if self.scores[category] >= self.goal(category):
            return True
        # A browser writes a page's own status down as an error; nothing else may be missed.
        missed = {audit for kind, audit, _told in self.misses if kind == category}
        return self.place.status >= 400 and missed == {"errors-in-console"}

    @property
    def is_good(self):
        return (
            all(self.is_met(name) for name in GOALS)
            and self.kilobytes <= MOST_KB
            and self.requests <= MOST_REQUESTS
        )

    @property
    def row(self):
        scores = [self.scores[name] if self.goal(name) else "–" for name in GOALS]
        return [
            self.place.name,
            *scores,
            f"{self.largest_paint / 1000:.1f}",
            f"{self.blocked:.0f}",
            f"{self.shift:.3f}",
            f"{self.kilobytes:.1f}",
            self.requests,
        ]


HEAD = ["page", *GOALS, "LCP, s", "TBT, ms", "CLS", "KB without photos", "requests without photos"]


def ask(address, port, folder):
    """Lighthouse's report of one run."""
    report = Path(folder) / "report.json"
    flags = [
        "--headless=new",
        "--ignore-certificate-errors",
        # Nobody else is there.
        f"--host-resolver-rules='MAP {HOST}:443 127.0.0.1:{port}, MAP * ~NOTFOUND, "
        "EXCLUDE 127.0.0.1, EXCLUDE localhost'",
        "--no-sandbox",
        "--disable-gpu",
    ]
    command = [
        *("node", LIGHTHOUSE, f"https://{HOST}{address}"),
        *("--quiet", "--output=json", f"--output-path={report}", "--ignore-status-code"),
        f"--only-categories={','.join(GOALS)}",
        f"--chrome-flags={' '.join(flags)}",
    ]
    env = os.environ | {"CHROME_PATH": browser_of_this_machine.installed()}
    for is_last in (False, False, True):
        # Now and then a trace has no beginning, and Lighthouse asks to be run again (NO_NAVSTART).
        done = subprocess.run(command, check=is_last, env=env, stdout=sys.stderr)
        if not done.returncode:
            break
    return json.loads(report.read_text())


def measured(place, reports):
    def middle(figure):
        return median(figure(report) for report in reports)

    def score(category):
        return round(100 * middle(lambda report: report["categories"][category]["score"] or 0))

    def value(audit):
        return middle(lambda report: report["audits"][audit].get("numericValue", 0))

    return Measured(
        place,
        {name: score(name) for name in GOALS},
        value("largest-contentful-paint"),
        value("total-blocking-time"),
        value("cumulative-layout-shift"),
        middle(lambda report: sum(one["transferSize"] for one in without_photos(report))) / 1024,
        middle(lambda report: len(without_photos(report))),
        misses(reports),
    )


def without_photos(report):
    """What a first view asks for, but for the pictures that editors put there."""

    def is_ours(address):
        # Neither what nobody sent (data:) nor editors' pictures and those of pages of files.
        path = address.path
        return address.scheme == "https" and not path.startswith("/media/") and path[-5:] != "/anh/"

    requests = report["audits"]["network-requests"]["details"]["items"]
    return [one for one in requests if is_ours(urlsplit(one["url"]))]


def misses(reports):
    """{(category, audit, what it says): in how many runs} of audits that count and fail."""
    found = Counter()
    for report in reports:
        for category in GOALS:
            for reference in report["categories"][category]["auditRefs"]:
                audit = report["audits"][reference["id"]]
                # None: it has nothing to look at here.
                if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                    told = f"{audit['title']} {audit.get('displayValue', '')}{nodes_of(audit)}"
                    found[category, reference["id"], told] += 1
    return found


def nodes_of(audit):
    """Where the first of its faults stand."""
    items = audit.get("details", {}).get("items", [])
    places = [item["node"]["selector"] for item in items if isinstance(item.get("node"), dict)]
    return f" ({'; '.join(places[:3])})" if places else ""


def keep(table):
    """Puts the table in the place of the last one."""
    before, _, after = FIGURES.read_text().partition(f"\n{HEADING}\n")
    _, mark, others = after.partition("\n## ")
    FIGURES.write_text(f"{before.rstrip()}\n\n{HEADING}\n\n{ABOUT}\n{table}{mark}{others}")


def main():
    parser = running.parser_of("tests.gates.lighthouse", __doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="how often each page is measured")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/benchmarks.md")
    options = parser.parse_args()
    if not LIGHTHOUSE.exists():
        sys.exit("needs the packages of tests/node: npm ci --prefix tests/node")
    all_measured = []
    with (
        tempfile.TemporaryDirectory(prefix="gate-lighthouse-") as folder,
        front(Path(folder), options.only) as (port, places),
    ):
        for place in places:
            address = place.address or f"/dung-rieng/{place.template}"
            reports = [ask(address, port, folder) for _ in range(options.runs)]
            all_measured.append(measured(place, reports))
            running.say(" | ".join(map(str, all_measured[-1].row)))
    table = running.table(HEAD, [one.row for one in all_measured])
    running.write(table)
    for one in all_measured:
        if not one.is_good:
            running.write(f"\n{one.place.name}\n")
            for (category, audit, told), times in one.misses.items():
                running.write(f"  {category}: {audit}: {told}, {times} ×\n")
    if options.write:
        keep(table)
    return not all(one.is_good for one in all_measured)


if __name__ == "__main__":
    sys.exit(main())
