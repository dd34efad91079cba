"""What ends a workflow. Apart from moderation.py, because Wagtail's models import this file."""

from django.core.exceptions import PermissionDenied


def publish(workflow_state, user=None):
    """Put the approved version online.

    Wagtail would ask whether the last approver may publish by themselves, which nobody may; and it
    takes a workflow for passed whose steps were skipped, switched off or taken out.
    PermissionDenied where fewer people approved this very version than the workflow has steps, or
    nobody did.
    """
    revision = workflow_state.content_object.get_latest_revision()
    states = workflow_state.task_states
    approvals = states.filter(status=states.model.STATUS_APPROVED, revision=revision)
    approvers = set(approvals.values_list("finished_by", flat=True))
    if len(approvers) < max(1, workflow_state.workflow.workflow_tasks.count()):
        raise PermissionDenied
    revision.publish(user=user, skip_permission_checks=True)
