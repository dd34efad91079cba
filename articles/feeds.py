"""Atom and RSS from plain values: nothing here knows a model or a request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from django.utils.encoding import iri_to_uri
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import escape

ATOM_TYPE = Atom1Feed.content_type
RSS_TYPE = Rss201rev2Feed.content_type

# XML 1.0, section 2.2: whatever is not a Char. One of them, and no reader opens the feed.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# When a feed without entries changed last.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One article. Texts are plain, never HTML."""

    address: str  # of its page, absolute
    id: str  # an IRI that stays when the address changes, or the address itself
    title: str
    summary: str
    published: datetime  # both aware
    updated: datetime
    categories: Sequence[tuple[str, str]] = ()  # terms and their labels
    author: str = ""  # the feed's own when empty


@dataclass(frozen=True)
class Feed:
    title: str
    subtitle: str
    author: str  # Atom demands one
    address: str  # of the page that lists the same, absolute
    own_address: str  # of the feed itself, absolute
    entries: Sequence[Entry]
    language: str = "vi"

    @property
    def updated(self):
        """Of the entries, so that the same entries give the same bytes."""
        return max((entry.updated for entry in self.entries), default=LONG_AGO)


def atom(feed: Feed) -> bytes:
    writer = _Atom(
        title=_line(feed.title) or feed.address,
        link=feed.address,
        description=None,
        subtitle=_line(feed.subtitle) or None,
        author_name=_line(feed.author),
        language=feed.language,
        feed_url=feed.own_address,
        feed_guid=iri_to_uri(feed.own_address),
        updated=_utc(feed.updated),
    )
    for entry in feed.entries:
        writer.add_item(
            title=_line(entry.title) or entry.address,
            link=entry.address,
            description=None,
            summary=_text(entry.summary),
            author_name=_line(entry.author) or None,
            unique_id=iri_to_uri(entry.id),
            pubdate=_utc(entry.published),
            updateddate=_utc(entry.updated),
            terms=[(_line(term), _line(label)) for term, label in entry.categories],
        )
    return _written(writer)


def rss(feed: Feed) -> bytes:
    writer = _Rss(
        title=_line(feed.title) or feed.address,
        link=feed.address,
        description=_line(feed.subtitle) or _line(feed.title),
        language=feed.language,
        feed_url=feed.own_address,
        updated=_utc(feed.updated),
    )
    for entry in feed.entries:
        writer.add_item(
            title=_line(entry.title) or entry.address,
            link=entry.address,
            # Readers take a description for HTML.
            description=escape(_text(entry.summary)),
            author_name=_line(entry.author) or None,
            unique_id=iri_to_uri(entry.id),
            unique_id_is_permalink=entry.id == entry.address,
            pubdate=_utc(entry.published),
            categories=[_line(label) for _term, label in entry.categories],
        )
    return _written(writer)


class _Atom(Atom1Feed):
    """With what Django's writer has no words for: summaries that aren't HTML, labels, `updated`."""

    def latest_post_date(self):
        return self.feed["updated"]

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        if item["summary"]:
            handler.addQuickElement("summary", item["summary"], {"type": "text"})
        for term, label in item["terms"]:
            handler.addQuickElement("category", None, {"term": term, "label": label})


class _Rss(Rss201rev2Feed):
    def latest_post_date(self):
        return self.feed["updated"]


def _text(text):
    return NOT_XML.sub("", str(text)).strip()


def _line(text):
    return " ".join(_text(text).split())


def _utc(moment):
    if moment.tzinfo is None:
        raise ValueError(f"Naive: {moment}")
    # Whole seconds, and no offset of a local mean time, which RFC 3339 can't say.
    return moment.astimezone(UTC).replace(microsecond=0)


def _written(writer):
    body = BytesIO()
    writer.write(body, "utf-8")
    return body.getvalue()
