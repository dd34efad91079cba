"""What our machine-readable output is held against: schemas, and parsers that others wrote.

Each `valid_…` takes what a view answered, as bytes or str, raises AssertionError with the reason,
and returns what it has read.
"""

import json
import re
from collections import Counter
from datetime import date, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import icalendar
import vobject
from lxml import etree
from pyld import jsonld

SCHEMAS = Path(__file__).parent / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def as_bytes(body):
    return body.encode() if isinstance(body, str) else body


def is_absolute(iri):
    """Whether it has a scheme, a host where the scheme has hosts, and no character to escape."""
    if re.search(r'[\s<>"{}|\\^`\x00-\x1f\x7f]', iri):
        return False
    try:
        parts = urlsplit(iri)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname)
    return bool(parts.scheme and (parts.netloc or parts.path))


def is_web_address(iri):
    return iri.startswith(("https://", "http://")) and is_absolute(iri)


# XML ---------------------------------------------------------------------------------------------


@cache
def schema(name):
    document = etree.parse(SCHEMAS / name)
    return etree.RelaxNG(document) if name.endswith(".rng") else etree.XMLSchema(document)


def xml(body, follows=None):
    """The root of a document, which follows a schema if one is named."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(as_bytes(body), parser)
    except etree.XMLSyntaxError as error:
        raise AssertionError(f"not well-formed: {error}") from error
    document = root.getroottree().docinfo
    assert not document.doctype, "has a DOCTYPE, which careful readers refuse"
    # As the content types say; an encoding of one byte would read it too, and wrongly.
    assert document.encoding.lower() == "utf-8", f"says that it is {document.encoding}"
    if follows:
        rules = schema(follows)
        assert rules.validate(root), f"breaks {follows}:\n{rules.error_log}"
    return root


def read_by_feedparser(body, content_type, version, entries):
    # A stream and a content type, so that it neither opens a file of that name nor guesses.
    headers = {"content-type": f"{content_type}; charset=utf-8"}
    parsed = feedparser.parse(BytesIO(as_bytes(body)), response_headers=headers)
    assert not parsed.bozo, f"feedparser: {parsed.bozo_exception}"
    assert parsed.version == version, f"feedparser takes it for {parsed.version!r}"
    assert len(parsed.entries) == entries, f"feedparser sees {len(parsed.entries)} of {entries}"
    return parsed


def check_unique(what, values):
    repeated = sorted(value for value, times in Counter(values).items() if times > 1)
    assert not repeated, f"{what} more than once: {', '.join(repeated)}"


def valid_atom(body):
    """Atom 1.0, RFC 4287."""
    feed = xml(body, follows="atom.rng")
    entries = feed.findall(f"{ATOM}entry")

    for element in feed.iter(*(ATOM + name for name in ("id", "icon", "logo", "uri"))):
        assert is_absolute(element.text), f"<{etree.QName(element).localname}> {element.text!r}"
    for attribute in ("href", "src", "scheme"):
        for iri in feed.xpath(f"//@{attribute}"):
            assert is_absolute(iri), f"{attribute}={iri!r} is no absolute address"

    check_unique("an entry's id", [entry.findtext(f"{ATOM}id") for entry in entries])
    assert links(feed, "self"), "the feed doesn't link to itself"
    for place in [feed, *entries]:
        kinds = [(link.get("type"), link.get("hreflang")) for link in links(place, "alternate")]
        # RFC 4287, sections 4.1.1 and 4.1.2
        assert len(kinds) == len(set(kinds)), "two alternate links of one type and language"
    for entry in entries:
        name = entry.findtext(f"{ATOM}id")
        content = entry.find(f"{ATOM}content")
        has_author = any(place.find(f"{ATOM}author") is not None for place in (entry, feed))
        assert has_author, f"{name} has no author, nor has the feed"
        assert content is not None or links(entry, "alternate"), f"{name} has no alternate link"
        if content is not None and content.get("src"):
            assert entry.find(f"{ATOM}summary") is not None, f"{name} has no summary"
    if not entries:
        assert feed.find(f"{ATOM}author") is not None, "the feed has no author"
    return read_by_feedparser(body, "application/atom+xml", "atom10", len(entries))


def links(place, relation):
    return [
        link for link in place.findall(f"{ATOM}link") if link.get("rel", "alternate") == relation
    ]


# RSS 2.0 specification: what may stand in a channel and in an item; the rest has a namespace.
CHANNEL = {
    *("title", "link", "description", "language", "copyright", "managingEditor", "webMaster"),
    *("pubDate", "lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image"),
    *("rating", "textInput", "skipHours", "skipDays", "item"),
}
ITEM = {
    *("title", "link", "description", "author", "category", "comments", "enclosure", "guid"),
    *("pubDate", "source"),
}


def valid_rss(body):
    """RSS 2.0, with the links to itself that the RSS Advisory Board asks for."""
    rss = xml(body)
    assert rss.tag == "rss" and rss.get("version") == "2.0", "the root isn't <rss version='2.0'>"
    assert [child.tag for child in rss] == ["channel"], "a feed has one channel, and nothing else"
    channel = rss[0]
    check_children(channel, CHANNEL, repeatable={"item", "category"})
    for name in ("title", "link", "description"):
        assert channel.find(name) is not None, f"the channel has no <{name}>"
    assert filled(channel, "title"), "the channel's <title> is empty"
    own = [link.get("href", "") for link in links(channel, "self")]
    assert own and all(map(is_web_address, own)), f"no absolute <atom:link rel='self'>: {own}"

    items = channel.findall("item")
    for item in items:
        check_children(item, ITEM, repeatable={"category"})
        assert filled(item, "title") or filled(item, "description"), "an item says nothing"
        assert filled(item, "guid"), "an item without <guid>"
        guid = item.find("guid")
        if guid.get("isPermaLink", "true") == "true":
            assert is_web_address(guid.text), f"<guid> {guid.text!r} says it is an address"
    check_unique("a <guid>", [item.findtext("guid") for item in items])
    for link in channel.iter("link", "comments", "docs"):
        assert is_web_address(link.text or ""), f"<{link.tag}> {link.text!r} is no absolute address"
    for moment in channel.iter("pubDate", "lastBuildDate"):
        assert is_rfc_822(moment.text or ""), f"<{moment.tag}> {moment.text!r} breaks RFC 822"
    return read_by_feedparser(body, "application/rss+xml", "rss20", len(items))


def check_children(element, known, repeatable):
    names = [child.tag for child in element if isinstance(child.tag, str) and child.tag[0] != "{"]
    assert known.issuperset(names), f"unknown in <{element.tag}>: {set(names) - known}"
    check_unique(f"in <{element.tag}>", [name for name in names if name not in repeatable])


def filled(element, name):
    return bool((element.findtext(name) or "").strip())


def is_rfc_822(text):
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return False
    # Python reads much that isn't RFC 822, so what it read must be what stands there.
    return moment.tzinfo is not None and format_datetime(moment) == text.replace("GMT", "+0000")


def valid_sitemap(body):
    """A sitemap or an index of sitemaps, protocol 0.9: a dict of each address and its lastmod."""
    # Limits of the protocol.
    assert len(as_bytes(body)) <= 50 * 1024 * 1024, "larger than 50 MB"
    root = xml(body, follows="sitemap.xsd")
    assert len(root) <= 50_000, "more than 50,000 addresses"
    locations = [place.findtext(f"{SITEMAP}loc").strip() for place in root]
    for location in locations:
        assert is_web_address(location), f"{location!r} is no absolute address"
    check_unique("an address", locations)
    return dict(
        zip(locations, (place.findtext(f"{SITEMAP}lastmod") for place in root), strict=True)
    )


# iCalendar ---------------------------------------------------------------------------------------


def valid_calendar(body):
    """A calendar of events, RFC 5545, as icalendar and vobject both read it."""
    check_lines(as_bytes(body))
    # First of all, because it is the one that counts properties.
    theirs = read_by_vobject(body)
    calendar = read_by_icalendar(body)
    assert calendar.get("prodid"), "no PRODID"
    assert calendar.get("version") == "2.0", f"VERSION is {calendar.get('version')!r}"
    # RFC 5545, section 3.6
    assert calendar.subcomponents, "a calendar has at least one component"
    zones = {zone["tzid"] for zone in calendar.walk("VTIMEZONE")}
    for event in calendar.events:
        check_event(event, zones)
    check_unique("a UID", [str(event["uid"]) for event in calendar.events])

    for name in ("uid", "summary", "description", "location"):
        values = [
            [str(event.get(name, "")) for event in calendar.events],
            [event.getChildValue(name, "") for event in theirs],
        ]
        assert values[0] == values[1], f"{name.upper()}: icalendar and vobject read {values}"
    return calendar


def check_lines(body):
    """RFC 5545, sections 3.1 and 3.3.11"""
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", body), "a line doesn't end in CRLF"
    assert body.endswith(b"\r\n"), "the last line doesn't end in CRLF"
    for line in body[:-2].split(b"\r\n"):
        assert line, "an empty line"
        assert len(line) <= 75, f"longer than 75 octets: {line!r}"
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line), f"control character: {line!r}"
        try:
            line.decode()
        except UnicodeDecodeError as error:
            raise AssertionError(f"folded within a letter, or not UTF-8: {line!r}") from error


def read_by_icalendar(body):
    try:
        calendar = icalendar.Calendar.from_ical(as_bytes(body))
    except ValueError as error:
        raise AssertionError(f"icalendar: {error}") from error
    # It drops what it can't read, and remembers why.
    errors = [error for component in calendar.walk() for error in component.errors]
    assert not errors, f"icalendar: {errors}"
    return calendar


def read_by_vobject(body):
    try:
        calendars = list(vobject.readComponents(as_bytes(body).decode(), validate=True))
    except (vobject.base.VObjectError, ValueError) as error:
        raise AssertionError(f"vobject: {error}") from error
    assert len(calendars) == 1, f"vobject sees {len(calendars)} calendars"
    return calendars[0].contents.get("vevent", [])


def check_event(event, zones):
    for name in ("UID", "DTSTAMP", "DTSTART"):
        assert name in event, f"an event without {name}"
    uid = event["uid"]
    for name in ("DTSTAMP", "LAST-MODIFIED", "CREATED"):
        # RFC 5545, section 3.8.7: always in UTC
        if name in event:
            assert event[name].to_ical().endswith(b"Z"), f"{uid}: {name} isn't in UTC"
    for name in ("DTSTART", "DTEND"):
        if name in event:
            moment, zone = event[name].dt, event[name].params.get("TZID")
            if isinstance(moment, datetime):
                assert moment.tzinfo, f"{uid}: {name} is another moment in each reader's time zone"
            assert zone is None or zone in zones, f"{uid}: no VTIMEZONE says what {zone} is"
    if "DTEND" in event:
        start, end = event["dtstart"].dt, event["dtend"].dt
        assert type(start) is type(end), f"{uid}: DTSTART and DTEND are of different kinds"
        assert start < end, f"{uid}: ends at {end}, not after its start at {start}"
    if "URL" in event:
        assert is_absolute(event["url"]), f"{uid}: URL {event['url']!r}"


# JSON-LD -----------------------------------------------------------------------------------------

VOCABULARY = "https://schema.org/"
# What Google's documentation of rich results requires, and what makes a legal act findable.
REQUIRED = {
    "NewsArticle": ["headline", "datePublished"],
    "Event": ["name", "startDate", "location"],
    "BreadcrumbList": ["itemListElement"],
    "ListItem": ["position"],
    "Legislation": ["name", "legislationIdentifier"],
}


def valid_jsonld(html):
    """JSON-LD in a page, of schema.org's terms only: a list of its outermost nodes, as written."""
    scripts = Scripts(html).found
    assert scripts, "the page has no JSON-LD"
    documents, nodes = [], []
    for script in scripts:
        # Not even in a string: what looks like a tag can end the script.
        assert "<" not in script, "a bare '<' in a script: write \\u003C"
        content = strict_json(script)
        for document in content if isinstance(content, list) else [content]:
            check_document(document)
            documents.append(document)
            nodes += document.get("@graph", [document])
    expanded = [node for document in documents for node in expand(document)]
    types = {node["@id"]: node["@type"] for node in walk(expanded) if {"@id", "@type"} <= set(node)}
    for node in expanded:
        check_node(node, types)
    return nodes


