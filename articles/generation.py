"""The generation of what readers see: one number, which every change of it moves on.

A page that was kept is as good as new while the number is the same. It is counted in the database
(RegisterVersion), in the transaction of the change, by whatever statement writes to a table that
readers see something of: saving, deleting, moving, bulk writes and our own SQL alike. All
processes of a machine see it in a file that they map into memory, which asks nobody; those of
other machines within half a second.

A second number, `texts`, is the generation in which anything but figures of feeds changed last:
what is kept of a page without those stays good while rates and weather come in (assembly.py).

Whoever shows something new has read the number after it, and raised the file (`read`): nobody on
that machine shows the old one from then on.
(docs/decisions/0027-whole-pages-kept-by-generation.md)"""

import fcntl
import logging
import mmap
import os
import re
import threading
import weakref
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models.signals import post_migrate, pre_migrate

logger = logging.getLogger(__name__)

# Seconds between two looks at what other machines have changed.
EVERY = 0.5

# Tables that readers see nothing of, or nothing that may not be a minute old. A table that isn't
# named here counts: of two mistakes that is the one which only costs time.
PRIVATE_TABLES = {
    "articles_askedquestion",
    "articles_indexchange",
    "articles_linktarget",
    "articles_pagelink",
    "articles_registerchange",
    "articles_registerversion",
    "articles_reviewdate",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "django_content_type",
    "django_migrations",
    "django_session",
    "home_pulse",
    "office_assignment",
    "office_auditcut",
    "office_auditentry",
    "office_emergencypublication",
    "office_emergencypublication_writers",
    "office_independentapprovaltask",
    "office_independentapprovaltask_groups",
    "office_notice",
    "office_previewlink",
    "office_unit",
    "office_unitsection",
    "polls_addresskey",
    "polls_addressuse",
    "polls_ballot",
    "polls_tick",
    "polls_votinghour",
    "portal_cache",
    "post_office_attachment",
    "post_office_attachment_emails",
    "post_office_email",
    "post_office_emailtemplate",
    "post_office_log",
    "sidebar_dailypageviews",
    "sidebar_dailyvisits",
    "sidebar_feedlock",
    "sidebar_feedrun",
    "sidebar_feedstate",
    "sidebar_pageviews",
    "sidebar_providerstate",
    "sidebar_recentviews",
    "sidebar_visit",
    "wagtailadmin_admin",
    "wagtailadmin_editingsession",
    "wagtailadmin_formstate",
    "wagtailcore_comment",
    "wagtailcore_commentreply",
    "wagtailcore_groupapprovaltask",
    "wagtailcore_groupapprovaltask_groups",
    "wagtailcore_groupcollectionpermission",
    "wagtailcore_grouppagepermission",
    "wagtailcore_groupsitepermission",
    "wagtailcore_modellogentry",
    "wagtailcore_pagelogentry",
    "wagtailcore_pagesubscription",
    "wagtailcore_referenceindex",
    "wagtailcore_revision",
    "wagtailcore_task",
    "wagtailcore_taskstate",
    "wagtailcore_uploadedfile",
    "wagtailcore_workflow",
    "wagtailcore_workflowcontenttype",
    "wagtailcore_workflowpage",
    "wagtailcore_workflowstate",
    "wagtailcore_workflowtask",
    "wagtailembeds_embed",
    "wagtailforms_formsubmission",
    "wagtailimages_rendition",
    "wagtailsearch_indexentry",
    "wagtailsearch_indexentry_fts",
    "wagtailusers_userprofile",
}
# Columns of other tables: what autosave and votes write.
PRIVATE_COLUMNS = {
    "draft_title",
    "has_unpublished_changes",
    "latest_revision_created_at",
    "latest_revision_id",
    "locked",
    "locked_at",
    "locked_by_id",
    "voters",
    "votes",
}
# What feeds bring, and operators put in its place: on pages it stands in parts of its own.
FIGURE_TABLES = {
    "sidebar_centralrate",
    "sidebar_exchangerate",
    "sidebar_goldprice",
    "sidebar_ratechange",
    "sidebar_rateoverride",
    "sidebar_weatheroverride",
    "sidebar_weatherreading",
}

_WRITES = re.compile(
    r"\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|(UPDATE)|DELETE\s+FROM)\s+[\"`]?(\w+)", re.IGNORECASE
)
_SET = re.compile(r'"(\w+)" = ')
MOVE_ON_FIGURES = """
    INSERT INTO articles_registerversion (id, version, index_version, generation, texts, closed)
    VALUES (1, 0, 0, 1, 1, 0)
    ON CONFLICT (id) DO UPDATE SET generation = articles_registerversion.generation + 1
"""
MOVE_ON = f"{MOVE_ON_FIGURES}, texts = articles_registerversion.generation + 1"
_CLOSE = "UPDATE articles_registerversion SET closed = generation WHERE id = 1"


def is_seen(statement):
    """Whether an SQL statement changes what readers see."""
    writes = _WRITES.match(statement)
    if not writes or writes[2].lower() in PRIVATE_TABLES:
        return False
    columns = _SET.findall(statement.partition(" WHERE ")[0]) if writes[1] else []
    return not columns or not PRIVATE_COLUMNS.issuperset(columns)


def is_figure(statement):
    """Whether what it changes of that is a feed's figure."""
    return _WRITES.match(statement)[2].lower() in FIGURE_TABLES


