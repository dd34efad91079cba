"""/live/: the figures that move, for a page that itself is the same for everybody.

A page asks once when it is opened (that is also how a view and a visit are counted: readers who get
the page from a cache never reach Django otherwise) and now and then while it stays open."""

from django.http import JsonResponse
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
    agent = request.headers.get("User-Agent", "")
    answer = {}

    visits.record(addresses.of(request), agent, is_member=request.user.is_authenticated)
    if page_id and Page.objects.live().public().filter(pk=page_id).exists():
        if _is_opened_by_a_reader(request, agent):
            visits.count_view(page_id)
        answer["views"] = visits.view_count(page_id)
    if (asked := request.GET.get("asked")) and _is_opened_by_a_reader(request, agent):
        count_asked(asked)
    if polls:
        answer["polls"] = poll_figures(polls[:MAX_POLLS])
    figures = visits.figures()
    answer["visits"] = {
        "online-guests": figures.guests,
        "online-members": figures.members,
        "online-total": figures.online,
        "visits-today": figures.today,
        "visits-total": figures.total,
    }
    response = JsonResponse(answer)
    response["Cache-Control"] = "no-store"
    return response


def _number(text):
    """An id from the address, or None: 0, words and endless digits are nobody's id."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _is_opened_by_a_reader(request, agent):
    is_first = "seen" not in request.GET
    # Browsers fetch pages ahead that nobody may ever look at.
    is_prefetch = "prefetch" in request.headers.get("Sec-Purpose", "")
    return is_first and not is_prefetch and not visits.MACHINES.search(agent)
