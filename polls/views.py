from urllib.parse import urlsplit

from django.core.paginator import Paginator
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from . import addresses, audit, ballots, riddles, voters
from .ballots import Outcome
from .models import Poll

CLOSED_POLLS_A_PAGE = 20

NO_COOKIE = "no_cookie"
RIDDLE = "riddle"
WRONG_ANSWER = "wrong_answer"
# What the reader is told, and the status that goes with it.
ANSWERS = {
    Outcome.COUNTED: (_("Thank you, your opinion has been recorded."), 200),
    Outcome.ALREADY_VOTED: (
        _("Your opinion was recorded before; each person is counted once."),
        409,
    ),
    Outcome.CLOSED: (_("This poll is closed, so your choice was not counted."), 409),
    Outcome.NOT_OPEN_YET: (_("This poll is not open yet, so your choice was not counted."), 409),
    Outcome.UNKNOWN_CHOICE: (_("Please choose one of the answers below, then send again."), 400),
    Outcome.TOO_MANY_CHOICES: (
        _("You chose more answers than this poll allows. Please take some back, then send again."),
        400,
    ),
    RIDDLE: (_("One step more: answer the small sum below, then send."), 200),
    WRONG_ANSWER: (
        _("That was not the answer, so your choice was not counted yet. Here is another sum."),
        400,
    ),
    Outcome.TOO_MANY: (
        _(
            "Many opinions came from your network within this minute, so yours was not counted "
            "yet. Please send it again in a minute."
        ),
        429,
    ),
    NO_COOKIE: (
        _(
            "Your browser refused the cookie that keeps votes from being counted twice, so your "
            "choice was not counted. Please allow cookies for this site and send again."
        ),
        400,
    ),
}


HAS_VOTED = {Outcome.COUNTED, Outcome.ALREADY_VOTED}


@require_safe
def poll_list(request):
    now = timezone.now()
    live = Poll.objects.live()
    open_polls = list(live.open(now))
    closed = Paginator(live.closed(now).order_by("-closes_at"), CLOSED_POLLS_A_PAGE)
    listing = closed.get_page(request.GET.get("trang"))
    results = ballots.tally([*open_polls, *listing])
    context = {
        "open_polls": [(poll, results[poll.pk]) for poll in open_polls],
        "closed_polls": [(poll, results[poll.pk]) for poll in listing],
        "listing": listing,
    }
    return render(request, "polls/list.html", context)


@require_safe
def poll_page(request, pk):
    poll = get_object_or_404(Poll.objects.live(), pk=pk)
    token = voters.token(request)
    voted = token is not None and ballots.has_voted(poll, voters.key(poll, token))
    response = _page(request, poll, voted, ANSWERS[Outcome.COUNTED][0] if voted else "")
    if voters.cookie() in request.COOKIES:
        response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Cookie"])
    return response


# Public pages are the same for every reader, so they cannot carry a token: see _is_from_here.
@csrf_exempt
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request, pk):
    poll = get_object_or_404(Poll.objects.live(), pk=pk)
    if request.method != "POST":
        return redirect(poll)
    if not _is_from_here(request):
        return render(request, "polls/refused.html", {"poll": poll}, status=403)

    chosen = _choice_ids(request)
    outcome = ballots.refusal(poll, chosen)
    token = voters.token(request)
    if not outcome and token is None:
        if "thu-lai" in request.GET:
            outcome = NO_COOKIE
        else:
            return _send_again_with_token(request)
    if not outcome:
        outcome = _cast(request, poll, chosen, voters.key(poll, token))

    response = _answer(request, poll, outcome, chosen, token)
    if outcome == Outcome.TOO_MANY:
        response["Retry-After"] = "60"
    if outcome == Outcome.COUNTED:
        voters.remember(response, request, token)
    return response


def _cast(request, poll, chosen, voter):
    # Who has voted takes nobody's turn by trying again.
    if ballots.has_voted(poll, voter):
        return Outcome.ALREADY_VOTED
    if poll.asks_riddle:
        asked = request.POST.get("riddle")
        if not asked:
            return RIDDLE
        if not riddles.is_solved(voter, asked, request.POST.get("answer", "")):
            return WRONG_ANSWER
    admitted = addresses.admit(addresses.of(request))
    audit.note(poll, admitted)
    if not admitted:
        return Outcome.TOO_MANY
    return ballots.cast(poll, chosen, voter)


def _send_again_with_token(request):
    """Has the browser repeat its POST with a token: of two clicks on the button it follows the
    redirect of the last one only, so a first vote is counted once without knowing who sends it."""
    response = HttpResponseRedirect(f"{request.path}?thu-lai=1", preserve_request=True)
    voters.remember(response, request, voters.new_token())
    return response


def _answer(request, poll, outcome, chosen, token):
    message, status = ANSWERS[outcome]
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        body = {"outcome": outcome, "message": message}
        if poll.shows_results(voted=outcome in HAS_VOTED):
            body["results"] = ballots.moving(poll.result)
            body["page"] = _voted_page(poll)
        return JsonResponse(body, status=status)
    if outcome == Outcome.COUNTED:
        return HttpResponseRedirect(_voted_page(poll), status=303)
    asks = poll.asks_riddle and token and outcome not in HAS_VOTED
    riddle = riddles.ask(voters.key(poll, token)) if asks else None
    return _page(request, poll, outcome in HAS_VOTED, message, status, chosen, riddle)


def _voted_page(poll):
    # The query makes an address that no cache has seen without the vote.
    return f"{poll.get_absolute_url()}?da-ghi=1#ket-qua"


def _page(request, poll, voted, message, status=200, chosen=(), riddle=None):
    context = {
        "poll": poll,
        "result": poll.result,
        "voted": voted,
        "shows_results": poll.shows_results(voted),
        "message": message,
        "refused": status != 200,
        "chosen": chosen,
        "riddle": riddle,
        "corrections": poll.corrections.select_related("choice"),
    }
    return render(request, "polls/poll.html", context, status=status)


def _is_from_here(request):
    """Whether a page of this site sent the form, by the headers that no page can forge. Old
    browsers send none of them; they send no SameSite=Lax cookie to a foreign form either."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    sender = request.headers.get("Origin") or request.headers.get("Referer")
    try:
        return not sender or urlsplit(sender).netloc.lower() == request.get_host().lower()
    except ValueError:
        return False


def _choice_ids(request):
    """What was ticked, without what can be nobody's id."""
    texts = request.POST.getlist("choice")
    return {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 19}
