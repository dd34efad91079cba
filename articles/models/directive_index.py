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
from ..languages import InEveryLanguage
from ..register_query import (
    FACETS,
    ORDER_LABELS,
    ORDER_WORDS,
    PAGE_SIZES,
    RegisterQuery,
)
from ..versions import versions
from .base import ListedPage, PortalPage
from .changes import RegisterChange
from .directives import DirectivePage


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
        self.live = live_register.current(versions(request).register)
        self.selection = self.live.register.select(
            self.query.filters(self.live.vocabulary.values),
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
        return [
            self.live.vocabulary.facet(name, counted[name], self.query.chosen.get(name, ()))
            for name in FACETS
        ]

    def sections_near(self, index, request):
        """As PortalPage's, from memory."""
        private = privacy.private_paths(request)
        root = self._address.removesuffix(f"{index.slug}/")
        above = index.url_path.removesuffix(f"{index.slug}/")

        def right_below(parent):
            return [
                (title, root + url_path.removeprefix(above), path == index.path)
                for path, title, url_path in self.live.sections
                if path.startswith(parent)
                and len(path) == len(parent) + index.steplen
                and not path.startswith(private)
            ]

        beside = right_below(index.path[: -index.steplen])
        return right_below(index.path) or (beside if len(beside) > 1 else [])

    @property
    def chips(self):
        return self.live.vocabulary.chips(self.query)


class DirectiveIndexPage(InEveryLanguage, RoutablePageMixin, ListedPage):
    """The register of directives, or a section of it."""

    parent_page_types = ["home.HomePage", "articles.DirectiveIndexPage"]
    subpage_types = ["articles.DirectiveIndexPage", "articles.DirectivePage"]
    page_description = _("A section of directives")
    # Those of the register's query: a dozen, each of which may be given several times.
    parameters = None

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
        context["sections"] = listing.sections_near(self, request)
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
