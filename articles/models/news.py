from collections import defaultdict
from datetime import datetime, time, timedelta

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import Tag, TaggedItemBase
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.contrib.routable_page.models import path
from wagtail.models import Page, PageManager

from sidebar.audience import open_to_all
from sidebar.models import PageViews

from .. import feeds
from ..languages import current, is_own, key_of
from ..pictures import specs_of
from ..subscriptions import answer, portal_name
from ..versions import held
from ..vietnamese import fold, fold_slug, free_slug
from .archives import Archive, DatedIndexPage, KeptOrder, Selection
from .base import (
    ArticlePage,
    ArticleQuerySet,
    ChosenPage,
    ListedPage,
    in_chosen_order,
    with_lead_images,
)
from .vocabularies import Author, Topic

RELATED = 4  # pages
MOST_READ, MOST_READ_DAYS = 5, 90
FEED_LENGTH = 50  # entries


class NewsPageQuerySet(ArticleQuerySet):
    def newest(self):
        return self.order_by("-posted_on", "-pk")


def today():
    return timezone.localdate()


class NewsTag(TaggedItemBase):
    content_object = ParentalKey(
        "articles.NewsPage", on_delete=models.CASCADE, related_name="tagged_items"
    )

    def save(self, *args, **kwargs):
        self._fold_slug()
        super().save(*args, **kwargs)

    def _fold_slug(self):
        # Tags are made on the fly, by pictures and files too, and with all their marks. Here they
        # get into addresses.
        if self.tag.slug and self.tag.slug == fold_slug(self.tag.slug):
            return
        # "bão" and "báo" are two words.
        self.tag.slug = free_slug(
            fold_slug(self.tag.name)[:90] or "the",
            lambda slug: Tag.objects.filter(slug=slug).exists(),
        )
        self.tag.save()


