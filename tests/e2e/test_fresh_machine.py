"""`make run` as an operator meets it: a copy of the sources, no .venv, nothing prepared."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.e2e.running import GONE_WITHIN, NO_FEEDS, ROOT, database, inherited, processes_of, tail
from tests.servers import free_port

pytestmark = pytest.mark.once

# Seconds; only so that a broken start ends. How long it took is printed.
GIVE_UP_AFTER = 400


def sources(folder):
    """What a clone of the sources as they are now would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def answers(url):
    try:
        with urlopen(url, timeout=20) as answer:
            return answer.read().decode()
    except (URLError, ConnectionError, TimeoutError):
        return None


def ends_within(process, seconds):
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.poll() is not None


def test_one_command_brings_a_copy_of_the_sources_to_a_live_page(tmp_path, record_property):
    if not shutil.which("make") or not shutil.which("git"):
        pytest.skip("needs make and git: apt-get install make git")
    # A space, as in many a folder's name.
    copy = sources(tmp_path / "cong tinh")
    data_dir, log = tmp_path / "data", tmp_path / "run.log"
    port = free_port()
    with database() as servers, log.open("wb") as output:
        env = inherited() | NO_FEEDS | servers
        env |= {"PORT": str(port), "DATA_DIR": str(data_dir), "PYTHON": sys.executable}
        env.pop("VIRTUAL_ENV", None)
        begun = time.monotonic()
        process = subprocess.Popen(
            ["make", "run"],
            cwd=copy,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            # The page, and then what is said about it.
            while "cong-tinh-demo" not in tail(log):
                if process.poll() is not None and "Không cài được" in tail(log):
                    pytest.skip("needs the package index, to install the locked requirements")
                assert process.poll() is None, tail(log)
                assert time.monotonic() - begun < GIVE_UP_AFTER, tail(log)
                # Its words in a file are all that a stranger's process says.
                time.sleep(0.2)
            record_property("seconds to the first page", round(time.monotonic() - begun, 1))
            page = answers(f"http://127.0.0.1:{port}/")
            assert page and "Văn bản mới" in page and "Tỷ giá" in page
        finally:
            process.terminate()
            ended = ends_within(process, GONE_WITHIN)
            left = processes_of(data_dir)
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        assert ended, tail(log)
        assert left == {}, tail(log)
