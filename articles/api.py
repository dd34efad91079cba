"""What is public, for programs: Wagtail's API of pages at /api/v2/pages/, read-only.

Everybody gets the same answer: nobody is asked who they are, and what is private, a draft or about
an account isn't in it. However many pages it has, it takes the same number of queries."""

from collections import defaultdict
from functools import cached_property

from django.conf import settings
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db.models import BooleanField, DateTimeField, Q, prefetch_related_objects
from django.utils import timezone
from rest_framework.fields import Field
from rest_framework.filters import BaseFilterBackend
from rest_framework.renderers import JSONRenderer
from wagtail.api import APIField
from wagtail.api.v2.filters import (
    AncestorOfFilter,
    ChildOfFilter,
    DescendantOfFilter,
    OrderingFilter,
)
from wagtail.api.v2.pagination import WagtailPagination
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.serializers import PageSerializer
from wagtail.api.v2.utils import BadRequestError, parse_boolean
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.blocks import StreamValue
from wagtail.models import Page, Site

from . import languages, open_graph
from .comparison import text_lines
from .models import (
    DirectiveAttachment,
    DirectivePage,
    DirectiveRelation,
    Edition,
    EffectPeriod,
    EventPage,
    ListedPage,
    NewsPage,
    with_lead_images,
    with_periods,
)
from .open_files import closed_collections, open_attachments, sha256
from .relations import both_ways
from .versions import held

# Blocks that hold nothing but words. The others would ask the database, for each page anew.
TEXTS = {"heading", "text", "quote", "callout", "table", "provision"}


class Batch:
    """What the pages of one answer have in other tables; asked for at need, for all at once."""

    def __init__(self, pages, request):
        self.pages = pages
        self.request = request
        self.day = timezone.localdate()

    @cached_property
    def root_url(self):
        return Site.find_for_request(self.request).root_url

    @cached_property
    def periods(self):
        with_periods(self.pages, self.day)
        return {page.pk: page.period for page in self.pages}

    @cached_property
    def topics(self):
        prefetch_related_objects(self.pages, "topics")
        return {page.pk: page.topics.all() for page in self.pages}

    @cached_property
    def authors(self):
        prefetch_related_objects(self.pages, "authors")
        return {page.pk: page.authors.all() for page in self.pages}

    @cached_property
    def tags(self):
        prefetch_related_objects(self.pages, "tags")
        return {page.pk: sorted(tag.name for tag in page.tags.all()) for page in self.pages}

    @cached_property
    def pictures(self):
        with_lead_images(self.pages, open_graph.PICTURE.spec)
        return {page.pk: open_graph.picture(page, self.root_url) for page in self.pages}

    @cached_property
    def relations(self):
        pks = {page.pk for page in self.pages}
        rows = list(DirectiveRelation.objects.filter(Q(directive__in=pks) | Q(target__in=pks)))
        own, coming = grouped(rows, "directive_id"), grouped(rows, "target_id")
        public = DirectivePage.objects.published().defer_streamfields()
        documents = public.in_bulk({*own, *coming} - {None})
        return {
            page.pk: both_ways(page, own[page.pk], coming[page.pk], documents)
            for page in self.pages
        }

    @cached_property
    def attachments(self):
        rows = DirectiveAttachment.objects.filter(directive__in=self.pages)
        rows = rows.select_related("document__content").defer("document__content__pages")
        found = grouped(rows, "directive_id")
        closed = closed_collections()
        _periods = self.periods  # which the effect of each page comes from
        return {page.pk: open_attachments(page, found[page.pk], closed) for page in self.pages}

    @cached_property
    def editions(self):
        rows = Edition.objects.filter(directive__in=self.pages).defer("lines")
        return grouped(rows, "directive_id")


def grouped(rows, name):
    groups = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups


# What a page says -------------------------------------------------------------------------------


class Fact(Field):
    """What `read(page, batch)` says: values that are JSON."""

    def __init__(self, read):
        super().__init__(read_only=True)
        self.read = read

    def get_attribute(self, page):
        return page

    def to_representation(self, page):
        return self.read(page, self.context["view"].batch)


def body(page, batch):
    """Its text, a line for each paragraph, heading, row of a table, article, clause and point."""
    words = [block for block in page.body.raw_data if block["type"] in TEXTS]
    return "\n".join(text_lines("", (), StreamValue(page.body.stream_block, words, is_lazy=True)))


def effect(page, batch):
    period = batch.periods[page.pk]
    return {
        "day": batch.day,
        "value": period.effect,
        "label": str(period.effect.label),
        "last_day": period.last_day,
    }


