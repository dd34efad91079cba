"""The admin's view of the sidebar: figures that machines fetch can be looked at, filtered and
exported, never typed; regions, central rates and sidebars are the editors'."""

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import lookup_field
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse, reverse_lazy
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import ModelAdminURLFinder, register_admin_url_finder
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, HelpPanel, ObjectList
from wagtail.admin.ui.tables import Column, UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup, modeladmin_register
from wagtail_modeladmin.views import CreateView, IndexView

from . import operators, source_views, visit_report
from .models import (
    CentralRate,
    ExchangeRate,
    FeedRun,
    FeedState,
    GoldPrice,
    InheritedVisits,
    RateChange,
    Sidebar,
    WeatherReading,
    WeatherRegion,
)
from .region_map import MapPanel
from .source_forms import CentralRateForm


class LookOnly(PermissionHelper):
    """Whoever may view may list, inspect and export. Nobody, not even a superuser, may change."""

    def get_all_model_permissions(self):
        return super().get_all_model_permissions().filter(codename=self.get_perm_codename("view"))

    def user_can_create(self, user):
        return False

    def user_can_edit_obj(self, user, obj):
        return False

    def user_can_delete_obj(self, user, obj):
        return False


class RecordIndexView(IndexView):
    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except (IncorrectLookupParameters, ValidationError, ValueError) as error:
            # A filter that somebody typed into the address.
            raise Http404 from error

    def to_row_dict(self, item):
        # As it is stored: modeladmin would export 0 degrees and "no" as "nothing".
        return {field: lookup_field(field, item, self.model_admin)[2] for field in self.list_export}


class RecordAdmin(ModelAdmin):
    """A listing of records that nobody edits."""

    index_view_class = RecordIndexView
    permission_helper_class = LookOnly
    inspect_view_enabled = True
    history_view_enabled = False
    empty_value_display = "—"


def _labelled(label):
    def label_it(method):
        method.short_description = label
        return method

    return label_it


def _price(value, decimals=2):
    return None if value is None else number_format(value, decimals, force_grouping=True)


class PricedAdmin(RecordAdmin):
    """Of records with the three prices of a currency."""

    @_labelled(_("buys cash"))
    def cash(self, record):
        return _price(record.buy_cash)

    @_labelled(_("buys by transfer"))
    def transfer(self, record):
        return _price(record.buy_transfer)

    @_labelled(_("sells"))
    def selling(self, record):
        return _price(record.sell)


class ExchangeRateAdmin(PricedAdmin):
    model = ExchangeRate
    menu_label = _("Exchange rates")
    menu_icon = "table"
    base_url_path = "rates"
    list_display = ("currency", "local_name", "cash", "transfer", "selling", "quoted_at")
    list_filter = ("source",)
    search_fields = ("currency", "name")
    ordering = ("currency",)
    list_export = (
        "currency",
        "local_name",
        "buy_cash",
        "buy_transfer",
        "sell",
        "source",
        "quoted_at",
        "fetched_at",
    )
    export_filename = "rates"


class RateChangeAdmin(PricedAdmin):
    model = RateChange
    menu_label = _("History of rates")
    menu_icon = "order"
    base_url_path = "rate-history"
    list_display = ("recorded_at", "currency", "cash", "transfer", "selling")
    list_filter = ("currency", "recorded_at", "source")
    search_fields = ("currency",)
    ordering = ("-recorded_at", "currency")
    list_export = (
        "currency",
        "recorded_at",
        "buy_cash",
        "buy_transfer",
        "sell",
        "source",
        "quoted_at",
    )
    export_filename = "rate-history"


class GoldPriceAdmin(RecordAdmin):
    model = GoldPrice
    menu_label = _("Gold prices")
    menu_icon = "pick"
    base_url_path = "gold"
    list_display = ("name", "branch", "buying", "selling", "quoted_at")
    list_filter = ("branch", "source")
    search_fields = ("name", "branch")
    ordering = ("sort_order",)
    list_export = ("name", "branch", "buy", "sell", "source", "quoted_at", "fetched_at")
    export_filename = "gold"

    @_labelled(_("buys"))
    def buying(self, price):
        return _price(price.buy, 0)

    @_labelled(_("sells"))
    def selling(self, price):
        return _price(price.sell, 0)


class WeatherReadingAdmin(RecordAdmin):
    model = WeatherReading
    menu_label = _("Weather")
    menu_icon = "globe"
    base_url_path = "weather"
    list_display = ("region", "temperature", "words", "humidity", "wind_kmh", "observed_at")
    list_select_related = ("region",)
    list_filter = ("is_day", "source")
    search_fields = ("region__name",)
    ordering = ("region__sort_order", "region__name")
    list_export = (
        "region",
        "temperature",
        "words",
        "weather_code",
        "humidity",
        "wind_kmh",
        "lowest",
        "highest",
        "rain_probability",
        "source",
        "observed_at",
        "fetched_at",
    )
    export_filename = "weather"

    @_labelled(_("today's lowest (°C)"))
    def lowest(self, reading):
        return reading.today.lowest

    @_labelled(_("today's highest (°C)"))
    def highest(self, reading):
        return reading.today.highest

    @_labelled(_("chance of rain today (%)"))
    def rain_probability(self, reading):
        return reading.today.rain_probability


