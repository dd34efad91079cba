"""What the public may not read."""

from django.db.models import OuterRef, Subquery
from wagtail.models import Page, PageViewRestriction

from .versions import held


@held()
def restrictions(request):
    """All restrictions of the portal, each with the `path` of its page: a handful, or none."""
    # Not a join: where there are none, SQLite would begin with reading all pages.
    path = Page.objects.filter(pk=OuterRef("page_id")).values("path")
    return list(PageViewRestriction.objects.annotate(path=Subquery(path)))


def private_paths(request):
    """Tree paths of the pages that are closed to the public, with all that lies below them."""
    return tuple(restriction.path for restriction in restrictions(request))


def public(pages, request):
    """Those that are not closed themselves, and don't lie below a page that is."""
    paths = private_paths(request)
    return [page for page in pages if not page.path.startswith(paths)]
