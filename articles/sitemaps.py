"""All public pages for search engines, also when there are a hundred thousand."""

from django.conf import settings
from django.db.models import Max, Q
from wagtail.contrib.sitemaps import Sitemap
from wagtail.models import Page

from . import languages
from .privacy import private_paths


def alternates(same):
    """As Django's template has them; `same`: {language: address}."""
    if len(same) < 2:
        return []
    links = [{"lang_code": code, "location": address} for code, address in sorted(same.items())]
    return [*links, {"lang_code": "x-default", "location": same[settings.LANGUAGE_CODE]}]


class PagesSitemap(Sitemap):
    # Pages in one answer; the index at /sitemap.xml lists as many answers as it takes.
    limit = 2_000

    def items(self):
        # Without the tables of their kinds: it takes an address and a day.
        below = Q(*(("path__startswith", path) for path in self._roots), _connector=Q.OR)
        return (
            Page.objects.filter(below)
            .live()
            .public()
            .order_by("path")
            .only("path", "url_path", "last_published_at", "latest_revision_created_at")
        )

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
        return self.items().aggregate(latest=Max("last_published_at"))["latest"]
