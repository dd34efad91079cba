"""What changed between two editions of a text, by lines and inside them by words.

An edition's text is kept as a list of plain lines; nothing here reads or writes the database, but
for the titles of documents, pages and polls that a body names.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter

from bs4 import BeautifulSoup

from .outline import places

# From a body to lines --------------------------------------------------------------------------


def text_lines(title, facts, body):
    """The public text of a page: its title, "label: value" of its facts, and the body's lines.

    `facts` are pairs (label, value), those without a value left out; `body` is a stream value.
    """
    lines = [title, *(f"{label}: {value}" for label, value in facts if value)]
    for block, place in zip(body, places(body), strict=True):
        lines += LINES[block.block_type](block.value, place)
    tidy = (" ".join(unicodedata.normalize("NFC", str(line)).split()) for line in lines)
    return [line for line in tidy if line]


# A separator that no other white space is taken for.
BREAK = "\u2029"
BREAKING = ["address", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5"]
BREAKING += ["h6", "hr", "li", "ol", "p", "pre", "table", "td", "th", "tr", "ul"]


def rich_lines(rich):
    """A line for each paragraph, list item and line break of rich text."""
    # Wrapped, or Beautiful Soup warns of plain text that looks like an address or a file name.
    soup = BeautifulSoup(f"<div>{rich.source}</div>", "html.parser")
    for tag in soup.find_all(BREAKING):
        tag.insert_before(BREAK)
        tag.insert_after(BREAK)
    return soup.get_text().split(BREAK)


def numbered(number, rich):
    """Lines of which the first starts with the number, as the page shows it: "a) Ký số"."""
    first, *others = [line for line in rich_lines(rich) if line.strip()] or [""]
    return [f"{number} {first}", *others]


def provision_lines(value, place):
    lines = [place.label, *rich_lines(value["text"])]
    for clause in place.clauses:
        lines += numbered(f"{clause.number}.", clause.text)
        for point in clause.points:
            lines += numbered(f"{point.letter})", point.text)
    return lines


def callout_lines(value, place):
    kind = value.block.get_context(value)["kind"]
    return [f"{kind}: {value['heading']}" if value["heading"] else kind, *rich_lines(value["text"])]


def table_lines(value, place):
    value = value or {}  # of a table that nobody has filled in
    rows = [["" if cell is None else str(cell) for cell in row] for row in value.get("data") or []]
    return [
        value.get("table_caption") or "",
        *(" | ".join(cells) for cells in rows if any(cells)),
    ]


def figure_lines(value, place):
    image = value["image"]
    return [image.contextual_alt_text or "" if image else "", value["caption"]]


def names(heading, records):
    """A heading and the names of what is listed below it; records may have been deleted since."""
    return [heading, *(str(record) for record in records if record)]


# One for each block of a directive's body: (value, place) -> lines.
LINES = {
    "heading": lambda value, place: [place.label],
    "text": lambda value, place: rich_lines(value),
    "quote": lambda value, place: [*value["text"].splitlines(), value["source"]],
    "callout": callout_lines,
    "table": table_lines,
    "image": figure_lines,
    "gallery": lambda value, place: [
        line for figure in value["figures"] for line in figure_lines(figure, place)
    ],
    "embed": lambda value, place: [f"{value['title']} ({value['url']})"],
    "documents": lambda value, place: names(value["heading"], value["documents"]),
    # Only those that the page links: the titles of others are not public.
    "pages": lambda value, place: names(value["heading"], value.block.get_context(value)["pages"]),
    "poll": lambda value, place: names(value["heading"], [value["poll"]]),
    "provision": provision_lines,
}


# From two editions to what changed -------------------------------------------------------------

# A word of Vietnamese is a syllable; numbers, dates and symbols are one each: 10.000, 07/CT-UBND.
WORD = re.compile(r"\w+(?:[./-]\w+)*")
# With the space before it, which is half as many to compare as words and spaces would be.
TOKEN = re.compile(rf"\s*(?:{WORD.pattern}|[^\w\s])|\s+")

# What starts a part of a legal text, which tells a reader where a change is. Source: Decree
# 30/2020, appendix I.
TITLE = re.compile(r"(phần|chương|mục|điều|phụ lục)\s+[0-9ivxlc]", re.IGNORECASE)

# Bounds, in pairs of elements that are looked at: difflib's time is cubic at worst, and the time to
# find pairs of similar lines goes with the product.
SMALL = 40_000
FEW = 2_500

# Fewer unchanged lines are shown rather than put away.
SHORTEST_GAP = 3

# The share of words that two lines have in common when one is taken for the other's new wording.
SIMILAR = 0.5


@dataclass(frozen=True, slots=True)
class Segment:
    kind: str  # "same", "added" or "removed"
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line: "same", "changed", "added" or "removed".

    Segments that aren't added give the old line, those that aren't removed the new one.
    """

    kind: str
    segments: tuple[Segment, ...]

    @property
    def text(self):
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Gap:
    """Unchanged rows that a page puts away."""

    kind = "gap"
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Comparison:
    rows: list[Row]

    @cached_property
    def words_added(self):
        return self._words("added")

    @cached_property
    def words_removed(self):
        return self._words("removed")

    def _words(self, kind):
        return sum(
            len(WORD.findall(segment.text))
            for row in self.rows
            for segment in row.segments
            if segment.kind == kind
        )

    @cached_property
    def has_changes(self):
        return any(row.kind != "same" for row in self.rows)

    @cached_property
    def folded(self):
        """Rows, and gaps instead of long unchanged runs: beside a change two lines stay, and the
        title of the article that it is in."""
        kept = set()
        title = None
        for position, row in enumerate(self.rows):
            if row.kind == "same" and TITLE.match(row.text):
                title = position
            if row.kind != "same":
                kept.update(range(position - 2, position + 3), {title})
        parts = []
        for is_kept, run in groupby(enumerate(self.rows), lambda item: item[0] in kept):
            rows = [row for _position, row in run]
            parts += rows if is_kept or len(rows) < SHORTEST_GAP else [Gap(tuple(rows))]
        return parts


