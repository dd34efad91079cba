"""All public pages for search engines, also when there are a hundred thousand."""

from django.db.models import Max
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
