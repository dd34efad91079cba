"""One fault, done to the real client, and what the portal made of it: five promises, each kept or
not."""

import io
import logging
import re
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, redirect_stderr
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from unittest.mock import patch

from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from sidebar import feeds
from sidebar.faults import FAULTS as REASONS
from sidebar.models import (
    ExchangeRate,
    FeedLock,
    FeedRun,
    FeedState,
    ProviderState,
    RateChange,
    WeatherReading,
    WeatherRegion,
)
from sidebar.models.feeds import RATES, WEATHER
from sidebar.providers.figures import VIETNAM

from . import faults
from .fault_server import BANK, OTHER, resolving

PROMISES = ("in time", "in memory", "last good kept", "nowhere else", "one line")
SECONDS = 10  # of one provider
MEGABYTES = 20
LINE = re.compile(r'feed=\w+ provider=\w+ rows=\d+ took=\d+\.\ds (ok|failed reason="[a-z0-9 ]+")')
# What a client may let through that catches too little. A refresh that raises breaks two promises.
CRASHES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
)
PATHS = {
    "vietcombank_json": "/json",
    "vietcombank": "/xml",
    "open_meteo": "/open_meteo",
    "met_norway": "/met_norway",
}
EVERYTHING = (
    ExchangeRate,
    RateChange,
    WeatherReading,
    WeatherRegion,
    FeedRun,
    FeedState,
    ProviderState,
    FeedLock,
)


@dataclass(frozen=True)
class Trial:
    """A case on one way to the server, put to these providers."""

    fault: str
    case: faults.Case
    way: str
    providers: tuple
    feed: str = RATES

    def __str__(self):
        return f"{self.fault}: {self.case.title} ({self.way}; {', '.join(self.providers)})"


def trials(fault):
    for case in fault.cases:
        for way in case.ways:
            for providers in case.chains:
                yield Trial(fault.name, case, way, providers)
            if case.is_of_the_line:
                yield Trial(fault.name, case, way, ("open_meteo", "met_norway"), WEATHER)


def judge(trial, server, seconds=SECONDS):
    """Do it. The portal's feeds are emptied first."""
    _forget()
    case = trial.case
    old = faults.bank_sheet(timezone.now().astimezone(VIETNAM).replace(microsecond=0))
    old = faults.dated(hours=3)(old)
    new = old if case.is_old_sheet else faults.dated(hours=-2)(old.moved(1.004))
    paths = {name: PATHS.get(name, "/xml") for name in trial.providers}
    if trial.feed == WEATHER:
        WeatherRegion.objects.create(name="A", latitude="16.8163", longitude="107.1003")
    with ExitStack() as stack:
        enter = stack.enter_context
        bundle = enter(server.authority.cert_pem.tempfile())
        around = partial(_settings, trial, server, paths, bundle)
        with resolving({BANK: ["127.0.0.1"]}), around("http" if trial.way == "http" else "https"):
            for path in paths.values():
                server.does(path, partial(_well, old))
            feeds.refresh(trial.feed, by_hand=True)
        before, changes = _figures(trial.feed), _changes()
        assert before, "the server's good answer was not taken"

        enter(around(trial.way, case.may_be_private))
        released = threading.Event()
        leads_to = case.leads_to
        if leads_to == "hangs":
            leads_to = partial(_hang, released)
        enter(resolving({BANK: leads_to, OTHER: ["127.0.0.1"], "localhost": ["127.0.0.1"]}))
        action = case.does(new) if case.does else None
        for path in paths.values():
            server.does(path, action or partial(_well, new))
        last, trapped = _last_run(), server.trapped
        seen = _refresh(trial.feed, case.clock, released)
        runs = list(FeedRun.objects.filter(pk__gt=last).order_by("pk"))
        after, changed = _figures(trial.feed), _changes() != changes
        after_that = _with_the_clock_put_right(around, server, paths, old) if case.clock else ""
    holds = case.holds if trial.feed == RATES else faults.kept
    wrong = (
        _too_long(seen, seconds, runs),
        "" if seen.megabytes <= MEGABYTES else f"{seen.megabytes:.0f} MB",
        (seen.crash and f"raised {seen.crash}")
        or holds(before, after, new)
        or (changed and holds is faults.kept and "history changed")
        or after_that,
        _elsewhere(seen, _allowed(case, server, trial), server.trapped - trapped),
        _not_one_line(seen, runs, trial),
    )
    longest = max([_took(run) for run in runs if run.finished_at], default=seen.seconds)
    return faults.Verdict(str(trial), trial.fault, trial.feed, longest, seen.megabytes, wrong)


def _forget():
    for model in EVERYTHING:
        model.objects.all().delete()
    cache.clear()


def _settings(trial, server, paths, bundle, way, may_be_private=True):
    return override_settings(
        FEEDS={RATES: [], WEATHER: [], "gold": [], trial.feed: list(trial.providers)},
        FEED_URLS={name: server.url(path, way) for name, path in paths.items()},
        FEED_HOSTS=[],
        FEED_ALLOW_PRIVATE=may_be_private,
        FEED_CA_BUNDLE=bundle,
        OPERATOR_EMAILS=[],
    )


def _well(sheet, line):
    if line.path in ("/xml", "/json"):
        line.answer(sheet.body(line.path))
    elif line.path == "/open_meteo":
        line.answer((faults.SAMPLES / "open_meteo.json").read_bytes())


def _hang(released):
    released.wait()
    return ["127.0.0.1"]