class Scripts(HTMLParser):
    """The JSON-LD scripts of a page."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.inside = False
        self.feed(as_bytes(html).decode())
        self.close()
        assert not self.inside, "a script is never closed"

    def handle_starttag(self, tag, attributes):
        kind = (dict(attributes).get("type") or "").strip().lower()
        if tag == "script" and kind == "application/ld+json":
            self.inside = True
            self.found.append("")

    def handle_data(self, data):
        if self.inside:
            self.found[-1] += data

    def handle_endtag(self, tag):
        if tag == "script":
            self.inside = False


def strict_json(text):
    def without_repetition(pairs):
        check_unique("a key", [key for key, _value in pairs])
        return dict(pairs)

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    try:
        return json.loads(text, object_pairs_hook=without_repetition, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise AssertionError(f"not JSON: {error}") from error


def check_document(document):
    assert isinstance(document, dict), f"no object: {document!r}"
    context = document.get("@context")
    assert context in ("https://schema.org", VOCABULARY), f"@context is {context!r}"
    check_spelling({key: value for key, value in document.items() if key != "@context"})


def check_spelling(value, key="the document"):
    """Refuses what a processor of JSON-LD drops without a word."""
    assert value not in (None, [], {}) and not (isinstance(value, str) and not value.strip()), (
        f"{key} is empty: {value!r}"
    )
    if isinstance(value, list):
        for member in value:
            check_spelling(member, key)
    if isinstance(value, dict):
        for name, member in value.items():
            known = name[0] != "@" if name else False
            assert known or name in ("@id", "@type", "@graph", "@value", "@language"), (
                f"{name!r} is no keyword"
            )
            check_spelling(member, name)


def expand(document):
    try:
        # Left alone, pyld puts relative addresses below one of its own, and they look absolute.
        options = {"documentLoader": local_context, "base": "relative://page/"}
        return jsonld.expand(document, options)
    except jsonld.JsonLdError as error:
        raise AssertionError(f"pyld: {error}") from error


def local_context(address, options):
    """schema.org's context from our table, instead of from the network."""
    # As schema.org does it: a string is an address where no text could stand.
    addresses = {
        name
        for type_ in vocabulary()["types"]
        for name, kinds in properties(type_).items()
        if "URL" in kinds and "Text" not in kinds
    }
    context = {"@vocab": VOCABULARY} | {
        name: {"@id": VOCABULARY + name, "@type": "@id"} for name in addresses
    }
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": {"@context": context},
    }


