"""The register of directives in memory: what filters select, counted and in order.

SQL needs longer the more directives a facet counts. Here each directive is one element in a few
arrays, a whole answer is some passes over them, and 100,000 directives cost a few milliseconds.

A `Register` never changes: `changed()` makes the next one, and whoever reads the old one meanwhile
is not disturbed. It knows nothing of the database; rows go in, primary keys come out.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np

from .effect import ALWAYS, BINDING, NEVER, Effect, Period
from .facets import Filters

EFFECTS = list(Effect)

# Letters of a treebeard path that stand for one page; the path of its parent goes before them.
STEP = 4
STEPS = 36**STEP

GONE = -1  # for a position

# Days whose periods are kept, 9 bytes a directive each, and readers' views, one byte.
MAX_DAYS, MAX_VIEWS = 4, 16

# Up to so many values, comparing with each is quicker than looking each element up in a table.
FEW = 8

FIRST_DAY, LAST_DAY = ALWAYS.toordinal(), NEVER.toordinal()


class Row(NamedTuple):
    """What the register knows of a directive. A plain tuple in this order is as good."""

    pk: int
    path: str  # treebeard's; the section is all of it but the last step
    type: int
    issuer: int
    topics: Collection[int]
    signer: str
    number: int
    reference_key: str
    signed_on: date
    title_key: str  # made by vietnamese.title_key()
    periods: Collection[tuple]  # (starts_on, ends_before, effect): all time, ALWAYS to NEVER


FACETS = Filters._fields
ORDERS = ("newest", "oldest", "number", "title")


def number_key(year, number, reference_key):
    """The latest year first, in it by number, and 07/CT-UBND before 07/QĐ-UBND."""
    return f"{9999 - year:04}{number:010}{reference_key}"


@dataclass(frozen=True, eq=False)
class Register:
    """All public directives at one version of the database.

    A directive is known by its position: directives lie by day of signing, then by primary key.
    Facets are stored as codes, places in a vocabulary, which only ever grows.
    """

    version: int
    columns: dict[str, np.ndarray]  # one element a directive
    # Both by position: a directive's topics lie together, and its periods, in their order.
    topics: dict[str, np.ndarray]  # "position" of a directive and "code" of one of its topics
    periods: dict[str, np.ndarray]  # "position" of a directive, "start", "end", "effect"
    vocabularies: dict[str, dict]  # value: code
    orders: dict[str, np.ndarray]  # positions by number and by title
    # What `on` found for days asked before: nearly every reader asks for today.
    days: dict[date, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False)
    # And what `out_of_sight` found: nearly every reader may see the same.
    views: dict[tuple, np.ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, rows: Iterable[Row], version=0):
        vocabularies = {name: {} for name in (*FACETS, "section")}
        vocabularies["effect"] = {effect: code for code, effect in enumerate(EFFECTS)}
        columns, topics, periods, _ = arrays_of([], vocabularies)
        orders = {name: np.empty(0, np.int64) for name in ("number", "title")}
        empty = cls(version, columns, topics, periods, vocabularies, orders)
        return empty.changed(rows, (), version)

    def __len__(self):
        return len(self.columns["pk"])

    def changed(self, rows: Iterable[Row], gone: Iterable[int], version):
        """The register with these rows, in place of what they were, and without those gone."""
        fresh = {row[0]: row for row in rows}
        columns, topics, periods, vocabularies = arrays_of(list(fresh.values()), self.vocabularies)

        # Old positions, fresh ones counted on from them, in the order that they have now.
        kept = np.flatnonzero(~np.isin(self.columns["pk"], [*fresh, *gone]))
        added = np.argsort(columns["chronology"])
        places = np.searchsorted(
            self.columns["chronology"].take(kept), columns["chronology"].take(added)
        )
        arrangement = np.insert(kept, places, len(self) + added)
        # And the other way round: for each of these positions, the one now.
        now = np.full(len(self) + len(fresh), GONE)
        now[arrangement] = np.arange(len(arrangement))

        columns = {
            name: arranged(old, columns[name], now, len(arrangement))
            for name, old in self.columns.items()
        }
        orders = {
            name: merged(columns[f"{name}_key"], now[order], now[len(self) :])
            for name, order in self.orders.items()
        }
        topics = moved(self.topics, topics, now, len(self))
        periods = moved(self.periods, periods, now, len(self))
        return Register(version, columns, topics, periods, vocabularies, orders)

    def select(self, filters: Filters, day: date, *, sections=("",), hidden=(), as_of=False):
        """The directives that pass, with their effects on a day.

        `sections` and `hidden` are paths of pages: only what lies below one of `sections`, and
        nothing that is one of `hidden` or lies below it. With `as_of`, what was signed after that
        day does not exist yet.
        """
        return Selection(self, filters, day, tuple(sections), tuple(hidden), as_of)

    def position(self, pk):
        found = np.flatnonzero(self.columns["pk"] == pk)
        if not len(found):
            raise KeyError(pk)
        return int(found[0])

    def on(self, day: date):
        """For each directive, which one of `periods` it is in, and the code of its effect."""
        if (known := self.days.get(day)) is not None:
            return known
        number = day.toordinal()
        # One period each, and periods lie by position: so these are in the directives' order.
        periods = np.flatnonzero((self.periods["start"] <= number) & (number < self.periods["end"]))
        return remembered(self.days, MAX_DAYS, day, (periods, self.periods["effect"].take(periods)))

    def out_of_sight(self, sections, hidden):
        """For each directive, whether a reader of these sections does not see it; as in select."""
        if (seen := self.views.get((sections, hidden))) is not None:
            return seen
        known = self.vocabularies["section"]
        outside = [
            not section.startswith(sections) or section.startswith(hidden) for section in known
        ]
        out = np.array(outside, bool).take(self.columns["section"])
        pages = [place(known[path[:-STEP]], path) for path in hidden if path[:-STEP] in known]
        if pages:
            places, pages = self.columns["place"], np.array(pages)
            # By the last step alone first, which is a small number, looked up in a table.
            maybe = np.flatnonzero(np.isin(places % STEPS, pages % STEPS, kind="table"))
            out[maybe] |= np.isin(places.take(maybe), pages)
        return remembered(self.views, MAX_VIEWS, (sections, hidden), out)

    @cached_property
    def topics_of(self):
        """For each directive, where in `topics` its own begin, and how many these are."""
        counts = np.bincount(self.topics["position"], minlength=len(self))
        return np.cumsum(counts) - counts, counts


class Selection:
    """What one reader's filters select. For one request: answers are worked out when asked for."""

    def __init__(self, register, filters, day, sections, hidden, as_of):
        self._register = register
        self._day = day
        # How many filters reject a directive. A facet counts what its own filter alone rejects too.
        self._rejections = register.out_of_sight(sections, hidden).astype(np.uint8)
        if as_of:
            next_day = chronology(day.toordinal() + 1, 0)
            self._rejections[np.searchsorted(register.columns["chronology"], next_day) :] = 1
        self._rejected = {
            name: self._rejected_by(name, values)
            for name, values in filters._asdict().items()
            if values
        }
        for rejected in self._rejected.values():
            self._rejections += rejected
        self._selected = self._rejections == 0

    def _rejected_by(self, name, values):
        """One for each directive that the values of a facet reject, and zero for the others."""
        vocabulary = self._register.vocabularies[name]
        wanted = [vocabulary[value] for value in values if value in vocabulary]
        if name == "topic":
            topics = self._register.topics
            rejected = np.ones(len(self._register), np.uint8)
            accepted = np.flatnonzero(any_of(wanted, topics["code"], len(vocabulary)))
            rejected[topics["position"].take(accepted)] = 0
            return rejected
        return (~any_of(wanted, self._codes(name), len(vocabulary))).view(np.uint8)

    def _codes(self, name):
        return self._effects if name == "effect" else self._register.columns[name]

    @cached_property
    def _periods(self):
        return self._register.on(self._day)[0]

    @cached_property
    def _effects(self):
        return self._register.on(self._day)[1]

    @cached_property
    def _found(self):
        """Positions of what is selected, the oldest first."""
        return np.flatnonzero(self._selected)

    @property
    def total(self):
        return len(self._found)

    @cached_property
    def facets(self):
        """How many directives each value of a facet would give, had the facet itself no filter.

        {"type": [(value, count), ...], ...}: the most frequent value first; years and effects in
        their own order. A value without directives is left out.
        """
        return {name: self._counts(name) for name in FACETS}

    def _counts(self, name):
        own_filter = self._rejected.get(name)
        found = self._found
        if own_filter is not None:
            found = np.flatnonzero(self._rejections == own_filter)
        codes = self._register.topics["code"] if name == "topic" else self._codes(name)
        # All of them, most often: the register as it opens.
        if len(found) < len(self._register):
            if name == "topic":
                found = runs(*(facts.take(found) for facts in self._register.topics_of))
            codes = codes.take(found)
        vocabulary = self._register.vocabularies[name]
        counts = np.bincount(codes, minlength=len(vocabulary)).tolist()
        pairs = [pair for pair in zip(vocabulary, counts, strict=True) if pair[1]]
        if name == "effect":
            return pairs
        if name == "year":
            return sorted(pairs, reverse=True)
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def _positions(self, order):
        if order == "oldest":
            return self._found
        if order == "newest":
            return self._found[::-1]
        positions = self._register.orders[order]
        return positions.take(np.flatnonzero(self._selected.take(positions)))

    def pks(self, order):
        """All primary keys in one of ORDERS, as an array."""
        return self._register.columns["pk"].take(self._positions(order))

    def effects(self, order):
        """The effects on the day of all that `pks` gives, in its order."""
        return [EFFECTS[code] for code in self._effects.take(self._positions(order)).tolist()]

    def neighbours(self, pk, order):
        """What is listed before and after a directive; None where nothing is."""
        pks = self.pks(order)
        found = np.flatnonzero(pks == pk).tolist()
        if not found:
            return None, None
        around = [None, *pks[max(found[0] - 1, 0) : found[0] + 2].tolist(), None]
        index = around.index(pk)
        return around[index - 1], around[index + 1]

    def listed(self, order, offset, limit):
        """{primary key: Period that holds the day} of a page, in its order."""
        positions = self._positions(order)[offset : offset + limit]
        pks = self._register.columns["pk"].take(positions).tolist()
        return dict(zip(pks, map(self._period_at, positions), strict=True))

    def effect_of(self, pk):
        """The Period of a directive that holds the day. KeyError: not in the register."""
        return self._period_at(self._register.position(pk))

    def _period_at(self, position):
        periods = self._register.periods
        index = self._periods[position]
        return Period(
            EFFECTS[periods["effect"][index]],
            date.fromordinal(periods["start"][index]),
            date.fromordinal(min(periods["end"][index], LAST_DAY)),
        )

    def related(self, pk, limit):
        """Other selected directives on the same topics or of the same type and issuer.

        Those with most topics in common first; then same type and issuer, binding, newest.
        """
        register, position = self._register, self._register.position(pk)
        topics, columns = register.topics, register.columns
        own = np.zeros(len(register.vocabularies["topic"]), bool)
        own[topics["code"][topics["position"] == position]] = True
        sharing = np.flatnonzero(own.take(topics["code"]))
        shared = np.bincount(topics["position"].take(sharing), minlength=len(register))
        kin = (columns["type"] == columns["type"][position]) & (
            columns["issuer"] == columns["issuer"][position]
        )
        likeness = shared * 2 + kin
        found = self._selected & (likeness > 0)
        found[position] = False
        candidates = np.flatnonzero(found)
        binding = np.isin(self._effects.take(candidates), [EFFECTS.index(one) for one in BINDING])
        # Later positions are newer.
        score = (likeness.take(candidates) * 2 + binding) * len(register) + candidates
        best = np.sort(score)[::-1][:limit] % len(register)
        return columns["pk"].take(best).tolist()


