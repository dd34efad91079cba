"""What the office's reports share: who reads them, how they say what they count, their files.

Lists are Wagtail's report views, with our files (ListReport)."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import path, reverse
from django.utils import timezone
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page

from .models import UnitSection
from .sheets import FILES

# Of the whole portal; who edits for a unit reads what is told of its pages.
READ = "office.read_reports"


class ListReport(ReportView):
    """A list with filters. `sheet`: [(title, function of a row)] of its files, which have all rows
    that the filters leave."""

    template_name = "office/admin/list_report.html"
    # How it counts, in a sentence or two.
    explanation = ""
    file_name = ""
    sheet = []
    show_export_buttons = True

    @staticmethod
    def may_read(user):
        """Whether this person reads the report; each says so for itself."""
        raise NotImplementedError

    def dispatch(self, request, *args, **kwargs):
        if not self.may_read(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(explanation=self.explanation, **kwargs)

    def as_spreadsheet(self, rows, ending):
        titles = [title for title, _value in self.sheet]
        lines = ([value(row) for _title, value in self.sheet] for row in self.decorated(rows))
        return FILES[ending](f"{self.file_name}-{timezone.localdate()}.{ending}", titles, lines)

    def decorate_paginated_queryset(self, rows):
        return rows if self.is_export else self.decorated(rows)

    def decorated(self, rows):
        """The rows with what their columns say besides the database."""
        return rows

    @classmethod
    def urls(cls, words):
        """Of the page, and of its results alone, which the filters ask for."""
        name = cls.index_url_name
        return [
            path(f"reports/{words}/", cls.as_view(), name=name),
            path(
                f"reports/{words}/results/",
                cls.as_view(results_only=True),
                name=cls.index_results_url_name,
            ),
        ]


class ReportItem(MenuItem):
    """In the menu of those who may read it."""

    def __init__(self, label, url_name, may_read, **kwargs):
        self.may_read = may_read
        super().__init__(label, reverse(url_name), name=url_name.replace("_", "-"), **kwargs)

    def is_shown(self, request):
        return self.may_read(request.user)


def reads_all(user):
    return user.has_perm(READ)


def territory_of(user):
    """The pages of the units that a user edits for; None where there is no such unit."""
    paths = _paths_of(user)
    if not paths:
        return None
    return Page.objects.filter(Q(*(("path__startswith", path) for path in paths), _connector=Q.OR))


def _paths_of(user):
    # Each item of the menu asks. A request has a user of its own, so this lasts as long as that.
    if not hasattr(user, "_paths_edited"):
        sections = UnitSection.objects.filter(unit__editors__user=user)
        user._paths_edited = list(sections.values_list("page__path", flat=True))
    return user._paths_edited


def may_read(user):
    """The reports: all of them, or what they say of the user's own unit."""
    return reads_all(user) or territory_of(user) is not None


def pages_read_by(user):
    """Pages that a user's reports tell of."""
    if reads_all(user):
        return Page.objects.all()
    pages = territory_of(user)
    return Page.objects.none() if pages is None else pages
