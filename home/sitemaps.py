"""The public pages outside of the tree, for search engines; those in it: articles/sitemaps.py."""

from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap


class ViewsSitemap(Sitemap):
    def items(self):
        return [
            *("sidebar:rates", "sidebar:weather", "sidebar:statistics"),
            *("polls:list", "home:site_map", "home:feeds"),
        ]

    def _urls(self, page, protocol, domain):
        root_url = self.get_wagtail_site().root_url
        return [
            {"location": root_url + reverse(name)} for name in self.paginator.page(page).object_list
        ]

    def get_latest_lastmod(self):
        # Never the same for long.
        return None