@cache
def vocabulary():
    return json.loads((SCHEMAS / "schemaorg.json").read_text())


@cache
def ancestry(type_):
    """A type and all that it is a kind of; none for an unknown one."""
    if type_ not in vocabulary()["types"]:
        return frozenset()
    parents = vocabulary()["types"][type_]["parents"].split()
    return frozenset([type_]).union(*map(ancestry, parents))


@cache
def properties(type_):
    """What a type may say: names of properties, its own and inherited, and the kinds of values."""
    merged = {}
    for ancestor in ancestry(type_):
        for name, kinds in vocabulary()["types"][ancestor]["properties"].items():
            merged[name] = merged.get(name, frozenset()) | frozenset(kinds.split())
    return merged


def walk(value):
    """All nodes within an expanded value."""
    if isinstance(value, list):
        for member in value:
            yield from walk(member)
    elif isinstance(value, dict):
        yield value
        for member in value.values():
            yield from walk(member)


def local(iri):
    return iri.removeprefix(VOCABULARY)


def check_node(node, types):
    assert "@type" in node, f"a node without @type: {node}"
    kinds = [local(iri) for iri in node["@type"]]
    for kind in kinds:
        assert ancestry(kind), f"{kind} is no type that we know of"
    if "@id" in node:
        assert is_web_address(node["@id"]), f"@id {node['@id']!r} is no absolute address"

    allowed = {}
    for kind in kinds:
        for name, expected in properties(kind).items():
            allowed[name] = allowed.get(name, frozenset()) | expected
    for iri, values in node.items():
        if iri[0] == "@":
            continue
        name = local(iri)
        assert name in allowed, f"{'/'.join(kinds)} has no property {name}"
        for value in values:
            check_value(f"{'/'.join(kinds)}.{name}", value, allowed[name], types)

    lineage = frozenset().union(*map(ancestry, kinds))
    for kind in lineage & REQUIRED.keys():
        for name in REQUIRED[kind]:
            assert VOCABULARY + name in node, f"{kind} lacks {name}"
    if "BreadcrumbList" in lineage:
        check_breadcrumbs(node)


