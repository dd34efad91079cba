"""/live/: the figures that move, for a page that itself is the same for everybody.

A page asks once when it is opened (that is also how a view and a visit are counted: readers who get
the page from a cache never reach Django otherwise) and now and then while it stays open."""

import base64

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from wagtail.models import Page

from articles.search.results import count_asked
from polls import addresses
from polls.ballots import figures as poll_figures
from sidebar import visits

# More than a page can hold; a longer list is no page of ours asking.
MAX_POLLS = 10


@require_GET
def live(request):
    """?page=ID&poll=ID&poll=ID&seen=1 -> {"visits": {...}, "views": n, "polls": {id: {...}}}

    `asked` is what the search gave its page to be counted by; `seen` marks the later requests of a
    page that was counted already.
    """
    page_id = _number(request.GET.get("page"))
    polls = [number for number in map(_number, request.GET.getlist("poll")) if number]
    answer = {}

    if _count(request, page_id):
        answer["views"] = visits.view_count(page_id)
    if (asked := request.GET.get("asked")) and _is_opened_by_a_reader(request):
        count_asked(asked)
    if polls:
        answer["polls"] = poll_figures(polls[:MAX_POLLS])
    figures = visits.figures()
    answer["visits"] = {
        "online-guests": figures.guests,
        "online-members": figures.members,
        "online-total": figures.online,
        "visits-today": figures.today,
        "visits-month": figures.month,
        "visits-total": figures.total,
    }
    response = JsonResponse(answer)
    response["Cache-Control"] = "no-store"
    return response


# A transparent dot.
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@require_GET
def pixel(request):
    """?page=ID -> a picture that nobody sees: counts readers whose browsers run no scripts."""
    _count(request, _number(request.GET.get("page")))
    response = HttpResponse(GIF, content_type="image/gif")
    response["Cache-Control"] = "no-store"
    return response


def _count(request, page_id):
    """Count a visit, unless the reader asked not to be followed, and a view, which tells nothing of
    anybody; whether there is such a page."""
    if not _wants_no_traces(request):
        agent = request.headers.get("User-Agent", "")
        visits.record(addresses.of(request), agent, is_member=request.user.is_authenticated)
    if not page_id or not Page.objects.live().public().filter(pk=page_id).exists():
        return False
    if _is_opened_by_a_reader(request):
        visits.count_view(page_id)
    return True


def _wants_no_traces(request):
    """Do Not Track, and the Global Privacy Control that came after it."""
    return "1" in (request.headers.get("DNT"), request.headers.get("Sec-GPC"))


def _number(text):
    """An id from the address, or None: 0, words and endless digits are nobody's id."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _is_opened_by_a_reader(request):
    is_first = "seen" not in request.GET
    # Browsers fetch pages ahead that nobody may ever look at.
    is_prefetch = "prefetch" in request.headers.get("Sec-Purpose", "")
    return (
        is_first
        and not is_prefetch
        and not visits.MACHINES.search(request.headers.get("User-Agent", ""))
    )
