"""The menu and the footer, as a reader may follow them."""

from dataclasses import dataclass, replace

from wagtail.models import Page, Site

from articles.privacy import private_paths


@dataclass(frozen=True)
class Link:
    title: str
    # Empty for a heading, which only opens its links.
    address: str
    # In the tree; empty for what is no page.
    path: str = ""
    links: tuple = ()


@dataclass(frozen=True)
class Column:
    heading: str
    links: tuple


def menu(settings, request):
    """For a preview; pages take it from the frame."""
    home = Site.find_for_request(request).root_page
    return open_to_public(read_menu(settings, pages_in(home, numbers_in(settings))), request)


def footer(settings, request):
    home = Site.find_for_request(request).root_page
    return open_columns(read_footer(settings, pages_in(home, numbers_in(settings))), request)


def quick_links(settings, request):
    home = Site.find_for_request(request).root_page
    links = read_quick_links(settings, pages_in(home, numbers_in(settings)))
    return open_to_public(links, request)


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


def read_menu(settings, pages):
    entries = [block.value for block in settings.menu]
    return tuple(
        replace(entry, links=_read(value["links"], pages))
        for value in entries
        if (entry := link_of(value, pages))
    )


def read_footer(settings, pages):
    return tuple(
        Column(block.value["heading"], _read(block.value["links"], pages))
        for block in settings.footer
    )


def read_quick_links(settings, pages):
    return _read([block.value for block in settings.quick_links], pages)


def _read(values, pages):
    return tuple(link for value in values if (link := link_of(value, pages)))


def link_of(value, pages):
    """None when its page is not online."""
    if not value["page"]:
        return Link(value["title"], value["address"])
    page = pages.get(value["page"])
    return page and replace(page, title=value["title"] or page.title)


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
