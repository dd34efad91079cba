"""What a reader asks of the register, read from an address and written into one."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .effect import NEVER, Effect
from .register import Filters
from .vietnamese import fold_slug

# Words in addresses; they stay as they are for good.
FACET_WORDS = {
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
ORDER_WORDS = {"newest": "moi-nhat", "oldest": "cu-nhat", "number": "so", "title": "ten"}
ORDER_LABELS = {
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "number": _("By number"),
    "title": _("By title"),
}
PAGE_SIZES = (20, 50, 100)
# An address can hold thousands of values; no reader means that.
MAX_VALUES = 50


@dataclass(frozen=True)
class RegisterQuery:
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
        size, page = parameters.get("moi-trang", ""), parameters.get("trang", "")
        return cls(
            chosen={
                # Folded, because the name of a signer may be typed.
                facet: tuple(dict.fromkeys(filter(None, map(fold_slug, values))))
                for facet, word in FACET_WORDS.items()
                if (values := parameters.getlist(word)[:MAX_VALUES])
            },
            day=day,
            order=orders.get(parameters.get("sap-xep", ""), "newest"),
            size=next((known for known in PAGE_SIZES if str(known) == size), PAGE_SIZES[0]),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
            bad_day="" if day else typed[:20],
        )

    @cached_property
    def address(self):
        """The query string that means the same, without the page: "?loai=chi-thi"; may be ""."""
        pairs = [
            (FACET_WORDS[facet], value)
            for facet in FACET_WORDS
            for value in self.chosen.get(facet, ())
        ]
        if self.day:
            pairs.append(("ngay", self.day.isoformat()))
        if self.order != "newest":
            pairs.append(("sap-xep", ORDER_WORDS[self.order]))
        if self.size != PAGE_SIZES[0]:
            pairs.append(("moi-trang", self.size))
        return f"?{urlencode(pairs)}" if pairs else ""

    def without(self, facet, value):
        rest = tuple(other for other in self.chosen[facet] if other != value)
        return replace(self, chosen=self.chosen | {facet: rest}, page=1)

    def today(self):
        return replace(self, day=None, page=1)

    def filters(self, words):
        """As Filters; `words` gives for each facet {word in addresses: values in the register}."""
        return Filters(
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
