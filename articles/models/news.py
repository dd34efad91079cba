from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import TaggedItemBase
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.models import Orderable, Page, PageManager

from .base import ArticlePage, ArticleQuerySet, ListedPage
from .vocabularies import Author, Topic


class NewsPageQuerySet(ArticleQuerySet):
    def newest(self):
        return self.order_by("-posted_on", "-pk")


def today():
    return timezone.localdate()


class NewsTag(TaggedItemBase):
    content_object = ParentalKey(
        "articles.NewsPage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class NewsPage(ArticlePage):
    posted_on = models.DateField(_("date"), default=today)
    topics = ParentalManyToManyField(Topic, verbose_name=_("topics"), blank=True)
    authors = ParentalManyToManyField(Author, verbose_name=_("authors"), blank=True)
    tags = ClusterTaggableManager(through=NewsTag, verbose_name=_("tags"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("posted_on"),
        *ArticlePage.content_panels[1:],
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("topics"), FieldPanel("authors")]),
                FieldPanel("tags"),
            ],
            heading=_("What it is about"),
        ),
        InlinePanel(
            "related",
            max_num=6,
            heading=_("Related pages"),
            label=_("related page"),
            help_text=_("Without any, the newest pages with the same topics and tags are shown."),
        ),
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


class RelatedPage(Orderable):
    """A page that a piece of news sends its readers to, chosen by hand."""

    news = ParentalKey(NewsPage, on_delete=models.CASCADE, related_name="related")
    page = models.ForeignKey(
        "wagtailcore.Page", verbose_name=_("page"), on_delete=models.CASCADE, related_name="+"
    )

    panels = [
        PageChooserPanel(
            "page", ["articles.NewsPage", "articles.DirectivePage", "articles.EventPage"]
        )
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("related page")
        verbose_name_plural = _("related pages")

    def __str__(self):
        return str(self.page)


class NewsIndexPage(ListedPage):
    content_panels = [
        *ListedPage.content_panels[:-1],
        InlinePanel(
            "featured",
            max_num=6,
            heading=_("Featured"),
            label=_("featured page"),
            help_text=_("In this order, above the newest."),
        ),
        ListedPage.content_panels[-1],
    ]

    parent_page_types = ["home.HomePage", "articles.NewsIndexPage"]
    subpage_types = ["articles.NewsIndexPage", "articles.NewsPage"]
    page_description = _("A section of news")

    class Meta:
        verbose_name = _("news section")
        verbose_name_plural = _("news sections")

    @property
    def articles(self):
        return NewsPage.objects.descendant_of(self).published().newest()


class FeaturedNews(Orderable):
    """A piece of news that a section puts on top, in the editors' order."""

    section = ParentalKey(NewsIndexPage, on_delete=models.CASCADE, related_name="featured")
    page = models.ForeignKey(
        NewsPage, verbose_name=_("page"), on_delete=models.CASCADE, related_name="+"
    )

    panels = [PageChooserPanel("page", "articles.NewsPage")]

    class Meta(Orderable.Meta):
        verbose_name = _("featured page")
        verbose_name_plural = _("featured pages")

    def __str__(self):
        return str(self.page)
