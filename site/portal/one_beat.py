"""One beat sends, of all that run on one PostgreSQL: the one that holds a lock there.

Each machine may start a beat. Who comes first takes the lock and has it for as long as its
connection lives; the others look every second whether it is free. Who has lost that connection may
no longer be the one, and ends before it sends anything: its supervisor starts it anew, and it
stands in line like the others.
(docs/decisions/0029-several-machines.md)"""

import logging
import os
import time

from celery.signals import before_task_publish
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

logger = logging.getLogger(__name__)

# Seconds between two looks of those who wait.
EVERY = 1
# Of one database: another portal on the same server has its own.
TAKE = "SELECT pg_try_advisory_lock(hashtext('portal.one_beat'))"
# A machine that is gone says nothing. The server gives its lock away after six seconds …
SERVER_ASKS = (
    "SET tcp_keepalives_idle = 2",
    "SET tcp_keepalives_interval = 1",
    "SET tcp_keepalives_count = 4",
    "SET tcp_user_timeout = 6000",
)
# … and before that, a holder that the server can't hear has given up (milliseconds in the last).
HOLDER_ASKS = {
    "connect_timeout": 5,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "tcp_user_timeout": 3_000,
}


class Turn:
    """To send. Ends with the connection, which is nobody else's."""

    def __init__(self):
        self._connection = connections[DEFAULT_DB_ALIAS].copy()
        options = self._connection.settings_dict["OPTIONS"]
        self._connection.settings_dict["OPTIONS"] = HOLDER_ASKS | options

    def wait(self):
        """Until it is this process's; a database that is away is waited for too."""
        told = None
        while (state := self._take()) != "sends":
            if state != told:
                logger.info("beat=%s", state)
                told = state
            time.sleep(EVERY)
        logger.info("beat=%s", state)

    def _take(self):
        try:
            with self._connection.cursor() as cursor:
                for statement in (*SERVER_ASKS, TAKE):
                    cursor.execute(statement)
                return "sends" if cursor.fetchone()[0] else "stands by, another one sends"
        except DatabaseError as error:
            self._connection.close()
            return f"waits for the database: {type(error).__name__}"

    def must_hold(self, **kwargs):
        """Ends the process unless it still has it."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError as error:
            logger.warning("beat=ends, its lock is lost: %s", type(error).__name__)
            # Celery takes SystemExit for a wish and answers 0, after which some supervisors leave a
            # program alone. There is nothing to put away: the schedule is in memory.
            os._exit(1)


def take_turn():
    """Waits until this process is the one that sends, and sees to it that it sends only then."""
    turn = Turn()
    turn.wait()
    # Before each message, whoever sends it: a turn may be lost between two of them.
    before_task_publish.connect(turn.must_hold, weak=False)
