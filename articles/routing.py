"""Which page an address leads to, in each language. Wagtail's own way asks the database for the
language and for the home page's translation, with each request."""

from contextlib import suppress
from copy import copy

from django.http import Http404
from django.urls import re_path
from wagtail import urls as wagtail_urls
from wagtail import views
from wagtail.models import Site

from . import assembly, languages
from .sections import leaves, sections


def serve(request, path):
    return assembly.answered(request, lambda request: _serve(request, path))


def _serve(request, path):
    found = route(request, path)
    # Where Wagtail's view looks first.
    request._wagtail_route_for_request = found
    # What counts in a question to it.
    request.portal_parameters = getattr(found and found.page, "parameters", None)
    return views.serve(request, path)


def route(request, path):
    """A RouteResult; None: no page of the request's language has this address."""
    site = Site.find_for_request(request)
    if not site:
        return None
    steps = [step for step in path.split("/") if step]
    own = sections(request).by_path.get(site.root_page.path)
    if languages.is_own():
        return own and _follow(own, request, steps)
    place = languages.home_place(request)
    home = place and sections(request).by_path.get(place.path)
    if home and (found := _follow(home, request, steps)):
        return found
    # Home pages have one in each language.
    found = own and steps and _follow(own, request, steps)
    return found if found and isinstance(found.page, languages.InEveryLanguage) else None


def _follow(home, request, steps):
    section, left = sections(request).follow(home, steps)
    # Others are answering from them too.
    section, home = copy(section), copy(home)
    with suppress(Http404):
        if left and (page := _leaf(section, left[0])):
            return page.route(request, left[1:])
        return section.route(request, left)
    if section.pk != home.pk:
        # One of a section's own addresses, which a page hides: /tin-tuc/2026/11/ beside "2026".
        with suppress(Http404):
            return home.route(request, steps)
    return None


def _leaf(section, slug):
    """A page that is online right below it, in one query: its kind is known by the section's."""
    for kind in leaves(type(section)):
        found = kind.objects.child_of(section).live().filter(slug=slug)
        if page := kind.read_whole(found).first():
            return page
    return None


urlpatterns = [
    *(one for one in wagtail_urls.urlpatterns if one.name != "wagtail_serve"),
    re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve"),
]
