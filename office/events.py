"""What happens in review, and who is told of it. Takes the place of Wagtail's own mails, which know
neither assignments nor steps of our class, and leave no trace in the admin."""

from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name
from wagtail.models import PageSubscription, TaskState, WorkflowState
from wagtail.signals import (
    task_submitted,
    workflow_approved,
    workflow_cancelled,
    workflow_rejected,
    workflow_submitted,
)

from .models import Notice
from .moderation import IndependentApprovalTask, had_a_hand_in, may_take_back
from .notices import notify

Kind = Notice.Kind
WAGTAILS = [
    (task_submitted, TaskState, "group_approval_task_submitted_email_notification"),
    (workflow_submitted, WorkflowState, "workflow_state_submitted_email_notification"),
    (workflow_rejected, WorkflowState, "workflow_state_rejected_email_notification"),
    (workflow_approved, WorkflowState, "workflow_state_approved_email_notification"),
]


def connect():
    for signal, sender, uid in WAGTAILS:
        signal.disconnect(sender=sender, dispatch_uid=uid)
    task_submitted.connect(tell_reviewers, dispatch_uid="office.tell_reviewers")
    workflow_rejected.connect(tell_of_rejection, dispatch_uid="office.tell_of_rejection")
    workflow_approved.connect(tell_of_approval, dispatch_uid="office.tell_of_approval")
    workflow_cancelled.connect(tell_of_cancelling, dispatch_uid="office.tell_of_cancelling")


def name_of(user):
    """Of whoever did something; what they did stays when their account goes."""
    return get_user_display_name(user) if user else _("an account that is gone")


def tell_reviewers(sender, instance, user=None, **kwargs):
    """A step has begun: those who may decide it are told."""
    task = instance.task.specific
    if not isinstance(task, IndependentApprovalTask):
        return
    obj = instance.workflow_state.content_object
    able = [person for person in task.people if not had_a_hand_in(obj, person)]
    message = _("%(name)s handed it in. Step: %(step)s.") % {
        "name": name_of(instance.workflow_state.requested_by),
        "step": task.name,
    }
    if task.hours:
        message += " " + _("To be decided by %(time)s.") % {
            "time": f"{task.due_at(instance):%H:%M, %d/%m/%Y}"
        }
    notify(able, Kind.WAITING, f"waiting:{instance.pk}", about=obj, message=message)


def authors(workflow_state):
    """Who hears of a decision: whoever handed it in, and the page's owner."""
    obj = workflow_state.content_object
    return {workflow_state.requested_by, getattr(obj, "owner", None)} - {None}


def tell_of_rejection(sender, instance, user=None, **kwargs):
    rejection = instance.current_task_state
    notify(
        authors(instance) - {user},
        Kind.SENT_BACK,
        f"sent_back:{rejection.pk}",
        about=instance.content_object,
        message=_("%(name)s asks for changes: %(reason)s")
        % {"name": name_of(user), "reason": rejection.comment},
    )


def tell_of_approval(sender, instance, user=None, **kwargs):
    obj = instance.content_object
    # It was read before the last step put it online.
    obj.refresh_from_db(fields=["live", "has_unpublished_changes"])
    message = (
        _("It is online.")
        if obj.live and not obj.has_unpublished_changes
        else _("It has its time.")
    )
    notify(authors(instance) - {user}, Kind.APPROVED, f"approved:{instance.pk}", obj, message)


def tell_of_cancelling(sender, instance, user=None, **kwargs):
    """Those who were asked need not look any more. What else ends a review tells its own."""
    if not may_take_back(instance, user):
        return
    state = instance.current_task_state
    waiting = Notice.objects.filter(key=f"waiting:{state.pk}").select_related("recipient")
    notify(
        {notice.recipient for notice in waiting} - {user},
        Kind.TAKEN_BACK,
        f"taken_back:{instance.pk}",
        about=instance.content_object,
        by_mail=False,
    )


def tell_subscribers(sender, instance, created, **kwargs):
    """A comment or a reply was written. Wagtail sends the mails."""
    if not created:
        return
    comment = getattr(instance, "comment", instance)
    writer = instance.user
    subscriptions = PageSubscription.objects.filter(page=comment.page, comment_notifications=True)
    people = {row.user for row in subscriptions.select_related("user")}
    notify(
        (people | {comment.user, comment.page.owner}) - {writer, None},
        Kind.COMMENT,
        f"{instance._meta.model_name}:{instance.pk}",
        about=comment.page,
        message=f"{name_of(writer)}: {instance.text}",
        by_mail=False,
    )
