"""All public pages for search engines, also when there are a hundred thousand."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from wagtail.contrib.sitemaps import Sitemap
from wagtail.models import Page

from . import languages
from .privacy import private_paths
from .versions import held


def alternates(same):
    """As Django's template has them; `same`: {language: address}."""
    if len(same) < 2:
        return []
    links = [{"lang_code": code, "location": address} for code, address in sorted(same.items())]
    return [*links, {"lang_code": "x-default", "location": same[settings.LANGUAGE_CODE]}]


class Parts(NamedTuple):
    count: int  # of pages
    first: list  # path in the tree of the first page in each part
    changed_at: datetime | None  # when one was published last; None: never


@held()
def parts(request, roots):
    """Of what lies below these pages. A database would count all of it for each part, and skip what
    is in those before."""
    rows = list(public_below(request, roots).values_list("path", "last_published_at"))
    return Parts(
        len(rows),
        [path for path, _moment in rows[:: PagesSitemap.limit]],
        max((moment for _path, moment in rows if moment), default=None),
    )


def public_below(request, roots):
    below, closed = (
        Q(*(("path__startswith", path) for path in paths), _connector=Q.OR)
        for paths in (roots, private_paths(request))
    )
    return Page.objects.filter(below).exclude(closed).live().order_by("path")


class PartsPaginator(Paginator):
    """Begins each part at its first page, where others count from the beginning."""

    def __init__(self, pages, parts):
        super().__init__(pages, PagesSitemap.limit)
        self._first = parts.first
        self.count = parts.count

    def page(self, number):
        number = self.validate_number(number)
        pages = self.object_list
        if self._first:
            pages = pages.filter(path__gte=self._first[number - 1])
        return self._get_page(pages[: self.per_page], number, self)


class PagesSitemap(Sitemap):
    # Pages in one answer; the index at /sitemap.xml lists as many answers as it takes.
    limit = 2_000

    def items(self):
        # Without the tables of their kinds: it takes an address and a day.
        return public_below(self.request, self._roots).only(
            "path", "url_path", "last_published_at", "latest_revision_created_at"
        )

    @property
    def paginator(self):
        return PartsPaginator(self.items(), self._parts)

    @property
    def _parts(self):
        return parts(self.request, tuple(sorted(self._roots)))

    @property
    def _roots(self):
        """Tree paths of the home pages in each language."""
        found = {home.path for home in languages.homes(self.request).values()}
        # The one of an office that took its home page offline, or has none.
        return found or {self.get_wagtail_site().root_page.path}

    def _urls(self, page, protocol, domain):
        urls = super()._urls(page, protocol, domain)
        root_url, known = self.get_wagtail_site().root_url, languages.translations(self.request)
        # Directives are listed once; their pages say that they are read in an English frame too.
        closed = private_paths(self.request)
        translated = {
            root_url + place.address: {
                language: root_url + other.address
                for language, other in places.items()
                if not other.path.startswith(closed)
            }
            for places in known.by_number.values()
            for place in places.values()
        }
        for url in urls:
            url["alternates"] = alternates(translated.get(url["location"], {}))
        return urls

    def get_latest_lastmod(self):
        # Django would read every page for it.
        return self._parts.changed_at
