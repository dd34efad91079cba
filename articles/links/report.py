"""The office's report of links that lead nowhere."""

import django_filters
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from office.sheets import csv_file, xlsx_file

from ..models.links import LinkTarget, PageLink
from ..vietnamese import fold, local_day
from . import faults

INSIDE, OUTSIDE = "trong", "ngoai"


class BrokenLinkFilterSet(WagtailFilterSet):
    leads = django_filters.ChoiceFilter(
        label=gettext_lazy("Leads"),
        method="filter_leads",
        choices=[
            (INSIDE, gettext_lazy("Into this portal")),
            (OUTSIDE, gettext_lazy("To another site")),
        ],
        empty_label=gettext_lazy("All"),
    )

    class Meta:
        model = PageLink
        fields = []

    def filter_leads(self, links, name, value):
        return links.filter(target__is_outside=value == OUTSIDE)


def edit_address(link):
    """Where it is mended: the editor opens that very block."""
    return f"{reverse('wagtailadmin_pages:edit', args=[link.page_id])}#:w:contentpath={link.path}"


def since(link):
    return local_day(link.target.since) if link.target.since else ""


class BrokenLinksReport(ReportView):
    """Links on published pages that the nightly look found to lead nowhere. Everybody sees those of
    the pages that they may edit."""

    page_title = gettext_lazy("Broken links")
    header_icon = "link"
    index_url_name = "broken_links"
    index_results_url_name = "broken_links_results"
    model = PageLink
    filterset_class = BrokenLinkFilterSet
    is_searchable = True
    default_ordering = "target__since"
    columns = [
        TitleColumn(
            "page",
            label=gettext_lazy("Page"),
            accessor=lambda link: link.page.get_admin_display_title(),
            get_url=edit_address,
            sort_key="page__title",
        ),
        Column("place", label=gettext_lazy("Where in it")),
        Column("words", label=gettext_lazy("Words of the link")),
        Column("target", label=gettext_lazy("Leads to"), accessor="address"),
        Column(
            "fault",
            label=gettext_lazy("Fault"),
            accessor=lambda link: faults.in_words(link.target.fault),
            sort_key="target__fault",
        ),
        Column(
            "since",
            label=gettext_lazy("Since"),
            accessor=since,
            sort_key="target__since",
        ),
    ]
    # Wagtail shows its buttons for what is named here; as_spreadsheet writes the files.
    list_export = ["page", "place", "words", "target", "fault", "since"]

    @classmethod
    def may_read(cls, user):
        return page_permission_policy.user_has_any_permission(user, ["change", "publish"])

    def dispatch(self, request, *args, **kwargs):
        if not self.may_read(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self):
        editable = page_permission_policy.instances_user_has_permission_for(
            self.request.user, "change"
        )
        return PageLink.objects.filter(
            target__in=LinkTarget.objects.broken(), page__in=editable
        ).select_related("page", "target")

    def search_queryset(self, links):
        if not self.is_searching:
            return links
        words = fold(self.search_query)
        # A short list, and databases can't look past marks.
        fitting = [link.pk for link in links if words in fold(f"{link.page} {link.target}")]
        return links.filter(pk__in=fitting)

    def decorate_paginated_queryset(self, links):
        named(links)
        return links

    def as_spreadsheet(self, queryset, spreadsheet_format):
        links = named(list(queryset))
        titles = [column.label for column in self.columns] + [_("Mended here")]
        is_csv = spreadsheet_format == self.FORMAT_CSV
        rows = [
            [
                link.page.get_admin_display_title(),
                link.place,
                link.words,
                link.address,
                faults.in_words(link.target.fault),
                link.target.since,
                self.request.build_absolute_uri(edit_address(link)),
            ]
            for link in links
        ]
        write, ending = (csv_file, "csv") if is_csv else (xlsx_file, "xlsx")
        return write(f"lien-ket-hong-{timezone.localdate()}.{ending}", titles, rows)


def named(links):
    """Gives each link its `address` in words: pages and files are kept by their keys."""
    keys = {"page": set(), "document": set()}
    split = {}
    for link in links:
        kind, colon, key = link.target.address.partition(":")
        if colon and kind in keys and key.isdecimal():
            keys[kind].add(int(key))
            split[link.pk] = kind, int(key)
    titles = {
        "page": dict(Page.objects.filter(pk__in=keys["page"]).values_list("pk", "title")),
        "document": dict(
            get_document_model().objects.filter(pk__in=keys["document"]).values_list("pk", "title")
        ),
    }
    for link in links:
        if link.pk not in split:
            link.address = link.target.address
        else:
            kind, key = split[link.pk]
            link.address = titles[kind].get(key) or _("(deleted)")
    return links
