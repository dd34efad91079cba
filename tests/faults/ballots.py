"""Ballots in parallel, against four server processes that are killed meanwhile with their database:
what the answers said is what is stored, no ballot is lost and none counted twice.

make ballot-torture                              2,000 ballots on PostgreSQL, then 400 on SQLite
python -m tests.faults.ballots --engine sqlite --scenario kills --ballots 100 --seed 7

distinct    everybody votes once: each is told that it counts
one-voter   all are one voter's, from as many addresses: one counts, the others are told of it
kills       everybody votes once while web processes are killed, and PostgreSQL; whoever is shown an
            error sends the form again, as a reader does
"""

import argparse
import http.client
import json
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from os import kill
from pathlib import Path
from signal import SIGKILL
from urllib.parse import urlencode, urlsplit

from tests import servers
from tests.e2e.running import NO_FEEDS, ROOT, inherited, portal_processes

SCENARIOS = DISTINCT, ONE_VOTER, KILLS = ("distinct", "one-voter", "kills")
BALLOTS = {"postgres": 2000, "sqlite": 400}
# Of the portal: four processes, behind one proxy, which says who is asking.
PROCESSES = 4
ENVIRONMENT = {"WEB_WORKERS": str(PROCESSES), "PROXY_COUNT": "1"}
WORKER_KILLS, SERVER_KILLS = 6, 2
COUNTED, ALREADY_VOTED = "counted", "already_voted"
# How often somebody sends a form, who pauses for half a second on average.
TRIES = 60
PAUSES = (0.2, 0.8)
# Seconds. A browser waits longer; a ballot that takes this long is reported as one without answer.
ANSWERED_WITHIN = 60
# For how long PostgreSQL stays away.
AWAY = (0.5, 2.0)
SET_UP_WITHIN = 600
# Of a scenario as a whole: longer is a fault of its own.
DONE_WITHIN = 900
# What readers have no business to see, whatever happens inside.
INTERNAL = re.compile(r"Traceback|psycopg|OperationalError|sqlite3|site-packages|DATABASE|DEBUG")

# What the harness has to know of the portal's inside. Its own code says it, in a process of its
# own with the portal's settings.
MAKE_POLL = """
from polls.models import Choice, Poll
poll = Poll.objects.create(question="Có nên thử?")
choices = [Choice.objects.create(poll=poll, text=f"Ý {order}", sort_order=order).pk
           for order in range(3)]
print(json.dumps([poll.pk, choices]))
"""
NAME_VOTERS = """
from django.test import RequestFactory
from polls import voters
from polls.models import Poll
poll_id, cookies = json.load(sys.stdin)
request = RequestFactory().get("/")
names = {}
for cookie in cookies:
    request.COOKIES = {voters.COOKIE: cookie}
    names[cookie] = voters.key(Poll(pk=poll_id), voters.token(request))
print(json.dumps(names))
"""


def stored(portal, poll):
    """(the voters of all ballots, {choice: its counter}), from outside of the portal."""
    rows = portal.sql(f"SELECT voter FROM polls_ballot WHERE poll_id = {poll.pk}")
    counters = portal.sql(
        f"SELECT id, votes FROM polls_choice WHERE poll_id = {poll.pk} ORDER BY id"
    )
    return [voter for (voter,) in rows], dict(counters)


def new_poll(portal):
    pk, choices = inside(portal, MAKE_POLL)
    return Poll(pk, choices, portal.url)


