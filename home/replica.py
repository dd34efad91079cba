"""Public reading from a copy of the database that PostgreSQL keeps up (DATABASE_REPLICA_URL).

A copy is a moment behind, or an hour. What a request reads there is as new as anything that this
machine has shown, because the copy is asked for its generation first (articles/generation.py); of
what the generation doesn't count, nothing is read there at all. While the copy is behind or away,
the primary answers, and so it does for whoever writes, and outside of requests.
(docs/decisions/0029-several-machines.md)"""

import logging
import time
from contextvars import ContextVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

from articles import generation

logger = logging.getLogger(__name__)

ALIAS = "replica"
# What all readers see alike, by the namespaces and names of its addresses. Not the polls': a reader
# who has just voted looks for that vote, which no generation counts.
NAMESPACES = {"api", "articles", "home", "sidebar"}
NAMES = {"sitemap", "wagtail_serve", "wagtaildocs_serve"}
# The numbers that say how new everything else is: of the database that everything else is of.
NUMBERS = {"articles_registerchange", "articles_registerversion"}
# Wagtail keeps the addresses of sites for an hour, in the cache that all machines share.
SITES = {"wagtailcore_site"}
OF_THE_PRIMARY = generation.PRIVATE_TABLES - NUMBERS | SITES
# Seconds in which a copy that didn't answer isn't asked again: each time may cost a reader the
# time that a connection is given.
PAUSE = 10

_left_alone_until = 0.0


class Reading:
    """Which database a request reads from: its first question decides, for all of them. Memory that
    is held by the number of one must not be filled from an older one."""

    def __init__(self):
        self.is_public = False
        self._alias = None

    @property
    def alias(self):
        if self._alias is None:
            is_good = self.is_public and _is_up_to_date()
            self._alias = ALIAS if is_good else DEFAULT_DB_ALIAS
        return self._alias

    @property
    def is_of_replica(self):
        return self._alias == ALIAS

    @property
    def stood_in(self):
        """Whether the primary was read because the copy was not good enough."""
        return self.is_public and self._alias == DEFAULT_DB_ALIAS

    def go_to_primary(self):
        self._alias = DEFAULT_DB_ALIAS


# None outside of requests: tasks, commands, and what is still written when an answer has begun.
_reading = ContextVar("reading", default=None)


def _is_up_to_date():
    global _left_alone_until
    if time.monotonic() < _left_alone_until:
        return False
    replica = connections[ALIAS]
    try:
        # In this order: a change that is made known in between counts.
        return generation.read(replica) >= generation.known()
    except DatabaseError as error:
        _left_alone_until = time.monotonic() + PAUSE
        replica.close()
        logger.warning("database=replica not asked for %s s: %s", PAUSE, type(error).__name__)
        return False


class Router:
    def db_for_read(self, model, **hints):
        reading = _reading.get()
        if reading is None or model._meta.db_table in OF_THE_PRIMARY:
            return DEFAULT_DB_ALIAS
        return reading.alias

    def db_for_write(self, model, **hints):
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints):
        # It is the same database.
        return True

    def allow_migrate(self, alias, app_label, **hints):
        return alias == DEFAULT_DB_ALIAS


class ReadFromReplica:
    """Around everything that reads, Lifetimes too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        reading = Reading()
        token = _reading.set(reading)
        try:
            response = self.get_response(request)
            if reading.is_of_replica and response.status_code >= 500:
                # It went away in the middle, or took back rows that were being read. What is our
                # own fault, the primary has too.
                reading.go_to_primary()
                response = self.get_response(request)
        finally:
            _reading.reset(token)
        if reading.stood_in:
            _make_known()
        return response

    def process_view(self, request, view, args, kwargs):
        _reading.get().is_public = is_public(request)


def _make_known():
    """What was just read of the primary may be newer than what this machine knew, and than the
    copy: from now on that counts for the copy as well."""
    try:
        generation.read()
    except DatabaseError as error:
        logger.warning("generation not read: %s", type(error).__name__)


def is_public(request):
    """Whether the answer is the same for everybody, and changes nothing."""
    match = request.resolver_match
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "Authorization" not in request.headers
        and (match.url_name in NAMES or not NAMESPACES.isdisjoint(match.namespaces))
    )
