"""Four eyes: what is published has been read by somebody who did not write it.

Held in code and not by convention. Wagtail alone lets a moderator approve what they submitted
themselves, and anybody with the publish permission put a text online directly."""

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.forms import TaskStateCommentForm
from wagtail.log_actions import registry as log_registry
from wagtail.models import (
    AbstractGroupApprovalTask,
    PagePermissionTester,
    Revision,
    TaskState,
    WorkflowState,
)
from wagtail.permission_policies import ModelPermissionPolicy

from .deadlines import due

APPROVE, REJECT = "approve", "reject"


class ReasonForm(TaskStateCommentForm):
    """Whoever wrote it has to know what to mend."""

    comment = forms.CharField(
        label=_("Reason"),
        required=True,
        help_text=_("What is to be mended? The author reads this."),
        widget=forms.Textarea({"rows": 3}),
    )


class IndependentApprovalTask(AbstractGroupApprovalTask):
    """An approval step that nobody can pass with their own work, superusers included."""

    hours = models.PositiveSmallIntegerField(
        _("hours to decide"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Saturdays and Sundays don't count. Those of the step are reminded when the time is "
            "nearly over and when it is over. Empty: no deadline."
        ),
    )

    admin_form_fields = [*AbstractGroupApprovalTask.admin_form_fields, "hours"]

    class Meta:
        verbose_name = _("independent approval step")
        verbose_name_plural = _("independent approval steps")

    @classmethod
    def get_description(cls):
        return _(
            "Members of the chosen groups approve, but never what they wrote, changed, "
            "submitted or already approved themselves"
        )

    @property
    def people(self):
        """Who may decide here, if they had no hand in it."""
        users = get_user_model().objects.filter(is_active=True, groups__in=self.groups.all())
        return users.distinct()

    def due_at(self, task_state):
        return due(task_state.started_at, self.hours) if self.hours else None

    def get_actions(self, obj, user):
        actions = super().get_actions(obj, user)
        if actions and had_a_hand_in(obj, user):
            return [action for action in actions if action[0] != APPROVE]
        return actions

    def get_form_for_action(self, action):
        return ReasonForm if action == REJECT else super().get_form_for_action(action)

    @transaction.atomic
    def on_action(self, task_state, user, action_name, **kwargs):
        state = locked(task_state.workflow_state)
        # Two who read at the same time: what the first decided holds, and the second sees it.
        task_state.refresh_from_db()
        task_state.workflow_state = state
        if state.current_task_state_id != task_state.pk:
            raise PermissionDenied
        # The last gate: every view ends here, also when a moderator changes the text and
        # approves it in the same request.
        if action_name == APPROVE and had_a_hand_in(state.content_object, user):
            raise PermissionDenied
        # The editor's own form hands on whatever it was sent.
        if action_name == REJECT and not kwargs.get("comment", "").strip():
            raise PermissionDenied
        try:
            with transaction.atomic():
                return super().on_action(task_state, user, action_name, **kwargs)
        except ValidationError:
            # What it depends on has changed while it waited, a body's last day for example. Where
            # the view leads now, a message says what (wagtail_hooks.say_what_hinders).
            return AdminURLFinder(user).get_edit_url(task_state.workflow_state.content_object)


def keep_steps_in_use(sender, instance, **kwargs):
    """Before a step is switched off: what waits there would go on as if it had been approved.

    Taking it out of the workflow says how many steps there are to be from then on."""
    if instance.pk and not instance.active and instance.active_workflows.exists():
        raise PermissionDenied


def locked(workflow_state):
    """The review as the database has it, which nobody else changes until the transaction ends.

    PermissionDenied when it has been decided meanwhile."""
    state = WorkflowState.objects.select_for_update().get(pk=workflow_state.pk)
    if state.status != WorkflowState.STATUS_IN_PROGRESS:
        raise PermissionDenied
    return state


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
    return approved.exists() or wrote(obj, user)


def wrote(obj, user):
    """Whether any of what is not online yet is the user's."""
    return user.pk in writers(obj)


def writers(obj):
    """Keys of whoever wrote any of what is not online yet."""
    unpublished = obj.revisions.all()
    if obj.live and obj.live_revision_id:
        unpublished = unpublished.filter(pk__gt=obj.live_revision_id)
    return _writers_of(unpublished, obj) - {None}


def _writers_of(revisions, obj):
    found = set(revisions.values_list("user", flat=True))
    brought_back = log_registry.get_logs_for_instance(obj).filter(
        action="wagtail.revert", revision__in=revisions
    )
    sources = [data["revision"]["id"] for data in brought_back.values_list("data", flat=True)]
    if not sources:
        return found
    # Each is older than what it was brought back as, so this ends.
    return found | _writers_of(Revision.objects.filter(pk__in=sources), obj)


def may_take_back(workflow_state, user):
    """Who handed it in, or whose page it is. Reviewers send back, with a reason."""
    owner = getattr(workflow_state.content_object, "owner_id", None)
    theirs = {workflow_state.requested_by_id, owner}
    return user is not None and user.is_active and user.pk in theirs


class ReviewedPermissionPolicy(ModelPermissionPolicy):
    """Of records that are reviewed as pages are: nobody at all publishes directly."""

    def user_has_permission(self, user, action):
        return action != "publish" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user, actions):
        return super().user_has_any_permission(user, set(actions) - {"publish"})


class ReviewedPagePermissionTester(PagePermissionTester):
    """A page goes online as the last step of its workflow, or in an emergency (emergencies.py);
    nobody, superusers included, publishes directly.

    The publish permission keeps its other meanings: taking a page offline, cancelling a schedule,
    closing a page to the public."""

    def can_publish(self):
        return False

    def can_publish_subpage(self):
        return False

    def can_publish_in_emergency(self):
        """What is not online yet, by somebody else, and not waiting for its time."""
        may = self.user.is_superuser or (
            "publish" in getattr(self, "permissions", ())
            and self.user.has_perm("office.publish_in_emergency")
        )
        return (
            may
            and self.user.is_active
            and not self.page_is_root
            and (self.page.has_unpublished_changes or not self.page.live)
            and not self.page.approved_schedule
            and not self.page.locked
            and self.page.latest_revision_id is not None
            and not wrote(self.page, self.user)
        )

    def can_delete(self, ignore_bulk=False):
        # Moving asks here too. A page under review, or waiting for its time, is not to slip away.
        if not self.user.is_superuser:
            # What is online is taken offline first. Wagtail finds that out with a query, for each
            # line of a list.
            theirs = getattr(self, "permissions", ())
            if self.page.live and "publish" not in theirs:
                return False
            if self.page_locked():
                return False
            # Another it asks about what lies below, of pages that have nothing there too.
            if self.page.is_leaf() and not self.page_is_root:
                is_own = "add" in theirs and self.page.owner_id == self.user.pk
                return self.user.is_active and ("change" in theirs or is_own)
        return super().can_delete(ignore_bulk)

    def can_unschedule(self):
        return super().can_publish()

    def can_set_view_restrictions(self):
        return super().can_publish()
