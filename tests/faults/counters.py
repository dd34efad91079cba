"""Readers' hits while whoever counts them is killed at random moments: what is lost, what is
counted twice, and whether the figures agree at each answer.

make counters-torture
python -m tests.faults.counters --hits 10000 --kills 24 --seed 7

kill -9 meets the web server and its workers, Celery's worker and its children, beat, Redis (its
file written every second) and PostgreSQL (every commit on its disk). A killed one is started again,
Redis and PostgreSQL after a pause in which hits go on.
"""

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import redis as redis_client

from tests import servers
from tests.e2e.running import NO_FEEDS, ROOT, Portal, inherited, processes_of

from .torture import Crew

# Hits of these seconds share a page, so that its count tells what was lost then.
SLOT = 2
VISITORS = 2_000
READERS = 12
# Seconds that Redis or PostgreSQL stays away at most.
AWAY = 2
STARTED_WITHIN = 90
WRITTEN_WITHIN = 90
# What is promised: of the hits that were answered, and of traffic in a row.
LOST_SHARE, LOST_SECONDS = 0.01, 5
VICTIMS = (
    *("redis", "a web worker", "postgres", "web", "worker", "redis", "beat"),
    *("a child of the worker", "postgres", "redis"),
)


def main():
    parser = argparse.ArgumentParser(
        prog="tests.faults.counters", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--hits", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=80, help="hits a second")
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    sys.stdout.write(f"seed {options.seed}\n")
    report = torture(options.hits, options.rate, options.kills, options.seed, sys.stdout.write)
    sys.stdout.write(f"{report}\n")
    for fault in report.faults:
        sys.stdout.write(f"FAIL {fault}\n")
    return 1 if report.faults else 0


@dataclass
class Report:
    """What was seen; `faults` says in words what should not have been."""

    kills: int = 0
    sent: int = 0
    answered: int = 0
    # Not answered, but perhaps counted.
    unsure: int = 0
    counted: int = 0
    lost: int = 0
    twice: int = 0
    longest_loss: float = 0.0
    visitors_taken: int = 0
    visitors_answered: int = 0
    visits: int = 0
    falls: int = 0
    slowest: float = 0.0
    faults: list = field(default_factory=list)

    def judge(self):
        if self.twice:
            self.faults.append(f"{self.twice} views counted twice")
        if self.visits > self.visitors_taken:
            self.faults.append(f"{self.visits - self.visitors_taken} visits counted twice")
        if self.lost > LOST_SHARE * self.answered:
            self.faults.append(f"{self.lost} views lost")
        if self.visitors_answered - self.visits > LOST_SHARE * self.visitors_answered:
            self.faults.append(f"{self.visitors_answered - self.visits} visits lost")
        if self.longest_loss > LOST_SECONDS:
            self.faults.append(f"views lost for {self.longest_loss:.0f} s in a row")

    def __str__(self):
        share = 100 * self.lost / max(1, self.answered)
        return (
            f"{self.kills} kills; {self.sent:,} hits sent, {self.answered:,} answered, "
            f"{self.unsure:,} broken off, the others refused; {self.counted:,} views counted\n"
            f"lost {self.lost} ({share:.2f} % of those answered, allowed "
            f"{100 * LOST_SHARE:.0f} %), for {self.longest_loss:.0f} s in a row at most "
            f"(allowed {LOST_SECONDS} s)\n"
            f"counted twice {self.twice} (allowed 0)\n"
            f"{self.visitors_taken:,} visitors taken, {self.visitors_answered:,} of them answered, "
            f"{self.visits:,} visits counted\n"
            f"slowest answer {self.slowest:.2f} s; figures disagreed in "
            f"{sum('disagree' in fault for fault in self.faults)} answers, and a total was below "
            f"one told before in {self.falls}\n"
            f"{len(self.faults)} faults"
        )


def torture(hits, rate, kills, seed, say=lambda text: None):
    dice = random.Random(seed)
    report = Report()
    with scratch() as (env, redis, postgres, folder):
        portal = Portal(f"http://127.0.0.1:{env['PORT']}/", folder, folder, None, env)
        # One page for each slot, and room for a machine that is late.
        pages = make_pages(env, int(2 * hits / rate / SLOT) + 10)
        crew = Crew(env, folder)
        keeper = Keeper(crew)
        keeper.start()
        try:
            for name in ("web 1", "worker 1", "beat 1"):
                crew.start(name)
            readers = Readers(int(env["PORT"]), pages, hits, rate, seed)
            readers.warm_up()
            readers.start()
            killer = Killer(dice, keeper, redis, postgres, readers, say)
            report.kills = killer.run(kills, hits / rate)
            readers.join()
            wait_for_the_database(portal, env["REDIS_URL"], report)
            compare(portal, readers, report)
        finally:
            keeper.leave()
            crew.end()
        if left := processes_of(folder):
            report.faults.append(f"processes left: {left}")
    report.judge()
    return report


@contextmanager
def scratch():
    """The environment of a portal on servers that lose nothing that they promise to keep."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="counters-")))
        postgres, database = stack.enter_context(servers.durable_postgres())
        redis, queue = stack.enter_context(
            servers.redis_server("--appendonly", "yes", "--appendfsync", "everysec")
        )
        env = inherited() | NO_FEEDS
        env |= {
            "DATA_DIR": str(folder),
            "DATABASE_URL": database,
            "REDIS_URL": f"{queue}/0",
            "PORT": str(servers.free_port()),
            "HOST": "127.0.0.1",
            # Each reader comes from an address of their own.
            "PROXY_COUNT": "1",
            "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
            "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        set_up = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(set_up, cwd=ROOT, env=env, check=True, stdout=sys.stderr)
        yield env, redis, postgres, folder


def make_pages(env, count):
    """The ids of so many public pages."""
    code = (
        "import django; django.setup()\n"
        "from wagtail.models import Page\n"
        "from tests.factories import make_home, make_news\n"
        "make_home()\n"
        f"print(*[make_news(title=f'Tin {{n}}').pk for n in range({count})])\n"
    )
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    return [int(word) for word in made.stdout.splitlines()[-1].split()]


class Readers:
    """Hits at a steady rate, from visitors in a random order, each with what came of it."""

    def __init__(self, port, pages, hits, rate, seed):
        self.port = port
        self.pages = pages
        self.rate = rate
        dice = random.Random(seed + 1)
        self.visitors = [dice.randrange(min(VISITORS, hits)) for _ in range(hits)]
        self.lock = threading.Lock()
        self.next = 0
        # (slot, visitor, seconds, figures or None, whether nobody took it)
        self.seen = []
        self.greatest = 0
        self.falls = 0
        self.disagreed = []
        self.threads = [threading.Thread(target=self._read) for _ in range(READERS)]

    def warm_up(self):
        """Until the portal answers; then all pages are known to it, as those are that somebody has
        read before. Counts nothing."""
        deadline = time.monotonic() + STARTED_WITHIN
        while self._ask("/live/?seen=1")[0] is None:
            assert time.monotonic() < deadline, "the portal did not start"
            # A stranger's process: it says that it is ready by answering, and in no other way.
            time.sleep(0.2)
        for page in self.pages:
            self._ask(f"/live/?page={page}&seen=1")

    def start(self):
        self.begun = time.monotonic()
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()

    @property
    def is_reading(self):
        return any(thread.is_alive() for thread in self.threads)

    def _read(self):
        while True:
            with self.lock:
                number = self.next
                self.next += 1
            if number >= len(self.visitors):
                return
            # The rate is what is tried here.
            time.sleep(max(0, self.begun + number / self.rate - time.monotonic()))
            slot = min(int((time.monotonic() - self.begun) / SLOT), len(self.pages) - 1)
            with self.lock:
                before = self.greatest
            visitor = self.visitors[number]
            figures, seconds, refused = self._ask(f"/live/?page={self.pages[slot]}", visitor)
            with self.lock:
                self.seen.append((slot, visitor, seconds, figures, refused))
                if figures:
                    self._look_at(figures, before)

    def _look_at(self, figures, before):
        online, today = figures["online-total"], figures["visits-today"]
        if figures["online-guests"] + figures["online-members"] != online or not (
            online <= today <= figures["visits-month"] <= figures["visits-total"]
        ):
            self.disagreed.append(figures)
        self.falls += figures["visits-total"] < before
        self.greatest = max(self.greatest, figures["visits-total"])

    def _ask(self, path, visitor=None):
        """The figures, or None; after how many seconds; whether nobody was there to take it."""
        headers = {"User-Agent": "Mozilla/5.0 Firefox/120.0"}
        if visitor is None:
            headers["DNT"] = "1"
        else:
            headers["X-Forwarded-For"] = f"10.0.{visitor >> 8}.{visitor & 255}"
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        figures, refused = None, True
        with suppress(OSError, http.client.HTTPException):
            connection.connect()
            refused = False
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200:
                figures = json.loads(body)["visits"]
        connection.close()
        return figures, time.monotonic() - begun, refused


class Keeper(threading.Thread):
    """Starts what has ended by itself, as `serve` does: Celery's worker may, when Redis falls."""

    def __init__(self, crew):
        super().__init__(daemon=True)
        self.crew = crew
        self.lock = threading.Lock()
        self.leaving = threading.Event()

    def run(self):
        while not self.leaving.wait(0.5):
            with self.lock:
                for name, process in list(self.crew.running.items()):
                    if process.poll() is not None:
                        self.crew.kill(name)
                        self.crew.start(name)

    def leave(self):
        self.leaving.set()
        self.join()


class Killer:
    def __init__(self, dice, keeper, redis, postgres, readers, say):
        self.dice = dice
        self.keeper = keeper
        self.crew = keeper.crew
        self.servers = {"redis": redis, "postgres": postgres}
        self.readers = readers
        self.say = say

    def run(self, kills, seconds):
        """How many there were."""
        victims = list(islice(cycle(VICTIMS), kills))
        moments = sorted(self.dice.uniform(0.03, 0.97) * seconds for _ in victims)
        for number, (victim, moment) in enumerate(zip(victims, moments, strict=True), 1):
            # Sleeping is what is tried here: the moment of a kill is the dice's.
            time.sleep(max(0, self.readers.begun + moment - time.monotonic()))
            at = time.monotonic() - self.readers.begun
            self._kill(victim)
            self.say(f"{number:>3} {at:7.1f} s  {victim}\n")
        return len(victims)

    def _kill(self, victim):
        if victim in self.servers:
            server = self.servers[victim]
            server.kill()
            time.sleep(self.dice.uniform(0, AWAY))
            server.start()
            return
        with self.keeper.lock:
            if not victim.startswith("a "):
                self.crew.kill(f"{victim} 1")
                self.crew.start(f"{victim} 1")
                return
            name = "web 1" if "web" in victim else "worker 1"
            # One that has ended by itself has none.
            with suppress(OSError, IndexError):
                os.kill(self.dice.choice(self.crew.children(name)), signal.SIGKILL)


def views_and_visits(portal):
    """{page: views}, visits"""
    views = dict(portal.sql("SELECT page_id, views FROM sidebar_pageviews"))
    visits = portal.sql("SELECT COALESCE(SUM(visits), 0) FROM sidebar_dailyvisits")
    return views, int(visits[0][0])


def wait_for_the_database(portal, address, report):
    """Until the last hit is there that Redis has; a worker may have to come back first."""
    deadline = time.monotonic() + WRITTEN_WITHIN
    with redis_client.Redis.from_url(address) as client:
        while True:
            days = client.keys("visits:*:figures")
            counted = [client.hmget(day, "views", "visits") for day in days]
            expected = tuple(sum(int(row[place] or 0) for row in counted) for place in (0, 1))
            sums = "SELECT COALESCE(SUM(views), 0), COALESCE(SUM(visits), 0)"
            found = tuple(map(int, portal.sql(f"{sums} FROM sidebar_dailyvisits")[0]))
            if found == expected:
                return
            if time.monotonic() > deadline:
                report.faults.append(f"Redis has {expected}, the database {found}")
                return
            # They are strangers' processes: nothing tells when they are done but what they write.
            time.sleep(0.5)


def compare(portal, readers, report):
    views, visits = views_and_visits(portal)
    taken, answered = [0] * len(readers.pages), [0] * len(readers.pages)
    for slot, _visitor, seconds, figures, refused in readers.seen:
        taken[slot] += not refused
        answered[slot] += figures is not None
        report.slowest = max(report.slowest, seconds)
    counted = [views.get(page, 0) for page in readers.pages]
    lost = [max(0, known - had) for known, had in zip(answered, counted, strict=True)]
    report.sent, report.answered, report.counted = len(readers.seen), sum(answered), sum(counted)
    report.unsure = sum(taken) - sum(answered)
    report.lost = sum(lost)
    report.twice = sum(max(0, had - all_) for all_, had in zip(taken, counted, strict=True))
    row = 0
    for number in lost:
        row = row + 1 if number else 0
        report.longest_loss = max(report.longest_loss, row * SLOT)
    report.visitors_taken = len({seen[1] for seen in readers.seen if not seen[4]})
    report.visitors_answered = len({seen[1] for seen in readers.seen if seen[3]})
    report.visits = visits
    report.falls = readers.falls
    report.faults += [f"figures disagree: {figures}" for figures in readers.disagreed]


if __name__ == "__main__":
    sys.exit(main())
