from datetime import date
from itertools import chain, count

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.models import Orderable, Page, PageManager, PageQuerySet, Site
from wagtail.search import index

from sidebar.models import Sidebar
from sidebar.visits import view_count

from .blocks import BodyStreamBlock, DirectiveStreamBlock
from .moderation import (
    IndependentApprovalTask,
    ReviewedPagePermissionTester,
    has_been_shown,
    says_the_same,
)
from .vietnamese import fold, fold_slug

__all__ = ["IndependentApprovalTask"]  # found by Django as one of this app's models


class PortalPageForm(WagtailAdminPageForm):
    def clean_slug(self):
        slug = fold_slug(self.cleaned_data["slug"]) or self.cleaned_data["slug"]
        if slug != fold_slug(self.cleaned_data.get("title", "")):
            return slug
        # It was made from the title and not chosen: a second page of that name is no mistake.
        return free_slug(slug, self.parent_page, self.instance)


def free_slug(slug, parent, page):
    """The slug, or the first of slug-2, slug-3 … that no other page below this parent has."""
    candidates = chain([slug], (f"{slug}-{number}" for number in count(2)))
    return next(
        candidate for candidate in candidates if Page._slug_is_available(candidate, parent, page)
    )


class PortalPage(Page):
    """What every page of the portal shares: a plain address, four eyes, breadcrumbs, a sidebar."""

    base_form_class = PortalPageForm

    # Folded, so that "tang cuong" finds "tăng cường" on every database; and Wagtail's own fields
    # are left as they are for the admin.
    search_fields = [
        *Page.search_fields,
        index.SearchField("folded_title", boost=5),
        index.SearchField("folded_text"),
        index.AutocompleteField("folded_title"),
    ]

    class Meta:
        abstract = True

    def full_clean(self, *args, **kwargs):
        self._fold_slug()
        super().full_clean(*args, **kwargs)

    def minimal_clean(self):
        self._fold_slug()
        super().minimal_clean()

    def _fold_slug(self):
        # Pages made by programs never pass the form, and Django's slugify would drop every đ. Like
        # Wagtail, a title becomes an address only once the page has a place among its siblings.
        made = fold_slug(self.title) or "trang"
        self.slug = fold_slug(self.slug) or self.slug
        if self.path and self.slug in ("", made):
            # Asked again here, behind the form: while an editor presses a button, autosave may be
            # making the same page.
            self.slug = free_slug(made, self.get_parent(), self)

    def save_revision(self, *args, user=None, overwrite_revision=None, **kwargs):
        # Wagtail's editor asks for locks, its API doesn't; here every way comes by.
        lock = user and self.get_lock()
        if lock and lock.for_user(user):
            raise PermissionDenied
        latest = self.get_latest_revision() if user and self.workflow_in_progress else None
        if latest and says_the_same(self, latest):
            # Whoever only approves or sends back is no author of a version.
            return latest
        if overwrite_revision and has_been_shown(overwrite_revision):
            # Autosave may not rewrite what was published or approved, nor who wrote it.
            overwrite_revision = None
        return super().save_revision(
            *args, user=user, overwrite_revision=overwrite_revision, **kwargs
        )

    def permissions_for_user(self, user):
        return ReviewedPagePermissionTester(user, self)

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["breadcrumbs"] = self.breadcrumbs
        context["sidebar"] = Sidebar.objects.for_page(self, Site.find_for_request(request))
        return context

    @cached_property
    def breadcrumbs(self):
        """The pages above this one, from the site's home page down."""
        return list(self.get_ancestors().filter(depth__gt=1).live())

    def searchable_text(self):
        """Everything on the page that a reader may look for, besides its title."""
        return ""

    def folded_title(self):
        return fold(self.title)

    def folded_text(self):
        return fold(self.searchable_text())


def stream_text(stream):
    """The words of a StreamField."""
    return " ".join(map(str, stream.stream_block.get_searchable_content(stream)))


class ArticleQuerySet(PageQuerySet):
    def published(self):
        return self.live().public()


class ArticlePage(PortalPage):
    """A text with a lead picture; news, directives and events are articles.

    Each kind has a `day`, which lists show beside the title.
    """

    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=500,
        help_text=_("One or two sentences for lists and search results"),
    )
    lead_image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("lead image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    lead_image_alt = models.CharField(
        _("lead image in words"),
        blank=True,
        max_length=250,
        help_text=_("For readers who can't see it. Leave empty when it only decorates."),
    )
    body = StreamField(BodyStreamBlock(), verbose_name=_("body"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("lead_image"), FieldPanel("lead_image_alt")], heading=_("Lead image")
        ),
        FieldPanel("body"),
    ]

    subpage_types = []

    class Meta:
        abstract = True

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["views"] = view_count(self.pk)
        return context

    def searchable_text(self):
        return f"{self.summary} {stream_text(self.body)}"


