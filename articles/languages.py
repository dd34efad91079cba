"""In which languages the portal is read, and where the same stands in another.

The interface has an address in each: English below /en/. Pages that editors translated lie in a
tree of their own, and are held in memory here, so that no page asks the database where its switch
leads to.
(docs/decisions/0025-english-beside-vietnamese.md)"""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid5

from django.conf import settings
from django.db.models import Value
from django.utils.translation import get_language, get_language_from_path, override
from wagtail.models import Locale, Page, Site

from .versions import Versions, versions


class LanguageOfPath:
    """A page is in the language of its address, for everybody. Django's own middleware makes
    answers vary by what browsers prefer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with override(language):
            return self.get_response(request)


def current():
    """The language that is being written in."""
    return get_language() or settings.LANGUAGE_CODE


def is_own():
    """Whether that is the one that the office writes in."""
    return current() == settings.LANGUAGE_CODE


def others():
    return [code for code, _name in settings.LANGUAGES if code != current()]


def start(language):
    """What addresses in a language begin with, which is that of its home page."""
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"


def turned(address, language=None):
    """An address of the portal, with its host or without, as it is in another language, or in the
    office's own."""
    parts = urlsplit(address)
    path = parts.path
    for code, _name in settings.LANGUAGES:
        if code != settings.LANGUAGE_CODE and path.startswith(start(code)):
            path = path.removeprefix(start(code))
            break
    # Or what begins with two slashes would be another host.
    path = start(language or settings.LANGUAGE_CODE) + path.lstrip("/")
    return parts._replace(path=path).geturl()


def key_of(translation_key, language):
    """Of a page's content in a language: its translations are other entries of other feeds."""
    if language == settings.LANGUAGE_CODE:
        return translation_key
    return uuid5(translation_key, language)


def not_for(language):
    """What pages are marked by in the search index that are for readers of another language."""
    return f"not for {language}"


@dataclass(frozen=True)
class Place:
    """A page that is online in a language."""

    pk: int
    path: str  # in the tree
    title: str
    address: str
    url_path: str


@dataclass(frozen=True)
class Translations:
    versions: Versions
    # {what the translations of a site's home page share: {language: Place}}
    homes: dict
    # {tree path and number of a page that has translations: {language: Place}}, itself included
    by_path: dict
    by_number: dict


_known = None


def forget():
    """Start anew at the next request; for tests, whose databases turn back time."""
    global _known
    _known = None


def translations(request):
    global _known
    seen = versions(request)
    # Not with each generation: what is read here changes with the index, and may be thousands.
    if _known is None or _known.versions[:2] != seen[:2]:
        _known = _read(seen)
    return _known


def _read(seen):
    own = settings.LANGUAGE_CODE
    columns = ("translation_key", "locale__language_code", "pk", "path", "title", "url_path")
    pages = Page.objects.live().order_by()
    # What is translated is little, beside a hundred thousand pages that are not: each part of this
    # is found by an index.
    homes = pages.filter(translation_key__in=Site.objects.values("root_page__translation_key"))
    others = pages.filter(locale__in=Locale.objects.exclude(language_code=own).values("pk"))
    found = homes.values_list(*columns, Value(True)).union(
        others.values_list(*columns, Value(False))
    )
    rows = {row[2]: row[:6] for row in found}
    roots = {row[0] for row in found if row[6]}
    if keys := {row[0] for row in rows.values() if row[1] != own} - roots:
        originals = pages.filter(translation_key__in=keys).values_list(*columns)
        rows |= {row[2]: row for row in originals}
    url_paths = {row[3]: row[5] for row in rows.values() if row[0] in roots}
    by_key = {}
    for key, language, pk, path, title, url_path in rows.values():
        home = next((above for above in url_paths if path.startswith(above)), None)
        # The rest is below no site.
        if home is None:
            continue
        address = start(language) + url_path.removeprefix(url_paths[home])
        by_key.setdefault(key, {})[language] = Place(pk, path, title, address, url_path)
    homes = {key: found for key, found in by_key.items() if key in roots}
    by_path = {place.path: found for found in by_key.values() for place in found.values()}
    by_number = {place.pk: found for found in by_key.values() for place in found.values()}
    return Translations(seen, homes, by_path, by_number)


def homes(request):
    """{language: Place} of the site's home pages that are online."""
    site = Site.find_for_request(request)
    return translations(request).homes.get(site.root_page.translation_key, {}) if site else {}


def home_place(request, language=None):
    """The home page in a language, or in that of the request; None while it isn't online."""
    return homes(request).get(language or current())


def address_below(homes, path, url_path):
    """Of a page by its paths in the tree, for who has read many; `homes`: see above."""
    language, home = next(one for one in homes.items() if path.startswith(one[1].path))
    return start(language) + url_path.removeprefix(home.url_path)


def numbers_here(request, numbers):
    """Of pages that somebody chose: those of their translations, where these are online."""
    known = translations(request).by_number
    return [
        place.pk if (place := known.get(number, {}).get(current())) else number
        for number in numbers
    ]


class InEveryLanguage:
    """A page that isn't translated, for the law is Vietnamese alone: in its own words it has an
    address in each language, within an interface of that language."""

    @classmethod
    def can_exist_under(cls, parent):
        # Or it could be in two trees.
        own = parent.locale.language_code == settings.LANGUAGE_CODE
        return own and super().can_exist_under(parent)

    def get_url_parts(self, request=None):
        parts = super().get_url_parts(request)
        if parts is None or parts[2] is None or is_own():
            return parts
        return (*parts[:2], turned(parts[2], current()))
