"""After 1,000 visits from 200 addresses, none of them is anywhere: not in the database, not in
Redis or its file, not in a log, nor in any other file of the portal."""

import re
from contextlib import ExitStack, suppress
from ipaddress import ip_address
from urllib.request import Request, urlopen

import psycopg
import pytest
import redis as redis_client

from tests import servers
from tests.e2e.running import portal_processes

pytestmark = pytest.mark.once

ADDRESSES = [
    *(f"203.0.113.{number}" for number in range(100, 200)),
    *(f"2001:db8:77::{number:x}:abcd" for number in range(1, 101)),
]
AGENT = "Mozilla/5.0 (Android 8; Mobile) Firefox/120.0"


@pytest.fixture(params=["embedded", "servers"])
def running(request, tmp_path, snapshot):
    """A portal, and its Redis."""
    server = None
    with ExitStack() as stack:
        # A proxy says where readers come from.
        env = {"PROXY_COUNT": "1"}
        if request.param == "servers":
            try:
                database = stack.enter_context(servers.postgres())
                server, queue = stack.enter_context(servers.redis_server("--appendonly", "yes"))
            except servers.Missing as missing:
                pytest.skip(f"needs {missing}")
            env |= {"DATABASE_URL": database, "REDIS_URL": f"{queue}/0"}
            snapshot = None
        portal = stack.enter_context(portal_processes(tmp_path, env, snapshot))
        yield portal, server


def test_none_of_200_addresses_is_kept_after_1000_visits(running):
    portal, server = running
    counted = "SELECT SUM(visits) FROM sidebar_dailyvisits"
    # The demo has a past.
    before = portal.sql(counted)[0][0]
    page = portal.sql("SELECT id FROM wagtailcore_page WHERE live AND depth > 3 ORDER BY id")[0][0]
    for visit in range(1000):
        # Three ways to say it, of which one is our proxy's.
        address = ADDRESSES[visit % len(ADDRESSES)]
        query = f"?page={page}" if visit % 7 else "?page=nonsense"
        path = "live/anh.gif" if visit % 5 == 0 else "live/"
        headers = {"X-Forwarded-For": f"198.51.100.1, {address}", "User-Agent": AGENT}
        with urlopen(Request(f"{portal.url}{path}{query}", headers=headers), timeout=20) as answer:
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
    portal.wait_for(lambda: portal.sql(counted)[0][0] == before + len(ADDRESSES))

    kept = dict(everything_kept(portal, server))
    assert {"table sidebar_dailyvisits", f"file {portal.log.name}"} <= set(kept)
    spellings = {str(ip_address(text)) for text in ADDRESSES}
    spellings |= {ip_address(text).exploded for text in ADDRESSES}
    address = re.compile("|".join(map(re.escape, sorted(spellings))).encode())
    assert address.search(b"from 203.0.113.100")
    assert {place for place, content in kept.items() if address.search(content)} == set()


def everything_kept(portal, redis):
    """(where, what) of all that the portal and its servers have written."""
    files = [path for path in portal.data_dir.rglob("*") if path.is_file()]
    if redis:
        files += [path for path in redis.folder.rglob("*") if path.is_file()]
        assert any(path.suffix == ".aof" for path in files)
        with psycopg.connect(portal.env["DATABASE_URL"]) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (table,) in tables:
                rows = connection.execute(f'SELECT t::text FROM "{table}" t').fetchall()
                yield f"table {table}", "\n".join(row[0] for row in rows).encode()
        with redis_client.Redis.from_url(portal.env["REDIS_URL"]) as client:
            keys = client.keys("*")
            assert any(key.startswith(b"visits:") for key in keys)
            for key in keys:
                yield f"key {key}", key + (client.dump(key) or b"")
    else:
        for (table,) in portal.sql("SELECT name FROM sqlite_master WHERE type = 'table'"):
            rows = portal.sql(f'SELECT * FROM "{table}"')
            yield f"table {table}", repr(rows).encode()
    for path in (*files, portal.log):
        # The queue of a running portal is a folder: a message that has been taken is gone.
        with suppress(FileNotFoundError):
            yield f"file {path.name}", path.read_bytes()
