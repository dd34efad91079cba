import errno
import fcntl
import os
import signal
import socket
import sys
import time
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.cache import caches
from django.core.management import BaseCommand, call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.termcolors import make_style
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from home.demo import ACCOUNTS, PASSWORD, demo_accounts
from home.management.processes import (
    CannotStart,
    Programs,
    address,
    clear_away,
    environment,
    hold,
    make_folders,
    procfile,
)

COLOURS = {"setup": "yellow", "web": "green", "worker": "cyan", "beat": "magenta", "search": "blue"}
# Of PostgreSQL's advisory locks: any number that nobody else takes.
TURN = 7_301_001


class Command(BaseCommand):
    # The port is to be looked at before anything else; the checks are a step of the set-up.
    requires_system_checks = ()

    @property
    def help(self):
        return _(
            "Set the portal up and run it: web server, Celery worker, Celery beat and the keeper "
            "of the search index in one terminal, until Ctrl-C. The environment says where: PORT "
            "(8000), HOST (127.0.0.1), DATA_DIR (var/), WEB_WORKERS; with DATABASE_URL and "
            "REDIS_URL it runs on PostgreSQL and Redis."
        )

    def add_arguments(self, parser):
        parser.add_argument(
            "--set-up-only",
            action="store_true",
            help=_("Bring database, demo content and static files up to date, and start nothing."),
        )

    def handle(self, **options):
        self.begun = time.monotonic()
        self.coloured = (
            self.stdout.isatty() and not options["no_color"] and "NO_COLOR" not in os.environ
        )
        # Until the programs run there is nobody to take along.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, frame: sys.exit(0))

        try:
            self.set_up_and_run(options["set_up_only"])
        except CannotStart as reason:
            self.stderr.write(str(reason))
            sys.exit(1)

    def set_up_and_run(self, set_up_only):
        host, port = address()
        if set_up_only:
            self.set_up()
            return
        self.refuse_busy_port(host, port)
        # The lock ends with this process, however that ends.
        with hold():
            clear_away()
            self.set_up()
            connections.close_all()
            self.run(host, port)

    def run(self, host, port):
        answer = Answer(host, port)

        def tick():
            if answer.has_just_come():
                self.welcome(host, port)

        Programs(procfile(), environment(), settings.ROOT_DIR, self.line).run(tick)
        self.line("setup", _("Stopped."))

    # What is said

    def line(self, name, text):
        prefix = f"{name:<6} | "
        if self.coloured:
            prefix = make_style(fg=COLOURS.get(name, "white"))(prefix)
        try:
            self.stdout.write(prefix + text)
            self.stdout.flush()
        except BrokenPipeError:
            # Nobody reads any more (`make run | head`): end like any program in a pipe, but
            # with the others taken along, whose last words must have somewhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())
            sys.exit(1)

    @contextmanager
    def step(self, text):
        self.line("setup", f"{text}…")
        begun = time.monotonic()
        yield
        seconds = time.monotonic() - begun
        if seconds >= 1:
            self.line("setup", _("… done in %.1f s") % seconds)

    def welcome(self, host, port):
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{port}/"
        lines = [
            _("The portal is ready: %s") % address,
            _("Administration:      %s") % f"{address}admin/",
        ]
        if settings.DEMO:
            width = max(len(name) for name, _role, _group in ACCOUNTS)
            lines += ["", _("Demo accounts, all with the password %s:") % PASSWORD]
            lines += [f"  {name:<{width}}  {role}" for name, role, _group in ACCOUNTS]
        lines += [
            "",
            _("Started in %.1f s. Ctrl-C stops everything.") % (time.monotonic() - self.begun),
        ]
        width = max(map(len, lines))
        self.line("setup", f"┌─{'─' * width}─┐")
        for text in lines:
            self.line("setup", f"│ {text:<{width}} │")
        self.line("setup", f"└─{'─' * width}─┘")

    # What must be free

    def refuse_busy_port(self, host, port):
        try:
            family, kind, protocol, _name, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                # Connections of a portal that has just ended linger, and don't matter.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except PermissionError as error:
            raise CannotStart(
                _("This account may not open port %s: choose one above 1023.") % port
            ) from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(
                    _("Another program uses port %s: stop it, or choose another: PORT=%s make run")
                    % (port, port + 1)
                ) from error
            raise CannotStart(_("HOST=%s is no address of this machine.") % host) from error

    # The set-up: every step looks first whether there is anything to do

    def set_up(self):
        make_folders()
        with self.step(_("Checking the settings")):
            self.check()
        try:
            connection.ensure_connection()
        except OperationalError as error:
            reason = str(error).partition("\n")[0]
            raise CannotStart(_("The database does not answer: %s") % reason) from error
        with self.turn():
            self.migrate()
            call_command("createcachetable", verbosity=0)
            if settings.DEMO:
                with self.step(_("Demo content")):
                    call_command("load_demo")
            elif demo_accounts():
                raise CannotStart(
                    _("The demo accounts may still log in here. Run: manage.py load_demo %s")
                    % "--retire-accounts"
                )
            with self.step(_("Groups, workflow and sections")):
                call_command("setup_portal")
            self.collect_static_files()
        # Of the release before: its templates, and names of static files that may be gone.
        caches["pages"].clear()

    @contextmanager
    def turn(self):
        """Set-ups of machines that start at once change the database one after the other."""
        with (settings.DATA_DIR / "set-up.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if connection.vendor != "postgresql":
                # The file is all that share it.
                yield
                return
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [TURN])
                if not cursor.fetchone()[0]:
                    with self.step(_("Waiting for the set-up of another machine")):
                        cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
            try:
                yield
            finally:
                # PostgreSQL's, as it is of the connection.
                connection.close()

    def migrate(self):
        executor = MigrationExecutor(connection)
        changes = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if changes:
            text = ngettext(
                "Database: %d change to make", "Database: %d changes to make", len(changes)
            )
            with self.step(text % len(changes)):
                call_command("migrate", interactive=False)

    def collect_static_files(self):
        stamp = settings.DATA_DIR / "static.stamp"
        sources = static_sources()
        if Path(settings.STATIC_ROOT).is_dir() and stamp.exists() and stamp.read_text() == sources:
            return
        with self.step(_("Style sheets, scripts and pictures of the site")):
            call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(sources)


