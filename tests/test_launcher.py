"""`manage.py serve` with real processes: what it refuses, and that it leaves nobody behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from home.management.processes import read_procfile
from tests.e2e.running import (
    GONE_WITHIN,
    NO_FEEDS,
    ROOT,
    inherited,
    portal_processes,
    processes_of,
    started,
)

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot):
    with portal_processes(tmp_path_factory.mktemp("launcher"), snapshot=snapshot) as portal:
        yield portal


def serve(**env):
    return subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=inherited() | NO_FEEDS | env,
        capture_output=True,
        text=True,
        timeout=60,
    )


def pids(portal, words):
    return {pid for pid, command in portal.processes().items() if words in command}


def wait_until_gone(portal):
    """Seconds until nothing runs for this portal's data any more."""
    begun = time.monotonic()
    portal.wait_for(lambda: not processes_of(portal.data_dir), within=GONE_WITHIN)
    return time.monotonic() - begun


def test_a_busy_port_is_said_in_one_line_before_anything_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        answer = serve(PORT=port, DATA_DIR=str(tmp_path / "data"))
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert port in answer.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("env", [{"PORT": "http"}, {"PORT": "0"}, {"HOST": "192.0.2.1"}])
def test_an_address_that_cannot_be_is_said_in_one_line(tmp_path, env):
    answer = serve(DATA_DIR=str(tmp_path / "data"), **env)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert len(answer.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_a_database_that_does_not_answer_is_said_in_one_line(tmp_path):
    nowhere = "postgres://portal@127.0.0.1:9/portal"
    answer = serve(PORT="9", DATA_DIR=str(tmp_path / "data"), DATABASE_URL=nowhere)
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1


def test_a_second_portal_on_the_same_data_is_refused(portal):
    answer = serve(PORT="9", DATA_DIR=str(portal.data_dir))
    assert answer.returncode == 1
    assert str(portal.process.pid) in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_it_starts_what_the_procfile_names(portal):
    for command in read_procfile(ROOT / "Procfile").values():
        # Up to the first variable, which the shell replaces.
        assert pids(portal, command.partition(' "$')[0])
    assert pids(portal, "granian")
    assert "worker | " in portal.output()


def test_the_address_is_told_once_it_answers(portal):
    portal.wait_for(lambda: portal.url in portal.output())


@pytest.mark.parametrize("words", ["portal beat", "follow_search"])
def test_a_killed_program_is_started_again(portal, words):
    [before] = pids(portal, words)
    os.kill(before, signal.SIGKILL)
    portal.wait_for(lambda: pids(portal, words) - {before})


@pytest.mark.parametrize("words", ["granian", "portal worker"])
def test_a_killed_server_takes_its_processes_along_and_is_started_again(portal, words):
    portal.wait_for(lambda: len(pids(portal, words)) > 1)
    before = pids(portal, words)
    os.kill(min(before), signal.SIGKILL)
    portal.wait_for(lambda: not before & pids(portal, words) and pids(portal, words))
    portal.wait_for(lambda: answers(portal))


def test_a_killed_web_worker_is_replaced(portal):
    main, worker = sorted(pids(portal, "granian"))[:2]
    os.kill(worker, signal.SIGKILL)
    portal.wait_for(lambda: len(pids(portal, "granian") - {main, worker}) == 1)
    portal.wait_for(lambda: answers(portal))
    assert main in portal.processes()


def answers(portal):
    try:
        return portal.get()
    except OSError:
        return None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everybody(tmp_path, snapshot, number):
    with portal_processes(tmp_path, snapshot=snapshot) as portal:
        assert len(portal.processes()) >= 5
        portal.process.send_signal(number)
        assert portal.process.wait(GONE_WITHIN) == 0
        wait_until_gone(portal)


def test_term_while_the_programs_are_starting_ends_everybody(tmp_path, snapshot):
    with portal_processes(tmp_path, snapshot=snapshot, wait=False) as portal:
        portal.wait_for(lambda: "Spawning worker" in portal.output())
        portal.process.terminate()
        assert portal.process.wait(GONE_WITHIN) == 0
        wait_until_gone(portal)


def test_nobody_outlives_a_killed_launcher(tmp_path, snapshot):
    with portal_processes(tmp_path, snapshot=snapshot) as portal:
        portal.process.kill()
        portal.process.wait()
        wait_until_gone(portal)


def test_nobody_outlives_a_launcher_that_is_killed_while_it_starts(tmp_path, snapshot):
    with portal_processes(tmp_path, snapshot=snapshot, wait=False) as portal:
        portal.wait_for(lambda: "Spawning worker" in portal.output())
        portal.process.kill()
        portal.process.wait()
        wait_until_gone(portal)


def test_a_second_start_repeats_no_work_and_loses_nothing(tmp_path, snapshot, record_property):
    with portal_processes(tmp_path, snapshot=snapshot) as portal:
        portal.sql("INSERT INTO auth_group (name) VALUES ('kept')")
        pages = portal.sql("SELECT id, url_path, latest_revision_id FROM wagtailcore_page")
        portal.process.kill()
        portal.process.wait()
        wait_until_gone(portal)
        stamps = {path: path.stat().st_mtime_ns for path in (portal.data_dir / "static").iterdir()}

        begun = time.monotonic()
        with started(tmp_path, portal.env) as again:
            record_property("seconds to the first page", round(time.monotonic() - begun, 1))
            assert again.sql("SELECT count(*) FROM auth_group WHERE name = 'kept'") == [(1,)]
            columns = "SELECT id, url_path, latest_revision_id FROM wagtailcore_page"
            assert sorted(again.sql(columns)) == sorted(pages)
            now = {path: path.stat().st_mtime_ns for path in (again.data_dir / "static").iterdir()}
            assert now == stamps
            assert not re.search("Applying|static files copied", again.output())
