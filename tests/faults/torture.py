"""Two beats and four workers whose processes are killed at random moments, again and again: never
two runs of a feed at once, no row twice, and figures that are fresh again soon.

make feed-torture                                        on SQLite, then on PostgreSQL and Redis
python -m tests.faults.torture --engine sqlite --kills 5 --seed 7

An interval is six seconds here and a run may take four, so that all that depends on them is scaled.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import redis as redis_client

from home.management.processes import die_with_parent, read_procfile
from sidebar.providers.figures import VIETNAM
from tests import feed_server, servers
from tests.e2e.running import ROOT, Portal, inherited, processes_of

from .faults import bank_sheet

RATES, WEATHER = FEEDS = ("rates", "weather")
INTERVAL, FEED_SECONDS = 6, 4
# As FeedLock has it.
LOCK_LASTS = 1.2 * FEED_SECONDS
FRESH_WITHIN = 2 * INTERVAL + LOCK_LASTS
WORKERS = ("worker 1", "worker 2", "worker 3", "worker 4")
BEATS = ("beat 1", "beat 2")
# How long a server takes for an answer: kills should meet runs that are under way.
ANSWER_SECONDS = 0.5
# Of the processes of a busy machine.
STARTED_WITHIN = 90


def main():
    parser = argparse.ArgumentParser(
        prog="tests.faults.torture", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    failed = 0
    for engine in ("sqlite", "postgres") if options.engine == "both" else (options.engine,):
        sys.stdout.write(f"{engine}, seed {options.seed}\n")
        with scratch(engine) as env:
            report = torture(env, options.kills, options.seed, say=sys.stdout.write)
        for fault in report.faults:
            sys.stdout.write(f"FAIL {fault}\n")
        sys.stdout.write(f"{report}\n\n")
        failed += len(report.faults)
    return 1 if failed else 0


@contextmanager
def scratch(engine):
    """The environment of a portal that holds nothing but its tables and two regions."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-"))
        env = {"DATA_DIR": folder}
        if engine == "postgres":
            env |= stack.enter_context(servers.both())
        whole = inherited() | env | {"DJANGO_SETTINGS_MODULE": "portal.settings.dev"}
        for command in (["migrate", "--verbosity", "0"], ["createcachetable"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=whole, check=True)
        yield env


@dataclass
class Report:
    """What was seen; `faults` says in words what should not have been."""

    kills: int = 0
    slowest: float = 0.0
    requests: int = 0
    runs: int = 0
    changes: int = 0
    longest_lock: float = 0.0
    queued: int = 0
    faults: list = field(default_factory=list)

    def __str__(self):
        return (
            f"{self.kills} kills, fresh again after {self.slowest:.1f} s at most "
            f"(allowed {FRESH_WITHIN:.1f}); {self.requests} requests in {self.runs} runs, "
            f"{self.changes} changes of rates; longest lock {self.longest_lock:.1f} s "
            f"(allowed {LOCK_LASTS:.1f}); at most {self.queued} of a feed in the queue of absent "
            f"workers; {len(self.faults)} faults"
        )


class Source:
    """The server of both feeds. It sees who asks, and would see two who ask at once."""

    def __init__(self, server):
        self.server = server
        self.lock = threading.Lock()
        # {feed: {the client's port: when it began}}
        self.asking = {feed: {} for feed in FEEDS}
        self.requests = 0
        self.at_once = []
        self.begun = time.monotonic()
        for path, feed, body in (
            ("/json", RATES, lambda: self.sheet().json()),
            ("/xml", RATES, lambda: self.sheet().xml()),
            ("/weather", WEATHER, weather),
        ):
            server.does(path, partial(self._answer, feed, body))

    def sheet(self):
        """New prices every few seconds, now and then the same ones as before."""
        number = int((time.monotonic() - self.begun) / 4)
        share = 1 + 0.002 * (number // 2 % 5)
        return bank_sheet(datetime.now(VIETNAM).replace(microsecond=0)).moved(share)

    def _answer(self, feed, body, handler):
        port = handler.client_address[1]
        with self.lock:
            self.requests += 1
            if self.asking[feed]:
                self.at_once.append(f"{feed} at {time.monotonic() - self.begun:.1f} s")
            self.asking[feed][port] = time.monotonic()
        try:
            self.server.closing.wait(ANSWER_SECONDS)
            kind = b"text/xml" if handler.path.startswith("/xml") else b"application/json"
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n" + body())
        finally:
            with self.lock:
                del self.asking[feed][port]

    def clients(self):
        with self.lock:
            return [port for asking in self.asking.values() for port in asking]


def weather():
    answer = json.loads(feed_server.WEATHER)
    answer["current"]["time"] = f"{datetime.now(VIETNAM):%Y-%m-%dT%H:%M}"
    return json.dumps(answer).encode()


class Crew:
    """The processes, each in a session of its own, as `serve` starts them."""

    def __init__(self, env, folder):
        self.env = env
        self.folder = folder
        self.commands = read_procfile(ROOT / "Procfile")
        self.running = {}

    def start(self, name):
        kind, number = name.split()
        extra = f" --hostname {kind}{number}@%h" if kind == "worker" else ""
        with (self.folder / f"{kind}-{number}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {self.commands[kind]}{extra}"],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def pid(self, name):
        return self.running[name].pid

    def kill(self, name):
        """kill -9 of the main process; what it leaves is ended when that is noticed, as `serve`
        does."""
        self.running[name].kill()
        self.running[name].wait()
        with suppress(ProcessLookupError):
            os.killpg(self.pid(name), signal.SIGKILL)

    def children(self, name):
        return sorted(
            int(pid)
            for task in Path(f"/proc/{self.pid(name)}/task").iterdir()
            for pid in (task / "children").read_text().split()
        )

    def end(self):
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + 10
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def torture(env, kills, seed, say=lambda text: None, all_leave=True):
    """Kill so many times, one after another; then have all workers, and Redis, stay away. `env` has
    DATA_DIR, and what else the portal needs."""
    dice = random.Random(seed)
    report = Report()
    data_dir = Path(env["DATA_DIR"])
    with feed_server.serving() as server:
        source = Source(server)
        # The servers of the feeds, and nobody else's.
        whole = inherited() | {
            "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
            "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "VIETCOMBANK_JSON_URL": f"{server.url}/json",
            "VIETCOMBANK_URL": f"{server.url}/xml",
            "OPEN_METEO_URL": f"{server.url}/weather",
            "MET_NORWAY_URL": f"{server.url}/weather",
            "FEED_ALLOW_PRIVATE": "1",
            "FEED_SECONDS": str(FEED_SECONDS),
            "FEED_PAUSE": "2",
            **{f"{feed.upper()}_INTERVAL": str(INTERVAL) for feed in FEEDS},
            **env,
        }
        portal = Portal("", data_dir, data_dir, None, whole)
        two_regions(portal)
        crew = Crew(whole, data_dir)
        watch = Watch(portal, source, report)
        try:
            for name in (*WORKERS, *BEATS):
                crew.start(name)
            watch.until_fresh(time.time(), STARTED_WITHIN)
            for number in range(kills):
                one_kill(number, dice, crew, watch, say)
            if all_leave:
                nobody_works(crew, watch)
                broker_hangs(watch)
        finally:
            crew.end()
        left = processes_of(data_dir)
        judge(portal, source, report)
    if left:
        report.faults.append(f"processes left: {left}")
    return report


def two_regions(portal):
    portal.sql("DELETE FROM sidebar_weatherreading")
    portal.sql("DELETE FROM sidebar_weatherregion")
    for number in (1, 2):
        portal.sql(
            "INSERT INTO sidebar_weatherregion (name, latitude, longitude, sort_order) "
            f"VALUES ('{number}', 16.8, 107.{number}, {number})"
        )


class Watch:
    """Looks at the portal from outside, again and again."""

    def __init__(self, portal, source, report):
        self.portal = portal
        self.source = source
        self.report = report

    def until_fresh(self, since, within):
        """Wait until each feed has given new figures after `since`; after how many seconds."""
        took = {}
        while len(took) < len(FEEDS) and time.time() - since < within:
            self.look_at_locks()
            rows = self.portal.sql("SELECT feed, good_at FROM sidebar_feedstate")
            for feed, good_at in rows:
                if good_at and seconds_of(good_at) > since:
                    took.setdefault(feed, seconds_of(good_at) - since)
            # They are strangers' processes: nothing tells when they are done but what they write.
            time.sleep(0.1)
        late = [feed for feed in FEEDS if feed not in took]
        if late:
            self.report.faults.append(f"not fresh within {within:.0f} s: {', '.join(late)}")
        return within if late else max(took.values())

    def look_at_locks(self):
        for _feed, expires_at in self.portal.sql("SELECT feed, expires_at FROM sidebar_feedlock"):
            left = seconds_of(expires_at) - time.time()
            self.report.longest_lock = max(self.report.longest_lock, left)

    def until_somebody_asks(self):
        """The port of a client whose request is under way; None if none comes."""
        deadline = time.monotonic() + 2 * INTERVAL
        while time.monotonic() < deadline:
            if clients := self.source.clients():
                return clients[0]
            # Looked at so often that a run is met at its beginning, whoever begins it.
            time.sleep(0.01)
        return None


def one_kill(number, dice, crew, watch, say):
    if number % 2:
        # In the middle of a run, and the very process that runs it or the one above.
        port = watch.until_somebody_asks()
        pid = port and owner(port, crew)
        # Sleeping is what is tried here: the moment of a kill is the dice's.
        time.sleep(dice.uniform(0, ANSWER_SECONDS / 2))
    else:
        time.sleep(dice.uniform(0, INTERVAL))
        pid = None
    name, victim = choose(dice, crew, pid)
    begun = time.time()
    if victim is None:
        crew.kill(name)
        crew.start(name)
    else:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    took = watch.until_fresh(begun, FRESH_WITHIN)
    watch.report.kills += 1
    watch.report.slowest = max(watch.report.slowest, took)
    at = begun - time.time() + time.monotonic() - watch.source.begun
    what = f"{name}, {'a child of it' if victim else 'all of it'}"
    under_way = "in a run" if pid else ""
    verdict = "ok" if took < FRESH_WITHIN else "FAIL"
    say(f"{number + 1:>3} {at:7.1f} s  {what:<26} {under_way:<9}")
    say(f" fresh after {took:5.1f} s  {verdict}\n")


def choose(dice, crew, pid):
    """(name, None) to kill it as a whole, or (name, pid) of a child."""
    if pid is not None:
        name = next(name for name in WORKERS if pid in (crew.pid(name), *crew.children(name)))
        return (name, pid) if dice.random() < 0.5 else (name, None)
    name = dice.choice((*WORKERS, *BEATS, *BEATS))
    children = crew.children(name) if name in WORKERS and dice.random() < 0.3 else []
    return (name, dice.choice(children)) if children else (name, None)


def owner(port, crew):
    """The worker's process that has this port on its side; None if it is done by now."""
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    inodes = {
        f"socket:[{row.split()[9]}]" for row in table if row.split()[1].endswith(f":{port:04X}")
    }
    for name in WORKERS:
        for pid in crew.children(name):
            with suppress(OSError):
                if any(
                    str(file.readlink()) in inodes for file in Path(f"/proc/{pid}/fd").iterdir()
                ):
                    return pid
    return None


def nobody_works(crew, watch):
    """All workers are away for some intervals while one beat goes on; then they are back."""
    crew.kill(BEATS[1])
    for name in WORKERS:
        crew.kill(name)
    until = time.monotonic() + 3 * INTERVAL
    while time.monotonic() < until:
        tasks = queued(watch.portal.env)
        most = max((tasks.count(f"sidebar.tasks.refresh_{feed}") for feed in FEEDS), default=0)
        watch.report.queued = max(watch.report.queued, most)
        time.sleep(0.2)
    if watch.report.queued > 1:
        watch.report.faults.append(f"{watch.report.queued} messages of one feed in the queue")
    before, begun = watch.source.requests, time.time()
    for name in WORKERS:
        crew.start(name)
    watch.until_fresh(begun, STARTED_WITHIN)
    if watch.source.requests == before:
        watch.report.faults.append("nobody asked after the workers were back")


def broker_hangs(watch):
    """Redis answers nobody for some intervals. (A folder can't do that.)"""
    if not (address := watch.portal.env.get("REDIS_URL")):
        return
    with redis_client.Redis.from_url(address) as client:
        client.client_pause(3 * INTERVAL * 1000)
    # Our own question waits like everybody's, until it is over.
    tasks = queued(watch.portal.env)
    most = max(tasks.count(f"sidebar.tasks.refresh_{feed}") for feed in FEEDS)
    if most > 1:
        watch.report.faults.append(f"{most} messages of one feed after the broker was away")
    took = watch.until_fresh(time.time(), FRESH_WITHIN)
    watch.report.slowest = max(watch.report.slowest, took)


def queued(env):
    """The names of the tasks of all messages that a worker would still take."""
    if address := env.get("REDIS_URL"):
        with redis_client.Redis.from_url(address, socket_timeout=6 * INTERVAL) as client:
            texts = client.lrange("celery", 0, -1)
    else:
        texts = []
        for file in (Path(env["DATA_DIR"]) / "queue" / "messages").iterdir():
            # Taken or still being written.
            with suppress(OSError):
                texts.append(file.read_bytes())
    found = []
    for text in texts:
        with suppress(ValueError):
            headers = json.loads(text)["headers"]
            if not headers["expires"] or seconds_of(headers["expires"]) > time.time():
                found.append(headers["task"])
    return found


def judge(portal, source, report):
    """What has to hold of all that was written."""
    report.requests = source.requests
    report.faults += [f"two requests at once: {text}" for text in source.at_once]
    runs = portal.sql(
        "SELECT feed, started_at, finished_at FROM sidebar_feedrun ORDER BY feed, started_at, id"
    )
    report.runs = len(runs)
    for (feed, _began, ended), (other, begins, _ends) in pairwise(runs):
        if feed == other and ended and seconds_of(begins) < seconds_of(ended):
            report.faults.append(f"two runs at once: {feed}, {begins}")
    twice = portal.sql("SELECT currency FROM sidebar_exchangerate GROUP BY 1 HAVING count(*) > 1")
    report.faults += [f"two rates of {currency}" for (currency,) in twice]
    readings = portal.sql("SELECT count(*) FROM sidebar_weatherreading")[0][0]
    if readings != 2:
        report.faults.append(f"{readings} readings of two regions")
    changes = portal.sql(
        "SELECT currency, buy_cash, buy_transfer, sell FROM sidebar_ratechange "
        "ORDER BY currency, recorded_at, id"
    )
    report.changes = len(changes)
    report.faults += [
        f"the same change twice: {one[0]}" for one, other in pairwise(changes) if one == other
    ]
    if report.longest_lock > LOCK_LASTS:
        report.faults.append(f"a lock for {report.longest_lock:.1f} s")


def seconds_of(moment):
    """Of a time as either database or a message has it."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(re.sub(r"Z$", "+00:00", moment))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


if __name__ == "__main__":
    sys.exit(main())
