"""The whole portal as an operator runs it: real processes, real data, a port of its own."""

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

import psycopg

from articles import generation
from home.management.processes import die_with_parent
from tests.servers import free_port, of_postgres, redis_database

ROOT = Path(__file__).resolve().parents[2]
# Seconds, after which a test gives up: for a first start, and for the end of every program. `serve`
# promises its end within ten (home/management/processes.py); a machine full of browsers has taken
# longer, and what a test looks for is a program that stays.
READY_WITHIN = 120
GONE_WITHIN = 60
# Nobody listens there: a portal whose feeds a test doesn't care about asks nobody else's server.
NOWHERE = "http://127.0.0.1:9/"
NO_FEEDS = {
    f"{name}_URL": NOWHERE
    for name in ("VIETCOMBANK", "VIETCOMBANK_JSON", "OPEN_METEO", "MET_NORWAY")
}
# What belongs to the test run and would change the portal.
NOT_INHERITED = {
    "DATABASE_REPLICA_URL",
    "DATABASE_URL",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "DJANGO_SETTINGS_MODULE",
    "PYTHONPATH",
    "PYTHONWARNINGS",
    "REDIS_URL",
}


@dataclass(frozen=True)
class Snapshot:
    """What a portal holds after its set-up: a folder, and on PostgreSQL a database to copy."""

    data_dir: Path
    database: str | None


@dataclass(frozen=True)
class Portal:
    url: str
    data_dir: Path
    log: Path
    process: subprocess.Popen
    env: dict

    def output(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def get(self, path="/"):
        with urlopen(self.url.rstrip("/") + path, timeout=20) as answer:
            return answer.read().decode()

    def sql(self, statement):
        """The rows that a statement answers, from outside of the portal's processes."""
        rows = self._run(statement)
        if generation.is_seen(statement):
            # As every connection of the portal's own would.
            self.forget_pages()
        return rows

    def forget_pages(self):
        """What is kept is old from now on, as after any change."""
        self._run(generation.MOVE_ON)
        number = self._run("SELECT generation FROM articles_registerversion")[0][0]
        generation.Mark(self.data_dir).raise_to(number)

    def _run(self, statement):
        if address := self.env.get("DATABASE_URL"):
            with psycopg.connect(address, autocommit=True) as connection:
                cursor = connection.execute(statement)
                return cursor.fetchall() if cursor.description else []
        file = self.data_dir / "portal.sqlite3"
        # The inner one ends the transaction, the outer one the connection.
        with closing(sqlite3.connect(file, timeout=20)) as connection, connection:
            return connection.execute(statement).fetchall()

    def wait_for(self, what, within=60):
        """Ask again and again until `what()` is true; its answer.

        The processes are strangers: nothing tells a test when they are done, so it asks.
        """
        deadline = time.monotonic() + within
        while True:
            answer = what()
            if answer:
                return answer
            assert time.monotonic() < deadline, f"not within {within} s:\n{tail(self.log)}"
            time.sleep(0.1)

    def processes(self):
        return processes_of(self.data_dir)


@contextmanager
def portal_processes(folder, env=None, snapshot=None, wait=True):
    """A running portal; `env` adds to its environment or replaces, `snapshot` spares the set-up.

    With wait=False it may still be starting.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data_dir = folder / "data"
    if snapshot and not data_dir.exists():
        shutil.copytree(snapshot.data_dir, data_dir)
    with database(snapshot and snapshot.database) as servers:
        whole = servers | {"DATA_DIR": str(data_dir), **(env or {})}
        with started(folder, whole, wait) as portal:
            yield portal


@contextmanager
def started(folder, env, wait=True):
    """`manage.py serve` on data that is already there; ended with TERM, and nobody left."""
    with _running([sys.executable, "manage.py", "serve"], folder, env) as portal:
        if wait:
            wait_until_ready(portal)
        yield portal


@contextmanager
def program(name, folder, env):
    """One line of the Procfile alone, as one machine of several may run it, on data of its own that
    is already there; ended as `started` is."""
    command = [sys.executable, "manage.py", "run_program", name]
    with _running(command, folder, env) as portal:
        if name == "web":
            wait_until_ready(portal)
        yield portal


def _begun(command, env, log):
    """In a session of its own, which ends with the tests."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )


@contextmanager
def _running(command, folder, env):
    port = env.get("PORT") or str(free_port())
    env = inherited() | NO_FEEDS | {"HOST": "127.0.0.1", "PORT": port} | env
    log = folder / f"{uuid4().hex[:6]}.log"
    process = _begun(command, env, log)
    portal = Portal(f"http://127.0.0.1:{port}/", Path(env["DATA_DIR"]), log, process, env)
    try:
        yield portal
    finally:
        process.terminate()
        end(portal)


@contextmanager
def one_program(name, env, log):
    """`manage.py run_program` as a supervisor would start it, in a session of its own; its Popen.
    Ended with TERM."""
    process = _begun([sys.executable, "manage.py", "run_program", name], env, log)
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GONE_WITHIN)
        # What is left of its session, as a supervisor would.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_ready(portal):
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            with urlopen(portal.url, timeout=20):
                return
        except (URLError, ConnectionError, TimeoutError) as error:
            over = portal.process.poll() is not None or time.monotonic() > deadline
            if over:
                raise AssertionError(f"no page from serve:\n{tail(portal.log)}") from error
        # Another program is starting: nothing tells when it is ready but its answer.
        time.sleep(0.1)


