"""Pages that are kept, in four web processes at once: never an old one after the new one."""

import http.client
import re
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest

from tests.e2e.running import ROOT, inherited, portal_processes

READERS, PUBLISHED = 12, 25
STAMPEDE = 500
# Publishes one title after the other, and says so.
EDITOR = """
import sys, time
from articles.models import NewsPage
page = NewsPage.objects.get(pk=int(sys.argv[1]))
for number in range(1, int(sys.argv[2]) + 1):
    page.title = f"So {number} het"
    page.save_revision().publish()
    print(number, flush=True)
    time.sleep(0.05)
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot):
    folder = tmp_path_factory.mktemp("kept")
    with portal_processes(folder, {"WEB_WORKERS": "4"}, snapshot) as portal:
        yield portal


@pytest.fixture(scope="module")
def news(portal):
    return portal.sql(
        "SELECT page.id, page.url_path FROM wagtailcore_page page JOIN articles_newspage news"
        " ON news.page_ptr_id = page.id WHERE page.live ORDER BY page.id LIMIT 1"
    )[0]


def test_four_processes_serve(portal, news):
    served = [line for line in portal.processes().values() if "granian" in line]
    # One of them starts the others.
    assert len(served) == 5


def address_of(news):
    return "/" + news[1].split("/", 2)[2]


class Reader(threading.Thread):
    """Reads one page again and again, each time over a connection of its own."""

    def __init__(self, portal, path, seen):
        super().__init__()
        self.host = urlsplit(portal.url).netloc
        self.path, self.seen = path, seen
        self.stopped = threading.Event()
        self.faults, self.read = [], 0

    def run(self):
        while not self.stopped.is_set():
            # What anybody had seen before this request began.
            before = self.seen.newest
            body, _status = ask(self.host, self.path)
            number = int(re.search(r"So (\d+) het", body)[1])
            self.read += 1
            if number < before:
                self.faults.append((number, before))
            self.seen.note(number)


class Seen:
    def __init__(self):
        self.newest = 0
        self._lock = threading.Lock()

    def note(self, number):
        with self._lock:
            self.newest = max(self.newest, number)


def ask(host, path):
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    assert answer.status == 200, body[:500]
    connection.close()
    return body, answer.headers["Cache-Status"]


def publish(portal, news, times):
    return subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", editor(news, times)],
        cwd=ROOT,
        env=inherited() | portal.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def editor(news, times):
    return f"import sys; sys.argv = ['', '{news[0]}', '{times}']\n{EDITOR}"


def test_nobody_sees_an_old_page_after_the_new_one(portal, news):
    seen = Seen()
    first = publish(portal, news, 1)
    first.communicate()
    readers = [Reader(portal, address_of(news), seen) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    with publish(portal, news, PUBLISHED) as writer:
        published = [seen.note(int(line)) for line in writer.stdout]
    for reader in readers:
        reader.stopped.set()
        reader.join()
    assert len(published) == PUBLISHED
    assert [fault for reader in readers for fault in reader.faults] == []
    assert all(reader.read for reader in readers)
    assert seen.newest == PUBLISHED


def test_a_stampede_renders_a_cold_page_once(portal, news):
    publish(portal, news, 1).communicate()
    host = urlsplit(portal.url).netloc
    # Connections to all processes first: of a process that never answered the first page is kept
    # only when it has learned the number.
    said, begin = [], threading.Barrier(STAMPEDE)

    def one():
        begin.wait()
        said.append(ask(host, address_of(news))[1])

    clients = [threading.Thread(target=one) for _ in range(STAMPEDE)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert len(said) == STAMPEDE
    assert sorted(set(said)) == ["portal; fwd=miss; stored", "portal; hit"]
    assert said.count("portal; fwd=miss; stored") == 1
