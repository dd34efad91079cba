"""Where everything is: the map of the portal, and its feeds. Made from the tree and from code, so
that no editor has to keep them."""

from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Site

from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage
from articles.privacy import private_paths
from polls.models import Poll

from .models import StandardPage

# Not what sections list: there are thousands of it.
KINDS = (DirectiveIndexPage, NewsIndexPage, EventIndexPage, StandardPage)
# Below a section's own address.
FOLLOWED = {
    NewsIndexPage: [("RSS", "rss/"), ("Atom", "atom/")],
    DirectiveIndexPage: [("RSS", "rss/"), ("Atom", "atom/")],
}
TABLES = {DirectiveIndexPage: [("CSV", "csv/"), ("JSON", "json/")]}
CALENDARS = {EventIndexPage: [("iCalendar", "lich.ics")]}


@dataclass(frozen=True)
class Section:
    title: str
    address: str
    path: str
    kind: type
    sections: list = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """What can be followed or fetched, in one format or several."""

    title: str
    formats: list  # [(name, address)]


@require_safe
def site_map(request):
    context = {
        "tree": _tree(_sections(request)),
        "open_polls": Poll.objects.live().open(timezone.now()).order_by("-opens_at"),
    }
    return render(request, "home/site_map.html", context)


@require_safe
def feeds(request):
    sections = _sections(request)
    rates = Source(_("Exchange rates"), [("CSV", reverse("sidebar:rates_csv"))])
    context = {
        "followed": _sources(sections, FOLLOWED),
        "calendars": _sources(sections, CALENDARS),
        "tables": [*_sources(sections, TABLES), rates],
        "root_url": request.build_absolute_uri("/").rstrip("/"),
        "webcal": f"webcal://{request.get_host()}",
    }
    return render(request, "home/feeds.html", context)


def _sections(request):
    """All that the public may read, in the order of the tree, by one query."""
    site = Site.find_for_request(request)
    if site is None:
        return []
    home = site.root_page
    kinds = {kind.pk: model for model, kind in ContentType.objects.get_for_models(*KINDS).items()}
    pages = home.get_descendants().live().filter(content_type__in=list(kinds)).order_by("path")
    closed = private_paths(request)
    return [
        Section(title, "/" + url_path.removeprefix(home.url_path), path, kinds[kind])
        for title, url_path, path, kind in pages.values_list(
            "title", "url_path", "path", "content_type"
        )
        if not path.startswith(closed)
    ]


def _tree(sections):
    """Each below the nearest that is above it; what is not online leaves a gap."""
    top, above = [], []
    for section in sections:
        while above and not section.path.startswith(above[-1].path):
            above.pop()
        (above[-1].sections if above else top).append(section)
        above.append(section)
    return top


def _sources(sections, formats):
    return [
        Source(
            section.title,
            [(name, section.address + below) for name, below in formats[section.kind]],
        )
        for section in sections
        if section.kind in formats
    ]
