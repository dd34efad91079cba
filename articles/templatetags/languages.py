"""Where the same page stands in the other languages."""

from dataclasses import dataclass

from django import template
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page

from .. import languages
from ..privacy import private_paths

register = template.Library()

# In themselves. (Django has them too, with marks apart from their letters.)
NAMES = {"vi": "Tiếng Việt", "en": "English"}


@dataclass(frozen=True)
class Way:
    """Where a switch leads to, and what it is called there; "" where that is the same page."""

    language: str
    address: str
    elsewhere: str = ""

    @property
    def name(self):
        """In its own language."""
        return NAMES[self.language]


@register.inclusion_tag("includes/language_switch.html", takes_context=True)
def language_switch(context):
    request = context.get("request")
    if request is None:
        return {"ways": []}
    ways = [_way(context, request, language) for language in languages.others()]
    return {"ways": [way for way in ways if way]}


@register.inclusion_tag("includes/alternates.html", takes_context=True)
def alternates(context):
    """Links for search engines, on pages that are the same in several languages."""
    request, page = context.get("request"), context.get("page")
    if request is None or getattr(request, "is_preview", False):
        return {}
    if isinstance(page, Page):
        parts = page.get_url_parts(request) if page.live else None
        address = parts and (context.get("canonical") or parts[1] + parts[2])
    else:
        # With a question it is one of endless many.
        address = None if request.GET else request.build_absolute_uri(request.path)
    if not address:
        return {}
    ways = [_way(context, request, language) for language in languages.others()]
    same = {way.language: way.address for way in ways if way and not way.elsewhere}
    if not same:
        return {}
    if isinstance(page, Page):
        root = parts[1]
        if isinstance(page, languages.InEveryLanguage):
            same = {language: languages.turned(address, language) for language in same}
        else:
            same = {language: root + path for language, path in same.items()}
    else:
        same = {language: request.build_absolute_uri(path) for language, path in same.items()}
    same[languages.current()] = address
    return {"addresses": sorted(same.items()), "default": same.get(settings.LANGUAGE_CODE)}


def _way(context, request, language):
    home = languages.home_place(request, language)
    if home is None:
        # The office has no pages in this language, or has taken them offline.
        return None
    page = context.get("page")
    if isinstance(page, languages.InEveryLanguage):
        return Way(language, languages.turned(request.get_full_path(), language))
    if isinstance(page, Page) and page.path:
        return _way_of(page, context, request, language)
    match = request.resolver_match
    if context.get("is_lost") or match is None or match.url_name == "wagtail_serve":
        with override(language):
            return Way(language, home.address, _("to the home page"))
    return Way(language, languages.turned(request.get_full_path(), language))


def _way_of(page, context, request, language):
    known, closed = languages.translations(request).by_path, private_paths(request)
    steps = range(len(page.path), Page.steplen, -Page.steplen)
    for path in (page.path[:end] for end in steps):
        place = known.get(path, {}).get(language)
        if place is None or place.path.startswith(closed):
            continue
        # Of a section's months and topics, another language may have none.
        if path == page.path and not context.get("selection"):
            return Way(language, place.address)
        with override(language):
            said = _("this page is not translated; to “%(title)s”") % {"title": place.title}
        return Way(language, place.address, said)
    return None
