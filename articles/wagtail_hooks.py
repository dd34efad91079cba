import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.widgets import Button
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.rich_text.pages import PageLinkHandler
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from office.editor import is_opened
from office.log_actions import register
from office.reports import ReportItem
from sidebar.visit_report import may_read

from . import inspection, paste_views, privacy, review_dates, translating
from .document_views import refuse_what_is_withdrawn
from .languages import is_own
from .links.report import BrokenLinksReport
from .models import (
    Abbreviation,
    Author,
    DirectiveRelation,
    DirectiveType,
    Issuer,
    PortalPage,
    PromotedResult,
    ReviewDate,
    Topic,
)
from .readiness import Severity, findings
from .readiness.content_checker import put_in_place
from .readiness.panel import ReadinessPanel
from .reminders import REVIEW_NOTICE
from .reports import AgeingReport, PublishedReport, StepsReport
from .search.report import QuestionsReport
from .vietnamese import local_day

# What is named in a message; more would not be read.
NAMED = 3


class DirectiveTypeViewSet(SnippetViewSet):
    model = DirectiveType
    icon = "tag"
    list_display = ["name", "abbreviation", "sort_order"]
    search_fields = ["name", "abbreviation"]


class IssuerFilterSet(WagtailFilterSet):
    today = django_filters.ChoiceFilter(
        label=_("As of today"),
        method="filter_today",
        choices=[
            ("exists", _("exists")),
            ("dissolved", _("exists no longer")),
            ("orphaned", _("exists no longer, and no other body is named in its place")),
        ],
    )

    class Meta:
        model = Issuer
        fields = []

    def filter_today(self, issuers, name, value):
        existing = Issuer.objects.existing(on=timezone.localdate())
        if value == "exists":
            return issuers.filter(pk__in=existing)
        gone = issuers.exclude(pk__in=existing)
        return gone.filter(successors__isnull=True) if value == "orphaned" else gone


def period(issuer):
    """From when to when it exists, as a list shows it: 1/7/2025 –"""
    first, last = (
        local_day(day) if day else "" for day in (issuer.established_on, issuer.dissolved_on)
    )
    return f"{first} – {last}".strip() if first or last else ""


class IssuerViewSet(SnippetViewSet):
    model = Issuer
    icon = "group"
    list_display = [
        "name",
        "abbreviation",
        "short_name",
        Column("period", label=_("From when to when"), accessor=period),
    ]
    search_fields = ["name", "short_name", "abbreviation"]
    filterset_class = IssuerFilterSet


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "folder-open-inverse"
    list_display = ["name", "sort_order"]
    search_fields = ["name"]


class AuthorViewSet(SnippetViewSet):
    model = Author
    icon = "user"
    list_display = ["name", "position"]


class AbbreviationViewSet(SnippetViewSet):
    model = Abbreviation
    icon = "text-recognition"
    list_display = ["short", "full"]
    search_fields = ["short", "full"]


class PromotedResultViewSet(SnippetViewSet):
    model = PromotedResult
    icon = "pick"
    list_display = ["page", "questions", "sort_order"]
    search_fields = ["questions"]


class PageLink(PageLinkHandler):
    """Wagtail's own looks for a translation of each page that is linked to, in Vietnamese too."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list):
        if not is_own():
            return super().expand_db_attributes_many(attrs_list)
        pages = cls.get_many(attrs_list)
        return [f'<a href="{escape(page.url)}">' if page else "<a>" for page in pages]


# After Wagtail's.
@hooks.register("register_rich_text_features", order=1)
def link_to_pages(features):
    features.register_link_type(PageLink)


@register_snippet
class SearchViewSetGroup(SnippetViewSetGroup):
    """What the office keeps for the search."""

    menu_label = _("Search results")
    menu_name = "portal-search"
    menu_icon = "search"
    menu_order = 360
    items = (PromotedResultViewSet, AbbreviationViewSet)


@hooks.register("register_admin_urls")
def search_report_addresses():
    return [
        path("reports/tim-kiem/", QuestionsReport.as_view(), name="search_questions"),
        path(
            "reports/tim-kiem/results/",
            QuestionsReport.as_view(results_only=True),
            name="search_questions_results",
        ),
    ]


class SearchReportItem(MenuItem):
    def is_shown(self, request):
        return QuestionsReport.permission_policy.user_has_permission(request.user, "view")


@hooks.register("register_reports_menu_item")
def search_report_item():
    return SearchReportItem(
        _("What readers look for"),
        reverse("search_questions"),
        name="search-questions",
        icon_name="search",
        order=1200,
    )


@hooks.register("register_admin_urls")
def broken_links_addresses():
    return [
        path("reports/lien-ket-hong/", BrokenLinksReport.as_view(), name="broken_links"),
        path(
            "reports/lien-ket-hong/results/",
            BrokenLinksReport.as_view(results_only=True),
            name="broken_links_results",
        ),
    ]


class BrokenLinksItem(MenuItem):
    def is_shown(self, request):
        return BrokenLinksReport.may_read(request.user)


@hooks.register("register_reports_menu_item")
def broken_links_item():
    return BrokenLinksItem(
        _("Broken links"),
        reverse("broken_links"),
        name="broken-links",
        icon_name="link",
        order=1180,
    )


class InspectionItem(MenuItem):
    def is_shown(self, request):
        return may_read(request.user)


@hooks.register("register_reports_menu_item")
def inspection_item():
    return InspectionItem(
        _("Published pages, for inspectors"),
        reverse("inspection"),
        name="inspection",
        icon_name="doc-full",
        order=1150,
    )


@hooks.register("register_admin_urls")
def inspection_addresses():
    return inspection.urls


translating.offer_where_it_may_be()


@hooks.register("register_admin_urls")
def pasting_addresses():
    return paste_views.urls


@register_snippet
class VocabulariesViewSetGroup(SnippetViewSetGroup):
    """The lists that records of pages are filled from."""

    menu_label = _("Vocabularies")
    menu_icon = "list-ul"
    menu_order = 350
    items = (DirectiveTypeViewSet, IssuerViewSet, TopicViewSet, AuthorViewSet)


@hooks.register("before_edit_page")
def say_why_it_was_sent_back(request, page):
    """The author reads the reviewer's reason where they mend the text."""
    state = page.current_workflow_state
    if request.method != "GET" or not state or state.status != WorkflowState.STATUS_NEEDS_CHANGES:
        return
    rejection = state.task_states.filter(status=TaskState.STATUS_REJECTED).last()
    if rejection and rejection.comment:
        messages.warning(
            request, gettext("Sent back for changes: %(reason)s") % {"reason": rejection.comment}
        )


@hooks.register("before_edit_page")
def say_what_hinders(request, page):
    """What was in order when it was submitted, and is so no more: it can't be approved. Whoever
    tried to is led back here, with the checklist closed perhaps."""
    if not is_opened(request) or not page.workflow_in_progress:
        return
    try:
        page.get_latest_revision_as_object().full_clean()
    except ValidationError as error:
        problems = " ".join(error.messages)
        messages.error(
            request,
            gettext("It can't be published as it is: %(problems)s") % {"problems": problems},
        )


@hooks.register("construct_side_panels")
def offer_the_checklist(request, page, panels):
    if isinstance(page, PortalPage):
        panels.append(ReadinessPanel(page, request))


@hooks.register("construct_wagtail_userbar")
def check_in_vietnamese(request, items, page):
    put_in_place(items)


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def say_what_is_not_ready(request, page):
    """Whoever only saves comes back to the page, beside which the checklist stands."""
    leaving = {"action-submit", "action-publish", "action-workflow-action"}
    if not isinstance(page, PortalPage) or not leaving & set(request.POST):
        return
    grave = [finding for finding in findings(page) if finding.severity < Severity.LOOK]
    if grave:
        messages.warning(
            request,
            gettext("“%(title)s” is on its way, with %(findings)s")
            % {
                "title": page.get_admin_display_title(),
                "findings": " ".join(finding.text for finding in grave[:NAMED]),
            },
            buttons=[
                messages.button(
                    reverse("wagtailadmin_pages:edit", args=[page.pk]), gettext("See the checklist")
                )
            ],
        )


@hooks.register("register_admin_urls")
def review_addresses():
    return review_dates.urls


@hooks.register("register_admin_urls")
def report_addresses():
    return [
        *PublishedReport.urls(),
        *StepsReport.urls(),
        *AgeingReport.urls("trang-cu"),
    ]


def report_item(report, order):
    hooks.register(
        "register_reports_menu_item",
        lambda: ReportItem(
            report.page_title,
            report.index_url_name,
            report.may_read,
            icon_name=report.header_icon,
            order=order,
        ),
    )


