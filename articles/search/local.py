"""The index of this machine: a copy of the database in a folder of its own.

One process at a time, the follower, brings it up to the database; all others read. A damaged or
missing index is made anew beside the old one, and readers change over when it is whole.
(docs/decisions/0011-search-engine.md)"""

import fcntl
import json
import logging
import shutil
import uuid
from contextlib import contextmanager
from datetime import date
from itertools import islice
from math import ceil

from django.conf import settings
from django.utils import timezone

from ..models import DirectivePage, EffectPeriod, IndexChange, RegisterVersion
from ..models.changes import index_key
from . import engine
from .entries import entries_of, every_key

# Part of the folder's name. Count it up when the schema, or what entries hold, becomes another.
FORMAT = 4
# Objects that are read from the database at once.
CHUNK = 500
# Objects that tell which words are common.
SAMPLE = 2_000

logger = logging.getLogger(__name__)
_open = {}  # name of an index in this process: Index


class Busy(Exception):
    """Another process on this machine keeps the index."""


# Reading


def search(*args, **kwargs):
    """As Index.search. None while there is no index: the follower is making it."""
    return _ask(lambda index: index.search(*args, **kwargs))


def counted(query, facets):
    """As Index.counted. None while there is no index."""
    return _ask(lambda index: index.counted(query, facets))


def ranked(query, limit=None, offset=0):
    """As Index.ranked. None while there is no index."""
    return _ask(lambda index: index.ranked(query, limit, offset))


def meant(word, among):
    """As Index.meant."""
    return _ask(lambda index: index.meant(word, among))


def _ask(question):
    name = _name()
    if name is None:
        return None
    try:
        if name not in _open:
            _open.clear()
            _open[name] = engine.Index(_home() / name)
        return question(_open[name])
    except (ValueError, OSError):
        _open.clear()
        if _is_sound(name):
            # Nobody's question costs everybody the index.
            logger.exception("A search failed")
        else:
            logger.exception("The search index %s is damaged and will be made anew", name)
            (_home() / "current").unlink(missing_ok=True)
        return None


def _is_sound(name):
    try:
        engine.Index(_home() / name).search(engine.EVERYTHING, 1)
    except (ValueError, OSError):
        return False
    return True


def _home():
    return settings.SEARCH_DIR / f"v{FORMAT}"


def _name():
    try:
        return (_home() / "current").read_text() or None
    except FileNotFoundError:
        return None


# Following


@contextmanager
def keeping():
    """For the one process that writes. Busy: there is another."""
    _home().mkdir(parents=True, exist_ok=True)
    with (_home() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        yield


def catch_up(report=lambda done, total: None):
    """Bring the index up to the database; returns how many objects had changed.

    `report` is told how far a new index is.
    """
    with keeping():
        name = _name()
        position = _position(name) if name else None
        version = RegisterVersion.objects.values_list("index_version", flat=True).first() or 0
        # A backup may have been restored, in which versions come again.
        if position is None or position["version"] > version:
            return _make(version, report)
        today = timezone.localdate()
        keys = set()
        if position["version"] < version:
            changes = IndexChange.objects.filter(version__gt=position["version"])
            keys = set(changes.values_list("key", flat=True))
        if position["day"] != today.isoformat():
            keys |= _changing(date.fromisoformat(position["day"]), today)
        if keys:
            index = engine.Index(_home() / name)
            index.write(_entries(iter(keys)), gone=keys)
        if keys or position["day"] != today.isoformat():
            _keep_position(name, version)
        return len(keys)


def _changing(since, today):
    """Directives whose effect became another with the calendar."""
    periods = EffectPeriod.objects.filter(starts_on__gt=since, starts_on__lte=today)
    return {index_key(DirectivePage, pk) for pk in periods.values_list("directive", flat=True)}


def _make(version, report):
    name = uuid.uuid4().hex
    folder = _home() / name
    folder.mkdir()
    keys = list(every_key())
    sample = keys[:: ceil(len(keys) / SAMPLE) or 1]
    common = engine.common_words(_entries(iter(sample)))
    entries = _entries(iter(keys), lambda done: report(done, len(keys)))
    engine.Index.make(folder).fill(entries, common)
    _keep_position(name, version)
    _replace(_home() / "current", name)
    for other in (*_home().iterdir(), *settings.SEARCH_DIR.iterdir()):
        # Who still reads one of these has its files open.
        if other.is_dir() and other not in (_home(), folder):
            shutil.rmtree(other, ignore_errors=True)
    return len(keys)


def _entries(keys, report=lambda done: None):
    done = 0
    while chunk := list(islice(keys, CHUNK)):
        yield from entries_of(chunk)
        done += len(chunk)
        report(done)


def _position(name):
    """The version and the day that an index is of; None when it has none, or is no index."""
    try:
        position = json.loads((_home() / name / "position.json").read_text())
        date.fromisoformat(position["day"])
        engine.Index(_home() / name)
    except (ValueError, KeyError, TypeError, OSError):
        logger.exception("The search index %s can't be used and is made anew", name)
        return None
    return position


def _keep_position(name, version):
    # After the index itself: what was written twice is as good as once.
    position = {"version": version, "day": timezone.localdate().isoformat()}
    _replace(_home() / name / "position.json", json.dumps(position))


def _replace(path, text):
    """The whole of the new text or the whole of the old, whatever happens."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)
