"""The 43 faults that a feed may have, each with the ways in which it shows.

What both rate providers are served is made of one sheet, so that a fault is the same in XML and in
JSON. What has to hold afterwards stands with each case; where nothing is said, the last good rates
are kept as they are, their own time included.

Counted as the list of goal R1 reads: "truncated XML/JSON", "±30 % jump" and "local clock ±1 day"
are one fault each, with a case for either side."""

import gzip
import json
import socket
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from xml.sax.saxutils import quoteattr

from defusedxml import ElementTree

from .fault_server import BANK, OTHER

SAMPLES = Path(__file__).parents[1] / "samples"
BOTH = ("vietcombank_json", "vietcombank")
# Where the first one's answer is taken, the second is not asked: each is put to it by itself.
ALONE = tuple((name,) for name in BOTH)
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Row:
    """As the bank writes it. None: the row lacks it; a float stands bare in JSON."""

    code: str | None
    name: str | None
    buy: object
    transfer: object
    sell: object


@dataclass(frozen=True)
class Sheet:
    """The same rates in both shapes."""

    rows: tuple[Row, ...]
    at: datetime
    # In place of the time.
    time_text: str | None = None

    def xml(self):
        names = ("CurrencyCode", "CurrencyName", "Buy", "Transfer", "Sell")
        rows = [
            " ".join(
                f"{name}={quoteattr(str(text))}"
                for name, text in zip(names, _texts(row), strict=True)
                if text is not None
            )
            for row in self.rows
        ]
        when = f"{self.at:%m/%d/%Y %I:%M:%S %p}" if self.time_text is None else self.time_text
        when = when.replace("&", "&amp;").replace("<", "&lt;")
        lines = [f"  <Exrate {row} />\n" for row in rows]
        return (
            f"<ExrateList>\n  <DateTime>{when}</DateTime>\n{''.join(lines)}</ExrateList>".encode()
        )

    def json(self):
        names = ("currencyCode", "currencyName", "cash", "transfer", "sell")
        rows = [
            {
                name: text.replace(",", "") if name in names[2:] and type(text) is str else text
                for name, text in zip(names, _texts(row), strict=True)
                if text is not None
            }
            for row in self.rows
        ]
        when = self.at.isoformat() if self.time_text is None else self.time_text
        day = f"{self.at:%Y-%m-%dT00:00:00}"
        return json.dumps(
            {"Count": len(rows), "Date": day, "UpdatedDate": when, "Data": rows}
        ).encode()

    def body(self, path):
        return self.xml() if path == "/xml" else self.json()

    def prices(self):
        """{currency: what has to be stored of it}"""
        return {row.code: tuple(map(_price, _texts(row)[2:])) for row in self.rows}

    def moved(self, share, *codes):
        """With these currencies, or all, at so many times their price."""
        return self.changed(
            lambda row: replace(
                row,
                **{name: _times(getattr(row, name), share) for name in ("buy", "transfer", "sell")},
            ),
            *codes,
        )

    def changed(self, change, *codes):
        """With these currencies' rows, or all, as `change(row)` gives them."""
        rows = (change(row) if not codes or row.code in codes else row for row in self.rows)
        return replace(self, rows=tuple(rows))

    def only(self, *codes):
        return replace(self, rows=tuple(row for row in self.rows if row.code in codes))

    def without(self, code):
        return replace(self, rows=tuple(row for row in self.rows if row.code != code))


def _texts(row):
    return row.code, row.name, row.buy, row.transfer, row.sell


def _price(text):
    return None if text in ("-", "", "0") else Decimal(text.replace(",", ""))


def _times(text, share):
    return text if text == "-" else f"{Decimal(text.replace(',', '')) * Decimal(str(share)):,.2f}"


def bank_sheet(at):
    """What the bank says at this time."""
    root = ElementTree.fromstring((SAMPLES / "vietcombank_20.xml").read_bytes())
    names = ("CurrencyCode", "CurrencyName", "Buy", "Transfer", "Sell")
    rows = tuple(Row(*(row.get(name) for name in names)) for row in root.iter("Exrate"))
    return Sheet(rows, at)