def inside(portal, code, question=None):
    """What `code` prints, run by the portal's own manage.py."""
    code = f"import json, sys\n{code}"
    done = manage(
        portal, "shell", "--no-imports", "--command", code, input=json.dumps(question or [])
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def manage(portal, *command, **options):
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=portal.env,
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def main():
    parser = argparse.ArgumentParser(
        prog="tests.faults.ballots",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--engine", choices=("postgres", "sqlite", "both"), default="both")
    parser.add_argument("--ballots", type=int, help="2000 on PostgreSQL, 400 on SQLite")
    parser.add_argument("--parallel", type=int, default=64)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--scenario", choices=(*SCENARIOS, "all"), default="all")
    options = parser.parse_args()
    # A table that is looked at while it comes, into a file too.
    sys.stdout.reconfigure(line_buffering=True)
    scenarios = SCENARIOS if options.scenario == "all" else (options.scenario,)
    failed = 0
    for engine in ("postgres", "sqlite") if options.engine == "both" else (options.engine,):
        with scratch(engine) as (portal, server):
            for scenario in scenarios:
                count = options.ballots or BALLOTS[engine]
                sys.stdout.write(
                    f"\n{engine}, {scenario}: {count} ballots, {options.parallel} in parallel, "
                    f"{PROCESSES} processes, seed {options.seed}\n"
                )
                report = torture(
                    portal,
                    scenario,
                    count,
                    options.parallel,
                    options.seed,
                    server=server,
                    say=sys.stdout.write,
                )
                sys.stdout.write(f"{report}\n")
                failed += len(report.faults)
    return 1 if failed else 0


@contextmanager
def scratch(engine):
    """(a portal, its PostgreSQL or None), both of which end with the block."""
    with ExitStack() as stack:
        env, server = dict(ENVIRONMENT), None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ballots-")))
        if engine == "postgres":
            server, address = stack.enter_context(servers.durable_postgres())
            env |= {
                "DATABASE_URL": address,
                "REDIS_URL": stack.enter_context(servers.redis()),
            }
        # Beforehand: on a disk that is written through to, and on a busy machine, it may take
        # longer than a portal has for its first page.
        made = subprocess.run(
            [sys.executable, "manage.py", "serve", "--set-up-only"],
            cwd=ROOT,
            env=inherited() | NO_FEEDS | env | {"DATA_DIR": str(folder / "data")},
            capture_output=True,
            text=True,
            timeout=SET_UP_WITHIN,
        )
        assert made.returncode == 0, f"{made.stdout[-3000:]}\n{made.stderr[-3000:]}"
        yield stack.enter_context(portal_processes(folder, env)), server


@dataclass
class Poll:
    """One of the harness's own, as a reader knows it."""

    pk: int
    choices: list
    url: str

    @property
    def path(self):
        return f"/y-kien/{self.pk}/bo-phieu/"


@dataclass
class Answer:
    """`kind` is the outcome, or else the page's title, or what went wrong with the line."""

    status: int | str
    kind: str
    seconds: float
    body: str = ""
    retry_after: str | None = None
    cookie: str | None = None


@dataclass
class Voter:
    """A reader with a browser: one form, one address, one cookie at most."""

    poll: Poll
    number: int
    address: str
    cookie: str | None = None
    outcomes: list = field(default_factory=list)

    @property
    def choice(self):
        return self.poll.choices[self.number % len(self.poll.choices)]

    def send(self, report):
        """The form, and again with the cookie when the portal asks for that; the last answer."""
        answer = self._post(self.poll.path, report)
        if answer.status == 307:
            answer = self._post(f"{self.poll.path}?thu-lai=1", report)
        if answer.kind in {COUNTED, ALREADY_VOTED}:
            self.outcomes.append(answer.kind)
        return answer

    def _post(self, path, report):
        answer = post(self.poll, path, self)
        self.cookie = answer.cookie or self.cookie
        report.add(answer)
        return answer


def post(poll, path, voter):
    host = urlsplit(poll.url).netloc
    headers = {
        "Accept": "application/json",
        "Connection": "close",
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": poll.url.rstrip("/"),
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": voter.address,
    }
    if voter.cookie:
        headers["Cookie"] = f"voter={voter.cookie}"
    begun = time.monotonic()
    connection = http.client.HTTPConnection(host, timeout=ANSWERED_WITHIN)
    try:
        connection.request("POST", path, urlencode({"choice": voter.choice}), headers)
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return Answer("none", type(error).__name__, time.monotonic() - begun)
    finally:
        connection.close()
    seconds = time.monotonic() - begun
    cookie = re.match("voter=([^;]+)", response.getheader("Set-Cookie", ""))
    return Answer(
        response.status,
        kind_of(response.status, body),
        seconds,
        body,
        response.getheader("Retry-After"),
        cookie and cookie[1],
    )


def kind_of(status, body):
    if status == 307:
        return "send again, with this cookie"
    with suppress(ValueError, KeyError, TypeError):
        return json.loads(body)["outcome"]
    title = re.search("<title>(.*?)</title>", body, re.DOTALL)
    return title[1].strip() if title else f"no page: {body[:60]!r}"


class Report:
    """What was seen; `faults` says in words what should not have been."""

    def __init__(self):
        self.changed = threading.Condition()
        # Nobody begins another try after that.
        self.over = threading.Event()
        self.answers = Counter()
        self.slowest = Counter()
        # Of each kind of answer the first one.
        self.seen = {}
        self.settled = 0
        self.retries = 0
        self.most_tries = 0
        self.kills = Counter()
        self.stored = 0
        self.seconds = 0.0
        self.faults = []
        self.voters = []

    def add(self, answer):
        key = (answer.status, answer.kind)
        with self.changed:
            self.answers[key] += 1
            self.slowest[key] = max(self.slowest[key], answer.seconds)
            self.seen.setdefault(key, answer)

    def settle(self, tries):
        with self.changed:
            self.settled += 1
            self.retries += tries - 1
            self.most_tries = max(self.most_tries, tries)
            self.changed.notify_all()

    def wait_until_settled(self, count):
        """Whether so many voters have what they want, sooner than a scenario may take."""
        with self.changed:
            return self.changed.wait_for(lambda: self.settled >= count, DONE_WITHIN)

    def __str__(self):
        lines = [f"  {'answers':>7}  {'slowest':>9}  status"]
        for key, count in sorted(self.answers.items(), key=str):
            status, kind = key
            wait = self.seen[key].retry_after
            after = f" (Retry-After: {wait})" if wait else ""
            lines.append(f"  {count:>7}  {self.slowest[key]:>7.1f} s  {status} {kind}{after}")
        kills = ", ".join(f"{count} × kill -9 of {what}" for what, count in self.kills.items())
        lines.append(
            f"  {sum(self.answers.values())} requests, {self.retries} retries (at most "
            f"{self.most_tries} tries of one form), {kills or 'no kills'}, {self.seconds:.1f} s: "
            f"{self.stored} ballots stored, {len(self.faults)} faults"
        )
        lines += [f"  FAIL {fault}" for fault in self.faults]
        return "\n".join(lines)


def torture(
    portal,
    scenario,
    count,
    parallel,
    seed,
    server=None,
    worker_kills=WORKER_KILLS,
    server_kills=SERVER_KILLS,
    say=lambda text: None,
):
    """`server`: a PostgreSQL that may be killed. Call it from the main thread, which starts
    that server again."""
    report = Report()
    poll = new_poll(portal)
    voters = [
        # Each poll has other addresses, none of which may send more than six ballots a minute.
        Voter(poll, number, f"10.{poll.pk % 250}.{number // 256}.{number % 256}")
        for number in range(count)
    ]
    if scenario == ONE_VOTER:
        cookie = post(poll, poll.path, voters[0]).cookie
        for voter in voters:
            voter.cookie = cookie
    tries = TRIES if scenario == KILLS else 1
    begun = time.monotonic()
    with ThreadPoolExecutor(parallel) as pool:
        votes = [
            pool.submit(vote, voter, tries, random.Random(f"{seed} {voter.number}"), report)
            for voter in voters
        ]
        try:
            if scenario == KILLS:
                kill_meanwhile(portal, server, worker_kills, server_kills, count, seed, report, say)
            if not report.wait_until_settled(count):
                report.faults.append(f"{count - report.settled} unsettled after {DONE_WITHIN} s")
        finally:
            report.over.set()
            pool.shutdown(cancel_futures=True)
    for one in votes:
        # What broke in the harness itself is no answer of the portal's.
        if not one.cancelled():
            one.result()
    report.seconds = time.monotonic() - begun
    report.voters = voters
    judge(portal, poll, voters, scenario, report)
    return report


def vote(voter, tries, dice, report):
    """Until an answer says that the vote is in."""
    number = 0
    try:
        for number in range(1, tries + 1):
            voter.send(report)
            if voter.outcomes or number == tries:
                break
            # So does a reader who is asked to try again in a moment.
            if report.over.wait(dice.uniform(*PAUSES)):
                break
    finally:
        report.settle(number)


def kill_meanwhile(portal, server, worker_kills, server_kills, count, seed, report, say):
    """Moments are numbers of voters who have their answer: others are then under way. Each part of
    the voters, as many as there are kills, meets one."""
    dice = random.Random(seed)
    kills = [partial(kill_worker, portal, dice)] * worker_kills
    if server:
        kills += [partial(kill_server, server, dice)] * server_kills
    dice.shuffle(kills)
    part = count / len(kills)
    moments = [int(part * (number + dice.random())) for number in range(len(kills))]
    begun = time.monotonic()
    for moment, one in zip(moments, kills, strict=True):
        if not report.wait_until_settled(moment):
            return
        at = time.monotonic() - begun
        what, words = one()
        report.kills[what] += 1
        say(f"  {at:6.1f} s, after {moment:>4} voters: {words}\n")


def kill_worker(portal, dice):
    pid = dice.choice(portal.wait_for(lambda: granian_workers(portal)))
    kill(pid, SIGKILL)
    return "a web process", f"kill -9 of web process {pid}"


def kill_server(server, dice):
    processes = server.kill()
    away = dice.uniform(*AWAY)
    # Sleeping is what is tried here: voters come to a database that isn't there.
    time.sleep(away)
    begun = time.monotonic()
    server.start()
    recovery = time.monotonic() - begun
    return "PostgreSQL", (
        f"kill -9 of PostgreSQL ({processes} processes), started again after {away:.1f} s, "
        f"answers after {recovery:.1f} s more"
    )


def granian_workers(portal):
    """The processes that answer requests; the one above them starts them again."""
    granian = {pid for pid, command in portal.processes().items() if " -m granian " in command}
    return sorted(pid for pid in granian if parent_of(pid) in granian)


def parent_of(pid):
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return None


def judge(portal, poll, voters, scenario, report):
    """What has to hold of all that was answered and stored."""
    cookies = sorted({voter.cookie for voter in voters if voter.cookie})
    names = inside(portal, NAME_VOTERS, [poll.pk, cookies])
    rows, counters = stored(portal, poll)
    report.stored = len(rows)
    outcomes = Counter(outcome for voter in voters for outcome in voter.outcomes)
    # Whose ballot is in by what they were told. In the end one voter was told it a thousand times.
    told = [voter for voter in voters if COUNTED in voter.outcomes]
    if scenario == ONE_VOTER:
        expect(report, "told that it counts", outcomes[COUNTED], 1)
        expect(report, "told that it counted before", outcomes[ALREADY_VOTED], len(voters) - 1)
    elif scenario == DISTINCT:
        expect(report, "told that it counts", outcomes[COUNTED], len(voters))
    else:
        told = [voter for voter in voters if voter.outcomes]
        expect(report, "with an answer in the end", len(told), len(voters))
    said = {names[voter.cookie] for voter in told}
    expect(report, "stored ballots", len(rows), len(told))
    expect(report, "voters with two ballots", len(rows) - len(set(rows)), 0)
    expect(report, "told that it counts, and not stored", len(said - set(rows)), 0)
    expect(report, "stored, and not told", len(set(rows) - said), 0)
    of_choices = Counter(voter.choice for voter in told)
    expect(report, "counters", counters, {choice: of_choices[choice] for choice in poll.choices})
    recount = manage(portal, "recount_polls", "--skip-checks")
    expect(report, "exit code of recount_polls", recount.returncode, 0)
    for (status, kind), answer in report.seen.items():
        if found := INTERNAL.search(answer.body):
            report.faults.append(f"{status} {kind} shows {found[0]!r}: {answer.body[:300]!r}")


def expect(report, what, seen, due):
    if seen != due:
        report.faults.append(f"{what}: {seen}, not {due}")


if __name__ == "__main__":
    sys.exit(main())
