"""What a reader asks of the search, read from an address and written into one."""

from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from .. import facets
from ..register_query import read_day

FACETS = ("kind", "effect", "type", "issuer", "topic", "year")
# Words in addresses; they stay as they are for good.
ORDER_WORDS = {"best": "hop-nhat", "newest": "moi-nhat", "oldest": "cu-nhat"}
ORDER_LABELS = {
    "best": _("Best match first"),
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
}
# A value that no page has.
NOTHING = "-"
# Longer input is no question.
LONGEST = 500


@dataclass(frozen=True)
class SearchQuery(facets.FacetedQuery):
    """One state of the search: `chosen` are words of an address, a tuple for each facet."""

    text: str = ""
    chosen: dict = field(default_factory=dict)
    # Both included.
    since: date | None = None
    until: date | None = None
    order: str = "best"
    page: int = 1
    # What was typed for days, where that is none.
    bad_days: tuple = ()

    @classmethod
    def read(cls, parameters):
        """From a QueryDict. What makes no sense is left out, bad days are kept to be shown."""
        typed = [parameters.get(name, "").strip() for name in ("tu-ngay", "den-ngay")]
        since, until = map(read_day, typed)
        if since and until and until < since:
            since, until = until, since
        orders = {word: order for order, word in ORDER_WORDS.items()}
        return cls(
            text=parameters.get("q", "").strip()[:LONGEST],
            chosen=facets.read(parameters, FACETS),
            since=since,
            until=until,
            order=orders.get(parameters.get("sap-xep", ""), "best"),
            page=facets.read_page(parameters.get("trang", "")),
            bad_days=tuple(text[:20] for text in typed if text and not read_day(text)),
        )

    def leading_pairs(self):
        return [("q", self.text)] if self.text else []

    def trailing_pairs(self):
        pairs = []
        if self.since:
            pairs.append(("tu-ngay", self.since.isoformat()))
        if self.until:
            pairs.append(("den-ngay", self.until.isoformat()))
        if self.order != "best":
            pairs.append(("sap-xep", ORDER_WORDS[self.order]))
        return pairs

    @property
    def is_narrowed(self):
        return bool(self.chosen or self.since or self.until)

    def saying(self, text):
        """The same of another text."""
        return replace(self, text=text, page=1)

    def whole(self):
        """The same text and nothing else."""
        return SearchQuery(text=self.text)

    def values(self, vocabulary):
        """{facet: its values, as the index has them}, and NOTHING for what nobody has heard of."""
        known = vocabulary.values
        return {
            facet: [str(value) for word in words for value in known[facet].get(word, [NOTHING])]
            for facet, words in self.chosen.items()
            if words
        }
