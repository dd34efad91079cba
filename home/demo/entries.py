"""What the content modules hand to the loader, and days as people write them."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from wagtail.models import Page


@dataclass(frozen=True)
class Row:
    """One of the rows that a page has many of: a relation, a file. `facts` may hold Refs."""

    name: str  # of the page's attribute
    facts: dict


@dataclass(frozen=True)
class Later:
    """A page's next edition: what is different, and what is said publicly of it."""

    published_on: date
    change_note: str
    body: list


@dataclass(frozen=True)
class Entry:
    """A page to be made. `facts` and `body` may hold Refs."""

    model: type[Page]
    section: str  # slug of the page above
    slug: str
    title: str
    published_on: date
    views: int = 0
    author: str = "bientap"
    facts: dict = field(default_factory=dict)
    body: list = field(default_factory=list)
    rows: tuple[Row, ...] = ()
    later: tuple[Later, ...] = ()
    # Names.
    topics: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def shown(day):
    """22/11/2026, as the portal's own templates write it."""
    return f"{day.day}/{day.month}/{day.year}"


def coming_first(today):
    """The first day of a month, at least a week from today."""
    soon = today + timedelta(days=7)
    if soon.day == 1:
        return soon
    return (soon.replace(day=1) + timedelta(days=32)).replace(day=1)


def workday(day):
    """The day itself, or the Friday before a weekend: offices sign and meet on weekdays."""
    return day - timedelta(days=max(0, day.weekday() - 4))
