"""Several machines on one PostgreSQL and one Redis, each with a DATA_DIR of its own: what is done
on one is known on the other, one beat sends, and a replica shows no reader anything old.

Their web servers run alone, so that whatever a database is asked, a reader has caused."""

import json
import re
import shutil
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import psycopg
import pytest
import redis

from home.demo import PASSWORD
from tests import servers
from tests.e2e.publishing import NEWS, Reader, Seen, address_of, ask, publish
from tests.e2e.running import program, restore
from tests.faults.ballots import ALREADY_VOTED, COUNTED, Poll, Report, Voter, new_poll

pytestmark = pytest.mark.servers

READERS, PUBLISHED = 3, 12
# No machine: those aren't counted.
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


class Office:
    """What all machines share, and a new machine when one is asked for."""

    def __init__(self, folder, primary, env, snapshot):
        self.primary = primary
        self.env = env
        self._folder, self._snapshot = folder, snapshot
        self._machines = 0
        restore(snapshot, env["DATABASE_URL"])

    @contextmanager
    def machine(self, name, **env):
        """A program of the Procfile on a machine of its own."""
        self._machines += 1
        folder = self._folder / f"{self._machines} {name}"
        folder.mkdir()
        shutil.copytree(self._snapshot.data_dir, folder / "data")
        env = self.env | {"DATA_DIR": str(folder / "data")} | env
        with program(name, folder, env) as portal:
            yield portal


@pytest.fixture(scope="module")
def office(tmp_path_factory, snapshot, redis_server):
    # A PostgreSQL of its own: a replica copies all that a server has. What lies on its disk won't
    # outlive the tests; each statement is written into its log.
    settings = {"fsync": "off", "synchronous_commit": "off", "log_statement": "all"}
    with servers.postgres_server(settings) as (primary, database):
        queue = servers.redis_database(redis_server)
        env = {"DATABASE_URL": database, "REDIS_URL": queue, "PROXY_COUNT": "1"}
        yield Office(tmp_path_factory.mktemp("machines"), primary, env, snapshot)


@pytest.fixture(scope="module")
def one(office):
    with office.machine("web") as portal:
        yield portal


@pytest.fixture(scope="module")
def other(office):
    with office.machine("web") as portal:
        yield portal


@pytest.fixture
def news(one):
    return one.sql(NEWS)[0]


