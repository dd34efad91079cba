"""Answers to programs that come again and again for the same: feeds and calendars."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.http import content_disposition_header
from wagtail.models import Site

from .languages import home_place, is_own

FRESH = 5 * 60  # seconds


def answer(request, body, content_type, filename=""):
    """The body, or that it hasn't changed, for whoever has it already.

    Known by its fingerprint and not by a date: when the newest page is taken down, the date of the
    newest goes back, and a program that asks by date would keep what nobody may read any more.
    """
    response = HttpResponse(body, content_type=content_type)
    if filename:
        response["Content-Disposition"] = content_disposition_header(True, filename)
    patch_cache_control(response, max_age=FRESH)
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response)


def portal_name(request):
    """In the language of the request."""
    if not is_own() and (home := home_place(request)):
        return home.title
    site = Site.find_for_request(request)
    return (site and site.site_name) or settings.WAGTAIL_SITE_NAME
