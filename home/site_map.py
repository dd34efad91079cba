"""Where everything is: the map of the portal, and its feeds. Made from the tree and from code, so
that no editor has to keep them."""

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Page

from articles import languages
from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage
from articles.privacy import private_paths
from polls.models import Poll

from .models import StandardPage

# Not what sections list: there are thousands of it.
KINDS = (DirectiveIndexPage, NewsIndexPage, EventIndexPage, StandardPage)
# In the tree, of what lies right below the home page.
REGISTER_DEPTH = 3
# Below a section's own address.
FOLLOWED = {
    NewsIndexPage: [("RSS", "rss/"), ("Atom", "atom/")],
    DirectiveIndexPage: [("RSS", "rss/"), ("Atom", "atom/")],
}
TABLES = {DirectiveIndexPage: [("CSV", "csv/"), ("JSON", "json/")]}
API = "/api/v2/pages/"
CALENDARS = {EventIndexPage: [("iCalendar", "lich.ics")]}


@dataclass(frozen=True)
class Section:
    title: str
    address: str
    path: str
    kind: type
    # Whether its title is Vietnamese on a page that isn't.
    is_foreign: bool = False
    sections: list = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """What can be followed or fetched, in one format or several."""

    title: str
    formats: list  # [(name, address)]
    is_foreign: bool = False


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
        "api": API if languages.is_own() else f"{API}?locale={languages.current()}",
        "root_url": request.build_absolute_uri("/").rstrip("/"),
        "webcal": f"webcal://{request.get_host()}",
    }
    return render(request, "home/feeds.html", context)


def _sections(request):
    """All that the public may read in this language, in the order of the tree, by one query. The
    register has one tree for all."""
    homes = languages.homes(request)
    own, home = homes.get(settings.LANGUAGE_CODE), homes.get(languages.current())
    if own is None or home is None:
        return []
    kinds = {kind.pk: model for model, kind in ContentType.objects.get_for_models(*KINDS).items()}
    registers = [pk for pk, model in kinds.items() if model is DirectiveIndexPage]
    here = Q(path__startswith=home.path, content_type__in=list(kinds))
    pages = Page.objects.live().filter(
        here | Q(path__startswith=own.path, content_type__in=registers)
    )
    closed = private_paths(request)
    rows = pages.order_by("path").values_list("title", "url_path", "path", "depth", "content_type")
    return [
        _section(
            title, url_path, path, depth, kinds[kind], home if path.startswith(home.path) else own
        )
        for title, url_path, path, depth, kind in rows
        if not path.startswith(closed)
    ]


def _section(title, url_path, path, depth, kind, home):
    is_foreign = not languages.is_own() and kind is DirectiveIndexPage
    if is_foreign and depth == REGISTER_DEPTH:
        # The register itself has a name; those of its sections are the office's.
        title, is_foreign = _("Official documents"), False
    address = languages.start(languages.current()) + url_path.removeprefix(home.url_path)
    return Section(title, address, path, kind, is_foreign)


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
            section.is_foreign,
        )
        for section in sections
        if section.kind in formats
    ]
