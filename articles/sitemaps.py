"""All public pages for search engines, also when there are a hundred thousand."""

from django.db.models import Max
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap


class PagesSitemap(Sitemap):
    # Pages in one answer; the index at /sitemap.xml lists as many answers as it takes.
    limit = 2_000

    def items(self):
        # Without the tables of their kinds: it takes an address and a day.
        pages = self.get_wagtail_site().root_page.get_descendants(inclusive=True)
        return (
            pages.live()
            .public()
            .order_by("path")
            .only("url_path", "last_published_at", "latest_revision_created_at")
        )

    def get_latest_lastmod(self):
        # Django would read every page for it.
        return self.items().aggregate(latest=Max("last_published_at"))["latest"]


class FiguresSitemap(Sitemap):
    """The pages of rates, weather and visits, which stand outside of the tree."""

    def items(self):
        return ["sidebar:rates", "sidebar:weather", "sidebar:statistics"]

    def _urls(self, page, protocol, domain):
        root_url = self.get_wagtail_site().root_url
        return [
            {"location": root_url + reverse(name)} for name in self.paginator.page(page).object_list
        ]

    def get_latest_lastmod(self):
        # Never the same for long.
        return None
