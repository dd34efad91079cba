from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from . import references
from .models import DirectiveIndexPage, DirectivePage, with_periods
from .privacy import private_paths
from .register_query import FACET_WORDS
from .search.questions import PAGE, find, former_issuers
from .search.questions import suggest as suggestions

# Browsers keep a permanent redirect for good unless they are told, and a page may be moved.
DAY = 24 * 60 * 60  # seconds
MINUTE = 60
SUGGESTIONS = 8


@require_safe
def search(request):
    query = request.GET.get("q", "").strip()
    found = find(query, private_paths(request))
    results = Paginator(found, PAGE).get_page(request.GET.get("trang"))
    directives = [page for page in results if isinstance(page, DirectivePage)]
    prefetch_related_objects(directives, "type")
    with_periods(directives, timezone.localdate())
    context = {"query": query, "listing": results, "is_loose": found.is_loose, "meant": found.meant}
    # Whoever typed a number has named the document.
    if former := [] if found.numbered else former_issuers(query):
        registers = DirectiveIndexPage.objects.live().public()
        context |= {
            "former_issuers": former,
            "register": registers.order_by("depth", "path").first(),
            "issuer_parameter": FACET_WORDS["issuer"],
        }
    return render(request, "articles/search.html", context)


@require_safe
def suggest(request):
    """What a reader may mean who is still typing: titles, what they are, and addresses."""
    pages = suggestions(request.GET.get("q", ""), private_paths(request), SUGGESTIONS)
    answer = [
        {
            "title": page.title,
            "note": f"{page.type} {page.reference}"
            if isinstance(page, DirectivePage)
            else page.page_type_display_name,
            "address": page.get_url(request),
        }
        for page in pages
    ]
    response = JsonResponse({"suggestions": answer}, json_dumps_params={"ensure_ascii": False})
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
    return gone.serve(request, is_gone=True)
