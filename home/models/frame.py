"""What surrounds every page, as the office sets it: its name and colours, the menu, the footer."""

from math import floor

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.images.shortcuts import get_rendition_or_not_found
from wagtail.models import PreviewableMixin

from articles.models import RegisterChange

from .. import colours
from ..blocks import FooterStreamBlock, MenuStreamBlock, QuickLinksStreamBlock

# Twice the room that it has in the header, for screens with fine dots.
LOGO = "max-320x112|format-webp"


def validate_colour(value):
    if not colours.HEX.fullmatch(value.lower()):
        raise ValidationError(_("Write a colour as # and six digits: #a3161f"))


class OnEveryPage:
    """Shown all over the portal: processes keep it in memory, and have to be told of a change."""

    def save(self, *args, **kwargs):
        with transaction.atomic():
            super().save(*args, **kwargs)
            RegisterChange.objects.note(())


@register_setting(icon="home", order=10)
class OfficeSettings(OnEveryPage, BaseSiteSetting):
    """The name on the door, who answers for the portal, and how to reach the office."""

    portal_label = models.CharField(
        _("above the name"),
        max_length=80,
        blank=True,
        help_text=_("In small letters: Cổng thông tin điện tử"),
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("On top of every page"))
    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "Beside the name, 56 pixels high: best square and with a transparent ground. Empty: "
            "the portal's own."
        ),
    )
    brand_colour = models.CharField(
        _("colour"),
        max_length=7,
        blank=True,
        validators=[validate_colour],
        help_text=_(
            "As # and six digits, for the strip on top, buttons and marks. White must be readable "
            "on it, and it on white. Empty: the portal's own red."
        ),
    )
    brand_colour_dark = models.CharField(
        _("colour on dark screens"),
        max_length=7,
        blank=True,
        validators=[validate_colour],
        help_text=_("For text on a dark ground. Empty: made from the colour, light enough."),
    )
    english_label = models.CharField(
        _("above the name, in English"),
        max_length=80,
        blank=True,
        help_text=_("On English pages, in small letters above the name."),
    )
    english_name = models.CharField(
        _("name in English"),
        max_length=120,
        blank=True,
        help_text=_("On top of English pages. Empty: the Vietnamese name."),
    )
    agency = models.CharField(
        _("responsible agency"), max_length=200, blank=True, help_text=_("In the footer")
    )
    responsible = models.CharField(
        _("who answers for the content"),
        max_length=200,
        blank=True,
        help_text=_("Name and position, as the licence has them."),
    )
    licence = models.CharField(
        _("licence"),
        max_length=200,
        blank=True,
        help_text=_("Its number, the day and who gave it."),
    )
    address = models.CharField(
        _("address"), max_length=250, blank=True, help_text=_("In the footer")
    )
    phone = models.CharField(
        _("telephone"),
        max_length=40,
        blank=True,
        help_text=_("In the footer; on a phone, a touch calls it"),
    )
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("In the footer, for readers to write to")
    )
    hours = models.TextField(
        _("office hours"),
        max_length=300,
        blank=True,
        help_text=_(
            "When people may come or call. Each line stands on its own, on pages that show how to "
            "reach the office."
        ),
    )
    statement = models.TextField(
        _("last lines"),
        max_length=500,
        blank=True,
        help_text=_("How to quote the portal, for example. Each line stands on its own."),
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("portal_label"),
                FieldPanel("name"),
                FieldPanel("logo"),
                FieldRowPanel([FieldPanel("brand_colour"), FieldPanel("brand_colour_dark")]),
            ],
            heading=_("Header"),
        ),
        MultiFieldPanel(
            [FieldPanel("english_label"), FieldPanel("english_name")],
            heading=_("Header of English pages"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("agency"),
                FieldPanel("responsible"),
                FieldPanel("licence"),
                FieldPanel("address"),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
                FieldPanel("hours"),
                FieldPanel("statement"),
            ],
            heading=_("Footer"),
        ),
    ]

    class Meta:
        verbose_name = _("office")

    def speak_english(self):
        """For English pages, where it has a name for them; nobody saves it then."""
        if self.english_name:
            self.portal_label, self.name = self.english_label, self.english_name

    def clean(self):
        super().clean()
        self.brand_colour = self.brand_colour.lower()
        self.brand_colour_dark = self.brand_colour_dark.lower()
        faults = {
            field: fault
            for field, set_name, nearest in (
                ("brand_colour", "light", colours.as_light_brand),
                ("brand_colour_dark", "dark", colours.as_dark_brand),
            )
            if (fault := _hard_to_read(getattr(self, field), set_name, nearest))
        }
        if faults:
            raise ValidationError(faults)

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        # Made now, or the next reader's page would have to write it.
        self.logo_rendition()

    def logo_rendition(self):
        return get_rendition_or_not_found(self.logo, LOGO) if self.logo else None

    @property
    def brand_style(self):
        """A rule for portal.css's tokens, or nothing. Of hex digits alone, whatever is stored."""
        chosen = {"office-brand": self.brand_colour, "office-brand-dark": self.brand_colour_dark}
        chosen = {name: value for name, value in chosen.items() if colours.HEX.fullmatch(value)}
        if "office-brand" in chosen:
            chosen.setdefault("office-brand-dark", colours.as_dark_brand(self.brand_colour))
        rules = ";".join(f"--{name}:{value}" for name, value in chosen.items())
        return rules and f":root{{{rules}}}"


