"""Giving a waiting page to one of those who may decide about it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import TaskState

from .models import Assignment, Notice
from .moderation import IndependentApprovalTask, had_a_hand_in
from .notices import notify

ASSIGNED = "office.assign"


def candidates(task_state):
    """Who may be given it: of the step's people, those who had no hand in it."""
    obj = task_state.workflow_state.content_object
    step = task_state.task.specific
    return [
        person
        for person in step.people.order_by("last_name", "pk")
        if not had_a_hand_in(obj, person)
    ]


def may_assign(task_state, user):
    """Those who may decide at this step pass it among themselves."""
    step = task_state.task.specific
    return (
        task_state.status == TaskState.STATUS_IN_PROGRESS
        and isinstance(step, IndependentApprovalTask)
        and user.is_active
        and (user.is_superuser or step.people.filter(pk=user.pk).exists())
    )


@transaction.atomic
def assign(task_state, person, user, note=""):
    """PermissionDenied where it is not theirs to give, or not for that person."""
    task_state = TaskState.objects.select_for_update().get(pk=task_state.pk)
    if not may_assign(task_state, user) or person not in candidates(task_state):
        raise PermissionDenied
    assignment, _made = Assignment.objects.update_or_create(
        task_state=task_state,
        defaults={"person": person, "assigned_by": user, "note": note},
    )
    obj = task_state.workflow_state.content_object
    named = person.get_full_name() or person.get_username()
    entry = log(obj, ASSIGNED, user=user, data={"person": named, "note": note})
    if person != user:
        notify(
            [person],
            Notice.Kind.ASSIGNED,
            # Given back and forth, it is told each time.
            f"assigned:{task_state.pk}:{entry.pk}",
            about=obj,
            message=note or _("Step: %(step)s.") % {"step": task_state.task.name},
        )
    return assignment
