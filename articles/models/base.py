from uuid import uuid4

from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponseNotFound
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.redirects.middleware import RedirectMiddleware
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.models import Orderable, Page, PageQuerySet
from wagtail.search import index
from wagtail.url_routing import RouteResult

from office.moderation import ReviewedPagePermissionTester
from office.reviewed import ReviewedMixin
from sidebar.audience import open_to_all
from sidebar.models import PageViews
from sidebar.visits import view_count

from .. import languages, pictures
from ..blocks import BodyStreamBlock
from ..privacy import public
from ..vietnamese import fold_slug, free_slug
from .changes import RegisterVersion
from .departures import Departure

# Of what lies right below the home page.
TOP_DEPTH = 3


class PortalPageForm(WagtailAdminPageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Without one it is made from the title: whoever writes that before the editor's scripts are
        # there keeps their text all the same.
        self.fields["slug"].required = False
        if "body" in self.fields and not self.instance.pk and not self.instance.body:
            block = self.fields["body"].block
            body = block.normalize(
                [
                    (kind, block.child_blocks[kind].normalize(value))
                    for kind, value in self.instance.skeleton
                ]
            )
            for child in body:
                # The editor makes the ids of its panels from it.
                child.id = str(uuid4())
            self.initial["body"] = body

    def clean_slug(self):
        slug = fold_slug(self.cleaned_data["slug"]) or self.cleaned_data["slug"]
        made = slug_of(self.cleaned_data.get("title", ""))
        if slug not in ("", made):
            return slug
        # It was made from the title and not chosen: a second page of that name is no mistake.
        return free_page_slug(made, self.parent_page, self.instance)


class PortalCopyForm(CopyForm):
    """Without aliases: a second page that changes with the first has no record of its own, and
    would be open to the public where the first is closed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)


def slug_of(title):
    """The title in an address."""
    return fold_slug(title) or "trang"


def free_page_slug(slug, parent, page):
    """A slug that no other page below this parent has."""
    return free_slug(slug, lambda wanted: not Page._slug_is_available(wanted, parent, page))


class PortalPage(ReviewedMixin, Page):
    """What every page of the portal shares: a plain address, four eyes, breadcrumbs, a sidebar."""

    # The body of a new page before anything is written: [(type of block, value), …].
    # Places that stay blank are left out when it is handed in (blocks.py).
    skeleton = [("text", "")]

    base_form_class = PortalPageForm
    copy_form_class = PortalCopyForm
    # Whether readers call it a document.
    is_document = False
    # After how many months such a page is to be looked through (review_dates.py), if ever.
    review_months = None
    # What counts in the question of its address; None: all of it.
    parameters = frozenset()
    # Whether pages of its kind are the same all day until something is published, but for what
    # their templates include later.
    is_steady = False
    # Whether it tells readers how to reach the office that runs the portal.
    shows_office = False

    search_fields = [*Page.search_fields, index.SearchField("searchable_text")]

    # Without the tick for menus: the office arranges those elsewhere.
    promote_panels = [
        MultiFieldPanel(["slug", "seo_title", "search_description"], _("For search engines"))
    ]

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with transaction.atomic():
            # Before any page's row, as everybody does: of two who wait for each other, one fails.
            RegisterVersion.objects.lock()
            saved = super().save(*args, **kwargs)
            if self.live:
                Departure.objects.undo(self)
            return saved

    def full_clean(self, *args, **kwargs):
        self._fold_slug()
        super().full_clean(*args, **kwargs)

    def minimal_clean(self):
        self._fold_slug()
        super().minimal_clean()

    def _fold_slug(self):
        # Pages made by programs never pass the form, and Django's slugify would drop every đ. Like
        # Wagtail, a title becomes an address only once the page has a place among its siblings.
        made = slug_of(self.title)
        self.slug = fold_slug(self.slug) or self.slug
        if self.path and self.slug in ("", made):
            # Asked again here, behind the form: while an editor presses a button, autosave may be
            # making the same page.
            self.slug = free_page_slug(made, self.get_parent(), self)

    # Those of the whole portal, where the request has asked for them (privacy.py).
    known_restrictions = None

    def get_view_restrictions(self):
        if self.known_restrictions is None:
            return super().get_view_restrictions()
        return [one for one in self.known_restrictions if self.path.startswith(one.path)]

    @classmethod
    def read_whole(cls, pages):
        """A queryset of its kind, with what its page shows of other tables in the same query."""
        return pages.select_related("locale")

    def permissions_for_user(self, user):
        return ReviewedPagePermissionTester(user, self)

    @property
    def is_kept(self):
        """Whether it is put together from what is kept of it (assembly.py)."""
        # Polls open, close, and are voted on.
        return self.is_steady and all(block["type"] != "poll" for block in self.body.raw_data)

    @property
    def leaves_word(self):
        """Whether its address says to readers, once it is offline, that it was there."""
        return self.expired or Departure.objects.filter(page=self.pk).exists()

    @property
    def is_gone(self):
        """Whether it was public once and was taken offline, alone: not with its section."""
        return (
            not self.live
            and self.leaves_word
            and not self.get_ancestors().filter(live=False).exists()
        )

    def route(self, request, path_components):
        if not path_components and self.is_gone:
            # Wagtail would say that there never was such an address.
            return RouteResult(self, kwargs={"is_gone": True})
        return super().route(request, path_components)

    def serve_password_required_response(self, request, form, action_url):
        # Without the page: of one that is closed nothing is told, not even its title.
        context = {"form": form, "action_url": action_url}
        return TemplateResponse(request, "wagtailcore/password_required.html", context)

    def serve_gone(self, request):
        """Instead of serve() (wagtail_hooks.py)."""
        not_found = HttpResponseNotFound()
        # Where editors lead elsewhere, readers go there. Wagtail looks only when nothing is found.
        answer = RedirectMiddleware(lambda _request: not_found)(request)
        if answer is not not_found:
            return answer
        departure = Departure.objects.filter(page=self.pk).select_related("redirect").first()
        if self._is_foreign and departure and departure.redirect:
            # It names the Vietnamese address.
            return redirect(departure.redirect.link)
        section = self.get_ancestors().filter(depth__gt=2).last()
        context = {
            "section": section and section.specific_deferred,
            "is_foreign": self._is_foreign,
            "expired_at": self.expire_at if self.expired else None,
            "left_at": departure and departure.left_at,
            "reason": departure.reason if departure else "",
            "is_document": self.is_document,
        }
        return TemplateResponse(request, "articles/page_gone.html", context, status=410)

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        # Here, because they work with models themselves.
        from ..beside import sidebar_of
        from ..sections import sections

        context["breadcrumbs"] = sections(request).above(self)
        context["is_foreign"] = self._is_foreign
        # Some pages show something else there.
        context["sidebar"] = SimpleLazyObject(
            lambda: sidebar_of(self._stands_beside(request), request)
        )
        return context

    def _stands_beside(self, request):
        """The page whose sidebar it has: not a Vietnamese one in an English frame."""
        return (self._is_foreign and languages.home_place(request)) or self

    @property
    def _is_foreign(self):
        """Whether its words are Vietnamese in a frame that isn't."""
        return isinstance(self, languages.InEveryLanguage) and not languages.is_own()

    def sections_near(self, request):
        """[(title, address, whether it is this page)] of pages of its own kind: those right below
        it or, where there are none, those of its section. One query, if any."""
        is_inside = self.depth > TOP_DEPTH
        if not (is_inside or self.numchild):
            return []
        near = Q(path__startswith=self.path, depth=self.depth + 1)
        if is_inside:
            near |= Q(path__startswith=self.path[: -self.steplen], depth=self.depth)
        pages = Page.objects.live().type(type(self)).filter(near).order_by("path")
        found = public(pages, request)
        below = [page for page in found if page.depth > self.depth]
        shown = below or (found if len(found) > 1 else [])
        return [(page.title, page.get_url(request), page.pk == self.pk) for page in shown]

    def searchable_text(self):
        """Everything on the page that a reader may look for, besides its title."""
        return ""


def stream_text(stream):
    """The words of a StreamField."""
    return " ".join(map(str, stream.stream_block.get_searchable_content(stream)))


class ArticleQuerySet(PageQuerySet):
    def published(self):
        return open_to_all(self.live())

    def beside(self, page):
        """In the language of a page: its translations are no other pages."""
        # A page that is previewed before its first save will have that of the page above it.
        return self.filter(locale=page.locale_id or page.get_default_locale())


# A mode of previews: as readers meet the page before they open it.
LISTED = "listed"


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
        help_text=_("Above the text and in lists"),
    )
    lead_image_alt = models.CharField(
        _("lead image in words"),
        blank=True,
        max_length=250,
        help_text=_("For readers who can't see it. Leave empty when it only decorates."),
    )
    body = StreamField(
        BodyStreamBlock(),
        verbose_name=_("body"),
        blank=True,
        help_text=_("Press + to add paragraphs, headings, pictures, tables and more"),
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("lead_image"), FieldPanel("lead_image_alt")], heading=_("Lead image")
        ),
        FieldPanel("body"),
    ]

    subpage_types = []
    preview_modes = [("", _("The page itself")), (LISTED, _("On the home page and in lists"))]

    class Meta:
        abstract = True

    @classmethod
    def read_whole(cls, pages):
        views = PageViews.objects.filter(page=OuterRef("pk")).values("views")
        read = super().read_whole(pages).select_related("lead_image")
        return read.annotate(known_views=Coalesce(Subquery(views), 0))

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        # Drafts that are previewed were read otherwise.
        views = getattr(self, "known_views", None)
        context["views"] = view_count(self.pk) if views is None else views
        return context

    def serve_preview(self, request, mode_name):
        if mode_name != LISTED:
            return super().serve_preview(request, mode_name)
        context = {"page": self, "kind": self._meta.model_name, "directives": [self]}
        return TemplateResponse(request, "articles/previews/listed.html", context)

    def searchable_text(self):
        return f"{self.summary} {stream_text(self.body)}"


def with_lead_images(articles, *specs):
    """Gives articles of whatever kinds their lead images, in one query for all.

    One more at most gives the images what they were cut to: "fill-320x180|format-webp".
    """
    missing = [page for page in articles if not type(page).lead_image.is_cached(page)]
    found = get_image_model().objects.in_bulk({page.lead_image_id for page in missing} - {None})
    for page in missing:
        page.lead_image = found.get(page.lead_image_id)
    if specs:
        shown = {page.lead_image_id: page.lead_image for page in articles if page.lead_image}
        pictures.prefetch(shown.values(), specs)


class ChosenPage(Orderable):
    """A page that editors put where they want it: on top of a section, below a text."""

    page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Left out for as long as the page is not published or not public."),
    )

    panels = [
        PageChooserPanel(
            "page", ["articles.NewsPage", "articles.DirectivePage", "articles.EventPage"]
        )
    ]

    class Meta(Orderable.Meta):
        abstract = True

    def __str__(self):
        return str(self.page)


def in_chosen_order(rows, pages, request=None):
    """Those of the pages (a queryset of what may be shown) that the rows name, in their order; with
    a request, their translations into its language where there are any."""
    chosen = [row.page_id for row in rows]
    if request:
        chosen = languages.numbers_here(request, chosen)
    return sorted(pages.filter(pk__in=chosen), key=lambda page: chosen.index(page.pk))


class ListedPage(PortalPage):
    """A section: lists the articles of one kind below it, sections inside it included.

    Each kind has `articles`, the queryset of what it lists, in its order.
    """

    introduction = models.TextField(
        _("introduction"),
        blank=True,
        max_length=500,
        help_text=_("One or two sentences below the title"),
    )

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
    parameters = frozenset({"trang"})

    class Meta:
        abstract = True

    def get_context(self, request, *args, articles=None, **kwargs):
        """`articles`: the part of all that is to be listed."""
        context = super().get_context(request, *args, **kwargs)
        articles = self.articles if articles is None else articles
        context["listing"] = Paginator(articles, self.page_size).get_page(request.GET.get("trang"))
        # Parts of a section don't show it.
        context["sections"] = SimpleLazyObject(lambda: self.sections_near(request))
        return context

    def searchable_text(self):
        return self.introduction
