"""What each program takes: the time until it is at work, memory, and CPU while nobody asks. On
PostgreSQL and Redis with production settings and demo content, each started as systemd would.

make bench-footprint    prints the table of docs/benchmarks.md

Memory is PSS: what is a process's own, and its share of what several have (libraries, what a fork
has not changed). It adds up, as RSS doesn't.
"""

import argparse
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from home.management.processes import die_with_parent, read_procfile
from tests import servers
from tests.bench.live import cpu_of
from tests.bench.serving import ROOT, TOLD, say, set_up

PAGES, READERS, QUIET = 200, 4, 60
# Seconds that a program may take to be at work.
PATIENCE = 60


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
    signs = {
        "web": lambda log: fetch(port, "/"),
        "worker": lambda log: b" ready." in log.read_bytes(),
    }
    groups, started = {}, {}
    # One after the other, so that none waits for another's start.
    for name in read_procfile(ROOT / "Procfile"):
        log = folder / f"{name}.log"
        begun = time.monotonic()
        groups[name] = stack.enter_context(program(name, env, log))
        if name in signs:
            started[name] = f"{until(lambda name=name, log=log: signs[name](log)) - begun:.1f}"
        say(f"{name}: {started.get(name, 'started')}")
    ask(port, options.pages)
    say(f"{options.pages} pages asked for; {options.quiet} s of quiet…")
    before = {name: cpu_of(group) for name, group in groups.items()}
    time.sleep(options.quiet)
    spent = {name: cpu_of(group) - before[name] for name, group in groups.items()}
    lines = [
        "| program | at work after, s | memory of each process, MB | in all, MB | CPU, % |",
        "| --- | ---: | --- | ---: | ---: |",
    ]
    for name, group in groups.items():
        sizes = memory_of(group)
        lines.append(
            f"| {name} | {started.get(name, '–')} | {' + '.join(f'{size:.0f}' for size in sizes)} "
            f"| {sum(sizes):.0f} | {spent[name] / options.quiet * 100:.2f} |"
        )
    return "\n".join(lines) + "\n"


@contextmanager
def program(name, env, log):
    """Its session, as systemd would start it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_program", name],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
    try:
        yield process.pid
    finally:
        servers.stop(process, signal.SIGTERM)


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


def fetch(port, path):
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers=TOLD), timeout=20) as answer:
        return answer.read()


def ask(port, pages):
    """Every page of the portal's map, and searches, until there were as many as that."""
    told = re.findall(r"<loc>([^<]+)</loc>", fetch(port, "/sitemap.xml").decode())
    paths = [urlsplit(address).path for address in told]
    words = ("chỉ thị", "hộp thư", "bão", "lịch tiếp dân", "07/CT-UBND")
    paths += [f"/tim-kiem/?q={quote(text)}" for text in words]
    paths += [f"/van-ban/?q={quote(text)}" for text in words]
    with ThreadPoolExecutor(READERS) as readers:
        for body in readers.map(lambda path: fetch(port, path), islice(cycle(paths), pages)):
            assert body


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
