"""Four eyes: what is published has been read by somebody who did not write it.

Held in code and not by convention. Wagtail alone lets a moderator approve what they submitted
themselves, and anybody with the publish permission put a text online directly."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import AbstractGroupApprovalTask, PagePermissionTester, TaskState


class IndependentApprovalTask(AbstractGroupApprovalTask):
    """An approval step that nobody can pass with their own work, superusers included."""

    class Meta:
        verbose_name = _("independent approval step")
        verbose_name_plural = _("independent approval steps")

    @classmethod
    def get_description(cls):
        return _(
            "Members of the chosen groups approve, but never what they wrote, changed, "
            "submitted or already approved themselves"
        )

    def get_actions(self, obj, user):
        actions = super().get_actions(obj, user)
        if actions and had_a_hand_in(obj, user):
            return [action for action in actions if action[0] != "approve"]
        return actions

    def on_action(self, task_state, user, action_name, **kwargs):
        # The last gate: every view ends here, also when a moderator changes the text and
        # approves it in the same request.
        if action_name == "approve" and had_a_hand_in(
            task_state.workflow_state.content_object, user
        ):
            raise PermissionDenied
        try:
            with transaction.atomic():
                return super().on_action(task_state, user, action_name, **kwargs)
        except ValidationError:
            # What it depends on has changed while it waited, a body's last day for example. Where
            # the view leads now, a message says what (wagtail_hooks.say_what_hinders).
            return AdminURLFinder(user).get_edit_url(task_state.workflow_state.content_object)


def had_a_hand_in(obj, user):
    """Whether the user wrote, submitted or already approved the version that is under review."""
    workflow_state = obj.current_workflow_state
    if workflow_state is None:
        return False
    if workflow_state.requested_by_id == user.pk:
        return True
    # An approval of an earlier version is void (WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT).
    approved = workflow_state.task_states.filter(
        status=TaskState.STATUS_APPROVED, finished_by=user, revision=obj.get_latest_revision()
    )
    if approved.exists():
        return True
    unpublished = obj.revisions.all()
    if obj.live and obj.live_revision_id:
        unpublished = unpublished.filter(pk__gt=obj.live_revision_id)
    return unpublished.filter(user=user).exists()


class ReviewedPagePermissionTester(PagePermissionTester):
    """A page goes online as the last step of its workflow; a direct publish is the superuser's.

    The publish permission keeps its other meanings: taking a page offline, cancelling a schedule,
    closing a page to the public."""

    def can_publish(self):
        return self.user.is_superuser and super().can_publish()

    def can_publish_subpage(self):
        return self.user.is_superuser and super().can_publish_subpage()

    def can_delete(self, ignore_bulk=False):
        # Moving asks here too. A page under review, or waiting for its time, is not to slip away.
        is_kept = self.page_locked() and not self.user.is_superuser
        return super().can_delete(ignore_bulk) and not is_kept

    def can_unschedule(self):
        return super().can_publish()

    def can_set_view_restrictions(self):
        return super().can_publish()
