"""An editor who publishes one title after the other, and readers who look."""

import http.client
import re
import subprocess
import sys
import threading
from urllib.parse import urlsplit

from tests.e2e.running import ROOT, inherited

# A piece of news that is online.
NEWS = (
    "SELECT page.id, page.url_path FROM wagtailcore_page page JOIN articles_newspage news"
    " ON news.page_ptr_id = page.id WHERE page.live ORDER BY page.id LIMIT 1"
)
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
