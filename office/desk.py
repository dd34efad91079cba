"""What is on one person's desk: the lists of the dashboard."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, IntegerField, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.models import (
    Page,
    Revision,
    TaskState,
    WorkflowState,
    get_default_page_content_type,
)
from wagtail.permissions import page_permission_policy

from . import emergencies
from .events import name_of
from .moderation import IndependentApprovalTask

# No list is longer; what is left over is found in Wagtail's reports.
LONGEST = 10
EXPIRING_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class Item:
    obj: Any
    at: datetime | None = None
    due: datetime | None = None
    step: str = ""
    person: Any = None
    note: str = ""
    task_state: TaskState | None = None
    more: dict = field(default_factory=dict)

    @property
    def name(self):
        return name_of(self.person)

    @property
    def is_late(self):
        return self.due is not None and self.due < timezone.now()


class Desk:
    """The lists for a user, each at most LONGEST long and asked for when it is shown."""

    def __init__(self, user):
        self.user = user

    @cached_property
    def _steps(self):
        return {step.pk: step for step in IndependentApprovalTask.objects.filter(active=True)}

    @cached_property
    def _theirs(self):
        return Page.objects.filter(owner=self.user)

    @cached_property
    def waiting(self):
        """What they may decide, the most urgent first: what was given to them, then by time."""
        mine = [
            step.pk
            for step in self._steps.values()
            if self.user.is_superuser or step.people.filter(pk=self.user.pk).exists()
        ]
        states = list(
            TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS, task__in=mine)
            .exclude(workflow_state__requested_by=self.user)
            .select_related("workflow_state__requested_by", "task", "assignment__person")
            .order_by("started_at")
        )
        objects = _objects_of([state.workflow_state for state in states])
        touched = self._touched(objects.values())
        approved = self._approvals(states)
        items = []
        for state in states:
            obj = objects.get(_key(state.workflow_state))
            version = state.workflow_state_id, state.revision_id
            if obj is None or _key_of(obj) in touched or version in approved:
                continue
            assignment = getattr(state, "assignment", None)
            items.append(
                Item(
                    obj,
                    at=state.started_at,
                    due=self._due(state),
                    step=state.task.name,
                    person=assignment.person if assignment else None,
                    note=assignment.note if assignment else "",
                    task_state=state,
                    more={"by": name_of(state.workflow_state.requested_by)},
                )
            )
        far = timezone.now() + timedelta(days=3650)
        items.sort(key=lambda item: (item.person != self.user, item.due or far, item.at))
        return items[:LONGEST]

    def _due(self, state):
        step = self._steps.get(state.task_id)
        return step.due_at(state) if step else None

    def _approvals(self, states):
        """What they have approved before, of the reviews that these are steps of."""
        approvals = TaskState.objects.filter(
            workflow_state__in=[state.workflow_state_id for state in states],
            finished_by=self.user,
            status=TaskState.STATUS_APPROVED,
        )
        return set(approvals.values_list("workflow_state", "revision"))

    def _touched(self, objects):
        """Keys of those that they wrote an unpublished version of (moderation.wrote, for many)."""
        known = {_key_of(obj): obj for obj in objects}
        rows = Revision.objects.filter(
            user=self.user, object_id__in={key[1] for key in known}
        ).values_list("pk", "base_content_type", "object_id")
        return {
            (kind, pk)
            for revision, kind, pk in rows
            if (obj := known.get((kind, pk)))
            and not (obj.live and obj.live_revision_id and revision <= obj.live_revision_id)
        }

    @cached_property
    def submitted(self):
        """Theirs, and read by others now."""
        return self._of_workflow(WorkflowState.STATUS_IN_PROGRESS)

    @cached_property
    def sent_back(self):
        return self._of_workflow(WorkflowState.STATUS_NEEDS_CHANGES)

    def _of_workflow(self, status):
        # Keys are kept as text, for records of any kind.
        owned = Q(base_content_type=get_default_page_content_type()) & Exists(
            self._theirs.filter(pk=Cast(OuterRef("object_id"), IntegerField()))
        )
        states = list(
            WorkflowState.objects.filter(owned | Q(requested_by=self.user), status=status)
            .select_related(
                "current_task_state__task",
                "current_task_state__finished_by",
                "current_task_state__assignment__person",
            )
            .order_by("-current_task_state__started_at")[:LONGEST]
        )
        objects = _objects_of(states)
        items = []
        for state in states:
            obj, task_state = objects.get(_key(state)), state.current_task_state
            if obj is None or task_state is None:
                continue
            sent_back = status == WorkflowState.STATUS_NEEDS_CHANGES
            assignment = getattr(task_state, "assignment", None)
            items.append(
                Item(
                    obj,
                    at=task_state.finished_at if sent_back else task_state.started_at,
                    due=None if sent_back else self._due(task_state),
                    step=task_state.task.name,
                    person=task_state.finished_by
                    if sent_back
                    else assignment and assignment.person,
                    note=task_state.comment,
                    task_state=task_state,
                )
            )
        return items

    @cached_property
    def drafts(self):
        """Theirs, unfinished: in nobody's hands but their own."""
        busy = WorkflowState.objects.active().filter(
            base_content_type=get_default_page_content_type()
        )
        pages = (
            self._theirs.filter(has_unpublished_changes=True)
            .exclude(pk__in=[int(pk) for pk in busy.values_list("object_id", flat=True)])
            .exclude(pk__in=_scheduled_pages())
            .order_by("-latest_revision_created_at")
        )
        return [Item(page, at=page.latest_revision_created_at) for page in titled(pages[:LONGEST])]

    @cached_property
    def scheduled(self):
        """What goes online by itself, of all pages that they may edit."""
        rows = (
            Revision.page_revisions.filter(approved_go_live_at__isnull=False)
            .order_by("approved_go_live_at")
            .values_list("object_id", "approved_go_live_at")
        )
        times = {int(pk): at for pk, at in rows}
        pages = titled(self._editable).in_bulk(list(times))
        items = [Item(pages[pk], at=at, due=at) for pk, at in times.items() if pk in pages]
        return items[:LONGEST]

    @cached_property
    def expiring(self):
        soon = timezone.now() + EXPIRING_WITHIN
        pages = self._editable.filter(live=True, expire_at__lte=soon).order_by("expire_at")
        return [Item(page, at=page.expire_at) for page in titled(pages[:LONGEST])]

    @property
    def is_empty(self):
        lists = (
            *(self.waiting, self.sent_back, self.drafts, self.submitted),
            *(self.scheduled, self.expiring, self.emergencies),
        )
        return not any(lists)

    @cached_property
    def _editable(self):
        return page_permission_policy.instances_user_has_permission_for(self.user, "change")

    @cached_property
    def emergencies(self):
        """What went online past the two steps and was not looked at since, for who may."""
        left = emergencies.left_to(self.user)[:LONGEST]
        pages = titled(Page.objects).in_bulk([one.page_id for one in left])
        return [
            Item(
                pages[one.page_id],
                at=one.published_at,
                person=one.published_by,
                note=one.reason,
                more={"emergency": one},
            )
            for one in left
        ]


def _scheduled_pages():
    rows = Revision.page_revisions.filter(approved_go_live_at__isnull=False)
    return [int(pk) for pk in rows.values_list("object_id", flat=True)]


def titled(pages):
    """With what their titles are made of in the admin; Wagtail asks for it page by page."""
    return pages.defer_streamfields().specific()


def _key(state):
    return state.base_content_type_id, state.object_id


def _key_of(obj):
    return obj.get_base_content_type().pk, str(obj.pk)


def _objects_of(states):
    """{(content type, key): object}, with a query or two for each type."""
    wanted = {}
    for state in states:
        wanted.setdefault(state.base_content_type_id, set()).add(state.object_id)
    found = {}
    for kind, keys in wanted.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        if issubclass(model, Page):
            objects = titled(model.objects)
        else:
            # A record's title is that of its newest version.
            objects = model._default_manager.select_related("latest_revision")
            objects = objects.defer("latest_revision__content")
        for pk, obj in objects.in_bulk(list(keys)).items():
            found[kind, str(pk)] = obj
    return found
