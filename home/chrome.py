"""What surrounds every page: the office, navigation, what everybody must know, the day's strip, the
default sidebar. All lazy, so that the admin and small answers don't pay for it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from wagtail.models import Site

from articles import languages
from articles.beside import SHOWN, sidebar_of
from articles.privacy import private_paths
from articles.versions import held, versions
from sidebar.today import strip

from . import navigation
from .inline import READER_SCRIPT
from .models import (
    MourningSettings,
    NavigationSettings,
    OfficeSettings,
    StandardPage,
    UrgentNotice,
)
from .models.notices import Place, Stage

LOGO_HEIGHT = 56

# By site, its home page and language: what changes only with a version of the database, read again
# then.
_frames = {}


@dataclass(frozen=True)
class ShownNotice:
    notice: UrgentNotice
    link: navigation.Link | None


@dataclass(frozen=True)
class Logo:
    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Frame:
    # The version of the database, but for feeds' figures.
    texts: int
    office: OfficeSettings
    # None: the portal's own.
    logo: Logo | None = None
    # A rule of a style sheet; empty: the portal's own colours.
    brand_style: str = ""
    menu: tuple = ()
    footer: tuple = ()
    quick_links: tuple = ()
    # The page about how to reach the office.
    contact: navigation.Link | None = None
    # Those to come too: nobody saves anything when their time has come, or is over.
    notices: tuple = ()
    mourning: MourningSettings | None = None


def forget():
    """Start anew at the next request; for tests, whose databases turn back time."""
    _frames.clear()


def chrome(request):
    frame = SimpleLazyObject(lambda: _frame(request))
    home = languages.start(languages.current())
    return {
        "language": languages.current(),
        # An attribute for what the office wrote in Vietnamese, on pages that aren't.
        "vietnamese": SafeString("" if languages.is_own() else f' lang="{settings.LANGUAGE_CODE}"'),
        "home_address": home,
        # Asking who is there would make the page vary by cookie, for readers who have none too.
        "may_be_signed_in": settings.SESSION_COOKIE_NAME in request.COOKIES,
        "reader_script": READER_SCRIPT,
        "office": SimpleLazyObject(lambda: frame.office),
        "logo": SimpleLazyObject(lambda: frame.logo),
        "brand_style": SimpleLazyObject(lambda: frame.brand_style),
        "navigation": SimpleLazyObject(lambda: navigation.open_to_public(frame.menu, request)),
        "footer": SimpleLazyObject(lambda: navigation.open_columns(frame.footer, request)),
        "quick_links": SimpleLazyObject(
            lambda: navigation.open_to_public(frame.quick_links, request)
        ),
        "contact": SimpleLazyObject(lambda: _if_open(frame.contact, private_paths(request))),
        "above": _above(request.path),
        "notices": SimpleLazyObject(lambda: notices(request, is_home=request.path == home)),
        "mourning": SimpleLazyObject(lambda: _mourning(frame)),
        "strip": SimpleLazyObject(lambda: _strip(request)),
        "today": timezone.localdate(),
        # Pages of the tree set their own.
        "sidebar": SimpleLazyObject(lambda: _sidebar(request)),
    }


def _sidebar(request):
    return sidebar_of(None if languages.is_own() else languages.home_place(request), request)


@held(seconds=SHOWN, figures=True)
def _strip(request):
    return strip()


def _above(path):
    """The addresses that this one lies below."""
    steps = path.strip("/").split("/")[:-1]
    return ["/" + "/".join(steps[:end]) + "/" for end in range(1, len(steps) + 1)]


def notices(request, is_home):
    """What readers must know now, the most urgent first."""
    now = timezone.now()
    closed = private_paths(request)
    return [
        ShownNotice(shown.notice, _if_open(shown.link, closed))
        for shown in _frame(request).notices
        if shown.notice.stage(now) is Stage.ON
        and (is_home or shown.notice.place == Place.EVERYWHERE)
    ]


def next_change(request):
    """When the next notice comes or goes, or mourning does; None when nothing is to come. No page
    may be kept for longer."""
    frame = _frame(request)
    timed = [shown.notice for shown in frame.notices]
    if frame.mourning and frame.mourning.starts_at:
        timed.append(frame.mourning)
    moments = [moment for one in timed for moment in (one.starts_at, one.ends_at)]
    return min((moment for moment in moments if moment > timezone.now()), default=None)


def _if_open(link, closed):
    return None if link is None or link.path.startswith(closed) else link


def _mourning(frame):
    return frame.mourning if frame.mourning and frame.mourning.is_on(timezone.now()) else None


def notice_for_preview(notice, request):
    home = Site.find_for_request(request).root_page
    pages = navigation.pages_in(home, {notice.link_page_id} - {None})
    return ShownNotice(notice, _if_open(_link_of(notice, pages), private_paths(request)))


def _link_of(notice, pages):
    if notice.link_page_id is None and not notice.link_address:
        return None
    return navigation.link_of(
        {
            "page": notice.link_page_id,
            "title": notice.link_text,
            "address": notice.link_address,
        },
        pages,
    )


def known_office():
    """The office as this process has seen it last, without asking anybody: not even the database,
    which may be away. None where it knows none, or several."""
    offices = {frame.office.pk: frame.office for frame in _frames.values()}
    return next(iter(offices.values())) if len(offices) == 1 else None


def _frame(request):
    site = Site.find_for_request(request)
    if not site:
        return Frame(versions(request).texts, OfficeSettings(name=settings.WAGTAIL_SITE_NAME))
    place = site.pk, site.root_page_id, languages.current()
    known = _frames.get(place)
    if known is None or known.texts != versions(request).texts:
        known = _frames[place] = _read(site, request)
    return known


def _logo(rendition):
    """At the header's size, whatever its shape."""
    if rendition is None:
        return None
    height = min(LOGO_HEIGHT, rendition.height)
    return Logo(rendition.url, round(rendition.width * height / rendition.height), height)


def _read(site, request):
    # Not for_site(), which would write a row that looks like an office's choice of no menu.
    chosen = NavigationSettings.objects.filter(site=site).first() or NavigationSettings()
    notices = UrgentNotice.objects.not_over(timezone.now()).as_readers_see_them()
    about = StandardPage.objects.live().descendant_of(site.root_page).contact_first()
    contact = about.values_list("pk", flat=True).first()
    linked = {contact, *(notice.link_page_id for notice in notices)} - {None}
    numbers = navigation.numbers_in(chosen) | linked
    pages = navigation.pages_in(site.root_page, numbers)
    office = OfficeSettings.for_site(site)
    if languages.is_own():
        ways = navigation.Ways(pages)
    else:
        office.speak_english()
        ways = navigation.Translated(pages, languages.translations(request))
    return Frame(
        versions(request).texts,
        office,
        logo=_logo(office.logo_rendition()),
        brand_style=office.brand_style,
        menu=ways.menu(chosen),
        footer=ways.footer(chosen),
        quick_links=ways.quick_links(chosen),
        contact=ways.page(contact),
        notices=tuple(ShownNotice(notice, _link_of(notice, pages)) for notice in notices),
        mourning=MourningSettings.objects.filter(site=site).first(),
    )
