"""The one way out, for all providers and for the check of links: it trusts neither the server nor
what is in between.

Whatever happens on the line becomes a ProviderError with a reason of our own: what requests says
holds host names and addresses, which are nobody's business on a public page."""

import hashlib
import ipaddress
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urlencode, urljoin, urlsplit

import requests
import urllib3
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from requests.adapters import HTTPAdapter

from . import ProviderError

CONNECT_SECONDS = 3
READ_SECONDS = 5
# Of the whole call: a body or a header that drips never trips the read timeout. Ten seconds are
# promised; the rest is for hanging up.
TOTAL_SECONDS = 9.5
LARGEST_BODY = 1024 * 1024
MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
PORTS = {"http": 80, "https": 443}
# What is routed in public of IPv6; and where a gateway to IPv4 carries an IPv4 address at the end.
PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# They say nothing about what is inside, so they prove nothing against it: the parser decides.
SILENT_TYPES = ("", "text/plain", "application/octet-stream")
# A server may ask for more patience by mistake; then operators would wait for days.
LONGEST_RETRY_AFTER = 24 * 60 * 60
# Nor may a slip of its clock make us sit on an answer.
LONGEST_FRESH = 2 * 60 * 60
# How long an answer is kept to ask "anything new since?".
KEPT = 24 * 60 * 60


def get(url, params=None, *, allow_types):
    """The decompressed Body of a 200 answer of one of these types. Raises ProviderError.

    A body that was kept is given again for as long as its server said that it stays good; after
    that the server is asked whether it has changed.
    """
    key = _key(url, params)
    kept, now = cache.get(key), timezone.now().timestamp()
    # What is good for longer than any may be was dated by a clock that has been put right since.
    if kept and now < kept.good_until <= now + LONGEST_FRESH:
        return Body(kept.body, key, kept.modified, kept.good_until)
    call = _Call(url, params, allow_types, kept)
    call.start()
    call.join(TOTAL_SECONDS)
    answer = call.result()
    return Body(answer.body, key, answer.modified, answer.good_until)


def probe(url):
    """The status that an address of anybody's answers at the end of its redirects; its body is not
    read. Raises ProviderError.

    Not for feeds: the address is one that an editor typed, so any host may be asked that is public.
    """
    call = _Probe(url)
    call.start()
    call.join(TOTAL_SECONDS)
    return call.result()


@dataclass(frozen=True)
class _Answer:
    body: bytes
    # The Last-Modified header, word for word.
    modified: str
    # By our clock, in seconds since 1970; 0: ask again next time.
    good_until: float


class Body(bytes):
    """What a server sent. Whoever could read it says `keep()`: rubbish is not to be seen twice."""

    def __new__(cls, body, key="", modified="", good_until=0.0):
        self = super().__new__(cls, body)
        self._key = key
        self._answer = _Answer(body, modified, good_until)
        return self

    def keep(self):
        if self._answer.modified or self._answer.good_until:
            cache.set(self._key, self._answer, KEPT)


def _key(url, params):
    # Memcached and the database cache take no long or odd keys.
    text = f"{url}?{urlencode(params or {})}"
    return f"feed-{hashlib.sha256(text.encode()).hexdigest()}"