def compare(old, new):
    """The comparison of two lists of lines."""
    return Comparison(
        [
            row(*pair)
            for removed, added, same in runs(old, new)
            for pair in [*aligned(removed, added), *zip(same, same, strict=True)]
        ]
    )


def row(old, new):
    """The row of a line and its new wording; None stands for no line."""
    if old is None:
        return Row("added", (Segment("added", new),))
    if new is None:
        return Row("removed", (Segment("removed", old),))
    if old == new:
        return Row("same", (Segment("same", old),))
    return Row("changed", tuple(segments(old, new)))


def segments(old, new):
    """The segments of a line that was reworded."""
    removed = added = ""
    found = runs(TOKEN.findall(old), TOKEN.findall(new))
    for position, (gone, come, stayed) in enumerate(found, start=1):
        removed += "".join(gone)
        added += "".join(come)
        same = "".join(stayed)
        if (removed or added) and position < len(found) and not WORD.search(same):
            # Two changes with only a comma between them read better as one.
            removed += same
            added += same
            continue
        for kind, text in [("removed", removed), ("added", added), ("same", same)]:
            if text:
                yield Segment(kind, text)
        removed = added = ""


def aligned(old, new):
    """The lines of a changed passage in pairs, as `row` takes them: those that are similar, as
    many and as similar as the order allows, and the others alone."""
    if len(old) * len(new) > FEW:
        i, j = len(old) // 2, len(new) // 2
        yield from aligned(old[:i], new[:j])
        yield from aligned(old[i:], new[j:])
        return
    likeness = likenesses(old, new)
    # The sum of likenesses that the lines from here on can have.
    best = [[0.0] * (len(new) + 1) for _line in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = best[i + 1][j + 1] + likeness[i][j]
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield old[i], None
            i += 1
        else:
            yield None, new[j]
            j += 1
    for line in old[i:]:
        yield line, None
    for line in new[j:]:
        yield None, line


def likenesses(old, new):
    """The share of words in common, 0 to 1, of each old line with each new one; 0 if too few."""
    words, new_words = ([set(WORD.findall(line.lower())) for line in side] for side in (old, new))
    table = [[2 * len(a & b) / (len(a) + len(b) or 1) for b in new_words] for a in words]
    return [[share if share >= SIMILAR else 0 for share in line] for line in table]


def runs(old, new):
    """Cuts two lists: [(what only the old has, only the new, what both have after that)]."""
    found = [([], [], [])]
    i = j = 0
    for k, m in [*equal(old, new), (len(old), len(new))]:
        if (i, j) != (k, m):
            found.append((old[i:k], new[j:m], []))
        found[-1][2].extend(old[k : k + 1])
        i, j = k + 1, m + 1
    return found


def equal(old, new):
    """Pairs of positions at which two lists have the same, rising in both."""
    end = (len(old), len(new))
    marks = landmarks(old, new) if len(old) * len(new) > SMALL else []
    pairs = []
    for (i, j), (k, m) in pairwise([(-1, -1), *marks, end]):
        pairs += [(i + 1 + a, j + 1 + b) for a, b in equal_between(old[i + 1 : k], new[j + 1 : m])]
        pairs.append((k, m))
    return pairs[:-1]


def landmarks(old, new):
    """Pairs of positions of what each list has once, as many as come in the same order."""
    once = [{item for item, times in Counter(side).items() if times == 1} for side in (old, new)]
    unique = once[0] & once[1]
    positions = {item: j for j, item in enumerate(new) if item in unique}
    ends = []  # the last pair of the best chain of each length
    previous = {}
    for pair in ((i, positions[item]) for i, item in enumerate(old) if item in positions):
        length = bisect_left(ends, pair[1], key=itemgetter(1))
        previous[pair] = ends[length - 1] if length else None
        ends[length : length + 1] = [pair]
    chain = ends[-1:]
    while chain and previous[chain[-1]]:
        chain.append(previous[chain[-1]])
    return chain[::-1]


def equal_between(old, new):
    """The same for short lists; of long ones only what both start and end with."""
    shortest = min(len(old), len(new))
    start = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    left = shortest - start
    end = next((i for i in range(left) if old[-1 - i] != new[-1 - i]), left)
    yield from ((i, i) for i in range(start))
    middles = old[start : len(old) - end], new[start : len(new) - end]
    if len(middles[0]) * len(middles[1]) <= SMALL:
        for i, j, size in SequenceMatcher(None, *middles, autojunk=False).get_matching_blocks():
            yield from ((start + i + n, start + j + n) for n in range(size))
    yield from ((len(old) - i, len(new) - i) for i in range(end, 0, -1))