# What has to hold. Each is given the rates before and after, {currency: every column of its row},
# and the sheet that the fault was done to; it answers with what is wrong, or with "".


def kept(before, after, sheet):
    if before == after:
        return ""
    codes = sorted(
        code for code in before.keys() | after.keys() if before.get(code) != after.get(code)
    )
    return f"{', '.join(codes)} changed"


def kept_row(code):
    """One bad row costs nobody but itself: its currency keeps its last good rate and its time, all
    others are renewed."""

    def holds(before, after, sheet):
        if before[code] != after.get(code):
            return f"{code} changed"
        return _renewed(after, sheet.without(code), before.keys())

    return holds


def renewed(before, after, sheet):
    """All is well with the figures: they are stored, each currency once."""
    return _renewed(after, sheet, before.keys())


def same_figures(before, after, sheet):
    """The sheet is the last one again: figures, source and the source's time stay word for word.
    When we fetched it is told by our clock, whatever it says."""
    cut = [{code: row[:-1] for code, row in rows.items()} for rows in (before, after)]
    return "" if cut[0] == cut[1] else "figures or their time changed"


def _renewed(after, sheet, codes):
    for code, prices in sheet.prices().items():
        if after[code][2:5] != prices:
            return f"{code} is not the bank's"
    return "" if after.keys() == codes else "currencies changed"


@dataclass(frozen=True)
class Case:
    """One way in which a fault shows. `does(sheet)` answers with an action for the fault server;
    the other fields say what is around it."""

    title: str
    does: Callable | None = None
    # One of these is noted for each provider that is asked; none: the answer is taken.
    reasons: frozenset = frozenset()
    holds: Callable = kept
    # Each chain of providers is a run of its own.
    chains: tuple = (BOTH,)
    # The fault server's ports.
    ways: tuple = ("https",)
    # Where the bank's name leads to.
    leads_to: object = ("127.0.0.1",)
    may_be_private: bool = True
    # What our clock is wrong by.
    clock: timedelta = timedelta(0)
    # Serve the last good sheet again, not a newer one.
    is_old_sheet: bool = False
    # Takes one of the client's time limits.
    is_slow: bool = False
    # Nothing about rates: the weather's providers may meet it as well.
    is_of_the_line: bool = False


@dataclass(frozen=True)
class Fault:
    name: str
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Verdict:
    trial: str
    fault: str
    feed: str
    seconds: float
    megabytes: float
    # What is wrong with each of judge.PROMISES; "" where it was kept.
    wrong: tuple


FAULTS = []
LINE = ("https", "http")


def fault(name, *cases):
    FAULTS.append(Fault(name, cases))


def of_line(title, action, *reasons, **more):
    """A case in which it doesn't matter what is said."""
    given = {"ways": LINE, "is_of_the_line": True, **more}
    return Case(title, lambda sheet: action, frozenset(reasons), **given)


def of_answer(title, answer, *reasons, **more):
    """A case with these bytes: answer(sheet, path)."""
    return Case(
        title,
        lambda sheet: lambda line: line.answer(answer(sheet, line.path)),
        frozenset(reasons),
        **more,
    )


def of_sheet(title, change, *reasons, **more):
    """A case with a sheet that is read and judged: change(sheet)."""
    return of_answer(title, lambda sheet, path: change(sheet).body(path), *reasons, **more)


def of_row(title, change, code="EUR"):
    """One row of the sheet is wrong."""
    return of_sheet(
        title,
        lambda sheet: sheet.changed(change, code),
        holds=kept_row(code),
        chains=ALONE,
    )


def of_rows(title, change, *reasons):
    """Every row is wrong: there is no sheet."""
    return of_sheet(title, lambda sheet: sheet.changed(change), *reasons)


def setting(**texts):
    return lambda row: replace(row, **texts)


# The way there


def no_such_name():
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def no_name_server():
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


