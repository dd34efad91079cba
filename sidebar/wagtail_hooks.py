"""The admin's view of the sidebar: figures that machines fetch can be looked at, filtered and
exported, never typed; regions and sidebars are the editors'."""

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import lookup_field
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup, modeladmin_register
from wagtail_modeladmin.views import IndexView

from .models import ExchangeRate, FeedRun, Sidebar, WeatherReading, WeatherRegion


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


def _price(value):
    return None if value is None else number_format(value, 2, force_grouping=True)


class ExchangeRateAdmin(RecordAdmin):
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

    @_labelled(_("buys cash"))
    def cash(self, rate):
        return _price(rate.buy_cash)

    @_labelled(_("buys by transfer"))
    def transfer(self, rate):
        return _price(rate.buy_transfer)

    @_labelled(_("sells"))
    def selling(self, rate):
        return _price(rate.sell)


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
        "today_min",
        "today_max",
        "rain_probability",
        "source",
        "observed_at",
        "fetched_at",
    )
    export_filename = "weather"


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


class AutomaticFigures(ModelAdminGroup):
    menu_label = _("Automatic figures")
    menu_icon = "rotate"
    menu_order = 650
    items = (ExchangeRateAdmin, WeatherReadingAdmin, FeedRunAdmin)


modeladmin_register(AutomaticFigures)


class WeatherRegionViewSet(SnippetViewSet):
    model = WeatherRegion
    icon = "globe"
    list_display = ["name", "latitude", "longitude", "sort_order"]
    search_fields = ["name"]
    ordering = ["sort_order", "name"]


class SidebarViewSet(SnippetViewSet):
    model = Sidebar
    icon = "list-ul"
    list_display = ["title", UpdatedAtColumn()]
    search_fields = ["title"]
    ordering = ["title"]


register_snippet(WeatherRegionViewSet)
register_snippet(SidebarViewSet)