def remembered(known, limit, key, answer):
    """Keeps an answer for those who ask the same. Arrays in it are not to be written."""
    if len(known) >= limit:
        known.clear()
    known[key] = answer
    return answer


def any_of(wanted, codes, size):
    """For each code, whether it is one of those wanted; `size`: how many codes there are."""
    if len(wanted) > FEW:
        table = np.zeros(size, bool)
        table[wanted] = True
        return table.take(codes)
    found = np.zeros(len(codes), bool)
    for code in wanted:
        found |= codes == code
    return found


def runs(begins, counts):
    """The numbers from each `begin` on, as many as its count, one run after the other."""
    ends = np.cumsum(counts)
    return np.repeat(begins - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)


def chronology(signed_on, pk):
    """Day of signing (an ordinal) and primary key in one number that sorts by both."""
    return (signed_on << 40) + pk


def place(section, path):
    """Section (its code) and last step of a path in one number."""
    return section * STEPS + int(path[-STEP:], 36)


def encoded(values, vocabulary):
    """The codes of values, and the vocabulary with those that it lacked."""
    grown = dict(vocabulary)
    codes = [grown.setdefault(value, len(grown)) for value in values]
    return np.array(codes, np.int32), grown


def arrays_of(rows, vocabularies):
    """Rows as columns, topics and periods of a register, and the grown vocabularies."""
    # Lists only: a hundred thousand small containers would wake the garbage collector again and
    # again, which doubles the time.
    pk, paths, types, issuers, topics, signers, numbers, references, signed_on, titles, periods = (
        [row[index] for row in rows] for index in range(len(Row._fields))
    )
    years = [day.year for day in signed_on]
    facets = {
        "type": types,
        "issuer": issuers,
        "topic": list(chain.from_iterable(topics)),
        "year": years,
        "signer": signers,
        "section": [path[:-STEP] for path in paths],
    }
    codes, grown = {}, dict(vocabularies)
    for name, values in facets.items():
        codes[name], grown[name] = encoded(values, vocabularies[name])
    # A topic that is named twice is one.
    pairs = np.unique(owners(topics) * len(grown["topic"]) + codes.pop("topic"))
    topic_of, topic = np.divmod(pairs, len(grown["topic"]))

    pk = np.array(pk, np.int64)
    columns = {
        "pk": pk,
        "chronology": chronology(ordinals(signed_on), pk),
        "place": np.array(list(map(place, codes["section"].tolist(), paths)), np.int64),
        "number_key": bytes_of(map(number_key, years, numbers, references)),
        "title_key": bytes_of(titles),
        **codes,
    }
    return (
        columns,
        {"position": topic_of, "code": topic.astype(np.int32)},
        periods_of(pk, periods, vocabularies["effect"]),
        grown,
    )


