"""How the suite runs: which servers, what a missing one means, and the browser."""

import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone
from xdist.scheduler import LoadScopeScheduling

from articles import assembly, languages, live_register, versions
from articles.search import backend
from home import chrome
from home.management.processes import die_with_parent
from home.offices import set_up
from office import append_only
from office.models import AuditEntry
from tests import browser as browser_of_this_machine
from tests import servers
from tests.e2e import running

STARTS_THE_PORTAL = ("tests/e2e/", "tests/test_deploy.py", "tests/test_launcher.py")
REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") not in {"", "0"}


def pytest_addoption(parser):
    parser.addoption(
        "--postgres",
        action="store_true",
        help="run on PostgreSQL and Redis servers of the suite's own "
        "(or on those that DATABASE_URL and REDIS_URL name)",
    )
    parser.addoption(
        "--whole",
        action="store_true",
        help="every case of what the suite runs a sample of",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """With --postgres: the same run again, in an environment that has the servers.

    A process of its own, because Django's settings have read the environment by now.
    """
    if not config.option.postgres or "DATABASE_URL" in os.environ:
        return None
    try:
        with servers.both() as env:
            return run_again(config, os.environ | env)
    except servers.Missing as missing:
        sys.stdout.write(f"The pass on PostgreSQL and Redis is skipped: it needs {missing}\n")
        return pytest.ExitCode.TESTS_FAILED if REQUIRE_ALL else pytest.ExitCode.OK


def run_again(config, env):
    command = [sys.executable, "-m", "pytest", *config.invocation_params.args]
    # Ctrl-C reaches the inner run too: it ends that one, and then the servers are stopped here.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    inner = subprocess.Popen(
        command,
        env=env,
        cwd=config.invocation_params.dir,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    with inner:
        signal.signal(signal.SIGTERM, lambda number, frame: inner.terminate())
        return inner.wait()


def pytest_terminal_summary(terminalreporter):
    """What failed at the first look is told whole, whatever the second one saw."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.write_sep("_", f"{report.nodeid}, at the first look")
        terminalreporter.write_line(report.longreprtext)


def pytest_collection_modifyitems(config, items):
    """What starts the portal goes first, or everything else would end up waiting for it.

    What needs neither database nor Redis is not run with each: the pass on SQLite has it.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(STARTS_THE_PORTAL))
    if not config.option.whole:
        rest = out_of_sample(items)
        config.hook.pytest_deselected(items=rest)
        items[:] = [item for item in items if item not in rest]
    belongs = needs_a_server if config.option.postgres else needs_no_server
    config.hook.pytest_deselected(items=[item for item in items if not belongs(item)])
    items[:] = [item for item in items if belongs(item)]


def out_of_sample(items):
    """Cases of large tables that the suite leaves to those who ask for the whole."""
    seen, rest = Counter(), set()
    for item in items:
        if sample := item.get_closest_marker("sample"):
            test = (item.module, item.originalname)
            if seen[test] % sample.args[0]:
                rest.add(item)
            seen[test] += 1
    return rest


def needs_a_server(item):
    return item.get_closest_marker("once") is None and (
        item.nodeid.startswith(STARTS_THE_PORTAL)
        or item.get_closest_marker("django_db") is not None
        or not {"db", "transactional_db", "redis_url"}.isdisjoint(item.fixturenames)
    )


def needs_no_server(item):
    return item.get_closest_marker("servers") is None


class FilesOfThePortalTogether(LoadScopeScheduling):
    """One worker takes the whole of a file that starts the portal: its tests share a running one.

    All others are given out singly, in pytest-django's order, which keeps for the end those that
    empty the database. (xdist's own --dist loadgroup has no effect under pytest 9.2.)
    """

    def _split_scope(self, nodeid):
        return nodeid.partition("::")[0] if nodeid.startswith(STARTS_THE_PORTAL) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return FilesOfThePortalTogether(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if not hasattr(report, "wasxfail"):
        refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector):
    report = yield
    refuse_skip(report)
    return report


def refuse_skip(report):
    if REQUIRE_ALL and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL forbids this: {report.longrepr[2]}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The office is there from the beginning, as in every portal: its groups, rights and steps are
    most of what a test of it would wait for. (A database that was emptied gets it from
    `factories.make_user`.) The log begins with the test."""
    with django_db_blocker.unblock():
        set_up()
        append_only.unguard(connection)
        AuditEntry.objects.all().delete()
        append_only.guard(connection)


@pytest.fixture(autouse=True)
def nothing_of_other_tests(settings, tmp_path_factory):
    """A test's database is another's gone back in time; no portal's ever is."""
    live_register.forget()
    versions.forget()
    assembly.forget()
    languages.forget()
    chrome.forget()
    backend.forget()
    caches["renditions"].clear()
    # There is no index until a test calls local.catch_up(), as the follower does.
    settings.SEARCH_DIR = tmp_path_factory.getbasetemp() / f"search-{uuid.uuid4().hex}"
    settings.HITS_DIR = tmp_path_factory.getbasetemp() / f"hits-{uuid.uuid4().hex}"


@pytest.fixture(scope="session", autouse=True)
def emptied_with_its_log():
    """A database that is emptied between tests loses its audit log too, as no portal's can; `flush`
    puts the guard up again, as every `migrate` does."""
    empty = TransactionTestCase._fixture_teardown

    def unguard_and_empty(self):
        append_only.unguard(connection)
        empty(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", unguard_and_empty)
        yield


@pytest.fixture
def clock(monkeypatch):
    """`clock.tick(minutes=5)`: later, for everybody who asks Django."""

    class Clock:
        moment = timezone.now()

        def tick(self, **ahead):
            self.moment += timedelta(**ahead)

    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.moment)
    return clock


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory):
    """A portal's data with the demo content, made once: give it to `portal_processes`."""
    # One folder above, all xdist workers meet.
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    return running.take_snapshot(shared)


@pytest.fixture(scope="session")
def redis_server():
    if address := os.environ.get("REDIS_URL"):
        yield address
        return
    server = servers.redis()
    try:
        address = server.__enter__()
    except servers.Missing as missing:
        pytest.skip(f"needs {missing}")
    try:
        yield address
    finally:
        server.__exit__(None, None, None)


@pytest.fixture
def redis_url(redis_server):
    """An empty Redis database of the test's own."""
    return servers.redis_database(redis_server)


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser."""
    path = browser_of_this_machine.installed()
    if path is None:
        pytest.skip(browser_of_this_machine.MISSING)
    return path


@pytest.fixture(scope="session")
def browser(chromium):
    with pytest.MonkeyPatch.context() as patch:
        # Playwright leaves an event loop running in this thread, which Django takes for an
        # asynchronous caller of the database in every later test.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with browser_of_this_machine.launched(chromium) as browser:
            yield browser


@pytest.fixture
def page(browser):
    """A reader's fresh window."""
    with browser.new_context(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh") as context:
        yield context.new_page()
