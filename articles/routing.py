"""Which page an address leads to, in each language. Wagtail's own way asks the database for the
language and for the home page's translation, with each request."""

from django.http import Http404
from django.urls import re_path
from wagtail import urls as wagtail_urls
from wagtail import views
from wagtail.models import Page, Site

from . import languages


def serve(request, path):
    # Where Wagtail's view looks first.
    request._wagtail_route_for_request = route(request, path)
    return views.serve(request, path)


def route(request, path):
    """A RouteResult; None: no page of the request's language has this address."""
    site = Site.find_for_request(request)
    if not site:
        return None
    steps = [step for step in path.split("/") if step]
    home = site.root_page
    if languages.is_own():
        return _from(home.specific, request, steps)
    place = languages.home_place(request)
    if place and not steps:
        return _from(home.specific_class.objects.get(pk=place.pk), request, steps)
    if place and (found := _below(place, request, steps)):
        return found
    found = _from(home.specific, request, steps)
    return found if found and isinstance(found.page, languages.InEveryLanguage) else None


def _below(home, request, steps):
    """As the home page itself would look, which needn't be read for that."""
    depth = len(home.path) // Page.steplen + 1
    pages = Page.objects.filter(path__startswith=home.path, depth=depth, slug=steps[0])
    page = pages.first()
    return page and _from(page.specific, request, steps[1:])


def _from(page, request, steps):
    try:
        return page.route(request, steps)
    except Http404:
        return None


urlpatterns = [
    *(one for one in wagtail_urls.urlpatterns if one.name != "wagtail_serve"),
    re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve"),
]
