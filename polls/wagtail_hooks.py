from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import EditView, SnippetViewSet
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin, modeladmin_register

from .models import Ballot, Poll


class PollEditView(EditView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            # A ballot arrived between the check of the form and the saving.
            self.produced_error_message = _(
                "Meanwhile a choice that you deleted has been voted for."
            )
            return self.form_invalid(form)


def state_label(poll):
    return poll.state(timezone.now()).label


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
        Column("state", label=_("State"), accessor=state_label),
        Column("total", label=_("Votes"), accessor=grouped_total, sort_key="total"),
        Column("opens_at", label=_("Opens at"), accessor=opening, sort_key="opens_at"),
        Column("closes_at", label=_("Closes at"), accessor=closing, sort_key="closes_at"),
    ]
    search_fields = ["question"]
    edit_view_class = PollEditView

    def get_queryset(self, request):
        return Poll.objects.with_totals()


register_snippet(PollViewSet)


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
    list_display = ["poll", "choice", "cast_on"]
    list_export = ["poll", "choice", "cast_on"]
    list_filter = [PollFilter]
    list_select_related = ["poll", "choice"]
    ordering = ["-pk"]
    export_filename = "ballots"

    def cast_on(self, ballot):
        return timezone.localtime(ballot.cast_at).strftime("%Y-%m-%d %H:%M:%S")

    cast_on.short_description = _("cast at")
    cast_on.admin_order_field = "cast_at"

    def get_permissions_for_registration(self):
        return super().get_permissions_for_registration().filter(codename="view_ballot")


modeladmin_register(BallotAdmin)