def with_lead_images(articles):
    """Gives articles of whatever kinds their lead images, in one query for all."""
    images = get_image_model().objects.in_bulk({page.lead_image_id for page in articles} - {None})
    for page in articles:
        page.lead_image = images.get(page.lead_image_id)


class ListedPage(PortalPage):
    """A section: lists the articles of one kind below it, sections inside it included.

    Each kind has `articles`, the queryset of what it lists, in its order.
    """

    introduction = models.TextField(_("introduction"), blank=True, max_length=500)

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        InlinePanel(
            "sidebar_placements",
            max_num=1,
            heading=_("Sidebar of this section"),
            label=_("sidebar"),
            help_text=_("Its pages show it too. Without one, the sidebar of the section above."),
        ),
    ]

    page_size = 20

    class Meta:
        abstract = True

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["listing"] = Paginator(self.articles, self.page_size).get_page(
            request.GET.get("trang")
        )
        context["sections"] = self.get_children().live().public().type(type(self)).order_by("path")
        return context

    def searchable_text(self):
        return self.introduction


# News ------------------------------------------------------------------------------------------


class NewsPageQuerySet(ArticleQuerySet):
    def newest(self):
        return self.order_by("-posted_on", "-pk")


def today():
    return timezone.localdate()


class NewsPage(ArticlePage):
    posted_on = models.DateField(_("date"), default=today)

    content_panels = [
        *Page.content_panels,
        FieldPanel("posted_on"),
        *ArticlePage.content_panels[1:],
    ]

    parent_page_types = ["articles.NewsIndexPage"]
    page_description = _("A piece of news")

    objects = PageManager.from_queryset(NewsPageQuerySet)()

    class Meta:
        verbose_name = _("news page")
        verbose_name_plural = _("news pages")

    @property
    def day(self):
        return self.posted_on


class NewsIndexPage(ListedPage):
    parent_page_types = ["home.HomePage", "articles.NewsIndexPage"]
    subpage_types = ["articles.NewsIndexPage", "articles.NewsPage"]
    page_description = _("A section of news")

    class Meta:
        verbose_name = _("news section")
        verbose_name_plural = _("news sections")

    @property
    def articles(self):
        return NewsPage.objects.descendant_of(self).published().newest()


# Directives --------------------------------------------------------------------------------------