class _Call(threading.Thread):
    """One request in a thread of its own, since a name server that hangs, a header that drips and a
    TLS handshake that stalls can only be left, not timed out. Daemon: it never holds up an exit."""

    def __init__(self, url, params, allow_types, kept):
        super().__init__(name="feed", daemon=True)
        self.url = url
        self.params = params
        self.allow_types = allow_types
        self.kept = kept
        self.lock = threading.Lock()
        self.line = None
        self.left = False
        self.answer = None
        self.error = None

    def result(self):
        """What the thread has found; if it isn't done by now, it is left and its line cut."""
        with self.lock:
            if self.answer is not None:
                return self.answer
            if self.error is not None:
                raise self.error
            self.left = True
            if self.line is not None:
                self._cut()
        raise ProviderError("too slow", give_up=True)

    def hold(self, connection):
        """Keep a second handle on the line: TLS takes the first one over."""
        with self.lock:
            if self.line is not None:
                self.line.close()
            self.line = connection.dup()
            if self.left:
                self._cut()

    def _cut(self):
        try:
            self.line.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The other side was faster.
            return

    def run(self):
        answer, error = None, None
        try:
            answer = self._answer()
        except ProviderError as fault:
            error = fault
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            ValueError,
        ) as fault:
            # Without its cause: that would hold on to sockets which urllib3 has left open.
            error = _in_our_words(fault)
        with self.lock:
            self.answer, self.error = answer, error
            if self.line is not None:
                self._cut()
                self.line.close()
                self.line = None

    def _session(self):
        session = requests.Session()
        # Neither a proxy, nor a password, nor a CA bundle from the environment.
        session.trust_env = False
        session.verify = settings.FEED_CA_BUNDLE or True
        session.headers = {"User-Agent": settings.FEED_USER_AGENT, "Accept-Encoding": "gzip"}
        adapter = _Adapter(self.hold, self.allow_loopback)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    @property
    def allow_loopback(self):
        return settings.FEED_ALLOW_PRIVATE

    def _answer(self):
        allowed = {_place(self.url), *settings.FEED_HOSTS}
        with self._session() as session:
            url, params = self.url, self.params
            for _hop in range(MOST_REDIRECTS + 1):
                if _place(url) not in allowed or self.left:
                    raise ProviderError("redirect")
                with session.get(
                    url,
                    params=params,
                    headers=self._headers(),
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    if response.status_code not in REDIRECTS:
                        return self._judged(response)
                    # An address has its parameters in it.
                    url, params = urljoin(response.url, response.headers.get("Location", "")), None
            raise ProviderError("redirect")

    def _headers(self):
        headers = {"Accept": ", ".join(self.allow_types)}
        if self.kept and self.kept.modified:
            headers["If-Modified-Since"] = self.kept.modified
        return headers

    def _judged(self, response):
        status, modified = response.status_code, response.headers.get("Last-Modified", "")
        if status == 304 and self.kept:
            return _Answer(self.kept.body, modified or self.kept.modified, _good_until(response))
        if status != 200:
            raise ProviderError(
                f"http {status}", give_up=status == 429, retry_after=_retry_after(response)
            )
        content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if content_type not in (*SILENT_TYPES, *self.allow_types):
            raise ProviderError("wrong type")
        length = response.headers.get("Content-Length", "0")
        # RFC 9112, 6.3: nobody can tell where such an answer ends. urllib3 reads on regardless.
        if not (length.isascii() and length.isdecimal() and len(length) < 20):
            raise ProviderError("broken answer")
        return _Answer(self._read(response), modified, _good_until(response))

    def _read(self, response):
        body = bytearray()
        # In pieces, and counted after decompression: a few kilobytes can unpack to gigabytes.
        for piece in response.iter_content(16 * 1024):
            body += piece
            if len(body) > LARGEST_BODY:
                raise ProviderError("too big")
        return bytes(body)


class _Probe(_Call):
    """Asks only whether something is there. Never ourselves, whatever feeds may: an address that
    somebody typed must not make the portal knock at its own Redis."""

    def __init__(self, url):
        super().__init__(url, params=None, allow_types=("*/*",), kept=None)

    @property
    def allow_loopback(self):
        return settings.LINKS_ALLOW_LOOPBACK

    def _answer(self):
        with self._session() as session:
            url = self.url
            for _hop in range(MOST_REDIRECTS + 1):
                _place(url)
                if "@" in urlsplit(url).netloc:
                    # A name and a password would be sent.
                    raise ProviderError("bad address", give_up=True)
                status, location = self._ask(session, url)
                if status not in REDIRECTS or not location:
                    return status
                url = urljoin(url, location)
        raise ProviderError("redirect")

    def _ask(self, session, url):
        # Quite some servers know no HEAD, or answer it with an error of its own.
        for method in ("HEAD", "GET"):
            if self.left:
                raise ProviderError("too slow", give_up=True)
            with session.request(
                method,
                url,
                headers=self._headers(),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = response.status_code, response.headers.get("Location", "")
            if answer[0] < 400 or answer[0] == 429:
                break
        return answer


def _place(url):
    """ "host:port" of a web address. Raises ProviderError."""
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port is not None else PORTS.get(parts.scheme)
        known = parts.scheme in PORTS and parts.hostname and port
    except ValueError:
        known = False
    if not known:
        raise ProviderError("bad address", give_up=True)
    return f"{parts.hostname}:{port}"


def _retry_after(response):
    """Seconds for which the server wants to be left alone; 0 where it doesn't say."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        # Nobody means more digits than that, and int() would take its time with them.
        seconds = int(text[:9])
    else:
        until, now = _date(text), _date(response.headers.get("Date")) or datetime.now(UTC)
        seconds = (until - now).total_seconds() if until else 0
    return min(max(0, seconds), LONGEST_RETRY_AFTER)


def _good_until(response):
    """By our clock. Theirs may be wrong by a day, or ours: how long is told by their two times."""
    until, now = (_date(response.headers.get(name)) for name in ("Expires", "Date"))
    seconds = (until - now).total_seconds() if until and now else 0
    if seconds <= 0:
        return 0.0
    return timezone.now().timestamp() + min(seconds, LONGEST_FRESH)


def _date(text):
    try:
        moment = parsedate_to_datetime(text or "")
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_our_words(fault):
    """The reason behind what requests and urllib3 raise; the first that fits."""
    causes = _causes(fault)
    for kind, reason, give_up in (
        (urllib3.exceptions.NameResolutionError, "no such name", True),
        (urllib3.exceptions.NewConnectionError, "no connection", True),
        (urllib3.exceptions.ConnectTimeoutError, "connect timeout", True),
        ((requests.exceptions.SSLError, urllib3.exceptions.SSLError), "tls", True),
        ((urllib3.exceptions.ReadTimeoutError, TimeoutError), "read timeout", True),
        (requests.ReadTimeout, "read timeout", True),
        (requests.exceptions.InvalidURL, "bad address", True),
        (urllib3.exceptions.LocationValueError, "bad address", True),
        (urllib3.exceptions.ProtocolError, "broken answer", False),
    ):
        if any(isinstance(cause, kind) for cause in causes):
            return ProviderError(reason, give_up=give_up)
    return ProviderError("broken answer")


def _causes(fault):
    """The exception and all that it wraps: requests and urllib3 pack theirs into one another."""
    found, waiting = [], [fault]
    while waiting and len(found) < 20:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or cause in found:
            continue
        found.append(cause)
        waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
    return found


class _Adapter(HTTPAdapter):
    """Makes connections of our own kind, each of which hands its line to `hold`."""

    def __init__(self, hold, allow_loopback):
        self.hold = hold
        self.allow_loopback = allow_loopback
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(self._pool, urllib3.HTTPConnectionPool, _Connection),
            "https": partial(self._pool, urllib3.HTTPSConnectionPool, _TLSConnection),
        }

    def _pool(self, pool_class, connection_class, *args, **kwargs):
        pool = pool_class(*args, **kwargs)
        pool.ConnectionCls = partial(connection_class, self.hold, self.allow_loopback)
        return pool


class _Checked:
    """Connects only to addresses that a feed may have. The name is looked up once and the address
    that was judged is the one that is used, so a name that changes its mind gains nothing."""

    def __init__(self, hold, allow_loopback, *args, **kwargs):
        self.hold = hold
        self.allow_loopback = allow_loopback
        super().__init__(*args, **kwargs)

    def _may_connect(self, address):
        return _may_connect(address, self.allow_loopback)

    def _new_conn(self):
        name = self._dns_host
        try:
            found = socket.getaddrinfo(name, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise urllib3.exceptions.NameResolutionError(self.host, self, error) from error
        addresses = dict.fromkeys(row[4][0] for row in found)
        allowed = [address for address in addresses if self._may_connect(address)]
        if not allowed:
            raise ProviderError("private address", give_up=True)
        for number, address in enumerate(allowed, start=1):
            try:
                self._dns_host = address
                connection = super()._new_conn()
            except (
                urllib3.exceptions.ConnectTimeoutError,
                urllib3.exceptions.NewConnectionError,
            ):
                if number == len(allowed):
                    raise
            else:
                break
            finally:
                # TLS checks the certificate against the name, not the address.
                self._dns_host = name
        try:
            if not self._may_connect(connection.getpeername()[0]):
                raise ProviderError("private address", give_up=True)
            self.hold(connection)
        except (OSError, ProviderError):
            # The other side may have hung up by now.
            connection.close()
            raise
        return connection


class _Connection(_Checked, urllib3.connection.HTTPConnection):
    pass


class _TLSConnection(_Checked, urllib3.connection.HTTPSConnection):
    pass


def _may_connect(text, allow_loopback):
    address = ipaddress.ip_address(text.partition("%")[0])
    if address.version == 6 and (inner := _ipv4_in(address)):
        address = inner
    if address.is_loopback:
        return allow_loopback
    is_public = address.version == 4 or address in PUBLIC_IPV6
    return is_public and address.is_global and not address.is_multicast


def _ipv4_in(address):
    """The IPv4 address that an IPv6 one leads to, or None."""
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) % 2**32)
    return address.ipv4_mapped or address.sixtofour
