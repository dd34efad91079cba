"""Four eyes: what is published has been read by somebody who did not write it.

Held in code and not by convention. Wagtail alone lets a moderator approve what they submitted
themselves, and anybody with the publish permission put a text online directly."""

import json
import re

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
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
            page = task_state.workflow_state.content_object
            return reverse("wagtailadmin_pages:edit", args=[page.pk])


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


# What a save changes by itself, without a word of the text.
VOLATILE = {
    "pk",
    "id",
    "latest_revision",
    "latest_revision_created_at",
    "live_revision",
    "has_unpublished_changes",
    "first_published_at",
    "last_published_at",
    "draft_title",
    "url_path",
}
BLOCK_KEY = re.compile(r' data-block-key="[^"]*"')


def says_the_same(page, revision):
    """Whether a page, as it would be saved, is what this revision holds already.

    The editor's form can't be asked: it takes rich text without keys, defaults and rows of a draft
    for changes, and whoever only approves would become an author.
    """
    fresh = json.loads(json.dumps(page.serializable_data(), cls=DjangoJSONEncoder))
    return _words(fresh) == _words(revision.content)


def _words(value):
    if isinstance(value, dict):
        return {key: _words(item) for key, item in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [_words(item) for item in value]
    if isinstance(value, str):
        if value.startswith(("[", "{")):
            # A StreamField is kept as text.
            try:
                return _words(json.loads(value))
            except ValueError:
                return value
        return BLOCK_KEY.sub("", value)
    return value


def has_been_shown(revision):
    """Whether others have read, or may be reading, this very version: it is no draft any more."""
    is_live = revision.content_object.live_revision_id == revision.pk
    return is_live or TaskState.objects.filter(revision=revision).exists()


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