class DirectiveType(models.Model):
    """A kind of administrative document. Source: Decree 30/2020, article 7 and appendix III."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    abbreviation = models.CharField(
        _("abbreviation"),
        max_length=10,
        blank=True,
        help_text=_("As it stands in the number: CT, QĐ, KH. Official letters have none."),
    )
    sort_order = models.PositiveSmallIntegerField(_("order"), default=100)

    panels = [FieldPanel("name"), FieldRowPanel(["abbreviation", "sort_order"])]

    class Meta:
        verbose_name = _("directive type")
        verbose_name_plural = _("directive types")
        ordering = ["sort_order", "name"]

    def __str__(self):
        return self.name


class Issuer(models.Model):
    """A body that issues directives."""

    name = models.CharField(_("full name"), max_length=200, unique=True)
    short_name = models.CharField(_("short name"), max_length=80, help_text=_("For lists"))

    panels = [FieldPanel("name"), FieldPanel("short_name")]

    class Meta:
        verbose_name = _("issuing body")
        verbose_name_plural = _("issuing bodies")
        ordering = ["name"]

    def __str__(self):
        return self.name


class DirectivePageQuerySet(ArticleQuerySet):
    def in_force(self, on):
        """Directives in force on a day: both the first and the last day count."""
        return self.filter(effective_on__lte=on).filter(
            Q(expires_on__isnull=True) | Q(expires_on__gte=on)
        )

    def newest(self):
        return self.order_by("-signed_on", "-pk")

    def for_lists(self):
        return self.select_related("type", "issuer")


class Effect(models.TextChoices):
    """Where a directive stands on a given day."""

    NOT_YET = "not-yet", _("Not yet in force")
    IN_FORCE = "in-force", _("In force")
    EXPIRED = "expired", _("No longer in force")


class DirectivePage(ArticlePage):
    number = models.CharField(_("number"), max_length=10, help_text=_("07 of 07/CT-UBND"))
    symbol = models.CharField(_("symbol"), max_length=40, help_text=_("CT-UBND of 07/CT-UBND"))
    type = models.ForeignKey(
        DirectiveType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="directives"
    )
    issuer = models.ForeignKey(
        Issuer, verbose_name=_("issuing body"), on_delete=models.PROTECT, related_name="directives"
    )
    signer = models.CharField(_("signer"), max_length=120)
    signer_position = models.CharField(_("position of the signer"), max_length=160)
    signed_on = models.DateField(_("signed on"))
    effective_on = models.DateField(
        _("in force from"), help_text=_("Often the day it was signed"), blank=True, null=True
    )
    expires_on = models.DateField(
        _("last day in force"),
        null=True,
        blank=True,
        help_text=_("Empty: in force until further notice"),
    )
    subject = models.TextField(
        _("subject"), max_length=1000, help_text=_("What it is about, word for word as signed")
    )
    body = StreamField(DirectiveStreamBlock(), verbose_name=_("body"), blank=True)

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("number"), FieldPanel("symbol")]),
                # Short lists: quicker to pick from than the chooser that snippets get by default.
                FieldRowPanel(
                    [
                        FieldPanel("type", widget=forms.Select),
                        FieldPanel("issuer", widget=forms.Select),
                    ]
                ),
                FieldPanel("subject"),
                FieldRowPanel([FieldPanel("signer"), FieldPanel("signer_position")]),
                FieldRowPanel([FieldPanel("signed_on"), FieldPanel("effective_on")]),
                FieldPanel("expires_on"),
            ],
            heading=_("Record"),
        ),
        *ArticlePage.content_panels[1:],
        InlinePanel("attachments", heading=_("Attachments"), label=_("attachment")),
    ]

    parent_page_types = ["articles.DirectiveIndexPage"]
    page_description = _("A directive or another official document, with its record")

    objects = PageManager.from_queryset(DirectivePageQuerySet)()

    class Meta:
        verbose_name = _("directive")
        verbose_name_plural = _("directives")

    @property
    def reference(self):
        """Number and symbol as people cite them: 07/CT-UBND."""
        return f"{self.number}/{self.symbol}"

    @property
    def day(self):
        return self.signed_on

    @property
    def effect(self):
        return self.effect_on(timezone.localdate())

    def effect_on(self, day: date):
        if self.effective_on > day:
            return Effect.NOT_YET
        if self.expires_on and self.expires_on < day:
            return Effect.EXPIRED
        return Effect.IN_FORCE

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["attachments"] = self.attachments.select_related("document")
        return context

    def clean(self):
        super().clean()
        self.number = self.number.strip()
        self.symbol = self.symbol.strip().strip("/").upper()
        if self.signed_on and not self.effective_on:
            self.effective_on = self.signed_on
        if self.expires_on and self.effective_on and self.expires_on < self.effective_on:
            raise ValidationError(
                {"expires_on": _("The last day in force lies before the first one.")}
            )

    def searchable_text(self):
        record = [self.type, self.reference, self.subject, self.issuer, self.signer]
        return " ".join(map(str, [*record, super().searchable_text(), *self.attachments.all()]))


class DirectiveAttachment(Orderable):
    directive = ParentalKey(DirectivePage, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(
        "wagtaildocs.Document",
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    title = models.CharField(
        _("title"),
        blank=True,
        max_length=200,
        help_text=_("The file's own title is shown when this is empty"),
    )

    panels = [FieldPanel("document"), FieldPanel("title")]

    class Meta(Orderable.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self):
        return self.name

    @property
    def name(self):
        return self.title or self.document.title


class DirectiveIndexPage(ListedPage):
    parent_page_types = ["home.HomePage", "articles.DirectiveIndexPage"]
    subpage_types = ["articles.DirectiveIndexPage", "articles.DirectivePage"]
    page_description = _("A section of directives")

    class Meta:
        verbose_name = _("directive section")
        verbose_name_plural = _("directive sections")

    @property
    def articles(self):
        return DirectivePage.objects.descendant_of(self).published().for_lists().newest()


# Events ------------------------------------------------------------------------------------------


class EventPageQuerySet(ArticleQuerySet):
    def by_calendar(self, now):
        """What is to come, the next one first; then what is over, the latest first."""
        to_come = Q(ends_at__gte=now) | Q(ends_at__isnull=True, starts_at__gte=now)
        return self.order_by(
            Case(When(to_come, then=F("starts_at"))).asc(nulls_last=True), "-starts_at", "pk"
        )


class EventPage(ArticlePage):
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=250)

    content_panels = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")], heading=_("Time")),
        FieldPanel("place"),
        *ArticlePage.content_panels[1:],
    ]

    parent_page_types = ["articles.EventIndexPage"]
    page_description = _("Something that happens at a time and a place")

    objects = PageManager.from_queryset(EventPageQuerySet)()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    @property
    def day(self):
        return timezone.localdate(self.starts_at)

    @property
    def is_over(self):
        return (self.ends_at or self.starts_at) < timezone.now()

    @property
    def lasts_one_day(self):
        return self.ends_at is None or timezone.localdate(self.ends_at) == self.day

    def clean(self):
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("The event ends before it starts.")})

    def searchable_text(self):
        return f"{self.place} {super().searchable_text()}"


class EventIndexPage(ListedPage):
    parent_page_types = ["home.HomePage"]
    subpage_types = ["articles.EventPage"]
    page_description = _("The calendar of events")

    class Meta:
        verbose_name = _("event calendar")
        verbose_name_plural = _("event calendars")

    @property
    def articles(self):
        events = EventPage.objects.descendant_of(self).published()
        return events.by_calendar(timezone.now())
