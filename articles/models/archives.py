"""Sections whose articles have a day, and the parts of them that have an address of their own."""

from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.http import Http404
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from wagtail.contrib.routable_page.models import RoutablePageMixin, re_path

from .. import languages
from .base import ListedPage


@dataclass(frozen=True)
class Selection:
    """A part of what a section lists. An empty one has no address."""

    title: str
    path: str  # below the section's own address
    articles: "QuerySet | KeptOrder"
    note: str = ""
    feed: str = ""  # path of an Atom feed of the same
    first_day: date | None = None  # of a month


@dataclass(frozen=True)
class Month:
    first_day: date
    path: str
    count: int

    @property
    def name(self):
        """Below its year; Vietnamese number their months."""
        if languages.is_own():
            return gettext("Month %(month)s") % {"month": self.first_day.month}
        return date_format(self.first_day, "F")


def month_title(first_day):
    return capfirst(date_format(first_day, "YEAR_MONTH_FORMAT"))


def month_after(first_day):
    return (first_day + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True)
class Archive:
    """All that a section lists, in its order, and [(first day, count)] of its months, the newest
    first. To be held in memory: a database reads all of it for each page, to count, sort and
    skip."""

    pks: array
    months: list

    @classmethod
    def of(cls, rows):
        """rows: (primary key, day)"""
        pks, days = array("q"), Counter()
        for pk, day in rows:
            pks.append(pk)
            days[day] += 1
        months = Counter()
        for day, count in days.items():
            months[day.replace(day=1)] += count
        return cls(pks, sorted(months.items(), reverse=True))

    def in_month(self, first_day):
        """Its part of `pks`: days are in order."""
        begins = 0
        for month, count in self.months:
            if month == first_day:
                return self.pks[begins : begins + count]
            begins += count
        return array("q")


class KeptOrder:
    """What a paginator cuts into pages: articles in the order of an archive, read by their numbers.
    `without`: those that stand elsewhere on the page."""

    def __init__(self, articles, pks, without=()):
        self._articles, self._pks = articles, pks
        if without:
            self._pks = pks[:]
            for pk in without:
                with suppress(ValueError):
                    self._pks.remove(pk)

    def count(self):
        return len(self._pks)

    def __getitem__(self, part):
        pks = list(self._pks[part])
        found = {page.pk: page for page in self._articles.filter(pk__in=pks).order_by()}
        return [found[pk] for pk in pks if pk in found]


class DatedIndexPage(RoutablePageMixin, ListedPage):
    """Lists articles by a day; each month has an address: 2026/11/.

    Each kind has a `day_field`, and `articles` that are made once for a request: asking which pages
    are public is a query each time.
    """

    class Meta:
        abstract = True

    def route(self, request, path_components):
        try:
            # What an editor has published is never hidden by one of our own addresses.
            return super(RoutablePageMixin, self).route(request, path_components)
        except Http404:
            return super().route(request, path_components)

    def get_context(self, request, *args, selection=None, articles=None, **kwargs):
        if selection:
            articles = selection.articles
        context = super().get_context(request, *args, articles=articles, **kwargs)
        listing = context["listing"]
        if selection:
            if not listing.paginator.count:
                # Also lest the word of a draft or of a private page be known by its address.
                raise Http404
            context["selection"] = selection
            context["breadcrumbs"] = [*context["breadcrumbs"], self]
        context["years"] = self._years(request)
        canonical = (self.get_full_url(request) or "") + (selection.path if selection else "")
        page_number = f"?trang={listing.number}" if listing.number > 1 else ""
        context["canonical"] = canonical + page_number
        return context

    def _years(self, request):
        """[(year, its months)], the newest first; of the months that have anything to read."""
        months = [
            Month(day, self._month_path(day.year, day.month), count)
            for day, count in self.months(request)
        ]
        return [
            (year, list(group))
            for year, group in groupby(months, lambda month: month.first_day.year)
        ]

    def months(self, request):
        """[(first day, count)], the newest first."""
        return (
            self.articles.order_by()
            .annotate(month=TruncMonth(self.day_field))
            .values_list("month")
            .annotate(Count("pk"))
            .order_by("-month")
        )

    def _month_path(self, year, month):
        return self.reverse_subpage("month", kwargs={"year": year, "month": f"{month:02}"})

    @re_path(r"^(?P<year>[12][0-9]{3})/(?P<month>0[1-9]|1[0-2])/$", name="month")
    def month(self, request, year, month):
        first_day = date(int(year), int(month), 1)
        selection = Selection(
            title=month_title(first_day),
            path=self._month_path(first_day.year, first_day.month),
            articles=self.in_month(request, first_day),
            first_day=first_day,
        )
        return self.render(request, selection=selection)

    def in_month(self, request, first_day):
        """The articles of a month, for a Selection: what lies in one, each kind says for itself."""
        raise NotImplementedError
