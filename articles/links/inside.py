"""Whether links to this portal itself lead anywhere, by the database and not over the network."""

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import get_language_from_path, override
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Page, PageViewRestriction, Site

from .. import references
from ..models.directives import DirectivePage
from ..routing import route, serve
from .standing import Kind


def own_hosts():
    """The names by which readers reach this portal."""
    named = {urlsplit(settings.BASE_URL).hostname}
    return named | {site.hostname for site in Site.objects.all()}


def is_own(address, hosts):
    host = urlsplit(address).hostname
    return host is None or host in hosts


def faults(links):
    """{key of a link: why it leads nowhere, a code of faults.py} for those that do.

    Addresses of other servers are not asked; see outside.py.
    """
    links = list(links)
    found = {}
    chosen = {kind: set() for kind in Kind}
    for link in links:
        chosen[link.kind].add(link.target)
    if pages := chosen[Kind.PAGE]:
        found |= {f"{Kind.PAGE}:{pk}": fault for pk, fault in _pages(pages).items() if fault}
    if documents := chosen[Kind.DOCUMENT]:
        there = set(
            get_document_model()
            .objects.filter(pk__in=documents - {None})
            .values_list("pk", flat=True)
        )
        found |= {f"{Kind.DOCUMENT}:{pk}": "file gone" for pk in documents - there}
    if addresses := chosen[Kind.ADDRESS]:
        hosts = own_hosts()
        for address in addresses:
            if is_own(address, hosts) and (fault := _own_address(address)):
                found[address] = fault
    return found


def _pages(keys):
    """{primary key: fault, or "" where the page can be read by everybody}"""
    rows = Page.objects.filter(pk__in=keys - {None}).values_list(
        "pk", "live", "expired", "path", "expire_at"
    )
    closed = tuple(PageViewRestriction.objects.values_list("page__path", flat=True))
    now, states = timezone.now(), dict.fromkeys(keys, "page gone")
    for pk, live, expired, path, expire_at in rows:
        if expired or (live and expire_at and expire_at <= now):
            states[pk] = "page expired"
        elif not live:
            states[pk] = "page offline"
        elif closed and path.startswith(closed):
            states[pk] = "page closed"
        else:
            states[pk] = ""
    return states


def _own_address(address):
    """Why a path of this portal leads nowhere; "" when it leads somewhere."""
    path = unquote(urlsplit(address).path) or "/"
    with override(get_language_from_path(path) or settings.LANGUAGE_CODE):
        if _leads_somewhere(path):
            return ""
    # Where editors lead elsewhere, readers arrive.
    redirects = Redirect.objects.filter(old_path=Redirect.normalise_path(path))
    return "" if redirects.exists() else "address unknown"


def _leads_somewhere(path):
    try:
        match = resolve(
            path if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/"
        )
    except Resolver404:
        return False
    if match.func is serve:
        return _is_page(match.args[0] if match.args else "")
    if match.view_name == "wagtaildocs_serve":
        return get_document_model().objects.filter(pk=match.args[0]).exists()
    if match.view_name == "articles:by_number":
        return _is_number(match.kwargs["words"])
    return True


def _is_page(path):
    request = HttpRequest()
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        return False
    request.META |= {"SERVER_NAME": site.hostname, "SERVER_PORT": str(site.port)}
    request._wagtail_site = site
    found = route(request, path)
    # A directive that was taken offline has a page that says so, and nothing else (410).
    return found is not None and not found.kwargs.get("is_gone")


def _is_number(words):
    try:
        reference, year = references.read_address(words)
    except references.NotAReference:
        return False
    return DirectivePage.objects.of_number(reference.key, year).published().exists()
