"""PostgreSQL and Redis servers of the suite's own, from whatever binaries this machine has."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import redis as redis_client

from home.management.processes import die_with_parent

# Seconds that a server may take to answer for the first time.
PATIENCE = 30


class Missing(Exception):
    """A server that isn't installed; says in one line how to get it."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(ask, failure, process):
    """Ask until it stops raising `failure`; what it answered."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except failure:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            # A server that starts says so by answering, and in no other way.
            time.sleep(0.05)


@contextmanager
def postgres():
    """The address of a database whose role may create others."""
    found = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    path = os.pathsep.join([*reversed(found), os.environ.get("PATH", "")])
    initdb = shutil.which("initdb", path=path)
    if not initdb:
        raise Missing("a PostgreSQL: apt-get install postgresql redis-server")
    account = unprivileged_account()
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    try:
        if account:
            shutil.chown(folder, account["user"], account["group"])
        options = ["--no-sync", "--auth=trust", "--username=portal"]
        # Vietnamese letters have their capitals in it, unlike in C.
        options += ["--encoding=UTF8", "--locale=C.UTF-8"]
        made = subprocess.run(
            [initdb, *options, folder / "data"],
            cwd=folder,
            capture_output=True,
            text=True,
            **account,
        )
        assert made.returncode == 0, made.stderr
        port = free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "max_connections": 200,
            # The data won't outlive the tests: nothing has to reach the disk.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    Path(initdb).resolve().with_name("postgres"),
                    *("-D", folder / "data"),
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                cwd=folder,
                stdout=log,
                stderr=log,
                # A session of its own: Ctrl-C is for the tests, which then stop the server.
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGQUIT),
                **account,
            )
        try:
            address = f"postgres://portal@127.0.0.1:{port}"
            connection = answers(
                lambda: psycopg.connect(f"{address}/postgres", autocommit=True),
                psycopg.OperationalError,
                process,
            )
            with connection:
                connection.execute("CREATE DATABASE portal")
            connection.close()
            yield f"{address}/portal"
        finally:
            stop(process, signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged_account():
    """Popen's arguments for an account that PostgreSQL accepts: it refuses root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry.pw_gid for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in known else "nobody"
    return {"user": name, "group": known[name], "extra_groups": []}


@contextmanager
def redis():
    """The address of a server with room for many databases."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if not binary:
        raise Missing("a Redis: apt-get install redis-server")
    with tempfile.TemporaryDirectory(prefix="portal-redis-") as folder:
        port = free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--databases", "4096"]
        process = subprocess.Popen(
            [binary, *options],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        try:
            with redis_client.Redis(port=port) as client:
                answers(client.ping, redis_client.ConnectionError, process)
            yield f"redis://127.0.0.1:{port}"
        finally:
            stop(process, signal.SIGTERM)


def redis_database(address):
    """The address of a database there that nobody else was given."""
    with redis_client.Redis.from_url(address) as client:
        return f"{address.rstrip('/')}/{client.incr('databases given')}"


@contextmanager
def both():
    """The environment that sends the portal to a PostgreSQL and a Redis of its own."""
    with postgres() as database, redis() as queue:
        yield {"DATABASE_URL": database, "REDIS_URL": queue}


def stop(process, number):
    process.send_signal(number)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class DurablePostgres:
    """A server whose data reaches the disk as in an office: what it confirmed outlives a SIGKILL.

    (postgres() above is told not to wait for the disk.) Start it from the main thread: it ends with
    the thread that started it.
    """

    def __init__(self, folder, programs, account):
        self.folder = folder
        self.programs = programs
        self.account = account
        # The same after a restart, or the portal would not find it again.
        self.port = free_port()
        self.address = f"postgres://portal@127.0.0.1:{self.port}/portal"
        self.process = None

    def create(self):
        options = ["--auth=trust", "--username=portal", "--encoding=UTF8", "--locale=C.UTF-8"]
        made = subprocess.run(
            [self.programs / "initdb", *options, self.folder / "data"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            **self.account,
        )
        assert made.returncode == 0, made.stderr
        self.start()
        with psycopg.connect(self._maintenance(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE portal")

    def start(self):
        """Returns when it answers, its recovery included."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            # Not left to a default: they are what is tried here.
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.programs / "postgres",
                    *("-D", self.folder / "data"),
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGQUIT),
                **self.account,
            )
        answers(
            lambda: psycopg.connect(self._maintenance()).close(),
            psycopg.OperationalError,
            self.process,
        )

    def kill(self):
        """SIGKILL of every process at once; how many there were. Returns when all are gone."""
        # Stopped first: it starts no more children while they are counted, nor ends them gently.
        self.process.send_signal(signal.SIGSTOP)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        # Each has a session of its own: a signal to the group would reach the first one only.
        victims = [int(pid) for pid in children.read_text().split()]
        for pid in (self.process.pid, *victims):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + PATIENCE
        while left := [pid for pid in victims if is_running(pid)]:
            assert time.monotonic() < deadline, f"outlived SIGKILL: {left}"
            # Children of a process that is gone: nobody here can wait for their end.
            time.sleep(0.01)
        return 1 + len(victims)

    def _maintenance(self):
        return f"{self.address.rpartition('/')[0]}/postgres"


@contextmanager
def durable_postgres():
    """A DurablePostgres that runs and has an empty database."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    path = os.pathsep.join([*map(str, reversed(found)), os.environ.get("PATH", "")])
    initdb = shutil.which("initdb", path=path)
    if not initdb:
        raise Missing("a PostgreSQL: apt-get install postgresql redis-server")
    account = unprivileged_account()
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    try:
        if account:
            shutil.chown(folder, account["user"], account["group"])
        server = DurablePostgres(folder, Path(initdb).resolve().parent, account)
        try:
            server.create()
            yield server
        finally:
            if server.process:
                stop(server.process, signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_running(pid):
    """Not one that is dead and only waits to be buried."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    # The name before it, in brackets, may hold anything.
    return text.rpartition(")")[2].split()[0] not in {"Z", "X"}
