"""Calendars that any program subscribes to, whatever an editor types."""

import dataclasses
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.calendars import CALENDAR_TYPE, CalendarEvent, calendar
from tests.validators import valid_calendar

HANOI = timezone(timedelta(hours=7))

EVENT = CalendarEvent(
    uid="event-1@portal.example",
    title='Lễ hội; "Thống nhất", năm 2026 \\ phần một',
    description="Dòng một\r\nDòng hai, dài hơn một dòng bảy mươi lăm byte của một tệp lịch",
    place="Quảng trường, Đông Hà",
    address="https://portal.example/su-kien/lễ-hội/",
    starts_at=datetime(2026, 4, 30, 6, 30, tzinfo=HANOI),
    ends_at=datetime(2026, 4, 30, 11, tzinfo=HANOI),
    changed_at=datetime(2026, 3, 1, 8, 0, 0, 5, tzinfo=HANOI),
)


def changed(**changes):
    return dataclasses.replace(EVENT, **changes)


def read(*events, name="Lịch"):
    return valid_calendar(calendar(events, name))


def test_a_calendar_says_all_that_an_event_has():
    sheet = read(EVENT, changed(uid="event-2@portal.example"), name="Lịch của tỉnh, huyện")
    assert sheet["method"] == "PUBLISH"
    # Escaped, since text is the kind of value that a name without a type has.
    assert sheet["x-wr-calname"] == r"Lịch của tỉnh\, huyện"
    event, other = sheet.events
    assert event["uid"] == "event-1@portal.example"
    assert event["summary"] == 'Lễ hội; "Thống nhất", năm 2026 \\ phần một'
    assert event["description"] == EVENT.description.replace("\r\n", "\n")
    assert event["location"] == "Quảng trường, Đông Hà"
    assert event["url"] == "https://portal.example/su-kien/l%E1%BB%85-h%E1%BB%99i/"
    assert event["dtstart"].dt == EVENT.starts_at
    assert event["dtend"].dt == EVENT.ends_at
    assert event["last-modified"].dt == event["dtstamp"].dt == datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert event["status"] == "CONFIRMED"
    assert other["uid"] == "event-2@portal.example"


def test_a_backslash_is_one_whatever_follows():
    title = r"C:\New \new \\Next \, \;"
    (event,) = read(changed(title=title)).events
    assert event["summary"] == title


def test_times_are_written_in_utc():
    body = calendar([EVENT], "Lịch")
    assert b"\r\nDTSTART:20260429T233000Z\r\n" in body
    assert b"\r\nDTEND:20260430T040000Z\r\n" in body


def test_the_same_events_give_the_same_bytes():
    assert calendar([EVENT], "Lịch") == calendar([EVENT], "Lịch")


@pytest.mark.parametrize("hours", [None, 0, -1])
def test_an_event_without_a_later_end_has_none(hours):
    ends_at = None if hours is None else EVENT.starts_at + timedelta(hours=hours)
    (event,) = read(changed(ends_at=ends_at)).events
    assert "dtend" not in event


def test_what_is_empty_is_left_out():
    (event,) = read(changed(description=" \n", place="\x00")).events
    assert "description" not in event
    assert "location" not in event


def test_a_calendar_without_events_is_valid():
    assert read().events == []


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="Naive"):
        calendar([changed(starts_at=datetime(2026, 4, 30))], "Lịch")


def test_the_content_type_names_the_encoding():
    assert CALENDAR_TYPE == "text/calendar; charset=utf-8"


ATTACK = (
    "Họp\r\nATTENDEE:mailto:a@b.c\nEND:VEVENT\rBEGIN:VALARM\x85X-A:1\u2028X-B:2\x0bX-C:3\\nX-D:4"
)


@pytest.mark.parametrize("field", ["uid", "title", "description", "place", "address"])
def test_no_field_can_add_a_property(field):
    (event,) = read(
        changed(**{field: ATTACK if field != "address" else f"https://p.vn/{ATTACK}"})
    ).events
    (good,) = read(EVENT).events
    assert event.keys() == good.keys()
    assert event.subcomponents == []


def test_the_name_of_a_calendar_cannot_add_a_property():
    assert read(EVENT, name=ATTACK).keys() == read(EVENT).keys()


ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from('\r\n\\nN;,:"\x85\ud800'))


@given(title=ANY_TEXT, description=ANY_TEXT, place=ANY_TEXT, name=ANY_TEXT)
def test_no_text_breaks_a_calendar(title, description, place, name):
    sheet = read(changed(title=title, description=description, place=place), name=name)
    assert set(sheet) == {"PRODID", "VERSION", "METHOD", "X-WR-CALNAME"}
    (event,) = sheet.events
    assert words(event["summary"]) == words(title)
    assert words(event.get("description", "")) == words(description)
    assert words(event.get("location", "")) == words(place)
    assert "\n" not in event["summary"]


def words(text):
    """All but white space, control characters and what has no UTF-8."""
    return "".join(letter for letter in text if not letter.isspace() and is_text(ord(letter)))


def is_text(code):
    return code > 0x1F and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF
