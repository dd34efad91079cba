"""The sheet that inspectors ask for: each published page with who wrote it, who approved it, and
how often it was read."""

from collections import defaultdict

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.urls import path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from wagtail.models import Page, Revision, Site, TaskState, WorkflowState

from office.admin_page import admin_page
from office.sheets import xlsx_file
from sidebar.models import PageViews
from sidebar.statistics import page_views
from sidebar.visit_report import PeriodForm, may_read

from .languages import start
from .models import DirectivePage, NewsPage

PUBLISHED_THEN, ALL = "then", "all"


class SheetForm(PeriodForm):
    pages = forms.ChoiceField(
        label=gettext_lazy("Pages"),
        choices=[
            (PUBLISHED_THEN, gettext_lazy("first published in this period")),
            (ALL, gettext_lazy("all that are published now")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Pages that were taken offline since are in neither. Views of the period are those "
            "between these days in both."
        ),
    )


def titles(first, last):
    days = {"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}
    return [
        _("Title"),
        _("Kind of page"),
        _("Published at"),
        _("Unit (issuing body; else the section)"),
        _("Author"),
        _("Approver (of the last step)"),
        _("Views from %(first)s to %(last)s") % days,
        _("Views in all"),
        _("Address"),
    ]


def rows(site, first, last, which):
    """One for each page, the first published first; as many queries for many as for one."""
    homes = list(site.root_page.get_translations(inclusive=True))
    home, pages = site.root_page, Page.objects.live()
    pages = pages.filter(Q(*(("path__startswith", one.path) for one in homes), _connector=Q.OR))
    if which == PUBLISHED_THEN:
        pages = pages.filter(first_published_at__date__range=(first, last))
    units = dict(_of_these(DirectivePage, pages).values_list("pk", "issuer__name"))
    bylines = _bylines(pages)
    views = page_views(first, last)
    sections = dict(Page.objects.filter(depth=home.depth + 1).values_list("path", "title"))
    pages = list(
        pages.annotate(
            first_writer=_first_writer(),
            approver=_approver(),
            views_in_all=PageViews.objects.filter(page=OuterRef("pk")).values("views"),
        )
        .select_related("content_type", "locale")
        .order_by("first_published_at", "path")
    )
    # Pages that a program made have no owner.
    writers = {page.pk: page.owner_id or page.first_writer for page in pages}
    approvers = {page.approver for page in pages}
    people = get_user_model().objects.in_bulk(approvers.union(writers.values()) - {None})
    depth = Page.steplen * (home.depth + 1)
    for page in pages:
        section = sections.get(page.path[:depth], home.title)
        yield [
            page.title,
            capfirst(page.content_type.name),
            page.first_published_at,
            units.get(page.pk, section),
            ", ".join(bylines[page.pk]) or _name(people.get(writers[page.pk])),
            _name(people.get(page.approver)),
            views.get(page.pk, 0),
            page.views_in_all or 0,
            site.root_url + _address(page, homes),
        ]


def _address(page, homes):
    home = next(one for one in homes if page.path.startswith(one.path))
    return start(page.locale.language_code) + page.url_path.removeprefix(home.url_path)


def people_behind(pages):
    """{number of a page: [names]} of those who sign it, or else of whose account made it."""
    bylines = _bylines(pages)
    writers = {
        pk: owner or writer
        for pk, owner, writer in pages.annotate(first_writer=_first_writer()).values_list(
            "pk", "owner", "first_writer"
        )
    }
    people = get_user_model().objects.in_bulk(set(writers.values()) - {None})
    return {
        pk: bylines[pk] or [name for name in [_name(people.get(writer))] if name]
        for pk, writer in writers.items()
    }


def _bylines(pages):
    bylines = defaultdict(list)
    signed = _of_these(NewsPage, pages).filter(authors__isnull=False)
    for pk, name in signed.order_by("authors__name").values_list("pk", "authors__name"):
        bylines[pk].append(name)
    return bylines


def _of_these(model, pages):
    return model.objects.filter(pk__in=pages.values("pk"))


def _first_writer():
    revisions = Revision.page_revisions.filter(object_id=Cast(OuterRef("pk"), CharField()))
    return Subquery(revisions.order_by("created_at", "pk").values("user")[:1])


def _approver():
    """Who approved the last step for the very version that is online; nobody where a superuser
    published it without the workflow."""
    approvals = TaskState.objects.filter(
        revision=OuterRef("live_revision"),
        status=TaskState.STATUS_APPROVED,
        workflow_state__status=WorkflowState.STATUS_APPROVED,
    )
    return Subquery(approvals.order_by("-finished_at", "-pk").values("finished_by")[:1])


def _name(user):
    return (user.get_full_name() or user.get_username()) if user else ""


@require_GET
def inspection(request):
    if not may_read(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    usual = {
        "first": f"{today.replace(month=1, day=1):%d/%m/%Y}",
        "last": f"{today:%d/%m/%Y}",
        "pages": PUBLISHED_THEN,
    }
    asked = {name: request.GET[name] for name in usual if name in request.GET}
    form = SheetForm(usual | asked)
    if asked and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        site = Site.find_for_request(request)
        lines = rows(site, first, last, form.cleaned_data["pages"])
        return xlsx_file(f"bai-dang-{first}-{last}.xlsx", titles(first, last), lines)
    title = _("Published pages, for inspectors")
    return admin_page(request, "articles/admin/inspection.html", title, "doc-full", {"form": form})


urls = [path("reports/bai-dang/", inspection, name="inspection")]
