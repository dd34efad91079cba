"""What surrounds every page: the office, navigation, the day's strip, the default sidebar. All
lazy, so that the admin and small answers don't pay for it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from wagtail.models import Site

from articles.privacy import public
from articles.versions import Versions, versions
from sidebar.models import Sidebar
from sidebar.today import strip

from .models import OfficeSettings

# By site and its home page: what changes only with a version of the database, read again then.
_frames = {}


@dataclass(frozen=True)
class MenuItem:
    title: str
    path: str  # in the tree
    address: str


@dataclass(frozen=True)
class Frame:
    versions: Versions
    office: OfficeSettings
    menu: list[MenuItem]


def forget():
    """Start anew at the next request; for tests, whose databases turn back time."""
    _frames.clear()


def chrome(request):
    frame = SimpleLazyObject(lambda: _frame(request))
    return {
        # Asking who is there would make the page vary by cookie, for readers who have none too.
        "may_be_signed_in": settings.SESSION_COOKIE_NAME in request.COOKIES,
        "office": SimpleLazyObject(lambda: frame.office),
        "navigation": SimpleLazyObject(lambda: public(frame.menu, request)),
        "strip": SimpleLazyObject(strip),
        "today": timezone.localdate(),
        # Pages of the tree set their own.
        "sidebar": SimpleLazyObject(
            lambda: Sidebar.objects.for_site(Site.find_for_request(request))
        ),
    }


def _frame(request):
    site = Site.find_for_request(request)
    if not site:
        return Frame(versions(request), OfficeSettings(name=settings.WAGTAIL_SITE_NAME), [])
    place = site.pk, site.root_page_id
    known = _frames.get(place)
    if known is None or known.versions != versions(request):
        home = site.root_page
        pages = home.get_children().live().in_menu().values_list("title", "path", "url_path")
        menu = [
            MenuItem(title, path, "/" + url_path.removeprefix(home.url_path))
            for title, path, url_path in pages
        ]
        known = Frame(versions(request), OfficeSettings.for_site(site), menu)
        _frames[place] = known
    return known