def end(portal):
    """Wait for the end of everything that belongs to the portal; a failure when it lasts."""
    with suppress(subprocess.TimeoutExpired):
        portal.process.wait(GONE_WITHIN)
    deadline = time.monotonic() + 1
    while (left := portal.processes()) and time.monotonic() < deadline:
        # They are children of a process that is gone: nobody here can wait for their end.
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    portal.process.wait()
    assert not left, f"left after {GONE_WITHIN} s: {left}\n{tail(portal.log)}"


def processes_of(data_dir):
    """{pid: command line} of every process that was started for this data (Linux)."""
    mark = f"DATA_DIR={data_dir}\0".encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if mark in (entry / "environ").read_bytes():
                words = (entry / "cmdline").read_bytes().split(b"\0")
                found[int(entry.name)] = b" ".join(words).decode().strip()
        except OSError:
            # Ended in between, or somebody else's.
            continue
    return found


def inherited():
    return {
        name: value
        for name, value in os.environ.items()
        if name not in NOT_INHERITED and not name.startswith("PYTEST_")
    }


@contextmanager
def database(template=None):
    """DATABASE_URL and REDIS_URL of an instance's own, where the suite runs on such servers."""
    env = {}
    if queue := os.environ.get("REDIS_URL"):
        env["REDIS_URL"] = redis_database(queue)
    if not (address := os.environ.get("DATABASE_URL")):
        yield env
        return
    name = f"portal_{uuid4().hex[:12]}"
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")
        try:
            yield env | {"DATABASE_URL": f"{address.rpartition('/')[0]}/{name}"}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def take_snapshot(shared):
    """Set a portal up in `shared`, unless another worker has; what it then holds."""
    data_dir, note = shared / "snapshot", shared / "snapshot.database"
    with (shared / "snapshot.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not data_dir.exists():
            unfinished = shared / "snapshot.unfinished"
            env = {"DATA_DIR": str(unfinished)}
            if address := os.environ.get("DATABASE_URL"):
                name = f"portal_{uuid4().hex[:12]}"
                with closing(psycopg.connect(address, autocommit=True)) as connection:
                    connection.execute(f"CREATE DATABASE {name}")
                env["DATABASE_URL"] = f"{address.rpartition('/')[0]}/{name}"
                note.write_text(name)
            if queue := os.environ.get("REDIS_URL"):
                env["REDIS_URL"] = redis_database(queue)
            made = subprocess.run(
                [sys.executable, "manage.py", "serve", "--set-up-only"],
                cwd=ROOT,
                env=inherited() | NO_FEEDS | env,
                capture_output=True,
                text=True,
            )
            assert made.returncode == 0, f"{made.stdout[-3000:]}\n{made.stderr[-3000:]}"
            unfinished.rename(data_dir)
    return Snapshot(data_dir, note.read_text() if note.exists() else None)


def restore(snapshot, address):
    """What it has on PostgreSQL, in an empty database of another server."""
    source = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{snapshot.database}"
    dump = [of_postgres("pg_dump"), "--no-owner", source]
    load = [of_postgres("psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", address]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumped:
        subprocess.run(load, stdin=dumped.stdout, check=True)
    assert dumped.returncode == 0


def tail(log):
    return log.read_text(encoding="utf-8", errors="replace")[-3000:]