for number, report in enumerate((PublishedReport, StepsReport, AgeingReport)):
    report_item(report, 960 + number)


@hooks.register("construct_reports_menu")
def one_report_of_each(request, items):
    """Wagtail's ageing pages and history of the site are less of what ours tell."""
    items[:] = [item for item in items if item.name not in {"aging-pages", "site-history"}]


@hooks.register("register_page_header_buttons")
def review_button(page, user, view_name, next_url=None):
    is_ours = view_name == "edit" and issubclass(page.specific_class, PortalPage)
    if is_ours and page.permissions_for_user(user).can_edit():
        yield Button(
            _("Look it through …"),
            url=reverse("review_page", args=[page.pk]),
            icon_name="check",
            priority=66,
        )


@hooks.register("register_log_actions")
def review_actions(actions):
    register(
        actions,
        review_dates.REVIEWED,
        _("Look a page through"),
        lambda data: with_note(_("Looked through; next by %(next)s"), data),
    )
    register(
        actions,
        review_dates.MOVED,
        _("Change a review date"),
        lambda data: with_note(_("To be looked through by %(next)s"), data),
    )


def with_note(words, data):
    return ". ".join(filter(None, [words % data, data["note"]]))


@hooks.register("before_edit_page")
def say_that_it_is_to_be_looked_through(request, page):
    if not is_opened(request):
        return
    soon = timezone.localdate() + REVIEW_NOTICE
    due_on = ReviewDate.objects.filter(page=page, due_on__lte=soon).values_list("due_on", flat=True)
    if day := due_on.first():
        address = reverse("review_page", args=[page.pk])
        messages.info(
            request,
            gettext("To be looked through by %(day)s.") % {"day": local_day(day)},
            buttons=[messages.button(address, gettext("Look it through …"))],
        )


@hooks.register("before_delete_page")
def keep_what_others_refer_to(request, page):
    parent = reverse("wagtailadmin_explore", args=[page.get_parent().pk])
    return refuse_deletion(request, [page], get_valid_next_url_from_request(request) or parent)


@hooks.register("before_bulk_action")
def keep_what_others_refer_to_in_bulk(request, action_type, objects, action):
    if action_type != "delete" or action.model is not Page:
        return None
    answer = refuse_deletion(request, objects, action.next_url)
    if answer is None:
        # One page goes after the other, in the transaction that this is a part of: what goes
        # together keeps nobody.
        DirectiveRelation.objects.filter(lies_within(objects, "target")).delete()
    return answer


def lies_within(pages, end):
    return Q(*((f"{end}__path__startswith", page.path) for page in pages), _connector=Q.OR)


def refuse_deletion(request, pages, address):
    """An answer when documents that stay have relations to some that lie in these trees."""
    staying = DirectiveRelation.objects.filter(lies_within(pages, "target")).exclude(
        lies_within(pages, "directive")
    )
    rows = staying.select_related("directive", "target").order_by("pk")[: NAMED + 1]
    if not rows:
        return None
    named = [
        f"{row.directive.reference} {row.get_kind_display()} {row.target.reference}"
        for row in rows[:NAMED]
    ]
    messages.error(
        request,
        gettext(
            "Nothing was deleted: other documents refer to this (%(relations)s). "
            "Withdraw it instead, or take those relations out first."
        )
        % {"relations": "; ".join(named) + ("; …" if len(rows) > NAMED else "")},
    )
    return redirect(address)


@hooks.register("on_serve_page", order=-1)
def ask_for_restrictions_once(serve):
    """Before Wagtail does for this page; lists and navigation need them all anyway."""

    def serve_knowing(page, request, args, kwargs):
        page.known_restrictions = privacy.restrictions(request)
        return serve(page, request, args, kwargs)

    return serve_knowing


# After Wagtail's own, which asks whether the page is for everybody.
@hooks.register("on_serve_page", order=1)
def say_that_it_is_gone(serve):
    def serve_or_say(page, request, args, kwargs):
        if kwargs.get("is_gone"):
            return page.serve_gone(request)
        return serve(page, request, args, kwargs)

    return serve_or_say


# After Wagtail's own, which asks whether the file is for everybody.
hooks.register("before_serve_document", refuse_what_is_withdrawn, order=1)
