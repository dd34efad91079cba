"""The admin of what the whole portal shows: urgent notices, mourning, what is featured."""

import django_filters
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.log_actions import log
from wagtail.models import Page, Site
from wagtail.snippets.views.snippets import (
    IndexView,
    ReorderView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from articles.models import ChosenPage
from office.admin_page import admin_page

from .models import MOST_FEATURED, FeaturedPage, MourningSettings, UrgentNotice
from .models.notices import Stage

FEATURE = "home.feature"
# Of a page that may be featured, by what choosers offer.
FEATURED_KINDS = ChosenPage.panels[0].page_type


def moment(at):
    return date_format(timezone.localtime(at), "H:i, j/n/Y")


class UrgentNoticeFilterSet(WagtailFilterSet):
    stage = django_filters.ChoiceFilter(
        label=gettext_lazy("Stage"), choices=Stage.choices, method="in_stage"
    )

    class Meta:
        model = UrgentNotice
        fields = ["level"]

    def in_stage(self, notices, name, value):
        now = timezone.now()
        return {
            Stage.ON: notices.on,
            Stage.UPCOMING: notices.upcoming,
            Stage.OVER: notices.over,
        }[Stage(value)](now)


class UrgentNoticeViewSet(SnippetViewSet):
    model = UrgentNotice
    icon = "warning"
    menu_label = gettext_lazy("Urgent notices")
    filterset_class = UrgentNoticeFilterSet
    list_display = [
        "text",
        StatusTagColumn(
            "stage",
            label=gettext_lazy("Stage"),
            accessor=lambda notice: notice.stage(timezone.now()).label,
            primary=lambda notice: notice.stage(timezone.now()) is Stage.ON,
        ),
        Column("level", label=gettext_lazy("Urgency"), accessor="get_level_display"),
        Column(
            "starts_at",
            label=gettext_lazy("Begins"),
            accessor=lambda notice: moment(notice.starts_at),
            sort_key="starts_at",
        ),
        Column(
            "ends_at",
            label=gettext_lazy("Ends"),
            accessor=lambda notice: moment(notice.ends_at),
            sort_key="ends_at",
        ),
    ]
    search_fields = ["text", "details"]

    def get_queryset(self, request):
        return UrgentNotice.objects.by_stage(timezone.now())


class FeaturedIndexView(IndexView):
    @cached_property
    def stands(self):
        """{page: what the home page does with it}."""
        shown = {page.pk for page in FeaturedPage.objects.shown()}
        live = Page.objects.live()
        open_to_all = set(live.public().values_list("pk", flat=True).filter(pk__in=self._chosen))
        stands = {}
        for pk in self._chosen:
            if pk in shown:
                stands[pk] = _("Shown")
            elif pk in open_to_all:
                stands[pk] = _("Waits for a place")
            else:
                stands[pk] = _("Not shown: unpublished or private")
        return stands

    @cached_property
    def _chosen(self):
        return list(FeaturedPage.objects.values_list("page_id", flat=True))

    @cached_property
    def columns(self):
        return [
            *super().columns,
            Column(
                "stand",
                label=gettext_lazy("On the home page"),
                accessor=lambda row: self.stands[row.page_id],
            ),
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"most_featured": MOST_FEATURED}


class FeaturedReorderView(ReorderView):
    def post(self, request, *args, **kwargs):
        with transaction.atomic():
            answer = super().post(request, *args, **kwargs)
            row = FeaturedPage.objects.get(pk=kwargs["pk"])
            log(row, "wagtail.reorder", user=request.user)
        return answer


class FeaturedPageViewSet(SnippetViewSet):
    model = FeaturedPage
    icon = "pick"
    menu_label = gettext_lazy("Featured on the home page")
    index_view_class = FeaturedIndexView
    reorder_view_class = FeaturedReorderView
    index_template_name = "home/admin/featured_list.html"
    ordering = "sort_order"
    list_display = ["page"]
    copy_view_enabled = False

    def get_queryset(self, request):
        return FeaturedPage.objects.select_related("page")


class SiteViewSetGroup(SnippetViewSetGroup):
    menu_label = gettext_lazy("The whole portal")
    menu_icon = "globe"
    menu_order = 250
    items = (UrgentNoticeViewSet, FeaturedPageViewSet)


def may_be_featured(page):
    return page.live and page.specific_class._meta.label in FEATURED_KINDS


@require_http_methods(["GET", "POST"])
@permission_required("home.add_featuredpage")
def feature(request, page_id):
    """Put a published page on top of what the home page features; by a button of the page."""
    page = get_object_or_404(Page.objects.live(), pk=page_id)
    if not may_be_featured(page):
        messages.error(request, _("Published news, directives and events can be featured."))
        return redirect("wagtailadmin_explore", page.get_parent().pk)
    if request.method == "POST":
        with transaction.atomic():
            row = FeaturedPage.objects.put_on_top(page)
            log(row, FEATURE, user=request.user, title=str(page))
        messages.success(request, _("“%(page)s” stands on top of the home page.") % {"page": page})
        return redirect(FeaturedPage.snippet_viewset.get_url_name("list"))
    title = _("Feature on the home page")
    parent = page.get_parent()
    above = reverse("wagtailadmin_explore", args=[parent.pk]), parent.get_admin_display_title()
    context = {"page": page, "most_featured": MOST_FEATURED}
    icon = FeaturedPageViewSet.icon
    return admin_page(request, "home/admin/feature.html", title, icon, context, above)


urls = [path("trang-noi-bat/<int:page_id>/", feature, name="home_feature")]


class EverywherePanel(Component):
    """On the dashboard: what every reader sees now beside the pages themselves."""

    name = "everywhere"
    order = 5
    template_name = "home/admin/everywhere_panel.html"

    def get_context_data(self, parent_context):
        request = parent_context["request"]
        now = timezone.now()
        site = Site.find_for_request(request)
        mourning = MourningSettings.objects.filter(site=site).first()
        may_keep = request.user.has_perm
        return {
            "notices": [
                (notice, self._edit(notice) if may_keep("home.change_urgentnotice") else None)
                for notice in UrgentNotice.objects.on(now).as_readers_see_them()
            ],
            "mourning": mourning if mourning and mourning.is_on(now) else None,
            "mourning_url": (
                reverse("wagtailsettings:edit", args=["home", "mourningsettings", site.pk])
                if site and may_keep("home.change_mourningsettings")
                else None
            ),
        }

    @staticmethod
    def _edit(notice):
        return reverse(notice.snippet_viewset.get_url_name("edit"), args=[notice.pk])
