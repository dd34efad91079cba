"""Who does what in the editing office: three groups, their permissions, one two-step workflow.

Safe to repeat: what exists is brought up to date, nothing that operators added is taken away, but
the publish permission of those who write and review (see articles/moderation.py)."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Task,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)

from office.moderation import IndependentApprovalTask
from office.wording import name_permissions
from polls.models import Poll

# Names as the office knows them, which this file finds them by.
EDITORS = "Biên tập viên"
REVIEWERS = "Kiểm duyệt viên"
BOARD = "Ban biên tập"

WORKFLOW = "Duyệt hai bước"
STEPS = [("Kiểm duyệt", REVIEWERS), ("Ban biên tập duyệt đăng", BOARD)]

ROOT = "Gốc"

PAGE_PERMISSIONS = {
    EDITORS: ["add_page", "change_page"],
    REVIEWERS: ["add_page", "change_page"],
    BOARD: ["add_page", "change_page", "publish_page", "lock_page", "unlock_page"],
}
UPLOADS = ["add_image", "choose_image", "add_document", "choose_document"]
COLLECTION_PERMISSIONS = {
    EDITORS: UPLOADS,
    REVIEWERS: UPLOADS,
    BOARD: [*UPLOADS, "change_image", "change_document"],
}
# What is written and reviewed as pages are; the publish permission is nobody's (see above).
POLL_PERMISSIONS = {
    EDITORS: ["view_poll", "add_poll", "change_poll"],
    REVIEWERS: ["view_poll", "change_poll"],
    BOARD: [
        *("view_poll", "add_poll", "change_poll", "delete_poll"),
        *("lock_poll", "unlock_poll", "correct_poll"),
    ],
}
# What the board keeps besides pages, as app.model.
BOARD_KEEPS = [
    "sidebar.sidebar",
    "sidebar.weatherregion",
    "sidebar.centralrate",
    "articles.directivetype",
    "articles.issuer",
    "articles.topic",
    "articles.abbreviation",
    "articles.promotedresult",
    "articles.author",
    "home.officesettings",
    "sidebar.sidebarsettings",
]
BOARD_READS = [
    "sidebar.exchangerate",
    "sidebar.ratechange",
    "sidebar.goldprice",
    "sidebar.weatherreading",
    "sidebar.feedrun",
    "sidebar.feedstate",
    "sidebar.providerstate",
    "sidebar.dailyvisits",
    "sidebar.inheritedvisits",
    "polls.ballot",
    "articles.askedquestion",
]
# What the board does besides: fetching, holding and typing figures (sidebar/operators.py), and
# writing down the old portal's number of visits, once.
BOARD_DOES = ["sidebar.change_feedstate", "sidebar.add_inheritedvisits"]


@transaction.atomic
def set_up():
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in PAGE_PERMISSIONS}
    for name, group in groups.items():
        _permit(group, name)
    _permit_records(groups[BOARD])
    _set_up_workflow(groups)
    name_permissions()
    # The roots that Wagtail makes, as editors meet them in lists.
    Page.objects.filter(depth=1, title="Root").update(title=ROOT, draft_title=ROOT)
    Collection.objects.filter(depth=1, name="Root").update(name=ROOT)
    # Wagtail's own examples, unless somebody works in them.
    Group.objects.filter(name__in=["Editors", "Moderators"], user__isnull=True).delete()


def _permit(group, name):
    group.permissions.add(_permission("wagtailadmin.access_admin"))
    root = Page.get_first_root_node()
    group.permissions.add(
        *(_permission(f"polls.{codename}") for codename in POLL_PERMISSIONS[name])
    )
    wanted = PAGE_PERMISSIONS[name]
    for codename in wanted:
        GroupPagePermission.objects.get_or_create(
            group=group, page=root, permission=_permission(f"wagtailcore.{codename}")
        )
    if "publish_page" not in wanted:
        GroupPagePermission.objects.filter(
            group=group, permission__codename="publish_page"
        ).delete()
    collection = Collection.get_first_root_node()
    for codename in COLLECTION_PERMISSIONS[name]:
        app = "wagtailimages" if codename.endswith("image") else "wagtaildocs"
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=collection, permission=_permission(f"{app}.{codename}")
        )


def _permit_records(board):
    for label in BOARD_KEEPS:
        app, model = label.split(".")
        board.permissions.add(
            *Permission.objects.filter(content_type__app_label=app, content_type__model=model)
        )
    for label in BOARD_READS:
        app, model = label.split(".")
        board.permissions.add(_permission(f"{app}.view_{model}"))
    board.permissions.add(*map(_permission, BOARD_DOES))


def _permission(label):
    app, codename = label.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _set_up_workflow(groups):
    workflow, _ = Workflow.objects.get_or_create(name=WORKFLOW)
    for order, (step, group) in enumerate(STEPS):
        task, _ = IndependentApprovalTask.objects.get_or_create(name=step)
        task.groups.add(groups[group])
        WorkflowTask.objects.update_or_create(
            workflow=workflow, task=task.task_ptr, defaults={"sort_order": order}
        )
    root = Page.get_first_root_node()
    # Another workflow that operators chose since stays.
    WorkflowPage.objects.filter(page=root, workflow__name="Moderators approval").delete()
    WorkflowPage.objects.get_or_create(page=root, defaults={"workflow": workflow})
    polls = ContentType.objects.get_for_model(Poll)
    WorkflowContentType.objects.get_or_create(content_type=polls, defaults={"workflow": workflow})
    # Wagtail's example would stand in every list of workflows, unused.
    example = Workflow.objects.filter(name="Moderators approval")
    example.filter(workflow_states__isnull=True).delete()
    example.filter(active=True).update(active=False)
    Task.objects.filter(name="Moderators approval", task_states__isnull=True).delete()
