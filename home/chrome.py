"""What surrounds every page: navigation, the day's strip, the default sidebar. All lazy, so that
the admin and small answers don't pay for it."""

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from wagtail.models import Site

from articles.privacy import public
from sidebar.models import Sidebar
from sidebar.today import strip


def chrome(request):
    site = SimpleLazyObject(lambda: Site.find_for_request(request))
    return {
        # Asking who is there would make the page vary by cookie, for readers who have none too.
        "may_be_signed_in": settings.SESSION_COOKIE_NAME in request.COOKIES,
        "navigation": SimpleLazyObject(lambda: _navigation(site, request)),
        "strip": SimpleLazyObject(strip),
        "today": timezone.localdate(),
        # Pages of the tree set their own.
        "sidebar": SimpleLazyObject(
            lambda: Sidebar.objects.for_site(Site.find_for_request(request))
        ),
    }


def _navigation(site, request):
    if not site:
        return []
    return public(site.root_page.get_children().live().in_menu(), request)
