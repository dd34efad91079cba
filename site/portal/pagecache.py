"""Whole public pages, kept in front of Django: a reader gets one without a line of it being run.

A shared cache by the book (RFC 9111, RFC 5861): an answer says for how long it may be kept
(`Cache-Control: s-maxage`, `stale-while-revalidate`, `stale-if-error`) and which parameters of its
address count (`No-Vary-Search`). Beyond the book it knows the generation (articles/generation.py):
with the next change of anything that readers see, everything that is kept is old.

Each process holds pages in memory, packed as they are sent, in front of a cache that all share.
Of many who ask for the same page that isn't kept, one renders it, in whatever process.
(docs/decisions/0027-whole-pages-kept-by-generation.md)"""

import gzip
import hashlib
import logging
import re
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

import brotli
from django.conf import settings
from django.core.cache import caches
from django.db import Error as DatabaseError
from django.db import connections
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from articles import assembly, generation, versions

logger = logging.getLogger(__name__)

# Bytes that a process holds, and of one page: a longer one would push out many.
MOST_IN_ALL = 32 * 1024 * 1024
MOST_OF_ONE = 2 * 1024 * 1024
# Addresses whose question is known to lead to a page that is kept, and those that aren't kept.
MOST_KNOWN = 20_000
# Seconds: for as long as somebody else may render a page before one does it oneself; between two
# looks whether it is there.
FLIGHT, GLANCE = 20, 0.02
# Shorter ones gain nothing by being packed.
LEAST_PACKED = 400
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
# What others are told who keep pages, and don't know the generation: they see a change in two
# seconds. (nginx counts whole seconds: one more while it renews would make it three.)
OUTSIDE = {"s-maxage": "1", "stale-while-revalidate": None}
# Says of an answer whether it was kept (RFC 9211).
STATUS = "Cache-Status"
HIT, MISS, STOOD_IN = (
    (STATUS, f"portal; {said}") for said in ("hit", "fwd=miss; stored", "hit; detail=stands-in")
)
# What belongs to one way of sending a page, or to one connection.
OF_ONE_SENDING = {
    *("content-length", "content-encoding", "connection", "date", "server", "etag"),
    "cache-control",
}
_DIRECTIVE = re.compile(r"([a-z-]+)(?:=\"?([^\",]*)\"?)?")
_EXCEPT = re.compile(r"except=\(([^)]*)\)")


def lifetime(cache_control):
    """(seconds fresh, then while it is renewed, then while it can't be); None: not to be kept."""
    said = dict(_DIRECTIVE.findall(cache_control.lower()))
    if not {"private", "no-store", "no-cache"}.isdisjoint(said) or "s-maxage" not in said:
        return None
    names = ("s-maxage", "stale-while-revalidate", "stale-if-error")
    return tuple(int(said.get(name) or 0) for name in names)


def told_others(cache_control):
    said = dict(_DIRECTIVE.findall(cache_control.lower()))
    said |= OUTSIDE
    told = ((name, text) for name, text in said.items() if text is not None)
    return ", ".join(f"{name}={text}" if text else name for name, text in told)


def parameters(no_vary_search):
    """The names in a question that count; None: all of them, in this order."""
    counted = _EXCEPT.search(no_vary_search)
    return frozenset(re.findall(r'"([^"]*)"', counted[1])) if counted else None


def narrowed(question, names):
    """What a question says of these names, in one order whoever asks."""
    pairs = parse_qsl(question, keep_blank_values=True)
    return urlencode(sorted((name, value) for name, value in pairs if name in names))


