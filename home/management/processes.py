"""The programs of the Procfile: what they are started with, and how a few run as one, with prefixed
output, restarts, and an end that leaves nobody behind."""

import contextlib
import ctypes
import fcntl
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from shutil import rmtree

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

# Seconds. Whoever started the portal may count on it being gone ten seconds after TERM.
GRACE = 6
# Not sooner: a worker whose children are ended before it has closed its pool starts new ones.
REMIND = 4
TICK = 0.25
BACK_OFF = (1, 2, 5, 10, 30)
# A program that has run this long is well again: its next fall starts the back-off anew.
STEADY = 60

# Ends every group that it was last told of, once its input closes. That happens however the
# launcher ends, kill -9 included, so that no grandchild (a granian worker) can outlive it either.
GUARD = """
groups=
while read -r line; do groups=$line; done
for group in $groups; do kill -KILL "-$group"; done 2>/dev/null
"""

PR_SET_PDEATHSIG = 1
# Looked up before any fork: a child between fork and exec should do as little as it can.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def die_with_parent(number):
    """A preexec_fn: the kernel sends `number` to the child when its parent ends (Linux only)."""
    parent = os.getpid()

    def arrange():
        if _prctl:
            _prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def read_procfile(path):
    """{name: shell command}, in the file's order."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition(":") for line in lines if line and not line.startswith("#"))
    return {name.strip(): command.strip() for name, _colon, command in pairs}


class CannotStart(Exception):
    """Says in one line what is in the way, for the operator."""


def procfile():
    """{name: shell command} of this portal."""
    return read_procfile(settings.ROOT_DIR / "Procfile")


def shell(command):
    """The words that run a line of the Procfile; the shell gives its place to the program, so that
    signals reach that."""
    return ["/bin/sh", "-c", f"exec {command}"]


def address():
    """(host, port) where the web server is to listen."""
    host = os.environ.get("HOST", "").strip() or "127.0.0.1"
    port = os.environ.get("PORT", "").strip() or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotStart(_("PORT=%s is not a port number (1 to 65535).") % port)
    return host, int(port)


def environment():
    """All that a program of the Procfile is started with, whoever starts it."""
    host, port = address()
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    workers = os.environ.get("WEB_WORKERS", "").strip()
    return os.environ | {
        "DATA_DIR": str(settings.DATA_DIR),
        "HOST": host,
        "PORT": str(port),
        # SQLite has one writer at a time: a second process would only wait for it.
        "WEB_WORKERS": workers or ("1" if connection.vendor == "sqlite" else "2"),
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": os.pathsep.join([str(settings.ROOT_DIR / "site"), str(settings.ROOT_DIR)]),
        "PYTHONUNBUFFERED": "1",
        # The set-up has just run Django's checks; two more runs would delay the start.
        "SKIP_CHECKS": "1",
        "TMPDIR": str(temporary_folder()),
        # glibc raises it by itself with each large block that is freed, up to 32 MB, and gives back
        # nothing below: 25 MB of a web process that has rendered and packed 200 pages.
        "MALLOC_MMAP_THRESHOLD_": "262144",
    }


def become(program):
    """This process goes on as a program of the Procfile. KeyError: there is none of this name.
    CannotStart."""
    command, env = procfile()[program], environment()
    # Programs that were started one by one share the data; a `serve` would empty what they write
    # to.
    lock = hold(shared=True)
    os.set_inheritable(lock.fileno(), True)
    os.chdir(settings.ROOT_DIR)
    # The supervisor's signals are to reach the program, and its end the supervisor.
    os.execve("/bin/sh", shell(command), env)  # noqa: S606  (the Procfile's own line)


def hold(shared=False):
    """Take this portal's data until this process ends: alone, or beside others who share them. The
    lock is of the file that is answered, and stays over an exec where that is inheritable."""
    make_folders()
    lock = (settings.DATA_DIR / "serve.lock").open("a+")
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        raise CannotStart(
            _("A portal already runs on %(folder)s (process %(pid)s): stop it first.")
            % {"folder": settings.DATA_DIR, "pid": lock.read().strip() or "?"}
        ) from error
    # Of those who share it there is no one process to name.
    lock.truncate(0)
    if not shared:
        lock.write(f"{os.getpid()}\n")
        lock.flush()
    return lock


def make_folders():
    """What the programs write to."""
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    names = {"data_folder_in", "data_folder_out", "control_folder"} & options.keys()
    try:
        for folder in (temporary_folder(), *(Path(options[name]) for name in names)):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(_("DATA_DIR cannot be written: %s") % error) from error


def clear_away():
    """What programs that have ended left behind; only for whoever holds the data alone."""
    for left in temporary_folder().iterdir():
        if left.is_dir() and not left.is_symlink():
            rmtree(left, ignore_errors=True)
        else:
            left.unlink()
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    if "control_folder" in options:
        # Every program declares its queues anew, and a table that a power cut has left
        # half-written would keep the worker from starting for ever.
        for table in Path(options["control_folder"]).glob("*.exchange"):
            table.unlink()


def temporary_folder():
    # kombu's filesystem transport moves each message through it: a shared /tmp may be another file
    # system, and open to others.
    return settings.DATA_DIR / "tmp"


class Program:
    """One line of the Procfile, through all its lives."""

    def __init__(self, name, command):
        self.name = name
        self.command = command
        self.process = None
        self.started_at = 0.0
        self.due = 0.0
        self.falls = 0
        self.unfinished_line = b""
        self.closed = False

    def start(self, env, cwd):
        # The launcher has one thread only, which is what makes preexec_fn safe. The session of its
        # own keeps a terminal's Ctrl-C from reaching the program before the launcher acts on it.
        self.process = subprocess.Popen(  # noqa: S603  (the Procfile's own line)
            shell(self.command),
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        os.set_blocking(self.process.stdout.fileno(), False)
        self.closed = False
        self.started_at = time.monotonic()

    def ended(self):
        return self.process is not None and self.process.poll() is not None

    def read_lines(self):
        """Whole lines that have come since; what follows the last newline waits for its end."""
        data = self.unfinished_line
        try:
            # Not until it is empty: a program that never pauses would silence the others.
            for _turn in range(16):
                chunk = os.read(self.process.stdout.fileno(), 65536)
                if not chunk:
                    self.closed = True
                    break
                data += chunk
        except BlockingIOError:
            pass
        *lines, self.unfinished_line = data.split(b"\n")
        return [line.decode("utf-8", errors="replace").rstrip() for line in lines]

    def signal_group(self, number):
        # Nobody may be left in it; macOS answers with the second for a group of the dead.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def bury(self):
        """Forget the ended process; answers after how many seconds to start again."""
        if time.monotonic() - self.started_at > STEADY:
            self.falls = 0
        pause = BACK_OFF[min(self.falls, len(BACK_OFF) - 1)]
        self.falls += 1
        self.due = time.monotonic() + pause
        self.process.stdout.close()
        self.process = None
        return pause


class Programs:
    """`write(name, line)` receives every line; `run(tick)` lasts until INT, TERM or HUP."""

    def __init__(self, commands, env, cwd, write):
        self.programs = [Program(name, command) for name, command in commands.items()]
        self.env = env
        self.cwd = cwd
        self.write = write
        self.selector = selectors.DefaultSelector()
        self.stops = 0
        self.guard = None

    def run(self, tick):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup HUP is ignored, and is to stay so.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self.stop)
        self.guard = subprocess.Popen(  # noqa: S603  (a constant)
            ["/bin/sh", "-c", GUARD], stdin=subprocess.PIPE, cwd="/", start_new_session=True
        )
        try:
            while not self.stops:
                self.start_what_is_due()
                self.pass_output_on()
                self.bury_the_dead()
                tick()
        finally:
            self.end()

    def stop(self, number, frame):
        self.stops += 1

    def start_what_is_due(self):
        for program in self.programs:
            if program.process is None and time.monotonic() >= program.due:
                program.start(self.env, self.cwd)
                self.selector.register(program.process.stdout, selectors.EVENT_READ, program)
                self.tell_guard()

    def tell_guard(self):
        groups = (str(p.process.pid) for p in self.programs if p.process)
        with contextlib.suppress(BrokenPipeError):
            self.guard.stdin.write(" ".join(groups).encode() + b"\n")
            self.guard.stdin.flush()

    def pass_output_on(self):
        for key, _events in self.selector.select(TICK):
            self.pass_lines_on(key.data)

    def pass_lines_on(self, program):
        for line in program.read_lines():
            self.write(program.name, line)
        if program.closed:
            self.forget_output(program)

    def forget_output(self, program):
        # Asked for twice when a program closes its output before it ends.
        with contextlib.suppress(KeyError):
            self.selector.unregister(program.process.stdout)

    def bury_the_dead(self):
        for program in self.programs:
            if program.ended():
                code = program.process.returncode
                # What it started (granian's workers) goes with it, or would hold the port.
                program.signal_group(signal.SIGKILL)
                self.pass_lines_on(program)
                self.forget_output(program)
                pause = program.bury()
                self.tell_guard()
                self.write(
                    program.name,
                    _("(ended with code %(code)s; starting again in %(seconds)s s)")
                    % {"code": code, "seconds": pause},
                )

    def end(self):
        begun = reminded = time.monotonic()
        alive = [program for program in self.programs if program.process]
        for program in alive:
            program.process.terminate()
        while alive and time.monotonic() - begun < GRACE:
            if time.monotonic() - reminded >= REMIND:
                reminded = time.monotonic()
                # The whole group this time: a granian worker loses a TERM that comes while it
                # is still importing the portal, and its main process sends but one.
                for program in alive:
                    program.signal_group(signal.SIGTERM)
            self.pass_output_on()
            alive = [program for program in alive if not program.ended()]
        for program in self.programs:
            if program.process:
                program.signal_group(signal.SIGKILL)
                program.process.wait()
                self.pass_lines_on(program)
                program.process.stdout.close()
        self.guard.stdin.close()
        self.guard.wait()