fault(
    "DNS fail",
    of_line("no such name", None, "no such name", leads_to=no_such_name),
    of_line("no name server", None, "no such name", leads_to=no_name_server),
    # The judge puts a function here that waits until the run is over.
    of_line("a name server that hangs", None, "too slow", leads_to="hangs", is_slow=True),
)
fault("refused", of_line("nobody listens", None, "no connection", ways=("refused", "refused http")))
fault(
    "connect hang",
    of_line(
        "a queue that is full", None, "connect timeout", ways=("full", "full http"), is_slow=True
    ),
    of_line("no handshake", None, "read timeout", "tls", ways=("no handshake",), is_slow=True),
)


def drip_headers(line):
    letters = chain(b"HTTP/1.1 200 OK\r\nX-Slow: ", repeat(ord("a")))
    line.drip(bytes([letter]) for letter in letters)


def continue_without_end(line):
    line.drip(repeat(b"HTTP/1.1 100 Continue\r\n\r\n"))


fault(
    "header drip",
    of_line("one letter after another", drip_headers, "too slow", is_slow=True),
    of_line("100 Continue", continue_without_end, "too slow", ways=("http",), is_slow=True),
)


def drip_body(line):
    line.head(Content_Length=100_000)
    line.drip(repeat(b" "))


def drip_chunks(line):
    line.head(Transfer_Encoding="chunked")
    line.drip(repeat(b"1\r\n \r\n"))


def drip_gzip(line):
    line.head(Content_Encoding="gzip")
    packed = zlib.compressobj(wbits=31)
    line.drip(packed.compress(b" ") + packed.flush(zlib.Z_SYNC_FLUSH) for _ in repeat(None))


fault(
    "body drip",
    of_line("of a known length", drip_body, "too slow", is_slow=True),
    of_line("in chunks", drip_chunks, "too slow", ways=("https",), is_slow=True),
    of_line("compressed", drip_gzip, "too slow", ways=("http",), is_slow=True),
)


def reset_in_header(line):
    line.send(b"HTTP/1.1 200 OK\r\nContent-")
    line.reset()


def reset_in_body(line):
    line.head(Content_Length=100_000)
    line.send(b"<ExrateList>" * 100)
    line.reset()


fault(
    "RST",
    of_line("at once", None, "broken answer", "no connection", "tls", ways=("reset",)),
    of_line("after the question", lambda line: line.reset(), "broken answer"),
    of_line("in the headers", reset_in_header, "broken answer"),
    of_line("in the body", reset_in_body, "broken answer"),
)
fault(
    "TLS bad certificate",
    *(
        of_line(way, None, "tls", ways=(way,))
        for way in ("other name", "other authority", "self-signed")
    ),
)
fault(
    "TLS expired",
    *(of_line(way, None, "tls", ways=(way,)) for way in ("expired", "not yet valid")),
)


# Elsewhere


def moves(to, status="301 Moved Permanently"):
    """Sends the client on; {names} in the address are those of ports."""

    def action(line):
        line.answer(status=status, Location=to.format(**line.server.ports))

    return action


def moved(title, to, *reasons, **more):
    return of_line(title, moves(to), *(reasons or ("redirect",)), ways=("https",), **more)


def ping_pong(line):
    line.server.does("/there", moves("/xml"))
    line.answer(status="302 Found", Location="/there")


