"""A real server on loopback, plain and with TLS, that does to its clients whatever a fault asks.

Raw sockets: most faults are nothing that an honest HTTP server would do."""

import ipaddress
import socket
import ssl
import struct
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import trustme

BANK = "bank.test"
# On the same machine, but nobody said that a feed may go there.
OTHER = "other.test"
# Sends that the client doesn't take end after so long, in case it doesn't hang up either.
PATIENCE = 30


class Line:
    """A client's connection, its request read: an action answers on it."""

    def __init__(self, server, connection, path):
        self.server = server
        self.connection = connection
        self.path = path
        self.type = "text/xml; charset=utf-8" if path == "/xml" else "application/json"

    def send(self, data):
        self.connection.sendall(data)

    def head(self, status="200 OK", **headers):
        """The status line and headers; a header whose value is None is left out, and underscores
        in names are hyphens."""
        lines = [f"HTTP/1.1 {status}"]
        given = {"Content_Type": self.type, "Connection": "close", **headers}
        for name, value in given.items():
            if value is not None:
                lines.append(f"{name.replace('_', '-')}: {value}")
        self.send("\r\n".join([*lines, "", ""]).encode("utf-8"))

    def answer(self, body=b"", status="200 OK", **headers):
        self.head(status, **{"Content_Length": len(body), **headers})
        self.send(body)

    def drip(self, pieces, every=0.2):
        """Piece by piece, so that no pause is ever long, until the client has had enough."""
        deadline = time.monotonic() + PATIENCE
        for piece in pieces:
            self.send(piece)
            if time.monotonic() > deadline or self.server.closing.wait(every):
                return

    def reset(self):
        """Break the connection off with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def silence(self):
        self.server.closing.wait(PATIENCE)


class FaultServer:
    """`does("/xml", action)`: action(line) answers there from now on.

    One port for each way in which a connection can be wrong before anything is asked."""

    def __init__(self):
        self.closing = threading.Event()
        self.answers = {}
        # How often somebody came to the port that nobody is to come to.
        self.trapped = 0
        self.authority = trustme.CA()
        self.opened = []
        self.ports = {
            "http": self._listen(),
            "https": self._listen(self._certificate(self.authority, BANK)),
            "other name": self._listen(self._certificate(self.authority, "elsewhere.test")),
            "other authority": self._listen(self._certificate(trustme.CA(), BANK)),
            "expired": self._listen(self._certificate(self.authority, BANK, days=(-9, -1))),
            "not yet valid": self._listen(self._certificate(self.authority, BANK, days=(1, 9))),
            "self-signed": self._listen(_self_signed(BANK)),
            "reset": self._listen(first=Line.reset),
            "no handshake": self._listen(first=Line.silence),
            "trap": self._listen(first=self._trap),
            "refused": self._unused(),
            "full": self._full(),
        }

    def does(self, path, action):
        self.answers[path] = action

    def url(self, path, way="https", host=BANK):
        scheme = "http" if way in ("http", "refused http", "full http") else "https"
        return f"{scheme}://{host}:{self.ports[way.removesuffix(' http')]}{path}"

    def close(self):
        self.closing.set()
        for opened in self.opened:
            # Wakes whoever waits in it.
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()

    def _listen(self, tls=None, first=None):
        listening = socket.create_server(("127.0.0.1", 0))
        self.opened.append(listening)
        threading.Thread(target=self._accept, args=(listening, tls, first), daemon=True).start()
        return listening.getsockname()[1]

    def _unused(self):
        """Nobody else gets it while we hold it; nobody listens."""
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        self.opened.append(bound)
        return bound.getsockname()[1]

    def _full(self):
        """A queue that nobody takes anything from: whoever comes now waits."""
        listening = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.opened.append(listening)
        for _ in range(3):
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
            self.opened.append(waiting)
        return listening.getsockname()[1]

    def _certificate(self, authority, name, days=(-1, 30)):
        begins, ends = (datetime.now(UTC) + timedelta(days=number) for number in days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name, not_before=begins, not_after=ends).configure_cert(context)
        return context

    def _accept(self, listening, tls, first):
        while not self.closing.is_set():
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            arguments = (connection, tls, first)
            threading.Thread(target=self._serve, args=arguments, daemon=True).start()

    def _serve(self, connection, tls, first):
        # Clients that hang up are what this is about.
        with suppress(OSError), connection:
            connection.settimeout(PATIENCE)
            if first:
                first(Line(self, connection, ""))
                return
            if tls:
                connection = tls.wrap_socket(connection, server_side=True)
            with connection:
                path = _path(connection)
                if path in self.answers:
                    self.answers[path](Line(self, connection, path))

    def _trap(self, line):
        self.trapped += 1


def _path(connection):
    request = b""
    while b"\r\n\r\n" not in request:
        piece = connection.recv(4096)
        if not piece:
            return ""
        request += piece
    return request.split(b" ")[1].partition(b"?")[0].decode()


def _self_signed(name):
    """Signed by itself: an authority that is its own server."""
    authority = trustme.CA(organization_name=name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.private_key_pem.tempfile() as key, authority.cert_pem.tempfile() as certificate:
        context.load_cert_chain(certificate, key)
    return context


@contextmanager
def serving():
    server = FaultServer()
    try:
        yield server
    finally:
        server.close()


@contextmanager
def resolving(names):
    """Names lead where `names` says: {name: [address] or a function that answers with them}. No
    other name is known, and no name server is asked."""
    real = socket.getaddrinfo

    def answer(host, port, *args, **kwargs):
        found = names.get(host)
        if found is None and _is_address(host):
            found = [host]
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = found() if callable(found) else found
        return [row for address in addresses for row in real(address, port, *args, **kwargs)]

    with patch("socket.getaddrinfo", answer):
        yield


def _is_address(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