@dataclass
class Page:
    """An answer as it is kept."""

    generation: int
    made_at: float  # seconds since 1970
    seconds: tuple  # as of lifetime()
    headers: list
    etag: str
    is_text: bool
    # For who brings no cookie at all: others may get another one.
    without_cookies: bool
    # {encoding: bytes}, of which others can be made.
    bodies: dict
    # {encoding: (headers, body)} that go out.
    answers: dict = field(default_factory=dict)

    def is_of(self, number):
        return self.generation == number

    def is_fresh(self, now):
        return now < self.made_at + self.seconds[0]

    def may_be_renewed_behind(self, now):
        return now < self.made_at + self.seconds[0] + self.seconds[1]

    def may_stand_in(self, now):
        return now < self.made_at + self.seconds[0] + self.seconds[2]

    def answer(self, encoding):
        if not self.is_text:
            encoding = ""
        if encoding not in self.answers:
            if encoding not in self.bodies:
                self.bodies[encoding] = packed(self.plain(), encoding)
            body = self.bodies[encoding]
            headers = [*self.headers, ("ETag", self.etag), ("Content-Length", str(len(body)))]
            if encoding:
                headers.append(("Content-Encoding", encoding))
            self.answers[encoding] = headers, body
        return self.answers[encoding]

    def plain(self):
        if "br" in self.bodies:
            return brotli.decompress(self.bodies["br"])
        if "gzip" in self.bodies:
            return gzip.decompress(self.bodies["gzip"])
        return self.bodies[""]

    @property
    def size(self):
        return sum(map(len, self.bodies.values())) + 2_000


def packed(body, encoding):
    if encoding == "br":
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
    if encoding == "gzip":
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    return body


@lru_cache(256)
def encoding_of(accepted):
    """The shortest way of sending that a client takes."""
    if "br" in accepted and re.search(r"\bbr\b(?!;\s*q=0(?:\.0*)?(?:,|$))", accepted):
        return "br"
    if "gzip" in accepted and re.search(r"\bgzip\b(?!;\s*q=0(?:\.0*)?(?:,|$))", accepted):
        return "gzip"
    return ""


class Memory:
    """Pages of this process, as many as fit: those that nobody asked for longest go first."""

    def __init__(self, most):
        self.most = most
        self._pages = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key):
        page = self._pages.get(key)
        if page is not None:
            with self._lock:
                if key in self._pages:
                    self._pages.move_to_end(key)
        return page

    def put(self, key, page):
        with self._lock:
            if old := self._pages.pop(key, None):
                self._size -= old.size
            self._pages[key] = page
            self._size += page.size
            while self._size > self.most and len(self._pages) > 1:
                self._size -= self._pages.popitem(last=False)[1].size

    def clear(self):
        with self._lock:
            self._pages.clear()
            self._size = 0


