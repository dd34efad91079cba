"""Facets: what the register and the search are narrowed by, in addresses and on forms."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.formats import get_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .effect import Effect
from .vietnamese import fold_slug

# Words in addresses; they stay as they are for good.
WORDS = {
    "kind": "muc",
    "effect": "hieu-luc",
    "type": "loai",
    "issuer": "co-quan",
    "topic": "linh-vuc",
    "year": "nam",
    "signer": "nguoi-ky",
}
EFFECT_WORDS = {
    Effect.NOT_YET: "chua-co",
    Effect.IN_FORCE: "con",
    Effect.PARTLY: "mot-phan",
    Effect.SUSPENDED: "tam-ngung",
    Effect.SUPERSEDED: "bi-thay-the",
    Effect.EXPIRED: "het",
    Effect.WITHDRAWN: "thu-hoi",
}
# What pages are, as the search tells them apart.
KIND_WORDS = {"directive": "van-ban", "news": "tin-tuc", "event": "su-kien", "page": "trang"}
KINDS = {
    "directive": _("Official documents"),
    "news": _("News"),
    "event": _("Events"),
    "page": _("Other pages"),
}
LABELS = {
    "kind": _("Section"),
    "effect": _("State"),
    "type": _("Type"),
    "issuer": _("Issuing body"),
    "topic": _("Field of activity"),
    "year": _("Year"),
    "signer": _("Signer"),
}
# Few values, all of which are shown, in an order of their own.
SHORT = {"kind": len(KINDS), "effect": len(Effect)}
# Values of the others that are offered: at once, and behind "more". The rest can be linked.
AT_ONCE, BEHIND_MORE = 6, 18
# An address can hold thousands of values; no reader means that.
MAX_VALUES = 50


class Filters(NamedTuple):
    """Any of the values of a facet, all of the facets. No values: the facet does not filter."""

    type: Collection[int] = ()
    issuer: Collection[int] = ()
    topic: Collection[int] = ()
    year: Collection[int] = ()
    effect: Collection[str] = ()
    signer: Collection[str] = ()


def read(parameters, facets):
    """{facet: words that were chosen}, from a QueryDict: only of facets with any."""
    return {
        # Folded, because the name of a signer may be typed.
        facet: tuple(dict.fromkeys(filter(None, map(fold_slug, values))))
        for facet in facets
        if (values := parameters.getlist(WORDS[facet])[:MAX_VALUES])
    }


def read_page(text):
    """The number of a page of results; 1 where that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1


class FacetedQuery:
    """What a reader asked for, of which `chosen` are words of facets; for frozen dataclasses."""

    @cached_property
    def address(self):
        """The query string that means the same, without the page: "?loai=chi-thi"; may be ""."""
        pairs = [(WORDS[facet], word) for facet in WORDS for word in self.chosen.get(facet, ())]
        pairs = [*self.leading_pairs(), *pairs, *self.trailing_pairs()]
        return f"?{urlencode(pairs)}" if pairs else ""

    def leading_pairs(self):
        return []

    def trailing_pairs(self):
        return []

    def without(self, facet, word):
        rest = tuple(other for other in self.chosen[facet] if other != word)
        return replace(self, chosen=self.chosen | {facet: rest}, page=1)


@dataclass(frozen=True)
class Vocabulary:
    """What the values of facets are called."""

    # For each facet, {value: what readers call it} and {value: its word in addresses}.
    names: dict
    words: dict

    @cached_property
    def values(self):
        """And the other way round: {word: values}, because two signers' names may fold to one."""
        values = {facet: {} for facet in self.words}
        for facet, known in self.words.items():
            for value, word in known.items():
                values[facet].setdefault(word, []).append(value)
        return values

    def label(self, facet, word):
        values = self.values[facet].get(word)
        return self.names[facet][values[0]] if values else word

    def chips(self, query):
        """What is chosen, each with the address of the list without it."""
        return [
            {
                "facet": LABELS[facet],
                "label": self.label(facet, word),
                "address": query.without(facet, word).address or "?",
            }
            for facet, words in query.chosen.items()
            for word in words
        ]

    def facet(self, facet, pairs, chosen):
        """A facet for its form; `pairs`: (value, count) in the order of the form, `chosen`: words.

        Its choices, at once and behind "more", are (word, label, count as text, whether chosen).
        """
        names, words = self.names[facet], self.words[facet]
        # Tuples, and counts as text: of all that a list shows, these are most.
        separator = get_format("THOUSAND_SEPARATOR")
        choices = [
            (
                word := words[value],
                names[value],
                f"{count:,}".replace(",", separator),
                word in chosen,
            )
            for value, count in pairs
            if value in names
        ]
        offered = {choice[0] for choice in choices}
        # What was asked for stays on the form when nothing is left of it.
        left = [word for word in chosen if word not in offered]
        choices += [(word, self.label(facet, word), "0", True) for word in left]
        if facet not in SHORT and facet != "year":
            choices.sort(key=lambda choice: not choice[3])
        at_once = SHORT.get(facet, AT_ONCE)
        return {
            "name": facet,
            "label": LABELS[facet],
            "parameter": WORDS[facet],
            "choices": choices[:at_once],
            "more": choices[at_once : max(at_once + BEHIND_MORE, len(chosen))],
            "is_open": bool(chosen) or facet in SHORT or facet == "type",
        }
