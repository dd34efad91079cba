"""Pages that are put together from what is kept of them.

Most of a page stays the same until somebody publishes something: its text, the frame, what is
related to it. That is rendered once in each process, with places left for what feeds, visits and
time alone change (`{% include_later %}`), and those are rendered with each request. So a page that
the page cache has let go of, once a minute and with every feed, costs a tenth of its rendering.
(docs/decisions/0032-pages-put-together.md)"""

import re
import secrets
import threading
import time
from collections import OrderedDict
from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.template import Engine, RequestContext
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from .versions import versions

# Pages of one process: some 10 MB.
MOST_KEPT = 256
# Seconds. What changes without a statement of the database, as files do that somebody deletes, is
# old for so long at most.
OLDEST = 600

# Nobody who writes a page can guess it.
_MARK = secrets.token_hex(16)
_PLACES = re.compile(f"<{_MARK} ([0-9]+)>")


class Later(NamedTuple):
    """A template that is rendered with each request, in a context of its own."""

    template: str
    words: dict


class Kept(NamedTuple):
    texts: int
    made_at: float  # of the clock that only goes on
    parts: list  # what stands before, between and behind the places, [str]
    places: list  # [Later]
    headers: dict
    parameters: frozenset | None  # the page's

    def filled(self, written):
        first, *others = self.parts
        return first + "".join(text + part for text, part in zip(written, others, strict=True))

    def is_of(self, texts):
        return self.texts == texts and time.monotonic() < self.made_at + OLDEST


class Places(list):
    """[(Later, what it is now)]"""

    # Whether nothing is missing that may be there a moment later.
    is_whole = True


_kept = OrderedDict()
_lock = threading.Lock()


def forget():
    """Start anew at the next request; for tests, whose databases turn back time."""
    with _lock:
        _kept.clear()


def answered(request, serve):
    """What `serve(request)` answers: put together, where this process has rendered it before.

    Of pages that say so (`is_kept`), as those see them who have not signed in, at addresses without
    a question.
    """
    if not _may_be_kept(request):
        return serve(request)
    key = request.scheme, request.get_host(), request.path, timezone.localdate()
    # Read before: what is published while it is rendered has another number.
    texts = versions(request).texts
    with _lock:
        kept = _kept.get(key)
        if kept:
            _kept.move_to_end(key)
    if kept and kept.is_of(texts):
        return _from(kept, request)
    response = serve(request)
    if _is_a_page(response):
        parts, places = _rendered(response, request)
        later = [place for place, _written in places]
        kept = Kept(
            texts,
            time.monotonic(),
            parts,
            later,
            dict(response.headers),
            request.portal_parameters,
        )
        if places.is_whole:
            _keep(key, kept)
        response.content = kept.filled(written for _place, written in places)
    return response


def _keep(key, kept):
    with _lock:
        _kept[key] = kept
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)


def _rendered(response, request):
    """(what stands between its places, Places in the order of the page)"""
    found = request.portal_places = Places()
    try:
        parts = _PLACES.split(response.render().content.decode())
    finally:
        # What else may be answered, that it can't be rendered for instance, has no places.
        del request.portal_places
    places = Places(found[int(number)] for number in parts[1::2])
    places.is_whole = found.is_whole
    return parts[::2], places


def _may_be_kept(request):
    return (
        request.method in ("GET", "HEAD")
        and not request.GET
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
    )


def _is_a_page(response):
    """And no form that asks for a password in its place, nor what says that it is gone."""
    if not isinstance(response, TemplateResponse) or response.status_code != 200:
        return False
    page = (response.context_data or {}).get("page")
    return getattr(page, "is_kept", False)


def _from(kept, request):
    request.portal_parameters = kept.parameters
    return HttpResponse(kept.filled(_written(kept.places, request)), headers=kept.headers)


def _written(places, request):
    context = RequestContext(request)
    templates = [Engine.get_default().get_template(place.template) for place in places]
    # Whichever of them: what surrounds every page is asked for once, for all.
    with context.bind_template(templates[0]):
        for template, place in zip(templates, places, strict=True):
            with context.push(**place.words):
                yield template.render(context)


def later(context, template, words):
    """A template rendered or, in a page that will be kept, its place."""
    with context.push(**words):
        written = context.template.engine.get_template(template).render(context)
    places = _places_of(context)
    if places is None:
        return written
    places.append((Later(template, words), written))
    return SafeString(f"<{_MARK} {len(places) - 1}>")


def is_not_whole(context):
    """Said by what couldn't be shown, and may be a moment later: this page is not kept."""
    places = _places_of(context)
    if places is not None:
        places.is_whole = False


def _places_of(context):
    return getattr(context.get("request"), "portal_places", None)