def periods_of(pk, periods, effects):
    """Periods as arrays. ValueError: a directive's periods miss a day or give it two effects."""
    position = owners(periods)
    flat = list(chain.from_iterable(periods))
    starts, ends, names = ([period[index] for period in flat] for index in range(3))
    start, end = ordinals(starts), ordinals(ends)

    first = np.diff(position, prepend=-1) != 0
    last = np.diff(position, append=len(pk)) != 0
    wrong = (start != np.where(first, FIRST_DAY, np.roll(end, 1))) | (start >= end)
    wrong |= last & (end != LAST_DAY)
    faulty = {*pk[position[wrong]].tolist(), *pk[[not of_one for of_one in periods]].tolist()}
    if faulty:
        raise ValueError(f"Periods of {sorted(faulty)} do not cover all time, each day once")

    return {
        "position": position,
        "start": start.astype(np.int32),
        # Nothing is later than the last day, and that day is in the last period.
        "end": (end + (end == LAST_DAY)).astype(np.int32),
        "effect": np.array([effects[name] for name in names], np.uint8),
    }


def bytes_of(texts):
    """Texts as UTF-8, which sorts as they do. Python's own strings would be slow to move."""
    return np.array([text.encode() for text in texts], np.bytes_)


def ordinals(days):
    return np.fromiter(map(date.toordinal, days), np.int64, len(days))


