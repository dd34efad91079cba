"""Deadlines of review that come near, or have passed."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from . import roles
from .models import Notice
from .moderation import IndependentApprovalTask, had_a_hand_in
from .notices import notify, people_of

# The last part of the time in which people are reminded.
LAST_PART = 4
DAY = timedelta(days=1)


def remind():
    """Tell of each deadline when it is near, when it has passed, and once a day from then on."""
    now = timezone.now()
    steps = {step.pk: step for step in IndependentApprovalTask.objects.filter(hours__isnull=False)}
    waiting = TaskState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS, task__in=steps
    ).select_related("workflow_state", "assignment__person")
    for state in waiting:
        step = steps[state.task_id]
        due = step.due_at(state)
        obj = state.workflow_state.content_object
        if obj is None:
            continue
        if due <= now:
            days = (now - due) // DAY
            people = _asked(state, step, obj)
            if days:
                # Whoever answers for what goes online learns of it, too.
                people |= set(people_of(roles.BOARD))
            message = _("The time for “%(step)s” ended at %(time)s.")
            _tell(people, state, f"overdue:{state.pk}:{days}", obj, message, step, due)
        elif due - now <= timedelta(hours=step.hours) / LAST_PART:
            message = _("“%(step)s” is to be decided by %(time)s.")
            _tell(_asked(state, step, obj), state, f"due:{state.pk}", obj, message, step, due)


def _asked(state, step, obj):
    """Whom it was given to, or everybody who may decide."""
    if assignment := getattr(state, "assignment", None):
        return {assignment.person}
    return {person for person in step.people if not had_a_hand_in(obj, person)}


def _tell(people, state, key, obj, message, step, due):
    words = message % {"step": step.name, "time": f"{timezone.localtime(due):%H:%M, %d/%m/%Y}"}
    notify(people, Notice.Kind.DUE, key, about=obj, message=words)