class Browser:
    """Cookies belong to a host, whatever its port: both machines get them, as behind one proxy."""

    def __init__(self):
        self.cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.cookies))

    def open(self, portal, path, form=None):
        """(the path where one ends up, the page)"""
        data = form and urlencode(form).encode()
        with self._opener.open(Request(portal.url.rstrip("/") + path, data), timeout=60) as answer:
            return urlsplit(answer.url).path, answer.read().decode()

    def log_in(self, portal, username):
        _path, page = self.open(portal, "/admin/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token}
        return self.open(portal, "/admin/login/?next=/admin/", form)[0]


def test_who_has_signed_in_on_one_is_known_on_the_other(one, other):
    browser = Browser()
    assert browser.open(other, "/admin/")[0] == "/admin/login/"
    assert browser.log_in(one, "bientap") == "/admin/"
    assert browser.open(other, "/admin/")[0] == "/admin/"


def test_what_is_published_through_one_is_never_followed_by_the_old_page(one, other, news):
    publish(one, news, 1).communicate()
    path = address_of(news)
    other.wait_for(lambda: "So 1 het" in other.get(path))
    # What was seen on a machine is never taken back there; on the one that publishes, a page that
    # is published counts as seen.
    seen, seen_there = Seen(), Seen()
    readers = [Reader(one, path, seen) for _ in range(READERS)]
    readers += [Reader(other, path, seen_there) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    with publish(one, news, PUBLISHED) as writer:
        published = [seen.note(int(line)) for line in writer.stdout]
    other.wait_for(lambda: seen_there.newest == PUBLISHED)
    stop(readers)
    assert len(published) == PUBLISHED
    assert [fault for reader in readers for fault in reader.faults] == []
    assert seen.newest == PUBLISHED


def stop(readers):
    for reader in readers:
        reader.stopped.set()
    for reader in readers:
        reader.join()


def test_a_vote_counts_on_both_and_nobody_votes_on_each(one, other):
    poll = new_poll(one)
    there = Poll(poll.pk, poll.choices, other.url)
    voter = Voter(poll, 0, "10.1.2.3")
    assert voter.send(Report()).kind == COUNTED
    other.wait_for(lambda: voters(other, poll) == 1)
    again = Voter(there, 1, "10.1.2.4", cookie=voter.cookie)
    assert again.send(Report()).kind == ALREADY_VOTED
    assert Voter(there, 1, "10.1.2.5").send(Report()).kind == COUNTED
    one.wait_for(lambda: voters(one, poll) == 2)


def voters(portal, poll):
    """As a page is told that stays open: what is told is up to two seconds old."""
    told = json.loads(get(portal, f"/live/?poll={poll.pk}&seen=1"))
    return told["polls"][str(poll.pk)]["voters"]


def get(portal, path, address="10.1.2.1"):
    """What a reader gets, at an address of the network."""
    headers = BROWSER | {"X-Forwarded-For": address}
    with urlopen(Request(portal.url.rstrip("/") + path, headers=headers), timeout=60) as answer:
        return answer.read().decode()


def test_a_view_on_one_is_in_the_figures_of_the_other(one, other, news):
    before = json.loads(get(other, f"/live/?page={news[0]}&seen=1"))
    counted = json.loads(get(one, f"/live/?page={news[0]}", address="10.1.2.6"))
    after = json.loads(get(other, f"/live/?page={news[0]}&seen=1"))
    assert counted["views"] == before["views"] + 1
    assert after["views"] == counted["views"]
    assert after["visits"] == counted["visits"]
    assert after["visits"]["visits-today"] == before["visits"]["visits-today"] + 1


def test_of_two_beats_one_sends_and_the_other_takes_over(office):
    with redis.Redis.from_url(office.env["REDIS_URL"]) as queue:
        queue.delete("celery")
        with office.machine("beat") as first:
            first.wait_for(lambda: senders(queue) == [first.process.pid])
            with office.machine("beat") as second:
                second.wait_for(lambda: "beat=stands by" in second.output())
                # Several rounds of what is due every five seconds.
                count = queue.llen("celery")
                first.wait_for(lambda: queue.llen("celery") >= count + 3)
                assert senders(queue) == [first.process.pid]
                cut = first.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                )
                assert cut == [(True,)]
                assert first.process.wait(60) == 1
                assert "its lock is lost" in first.output()
                pids = [first.process.pid, second.process.pid]
                second.wait_for(lambda: senders(queue) == pids)
                assert "beat=sends" in second.output()


def senders(queue):
    """The process of each message that waits, in their order; one name for a row of its own."""
    found = []
    for message in reversed(queue.lrange("celery", 0, -1)):
        pid = int(re.match(r"gen(\d+)@", json.loads(message)["headers"]["origin"])[1])
        if found[-1:] != [pid]:
            found.append(pid)
    return found


# A replica


@pytest.fixture(scope="module")
def replica(office):
    address = office.env["DATABASE_URL"]
    with servers.postgres_replica(address, {"log_statement": "all"}) as (server, copy):
        yield Replica(server, copy, address)


class Replica:
    def __init__(self, server, address, primary):
        self.server, self.address, self._primary = server, address, primary

    def ask(self, statement):
        return _answer(self.address, statement)

    def set_delay(self, delay):
        """For how long it keeps each change back before it has it."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET recovery_min_apply_delay = '{delay}'")
            connection.execute("SELECT pg_reload_conf()")

    def has_caught_up(self):
        newest = _answer(self._primary, "SELECT pg_current_wal_lsn()::text")
        return self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{newest}'")


def _answer(address, statement):
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(statement).fetchone()[0]


@pytest.fixture(scope="module")
def reading(office, replica):
    """A machine that reads from it."""
    with office.machine("web", DATABASE_REPLICA_URL=replica.address) as portal:
        yield portal


def questions(server):
    """How often a server was asked for pages of news."""
    return (server.folder / "log").read_text(errors="replace").count('FROM "articles_newspage"')


def not_kept(news):
    """An address whose answer nobody keeps: whoever reads it asks a database."""
    return f"/api/v2/pages/{news[0]}/"


def test_readers_ask_the_replica_and_members_the_primary(office, replica, reading, news):
    publish(reading, news, 1).communicate()
    reading.wait_for(replica.has_caught_up)
    primary, copy = questions(office.primary), questions(replica.server)
    assert "So 1 het" in reading.get(not_kept(news))
    reading.wait_for(lambda: questions(replica.server) > copy)
    assert questions(office.primary) == primary
    browser = Browser()
    browser.log_in(reading, "bientap")
    primary, copy = questions(office.primary), questions(replica.server)
    assert "So 1 het" in browser.open(reading, not_kept(news))[1]
    reading.wait_for(lambda: questions(office.primary) > primary)
    assert questions(replica.server) == copy


def test_a_replica_behind_the_primary_shows_nothing_old(office, replica, reading, news):
    publish(reading, news, 1).communicate()
    reading.wait_for(replica.has_caught_up)
    assert "So 1 het" in reading.get(address_of(news))
    replica.ask("SELECT pg_wal_replay_pause()::text")
    try:
        reading.wait_for(lambda: replica.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")
        publish(reading, news, 2).communicate()
        copy = questions(replica.server)
        for _ in range(10):
            assert "So 2 het" in reading.get(not_kept(news))
            assert "So 2 het" in reading.get(address_of(news))
        assert questions(replica.server) == copy
        # It is the old one all the while.
        assert replica.ask(f"SELECT title FROM wagtailcore_page WHERE id = {news[0]}") == "So 1 het"
    finally:
        replica.ask("SELECT pg_wal_replay_resume()::text")
    reading.wait_for(lambda: reads_from(replica, reading, news))


def reads_from(replica, portal, news):
    copy = questions(replica.server)
    portal.get(not_kept(news))
    return questions(replica.server) > copy


def test_nobody_sees_an_old_answer_after_the_new_one_by_a_replica(replica, reading, news):
    publish(reading, news, 1).communicate()
    reading.wait_for(replica.has_caught_up)
    # On one machine it would be behind too rarely to be caught.
    replica.set_delay("300ms")
    try:
        seen = Seen()
        readers = [Reader(reading, not_kept(news), seen) for _ in range(READERS)]
        readers += [Reader(reading, address_of(news), seen) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        with publish(reading, news, PUBLISHED) as writer:
            published = [seen.note(int(line)) for line in writer.stdout]
        stop(readers)
    finally:
        replica.set_delay("0")
    assert len(published) == PUBLISHED
    assert [fault for reader in readers for fault in reader.faults] == []
    assert all(reader.read for reader in readers)
    reading.wait_for(lambda: reads_from(replica, reading, news))


def test_a_replica_that_is_killed_costs_readers_nothing(replica, reading, news):
    publish(reading, news, 1).communicate()
    reading.wait_for(replica.has_caught_up)
    reading.wait_for(lambda: reads_from(replica, reading, news))
    seen = Seen()
    readers = [Reader(reading, not_kept(news), seen) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        replica.server.kill()
        read = sum(reader.read for reader in readers)
        reading.wait_for(lambda: sum(reader.read for reader in readers) > read + 50)
        assert all(reader.is_alive() for reader in readers)
    finally:
        stop(readers)
        replica.server.start()
    assert "So 1 het" in ask(urlsplit(reading.url).netloc, not_kept(news))[0]
    reading.wait_for(lambda: reads_from(replica, reading, news))
