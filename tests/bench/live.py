"""What /live/ costs where visits are counted in Redis, beside a bare WSGI application that asks
Redis for one value, on the same server with the same settings.

make bench-live         prints the table of docs/benchmarks.md
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg

from home.management.processes import die_with_parent, read_procfile
from tests import servers
from tests.e2e.running import NO_FEEDS, ROOT, inherited

READERS = 8
HERTZ = os.sysconf("SC_CLK_TCK")
BARE = "tests.bench.bare_wsgi:{}"
FIREFOX = "Mozilla/5.0 (Android 8; Mobile) Firefox/120.0"


def main():
    parser = argparse.ArgumentParser(prog="tests.bench.live", description=__doc__.split("\n")[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with ExitStack() as stack:
        database = stack.enter_context(servers.postgres())
        redis, queue = stack.enter_context(servers.redis_server())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-live-"))
        env = inherited() | NO_FEEDS
        env |= {
            "DATABASE_URL": database,
            "REDIS_URL": queue,
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
            "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        set_up = [sys.executable, "manage.py", "serve", "--set-up-only"]
        subprocess.run(set_up, cwd=ROOT, env=env, check=True, stdout=sys.stderr)
        measure(env, redis, page_of(database), options)


def page_of(database):
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT id FROM wagtailcore_page WHERE live AND depth > 3 ORDER BY id LIMIT 1"
        ).fetchone()
    return row[0]


def measure(env, redis, page_id, options):
    """Each in turn, so that a busy minute of the machine meets all of them."""
    cases = {
        "bare, GET by redis-py's client": (BARE.format("by_client"), "/"),
        "bare, GET by a connection of each thread's own": (BARE.format("by_connection"), "/"),
        "`/live/?page=…`, a view": (None, f"/live/?page={page_id}"),
        "`/live/?page=…&seen=1`, later": (None, f"/live/?page={page_id}&seen=1"),
        "`/live/`, a page without views": (None, "/live/"),
    }
    seen = {name: [] for name in cases}
    for _ in range(options.rounds):
        for name, (application, path) in cases.items():
            with web(env, application) as (group, port):
                # Connections, scripts, caches: what a process does once.
                ask_all(port, path, options.requests // 10)
                before, redis_before = cpu_of(group), cpu_of(redis.process.pid)
                begun = time.monotonic()
                ask_all(port, path, options.requests)
                took = time.monotonic() - begun
                web_ms = (cpu_of(group) - before) / options.requests * 1000
                redis_ms = (cpu_of(redis.process.pid) - redis_before) / options.requests * 1000
            seen[name].append((web_ms, redis_ms, options.requests / took))
    sys.stdout.write(
        "| | CPU of the web processes, ms | of Redis, ms | requests/s | CPU beside bare |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
    )
    # The harder of the two to keep up with.
    bare = min(min(seen[name])[0] for name in cases if name.startswith("bare"))
    for name, rounds in seen.items():
        web_ms, redis_ms, rate = min(rounds)
        sys.stdout.write(
            f"| {name} | {web_ms:.3f} | {redis_ms:.3f} | {rate:,.0f} | {web_ms / bare:.2f} |\n"
        )


@contextmanager
def web(env, application, told=None):
    """The Procfile's web server, for the portal or for another application: (group, port). `told`:
    headers without which it doesn't answer."""
    port = servers.free_port()
    command = read_procfile(ROOT / "Procfile")["web"]
    if application:
        command = command.replace("portal.wsgi:application", application)
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"],
        cwd=ROOT,
        env=env | {"PORT": str(port), "HOST": "127.0.0.1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    try:
        servers.answers(
            lambda: urlopen(
                Request(f"http://127.0.0.1:{port}/live/", headers=told or {}), timeout=5
            ).close(),
            OSError,
            process,
        )
        yield process.pid, port
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def cpu_of(group):
    """Seconds that the processes of a session have used."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # Behind the name, which may hold anything: state, parent, group, session …
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == group:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / HERTZ


def ask_all(port, path, requests):
    """Several readers at once, each with one connection after another's answer."""

    def read(number):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {"User-Agent": f"{FIREFOX} {number}"}
        for _ in range(requests // READERS):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, body
        connection.close()

    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
