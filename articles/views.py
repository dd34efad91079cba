from django.conf import settings
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from . import feeds, references
from .facets import WORDS
from .models import DirectiveIndexPage, DirectivePage, with_periods
from .search.results import SearchListing, suggested
from .subscriptions import answer

# Browsers keep a permanent redirect for good unless they are told, and a page may be moved.
DAY = 24 * 60 * 60  # seconds
MINUTE = 60
SUGGESTIONS = 8


@require_safe
def search(request):
    listing = SearchListing(request)
    context = {
        "query": listing.query.text,
        "search": listing,
        "listing": listing.page,
        "facets": listing.facets,
        "asked": listing.asked,
    }
    if former := listing.former_issuers:
        registers = DirectiveIndexPage.objects.live().public()
        context |= {
            "former_issuers": former,
            "register": registers.order_by("depth", "path").first(),
            "issuer_parameter": WORDS["issuer"],
        }
    return render(request, "articles/search.html", context)


@require_safe
def search_feed(request):
    listing = SearchListing(request)
    address = request.build_absolute_uri(reverse("articles:search"))
    own_address = request.build_absolute_uri(request.path)
    feed = listing.feed(address + listing.query.address, own_address + listing.query.address)
    return answer(request, feeds.atom(feed), feeds.ATOM_TYPE)


@require_safe
def suggest(request):
    """What a reader may mean who is still typing: titles, what they are, and addresses."""
    typed = request.GET.get("q", "")
    suggestions = [
        {"title": line.title, "note": line.note, "address": line.address}
        | ({"lang": settings.LANGUAGE_CODE} if line.is_foreign else {})
        for line in suggested(typed, request, SUGGESTIONS)
    ]
    response = JsonResponse({"suggestions": suggestions}, json_dumps_params={"ensure_ascii": False})
    patch_cache_control(response, public=True, max_age=MINUTE)
    return response


@require_safe
def by_number(request, words):
    """The permanent address of a number: leads to its page, or lists those that share the number.

    Two bodies may have given one number in one year.
    """
    try:
        reference, year = references.read_address(words)
    except references.NotAReference as error:
        raise Http404 from error
    same = DirectivePage.objects.of_number(reference.key, year)
    found = list(same.published().for_lists().newest())
    if len(found) == 1:
        response = redirect(found[0].get_url(request), permanent=True)
        patch_cache_control(response, max_age=DAY)
        return response
    if found:
        with_periods(found, timezone.localdate())
        return render(
            request,
            "articles/same_number.html",
            {"reference": found[0].reference, "year": year, "directives": found},
        )
    gone = next((page for page in same.not_live().public() if page.is_gone), None)
    if gone is None:
        raise Http404
    return gone.serve_gone(request)
