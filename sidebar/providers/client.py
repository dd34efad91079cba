"""The one HTTP client of all providers: it trusts neither the server nor what is in between.

Whatever happens on the line becomes a ProviderError with a reason of our own: what requests says
holds host names and addresses, which are nobody's business on a public page."""

import ipaddress
import socket
import threading
from functools import partial
from urllib.parse import urlsplit

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter

from . import ProviderError

CONNECT_SECONDS = 3
READ_SECONDS = 5
# Of the whole call: a body or a header that drips never trips the read timeout. Ten seconds are
# promised; the rest is for hanging up.
TOTAL_SECONDS = 9.5
LARGEST_BODY = 1024 * 1024
USER_AGENT = "CongTinh/1.0 (provincial portal; sidebar figures)"
# They say nothing about what is inside, so they prove nothing against it: the parser decides.
SILENT_TYPES = ("", "text/plain", "application/octet-stream")


def get(url, params=None, *, allow_types):
    """The decompressed body of a 200 answer of one of these types. Raises ProviderError."""
    call = _Call(url, params, allow_types)
    call.start()
    call.join(TOTAL_SECONDS)
    return call.result()


class _Call(threading.Thread):
    """One request in a thread of its own, since a name server that hangs, a header that drips and a
    TLS handshake that stalls can only be left, not timed out. Daemon: it never holds up an exit."""

    def __init__(self, url, params, allow_types):
        super().__init__(name="feed", daemon=True)
        self.url = url
        self.params = params
        self.allow_types = allow_types
        self.lock = threading.Lock()
        self.line = None
        self.left = False
        self.body = None
        self.error = None

    def result(self):
        """What the thread has found; if it isn't done by now, it is left and its line cut."""
        with self.lock:
            if self.body is not None:
                return self.body
            if self.error is not None:
                raise self.error
            self.left = True
            if self.line is not None:
                self._cut()
        raise ProviderError("too slow", give_up=True)

    def hold(self, connection):
        """Keep a second handle on the line: TLS takes the first one over."""
        with self.lock:
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
        body, error = None, None
        try:
            body = self._body()
        except ProviderError as fault:
            error = fault
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            ValueError,
        ) as fault:
            error = _in_our_words(fault)
            error.__cause__ = fault
        with self.lock:
            self.body, self.error = body, error
            if self.line is not None:
                self.line.close()
                self.line = None

    def _body(self):
        _check(self.url)
        with requests.Session() as session:
            # Neither a proxy, nor a password, nor a CA bundle from the environment.
            session.trust_env = False
            session.headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
            adapter = _Adapter(self.hold)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            with session.get(
                self.url,
                params=self.params,
                headers={"Accept": ", ".join(self.allow_types)},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                self._judge(response)
                return self._read(response)

    def _judge(self, response):
        status = response.status_code
        if 300 <= status < 400:
            raise ProviderError("redirect")
        if status != 200:
            raise ProviderError(f"http {status}", give_up=status == 429)
        content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if content_type not in (*SILENT_TYPES, *self.allow_types):
            raise ProviderError("wrong type")

    def _read(self, response):
        body = bytearray()
        # In pieces, and counted after decompression: a few kilobytes can unpack to gigabytes.
        for piece in response.iter_content(16 * 1024):
            body += piece
            if len(body) > LARGEST_BODY:
                raise ProviderError("too big")
        return bytes(body)


def _check(url):
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise ProviderError("bad address", give_up=True)


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

    def __init__(self, hold):
        self.hold = hold
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(self._pool, urllib3.HTTPConnectionPool, _Connection),
            "https": partial(self._pool, urllib3.HTTPSConnectionPool, _TLSConnection),
        }

    def _pool(self, pool_class, connection_class, *args, **kwargs):
        pool = pool_class(*args, **kwargs)
        pool.ConnectionCls = partial(connection_class, self.hold)
        return pool


class _Checked:
    """Connects only to addresses that a feed may have. The name is looked up once and the address
    that was judged is the one that is used, so a name that changes its mind gains nothing."""

    def __init__(self, hold, *args, **kwargs):
        self.hold = hold
        super().__init__(*args, **kwargs)

    def _new_conn(self):
        name = self._dns_host
        try:
            found = socket.getaddrinfo(name, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise urllib3.exceptions.NameResolutionError(self.host, self, error) from error
        addresses = dict.fromkeys(row[4][0] for row in found)
        allowed = [address for address in addresses if _may_connect(address)]
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
        if not _may_connect(connection.getpeername()[0]):
            connection.close()
            raise ProviderError("private address", give_up=True)
        self.hold(connection)
        return connection


class _Connection(_Checked, urllib3.connection.HTTPConnection):
    pass


class _TLSConnection(_Checked, urllib3.connection.HTTPSConnection):
    pass


def _may_connect(text):
    address = ipaddress.ip_address(text.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return settings.FEED_ALLOW_PRIVATE
    return address.is_global and not address.is_multicast
