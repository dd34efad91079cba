"""The audit log, as those read it who may."""

import django_filters
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.models import Page

from . import audit
from .models import AuditEntry
from .reports import ListReport, territory_of

READ = "office.view_auditentry"
# Of what nobody did.
BY_ITSELF = _("The portal by itself")
SYSTEM = "-"


def readable(user):
    """Entries that a user may read: all, or those about the pages of their own unit."""
    entries = AuditEntry.objects.all()
    if user.has_perm(READ):
        return entries
    pages = territory_of(user)
    return entries.filter(page_pk__in=pages.values("pk")) if pages is not None else entries.none()


class AuditFilterSet(WagtailFilterSet):
    at = django_filters.DateFromToRangeFilter(label=_("Period"), widget=DateRangePickerWidget)
    who = django_filters.ChoiceFilter(label=_("Who"), method="filter_who")
    action = django_filters.ChoiceFilter(label=_("Action"))
    kind = django_filters.ChoiceFilter(label=_("Kind"))

    class Meta:
        model = AuditEntry
        fields = []

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        entries = readable(request.user)

        def values(field):
            return entries.order_by(field).values_list(field, flat=True).distinct()

        self.filters["who"].extra["choices"] = [
            (name or SYSTEM, name or BY_ITSELF) for name in values("user_name")
        ]
        self.filters["action"].extra["choices"] = sorted(
            ((action, audit.label(action)) for action in values("action")),
            key=lambda choice: str(choice[1]),
        )
        self.filters["kind"].extra["choices"] = sorted(
            (kind, audit.kind_label(kind)) for kind in values("kind") if kind
        )

    def filter_who(self, entries, name, value):
        return entries.filter(user_name="" if value == SYSTEM else value)


def written_at(entry):
    return f"{localtime(entry.at):%H:%M:%S %d/%m/%Y}"


def who(entry):
    return entry.user_name or BY_ITSELF


class AuditReport(ListReport):
    page_title = _("Who did what")
    header_icon = "history"
    index_url_name = "audit_log"
    index_results_url_name = "audit_log_results"
    filterset_class = AuditFilterSet
    default_ordering = "-at"
    is_searchable = True
    search_backend_name = None
    search_fields = ["title", "detail", "user_name"]
    explanation = _(
        "Every act of the office and of the portal itself, one line each; what an editor saves by "
        "itself in one go is one line. Lines can't be changed nor deleted, and keep the names of "
        "that day. Days begin at midnight in Vietnam."
    )
    columns = [
        Column("at", label=_("At"), accessor=written_at, sort_key="at"),
        Column("who", label=_("Who"), accessor=who),
        Column("action", label=_("Action"), accessor=lambda entry: audit.label(entry.action)),
        TitleColumn("title", label=_("What"), get_url=lambda entry: entry.address),
        Column("kind", label=_("Kind"), accessor=lambda entry: audit.kind_label(entry.kind)),
        Column("detail", label=_("In detail")),
    ]
    file_name = "nhat-ky"
    sheet = [
        (_("At"), lambda entry: entry.at),
        (_("Who"), lambda entry: str(who(entry))),
        (_("Action"), lambda entry: str(audit.label(entry.action))),
        (_("What"), lambda entry: entry.title),
        (_("Kind"), lambda entry: audit.kind_label(entry.kind)),
        (_("In detail"), lambda entry: entry.detail),
    ]

    @staticmethod
    def may_read(user):
        return user.has_perm(READ) or territory_of(user) is not None

    def get_base_queryset(self):
        return readable(self.request.user)

    def decorated(self, entries):
        entries = list(entries)
        asked = {entry.page_pk for entry in entries if entry.page_pk}
        there = (
            set()
            if self.is_export
            else set(Page.objects.filter(pk__in=asked).values_list("pk", flat=True))
        )
        for entry in entries:
            entry.address = (
                reverse("wagtailadmin_pages:history", args=[entry.page_pk])
                if entry.page_pk in there
                else None
            )
        return entries
