"""PostgreSQL and Redis servers of the suite's own, from whatever binaries this machine has."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

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


class Server:
    """One that can be killed and started again, with the same address and what it has on disk."""

    def __init__(self, command, folder, ask, failure, ends_by, **account):
        self.folder = folder
        self._command = command
        self._ask, self._failure = ask, failure
        self._ends_by = ends_by
        self._account = account
        self.process = None

    def start(self):
        """Until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                # A session of its own: Ctrl-C is for the tests, which then stop the server.
                start_new_session=True,
                preexec_fn=die_with_parent(self._ends_by),
                **self._account,
            )
        answers(self._ask, self._failure, self.process)

    def kill(self):
        """SIGKILL of every process at once; how many there were. Returns when all are gone."""
        # Stopped first: it starts no more children while they are counted, nor ends them gently.
        self.process.send_signal(signal.SIGSTOP)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        # PostgreSQL's have a session each: a signal to the group would reach the first one only.
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

    def stop(self):
        stop(self.process, self._ends_by)


@contextmanager
def postgres():
    """The address of a database whose role may create others."""
    # The data won't outlive the tests: nothing has to reach the disk.
    hasty = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with postgres_server(hasty) as (_server, address):
        yield address


@contextmanager
def durable_postgres():
    """A Server, and the address of a database on it: what it confirmed outlives a SIGKILL."""
    # Not left to a default: they are what is tried.
    with postgres_server(
        {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    ) as server:
        yield server


@contextmanager
def postgres_server(settings):
    """A Server, and the address of a database on it."""
    options = ["--no-sync", "--auth=trust", "--username=portal"]
    # Vietnamese letters have their capitals in it, unlike in C.
    options += ["--encoding=UTF8", "--locale=C.UTF-8"]
    with _postgres("initdb", options, settings) as (server, address):
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE portal")
        yield server, f"{address}/portal"


@contextmanager
def postgres_replica(database, settings):
    """A Server that follows the one of `database`, and the address of that database on it."""
    server, _slash, name = database.rpartition("/")
    options = ["--no-sync", "--checkpoint=fast", "--write-recovery-conf"]
    options += [f"--dbname={server}/postgres", "--pgdata"]
    with _postgres("pg_basebackup", options, settings) as (replica, address):
        yield replica, f"{address}/{name}"


def of_postgres(name):
    """The path of one of its programs."""
    found = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    path = os.pathsep.join([*reversed(found), os.environ.get("PATH", "")])
    binary = shutil.which(name, path=path)
    if not binary:
        raise Missing("a PostgreSQL: apt-get install postgresql redis-server")
    return binary


@contextmanager
def _postgres(maker, options, settings):
    """A Server whose data a program of PostgreSQL's makes, and its address."""
    binary = of_postgres(maker)
    account = unprivileged_account()
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    try:
        if account:
            shutil.chown(folder, account["user"], account["group"])
        made = subprocess.run(
            [binary, *options, folder / "data"],
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
            **settings,
        }
        address = f"postgres://portal@127.0.0.1:{port}"
        server = Server(
            [
                Path(binary).resolve().with_name("postgres"),
                *("-D", folder / "data"),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            folder,
            lambda: psycopg.connect(f"{address}/postgres").close(),
            psycopg.OperationalError,
            signal.SIGINT,
            **account,
        )
        try:
            server.start()
            yield server, address
        finally:
            server.stop()
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
    with redis_server("--databases", "4096") as (_server, address):
        yield address


@contextmanager
def bucket():
    """A Server that speaks S3, and the S3_URL of an empty bucket on it. What it holds is lost with
    it."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bucket-"))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    server = Server(command, folder, lambda: urlopen(address).close(), OSError, signal.SIGTERM)
    try:
        server.start()
        # Not at the top: most who want a server want another.
        import boto3

        names = {"aws_access_key_id": "cong", "aws_secret_access_key": "bi/mat"}
        client = boto3.client("s3", endpoint_url=address, region_name="us-east-1", **names)
        client.create_bucket(Bucket="tep")
        yield server, f"http://cong:bi%2Fmat@127.0.0.1:{port}/tep"
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server(*options):
    """A Server, and its address."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if not binary:
        raise Missing("a Redis: apt-get install redis-server")
    with tempfile.TemporaryDirectory(prefix="portal-redis-") as folder:
        port = free_port()
        client = redis_client.Redis(port=port)
        server = Server(
            [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", *options],
            Path(folder),
            client.ping,
            # Also while it reads its file.
            redis_client.ConnectionError,
            signal.SIGTERM,
        )
        try:
            server.start()
            client.close()
            yield server, f"redis://127.0.0.1:{port}"
        finally:
            server.stop()


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


def is_running(pid):
    """Not one that is dead and only waits to be buried."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    # The name before it, in brackets, may hold anything.
    return text.rpartition(")")[2].split()[0] not in {"Z", "X"}