class FeedRunAdmin(RecordAdmin):
    model = FeedRun
    menu_label = _("Feed runs")
    menu_icon = "history"
    base_url_path = "feed-runs"
    list_display = ("started_at", "feed", "provider", "rows", "outcome")
    list_filter = ("feed", "provider", "succeeded", "started_at")
    search_fields = ("provider", "reason")
    ordering = ("-started_at",)
    list_export = (
        "feed",
        "provider",
        "started_at",
        "finished_at",
        "succeeded",
        "rows",
        "reason",
        "outcome",
    )
    export_filename = "feed-runs"


class SourcesItem(MenuItem):
    def is_shown(self, request):
        return source_views.may_look(request.user)


class AutomaticFigures(ModelAdminGroup):
    menu_label = _("Automatic figures")
    menu_icon = "rotate"
    menu_order = 650
    items = (ExchangeRateAdmin, RateChangeAdmin, GoldPriceAdmin, WeatherReadingAdmin, FeedRunAdmin)

    def get_submenu_items(self):
        sources = SourcesItem(
            _("Data sources"),
            reverse_lazy("sidebar_sources"),
            name="data-sources",
            icon_name="rotate",
            order=0,
        )
        return [sources, *super().get_submenu_items()]


modeladmin_register(AutomaticFigures)


@hooks.register("register_admin_urls")
def source_addresses():
    return source_views.urls


@hooks.register("register_log_actions")
def acts_of_operators(actions):
    operators.register_acts(actions)


@hooks.register("register_permissions")
def permissions_of_operators():
    return Permission.objects.filter(
        content_type__app_label="sidebar", codename__in=["view_feedstate", "change_feedstate"]
    )


class SourceURLFinder(ModelAdminURLFinder):
    """Where the site's history leads to from an act of an operator."""

    def construct_edit_url(self, instance):
        return f"{reverse('sidebar_sources')}#{instance.feed}"

    def get_edit_url(self, instance):
        if self.user and not source_views.may_look(self.user):
            return None
        return self.construct_edit_url(instance)


register_admin_url_finder(FeedState, SourceURLFinder)


class WeatherRegionViewSet(SnippetViewSet):
    model = WeatherRegion
    icon = "globe"
    list_display = ["name", "latitude", "longitude", "sort_order"]
    search_fields = ["name"]
    ordering = ["sort_order", "name"]
    # The map between the coordinates and the order.
    panels = [*WeatherRegion.panels[:-1], MapPanel(), WeatherRegion.panels[-1]]


class CentralRateViewSet(SnippetViewSet):
    model = CentralRate
    icon = "decimal"
    list_display = [
        "day",
        Column(
            "rate",
            label=_("đồng for one US dollar"),
            accessor=lambda rate: _price(rate.rate, None),
        ),
        "number",
    ]
    search_fields = ["number"]
    ordering = ["-day"]
    list_export = ["day", "rate", "number"]
    edit_handler = ObjectList(CentralRate.panels, base_form_class=CentralRateForm)


class SidebarViewSet(SnippetViewSet):
    model = Sidebar
    icon = "list-ul"
    list_display = ["title", UpdatedAtColumn()]
    search_fields = ["title"]
    ordering = ["title"]


register_snippet(WeatherRegionViewSet)
register_snippet(CentralRateViewSet)
register_snippet(SidebarViewSet)


class OnlyOnce(LookOnly):
    """Whoever may add writes it down while there is none, and that is all that ever happens."""

    def get_all_model_permissions(self):
        codenames = [self.get_perm_codename(action) for action in ("view", "add")]
        permissions = PermissionHelper.get_all_model_permissions(self)
        return permissions.filter(codename__in=codenames)

    def user_can_create(self, user):
        may_add = self.user_has_specific_permission(user, self.get_perm_codename("add"))
        return may_add and not InheritedVisits.objects.exists()


class InheritedVisitsCreateView(CreateView):
    def get_success_message_buttons(self, instance):
        return []


class InheritedVisitsAdmin(RecordAdmin):
    """Reached from the report of visits: a menu item for what is done once would be in the way."""

    model = InheritedVisits
    add_to_admin_menu = False
    permission_helper_class = OnlyOnce
    create_view_class = InheritedVisitsCreateView
    list_display = ("total", "counted_until", "source", "entered_by", "entered_at")
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "This number is written down once. Nobody can change or delete it afterwards: "
                    "look at it twice. It is shown as the old portal's, not verified, and never "
                    "added to what this portal counts."
                )
            ),
            FieldPanel("total"),
            FieldPanel("counted_until"),
            FieldPanel("source"),
        ],
        base_form_class=visit_report.InheritedVisitsForm,
    )


modeladmin_register(InheritedVisitsAdmin)


class VisitReportItem(MenuItem):
    def is_shown(self, request):
        return visit_report.may_read(request.user)


@hooks.register("register_reports_menu_item")
def visit_report_item():
    return VisitReportItem(
        _("Visits and page views"),
        reverse_lazy("visit_report"),
        name="visit-report",
        icon_name="order",
        order=1100,
    )


@hooks.register("register_admin_urls")
def visit_report_addresses():
    return visit_report.urls


@hooks.register("register_permissions")
def permissions_of_the_report():
    return Permission.objects.filter(content_type__app_label="sidebar", codename="view_dailyvisits")