def owners(collections):
    """For each member of each collection, which collection it is in."""
    return np.repeat(np.arange(len(collections)), [len(members) for members in collections])


def arranged(old, fresh, now, total):
    """A column with each element at its position now."""
    # One more than needed, the last: GONE leads there.
    column = np.empty(total + 1, np.result_type(old, fresh))
    column[now[: len(old)]] = old
    column[now[len(old) :]] = fresh
    return column[:-1]


def moved(old, fresh, now, offset):
    """Links of old and fresh directives, with the positions that these have now, and in order."""
    position = now.take(np.concatenate([old["position"], fresh["position"] + offset]))
    # What moved is little: this sort is made for what is nearly in order.
    order = np.argsort(position, kind="stable")
    order = order[np.searchsorted(position, GONE, "right", sorter=order) :]
    joined = {name: np.concatenate([old[name], fresh[name]]).take(order) for name in old}
    return {**joined, "position": position.take(order)}


def merged(keys, order, added):
    """Positions ordered by key with others put in; of equal keys the newest directive leads."""
    order = order[order != GONE]
    added = np.sort(added)[::-1]
    added = added.take(np.argsort(keys.take(added), kind="stable"))

    def rank(position):
        return keys[position], -position

    if not len(order):
        return added
    places = [bisect_left(order, rank(position), key=rank) for position in added]
    return np.insert(order, np.array(places, np.int64), added)
