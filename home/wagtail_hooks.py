from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets import Button
from wagtail.snippets.models import register_snippet

from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage
from office.editor import is_opened
from office.reports import ReportItem

from . import site_admin
from .schedule import late_pages, schedule
from .schedule_report import TimedPagesReport

# What an editor comes to write, and the sections that it goes into.
KINDS = [
    (_("Write a directive"), DirectiveIndexPage, "directivepage"),
    (_("Write news"), NewsIndexPage, "newspage"),
    (_("Announce an event"), EventIndexPage, "eventpage"),
]


class WritingPanel(Component):
    """The first thing on the dashboard: where to write, without knowing the page tree."""

    name = "writing"
    order = 50
    template_name = "home/admin/writing_panel.html"

    def get_context_data(self, parent_context):
        user = parent_context["request"].user
        kinds = []
        for label, index_model, page_model in KINDS:
            sections = [
                section
                for section in index_model.objects.order_by("path")
                if section.permissions_for_user(user).can_add_subpage()
            ]
            if sections:
                kinds.append({"label": label, "page_model": page_model, "sections": sections})
        return {"kinds": kinds}


@hooks.register("construct_homepage_panels")
def offer_to_write(request, panels):
    panels.append(WritingPanel())


register_snippet(site_admin.SiteViewSetGroup)


@hooks.register("register_help_menu_item")
def style_guide_item():
    return MenuItem(
        _("Components and their states"),
        reverse("style_guide"),
        name="style-guide",
        icon_name="view",
        order=910,
    )


@hooks.register("register_admin_urls")
def admin_urls():
    return site_admin.urls


@hooks.register("register_log_actions")
def log_actions(actions):
    actions.register_action(
        site_admin.FEATURE, _("Feature on the home page"), _("Put on top of the home page")
    )


@hooks.register("construct_homepage_panels")
def show_what_is_everywhere(request, panels):
    panels.append(site_admin.EverywherePanel())


@hooks.register("register_page_header_buttons")
@hooks.register("register_page_listing_more_buttons")
def offer_to_feature(page, user, next_url=None, **context):
    if site_admin.may_be_featured(page) and user.has_perm("home.add_featuredpage"):
        yield Button(
            _("Feature on the home page"),
            url=reverse("home_feature", args=[page.pk]),
            icon_name="pick",
            priority=60,
        )


class ScheduleBanner(Component):
    """Above everything, while pages with a time would wait in vain."""

    name = "schedule"
    order = 10
    template_name = "home/admin/schedule_banner.html"

    def __init__(self, timer):
        self.timer = timer

    def get_context_data(self, parent_context):
        return {"schedule": self.timer, "late": late_pages()}


@hooks.register("construct_homepage_panels")
def say_that_the_timer_is_silent(request, panels):
    timer = schedule()
    if timer.is_dead and TimedPagesReport.may_read(request.user):
        panels.append(ScheduleBanner(timer))


@hooks.register("before_edit_page")
def warn_where_a_time_is_set(request, page):
    if is_opened(request):
        warn_of_a_silent_timer(request, page.get_latest_revision_as_object())


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def warn_when_a_time_was_set(request, page):
    # Whoever only saves comes back to the page, which says it.
    if {"action-submit", "action-publish", "action-workflow-action"} & set(request.POST):
        warn_of_a_silent_timer(request, page)


def warn_of_a_silent_timer(request, page):
    if (page.go_live_at or page.expire_at) and (timer := schedule()).is_dead:
        messages.warning(request, timer.words)


@hooks.register("register_admin_urls")
def schedule_addresses():
    return TimedPagesReport.urls("hen-gio")


@hooks.register("register_reports_menu_item")
def schedule_item():
    return ReportItem(
        TimedPagesReport.page_title,
        "timed_pages",
        TimedPagesReport.may_read,
        icon_name="calendar",
        order=950,
    )
