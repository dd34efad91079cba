"""What surrounds every page, as the office sets it: its name, the menu, the footer."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import PreviewableMixin

from articles.models import RegisterChange

from ..blocks import FooterStreamBlock, MenuStreamBlock, QuickLinksStreamBlock


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
        MultiFieldPanel([FieldPanel("portal_label"), FieldPanel("name")], heading=_("Header")),
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
        from ..navigation import footer, menu, quick_links

        return super().get_preview_context(request, mode_name) | {
            "navigation": menu(self, request),
            "quick_links": quick_links(self, request),
            "footer": footer(self, request),
        }
