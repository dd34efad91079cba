"""The office's report of pages with a time: what goes up or comes down by itself, and what should
have by now."""

import django_filters
from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.models import Page, Revision
from wagtail.permissions import page_permission_policy

from office.reports import ListReport
from sidebar.status import clock

from .schedule import schedule

LATE, COMING, GOING = "late", "coming", "going"


class TimedFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="filter_state",
        choices=[(LATE, _("late")), (COMING, _("will go online")), (GOING, _("will come down"))],
        empty_label=_("All"),
    )

    class Meta:
        model = Page
        fields = []

    def filter_state(self, pages, name, value):
        if value == LATE:
            now = timezone.now()
            return pages.filter(Q(goes_up_at__lt=now) | Q(live=True, expire_at__lt=now))
        if value == COMING:
            return pages.exclude(goes_up_at=None)
        return pages.filter(live=True).exclude(expire_at=None)


def edit_address(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def comes_down_at(page):
    return page.expire_at if page.live else None


def is_late(page):
    now = timezone.now()
    return any(moment and moment < now for moment in (page.goes_up_at, comes_down_at(page)))


def state(page):
    if is_late(page):
        return _("late")
    return _("will go online") if page.goes_up_at else _("will come down")


def moment(accessor):
    def told(page):
        at = accessor(page)
        return clock(at) if at else "–"

    return told


class TimedPagesReport(ListReport):
    """Those that a user may edit or publish."""

    page_title = _("Pages with a time")
    header_icon = "calendar"
    index_url_name = "timed_pages"
    index_results_url_name = "timed_pages_results"
    filterset_class = TimedFilterSet
    default_ordering = "goes_up_at"
    columns = [
        TitleColumn("title", label=_("Title"), accessor="draft_title", get_url=edit_address),
        Column("kind", label=_("Kind of page"), accessor=lambda page: kind(page)),
        Column(
            "goes_up_at",
            label=_("Goes online at"),
            accessor=moment(lambda page: page.goes_up_at),
            sort_key="goes_up_at",
        ),
        Column(
            "expire_at",
            label=_("Comes down at"),
            accessor=moment(comes_down_at),
            sort_key="expire_at",
        ),
        Column("state", label=_("State"), accessor=state),
    ]
    file_name = "trang-hen-gio"
    sheet = [
        (_("Title"), lambda page: page.draft_title),
        (_("Kind of page"), lambda page: kind(page)),
        (_("Goes online at"), lambda page: page.goes_up_at),
        (_("Comes down at"), comes_down_at),
        (_("State"), lambda page: str(state(page))),
    ]

    @staticmethod
    def may_read(user):
        return page_permission_policy.user_has_any_permission(user, ["add", "change", "publish"])

    @property
    def explanation(self):
        timer = schedule()
        if timer.is_dead:
            return timer.words
        return _(
            "Approved versions that wait for their time, and pages online with a time to come "
            "down. The timer ran at %(time)s."
        ) % {"time": clock(timer.last_run)}

    def get_base_queryset(self):
        waiting = Revision.page_revisions.filter(
            object_id=Cast(OuterRef("pk"), CharField()), approved_go_live_at__isnull=False
        ).order_by("approved_go_live_at")
        mine = page_permission_policy.instances_user_has_any_permission_for(
            self.request.user, ["add", "change", "publish"]
        )
        return (
            mine.annotate(goes_up_at=Subquery(waiting.values("approved_go_live_at")[:1]))
            .filter(Q(goes_up_at__isnull=False) | Q(live=True, expire_at__isnull=False))
            .select_related("content_type")
        )


def kind(page):
    return capfirst(page.content_type.name)