class PageCache:
    def __init__(self, django):
        self._django = django
        self._memory = Memory(MOST_IN_ALL)
        # {(place, question): key}, by which a page is found without reading its question.
        self._keys = {}
        # {place: the names that count}
        self._names = {}
        # {key or place: generation} of what is not to be kept.
        self._unkept = {}
        self._flights = {}
        self._lock = threading.Lock()
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="pagecache")
        self._session = f"{settings.SESSION_COOKIE_NAME}="
        self._tls = settings.SECURE_PROXY_SSL_HEADER or ("wsgi.url_scheme", "https")
        self._passed = ("/admin/", "/live/", "/healthz", settings.STATIC_URL, settings.MEDIA_URL)
        self._follower = None

    def __call__(self, environ, start_response):
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or self._session in environ.get("HTTP_COOKIE", "")
            or "HTTP_AUTHORIZATION" in environ
            or environ["PATH_INFO"].startswith(self._passed)
        ):
            return self._django(environ, start_response)
        if self._follower is None:
            self._follow()
        question = environ.get("QUERY_STRING", "")
        place = (
            environ.get(self._tls[0]) == self._tls[1],
            environ.get("HTTP_HOST"),
            environ["PATH_INFO"],
        )
        key = self._keys.get((place, question)) or self._key(place, question)
        number, now = generation.known(), time.time()
        page = self._memory.get(key)
        if page is not None and page.without_cookies and "HTTP_COOKIE" in environ:
            return self._django(environ, start_response)
        if page is not None and page.generation == number:
            if page.is_fresh(now):
                return send(page, environ, start_response)
            if page.may_be_renewed_behind(now):
                self._renew(key, environ)
                return send(page, environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD":
            return self._django(environ, start_response)
        return self._fetch(key, environ, start_response)

    def _follow(self):
        with self._lock:
            if self._follower is None:
                # Here and not in __init__, which may run in a process that has others as children.
                self._follower = generation.Follower(self._forget)

    def close(self):
        """End its threads."""
        if self._follower:
            self._follower.stop()
        # In that thread, which has connections of its own.
        self._behind.submit(lambda: connections.close_all())
        self._behind.shutdown()

    def _forget(self):
        self._memory.clear()
        caches["pages"].clear()
        # Numbers that these are held by may come again.
        versions.forget()
        assembly.forget()

    def _key(self, place, question):
        names = self._names.get(place)
        key = (place, question if names is None else narrowed(question, names))
        if names is not None:
            if len(self._keys) >= MOST_KNOWN:
                self._keys.clear()
            self._keys[place, question] = key
        return key

    # A page that isn't here

    def _fetch(self, key, environ, start_response):
        deadline = time.monotonic() + FLIGHT
        while not self._is_unkept(key):
            with self._lock:
                flight = self._flights.get(key)
                if flight is None:
                    mine = self._flights[key] = threading.Event()
            if flight is None:
                try:
                    return self._land(key, environ, start_response)
                finally:
                    with self._lock:
                        self._flights.pop(key, None)
                    mine.set()
            # It may have been for another generation: who asks later than a change sees it.
            flight.wait(max(0, deadline - time.monotonic()))
            page = self._memory.get(key)
            if _is_good_for(environ, page):
                return send(page, environ, start_response)
            if time.monotonic() > deadline:
                break
        return self._django(environ, start_response)

    def _is_unkept(self, key):
        number = generation.known()
        return number in (self._unkept.get(key), self._unkept.get(key[0]))

    def _land(self, key, environ, start_response):
        """One in this process: what another process has, or will have in a moment, or one's own."""
        shared_key = key_of(key)
        deadline = time.monotonic() + FLIGHT
        while not (page := self._found(key, shared_key, environ)):
            number = generation.known()
            turn = f"{shared_key}:{number}"
            is_mine = caches["pages"].add(turn, True, FLIGHT)
            if is_mine or time.monotonic() > deadline:
                try:
                    # Whose turn it was may have ended it between the two questions.
                    if page := self._found(key, shared_key, environ):
                        break
                    return self._render(key, number, environ, start_response)
                finally:
                    if is_mine:
                        caches["pages"].delete(turn)
            # Another process is at it: nothing tells this one when the page is there but a look.
            time.sleep(GLANCE)
        return send(page, environ, start_response)

    def _found(self, key, shared_key, environ):
        """A page of this process or of another one that is good enough, or None."""
        page = self._memory.get(key)
        if not _is_good_for(environ, page):
            page = caches["pages"].get(shared_key)
            if not _is_good_for(environ, page):
                return None
            self._memory.put(key, page)
        return page

    def _renew(self, key, environ):
        with self._lock:
            if key in self._flights:
                return
            self._flights[key] = threading.Event()
        asked = {name: value for name, value in environ.items() if not name.startswith("wsgi.")}
        asked |= {name: environ[name] for name in ("wsgi.url_scheme", "wsgi.version")}
        asked |= {
            "wsgi.input": None,
            "wsgi.errors": environ["wsgi.errors"],
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        self._behind.submit(self._renew_now, key, asked)

    def _renew_now(self, key, environ):
        try:
            answer = self._render(key, generation.known(), environ, lambda *_said: None)
            getattr(answer, "close", lambda: None)()
        except Exception:
            # Whatever it is: nobody waits for this answer, and what is kept goes on standing in.
            logger.exception("page not renewed")
        finally:
            with self._lock:
                flight = self._flights.pop(key, None)
            if flight:
                flight.set()

    def _render(self, key, number, environ, start_response):
        place, question = key
        asked = environ.copy()
        for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
            asked.pop(name, None)
        if self._names.get(place) is not None:
            asked["QUERY_STRING"] = question
        said = []
        try:
            answer = self._django(asked, lambda *head: said.append(head))
        except Exception:
            # Whatever it is, an old page is better for readers than none; else it is raised.
            if stood_in := self._stand_in(key, environ, start_response):
                return stood_in
            raise
        status, headers, *_exc = said[-1]
        if status[0] == "5" and (stood_in := self._stand_in(key, environ, start_response)):
            getattr(answer, "close", lambda: None)()
            return stood_in
        found = {name.lower(): text for name, text in headers}
        seconds = lifetime(found.get("cache-control", ""))
        vary = {name.strip() for name in found.get("vary", "").lower().split(",")}
        if (
            status != "200 OK"
            or seconds is None
            or "set-cookie" in found
            or not vary <= {"", "accept-encoding", "cookie"}
        ):
            # Whatever a view answers that says nothing of keeping, is not kept under any question:
            # searches, each of which is another. Faults and cookies are those of one request.
            is_said = status == "200 OK" and seconds is None and "HTTP_COOKIE" not in environ
            self._leave(place if is_said else key)
            start_response(status, headers)
            return answer
        if "cookie" in vary and "HTTP_COOKIE" in environ:
            start_response(status, headers)
            return answer
        try:
            body = b"".join(answer)
            # Before the connection is given back, and before anybody gets the answer.
            last = generation.read()
        except DatabaseError:
            last = None
        finally:
            getattr(answer, "close", lambda: None)()
        names = parameters(found.get("no-vary-search", ""))
        page = Page(
            generation=number,
            made_at=time.time(),
            seconds=seconds,
            headers=[
                *(one for one in headers if one[0].lower() not in OF_ONE_SENDING),
                ("Cache-Control", told_others(found["cache-control"])),
            ],
            etag=f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
            is_text=_is_text(found) and len(body) >= LEAST_PACKED,
            without_cookies="cookie" in vary,
            bodies={"": body},
        )
        encoding = encoding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))
        page.answer(encoding)
        if page.is_text and encoding:
            del page.bodies[""]
        if len(body) > MOST_OF_ONE:
            self._leave(key)
        elif last == number:
            self._keep(key, place, question, names, page)
        return send(page, environ, start_response, MISS)

    def _keep(self, key, place, question, names, page):
        if names is not None:
            first = self._names.get(place) is None
            if len(self._names) >= MOST_KNOWN:
                self._names.clear()
            self._names[place] = names
            if first and narrowed(question, names) != question:
                # It was rendered with words in its address that don't count, and may show them.
                return
            key = (place, narrowed(question, names))
        self._memory.put(key, page)
        kept = replace(page, answers={})
        caches["pages"].set(key_of(key), kept, page.seconds[0] + max(page.seconds[1:]))

    def _leave(self, key):
        if len(self._unkept) >= MOST_KNOWN:
            self._unkept.clear()
        self._unkept[key] = generation.known()

    def _stand_in(self, key, environ, start_response):
        """The last good page of this address, while there can be no newer one."""
        page = self._memory.get(key) or caches["pages"].get(key_of(key))
        if page is None or not page.may_stand_in(time.time()):
            return None
        if page.generation < generation.closed():
            # It may be what was closed.
            return None
        return send(page, environ, start_response, STOOD_IN)


