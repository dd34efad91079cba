"""Atom and RSS that any reader opens, whatever an editor types."""

import dataclasses
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import feeds
from articles.feeds import Entry, Feed
from tests.validators import valid_atom, valid_rss, xml

ATOM = "{http://www.w3.org/2005/Atom}"
HANOI = timezone(timedelta(hours=7))

ENTRY = Entry(
    address="https://portal.example/tin/khai-mac/",
    id="tag:portal.example,2026:tin/1",
    title="Khai mạc lễ hội",
    summary="Giá < 100.000 & không phải <b>HTML</b>",
    published=datetime(2026, 2, 28, 8, tzinfo=HANOI),
    updated=datetime(2026, 3, 1, 9, 30, 15, 250, tzinfo=HANOI),
    categories=(("van-hoa", "Văn hóa"), ("du-lich", "Du lịch")),
    author="Lan",
)
FEED = Feed(
    title="Tin tức",
    subtitle="Tin của tỉnh",
    author="Cổng Tỉnh",
    address="https://portal.example/tin/",
    own_address="https://portal.example/tin/atom/",
    entries=(
        ENTRY,
        dataclasses.replace(
            ENTRY,
            id="https://portal.example/2",
            author="",
            updated=datetime(2026, 3, 2, tzinfo=UTC),
        ),
    ),
)


def changed(**changes):
    return dataclasses.replace(FEED, **changes)


def with_entry(**changes):
    return changed(entries=[dataclasses.replace(ENTRY, **changes)])


def test_atom_says_all_that_an_entry_has():
    feed = valid_atom(feeds.atom(FEED))
    assert feed.feed.title == "Tin tức"
    assert feed.feed.subtitle == "Tin của tỉnh"
    assert feed.feed.language == "vi"
    assert feed.feed.link == "https://portal.example/tin/"
    assert feed.feed.id == "https://portal.example/tin/atom/"
    assert feed.feed.updated == "2026-03-02T00:00:00+00:00"
    entry, other = feed.entries
    assert entry.title == "Khai mạc lễ hội"
    assert entry.link == "https://portal.example/tin/khai-mac/"
    assert entry.id == "tag:portal.example,2026:tin/1"
    assert entry.published == "2026-02-28T01:00:00+00:00"
    assert entry.updated == "2026-03-01T02:30:15+00:00"
    assert [(tag.term, tag.label) for tag in entry.tags] == [
        ("van-hoa", "Văn hóa"),
        ("du-lich", "Du lịch"),
    ]
    assert entry.author == "Lan"
    assert "author" not in other
    assert feed.feed.author == "Cổng Tỉnh"


def test_rss_says_all_that_it_has_words_for():
    feed = valid_rss(feeds.rss(changed(own_address="https://portal.example/tin/rss/")))
    assert feed.feed.title == "Tin tức"
    assert feed.feed.description == "Tin của tỉnh"
    assert feed.feed.language == "vi"
    assert feed.feed.updated == "Mon, 02 Mar 2026 00:00:00 +0000"
    entry, other = feed.entries
    assert entry.title == "Khai mạc lễ hội"
    assert entry.link == "https://portal.example/tin/khai-mac/"
    assert entry.published == "Sat, 28 Feb 2026 01:00:00 +0000"
    assert [tag.term for tag in entry.tags] == ["Văn hóa", "Du lịch"]
    assert entry.author == "Lan"
    assert "author" not in other


def test_a_summary_is_plain_text_in_atom_and_escaped_html_in_rss():
    atom = xml(feeds.atom(FEED)).find(f"{ATOM}entry/{ATOM}summary")
    assert atom.get("type") == "text"
    assert atom.text == ENTRY.summary
    rss = xml(feeds.rss(FEED)).findtext("channel/item/description")
    assert rss == "Giá &lt; 100.000 &amp; không phải &lt;b&gt;HTML&lt;/b&gt;"


def test_only_an_id_that_is_the_address_is_a_permalink():
    feed = with_entry(id=ENTRY.address)
    assert xml(feeds.rss(feed)).find("channel/item/guid").get("isPermaLink") == "true"
    assert xml(feeds.rss(FEED)).find("channel/item/guid").get("isPermaLink") == "false"


def test_letters_in_addresses_are_escaped():
    feed = with_entry(
        address="https://portal.example/tin/lễ hội/", id="https://portal.example/tin/lễ hội/"
    )
    escaped = "https://portal.example/tin/l%E1%BB%85%20h%E1%BB%99i/"
    assert valid_atom(feeds.atom(feed)).entries[0].id == escaped
    assert valid_rss(feeds.rss(feed)).entries[0].link == escaped


def test_an_entry_without_words_is_called_by_its_address():
    feed = with_entry(title="\x00 ", summary="\ufffe", author="\x1b", categories=())
    assert valid_atom(feeds.atom(feed)).entries[0].title == ENTRY.address
    assert valid_rss(feeds.rss(feed)).entries[0].title == ENTRY.address


def test_a_feed_without_entries_is_valid():
    assert valid_atom(feeds.atom(changed(entries=()))).entries == []
    assert valid_rss(feeds.rss(changed(entries=()))).entries == []


def test_a_time_of_the_last_century_keeps_to_whole_minutes_of_offset():
    # Saigon's own time, before there were zones: 7 hours, 6 minutes, 30 seconds.
    saigon = timezone(timedelta(hours=7, minutes=6, seconds=30))
    feed = with_entry(published=datetime(1906, 1, 1, tzinfo=saigon))
    assert valid_atom(feeds.atom(feed)).entries[0].published == "1905-12-31T16:53:30+00:00"
    assert valid_rss(feeds.rss(feed)).entries[0].published == "Sun, 31 Dec 1905 16:53:30 +0000"


@pytest.mark.parametrize("write", [feeds.atom, feeds.rss])
def test_a_time_without_a_zone_is_refused(write):
    with pytest.raises(ValueError, match="Naive"):
        write(with_entry(updated=datetime(2026, 3, 1)))
    with pytest.raises(ValueError, match="Naive"):
        write(with_entry(published=datetime(2026, 3, 1)))


def test_content_types_name_the_encoding():
    assert feeds.ATOM_TYPE == "application/atom+xml; charset=utf-8"
    assert feeds.RSS_TYPE == "application/rss+xml; charset=utf-8"


# Any code point, those included that have no place in XML or no UTF-8.
ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from("<>&\"'\x00\ufffe\ud800"))


@given(title=ANY_TEXT, summary=ANY_TEXT, label=ANY_TEXT, author=ANY_TEXT)
def test_no_text_breaks_a_feed(title, summary, label, author):
    entry = dataclasses.replace(
        ENTRY, title=title, summary=summary, categories=[("chu-de", label)], author=author
    )
    feed = changed(title=title, subtitle=summary, entries=[entry])

    valid_atom(feeds.atom(feed))
    read = xml(feeds.atom(feed)).find(f"{ATOM}entry")
    assert read.findtext(f"{ATOM}title") == (plain(title) or ENTRY.address)
    assert " ".join(read.findtext(f"{ATOM}summary", "").split()) == plain(summary)
    assert read.find(f"{ATOM}category").get("label") == plain(label)

    valid_rss(feeds.rss(feed))
    assert xml(feeds.rss(feed)).findtext("channel/item/title") == (plain(title) or ENTRY.address)


def plain(text):
    """What is left of a text for a reader to see, said independently of the writer."""
    allowed = (letter for letter in text if letter in "\t\n\r" or is_xml(ord(letter)))
    return " ".join("".join(allowed).split())


def is_xml(code):
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
