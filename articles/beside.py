"""The sidebar beside a page, chosen and rendered once in a while: most of what a page would ask of
the database, and the same for all pages of a section."""

from django.template.loader import render_to_string
from wagtail.models import Site

from sidebar.models import Sidebar

from . import languages
from .versions import held

# Seconds. Words about the age of figures, polls that open and close.
SHOWN = 60


@held()
def _placed(request):
    return Sidebar.objects.placed()


def sidebar_of(page, request):
    """Its Sidebar, or None; `page` may be None."""
    return _placed(request).beside(page, Site.find_for_request(request))


def rendered(number, request):
    """The HTML of the Sidebar with this primary key."""
    site = Site.find_for_request(request)
    return _rendered(request, number, site and site.pk, languages.current())


@held(seconds=SHOWN, figures=True)
def _rendered(request, number, site, language):
    # Read again: blocks keep what they have once fetched. It may be gone since it was chosen.
    context = {"sidebar": Sidebar.objects.filter(pk=number).first()}
    return render_to_string("sidebar/sidebar.html", context, request)