fault(
    "301 loop",
    of_line(
        "to itself", lambda line: line.answer(status="301 Moved", Location=line.path), "redirect"
    ),
    of_line("there and back", ping_pong, "redirect"),
)
fault(
    "redirect to 127.0.0.1",
    moved("to another port", "http://127.0.0.1:{trap}/"),
    moved("without a port", "http://127.0.0.1/"),
    moved("as a number", "http://2130706433:{trap}/"),
    moved("without a scheme", "//127.0.0.1:{trap}/"),
    moved("by name", "http://localhost:{trap}/"),
    moved("the bank's own name", f"https://{BANK}:{{trap}}/"),
)
fault(
    "redirect to 169.254.169.254",
    moved("to the cloud's own data", "http://169.254.169.254/latest/meta-data/"),
    *(
        of_line(status, moves("http://169.254.169.254/", status), "redirect")
        for status in ("302 Found", "303 See Other", "307 Temporary", "308 Permanent")
    ),
)
fault(
    "redirect to [::1]",
    moved("to another port", "http://[::1]:{trap}/"),
    moved("as IPv4", "http://[::ffff:127.0.0.1]:{trap}/"),
)
fault(
    "redirect to file:",
    moved("the accounts", "file:///etc/passwd", "redirect", "bad address"),
    moved("another scheme", "gopher://127.0.0.1:{trap}/", "redirect", "bad address"),
)
fault(
    "redirect to other host",
    moved("by name", f"https://{OTHER}:{{https}}/xml"),
    moved("after the bank's name", f"https://{BANK}@{OTHER}:{{https}}/xml"),
    moved("without TLS", f"http://{BANK}:{{http}}/xml"),
    moved("a broken address", "http://[::1", "redirect", "bad address", "broken answer"),
)


def inside(*addresses, **more):
    return of_line(
        ", ".join(addresses), None, "private address", leads_to=addresses, ways=("https",), **more
    )


fault(
    "name of a private address",
    inside("127.0.0.1", may_be_private=False),
    inside("::1", may_be_private=False),
    inside("10.0.0.7"),
    inside("192.168.1.1", "172.16.0.1"),
    inside("169.254.169.254"),
    inside("100.64.0.1"),
    inside("0.0.0.0"),
    inside("fd00::7", "fe80::7"),
    # IPv4 within IPv6, in all its forms.
    inside("::ffff:10.0.0.7"),
    inside("::10.0.0.7", "fec0::7"),
    inside("64:ff9b::10.0.0.7", "2002:a00:7::1"),
)


# What the server says of itself


def refuses(status, *reasons, **headers):
    return of_line(
        f"{status} {' '.join(headers.values())}".strip(),
        lambda line: line.answer(
            b"<h1>Server Error</h1>", status, Content_Type="text/html", **headers
        ),
        *(reasons or (f"http {status[:3]}",)),
        ways=("https",),
    )


fault(
    "500",
    refuses("500 Internal Server Error"),
    refuses("502 Bad Gateway"),
    refuses("403 Forbidden"),
    refuses("204 No Content"),
    refuses("999 Who Knows"),
)
fault(
    "503 + Retry-After",
    refuses("503 Service Unavailable", Retry_After="120"),
    refuses("503 Service Unavailable", Retry_After="Fri, 31 Dec 2100 23:59:59 GMT"),
    refuses("503 Service Unavailable", Retry_After="soon"),
)
fault(
    "429 + Retry-After",
    refuses("429 Too Many Requests", Retry_After="120"),
    refuses("429 Too Many Requests", Retry_After="9" * 400),
    refuses("429 Too Many Requests", Retry_After="-1"),
)
REJECTED = (
    b"<html><head><title>Request Rejected</title></head><body>Support ID: 1<br></body></html>"
)
fault(
    "200 HTML",
    # The bank's XML is read under this type too: the root decides.
    of_line(
        "as HTML",
        lambda line: line.answer(REJECTED, Content_Type="text/html; charset=utf-8"),
        *("wrong type", "not xml", "wrong root"),
    ),
    of_line(
        "under a good type",
        lambda line: line.answer(REJECTED),
        *("not json", "not xml", "wrong root"),
    ),
    of_line(
        "an image", lambda line: line.answer(b"GIF89a", Content_Type="image/gif"), "wrong type"
    ),
)
fault(
    "empty",
    of_line("nothing", lambda line: line.answer(b""), "empty"),
    of_line("blanks", lambda line: line.answer(b" \r\n" * 1000), "empty"),
    of_line("not even an answer", lambda line: None, "broken answer"),
    of_answer("a sheet without rows", lambda sheet, path: sheet.only().body(path), "no rates"),
    of_answer(
        "a root alone",
        lambda sheet, path: b"<ExrateList/>" if path == "/xml" else b"{}",
        *("no rates", "wrong root"),
    ),
)