def _figures(feed):
    """{currency or region: every column of its row, as text}; what was fetched when comes last."""
    if feed == WEATHER:
        return {row["region_id"]: repr(row) for row in WeatherReading.objects.values()}
    columns = (
        *("currency", "name", "buy_cash", "buy_transfer", "sell"),
        *("source", "quoted_at", "fetched_at"),
    )
    return {row[0]: row for row in ExchangeRate.objects.values_list(*columns)}


def _changes():
    return list(RateChange.objects.order_by("pk").values_list())


def _last_run():
    return FeedRun.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@dataclass
class _Seen:
    seconds: float = 0.0
    megabytes: float = 0.0
    crash: str = ""
    connections: tuple = ()
    lines: tuple = ()
    # What was written past the log.
    stderr: str = ""


def _refresh(feed, clock, released):
    """Run the feed, with every eye on it."""
    seen, stderr = _Seen(), io.StringIO()
    with (
        _shifted(clock),
        _connections() as seen.connections,
        _log() as seen.lines,
        redirect_stderr(stderr),
        # What pytest puts there keeps it to itself.
        patch("threading.excepthook", lambda args: stderr.write(f"thread: {args.exc_type}\n")),
    ):
        at_first = _memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")
        begun = time.monotonic()
        try:
            feeds.refresh(feed, by_hand=True)
        except CRASHES as error:
            seen.crash = type(error).__name__
        seen.seconds = time.monotonic() - begun
        seen.megabytes = max(0, _memory("VmHWM") - at_first)
        # What the client has left must come to its end by itself, and go nowhere meanwhile.
        released.set()
        for thread in threading.enumerate():
            if thread.name == "feed":
                thread.join(2)
                if thread.is_alive():
                    stderr.write("a thread that doesn't end\n")
    seen.stderr = stderr.getvalue()
    return seen


@contextmanager
def _shifted(delta):
    """Our clock is wrong by so much."""
    if not delta:
        yield
        return
    seconds = time.time

    class Like(type):
        def __instancecheck__(cls, value):
            return isinstance(value, datetime)

    class Shifted(datetime, metaclass=Like):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + delta

    with (
        # Not its now(): the defaults of models hold that by themselves.
        patch("django.utils.timezone.datetime", Shifted),
        patch("time.time", lambda: seconds() + delta.total_seconds()),
    ):
        yield


class _Watch:
    """The interpreter tells of each connect() before it is tried. It can't be asked to stop."""

    found = None

    @classmethod
    def hear(cls, event, args):
        if event == "socket.connect" and cls.found is not None and isinstance(args[1], tuple):
            cls.found.append(args[1][:2])


sys.addaudithook(_Watch.hear)


@contextmanager
def _connections():
    _Watch.found = found = []
    try:
        yield found
    finally:
        _Watch.found = None


class _Lines(logging.Handler):
    def __init__(self):
        super().__init__(logging.INFO)
        self.records = []

    def emit(self, record):
        self.records.append(record)


@contextmanager
def _log():
    """Every record that reaches the log, whoever writes it."""
    handler = _Lines()
    logging.getLogger().addHandler(handler)
    try:
        yield handler.records
    finally:
        logging.getLogger().removeHandler(handler)


def _memory(name):
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1024


def _took(run):
    return (run.finished_at - run.started_at).total_seconds()


def _too_long(seen, seconds, runs):
    over = [run for run in runs if run.finished_at and _took(run) > seconds]
    if over or seen.seconds > seconds * max(1, len(runs)):
        return f"{max([*map(_took, over), seen.seconds / max(1, len(runs))]):.1f} s"
    return ""


def _allowed(case, server, trial):
    if case.reasons & {"no such name", "private address"}:
        return set()
    return {("127.0.0.1", server.ports[trial.way.removesuffix(" http")])}


def _elsewhere(seen, allowed, trapped):
    places = sorted({f"{host}:{port}" for host, port in set(seen.connections) - allowed})
    return ", ".join(places) or ("the trap's port" if trapped else "")


def _not_one_line(seen, runs, trial):
    """One line and one row for each provider that was asked, with one of our own words, and
    nothing of the other side's."""
    asked = [run.provider for run in runs]
    if asked != list(trial.providers):
        return f"asked {', '.join(asked) or 'nobody'}"
    for run in runs:
        known = run.reason in REASONS or re.fullmatch(r"http \d{3}", run.reason)
        if run.reason and not known:
            return f"{run.provider} notes “{run.reason}”"
        if run.reason not in (trial.case.reasons or {""}) or run.succeeded == bool(run.reason):
            return f"{run.provider} notes “{run.reason or 'ok'}”"
    if seen.stderr:
        return f"past the log: {seen.stderr.strip().splitlines()[-1]}"
    texts = [record.getMessage() for record in seen.lines]
    if any(
        record.exc_info or record.stack_info or "\n" in text
        for record, text in zip(seen.lines, texts, strict=True)
    ):
        return "a stack trace"
    if strange := [text for text in texts if not LINE.fullmatch(text)]:
        return f"a line of another kind: {strange[0]}"
    return "" if len(texts) == len(runs) else f"{len(texts)} lines for {len(runs)} providers"


def _with_the_clock_put_right(around, server, paths, old):
    """Nothing that a wrong clock left behind stands in the way of the next run."""
    new = faults.dated(hours=-1)(old.moved(1.002))
    for path in paths.values():
        server.does(path, partial(_well, new))
    with around("https"):
        feeds.refresh(RATES, if_due=True)
    after = _figures(RATES)
    if any(row.freshness.is_old for row in ExchangeRate.objects.all()):
        return "called old although the clock is right again"
    return faults.renewed(after, after, new) and "not renewed when the clock was right again"