def static_sources():
    """A fingerprint that changes with any file that collectstatic would read."""
    found = [settings.STORAGES["staticfiles"]["BACKEND"]]
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            found.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    return sha256("\n".join(found).encode()).hexdigest()


class Answer:
    """Asks for the home page until the web server gives it, without ever waiting for it."""

    def __init__(self, host, port):
        self.address = ("localhost" if host in {"0.0.0.0", "::"} else host, port)  # noqa: S104
        self.name = settings.ALLOWED_HOSTS[0].replace("*", "localhost").lstrip(".")
        self.connection = None
        self.came = False

    def has_just_come(self):
        """Whether the first good answer has come since the last call."""
        if self.came:
            return False
        if self.connection is None:
            self.ask()
        else:
            self.came = self.read()
        return self.came

    def ask(self):
        try:
            self.connection = socket.create_connection(self.address, timeout=1)
            # As the server in front would ask, or production settings would send us to TLS.
            self.connection.sendall(
                f"GET / HTTP/1.1\r\nHost: {self.name}\r\nX-Forwarded-Proto: https\r\n"
                "User-Agent: serve\r\nConnection: close\r\n\r\n".encode()
            )
            self.connection.setblocking(False)
        except OSError:
            self.hang_up()

    def read(self):
        try:
            status = self.connection.recv(12)
        except BlockingIOError:
            return False
        except OSError:
            status = b""
        self.hang_up()
        # "HTTP/1.1 200": a new site without a home page (404) is up as well.
        return status[9:10] in {b"2", b"3", b"4"}

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None
