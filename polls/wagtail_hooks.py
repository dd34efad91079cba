from functools import cache

from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import Button
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import (
    EditView,
    PreviewOnEditView,
    RevisionsUnscheduleView,
    SnippetViewSet,
    UnpublishView,
)
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin, modeladmin_register

from office.moderation import ReviewedPermissionPolicy

from . import admin_views, corrections
from .models import Ballot, Poll
from .models.polls import MOST_CHOICES


class PollEditView(EditView):
    @cached_property
    def is_voted_on(self):
        return self.live_object.is_voted_on

    def get_panel(self):
        return voted_on_panel() if self.is_voted_on else super().get_panel()

    def get_form_class(self):
        return voted_on_panel().get_form_class() if self.is_voted_on else super().get_form_class()

    def is_valid(self, form):
        if self.is_voted_on and (typed := self._typed_too_late()):
            # The editor opened the form before the first ballot came.
            self.produced_error_code = "voted_on"
            self.produced_error_message = _(
                "The first votes came while you were writing, so question and choices stay as they "
                "were; a mistake in them can be corrected in public. Not stored: %(typed)s"
            ) % {"typed": "; ".join(f"“{text}”" for text in typed)}
            return False
        return super().is_valid(form)

    def _typed_too_late(self):
        sent = self.request.POST
        stands = {self.live_object.question, *(c.text for c in self.live_object.choices.all())}
        names = ["question", *(f"choices-{number}-text" for number in range(MOST_CHOICES + 1))]
        texts = [sent.get(name, "").strip() for name in names]
        return [text for text in texts if text and text not in stands]

    @cached_property
    def header_more_buttons(self):
        buttons = list(super().header_more_buttons)
        if self.request.user.has_perm("polls.view_ballot"):
            buttons.append(audit_button(self.object))
        if self.is_voted_on and self.request.user.has_perm("polls.correct_poll"):
            address = reverse("polls_correct", args=[self.object.pk])
            buttons.append(
                Button(_("Correct a mistake"), url=address, icon_name="edit", priority=31)
            )
        if self.live_object.live and self.user_has_permission("delete") and not self.is_voted_on:
            address = self.object.snippet_viewset.get_url_name("unpublish")
            buttons.append(
                Button(
                    _("Take it offline"),
                    url=reverse(address, args=[self.object.pk]),
                    icon_name="download",
                    priority=32,
                )
            )
        return buttons


# Who may delete a poll may take it offline, or have it wait no longer for its time; Wagtail asks
# for the permission to publish, which nobody has.
class PollUnpublishView(UnpublishView):
    permission_required = "delete"


class PollUnscheduleView(RevisionsUnscheduleView):
    permission_required = "delete"


class PollPreviewOnEditView(PreviewOnEditView):
    def get_form_class(self):
        if self.object.is_voted_on:
            return voted_on_panel().get_form_class()
        return super().get_form_class()


@cache
def voted_on_panel():
    return ObjectList(Poll.panels_once_voted_on).bind_to_model(Poll)


def audit_button(poll):
    address = reverse("polls_audit", args=[poll.pk])
    return Button(_("Ballots and audit"), url=address, icon_name="clipboard-list", priority=30)


@hooks.register("register_snippet_listing_buttons")
def listing_buttons(snippet, user, next_url=None):
    if isinstance(snippet, Poll) and user.has_perm("polls.view_ballot"):
        yield audit_button(snippet)


@hooks.register("register_admin_urls")
def admin_urls():
    return admin_views.urls


@hooks.register("register_log_actions")
def log_actions(actions):
    actions.register_action(
        corrections.ACTION, _("Correct a poll"), _("Corrected what had been voted on")
    )


@hooks.register("before_unpublish")
def keep_polls_online(request, poll):
    if isinstance(poll, Poll) and poll.is_voted_on:
        messages.error(
            request, _("“%(poll)s” has votes, so it stays: close it instead.") % {"poll": poll}
        )
        return redirect(poll.snippet_viewset.get_url_name("edit"), poll.pk)
    return None


def state_label(poll):
    return poll.state(timezone.now()).label


def publication(poll):
    if not poll.live:
        return _("draft")
    return _("published, with a newer draft") if poll.has_unpublished_changes else _("published")


