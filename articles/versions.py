"""The database's version, asked once a request: by it each process keeps what it has in memory."""

from functools import update_wrapper
from typing import NamedTuple
from weakref import WeakSet

from django.utils import timezone

from . import generation
from .models.changes import RegisterVersion

# Of one function, by what it was asked; more than there are sites, languages and sidebars.
MOST_HELD = 1_000


class Versions(NamedTuple):
    register: int
    index: int
    # Of whatever readers see, and of that without the figures of feeds.
    generation: int
    texts: int


def versions(request):
    if not hasattr(request, "portal_versions"):
        columns = ("version", "index_version", "generation", "texts")
        row = RegisterVersion.objects.values_list(*columns).first()
        generation.look()
        request.portal_versions = Versions(*(row or (0, 0, 0, 0)))
    return request.portal_versions


class Held:
    """A function of a request and of words that say all that its answer depends on besides the
    database: asked once in this process while texts are the same, or, where it tells `figures` of
    feeds, for each generation."""

    everything = WeakSet()

    def __init__(self, read, seconds, figures):
        update_wrapper(self, read)
        self._read, self._seconds, self._figures = read, seconds, figures
        # {words: (number, when, answer)}
        self._held = {}
        self.everything.add(self)

    def __call__(self, request, *words):
        seen = versions(request)
        number = seen.generation if self._figures else seen.texts
        now = timezone.now() if self._seconds else None
        held = self._held.get(words)
        if held is None or held[0] != number or self._is_old(held[1], now):
            if len(self._held) >= MOST_HELD:
                self._held.clear()
            held = self._held[words] = number, now, self._read(request, *words)
        return held[2]

    def _is_old(self, then, now):
        return self._seconds and not 0 <= (now - then).total_seconds() < self._seconds

    def forget(self):
        self._held.clear()


def held(seconds=None, figures=False):
    """Makes a function Held; `seconds`: as long as its answer may be shown while time alone changes
    it; `figures`: whether it depends on what feeds bring."""
    return lambda read: Held(read, seconds, figures)


def forget():
    """Start anew at the next request; for tests, whose databases turn back time."""
    for one in Held.everything:
        one.forget()
