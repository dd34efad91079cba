"""What readers get, from whom, and what it costs: nginx with a file, our edge, our page cache
alone, a page that isn't kept, /live/ and the search; on PostgreSQL and Redis, on loopback.

make bench              a table; WRITE=1 keeps it in docs/benchmarks.md; figures in var/bench.json

Each is asked in turn, five times over, so that a busy minute of the machine meets all of them.
"""

import argparse
import json
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

import psycopg

from tests import nginx, servers
from tests.bench.live import HERTZ, web
from tests.e2e.running import NO_FEEDS, ROOT, inherited

HOST = "cong.example"
# What a request carries that came over TLS to the server in front.
TOLD = {"Host": HOST, "X-Forwarded-Proto": "https"}
ROUNDS, SECONDS, CLIENTS = 5, 4, 32
FIGURES = ROOT / "docs" / "benchmarks.md"
JSON = ROOT / "var" / "bench.json"
HEADING = "## Serving"
ABOUT = """\
`make bench WRITE=1`: real servers on loopback, {clients} connections of wrk on the same {cores}
cores, {rounds} rounds of {seconds} s of each in turn; medians. CPU is that of all servers: nginx,
granian, PostgreSQL, Redis. The article goes out in {size:,} bytes (gzip). Goals: the edge 0.85 of
a file, the page cache 0.35 and 0.1 ms, a page that isn't kept 6 ms and 6 queries. Such a page is
put together from what the process has rendered of it before (decision 0032); beside it, what it
costs while others publish {changes} times a second: all that is in memory is read and rendered anew
each time.

The file is sent as Debian's nginx does (sendfile, tcp_nopush). What the edge took beside it: a page
sent with its headers at once instead of after them as a file (0.82 to 0.88, in turn), and no
expression that is tried for each address.
"""

# A second, by whoever publishes.
CHANGES = 20


@dataclass
class Target:
    name: str
    port: int
    path: str
    headers: dict
    # Each a list of rounds: requests/s, ms, ms, CPU ms a request.
    rates: list = field(default_factory=list)
    middles: list = field(default_factory=list)
    slowest: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    # Whether somebody publishes all the while.
    changes: bool = False


def main():
    parser = argparse.ArgumentParser(
        prog="tests.bench.serving",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("needs wrk: apt-get install wrk")
    try:
        with ExitStack() as stack:
            targets, queries, size = run(stack, options)
    except servers.Missing as missing:
        sys.exit(f"needs {missing}")
    text = table(targets, queries)
    sys.stdout.write(text)
    JSON.parent.mkdir(exist_ok=True)
    JSON.write_text(json.dumps(figures(targets, queries), indent=2) + "\n")
    if options.write:
        about = ABOUT.format(
            clients=CLIENTS,
            cores=os.cpu_count(),
            rounds=options.rounds,
            changes=CHANGES,
            seconds=options.seconds,
            size=size,
        )
        write(f"{about}\n{text}\n{machine()}\n")


def run(stack, options):
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
    # nginx' workers are somebody else.
    folder.chmod(0o755)
    postgres, redis, env, (article, path), queries = set_up(stack, folder / "data")
    told = TOLD | {"Accept-Encoding": "gzip"}
    group, behind = stack.enter_context(web(env, None, told))
    more = f"location = /tep.html {{ alias {folder}/tep.html; gzip_static on; }}\n"
    data = folder / "data"
    port, front = stack.enter_context(nginx.nginx(folder, data, behind, HOST, more, tls=False))
    # The same bytes as a file.
    page = fetch(behind, path, told)
    (folder / "tep.html.gz").write_bytes(page)
    (folder / "tep.html").write_bytes(b"")
    assert fetch(port, "/tep.html", told) == page
    # As whoever signs in goes past the page cache; the portal asks for no such thing.
    past = told | {"Authorization": "Basic bench"}
    targets = [
        Target("nginx, a file", port, "/tep.html", told),
        Target("edge: nginx before the portal", port, path, told),
        Target("page cache alone (granian)", behind, path, told),
        Target("not kept: an article with its sidebar", behind, path, past),
        Target("the same, while others publish", behind, path, past, changes=True),
        Target("`/live/`, a view", behind, f"/live/?page={article}", told),
        Target("search, two words", behind, "/tim-kiem/?q=van+ban", told),
    ]
    roots = [group, front.process.pid, postgres.process.pid, redis.process.pid]
    for number in range(options.rounds):
        for target in targets:
            with publishing(env["DATABASE_URL"]) if target.changes else nullcontext():
                measure(target, roots, options.seconds)
            say(f"round {number + 1}: {target.name}: {target.rates[-1]:,.0f} requests/s")
    return targets, queries, len(page)


def set_up(stack, data):
    """A portal with demo content in `data`, on a PostgreSQL and a Redis of its own, as the public
    gets it: the two servers, the environment of its programs, (primary key, address) of a piece of
    news, and how many queries that takes."""
    postgres, database = stack.enter_context(servers.postgres_server({}))
    redis, queue = stack.enter_context(servers.redis_server())
    env = inherited() | NO_FEEDS
    env |= {
        "DATABASE_URL": database,
        "REDIS_URL": queue,
        "DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
        "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    say("Setting a portal up…")
    manage(env, "serve", "--set-up-only")
    news = article_of(database)
    queries = queries_of(env, news[1])
    manage(env, "load_demo", "--retire-accounts")
    env |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": HOST,
        "BASE_URL": f"https://{HOST}",
        "SERVE_MEDIA": "0",
        "WEB_WORKERS": "2",
    }
    return postgres, redis, env, news, queries


def manage(env, *command):
    command = [sys.executable, "manage.py", *command]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=sys.stderr)