def _hard_to_read(colour, set_name, nearest):
    """Why text of this colour can't stand on the grounds of that set; None when it can."""
    # What is no colour has been told at its field.
    if not colours.HEX.fullmatch(colour):
        return None
    ratio = colours.least_contrast(colour, colours.token_sets()[set_name])
    if ratio >= colours.ENOUGH:
        return None
    words = (
        _(
            "Too faint: %(ratio)s : 1 on light grounds, at least 4.5 : 1 is needed. Near it, "
            "%(nearest)s would do."
        )
        if set_name == "light"
        else _(
            "Too dark: %(ratio)s : 1 on dark grounds, at least 4.5 : 1 is needed. Near it, "
            "%(nearest)s would do."
        )
    )
    # Never rounded up to what would be enough.
    shown = number_format(floor(ratio * 100) / 100, 2)
    return words % {"ratio": shown, "nearest": nearest(colour)}


@register_setting(icon="list-ul", order=20)
class NavigationSettings(PreviewableMixin, OnEveryPage, BaseSiteSetting):
    """The ways through the portal that stand on every page."""

    menu = StreamField(
        MenuStreamBlock(),
        blank=True,
        verbose_name=_("main menu"),
        help_text=_(
            "In this order, after “Home”: drag an entry, or move it with its arrows. An entry "
            "leaves the menu by itself while its page is unpublished or private, and its "
            "submenu with it."
        ),
    )
    footer = StreamField(
        FooterStreamBlock(),
        blank=True,
        verbose_name=_("columns of the footer"),
        help_text=_(
            "Beside the office's address, which stands in the settings of the office. Links "
            "leave the footer as entries leave the menu."
        ),
    )

    quick_links = StreamField(
        QuickLinksStreamBlock(),
        blank=True,
        verbose_name=_("quick links of the home page"),
        help_text=_(
            "Tiles below what is featured: what readers come for most, in few words. They leave "
            "the home page as entries leave the menu."
        ),
    )

    panels = [FieldPanel("menu"), FieldPanel("quick_links"), FieldPanel("footer")]

    class Meta:
        verbose_name = _("menu and footer")

    def get_preview_template(self, request, mode_name):
        return "home/frame_preview.html"

    def get_preview_context(self, request, mode_name):
        # Here and not above: it needs the models.
        from .. import navigation

        ways = navigation.ways_of(self, request)
        return super().get_preview_context(request, mode_name) | {
            "navigation": navigation.open_to_public(ways.menu(self), request),
            "quick_links": navigation.open_to_public(ways.quick_links(self), request),
            "footer": navigation.open_columns(ways.footer(self), request),
        }
