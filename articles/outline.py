"""Where links can lead to in a body: headings, articles (Điều), clauses (khoản), points (điểm).

The one place that gives anchors, so that the table of contents, permalinks and ids agree.
"""

from dataclasses import dataclass, field

from .vietnamese import fold_slug, free_slug

# Ids that the templates around a body use.
RESERVED = {
    *("attachments", "content", "outline", "q", "suggestions", "top"),
    *("banner", "diagram", "related", "relation-list", "relations", "stages"),
}

# A shorter text is seen at a glance.
FEWEST_ENTRIES = 3


@dataclass(frozen=True)
class Point:
    anchor: str
    letter: str
    text: object


@dataclass(frozen=True)
class Clause:
    anchor: str
    number: str
    text: object
    points: list[Point]


@dataclass(frozen=True)
class Place:
    """A heading, or an article with its clauses. Level 2 is the highest below the page's title."""

    anchor: str
    level: int
    label: str
    clauses: list[Clause] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents."""

    anchor: str
    level: int
    label: str
    children: list["Entry"] = field(default_factory=list)


class Anchors:
    """Gives every anchor once: "a", "a-2", "a-3" …"""

    def __init__(self):
        self.taken = set(RESERVED)

    def take(self, wanted):
        anchor = free_slug(wanted, self.taken.__contains__)
        self.taken.add(anchor)
        return anchor


def number_slug(number):
    """The number of an article or a clause in an address; "3đ" comes after "3d" and is another."""
    return fold_slug(number.lower().replace("đ", "dd"))


def level_below(above, heading):
    """A subsection without a section above it is one itself: no level is skipped."""
    return min(heading.level, above + 1)


def places(stream):
    """For every block of a body its Place, or None where links can't lead.

    When two want the same anchor, an article gets it before a heading, and a heading whose anchor
    an editor chose before one whose anchor is made of its words: `#dieu-3` is cited elsewhere.
    """
    wanted = []
    level = 1
    for position, block in enumerate(stream):
        if block.block_type == "heading":
            turn = 1 if block.value.get("anchor") else 2
            wanted.append((turn, position, block.value, level))
            level = level_below(level, block.value)
        elif block.block_type == "provision":
            wanted.append((0, position, block.value, level))
    anchors = Anchors()
    found = [None] * len(stream)
    for _turn, position, value, level in sorted(wanted, key=lambda want: want[:2]):
        found[position] = value.place(anchors, level)
    return found


def outline(stream):
    """The table of contents: entries inside those of a higher level; empty for a short text."""
    top = []
    above = []
    marked = [place for place in places(stream) if place]
    for place in marked if len(marked) >= FEWEST_ENTRIES else []:
        entry = Entry(place.anchor, place.level, place.label)
        while above and above[-1].level >= entry.level:
            above.pop()
        (above[-1].children if above else top).append(entry)
        above.append(entry)
    return top
