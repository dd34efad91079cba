"""Who does what in the editing office: the groups of office/roles.py, what each may do, and one
workflow of two steps.

Safe to repeat: what exists is brought up to date, nothing that operators added is taken away, but
the publish permission of those who write and review (see office/moderation.py)."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupPagePermission,
    Page,
    Task,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)

from office.models import IndependentApprovalTask
from office.models.units import (
    FILE_PERMISSIONS,
    PAGE_PERMISSIONS,
    SHARED_COLLECTION,
    permit_on_files,
    permit_on_pages,
)
from office.reports import READ as READ_REPORTS
from office.roles import BOARD, EDITORS, KEEPERS, OPERATORS, REPORTERS, REVIEWERS
from office.wording import name_permissions
from polls.models import Poll

WORKFLOW = "Duyệt hai bước"
# With the hours that each has, weekends not counted.
STEPS = [("Kiểm duyệt", REVIEWERS, 24), ("Ban biên tập duyệt đăng", BOARD, 24)]

ROOT = "Gốc"

# In the whole portal; units have their own groups for their sections (office/models/units.py).
PAGES = PAGE_PERMISSIONS | {
    REVIEWERS: ["add_page", "change_page"],
    BOARD: ["add_page", "change_page", "publish_page", "lock_page", "unlock_page"],
    KEEPERS: [],
    OPERATORS: [],
}
UPLOADS = FILE_PERMISSIONS[REPORTERS]
FILES = {
    REPORTERS: UPLOADS,
    EDITORS: UPLOADS,
    REVIEWERS: UPLOADS,
    BOARD: [*UPLOADS, "change_image", "change_document"],
    KEEPERS: [
        *(*UPLOADS, "change_image", "change_document"),
        *("add_collection", "change_collection"),
    ],
    OPERATORS: [],
}
# What is written and reviewed as pages are; the publish permission is nobody's (see above).
POLLS = {
    EDITORS: ["view_poll", "add_poll", "change_poll"],
    REVIEWERS: ["view_poll", "change_poll"],
    BOARD: [
        *("view_poll", "add_poll", "change_poll", "delete_poll"),
        *("lock_poll", "unlock_poll", "correct_poll"),
    ],
}
# What is kept besides pages, as app.model.
KEPT = [
    "sidebar.sidebar",
    "sidebar.weatherregion",
    "sidebar.centralrate",
    "articles.directivetype",
    "articles.issuer",
    "articles.topic",
    "articles.abbreviation",
    "articles.promotedresult",
    "articles.author",
    *("home.officesettings", "home.navigationsettings", "home.featuredpage"),
    "sidebar.sidebarsettings",
]
# What every reader is told without a second reader in the office: the board's alone.
TOLD = ["home.urgentnotice", "home.mourningsettings"]
READ = [
    "sidebar.view_exchangerate",
    "sidebar.view_ratechange",
    "sidebar.view_goldprice",
    "sidebar.view_weatherreading",
    "sidebar.view_feedrun",
    "sidebar.view_feedstate",
    "sidebar.view_providerstate",
    "sidebar.view_dailyvisits",
    "sidebar.view_inheritedvisits",
    "polls.view_ballot",
    "articles.view_askedquestion",
    "office.view_auditentry",
    READ_REPORTS,
]
# Fetching, holding and typing figures (sidebar/operators.py), and writing down the old portal's
# number of visits, once.
OPERATED = ["sidebar.change_feedstate", "sidebar.add_inheritedvisits"]
# Making a page's draft in another language, which is reviewed as any other.
TRANSLATE = "simple_translation.submit_translation"
BESIDES = {
    EDITORS: [TRANSLATE],
    REVIEWERS: [TRANSLATE],
    BOARD: [*OPERATED, "office.publish_in_emergency", TRANSLATE],
    KEEPERS: [f"wagtailredirects.{act}_redirect" for act in ("add", "change", "delete")],
    OPERATORS: OPERATED,
}


@transaction.atomic
def set_up():
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in PAGES}
    # The roots that Wagtail makes, as editors meet them in lists.
    Page.objects.filter(depth=1, title="Root").update(title=ROOT, draft_title=ROOT)
    Collection.objects.filter(depth=1, name="Root").update(name=ROOT)
    files = Collection.get_first_root_node()
    if not Collection.objects.filter(depth=2, name=SHARED_COLLECTION).exists():
        files.add_child(name=SHARED_COLLECTION)
    pages = Page.get_first_root_node()
    known = list(Permission.objects.select_related("content_type"))
    for name, group in groups.items():
        group.permissions.add(*(one for one in known if _is_for(name, one)))
        permit_on_pages(group, pages, PAGES[name])
        permit_on_files(group, files, FILES[name])
    _let_go_of_publishing(groups)
    _set_up_workflow(groups)
    name_permissions()
    # Wagtail's own examples, unless somebody works in them.
    Group.objects.filter(name__in=["Editors", "Moderators"], user__isnull=True).delete()


def _is_for(name, permission):
    """Whether the group of this name has the permission, besides those on pages and files."""
    model = f"{permission.content_type.app_label}.{permission.content_type.model}"
    label = f"{permission.content_type.app_label}.{permission.codename}"
    return (
        label == "wagtailadmin.access_admin"
        or (model == "polls.poll" and permission.codename in POLLS.get(name, []))
        or label in BESIDES.get(name, [])
        or (name in (BOARD, KEEPERS) and model in KEPT)
        or (name == BOARD and model in TOLD)
        or (name in (BOARD, KEEPERS, OPERATORS) and label in READ)
    )


def _let_go_of_publishing(groups):
    not_theirs = [group for name, group in groups.items() if "publish_page" not in PAGES[name]]
    GroupPagePermission.objects.filter(
        group__in=not_theirs, permission__codename="publish_page"
    ).delete()


def _set_up_workflow(groups):
    workflow, _ = Workflow.objects.get_or_create(name=WORKFLOW)
    for order, (step, group, hours) in enumerate(STEPS):
        task, _ = IndependentApprovalTask.objects.get_or_create(
            name=step, defaults={"hours": hours}
        )
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