class NewsPage(ArticlePage):
    posted_on = models.DateField(
        _("date"), default=today, help_text=_("The day that readers see beside the title")
    )
    topics = ParentalManyToManyField(
        Topic,
        verbose_name=_("topics"),
        blank=True,
        help_text=_("Readers find more of the same by them"),
    )
    authors = ParentalManyToManyField(
        Author,
        verbose_name=_("authors"),
        blank=True,
        help_text=_("Whose names stand on it; may be left empty"),
    )
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

    is_steady = True
    parent_page_types = ["articles.NewsIndexPage"]
    page_description = _("A piece of news")

    objects = PageManager.from_queryset(NewsPageQuerySet)()

    class Meta:
        verbose_name = _("news page")
        verbose_name_plural = _("news pages")
        # The newest of 50,000 are on most pages of the portal.
        indexes = [models.Index(F("posted_on").desc(), F("page_ptr").desc(), name="newest_news")]

    @property
    def day(self):
        return self.posted_on

    @property
    def published_at(self):
        """When it went online; noon of its day where an editor gave it another one."""
        online = self.first_published_at
        if online and timezone.localdate(online) == self.posted_on:
            return online
        return timezone.make_aware(datetime.combine(self.posted_on, time(12)))

    @property
    def sorted_tags(self):
        # Not by the database, for which Đ comes after Z.
        return sorted(self.tags.all(), key=lambda tag: fold(tag.name))

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        sections = [page for page in context["breadcrumbs"] if isinstance(page, NewsIndexPage)]
        context["section"] = sections[-1] if sections else None
        topics, tags, authors, chosen = self._own(request)
        context |= {"topics": topics, "tags": tags, "authors": authors}
        by_hand = self._related_by_hand(chosen, request)
        context["related"] = by_hand or self._about_the_same(topics, tags)
        with_lead_images(context["related"], *specs_of("small card"))
        return context

    def _own(self, request):
        """Its topics, tags, authors, and the rows of its related pages."""
        if getattr(request, "is_preview", False):
            # As they stand in the form.
            related = list(self.related.all())
            return list(self.topics.all()), self.sorted_tags, list(self.authors.all()), related

        nothing = Value("")

        def named(kind, rows, order, position=nothing):
            columns = (f"{kind}_id", f"{kind}__name", f"{kind}__slug", position)
            return rows.order_by().values_list(Value(kind), order, *columns)

        topics = self.topics.through.objects.filter(newspage=self.pk)
        authors = self.authors.through.objects.filter(newspage=self.pk)
        chosen = RelatedPage.objects.filter(news=self.pk).order_by()
        # One query for the four of them.
        rows = named("topic", topics, "topic__sort_order").union(
            named("tag", NewsTag.objects.filter(content_object=self.pk), Value(0)),
            named("author", authors, Value(0), "author__position"),
            chosen.values_list(Value("page"), "sort_order", "page_id", nothing, nothing, nothing),
            all=True,
        )
        found = defaultdict(list)
        # Rows that programs made may have no order.
        for kind, _order, *row in sorted(rows, key=lambda row: (row[1] or 0, row[3])):
            found[kind].append(row)
        return (
            [Topic(pk=pk, name=name, slug=slug) for pk, name, slug, _none in found["topic"]],
            sorted(
                (Tag(pk=pk, name=name, slug=slug) for pk, name, slug, _none in found["tag"]),
                key=lambda tag: fold(tag.name),
            ),
            [
                Author(pk=pk, name=name, slug=slug, position=position)
                for pk, name, slug, position in found["author"]
            ],
            [RelatedPage(page_id=pk) for pk, *_none in found["page"]],
        )

    def _related_by_hand(self, rows, request):
        if not rows:
            return []
        public = open_to_all(Page.objects.live()).exclude(pk=self.pk)
        if not is_own():
            # Of what isn't translated, the law alone.
            public = public.filter(Q(locale=self.locale_id) | Q(directivepage__isnull=False))
        return in_chosen_order(rows, public.specific(), request)

    def _about_the_same(self, topics, tags):
        by_topic = NewsPage.topics.through.objects.filter(topic__in=topics).values("newspage")
        by_tag = NewsTag.objects.filter(tag__in=tags).values("content_object")
        others = NewsPage.objects.published().beside(self).exclude(pk=self.pk)
        others = others.select_related("lead_image")
        return list(others.filter(Q(pk__in=by_topic) | Q(pk__in=by_tag)).newest()[:RELATED])

    def entry(self, request):
        records = [*self.topics.all(), *self.sorted_tags]
        return feeds.Entry(
            address=self.get_full_url(request),
            id=f"urn:uuid:{key_of(self.translation_key, current())}",
            title=self.title,
            summary=self.summary or self.search_description,
            published=self.published_at,
            updated=self.last_published_at or self.published_at,
            categories=list({record.slug: record.name for record in records}.items()),
            author=", ".join(author.name for author in self.authors.all()),
        )


class RelatedPage(ChosenPage):
    """A page that a piece of news sends its readers to."""

    news = ParentalKey(NewsPage, on_delete=models.CASCADE, related_name="related")

    class Meta(ChosenPage.Meta):
        verbose_name = _("related page")
        verbose_name_plural = _("related pages")


@held()
def archive(request, path, *condition):
    """The Archive of a section, by its path in the tree; `condition`: a field of its news, and what
    that must hold for those that are meant."""
    news = NewsPage.objects.filter(path__startswith=path).published().newest()
    if condition:
        news = news.filter(condition)
    return Archive.of(news.values_list("pk", "posted_on").iterator())