def check_value(place, value, expected, types):
    wrong = f"{place} expects {' or '.join(sorted(expected))}: {value}"
    if "@value" in value:
        assert is_literal(value["@value"], expected, place), wrong
    elif set(value) == {"@id"}:
        # A mere reference; what it stands for may be said elsewhere in the page.
        iri = value["@id"]
        assert is_web_address(iri), f"{place} refers to {iri!r}, no absolute address"
        if iri.startswith(VOCABULARY):
            assert is_member(iri, expected), wrong
        elif iri in types:
            assert "URL" in expected or is_kind(types[iri], expected), wrong
        else:
            named = expected - LITERALS.keys() - vocabulary()["enumerations"].keys()
            assert named or "URL" in expected, wrong
    else:
        assert "@list" not in value, f"{place} is an ordered list, which schema.org doesn't have"
        check_node(value, types)
        assert is_kind(value["@type"], expected), wrong


def is_kind(iris, expected):
    return any(ancestry(local(iri)) & expected for iri in iris)


def is_member(iri, expected):
    """Whether it is, in full, a member of one of the expected enumerations."""
    enumerations = vocabulary()["enumerations"]
    members = {
        name for kind in expected & enumerations.keys() for name in enumerations[kind].split()
    }
    return iri.startswith(VOCABULARY) and local(iri) in members


