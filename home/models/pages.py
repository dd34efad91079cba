from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager, PageQuerySet

from articles.blocks import BodyStreamBlock
from articles.languages import is_own
from articles.models import (
    ChosenPage,
    DirectiveIndexPage,
    DirectivePage,
    EventIndexPage,
    EventPage,
    NewsIndexPage,
    NewsPage,
    PortalPage,
    RegisterVersion,
    in_chosen_order,
    stream_text,
    with_lead_images,
    with_periods,
)
from articles.pictures import specs_of
from polls.models import Poll
from sidebar.audience import open_to_all

from .frame import OnEveryPage

# One on top with its picture, and two rows of three.
MOST_FEATURED = 7
MOST_EVENTS = 4


class HomePage(PortalPage):
    """The front door: what is featured and asked for most, the newest directives and news, what
    comes next, and what readers are asked."""

    content_panels = [
        *Page.content_panels,
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
        context["featured"] = FeaturedPage.objects.shown(self, request)
        directives = list(DirectivePage.objects.published().for_lists().newest()[:6])
        with_periods(directives, timezone.localdate())
        context["directives"] = directives
        context["news"] = NewsPage.objects.published().beside(self).newest()[:6]
        children = open_to_all(self.get_children().live())
        # Of several sections of one kind, the first: later ones are overwritten.
        sections = {page.specific_class: page for page in children.reverse()}
        context["directive_index"] = sections.get(DirectiveIndexPage)
        if not is_own():
            # Of which there is one, and not below this page.
            registers = open_to_all(DirectiveIndexPage.objects.live())
            context["directive_index"] = registers.order_by("depth", "path").first()
        context["news_index"] = sections.get(NewsIndexPage)
        context["event_index"] = sections.get(EventIndexPage)
        now = timezone.now()
        coming = EventPage.objects.live().coming(now).beside(self)
        events = list(open_to_all(coming)[:MOST_EVENTS])
        context["events"] = events
        calendar = context["event_index"]
        if events and calendar and events[0].is_descendant_of(calendar):
            context["month"] = events[0].day
        if not context["sidebar"] or not context["sidebar"].shows_poll:
            context["poll"] = Poll.objects.live().open(now).order_by("-opens_at").first()
        return context


class FeaturedPageQuerySet(models.QuerySet):
    def shown(self, home=None, request=None):
        """What stands on the home page: the first that the public may read, in the office's order.

        Who is taken down or closed makes room for the next, and comes back by themselves. On that
        of another language, what is translated."""
        public = open_to_all(Page.objects.live())
        if home:
            public = public.filter(locale=home.locale_id)
        pages = in_chosen_order(self, public.specific(), request)[:MOST_FEATURED]
        with_lead_images(pages, *specs_of("hero", "card"))
        return pages

    def put_on_top(self, page):
        """Feature a page before all others, wherever it stood; its row."""
        with transaction.atomic():
            # Two who do this at once would number the others alike.
            RegisterVersion.objects.lock()
            others = list(self.exclude(page_id=page.pk))
            row = self.filter(page_id=page.pk).first() or self.model(page_id=page.pk)
            for order, other in enumerate(others, start=1):
                other.sort_order = order
            self.bulk_update(others, ["sort_order"])
            row.sort_order = 0
            row.save()
        return row


class FeaturedPage(OnEveryPage, ChosenPage):
    """A page that stands out on the home page. Not a part of the home page's versions: each of
    these pages has been reviewed, and their order has to follow the news within a minute."""

    objects = FeaturedPageQuerySet.as_manager()

    class Meta(ChosenPage.Meta):
        verbose_name = _("featured page")
        verbose_name_plural = _("featured pages")

    def clean(self):
        super().clean()
        others = FeaturedPage.objects.exclude(pk=self.pk)
        if self.page_id and others.filter(page_id=self.page_id).exists():
            raise ValidationError({"page": _("This page is featured already.")})


class ContactPlace(models.TextChoices):
    ABOVE = "above", _("above the text")
    BELOW = "below", _("below the text")


class StandardPageQuerySet(PageQuerySet):
    def contact_first(self):
        """Those that are about how to reach the office, the first in the tree on top."""
        return self.filter(office_contact=ContactPlace.ABOVE).order_by("path")


class StandardPage(PortalPage):
    """A page that is neither news nor a directive: about us, contact, how to."""

    # Nobody comes back to it by itself, and it is out of date all the same.
    review_months = 12
    is_steady = True

    introduction = models.TextField(
        _("introduction"),
        blank=True,
        max_length=500,
        help_text=_("One or two sentences below the title"),
    )
    body = StreamField(
        BodyStreamBlock(),
        verbose_name=_("body"),
        blank=True,
        help_text=_("Press + to add paragraphs, headings, pictures, tables and more"),
    )
    office_contact = models.CharField(
        _("how to reach the office"),
        max_length=5,
        blank=True,
        choices=ContactPlace.choices,
        help_text=_(
            "Address, telephone, e-mail and hours, from the settings of the office. Pages that "
            "are not found lead readers to the page that has them above its text."
        ),
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("body"),
        FieldPanel("office_contact"),
        InlinePanel(
            "sidebar_placements",
            max_num=1,
            heading=_("Sidebar of this section"),
            label=_("sidebar"),
        ),
    ]

    objects = PageManager.from_queryset(StandardPageQuerySet)()

    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]
    page_description = _("A plain page: about us, contact, how to")

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["sections"] = self.sections_near(request)
        return context

    @property
    def shows_office(self):
        return bool(self.office_contact)

    def searchable_text(self):
        return f"{self.introduction} {stream_text(self.body)}"
