"""The public pages outside of the tree, for search engines; those in it: articles/sitemaps.py."""

from django.conf import settings
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap

from articles import languages
from articles.sitemaps import alternates


class ViewsSitemap(Sitemap):
    def items(self):
        return [
            *("sidebar:rates", "sidebar:weather", "sidebar:statistics"),
            *("polls:list", "home:site_map", "home:feeds"),
        ]

    def _urls(self, page, protocol, domain):
        root_url = self.get_wagtail_site().root_url
        found = []
        for name in self.paginator.page(page).object_list:
            path = reverse(name)
            same = {
                language: root_url + languages.turned(path, language)
                for language in {settings.LANGUAGE_CODE, *languages.homes(self.request)}
            }
            found += [
                {"location": address, "alternates": alternates(same)} for address in same.values()
            ]
        return found

    def get_latest_lastmod(self):
        # Never the same for long.
        return None
