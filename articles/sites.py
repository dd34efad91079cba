"""The site that a request is for, from memory: Wagtail asks the database with each request."""

from django.utils.functional import SimpleLazyObject
from wagtail.models import Site

from .versions import held


@held()
def site_of(request, host):
    """By the request's own host, whose name and port are `host`; None: there is no site for it."""
    return Site._find_for_request(request)


@held()
def root_paths(request):
    return Site.get_site_root_paths()


class SiteOfHost:
    """Gives requests their site where Wagtail keeps it, once it has asked."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Lazy: not every answer needs one.
        host = request.META.get("HTTP_HOST")
        request._wagtail_site = SimpleLazyObject(lambda: site_of(request, host))
        request._wagtail_cached_site_root_paths = SimpleLazyObject(lambda: root_paths(request))
        return self.get_response(request)
