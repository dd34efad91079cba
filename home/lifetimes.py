"""For how long whoever keeps pages may show one, said in standard headers: to the portal's own page
cache (site/portal/pagecache.py), to nginx and to whatever else stands in front.

Only of what is the same for everybody, and named here or a page."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.cache import has_vary_header, patch_cache_control

from . import chrome

# Seconds. In a minute a page's words about the age of its figures are old; for as long again
# readers get it while it is renewed. While it can't be renewed, an old page is better than none.
FRESH = min(60, settings.RATES_INTERVAL, settings.WEATHER_INTERVAL, settings.GOLD_INTERVAL)
STANDS_IN = 24 * 60 * 60

# What counts in a question to these views; of pages, `parameters` says it (routing.py).
PARAMETERS = {
    "articles:document_page": (),
    "home:feeds": (),
    "home:site_map": (),
    "polls:list": ("trang",),
    "polls:poll": ("da-ghi",),
    "sidebar:currency": (),
    "sidebar:currency_csv": (),
    "sidebar:rates": ("q", "so-tien", "tu", "sang"),
    "sidebar:rates_csv": (),
    "sidebar:statistics": (),
    "sidebar:weather": (),
    "sitemap": ("p",),
}


class Lifetimes:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if is_for_everybody(request, response):
            declare(request, response)
        return response


def is_for_everybody(request, response):
    return (
        request.method in ("GET", "HEAD")
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not (request.COOKIES and has_vary_header(response, "Cookie"))
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not getattr(request, "is_preview", False)
        and _names(request) is not NOT_KEPT
    )


NOT_KEPT = object()


def _names(request):
    """What counts in a question; None: all of it."""
    match = request.resolver_match
    if match is None:
        return NOT_KEPT
    if hasattr(request, "portal_parameters"):
        return request.portal_parameters
    return PARAMETERS.get(match.view_name, NOT_KEPT)


def declare(request, response):
    fresh, is_bounded = _fresh(request, response)
    said = {"s_maxage": fresh, "stale_if_error": STANDS_IN}
    if not is_bounded:
        said["stale_while_revalidate"] = FRESH
    if "Cache-Control" not in response:
        # Browsers ask each time whether it is still the same, which costs a few bytes.
        said["max_age"] = 0
    patch_cache_control(response, **said)
    names = _names(request)
    if names is not None:
        listed = " ".join(f'"{name}"' for name in sorted(names))
        response["No-Vary-Search"] = f"params, except=({listed})" if names else "params, except=()"


def _fresh(request, response):
    """(seconds, whether something is to change then that nobody saves)"""
    now = timezone.localtime()
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    # Files and feeds show no notices.
    has_notices = response["Content-Type"].startswith("text/html")
    changes = [midnight, chrome.next_change(request) if has_notices else None]
    left = min((change - now).total_seconds() for change in changes if change)
    return (max(0, int(left)), True) if left < 2 * FRESH else (FRESH, False)
