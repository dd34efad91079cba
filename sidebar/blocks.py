"""What editors build a sidebar from. The figures come from stored rows: no block opens a socket."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Page
from wagtail.snippets.blocks import SnippetChooserBlock

from polls.blocks import PollBlock

# The module and not its names: models.py imports this file for the Sidebar's stream.
from . import currencies, models
from .audience import open_to_all
from .freshness import how_fresh

FIRST_CURRENCIES = ["USD", "EUR", "JPY", "THB", "LAK"]


def heading_block(usual):
    return blocks.CharBlock(
        label=_("Heading"), default=usual, max_length=80, help_text=_("Stands above it")
    )


class RatesBlock(blocks.StructBlock):
    heading = heading_block(_("Exchange rates"))
    currencies = blocks.ListBlock(
        blocks.ChoiceBlock(choices=list(currencies.NAMES.items()), label=_("Currency")),
        label=_("Currencies to show"),
        default=FIRST_CURRENCIES,
        help_text=_("The whole sheet stands on a page of its own, which the block leads to."),
    )

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        board = models.ExchangeRate.objects.board(value["currencies"])
        rates = list(board.filter(currency__in=value["currencies"]))
        context["rates"] = [rate for rate in rates if rate.is_shown]
        return context | how_fresh(rates)

    class Meta:
        icon = "table"
        label = _("Exchange rates")
        description = _("The bank's rates, renewed by themselves, with source and time.")
        template = "sidebar/blocks/rates.html"
        preview_value = {"heading": _("Exchange rates"), "currencies": FIRST_CURRENCIES}


class WeatherBlock(blocks.StructBlock):
    heading = heading_block(_("Weather"))
    regions = blocks.ListBlock(
        SnippetChooserBlock("sidebar.WeatherRegion", label=_("Region")),
        label=_("Regions"),
        default=[],
        help_text=_("Leave empty to show all regions in their order."),
    )

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        regions = models.WeatherRegion.objects.with_reading()
        chosen = [region.pk for region in value["regions"] if region]
        if chosen:
            found = regions.in_bulk(chosen)
            regions = [found[number] for number in chosen if number in found]
        context["regions"] = [(region, region.last_reading) for region in regions]
        readings = [reading for _region, reading in context["regions"] if reading]
        context["has_figures"] = any(reading.is_shown for reading in readings)
        return context | how_fresh(readings)

    class Meta:
        icon = "globe"
        label = _("Weather")
        description = _("Each region's weather now, renewed by itself, with source and time.")
        template = "sidebar/blocks/weather.html"
        preview_value = {"heading": _("Weather"), "regions": []}


class VisitorStatsBlock(blocks.StructBlock):
    heading = heading_block(_("Visitors"))

    def get_context(self, value, parent_context=None):
        # Here and not above: visits.py needs the models, which need this file.
        from . import visits

        return super().get_context(value, parent_context) | {
            "figures": visits.figures(),
            "inherited": models.InheritedVisits.objects.first(),
        }

    class Meta:
        icon = "group"
        label = _("Visitor statistics")
        description = _("Who is online now, and how many visits there were today and in all.")
        template = "sidebar/blocks/visitor_stats.html"
        preview_value = {"heading": _("Visitors")}


class PageNumberBlock(blocks.PageChooserBlock):
    """Keeps the chosen page's number alone, so that a block can fetch all its pages in one query,
    and only those that readers may see."""

    def to_python(self, value):
        return value

    def bulk_to_python(self, values):
        return values

    def get_prep_value(self, value):
        return value

    def value_from_form(self, value):
        return getattr(value, "pk", value)

    def render_basic(self, value, context=None):
        # In the editors' comparison of two versions.
        return super().render_basic(super().to_python(value), context)

    def extract_references(self, value):
        if value is not None:
            yield Page, str(value), "", ""


class FeaturedPagesBlock(blocks.StructBlock):
    heading = heading_block(_("Featured"))
    pages = blocks.ListBlock(
        PageNumberBlock(label=_("Page")),
        label=_("Pages"),
        help_text=_("Shown in this order; pages that aren't published are left out."),
    )

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        found = open_to_all(Page.objects.live()).in_bulk([n for n in value["pages"] if n])
        context["pages"] = [found[number] for number in value["pages"] if number in found]
        return context

    def get_preview_value(self):
        newest = Page.objects.live().order_by("-pk").values_list("pk", flat=True)[:2]
        return self.normalize({"heading": _("Featured"), "pages": list(newest)})

    class Meta:
        icon = "thumbtack"
        label = _("Featured pages")
        description = _("Pages of this portal that editors put forward, in their order.")
        template = "sidebar/blocks/featured_pages.html"


class LinkBlock(blocks.StructBlock):
    title = blocks.CharBlock(
        label=_("Text of the link"),
        max_length=120,
        help_text=_("Says where it leads: not “here”"),
    )
    page = blocks.PageChooserBlock(
        label=_("Page of this portal"),
        required=False,
        help_text=_("The link follows it wherever it moves"),
    )
    url = blocks.URLBlock(
        label=_("Or another address"), required=False, help_text=_("Starts with https://")
    )

    def clean(self, value):
        value = super().clean(value)
        if not value["page"] and not value["url"]:
            fault = ValidationError(_("Choose a page or give an address."))
            raise blocks.StructBlockValidationError({"page": fault})
        return value

    class Meta:
        icon = "link"
        label = _("Link")


class LinksBlock(blocks.StructBlock):
    heading = heading_block(_("Links"))
    links = blocks.ListBlock(LinkBlock(), label=_("Links"), help_text=_("Shown in this order"))

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        chosen = [link["page"].pk for link in value["links"] if link["page"]]
        found = open_to_all(Page.objects.live()).in_bulk(chosen) if chosen else {}
        context["links"] = [
            link
            for link in value["links"]
            if (link["page"] and link["page"].pk in found) or link["url"]
        ]
        context["open_pages"] = found
        return context

    class Meta:
        icon = "link"
        label = _("Links")
        description = _("A short list of links to pages of this portal or other sites.")
        template = "sidebar/blocks/links.html"
        preview_value = {
            "heading": _("Links"),
            "links": [{"title": "chinhphu.vn", "page": None, "url": "https://chinhphu.vn/"}],
        }


class TextBlock(blocks.StructBlock):
    heading = heading_block(_("Notice"))
    text = blocks.RichTextBlock(
        label=_("Text"),
        features=["bold", "italic", "link", "document-link", "ol", "ul"],
        help_text=_("Short: the column is narrow"),
    )

    class Meta:
        icon = "pilcrow"
        label = _("Short text")
        description = _("A short text under a heading.")
        template = "sidebar/blocks/text.html"
        preview_value = {"heading": _("Notice"), "text": "<p>…</p>"}


class SidebarStreamBlock(blocks.StreamBlock):
    rates = RatesBlock()
    weather = WeatherBlock()
    visits = VisitorStatsBlock()
    poll = PollBlock()
    featured = FeaturedPagesBlock()
    links = LinksBlock()
    text = TextBlock()
