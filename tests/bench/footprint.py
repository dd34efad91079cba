"""What each program takes: the time until it is at work, memory, and CPU while nobody asks; and the
portal on disk. On PostgreSQL and Redis with production settings and demo content, each started as
systemd would.

make bench-footprint    prints the table of docs/benchmarks.md

Memory is PSS: what is a process's own, and its share of what several have (libraries, what a fork
has not changed). It adds up, as RSS doesn't.
"""

import argparse
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import psycopg

from home.management.processes import read_procfile
from tests import servers
from tests.bench.live import cpu_of
from tests.bench.serving import ROOT, TOLD, say, set_up
from tests.e2e.running import one_program

PAGES, READERS, QUIET = 200, 4, 60
# Seconds that a program may take to be at work, and an answer to come.
PATIENCE = 120


def main():
    parser = argparse.ArgumentParser(
        prog="tests.bench.footprint",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pages", type=int, default=PAGES, help="pages that are asked for before")
    parser.add_argument("--quiet", type=int, default=QUIET, help="seconds of looking at CPU")
    options = parser.parse_args()
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="footprint-")))
            _postgres, _redis, env, _news, _queries = set_up(stack, folder / "data")
            sys.stdout.write(measured(stack, folder, env, options))
    except servers.Missing as missing:
        sys.exit(f"needs {missing}")


def measured(stack, folder, env, options):
    """The table."""
    port = servers.free_port()
    env = env | {"HOST": "127.0.0.1", "PORT": str(port)}
    index = Path(env["DATA_DIR"], "search")
    signs = {
        "web": lambda log: fetch(port, "/"),
        "worker": lambda log: b" ready." in log.read_bytes(),
        "beat": lambda log: b"beat: Starting" in log.read_bytes(),
        "search": lambda log: any(index.glob("*/current")),
    }
    lines = [
        "| program | at work after, s | CPU until then, s | memory of each process, MB "
        "| in all, MB | CPU when quiet, % |",
        "| --- | ---: | ---: | --- | ---: | ---: |",
    ]

    @contextmanager
    def begun(name, more=()):
        """(its group, what its beginning took)"""
        # One of its own, so that the sign of an earlier one isn't taken for this one's.
        log = folder / f"{name}-{len(list(folder.glob('*.log')))}.log"
        before = time.monotonic()
        with one_program(name, env | dict(more), log) as program:
            took = until(lambda: signs[name](log)) - before
            told = f"{took:.1f} | {cpu_of(program.pid):.1f}"
            say(f"{name}: {told}")
            yield program.pid, told

    # As a unit of systemd has it. The first page that a portal ever shows cuts its pictures.
    for what in ("web, one process, a portal's first page", "web, one process"):
        with begun("web", {"WEB_WORKERS": "1"}) as (_group, told):
            lines.append(f"| {what} | {told} | | | |")
    # One after the other, so that none waits for another's start.
    programs = {name: stack.enter_context(begun(name)) for name in read_procfile(ROOT / "Procfile")}
    unit = {"WORKER_PROCESSES": "1", "WORKER_NAME": "unit"}
    programs["worker, one process"] = stack.enter_context(begun("worker", unit))
    groups = {name: group for name, (group, _told) in programs.items()}
    ask(port, options.pages)
    # What beat sends when it starts, and what the index reads, is no quiet.
    until(lambda: is_quiet(groups))
    say(f"{options.pages} pages asked for; {options.quiet} s of quiet…")
    before = {name: cpu_of(group) for name, group in groups.items()}
    time.sleep(options.quiet)
    for name, group in groups.items():
        spent = (cpu_of(group) - before[name]) / options.quiet * 100
        sizes = memory_of(group)
        each = " + ".join(f"{size:.0f}" for size in sizes)
        lines.append(f"| {name} | {programs[name][1]} | {each} | {sum(sizes):.0f} | {spent:.2f} |")
    return "\n".join(lines) + f"\n\n{beside(env)}\n"


def beside(env):
    """What they keep elsewhere."""
    with psycopg.connect(env["DATABASE_URL"]) as connection:
        size, connections = connection.execute(
            "SELECT pg_database_size(current_database()), count(*) - 1 FROM pg_stat_activity"
            " WHERE datname = current_database()"
        ).fetchone()
    files = Path(env["DATA_DIR"])
    sizes = {
        "database": size,
        "DATA_DIR": size_of(files),
        "of which pictures and documents": size_of(files / "media"),
        "search index": size_of(files / "search"),
        "static files": size_of(files / "static"),
    }
    told = ", ".join(f"{name} {size / 1024**2:.1f} MB" for name, size in sizes.items())
    return f"On disk: {told}. Connections to PostgreSQL: {connections}."


def size_of(folder):
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def is_quiet(groups):
    """Whether they have used less than a twentieth of a core for three seconds."""
    before = sum(map(cpu_of, groups.values()))
    time.sleep(3)
    return sum(map(cpu_of, groups.values())) - before < 0.15


def until(sign):
    """When it came."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError):
            if sign():
                return time.monotonic()
        assert time.monotonic() < deadline, f"not at work within {PATIENCE} s"
        # Nothing tells that a program is at work but its sign.
        time.sleep(0.02)


def fetch(port, path, **more):
    request = Request(f"http://127.0.0.1:{port}{path}", headers=TOLD | more)
    with urlopen(request, timeout=PATIENCE) as answer:
        return answer.read()


def ask(port, pages):
    """Every page of the portal's map, and searches, until there were as many as that."""
    parts = places(fetch(port, "/sitemap.xml"))
    paths = [path for part in parts for path in places(fetch(port, part))]
    words = ("chỉ thị", "hộp thư", "bão", "lịch tiếp dân", "07/CT-UBND")
    paths += [f"/tim-kiem/?q={quote(text)}" for text in words]
    paths += [f"/van-ban/?q={quote(text)}" for text in words]
    say(f"{len(paths)} addresses")

    def read(path):
        # As nginx asks.
        return fetch(port, path, **{"Accept-Encoding": "br, gzip"})

    with ThreadPoolExecutor(READERS) as readers:
        assert all(readers.map(read, islice(cycle(paths), pages)))


def places(sitemap):
    return [urlsplit(address).path for address in re.findall(r"<loc>([^<]+)<", sitemap.decode())]


def memory_of(group):
    """MB (PSS) of each process of a session, in the order of their start."""
    sizes = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # Behind the name, which may hold anything: state, parent, group, session …
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == group:
                told = (folder / "smaps_rollup").read_text()
                sizes[int(folder.name)] = int(re.search(r"^Pss:\s+(\d+)", told, re.M)[1]) / 1024
    return [sizes[pid] for pid in sorted(sizes)]


if __name__ == "__main__":
    main()
