"""/live/: the figures that move, for a page that itself is the same for everybody.

A page asks once when it is opened (that is also how a view and a visit are counted: readers who get
the page from a cache never reach Django otherwise) and now and then while it stays open.

Where visits are counted in Redis, FastLive answers most of it in front of Django."""

import base64
import re

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET

from articles.search.results import count_asked
from polls import addresses
from sidebar import visits
from sidebar.counters.in_redis import Unsure
from sidebar.visits import Hit, Who

from . import chrome

# Seconds.
NOTICES_KEPT = 30
# More than a page can hold; a longer list is no page of ours asking.
MAX_POLLS = 10
# In the environ of a request that Redis may have counted, or not.
MAY_BE_COUNTED = "portal.may_be_counted"


@require_GET
def live(request):
    """?page=ID&poll=ID&poll=ID&seen=1 -> {"visits": {...}, "views": n, "polls": {id: {...}}}

    `asked` is what the search gave its page to be counted by; `seen` marks the later requests of a
    page that was counted already.
    """
    hit = _hit_of(request)
    asked = request.GET.get("asked")
    if asked and _is_opening(request.META, request.GET) and hit.who is not Who.MACHINE:
        count_asked(asked)
    response = HttpResponse(_body(_count(request, hit)), content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


# A transparent dot.
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@require_GET
def pixel(request):
    """?page=ID -> a picture that nobody sees: counts readers whose browsers run no scripts."""
    _count(request, _hit_of(request)._replace(poll_ids=()))
    response = HttpResponse(GIF, content_type="image/gif")
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def notices(request):
    """What everybody must know now, for a page that has been open for a while."""
    shown = chrome.notices(request, is_home="trang-chu" in request.GET)
    response = render(request, "includes/notices.html", {"notices": shown})
    patch_cache_control(response, public=True, max_age=_seconds_to_keep(request))
    return response


def _seconds_to_keep(request):
    change = chrome.next_change(request)
    left = (change - timezone.now()).total_seconds() if change else NOTICES_KEPT
    return int(min(left, NOTICES_KEPT))


def _hit_of(request):
    polls = [number for number in map(_number, request.GET.getlist("poll")) if number]
    return _hit(
        request.META,
        page_id=_number(request.GET.get("page")),
        is_opening=_is_opening(request.META, request.GET),
        poll_ids=tuple(dict.fromkeys(polls[:MAX_POLLS])),
        is_member=request.user.is_authenticated,
    )


def _hit(environ, page_id, is_opening, poll_ids, is_member):
    agent = environ.get("HTTP_USER_AGENT", "")
    who = Who.MEMBER if is_member else Who.MACHINE if visits.is_machine(agent) else Who.READER
    # Do Not Track, and the Global Privacy Control that came after it.
    wants_no_traces = environ.get("HTTP_DNT") == "1" or environ.get("HTTP_SEC_GPC") == "1"
    visitor = None if wants_no_traces else (addresses.in_environ(environ), agent)
    return Hit(who, visitor, page_id, is_opening, poll_ids)


def _is_opening(environ, parameters):
    # Browsers fetch pages ahead that nobody may ever look at.
    is_prefetch = "prefetch" in environ.get("HTTP_SEC_PURPOSE", "")
    return "seen" not in parameters and not is_prefetch


def _count(request, hit):
    if MAY_BE_COUNTED in request.META:
        hit = hit._replace(visitor=None, is_opening=False)
    return visits.count(hit)


def _body(reading):
    views = "" if reading.views is None else f'"views": {reading.views}, '
    polls = f'"polls": {reading.polls}, ' if reading.polls else ""
    guests, members, online, today, month, total = reading.figures
    return (
        f'{{{views}{polls}"visits": {{"online-guests": {guests}, "online-members": {members}, '
        f'"online-total": {online}, "visits-today": {today}, "visits-month": {month}, '
        f'"visits-total": {total}}}}}'
    ).encode()


def _number(text):
    """An id from the address, or None: 0, words and endless digits are nobody's id."""
    if text and text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text) or None
    return None


class FastLive:
    """WSGI in front of Django: answers what pages of ours ask for readers who have no session, as
    long as Redis alone knows the answer. All else is Django's."""

    # As portal.js writes it. Questions have to be noted, and nonsense looked at.
    QUERY = re.compile(
        r"(?:page=(?P<page>[1-9]\d{0,8}))?(?P<seen>&?seen=1)?(?P<polls>(?:&?poll=[1-9]\d{0,8}){0,10})",
        re.ASCII,
    )
    # Hosts by their headers: one is a few bytes, and a stranger may send any that is ours.
    MOST_KNOWN = 100

    def __init__(self, django):
        self._django = django
        self._counter = visits.in_redis(settings.REDIS_URL)
        self._bodies = {reverse("live"): _body, reverse("live_pixel"): lambda reading: GIF}
        self._session = f"{settings.SESSION_COOKIE_NAME}="
        # Where it says that a request came over TLS.
        self._scheme = (settings.SECURE_PROXY_SSL_HEADER or ("wsgi.url_scheme",))[0]
        # What Django's middlewares put on an answer to this host, over this scheme: seen once, and
        # by that known to be one that Django answers.
        self._headers = {}

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if (
            path not in self._bodies
            or environ["REQUEST_METHOD"] != "GET"
            or self._session in environ.get("HTTP_COOKIE", "")
        ):
            return self._django(environ, start_response)
        place = (
            path,
            environ.get("HTTP_HOST"),
            environ["wsgi.url_scheme"],
            environ.get(self._scheme),
        )
        headers = self._headers.get(place)
        if headers is None:
            return self._django(environ, self._learning(place, start_response))
        asked = self.QUERY.fullmatch(environ.get("QUERY_STRING", ""))
        if not asked:
            return self._django(environ, start_response)
        page, seen, polls = asked.groups()
        hit = _hit(
            environ,
            page_id=int(page) if page else None,
            is_opening=_is_opening(environ, ("seen",) if seen else ()),
            poll_ids=tuple(dict.fromkeys(re.findall(r"\d+", polls))) if polls else (),
            is_member=False,
        )
        try:
            reading = self._counter.try_to_count(hit)
        except Unsure:
            environ[MAY_BE_COUNTED] = True
            reading = None
        if reading is None:
            return self._django(environ, start_response)
        body = self._bodies[path](reading)
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _learning(self, place, start_response):
        def start(status, headers, exc_info=None):
            names = {name.lower() for name, _text in headers}
            if status == "200 OK" and "set-cookie" not in names:
                if len(self._headers) >= self.MOST_KNOWN:
                    self._headers.clear()
                # What belongs to this one body alone. Ours is a few bytes, and never packed.
                its = {"content-length", "content-encoding"}
                self._headers[place] = [one for one in headers if one[0].lower() not in its]
            return start_response(status, headers, exc_info)

        return start
