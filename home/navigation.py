"""The menu and the footer, as a reader may follow them."""

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Site

from articles import languages
from articles.models import DirectiveIndexPage, DirectivePage
from articles.privacy import private_paths

# What is no page, by the names of its addresses: what a menu calls it that nobody wrote.
VIEWS = {
    "sidebar:rates": _("Exchange rates"),
    "sidebar:weather": _("Weather"),
    "sidebar:statistics": _("Visitor statistics"),
    "polls:list": _("Polls"),
    "articles:search": _("Search"),
    "home:site_map": _("Map of the portal"),
    "home:feeds": _("Feeds and open data"),
}


@dataclass(frozen=True)
class Link:
    title: str
    # Empty for a heading, which only opens its links.
    address: str
    # In the tree; empty for what is no page.
    path: str = ""
    links: tuple = ()
    # Whether its title is the office's own Vietnamese, on a page that isn't.
    is_foreign: bool = False


@dataclass(frozen=True)
class Column:
    heading: str
    links: tuple


def ways_of(settings, request):
    """For a preview; pages take theirs from the frame."""
    home = Site.find_for_request(request).root_page
    return Ways(pages_in(home, numbers_in(settings)))


def numbers_in(settings):
    """Of all pages that are linked to."""
    values = [block.value for block in [*settings.menu, *settings.footer, *settings.quick_links]]
    links = [link for value in values for link in [value, *value.get("links", [])]]
    return {link["page"] for link in links if link.get("page")}


def pages_in(home, numbers):
    """{number: Link} of those that are online below the home page, which is one of them."""
    found = Page.objects.live().descendant_of(home, inclusive=True).filter(pk__in=numbers)
    return {
        number: Link(title, "/" + url_path.removeprefix(home.url_path), path)
        for number, title, path, url_path in found.values_list("pk", "title", "path", "url_path")
    }


class Ways:
    """As the office arranged them; `pages` of pages_in()."""

    def __init__(self, pages):
        self._pages = pages

    def menu(self, settings):
        return tuple(
            replace(entry, links=_read(block.value["links"], self._pages))
            for block in settings.menu
            if (entry := link_of(block.value, self._pages))
        )

    def footer(self, settings):
        return tuple(
            Column(block.value["heading"], _read(block.value["links"], self._pages))
            for block in settings.footer
        )

    def quick_links(self, settings):
        return _read([block.value for block in settings.quick_links], self._pages)

    def page(self, number):
        """None when it is not online."""
        return self._pages.get(number)


def _read(values, pages):
    return tuple(link for value in values if (link := link_of(value, pages)))


def link_of(value, pages):
    """None when its page is not online."""
    if not value["page"]:
        return Link(value["title"], value["address"])
    page = pages.get(value["page"])
    return page and replace(page, title=value["title"] or page.title)


class Translated:
    """The same ways in another language, under the names that they have in it: what has none is
    left out, and what a heading holds stands by itself."""

    def __init__(self, pages, translations):
        """pages: of pages_in()"""
        language = languages.current()
        self._pages = {
            number: Link(there[language].title, there[language].address, there[language].path)
            for number in pages
            if language in (there := translations.by_number.get(number, {}))
        }
        for number in _of_the_law(pages):
            link = pages[number]
            self._pages[number] = replace(
                link, address=languages.turned(link.address, language), is_foreign=True
            )
        # The register itself has a name; those of its sections are the office's.
        for number in _registers(pages):
            self._pages[number] = replace(
                self._pages[number], title=gettext("Official documents"), is_foreign=False
            )
        self._views = {}
        for name, title in VIEWS.items():
            address = reverse(name)
            self._views[languages.turned(address)] = Link(str(title), address)

    def menu(self, settings):
        ways = []
        for block in settings.menu:
            links = self._named(block.value["links"])
            entry = self._named([block.value])
            ways += [replace(entry[0], links=links)] if entry else links
        return tuple(ways)

    def footer(self, settings):
        links = [link for block in settings.footer for link in self._named(block.value["links"])]
        return (Column("", tuple(dict.fromkeys(links))),)

    def quick_links(self, settings):
        return self._named([block.value for block in settings.quick_links])

    def page(self, number):
        return self._pages.get(number)

    def _named(self, values):
        known = (
            self._pages.get(value["page"]) if value["page"] else self._views.get(value["address"])
            for value in values
        )
        return tuple(link for link in known if link)


def _of_the_law(numbers):
    return [
        pk
        for model in (DirectiveIndexPage, DirectivePage)
        for pk in model.objects.filter(pk__in=numbers).values_list("pk", flat=True)
    ]


def _registers(numbers):
    registers = DirectiveIndexPage.objects.filter(pk__in=numbers, depth=3)
    return registers.values_list("pk", flat=True)


def open_to_public(links, request):
    """Without what is closed to the public, and what is closed with it."""
    return list(_open(links, private_paths(request)))


def open_columns(columns, request):
    shown = [replace(column, links=open_to_public(column.links, request)) for column in columns]
    return [column for column in shown if column.links]


def _open(links, closed):
    for link in links:
        if not link.path.startswith(closed):
            inner = tuple(_open(link.links, closed))
            if link.address or inner:
                yield replace(link, links=inner)
