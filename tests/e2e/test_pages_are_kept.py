"""Pages that are kept, in four web processes at once: never an old one after the new one."""

import threading
from urllib.parse import urlsplit

import pytest

from tests.e2e.publishing import NEWS, Reader, Seen, address_of, ask, publish
from tests.e2e.running import portal_processes

READERS, PUBLISHED = 12, 25
STAMPEDE = 500


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot):
    folder = tmp_path_factory.mktemp("kept")
    with portal_processes(folder, {"WEB_WORKERS": "4"}, snapshot) as portal:
        yield portal


@pytest.fixture(scope="module")
def news(portal):
    return portal.sql(NEWS)[0]


def test_four_processes_serve(portal, news):
    served = [line for line in portal.processes().values() if "granian" in line]
    # One of them starts the others.
    assert len(served) == 5


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
