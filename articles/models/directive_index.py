from dataclasses import dataclass
from datetime import date
from math import ceil

from django.core.paginator import Paginator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import RoutablePageMixin, path

from .. import live_register, privacy, references, register_exports
from ..effect import Effect
from ..register_query import (
    FACET_WORDS,
    ORDER_LABELS,
    ORDER_WORDS,
    PAGE_SIZES,
    RegisterQuery,
)
from .base import ListedPage, PortalPage
from .changes import RegisterChange
from .directives import DirectivePage

FACET_LABELS = {
    "effect": _("State"),
    "type": _("Type"),
    "issuer": _("Issuing body"),
    "topic": _("Field"),
    "year": _("Year"),
    "signer": _("Signer"),
}
# Values of a facet that are offered: at once, and behind "more". The rest can be typed or linked.
AT_ONCE, BEHIND_MORE = 6, 18


@dataclass(frozen=True, slots=True)
class ListedDirective:
    """A line of the register. A DirectivePage would do, and takes more than twice as long."""

    reference: str
    title: str
    address: str
    signed_on: date
    issuer_name: str
    effect: Effect
    state: str


class Listing:
    """One state of the register, as a reader asked for it."""

    def __init__(self, index, request):
        self.query = RegisterQuery.read(request.GET)
        self.day = self.query.day or timezone.localdate()
        self._address, self._url_path = index.get_url(request), index.url_path
        self.live = live_register.current()
        self.selection = self.live.register.select(
            self.query.filters(self.live.values),
            self.day,
            sections=(index.path,),
            hidden=privacy.private_paths(request),
            as_of=self.query.day is not None,
        )

    @property
    def total(self):
        return self.selection.total

    @property
    def page(self):
        """(Page of the paginator, its ListedDirectives)"""
        size = self.query.size
        number = min(self.query.page, max(1, ceil(self.total / size)))
        # The paginator only has to count: what it would slice is selected already.
        listing = Paginator(range(self.total), size).page(number)
        return listing, self._lines((number - 1) * size, size)

    def _lines(self, offset, limit):
        periods = self.selection.listed(self.query.order, offset, limit)
        rows = DirectivePage.objects.filter(pk__in=periods).values_list(
            *("pk", "number", "symbol", "title", "url_path"),
            *("signed_on", "effective_on", "issuer__short_name"),
        )
        found = {row[0]: row[1:] for row in rows}
        return [
            self._line(period.effect, *found[pk]) for pk, period in periods.items() if pk in found
        ]

    def _line(self, effect, number, symbol, title, url_path, signed_on, effective_on, issuer_name):
        return ListedDirective(
            reference=references.written(number, symbol),
            title=title,
            # All lie below the register: twenty times cheaper than asking for each.
            address=self._address + url_path.removeprefix(self._url_path),
            signed_on=signed_on,
            issuer_name=issuer_name,
            effect=effect,
            state=effect.worded(effective_on),
        )

    @property
    def facets(self):
        counted = self.selection.facets
        return [self._facet(name, counted[name]) for name in FACET_WORDS]

    def _facet(self, name, pairs):
        chosen, names, words = (
            self.query.chosen.get(name, ()),
            self.live.names[name],
            self.live.words[name],
        )
        # Tuples, and counts as text: of all that the page shows, these are most.
        choices = [
            (word := words[value], names[value], f"{count:,}".replace(",", "."), word in chosen)
            for value, count in pairs
            if value in names
        ]
        offered = {choice[0] for choice in choices}
        # What was asked for stays on the form when nothing is left of it.
        choices += [
            (word, self.label(name, word), "0", True) for word in chosen if word not in offered
        ]
        if name not in ("effect", "year"):
            choices.sort(key=lambda choice: not choice[3])
        return {
            "name": name,
            "label": FACET_LABELS[name],
            "parameter": FACET_WORDS[name],
            "choices": choices[: len(Effect) if name == "effect" else AT_ONCE],
            "more": []
            if name == "effect"
            else choices[AT_ONCE : max(AT_ONCE + BEHIND_MORE, len(chosen))],
            "is_open": bool(chosen) or name in ("effect", "type"),
        }

    def label(self, facet, word):
        values = self.live.values[facet].get(word)
        return self.live.names[facet][values[0]] if values else word

    def sections_below(self, index, request):
        """(title, address) of the sections right below one."""
        private = privacy.private_paths(request)
        return [
            (title, self._address + url_path.removeprefix(index.url_path))
            for path, title, url_path in self.live.sections
            if path.startswith(index.path)
            and len(path) == len(index.path) + index.steplen
            and not path.startswith(private)
        ]

    @property
    def chips(self):
        """What is chosen, each with the address of the register without it."""
        return [
            {
                "facet": FACET_LABELS[facet],
                "label": self.label(facet, word),
                "address": self.query.without(facet, word).address or "?",
            }
            for facet, words in self.query.chosen.items()
            for word in words
        ]


class DirectiveIndexPage(RoutablePageMixin, ListedPage):
    """The register of directives, or a section of it."""

    parent_page_types = ["home.HomePage", "articles.DirectiveIndexPage"]
    subpage_types = ["articles.DirectiveIndexPage", "articles.DirectivePage"]
    page_description = _("A section of directives")

    class Meta:
        verbose_name = _("directive section")
        verbose_name_plural = _("directive sections")

    def save(self, *args, **kwargs):
        with transaction.atomic():
            result = super().save(*args, **kwargs)
            # The register knows its sections.
            RegisterChange.objects.note(())
        return result

    def get_context(self, request, *args, **kwargs):
        # Not ListedPage's: what is listed comes from the register in memory.
        context = PortalPage.get_context(self, request, *args, **kwargs)
        listing = Listing(self, request)
        context["register"] = listing
        context["canonical"] = f"{self.get_full_url(request)}{listing.query.address}"
        context["listing"], context["directives"] = listing.page
        context["facets"] = listing.facets
        context["orders"] = [
            (ORDER_WORDS[order], label, order == listing.query.order)
            for order, label in ORDER_LABELS.items()
        ]
        context["sizes"] = PAGE_SIZES
        context["sections"] = listing.sections_below(self, request)
        return context

    # The same state for programs: one address each, with the register's own parameters.

    @path("csv/", name="csv")
    def as_csv(self, request):
        return register_exports.csv(Listing(self, request), root_url(self))

    @path("json/", name="json")
    def as_json(self, request):
        return register_exports.json(Listing(self, request), root_url(self))

    @path("atom/", name="atom")
    def as_atom(self, request):
        return register_exports.atom(Listing(self, request), self, request)

    @path("rss/", name="rss")
    def as_rss(self, request):
        return register_exports.rss(Listing(self, request), self, request)


def root_url(page):
    return page.get_url_parts()[1]