class NewsIndexPage(DatedIndexPage):
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
    day_field = "posted_on"

    class Meta:
        verbose_name = _("news section")
        verbose_name_plural = _("news sections")

    @cached_property
    def articles(self):
        return NewsPage.objects.descendant_of(self).published().newest()

    def featured_news(self, request=None):
        """The featured news that the public may read, in the editors' order."""
        news = NewsPage.objects.published().beside(self)
        return in_chosen_order(self.featured.all(), news, request)

    @property
    def most_read(self):
        """Of the news of the last 90 days: views are counted in all, not by day."""
        views = PageViews.objects.filter(page=OuterRef("pk")).values("views")
        recent = self.articles.filter(posted_on__gt=today() - timedelta(days=MOST_READ_DAYS))
        viewed = recent.annotate(views=Subquery(views)).filter(views__gt=0)
        return viewed.order_by("-views", "-posted_on", "-pk")[:MOST_READ]

    def get_context(self, request, *args, selection=None, **kwargs):
        featured = [] if selection else self.featured_news(request)
        others = None
        if not selection:
            without = [page.pk for page in featured]
            others = KeptOrder(self.articles, archive(request, self.path).pks, without)
        context = super().get_context(
            request, *args, selection=selection, articles=others, **kwargs
        )
        if context["listing"].number > 1:
            featured = []
        context["featured"] = featured
        if not selection:
            context["most_read"] = self.most_read
        specs = specs_of("hero", "small card", "list")
        with_lead_images([*featured, *context["listing"]], *specs)
        return context

    def months(self, request):
        return archive(request, self.path).months

    def in_month(self, request, first_day):
        return KeptOrder(self.articles, archive(request, self.path).in_month(first_day))

    def _with(self, request, field, record):
        return KeptOrder(self.articles, archive(request, self.path, field, record.pk).pks)

    @path("chu-de/<slug:slug>/", name="topic")
    def topic(self, request, slug):
        return self.render(request, selection=self._of_topic(request, slug))

    # A tag has its marks until news with it are saved: previews link to it before.
    @path("the/<str:slug>/", name="tag")
    def tag(self, request, slug):
        tag = get_object_or_404(Tag, slug=slug)
        selection = Selection(
            title=gettext("Tag: %(name)s") % {"name": tag.name},
            path=self.reverse_subpage("tag", [slug]),
            articles=self._with(request, "tagged_items__tag", tag),
        )
        return self.render(request, selection=selection)

    @path("tac-gia/<slug:slug>/", name="author")
    def author(self, request, slug):
        author = get_object_or_404(Author, slug=slug)
        selection = Selection(
            title=gettext("Author: %(name)s") % {"name": author.name},
            path=self.reverse_subpage("author", [slug]),
            articles=self._with(request, "authors", author),
            note=author.position,
        )
        return self.render(request, selection=selection)

    @path("rss/", name="rss")
    def rss(self, request):
        feed = self._feed(request, self.articles, self.title, "", "rss/")
        return answer(request, feeds.rss(feed), feeds.RSS_TYPE)

    @path("atom/", name="atom")
    def atom(self, request):
        feed = self._feed(request, self.articles, self.title, "", "atom/")
        return answer(request, feeds.atom(feed), feeds.ATOM_TYPE)

    @path("chu-de/<slug:slug>/atom/", name="topic_atom")
    def topic_atom(self, request, slug):
        selection = self._of_topic(request, slug)
        title = f"{selection.title} – {self.title}"
        feed = self._feed(request, selection.articles, title, selection.path, selection.feed)
        if not feed.entries:
            raise Http404
        return answer(request, feeds.atom(feed), feeds.ATOM_TYPE)

    def _of_topic(self, request, slug):
        topic = get_object_or_404(Topic, slug=slug)
        return Selection(
            title=gettext("Topic: %(name)s") % {"name": topic.name},
            path=self.reverse_subpage("topic", [slug]),
            articles=self._with(request, "topics", topic),
            feed=self.reverse_subpage("topic_atom", [slug]),
        )

    def _feed(self, request, news, title, below, own_path):
        newest = list(news[:FEED_LENGTH])
        prefetch_related_objects(newest, "topics", "authors", "tags")
        entries = [page.entry(request) for page in newest]
        here, portal = self.get_full_url(request), portal_name(request)
        return feeds.Feed(
            title=f"{title} – {portal}",
            subtitle=self.introduction,
            author=portal,
            address=here + below,
            own_address=here + own_path,
            entries=entries,
            language=current(),
        )


class FeaturedNews(ChosenPage):
    """A piece of news that a section puts on top."""

    section = ParentalKey(NewsIndexPage, on_delete=models.CASCADE, related_name="featured")
    page = models.ForeignKey(
        NewsPage,
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Left out for as long as the page is not published or not public."),
    )

    panels = [PageChooserPanel("page", "articles.NewsPage")]

    class Meta(ChosenPage.Meta):
        verbose_name = _("featured page")
        verbose_name_plural = _("featured pages")
