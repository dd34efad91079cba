"""Which pages are for everybody."""

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Subquery
from wagtail.models import Page, PageViewRestriction


def open_to_all(pages):
    """Without those that are private, or lie below a private one. Page's own `public()` asks the
    database for the restrictions first."""
    above = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    # Not a join: where there are no restrictions, SQLite would begin with reading all pages.
    closed = Subquery(Page.objects.filter(pk=OuterRef("page_id")).values("path"))
    return pages.exclude(
        Exists(
            PageViewRestriction.objects.annotate(inner_path=above, closed_path=closed).filter(
                inner_path__startswith=F("closed_path")
            )
        )
    )