def _is_good_for(environ, page):
    return (
        page is not None
        and page.generation == generation.known()
        and page.may_be_renewed_behind(time.time())
        and not (page.without_cookies and "HTTP_COOKIE" in environ)
    )


def key_of(key):
    return "page:" + hashlib.blake2b(repr(key).encode(), digest_size=20).hexdigest()


def _is_text(found):
    kind = found.get("content-type", "")
    return kind.startswith("text/") or "json" in kind or "xml" in kind


def send(page, environ, start_response, status=HIT):
    headers, body = page.answer(encoding_of(environ.get("HTTP_ACCEPT_ENCODING", "")))
    seen = environ.get("HTTP_IF_NONE_MATCH")
    if seen and (seen == page.etag or page.etag in parse_etags(seen)):
        unchanged = [one for one in headers if one[0] not in ("Content-Length", "Content-Encoding")]
        start_response("304 Not Modified", [*unchanged, status])
        return []
    start_response("200 OK", [*headers, status])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class Compression(GZipMiddleware):
    """Packs what isn't kept: a page that is kept is packed once, when it is."""

    def process_response(self, request, response):
        if response.get("Content-Type", "").startswith("image/"):
            # As short as it gets.
            return response
        if lifetime(response.get("Cache-Control", "")) is None:
            return super().process_response(request, response)
        patch_vary_headers(response, ["Accept-Encoding"])
        return response
