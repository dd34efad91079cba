from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets import Button
from wagtail.permissions import page_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from . import assignments, audit, checks, emergencies, sharing, views
from .audit_report import AuditReport
from .desk import Desk
from .editor import is_opened
from .log_actions import register
from .models import EmergencyPublication, Notice, Unit
from .moderation import may_take_back
from .reports import ReportItem

# Wagtail's own lists of what the desk shows, which know no deadlines and no assignments.
REPLACED = {"user_objects_in_workflow_moderation", "workflow_objects_to_moderate"}


@hooks.register("register_admin_urls")
def admin_urls():
    return [*views.urls, *sharing.urls, *AuditReport.urls("nhat-ky")]


@hooks.register("insert_global_admin_css")
def stylesheet():
    return format_html('<link rel="stylesheet" href="{}">', static("office/office.css"))


@hooks.register("insert_global_admin_js")
def names_of_fields():
    return format_html('<script src="{}" defer></script>', static("office/admin/names.js"))


@hooks.register("insert_editor_js")
def autosave_script():
    return format_html('<script src="{}" defer></script>', static("office/admin/autosave.js"))


@hooks.register("register_log_actions")
def log_actions(actions):
    register(
        actions,
        emergencies.PUBLISHED,
        _("Publish in an emergency"),
        lambda data: _("Published past the two steps: %(reason)s") % data,
    )
    register(
        actions,
        emergencies.CHECKED,
        _("Check an emergency publication"),
        lambda data: (
            _("Checked after an emergency: %(finding)s")
            % {"finding": data["finding"] or _("all in order")}
        ),
    )
    register(
        actions,
        assignments.ASSIGNED,
        _("Assign a review"),
        lambda data: _("Assigned to %(person)s") % data,
    )
    register(
        actions,
        sharing.SHARED,
        _("Share a preview"),
        lambda data: _("Shared a preview until %(until)s %(note)s") % data,
    )
    register(
        actions,
        sharing.WITHDRAWN,
        _("Withdraw a shared preview"),
        lambda data: _("Withdrew the preview that was shared until %(until)s %(note)s") % data,
    )


class NoticesMenuItem(MenuItem):
    """Says how many there are that were not read."""

    def render_component(self, request):
        component = super().render_component(request)
        unread = Notice.objects.filter(recipient=request.user).unread().count()
        if unread:
            component.label = _("Notices (%(count)s)") % {"count": unread}
        return component


@hooks.register("register_admin_menu_item")
def notices_item():
    return NoticesMenuItem(
        _("Notices"), reverse("office_notices"), name="notices", icon_name="info-circle", order=50
    )


@hooks.register("register_help_menu_item")
def roles_item():
    return MenuItem(
        _("Roles and units"), reverse("office_roles"), name="roles", icon_name="group", order=900
    )


@hooks.register("register_help_menu_item")
def guide_item():
    return MenuItem(
        _("Editors' guide"), reverse("office_guide"), name="guide", icon_name="help", order=100
    )


@hooks.register("construct_help_menu")
def help_of_our_own(request, menu_items):
    """Wagtail's guide and news are in English, on another site, and tell of an office that is not
    this one."""
    menu_items[:] = [item for item in menu_items if not item.url.startswith("https://")]


class DeskPanel(Component):
    """What is on the desk of whoever opens the dashboard."""

    name = "desk"
    order = 60
    template_name = "office/admin/desk.html"

    def get_context_data(self, parent_context):
        user = parent_context["request"].user
        return {
            "desk": Desk(user),
            "user": user,
            "unread": Notice.objects.filter(recipient=user).unread()[:5],
        }


class UnmannedPanel(Component):
    """Nothing can be published while a step has nobody."""

    name = "unmanned"
    order = 10
    template_name = "office/admin/unmanned.html"

    def get_context_data(self, parent_context):
        return {"steps": checks.steps_short_of_people()}


@hooks.register("construct_homepage_panels")
def put_desk_first(request, panels):
    panels[:] = [panel for panel in panels if getattr(panel, "name", "") not in REPLACED]
    panels += [UnmannedPanel(), DeskPanel()]


class LinkItem(ActionMenuItem):
    """An action that asks on a page of its own."""

    address = ""

    def get_url(self, parent_context):
        return reverse(self.address, args=[parent_context["page"].pk])


