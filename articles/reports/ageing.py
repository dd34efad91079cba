"""Pages online that nobody has changed for long, or that should have been looked through."""

import django_filters
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.models import Page

from office.models import Territory
from office.reports import ListReport, may_read, pages_read_by
from sidebar.models import PageViews

from ..review_dates import months_after
from ..vietnamese import local_day
from .periods import WHOLE_PORTAL, kinds, units_read_by

MONTHS = [3, 6, 12, 24]


class AgeingFilterSet(WagtailFilterSet):
    unchanged = django_filters.ChoiceFilter(
        label=_("Not changed for"),
        method="filter_unchanged",
        choices=[(str(n), _("%(months)d months") % {"months": n}) for n in MONTHS],
    )
    overdue = django_filters.ChoiceFilter(
        label=_("Look through by"),
        method="filter_overdue",
        choices=[("qua", _("that day has passed")), ("khong", _("no day is set"))],
    )
    unit = django_filters.ModelChoiceFilter(
        label=_("Unit"),
        method="filter_unit",
        queryset=lambda request: units_read_by(request.user),
    )
    kind = django_filters.ChoiceFilter(label=_("Kind of page"), method="filter_kind")

    class Meta:
        model = Page
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = kinds()

    def filter_unchanged(self, pages, name, value):
        since = months_after(timezone.localdate(), -int(value))
        return pages.filter(last_published_at__date__lte=since)

    def filter_overdue(self, pages, name, value):
        if value == "qua":
            return pages.filter(review_date__due_on__lt=timezone.localdate())
        return pages.filter(review_date__due_on=None)

    def filter_unit(self, pages, name, unit):
        territory = Territory()
        mine = territory.paths_of(unit)
        # Sections of other units inside those of this one.
        foreign = [
            path for path in territory.paths() if path.startswith(tuple(mine)) and path not in mine
        ]
        pages = pages.filter(_below(mine))
        return pages.exclude(_below(foreign)) if foreign else pages

    def filter_kind(self, pages, name, value):
        app, model = value.split(".")
        return pages.filter(content_type__app_label=app, content_type__model=model)


def _below(paths):
    return Q(*(("path__startswith", path) for path in paths), _connector=Q.OR)


def kind(page):
    return str(capfirst(page.content_type.name))


def due_on(page):
    return page.review_date.due_on if hasattr(page, "review_date") else None


def due_in_words(page):
    day = due_on(page)
    if day is None:
        return "–"
    if day < timezone.localdate():
        return _("%(day)s, overdue") % {"day": local_day(day)}
    return local_day(day)


def changed_on(page):
    return timezone.localdate(page.last_published_at) if page.last_published_at else None


class AgeingReport(ListReport):
    page_title = _("Pages that grow old")
    header_icon = "time"
    index_url_name = "ageing_report"
    index_results_url_name = "ageing_report_results"
    filterset_class = AgeingFilterSet
    default_ordering = "last_published_at"
    explanation = _(
        "Pages online, those first that were published longest ago; a page counts as changed when "
        "a version of it goes online. Views are all that readers have made, those taken over from "
        "the old portal included."
    )
    columns = [
        TitleColumn(
            "title",
            label=_("Title"),
            get_url=lambda page: reverse("wagtailadmin_pages:edit", args=[page.pk]),
        ),
        Column("kind", label=_("Kind of page"), accessor=kind),
        Column("unit", label=_("Unit"), accessor=lambda page: page.unit),
        Column(
            "last_published_at",
            label=_("Changed on"),
            accessor=lambda page: local_day(changed_on(page)) if changed_on(page) else "–",
            sort_key="last_published_at",
        ),
        Column(
            "due", label=_("Look through by"), accessor=due_in_words, sort_key="review_date__due_on"
        ),
        Column(
            "views",
            label=_("Views"),
            accessor=lambda page: number_format(page.views_in_all or 0, force_grouping=True),
            sort_key="views_in_all",
        ),
    ]
    file_name = "trang-cu"
    sheet = [
        (_("Title"), lambda page: page.title),
        (_("Kind of page"), kind),
        (_("Unit"), lambda page: str(page.unit)),
        (_("Changed on"), changed_on),
        (_("Look through by"), due_on),
        (_("Views"), lambda page: page.views_in_all or 0),
        (_("Address"), lambda page: page.full_url),
    ]
    may_read = staticmethod(may_read)

    def get_base_queryset(self):
        views = PageViews.objects.filter(page=OuterRef("pk")).values("views")
        return (
            pages_read_by(self.request.user)
            .filter(live=True, depth__gt=1)
            .select_related("content_type", "review_date")
            .annotate(views_in_all=Subquery(views))
        )

    def decorated(self, pages):
        territory = Territory()
        pages = list(pages)
        for page in pages:
            page.unit = territory.unit_of(page.path) or WHOLE_PORTAL
        return pages