# What comes of it


def cut_off(sheet, path, share):
    body = sheet.body(path)
    return body[: int(len(body) * share)]


def longer_than_it_is(sheet):
    def action(line):
        body = sheet.body(line.path)
        line.head(Content_Length=len(body) + 1000)
        line.send(body)

    return action


def chunks_that_end(sheet):
    def action(line):
        body = sheet.body(line.path)
        line.head(Transfer_Encoding="chunked")
        line.send(b"%x\r\n" % len(body) + body[: len(body) // 2])

    return action


fault(
    "truncated body",
    Case(
        "the whole sheet, and less than was said",
        longer_than_it_is,
        frozenset({"broken answer"}),
        ways=LINE,
    ),
    Case("a chunk that ends", chunks_that_end, frozenset({"broken answer"}), ways=LINE),
    of_line(
        "a chunk that is none",
        lambda line: (line.head(Transfer_Encoding="chunked"), line.send(b"nonsense\r\n")),
        "broken answer",
    ),
)
fault(
    "truncated XML/JSON",
    *(
        of_answer(
            f"at {share:.2%}",
            partial(cut_off, share=share),
            *("not json", "not xml"),
        )
        for share in (0.01, 0.5, 0.9, 0.9995)
    ),
)


def laughs(sheet, path):
    if path == "/json":
        # What has no entities can still be deep.
        return b"[" * 200_000
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><ExrateList>&l9;</ExrateList>'.encode()


def one_long_laugh(sheet, path):
    if path == "/json":
        return b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    long = "l" * 50_000
    return f'<!DOCTYPE x [<!ENTITY l "{long}">]><ExrateList>{"&l;" * 50_000}</ExrateList>'.encode()


def with_doctype(doctype):
    def answer(sheet, path):
        return f"<!DOCTYPE ExrateList {doctype}>{sheet.xml().decode()}".encode()

    return answer


def at_trap(doctype):
    """With the trap's port in it, which only a server knows."""

    def does(sheet):
        def action(line):
            text = doctype.replace("TRAP", str(line.server.ports["trap"]))
            line.answer(with_doctype(text)(sheet, line.path))

        return action

    return does


fault(
    "billion laughs",
    of_answer("nested", laughs, "not xml", "not json"),
    of_answer("long", one_long_laugh, "not xml", "not json"),
)
fault(
    "XXE file",
    of_answer(
        "in text",
        with_doctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]'),
        *("not xml", "not json"),
    ),
    of_answer(
        "used",
        lambda sheet, path: (
            b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
            b"<ExrateList><DateTime>&x;</DateTime></ExrateList>"
        ),
        *("not xml", "not json"),
    ),
)
fault(
    "external DTD",
    Case(
        "a system identifier",
        at_trap('SYSTEM "http://127.0.0.1:TRAP/evil.dtd"'),
        frozenset({"not xml", "not json"}),
    ),
    Case(
        "a parameter entity",
        at_trap('[<!ENTITY % x SYSTEM "http://127.0.0.1:TRAP/evil.dtd"> %x;]'),
        frozenset({"not xml", "not json"}),
    ),
)


def in_vietnamese(sheet):
    """Letters that are other bytes in other encodings."""
    return sheet.changed(lambda row: replace(row, name="Đô la Mỹ"), "USD")


def json_in_vietnamese(sheet):
    return json.dumps(json.loads(in_vietnamese(sheet).json()), ensure_ascii=False)


def encoded(encoding, says="utf-8"):
    def answer(sheet, path):
        if path == "/json":
            return json_in_vietnamese(sheet).encode(encoding, "replace")
        text = f'<?xml version="1.0" encoding="{says}"?>' + in_vietnamese(sheet).xml().decode()
        return text.encode(encoding, "xmlcharrefreplace")

    return answer


def unknown_encoding(sheet, path):
    if path == "/json":
        return json_in_vietnamese(sheet).encode("koi8-r", "replace").replace(b"?", b"\xd0")
    return b'<?xml version="1.0" encoding="x-unknown-7"?>' + sheet.xml()


def latin(sheet, path):
    """Sent as ISO 8859-1, said to be UTF-8."""
    text = sheet.body(path).decode().replace("US DOLLAR", "D\u00f4 la")
    return text.replace("\\u00f4", "\u00f4").encode("latin-1")


fault(
    "wrong charset",
    of_answer("another than is said", latin, "not xml", "not json"),
    of_answer("one that nobody knows", unknown_encoding, "not xml", "not json"),
)
fault(
    "UTF-16",
    *(
        of_answer(f"{encoding} called UTF-8", encoded(encoding), "not xml", "not json")
        for encoding in ("utf-16", "utf-16-le", "utf-16-be")
    ),
    of_answer(
        "without a declaration",
        lambda sheet, path: sheet.body(path).decode().encode("utf-16"),
        "not xml",
        "not json",
    ),
)


def with_bytes(found):
    """In the middle of a name."""

    def answer(sheet, path):
        return sheet.body(path).replace(b"US DOLLAR", b"US " + found + b" DOLLAR")

    return answer


fault(
    "bad bytes",
    of_answer("no UTF-8", with_bytes(b"\xff\xfe\xc0\x80"), "not xml", "not json"),
    of_answer("NUL", with_bytes(b"\x00"), "not xml", "not json"),
    of_answer("control characters", with_bytes(b"\x07\x1b"), "not xml", "not json"),
    of_answer("half a surrogate", with_bytes(b"\xed\xa0\x80"), "not xml", "not json"),
    # JSON can spell what no database takes.
    *(
        of_sheet(
            f"{text!a} escaped",
            lambda sheet, text=text: sheet.changed(setting(name=f"US {text}"), "USD"),
            holds=renewed,
            chains=(("vietcombank_json",),),
        )
        for text in ("\ud800", "\x00")
    ),
    of_line(
        "nothing but noise",
        lambda line: line.answer(bytes(range(256)) * 400),
        "not xml",
        "not json",
    ),
)
BLANKS = b" " * 65_536


def hundred_megabytes(line):
    line.head(Content_Length=100 * MEGABYTE)
    for _ in range(1600):
        line.send(BLANKS)


def chunks_without_end(line):
    line.head(Transfer_Encoding="chunked")
    for _ in range(1600):
        line.send(b"10000\r\n" + BLANKS + b"\r\n")


def headers_without_end(line):
    line.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        line.send(b"X-%d: %s\r\n" % (number, BLANKS[:1000].replace(b" ", b"a")))


fault(
    "100 MB",
    of_line("of a known length", hundred_megabytes, "too big"),
    of_line("in chunks", chunks_without_end, "too big"),
    of_line("of headers", headers_without_end, "broken answer"),
)


def packed(megabytes, wbits=31):
    """So many megabytes of blanks, compressed piece by piece: nobody holds them."""
    packer = zlib.compressobj(1, zlib.DEFLATED, wbits)
    pieces = [packer.compress(b" " * MEGABYTE) for _ in range(megabytes)]
    return b"".join([*pieces, packer.flush()])


def bomb(encoding, wbits=31, layers=1):
    made = []

    def action(line):
        if not made:
            body = packed(100, wbits)
            for _ in range(layers - 1):
                body = zlib.compress(body, 9, wbits)
            made.append(body)
        line.answer(made[0], Content_Encoding=encoding)

    return action


def members_of_nothing(line):
    """Much to unpack, and nothing in it that could be counted."""
    line.answer(gzip.compress(b"") * 250_000, Content_Encoding="gzip")


fault(
    "gzip bomb",
    of_line("gzip", bomb("gzip"), "too big"),
    of_line("twice", bomb("gzip, gzip", layers=2), "too big"),
    of_line("deflate", bomb("deflate", wbits=15), "too big"),
    of_line("members of nothing", members_of_nothing, "empty"),
    of_line("too many layers", bomb(", ".join(["gzip"] * 9)), "broken answer"),
    of_line(
        "none at all", lambda line: line.answer(b"<x/>", Content_Encoding="gzip"), "broken answer"
    ),
)


# What the figures are


fault(
    "missing field",
    of_row("no selling price", setting(sell=None)),
    of_row("no code", setting(code=None)),
    of_rows("no prices at all", setting(buy=None, transfer=None, sell=None), "no rates"),
    of_rows("no codes at all", setting(code=None), "no rates"),
    of_sheet("no dollar", lambda sheet: sheet.without("USD"), "no usd"),
    of_sheet("four rows", lambda sheet: sheet.only("USD", "EUR", "JPY", "GBP"), "few rates"),
    of_sheet("no time", lambda sheet: replace(sheet, time_text=""), "bad time"),
)
fault(
    "negative",
    of_row("one price", setting(buy="-29,940.75")),
    of_row("one row", setting(buy="-1", transfer="-1", sell="-1")),
    of_rows("all", setting(buy="-1", transfer="-1", sell="-1"), "no rates"),
)
fault(
    "zero",
    # 0 is one of the bank's ways to say that it doesn't quote: no price, never a price of 0.
    of_row("one row", setting(buy="0", transfer="0.00", sell="0")),
    of_rows("all", setting(buy="0", transfer="0", sell="0"), "no rates"),
    of_sheet("the dollar", lambda sheet: sheet.changed(setting(sell="0"), "USD"), "no usd"),
)
fault(
    "NaN",
    of_row("one price", setting(sell="NaN")),
    of_row("bare in JSON", setting(sell=float("nan"))),
    of_rows("all", setting(buy="NaN", transfer="nan", sell="-NaN"), "no rates"),
    of_rows("infinite", setting(sell=float("inf")), "no rates"),
)
fault(
    "9e99",
    of_row("one price", setting(sell="9e99")),
    of_row("bare in JSON", setting(sell=9e99)),
    of_row("written out", setting(sell="9" * 100)),
    of_rows("all", setting(buy="9e99", transfer="9e99", sell="9e99"), "no rates"),
)
fault(
    "buy > sell",
    of_row("one row", setting(buy="40,000.00")),
    of_rows("all", setting(buy="900,000.00"), "no rates"),
)


def jumps(title, json_share, xml_share, *codes, **more):
    def does(sheet):
        def action(line):
            share = xml_share if line.path == "/xml" else json_share
            line.answer(sheet.moved(share, *codes).body(line.path))

        return action

    return Case(title, does, frozenset({"jump"}), **more)


# Both sheets are one bank's, so they don't confirm each other either: held for an operator.
fault(
    "±30 % jump",
    jumps("all, both alike", 1.4, 1.4),
    jumps("the dollar, both alike", 1.4, 1.4, "USD"),
    jumps("all, up and down", 1.4, 0.6),
    jumps("the dollar, up and down", 1.4, 0.6, "USD"),
    jumps("one currency, up and down", 1.4, 0.6, "EUR", holds=kept_row("EUR")),
    *(
        jumps(
            f"one currency, ×{share}", share, share, "EUR", holds=kept_row("EUR"), chains=((name,),)
        )
        for share in (1.31, 0.69, 10)
        for name in BOTH
    ),
    *(jumps("all, one provider", 0.6, 0.6, chains=((name,),)) for name in BOTH),
)


def dated(**back):
    return lambda sheet: replace(sheet, at=sheet.at - timedelta(**back))


fault(
    "stale date",
    of_sheet("two days old", dated(days=2), "stale"),
    of_sheet("ten years old", dated(days=3653), "stale"),
    # Figures that are the same still have a time, and it would go back.
    of_sheet("ten years old, nothing new", dated(days=3653), "stale", is_old_sheet=True),
    of_sheet(
        "of the year 1", lambda sheet: replace(sheet, at=sheet.at.replace(year=1)), "bad time"
    ),
)
fault(
    "future date",
    of_sheet("next month", dated(days=-30), "time ahead"),
    of_sheet("ten years on", dated(days=-3653), "time ahead"),
    of_sheet("ten years on, nothing new", dated(days=-3653), "time ahead", is_old_sheet=True),
    of_sheet(
        "of the year 9999", lambda sheet: replace(sheet, at=sheet.at.replace(year=9999)), "bad time"
    ),
)


def twice(sheet, share, *codes):
    again = sheet.only(*codes) if codes else sheet
    return replace(sheet, rows=sheet.rows + again.moved(share).rows)


def alone(title, change):
    """Taken, by each provider alone."""
    return of_sheet(title, change, holds=renewed, chains=ALONE)


# Nothing tells which one of two rows that contradict each other is right: neither counts, and
# without a dollar a sheet is none. What stands there twice in the same words counts once.
fault(
    "duplicate currency",
    of_sheet("a second dollar", lambda sheet: twice(sheet, 1.1, "USD"), "no usd"),
    of_sheet("a second dollar, far off", lambda sheet: twice(sheet, 3, "USD"), "no usd"),
    of_sheet(
        "a second euro",
        lambda sheet: twice(sheet, 1.1, "EUR"),
        holds=kept_row("EUR"),
        chains=ALONE,
    ),
    alone("everything twice", lambda sheet: twice(sheet, 1)),
    of_sheet(
        "a thousand times",
        lambda sheet: replace(sheet, rows=sheet.rows + sheet.only("EUR").moved(1.2).rows * 1000),
        holds=kept_row("EUR"),
        chains=ALONE,
    ),
)
SCRIPT = "<script>alert(1)</script>"
fault(
    "script in text",
    # A name is only text, and every page says our own names for the currencies that we know.
    alone("in a name", lambda sheet: sheet.changed(setting(name=SCRIPT), "EUR")),
    of_row("in a code", setting(code=SCRIPT)),
    of_row("in a price", setting(sell=SCRIPT)),
    of_rows("in every code", setting(code="<i>"), "no rates"),
    of_sheet("in the time", lambda sheet: replace(sheet, time_text=SCRIPT), "bad time"),
)


def length_of(text):
    """The whole sheet under a length that is none."""

    def does(sheet):
        def action(line):
            body = sheet.body(line.path)
            line.head(Content_Length=text.format(length=len(body)))
            line.send(body)

        return action

    return does


def shorter_than_it_is(sheet):
    def action(line):
        body = sheet.body(line.path)
        line.head(Content_Length=len(body) // 2)
        line.send(body)

    return action


def two_framings(sheet):
    def action(line):
        body = sheet.body(line.path)
        line.head(Content_Length=len(body), Transfer_Encoding="chunked")
        line.send(body)

    return action


def no_header(sheet):
    def action(line):
        body = sheet.body(line.path)
        line.send(b"HTTP/1.1 200 OK\r\nContent-Type: " + line.type.encode() + b"\r\nno header\r\n")
        line.send(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return action


fault(
    "bad Content-Length",
    *(
        Case(f"“{text}”", length_of(text), frozenset({"broken answer"}), ways=LINE)
        for text in ("abc", "-5", "{length}, 1", "1_0", "", "0x10", "+{length}", "9" * 50)
    ),
    Case(
        "shorter than the sheet", shorter_than_it_is, frozenset({"not xml", "not json"}), ways=LINE
    ),
    Case("and chunks that are none", two_framings, frozenset({"broken answer"})),
    Case(
        # The sheet is whole, whatever a gateway wrote above it.
        "after a line that is no header",
        no_header,
        holds=renewed,
        chains=ALONE,
    ),
)
fault(
    "local clock ±1 day",
    *(
        of_sheet(
            f"{days:+} day",
            lambda sheet: sheet,
            holds=same_figures,
            chains=ALONE,
            clock=timedelta(days=days),
            is_old_sheet=True,
        )
        for days in (1, -1)
    ),
    *(
        of_line(
            f"{days:+} day, and nobody listens",
            None,
            "no connection",
            ways=("refused",),
            clock=timedelta(days=days),
            is_of_the_line=False,
        )
        for days in (1, -1)
    ),
)