class TakeBackItem(LinkItem):
    name = "office-take-back"
    label = _("Take it back to go on writing")
    icon_name = "rotate"
    address = "office_take_back"

    def is_shown(self, context):
        page = context.get("page")
        return bool(
            context["view"] == "edit"
            and page.workflow_in_progress
            and may_take_back(page.current_workflow_state, context["request"].user)
        )


class EmergencyItem(LinkItem):
    name = "office-emergency"
    label = _("Publish in an emergency …")
    icon_name = "warning"
    address = "office_emergency"

    def is_shown(self, context):
        if context["view"] != "edit":
            return False
        tester = context["page"].permissions_for_user(context["request"].user)
        # Pages of kinds that are not ours have no such way.
        return getattr(tester, "can_publish_in_emergency", lambda: False)()


@hooks.register("register_page_action_menu_item")
def take_back_item():
    return TakeBackItem(order=45)


@hooks.register("register_page_action_menu_item")
def emergency_item():
    return EmergencyItem(order=9000)


@hooks.register("construct_page_action_menu")
def one_way_back(menu_items, request, context):
    """Wagtail's cancelling is the taking back above, for all who might; from a reviewer it would be
    a sending back without a reason."""
    menu_items[:] = [item for item in menu_items if item.name != "action-cancel-workflow"]


@hooks.register("construct_snippet_action_menu")
def no_way_back_for_reviewers(menu_items, request, context):
    """Of records there is no page that asks: Wagtail's cancelling is their taking back."""
    state = getattr(context.get("instance"), "current_workflow_state", None)
    if state and not may_take_back(state, request.user):
        menu_items[:] = [item for item in menu_items if item.name != "action-cancel-workflow"]


@hooks.register("before_edit_page")
@hooks.register("before_edit_snippet")
def no_cancelling_by_reviewers(request, obj):
    if "action-cancel-workflow" not in request.POST:
        return
    state = getattr(obj, "current_workflow_state", None)
    if state and not may_take_back(state, request.user):
        raise PermissionDenied


@hooks.register("register_page_header_buttons")
def assign_button(page, user, view_name, next_url=None):
    state = page.current_workflow_task_state if view_name == "edit" else None
    if state and assignments.may_assign(state, user):
        yield Button(
            _("Assign to a colleague"),
            url=reverse("office_assign", args=[state.pk]),
            icon_name="user",
            priority=60,
        )


@hooks.register("register_page_header_buttons")
def share_button(page, user, view_name, next_url=None):
    if view_name == "edit" and page.permissions_for_user(user).can_edit():
        yield Button(
            _("Share a preview"),
            url=reverse("office_share", args=[page.pk]),
            icon_name="link",
            priority=55,
        )


@hooks.register("before_edit_page")
def say_that_it_was_an_emergency(request, page):
    """Until a third person has looked, whoever opens the page is told."""
    if not is_opened(request):
        return
    unchecked = EmergencyPublication.objects.filter(page=page, checked_at=None)
    for emergency in unchecked.select_related("published_by", "revision", "page"):
        views.tell_of_emergency(request, emergency)


@hooks.register("construct_page_chooser_queryset")
def only_what_they_may_see(pages, request):
    """Others' drafts are in no list that a unit's people choose from."""
    theirs = page_permission_policy.explorable_instances(request.user)
    return pages.filter(Q(live=True) | Q(pk__in=theirs.values("pk")))


@hooks.register("construct_page_chooser_queryset", order=1)
def with_what_rows_tell(pages, request):
    """Asked for once; Wagtail asks for it with each row."""
    # A specific page's workflow is found by its own kind.
    pages = pages.specific().prefetch_workflow_states().annotate_approved_schedule()
    return pages.prefetch_related("locale")


@hooks.register("after_bulk_action")
def log_what_was_done_in_bulk(request, action_type, objects, action):
    audit.done_in_bulk(action_type, objects, action)


class UnitViewSet(SnippetViewSet):
    model = Unit
    icon = "group"
    list_display = ["name", "reporters", "editors"]
    search_fields = ["name"]
    menu_label = _("Units")
    menu_order = 650
    add_to_settings_menu = True


register_snippet(UnitViewSet)


@hooks.register("register_reports_menu_item")
def audit_item():
    return ReportItem(
        AuditReport.page_title,
        "audit_log",
        AuditReport.may_read,
        icon_name="history",
        order=1000,
    )
