"""The portal that the gates look at, and windows onto it."""

import argparse
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
from django.apps import apps

# For the pages that are files of their own; the portal's processes have settings of their own.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
# pytest has it ready.
if not apps.ready:
    django.setup()

from django.template.loader import render_to_string

from tests import browser as browser_of_this_machine
from tests.e2e.running import ROOT, Portal, portal_processes, take_snapshot
from tests.gates.places import Place, places

NODE = ROOT / "tests" / "node"
# A run may take longer than figures stay fresh.
PATIENT = {"RATES_INTERVAL": "86400", "WEATHER_INTERVAL": "86400"}
SIZES = {360: {"width": 360, "height": 740}, 1280: {"width": 1280, "height": 900}}


@dataclass(frozen=True)
class Site:
    portal: Portal
    places: list[Place]


def parser_of(module, doc):
    """Of a gate's command line, with what all of them can be told."""
    first, _, rest = doc.partition("\n")
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=first,
        epilog=rest.strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="only the pages whose name has these words"
    )
    return parser


@contextmanager
def site(folder, *, only="", snapshot=None, **content):
    """A running portal with what content.py adds; `content` is for that: pages=50, notice=True."""
    say("Setting a portal up…")
    snapshot = snapshot or take_snapshot(Path(folder))
    with portal_processes(Path(folder) / "portal", PATIENT, snapshot) as portal:
        found = places(add_content(portal.env, **content), only)
        # Its pictures are drawn by the worker.
        portal.wait_for(
            lambda: portal.sql("SELECT 1 FROM articles_documentcontent WHERE drawn_pages > 0")
        )
        yield Site(portal, found)


def add_content(env, **content):
    """What of the portal stands in the addresses of places.py."""
    command = ["-m", "tests.gates.content"]
    for name, value in content.items():
        command += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return json.loads(run(env, *command))


def run(env, *arguments):
    """What a process of the portal prints that is given these arguments of Python."""
    path = os.pathsep.join([str(ROOT / "site"), str(ROOT)])
    own = {"PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "portal.settings.dev"}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=own | env, check=True, stdout=subprocess.PIPE
    ).stdout


@contextmanager
def browser():
    path = browser_of_this_machine.installed()
    if not path:
        sys.exit(browser_of_this_machine.MISSING)
    with browser_of_this_machine.launched(path) as found:
        yield found


def window(browser, site, width, **options):
    context = browser.new_context(
        base_url=site.portal.url,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        viewport=SIZES[width],
        reduced_motion="reduce",
        **options,
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


def open_place(page, place, address=""):
    """Shows a place, or another address of it."""
    if place.template:
        page.set_content(standing_alone(place))
        return
    address = address or place.address
    answer = page.goto(address, wait_until="load")
    assert answer.status == place.status, f"{address}: {answer.status}"


def standing_alone(place):
    """The HTML of a place that needs no portal."""
    return render_to_string(place.template)


def script(*parts):
    """The text of a file of a package for Node."""
    file = NODE.joinpath("node_modules", *parts)
    if not file.exists():
        sys.exit("needs the packages of tests/node: npm ci --prefix tests/node")
    return file.read_text()


def table(head, rows):
    """Lines of a table in Markdown; figures stand on the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def say(text):
    """Progress: tables and findings alone are a gate's output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()