def is_literal(value, expected, place):
    if any(LITERALS[kind](value) for kind in expected & LITERALS.keys()):
        return True
    if not isinstance(value, str):
        return False
    # Google documents the address alone for an item of a breadcrumb, though it expects a Thing.
    return is_member(value, expected) or (place == "ListItem.item" and is_web_address(value))


def is_text(value):
    return isinstance(value, str) and not re.search(r"[\ud800-\udfff]", value)


def written(pattern, read=str):
    """A check of strings: that they have the pattern, and can be read."""

    def check(value):
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            return False
        try:
            read(value)
        except ValueError:
            return False
        return True

    return check


DAY, MINUTE, ZONE = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d(:\d\d(\.\d+)?)?", r"(Z|[+-]\d\d:\d\d)"
LITERALS = {
    "Text": is_text,
    "URL": lambda value: is_text(value) and is_web_address(value),
    "Boolean": lambda value: isinstance(value, bool),
    "Integer": lambda value: type(value) is int,
    "Number": lambda value: type(value) in (int, float),
    "Date": written(DAY, date.fromisoformat),
    # The zone is optional at schema.org; without it, nobody knows when.
    "DateTime": written(f"{DAY}T{MINUTE}{ZONE}", datetime.fromisoformat),
    "Time": written(f"{MINUTE}{ZONE}?", time.fromisoformat),
    "Duration": written(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?"),
    "Distance": written(r"\d+(\.\d+)? [a-z]+"),
    "Mass": written(r"\d+(\.\d+)? [a-z]+"),
}


def check_breadcrumbs(node):
    items = node[f"{VOCABULARY}itemListElement"]
    for item in items:
        assert is_kind(item.get("@type", []), {"ListItem"}), f"no ListItem in a breadcrumb: {item}"
    positions = [item[f"{VOCABULARY}position"][0]["@value"] for item in items]
    assert positions == list(range(1, len(items) + 1)), f"positions of a breadcrumb: {positions}"
    for item in items:
        target = item.get(f"{VOCABULARY}item", [{}])[0]
        assert f"{VOCABULARY}name" in item or f"{VOCABULARY}name" in target, "a nameless breadcrumb"
        # Only the last may go without: it is the page itself.
        assert target or item is items[-1], "a breadcrumb leads nowhere"