def relations(page, batch):
    return [
        {
            "kind": relation.kind,
            "label": str(relation.words),
            # From this document to the other one, or the other way round.
            "is_incoming": relation.is_coming,
            "document": directive_link(relation.document, batch) if relation.document else None,
            "name": relation.name or relation.document.reference,
            "provisions": relation.provisions,
            "begins_on": relation.begins_on,
        }
        for relation in batch.relations[page.pk]
    ]


def directive_link(directive, batch):
    return {
        "id": directive.pk,
        "reference": directive.reference,
        "title": directive.title,
        "permalink": batch.root_url + directive.permalink,
    }


def attachments(page, batch):
    return [
        {
            "title": row.name,
            "url": batch.root_url + row.document.url,
            "type": row.document.content_type,
            "size": size(row.document),
            "sha256": sha256(row.document),
            "is_signed_copy": row.is_signed_copy,
        }
        for row in batch.attachments[page.pk]
    ]


def size(document):
    """Bytes; None when the file is gone."""
    if document.file_size is not None:
        return document.file_size
    try:
        # Wagtail's own method would store it: a request that reads doesn't write.
        return document.file.size
    except OSError:
        return None


def editions(page, batch):
    return [
        {"number": row.number, "day": timezone.localdate(row.published_at), "note": row.note}
        for row in batch.editions[page.pk]
    ]


def names(field):
    return Fact(lambda page, batch: [record.name for record in getattr(batch, field)[page.pk]])


ARTICLE = {
    "summary": None,
    "lead_image": Fact(lambda page, batch: batch.pictures[page.pk]),
    "body": Fact(body),
}
# {kind of page: {field: its Fact, or None for a plain column}}
FACTS = {
    DirectivePage: {
        "reference": Fact(lambda page, batch: page.reference),
        "number": None,
        "symbol": None,
        "year": None,
        # "type" is the kind of page, in every answer.
        "document_type": Fact(
            lambda page, batch: {
                "name": page.type.name,
                "abbreviation": page.type.abbreviation,
                "slug": page.type.slug,
            }
        ),
        "issuer": Fact(
            lambda page, batch: {
                "name": page.issuer.name,
                "short_name": page.issuer.short_name,
                "slug": page.issuer.slug,
            }
        ),
        "signer": None,
        "signer_position": None,
        "signed_on": None,
        "effective_on": None,
        "expires_on": None,
        "subject": None,
        "topics": names("topics"),
        "effect": Fact(effect),
        "withdrawn_on": None,
        "withdrawal_reason": None,
        "relations": Fact(relations),
        "permalink": Fact(lambda page, batch: batch.root_url + page.permalink),
        "attachments": Fact(attachments),
        "editions": Fact(editions),
        **ARTICLE,
    },
    NewsPage: {
        "posted_on": None,
        "authors": names("authors"),
        "topics": names("topics"),
        "tags": Fact(lambda page, batch: batch.tags[page.pk]),
        **ARTICLE,
    },
    EventPage: {"starts_at": None, "ends_at": None, "place": None, **ARTICLE},
    ListedPage: {"introduction": None},
}


class PublicPageSerializer(PageSerializer):
    # Wagtail's own asks the cache for the portal's address once a page.
    html_url = Fact(lambda page, batch: page.get_full_url(batch.request))


# What can be asked ------------------------------------------------------------------------------

# Besides columns: records by their word in addresses, as in the register.
LOOKUPS = {
    DirectivePage: {
        "document_type": "type__slug",
        "issuer": "issuer__slug",
        "topics": "topics__slug",
        "effect": "effect_periods__in",
    },
    NewsPage: {"authors": "authors__slug", "topics": "topics__slug", "tags": "tags__slug"},
}


class FactsFilter(BaseFilterBackend):
    def filter_queryset(self, request, queryset, view):
        lookups = view.lookups(queryset.model)
        for name, value in request.GET.items():
            if name in lookups:
                try:
                    value = asked_value(queryset.model, name, value)
                    queryset = queryset.filter(**{lookups[name]: value})
                except (ValidationError, ValueError) as error:
                    raise BadRequestError(f"{name} can't be {value!r}") from error
        return queryset


def asked_value(model, name, text):
    if name == "effect":
        return EffectPeriod.objects.on(timezone.localdate()).filter(effect=text)
    columns = {field.name: field for field in model._meta.concrete_fields}
    return parse_boolean(text) if isinstance(columns.get(name), BooleanField) else text


class SteadyOrdering(OrderingFilter):
    """Pages of the same day stay in one order, or a page of results would repeat some."""

    def filter_queryset(self, request, queryset, view):
        ordered = super().filter_queryset(request, queryset, view)
        if "order" not in request.GET or "?" in ordered.query.order_by:
            return ordered
        return ordered.order_by(*ordered.query.order_by, "pk")


