from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
)
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page

from articles.blocks import BodyStreamBlock
from articles.models import (
    ChosenPage,
    DirectiveIndexPage,
    DirectivePage,
    EventIndexPage,
    NewsIndexPage,
    NewsPage,
    PortalPage,
    RegisterChange,
    in_chosen_order,
    stream_text,
    with_lead_images,
    with_periods,
)


class HomePage(PortalPage):
    """The front door: what is featured, then the newest directives and news."""

    content_panels = [
        *Page.content_panels,
        InlinePanel(
            "featured",
            heading=_("Featured"),
            label=_("featured page"),
            help_text=_("In this order; the first one stands on top with its picture."),
        ),
        InlinePanel(
            "sidebar_placements",
            max_num=1,
            heading=_("Sidebar of the home page"),
            label=_("sidebar"),
            help_text=_("Sections without a sidebar of their own show it too."),
        ),
    ]

    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "articles.DirectiveIndexPage",
        "articles.NewsIndexPage",
        "articles.EventIndexPage",
        "home.StandardPage",
    ]
    page_description = _("The portal's home page")

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["featured"] = self.featured_pages
        directives = list(DirectivePage.objects.published().for_lists().newest()[:6])
        with_periods(directives, timezone.localdate())
        context["directives"] = directives
        context["news"] = NewsPage.objects.published().newest()[:6]
        children = self.get_children().live().public()
        # Of several sections of one kind, the first: later ones are overwritten.
        sections = {page.specific_class: page for page in children.reverse()}
        context["directive_index"] = sections.get(DirectiveIndexPage)
        context["news_index"] = sections.get(NewsIndexPage)
        context["event_index"] = sections.get(EventIndexPage)
        return context

    @property
    def featured_pages(self):
        """The featured pages that the public may read, in the editors' order."""
        pages = in_chosen_order(self.featured.all(), Page.objects.live().public().specific())
        with_lead_images(pages)
        return pages


class FeaturedPage(ChosenPage):
    home = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="featured")

    class Meta(ChosenPage.Meta):
        verbose_name = _("featured page")
        verbose_name_plural = _("featured pages")


class StandardPage(PortalPage):
    """A page that is neither news nor a directive: about us, contact, how to."""

    # Nobody comes back to it by itself, and it is out of date all the same.
    review_months = 12

    introduction = models.TextField(_("introduction"), blank=True, max_length=500)
    body = StreamField(BodyStreamBlock(), verbose_name=_("body"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("body"),
        InlinePanel(
            "sidebar_placements",
            max_num=1,
            heading=_("Sidebar of this section"),
            label=_("sidebar"),
        ),
    ]

    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]
    page_description = _("A plain page: about us, contact, how to")

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    def searchable_text(self):
        return f"{self.introduction} {stream_text(self.body)}"


@register_setting(icon="home", order=10)
class OfficeSettings(BaseSiteSetting):
    """The name on the door and how to reach the office."""

    portal_label = models.CharField(_("above the name"), max_length=80, blank=True)
    name = models.CharField(_("name"), max_length=120)
    agency = models.CharField(
        _("responsible agency"), max_length=200, blank=True, help_text=_("In the footer")
    )
    address = models.CharField(_("address"), max_length=250, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    panels = [
        MultiFieldPanel([FieldPanel("portal_label"), FieldPanel("name")], heading=_("Header")),
        MultiFieldPanel(
            [
                FieldPanel("agency"),
                FieldPanel("address"),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
            ],
            heading=_("Footer"),
        ),
    ]

    def save(self, *args, **kwargs):
        with transaction.atomic():
            super().save(*args, **kwargs)
            # Every page shows it, and processes keep it in memory.
            RegisterChange.objects.note(())

    class Meta:
        verbose_name = _("office")


class Pulse(models.Model):
    """When a task that others rely on ran last."""

    SCHEDULE = "schedule"

    task = models.CharField(primary_key=True, max_length=20)
    beaten_at = models.DateTimeField()

    class Meta:
        verbose_name = _("pulse")
        verbose_name_plural = _("pulses")
        default_permissions = []

    def __str__(self):
        return self.task