def grouped_total(poll):
    return number_format(poll.total, force_grouping=True)


def opening(poll):
    return date_format(timezone.localtime(poll.opens_at), "H:i, j/n/Y")


def closing(poll):
    return date_format(timezone.localtime(poll.closes_at), "H:i, j/n/Y") if poll.closes_at else ""


class PollViewSet(SnippetViewSet):
    model = Poll
    icon = "tick-inverse"
    menu_label = _("Polls")
    menu_order = 300
    add_to_admin_menu = True
    list_display = [
        "question",
        # Wagtail's own asks the database twice for each line.
        Column("live", label=_("Publication"), accessor=publication, sort_key="live"),
        Column("state", label=_("Voting"), accessor=state_label),
        Column("total", label=_("Votes"), accessor=grouped_total, sort_key="total"),
        Column("opens_at", label=_("Opens at"), accessor=opening, sort_key="opens_at"),
        Column("closes_at", label=_("Closes at"), accessor=closing, sort_key="closes_at"),
    ]
    search_fields = ["question"]
    edit_view_class = PollEditView
    preview_on_edit_view_class = PollPreviewOnEditView
    unpublish_view_class = PollUnpublishView
    revisions_unschedule_view_class = PollUnscheduleView

    @property
    def permission_policy(self):
        return ReviewedPermissionPolicy(self.model)

    def get_queryset(self, request):
        return Poll.objects.with_totals()


register_snippet(PollViewSet)


@hooks.register("construct_snippet_action_menu")
def publish_by_review_only(menu_items, request, context):
    """Wagtail's menu asks for permissions by itself, and superusers have them all."""
    if context["model"] is Poll:
        direct = {"action-publish", "action-unpublish"}
        menu_items[:] = [item for item in menu_items if item.name not in direct]


@hooks.register("before_delete_snippet")
def keep_polls_with_votes(request, instances):
    for poll in instances:
        if isinstance(poll, Poll) and poll.has_votes:
            refusal = _(
                "“%(poll)s” has votes, so it cannot be deleted. "
                "To end the voting, set a closing time."
            )
            messages.error(request, refusal % {"poll": poll})
            return redirect(poll.snippet_viewset.get_url_name("list"))
    return None


class ReadOnly(PermissionHelper):
    def user_can_list(self, user):
        return self.user_has_specific_permission(user, self.get_perm_codename("view"))

    def user_can_create(self, user):
        return False

    def user_can_edit_obj(self, user, obj):
        return False

    def user_can_delete_obj(self, user, obj):
        return False


class PollFilter(SimpleListFilter):
    # Django's own filter on a relation needs django.contrib.admin to be installed.
    title = _("poll")
    parameter_name = "poll"

    def lookups(self, request, model_admin):
        return Poll.objects.values_list("pk", "question")

    def queryset(self, request, queryset):
        known = {str(pk) for pk, _question in self.lookup_choices}
        return queryset.filter(poll=self.value()) if self.value() in known else queryset


class BallotAdmin(ModelAdmin):
    """Who voted is never shown: `voter` stays out of the list and of the export."""

    model = Ballot
    menu_label = _("Ballots")
    menu_icon = "list-ul"
    menu_order = 310
    permission_helper_class = ReadOnly
    history_view_enabled = False
    list_display = ["poll", "chosen", "cast_on"]
    list_export = ["poll", "chosen", "cast_on"]
    list_filter = [PollFilter]
    ordering = ["-pk"]
    export_filename = "ballots"

    def get_queryset(self, request):
        ballots = super().get_queryset(request)
        return ballots.select_related("poll").prefetch_related("ticks__choice")

    def chosen(self, ballot):
        # By name: in no order that tells what was ticked first.
        return "; ".join(sorted(tick.choice.text for tick in ballot.ticks.all()))

    chosen.short_description = _("choices")

    def cast_on(self, ballot):
        return timezone.localtime(ballot.cast_at).strftime("%Y-%m-%d %H:%M:%S")

    cast_on.short_description = _("cast at")
    cast_on.admin_order_field = "cast_at"

    def get_permissions_for_registration(self):
        return super().get_permissions_for_registration().filter(codename="view_ballot")


modeladmin_register(BallotAdmin)