@held()
def counts(request):
    """{statement: how many rows it finds}, as far as it was asked in this generation."""
    return {}


# Statements whose counts are remembered; anybody can ask for others.
MOST_COUNTED = 500


class Counted:
    """A queryset that is counted once in a generation: a database reads all that it counts."""

    def __init__(self, queryset, request):
        self._queryset = queryset
        self._counts = counts(request)

    def count(self):
        try:
            statement = str(self._queryset.order_by().query)
        except EmptyResultSet:
            # No database need be asked whether there is a page of the year 10^30.
            return 0
        if statement not in self._counts:
            if len(self._counts) >= MOST_COUNTED:
                self._counts.clear()
            self._counts[statement] = self._queryset.count()
        return self._counts[statement]

    def __getitem__(self, part):
        return self._queryset[part]


class CountedPagination(WagtailPagination):
    def paginate_queryset(self, queryset, request, view=None):
        return super().paginate_queryset(Counted(queryset, request), request, view)


class PublicPagesViewSet(PagesAPIViewSet):
    pagination_class = CountedPagination
    renderer_classes = [JSONRenderer]
    base_serializer_class = PublicPageSerializer
    filter_backends = [
        FactsFilter,
        ChildOfFilter,
        AncestorOfFilter,
        DescendantOfFilter,
        SteadyOrdering,
    ]
    known_query_parameters = frozenset(
        [
            *("limit", "offset", "fields", "order", "type", "locale"),
            *("child_of", "ancestor_of", "descendant_of"),
        ]
    )
    # An alias may be of a private page; an answer is in one language.
    meta_fields = [
        *("type", "detail_url", "html_url", "slug", "show_in_menus", "seo_title"),
        *("search_description", "first_published_at", "last_published_at", "parent"),
    ]

    @classmethod
    def get_body_fields(cls, model):
        facts = next((FACTS[kind] for kind in FACTS if issubclass(model, kind)), {})
        own = [APIField(name, serializer) for name, serializer in facts.items()]
        return cls._convert_api_fields(cls.body_fields) + own

    @classmethod
    def get_detail_default_fields(cls, model):
        return cls.get_available_fields(model)

    @classmethod
    def get_available_fields(cls, model, db_fields_only=False):
        fields = super().get_available_fields(model)
        if not db_fields_only:
            return fields
        columns = {field.name for field in model._meta.concrete_fields if not field.is_relation}
        return [name for name in fields if name in columns]

    @classmethod
    def lookups(cls, model):
        """{parameter: what a queryset is filtered by}"""
        columns = {
            name: name
            for name in cls.get_available_fields(model, db_fields_only=True)
            if not isinstance(model._meta.get_field(name), DateTimeField)
        }
        return columns | LOOKUPS.get(model, {})

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        # What a database or a parser would stumble over.
        if any("\0" in value for value in request.GET.values()):
            raise BadRequestError("no parameter may have a NUL in it")
        if "(" in request.GET.get("fields", ""):
            raise BadRequestError("no field has fields of its own")
        if len(request.GET.get("offset", "")) > 9:
            raise BadRequestError("offset is too large")

    def check_query_parameters(self, queryset):
        known = self.known_query_parameters | set(self.lookups(queryset.model))
        if unknown := sorted(set(self.request.GET) - known):
            raise BadRequestError(f"unknown parameters: {', '.join(unknown)}")

    def public(self, kind):
        """In the office's own language, as the law is, or in the one that is asked for."""
        site = Site.find_for_request(self.request)
        pages = kind.objects.live().public()
        if not site:
            return pages.none()
        language = self.request.GET.get("locale", settings.LANGUAGE_CODE)
        if language == settings.LANGUAGE_CODE:
            return pages.descendant_of(site.root_page, inclusive=True)
        home = languages.home_place(self.request, language)
        if home is None:
            raise BadRequestError(f"locale can't be {language!r}")
        return pages.filter(path__startswith=home.path)

    @cached_property
    def public_pages(self):
        return self.public(Page)

    def get_base_queryset(self):
        # Wagtail would let in whoever may read a private page.
        return self.public_pages

    def get_queryset(self):
        asked = super().get_queryset()
        if asked.model is Page:
            return asked
        # Without Wagtail's subquery, which reads all pages for some in the middle.
        pages = self.public(asked.model)
        return pages.for_lists() if asked.model is DirectivePage else pages

    def find_object(self, queryset, request):
        try:
            return super().find_object(queryset, request)
        except ValueError:
            return None

    def get_serializer(self, found, many=False):
        pages = list(found) if many else [found]
        self.batch = Batch(pages, self.request)
        return super().get_serializer(pages if many else found, many=many)


router = WagtailAPIRouter("api")
router.register_endpoint("pages", PublicPagesViewSet)