def article_of(database):
    """(primary key, address) of a piece of news."""
    with psycopg.connect(database) as connection:
        number, path = connection.execute(
            "SELECT page.id, page.url_path FROM wagtailcore_page page JOIN articles_newspage news"
            " ON news.page_ptr_id = page.id WHERE page.live ORDER BY page.id LIMIT 1"
        ).fetchone()
    return number, "/" + path.split("/", 2)[2]


@contextmanager
def publishing(database):
    """Counts as if somebody published, from a thread of its own."""
    ended = threading.Event()

    def count():
        with psycopg.connect(database, autocommit=True) as connection:
            while not ended.wait(1 / CHANGES):
                connection.execute(
                    "UPDATE articles_registerversion"
                    " SET generation = generation + 1, texts = generation + 1"
                )

    thread = threading.Thread(target=count)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def queries_of(env, path):
    """(put together, rendered whole): how many a page that isn't kept asks, in a process that has
    rendered others before."""
    code = (
        "from django.conf import settings; from django.db import connection;"
        "from django.test import Client; from django.test.utils import CaptureQueriesContext;"
        "settings.ALLOWED_HOSTS = ['*']; client = Client();"
        "from articles import assembly\n"
        "def asked():\n"
        "    with CaptureQueriesContext(connection) as asked:\n"
        f"        client.get({path!r})\n"
        # One more is that of the page cache: whether anything has changed meanwhile.
        "    return len(asked) + 1\n"
        "asked(); together = asked(); assembly.forget(); print('queries', together, asked())"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    told = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return tuple(map(int, re.search(r"queries (\d+) (\d+)", told.stdout).groups()))


def fetch(port, path, headers):
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers=headers), timeout=20) as answer:
        return answer.read()


def measure(target, roots, seconds):
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--latency"]
    for name, text in target.headers.items():
        command += ["-H", f"{name}: {text}"]
    # Connections, scripts, caches: what a server does once.
    fetch(target.port, target.path, target.headers)
    before = cpu_of(roots)
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{target.port}{target.path}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    spent = cpu_of(roots) - before
    assert "Non-2xx" not in told, told
    requests = int(re.search(r"(\d+) requests in", told)[1])
    target.rates.append(float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1]))
    target.middles.append(milliseconds(re.search(r"^\s+50%\s+(\S+)", told, re.MULTILINE)[1]))
    target.slowest.append(milliseconds(re.search(r"^\s+99%\s+(\S+)", told, re.MULTILINE)[1]))
    target.cpu.append(spent / requests * 1000)


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def cpu_of(roots):
    """Seconds that these processes and all below them have used."""
    parents, ticks = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number = int(stat.parent.name)
            # Behind the name, which may hold anything: state, parent …
            fields = stat.read_text().rpartition(")")[2].split()
            parents[number] = int(fields[1])
            ticks[number] = int(fields[11]) + int(fields[12])
    found = set(roots)
    while more := {number for number, above in parents.items() if above in found} - found:
        found |= more
    return sum(ticks.get(number, 0) for number in found) / HERTZ


def table(targets, queries):
    lines = [
        "| | requests/s | p50, ms | p99, ms | CPU, ms a request | beside a file |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for target in targets:
        lines.append(
            f"| {target.name} | {median(target.rates):,.0f} | {median(target.middles):.2f} | "
            f"{median(target.slowest):.1f} | {median(target.cpu):.3f} | "
            f"{ratio(target, targets[0]):.4f} |"
        )
    together, whole = queries
    asked = f"Queries of the page that isn't kept: {together}; rendered whole: {whole}."
    return "\n".join(lines) + f"\n\n{asked}\n"


def ratio(target, beside):
    """Of each round by itself: the machine's speed is another one in the next."""
    return median(one / other for one, other in zip(target.rates, beside.rates, strict=True))


def figures(targets, queries):
    beside, edge, kept, page, anew, live, _search = targets
    together, whole = queries
    return {
        "edge_ratio": round(ratio(edge, beside), 4),
        "page_cache_ratio": round(ratio(kept, beside), 4),
        "page_cache_cpu_ms": round(median(kept.cpu), 4),
        "uncached_cpu_ms": round(median(page.cpu), 2),
        "uncached_queries": together,
        # Rendered whole, and all that is in memory read anew.
        "anew_cpu_ms": round(median(anew.cpu), 2),
        "whole_queries": whole,
        "live_cpu_ms": round(median(live.cpu), 4),
    }


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    told = subprocess.run([nginx.binary(), "-v"], capture_output=True, text=True).stderr
    return (
        f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}, Linux "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}, granian "
        f"{version('granian')}, {told.strip().removeprefix('nginx version: ')}."
    )


def write(text, heading=HEADING):
    whole = FIGURES.read_text()
    section = f"{heading}\n\n{text}"
    before, found, rest = whole.partition(f"{heading}\n")
    if found:
        _old, mark, after = rest.partition("\n## ")
        whole = f"{before}{section}{mark}{after}"
    else:
        whole = f"{whole.rstrip()}\n\n{section}"
    FIGURES.write_text(whole)


def say(text):
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