# Tables may not be there yet, nor the column, while they are made.
_is_migrating = False


def _watch(execute, sql, params, many, context):
    """Runs around every statement of a connection."""
    if _is_migrating or not isinstance(sql, str) or not is_seen(sql):
        return execute(sql, params, many, context)
    used = context["connection"]
    count = _count_figures if is_figure(sql) else _count
    if not used.in_atomic_block:
        # Afterwards: a page that is made in between is kept under the number of before.
        done = execute(sql, params, many, context)
        count(used)
        _announce()
        return done
    # Texts are counted for figures too, not the other way round.
    counted = {hook for _savepoints, hook, _robust in used.run_on_commit} & {
        _announce,
        _told[count],
    }
    if not counted or _looked.at:
        # Before the first row is locked: the same order for all. Again when somebody has looked at
        # the number since, and may hold what they read by it.
        count(used)
        used.on_commit(_told[count])
    return execute(sql, params, many, context)


class _Looked(threading.local):
    at = False


_looked = _Looked()


def _count(used, move_on=MOVE_ON):
    with used.cursor() as cursor:
        cursor.execute(move_on)
    _looked.at = False


def _count_figures(used):
    _count(used, MOVE_ON_FIGURES)


def _announce():
    try:
        read()
    except DatabaseError as error:
        # It is committed: who follows will see it.
        logger.warning("generation not announced: %s", type(error).__name__)


def _announce_figures():
    _announce()


# By what a transaction tells when it is committed, _watch knows what it has counted.
_told = {_count: _announce, _count_figures: _announce_figures}


def close(sender, **kwargs):
    """Something may have been closed to the public: nothing of before may stand in for what can't
    be rendered. In the transaction that closes it."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE)
    # Another function: _watch takes _announce for a sign that this transaction has been counted.
    connection.on_commit(lambda: _announce())


def watch(sender, connection, **kwargs):
    """For each connection that is opened."""
    if _watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watch)


def pause(sender, **kwargs):
    global _is_migrating
    _is_migrating = True


def go_on(sender, **kwargs):
    global _is_migrating
    _is_migrating = False


pre_migrate.connect(pause)
post_migrate.connect(go_on)


def read(used=connection):
    """The number as the database has it, or a copy of it; from now on this machine's processes know
    it too."""
    with used.cursor() as cursor:
        cursor.execute("SELECT generation, closed FROM articles_registerversion WHERE id = 1")
        number, closed = cursor.fetchone() or (0, 0)
    look()
    if not used.in_atomic_block:
        _mark().raise_to(number, closed)
    return number


def look():
    """Whoever reads the number of the database says so."""
    _looked.at = True


def known():
    """The number as this machine knows it, without asking anybody."""
    return _mark().number


def closed():
    """The number at which something was closed to the public last, as this machine knows it."""
    return _mark().closed


class Mark:
    """The two numbers in a file, eight bytes each, which all processes of a machine have in
    memory."""

    NAME = "generation"
    SIZE = 16

    def __init__(self, folder):
        self.folder = folder
        path = Path(folder) / self.NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        weakref.finalize(self, os.close, self._file)
        if os.fstat(self._file).st_size < self.SIZE:
            # Zeros; two processes may do the same.
            os.ftruncate(self._file, self.SIZE)
        self._bytes = mmap.mmap(self._file, self.SIZE)
        self._threads = threading.Lock()

    @property
    def number(self):
        return int.from_bytes(self._bytes[:8], "little")

    @property
    def closed(self):
        return int.from_bytes(self._bytes[8:], "little")

    def raise_to(self, number, closed=0):
        if number > self.number or closed > self.closed:
            with self._locked():
                self._write(max(number, self.number), max(closed, self.closed))

    def go_back(self, known, number):
        with self._locked():
            if self.number == known:
                self._write(number, 0)

    def _write(self, number, closed):
        self._bytes[8:] = closed.to_bytes(8, "little")
        self._bytes[:8] = number.to_bytes(8, "little")

    @contextmanager
    def _locked(self):
        # Of threads, which share the file's lock, one at a time.
        with self._threads:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


_opened = None
_opening = threading.Lock()


def _mark():
    global _opened
    # Asked with each page, so without making a path each time.
    folder = settings.DATA_DIR
    if _opened is None or _opened.folder is not folder:
        with _opening:
            if _opened is None or _opened.folder is not folder:
                _opened = Mark(folder)
    return _opened


class Follower:
    """Learns of other machines' changes until it is stopped, in a thread of its own.

    `went_back()` is called when the database has an older number than this machine: an older state
    of it was restored.
    """

    def __init__(self, went_back):
        self._went_back = went_back
        self._seen = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="generation", daemon=True)
        self._thread.start()

    def stop(self):
        self._stopped.set()
        self._thread.join()

    def _run(self):
        while not self._stopped.is_set():
            try:
                self._look()
            except DatabaseError as error:
                logger.warning("generation not read: %s", type(error).__name__)
                connection.close()
            self._stopped.wait(EVERY)
        connection.close()

    def _look(self):
        # In this order: what a file says was in the database before.
        before = known()
        number = read()
        if number < before:
            _mark().go_back(before, number)
        # Another process of this machine may have been the first to see it.
        if number < max(before, self._seen):
            self._went_back()
        self._seen = number
