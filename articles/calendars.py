"""iCalendar (RFC 5545) from plain values: nothing here knows a model or a request."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.encoding import iri_to_uri
from icalendar import Calendar, Event, Timezone, vText

CALENDAR_TYPE = "text/calendar; charset=utf-8"

# RFC 5545, section 3.1: no control character stands in a value; and lone surrogates have no UTF-8.
NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class CalendarEvent:
    uid: str  # the same for good, and nobody else's: "event-12@portal.example"
    title: str
    description: str
    place: str
    address: str  # of its page, absolute
    starts_at: datetime  # all three aware
    ends_at: datetime | None
    changed_at: datetime


def calendar(events: Iterable[CalendarEvent], name: str) -> bytes:
    """A calendar called `name`, with all times in UTC."""
    sheet = Calendar()
    sheet.add("prodid", "-//Cong Tinh//Calendar//VI")
    sheet.add("version", "2.0")
    sheet.add("method", "PUBLISH")
    sheet.add("x-wr-calname", _line(name))
    for event in events:
        sheet.add_component(_component(event))
    if not sheet.subcomponents:
        # RFC 5545 knows no empty calendar.
        sheet.add_component(Timezone.from_tzid("Asia/Ho_Chi_Minh"))
    return sheet.to_ical()


def _component(event):
    component = Event()
    component.add("uid", _line(event.uid))
    # Of the last change rather than of now, so that the same events give the same bytes.
    component.add("dtstamp", _utc(event.changed_at))
    component.add("last-modified", _utc(event.changed_at))
    component.add("dtstart", _utc(event.starts_at))
    # RFC 5545, section 3.8.2.2: the end lies after the start, or isn't given.
    if event.ends_at and _utc(event.ends_at) > _utc(event.starts_at):
        component.add("dtend", _utc(event.ends_at))
    component.add("summary", _line(event.title))
    if description := _text(event.description):
        component.add("description", description)
    if place := _line(event.place):
        component.add("location", place)
    component.add("url", iri_to_uri(event.address))
    component.add("status", "CONFIRMED")
    return component


class _Text(vText):
    """Text that keeps a backslash before N, which the library takes for the end of a line."""

    def to_ical(self):
        return rb"\\N".join(vText(part).to_ical() for part in self.split(r"\N"))


def _text(text):
    return _Text(NOT_TEXT.sub("", "\n".join(str(text).splitlines())).strip())


def _line(text):
    return _Text(" ".join(NOT_TEXT.sub(" ", str(text)).split()))


def _utc(moment):
    if moment.tzinfo is None:
        raise ValueError(f"Naive: {moment}")
    return moment.astimezone(UTC).replace(microsecond=0)
