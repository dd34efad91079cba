"""What a reader asks of the register, read from an address and written into one."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from . import facets
from .effect import NEVER

FACETS = ("effect", "type", "issuer", "topic", "year", "signer")
# Words in addresses; they stay as they are for good.
ORDER_WORDS = {"newest": "moi-nhat", "oldest": "cu-nhat", "number": "so", "title": "ten"}
ORDER_LABELS = {
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "number": _("By number"),
    "title": _("By title"),
}
PAGE_SIZES = (20, 50, 100)


@dataclass(frozen=True)
class RegisterQuery(facets.FacetedQuery):
    """One state of the register: `chosen` are words of an address, a tuple for each facet."""

    chosen: dict
    day: date | None = None
    order: str = "newest"
    size: int = PAGE_SIZES[0]
    page: int = 1
    # What was typed for the day, where that is none.
    bad_day: str = ""

    @classmethod
    def read(cls, parameters):
        """From a QueryDict. What makes no sense is left out, a bad day is kept to be shown."""
        typed = parameters.get("ngay", "").strip()
        day = read_day(typed)
        orders = {word: order for order, word in ORDER_WORDS.items()}
        size = parameters.get("moi-trang", "")
        return cls(
            chosen=facets.read(parameters, FACETS),
            day=day,
            order=orders.get(parameters.get("sap-xep", ""), "newest"),
            size=next((known for known in PAGE_SIZES if str(known) == size), PAGE_SIZES[0]),
            page=facets.read_page(parameters.get("trang", "")),
            bad_day="" if day else typed[:20],
        )

    def trailing_pairs(self):
        pairs = []
        if self.day:
            pairs.append(("ngay", self.day.isoformat()))
        if self.order != "newest":
            pairs.append(("sap-xep", ORDER_WORDS[self.order]))
        if self.size != PAGE_SIZES[0]:
            pairs.append(("moi-trang", self.size))
        return pairs

    def today(self):
        return replace(self, day=None, page=1)

    def filters(self, words):
        """As Filters; `words` gives for each facet {word in addresses: values in the register}."""
        return facets.Filters(
            **{
                facet: [value for word in chosen for value in _values(facet, words[facet], word)]
                for facet, chosen in self.chosen.items()
                if chosen
            }
        )


def _values(facet, known, word):
    if word in known:
        return known[word]
    if facet == "signer":
        # A part of a name will do: "binh".
        found = [value for other, values in known.items() if word in other for value in values]
        return found or [""]
    # What nothing has: an empty register, and not all of it.
    return ["" if facet == "effect" else -1]


def read_day(text):
    """A day as browsers send it, 2015-01-31, or as people type it, 31/1/2015; else None."""
    parts = text.replace("/", "-").split("-")
    # Python refuses to read numbers of thousands of digits.
    if (
        len(text) > 10
        or len(parts) != 3
        or not all(part.isascii() and part.isdigit() for part in parts)
    ):
        return None
    year, month, day = map(int, parts if len(parts[0]) == 4 else reversed(parts))
    try:
        found = date(year, month, day)
    except (ValueError, OverflowError):
        return None
    # No period covers the last day that a calendar has.
    return found if found < NEVER else None
