"""Everything that editors write, one file for each kind."""

from ..effect import Effect
from .attachments import DocumentContent
from .base import (
    ArticlePage,
    ChosenPage,
    ListedPage,
    PortalPage,
    PortalPageForm,
    in_chosen_order,
    stream_text,
    with_lead_images,
)
from .changes import IndexChange, RegisterChange, RegisterVersion
from .departures import Departure
from .directive_index import DirectiveIndexPage
from .directives import (
    DirectiveAttachment,
    DirectivePage,
    DirectiveRelation,
    DirectiveSuspension,
    with_periods,
)
from .editions import Edition
from .effects import EffectPeriod, RelationKind
from .events import EventIndexPage, EventPage
from .links import LinkTarget, PageLink
from .news import FeaturedNews, NewsIndexPage, NewsPage, NewsTag, RelatedPage, today
from .reviews import ReviewDate
from .searches import Abbreviation, AskedQuestion, PromotedResult
from .vocabularies import Author, DirectiveType, Issuer, Topic

__all__ = [
    "Abbreviation",
    "ArticlePage",
    "AskedQuestion",
    "Author",
    "ChosenPage",
    "Departure",
    "DirectiveAttachment",
    "DirectiveIndexPage",
    "DirectivePage",
    "DirectiveRelation",
    "DirectiveSuspension",
    "DirectiveType",
    "DocumentContent",
    "Edition",
    "Effect",
    "EffectPeriod",
    "EventIndexPage",
    "EventPage",
    "FeaturedNews",
    "IndexChange",
    "Issuer",
    "LinkTarget",
    "ListedPage",
    "NewsIndexPage",
    "NewsPage",
    "NewsTag",
    "PageLink",
    "PortalPage",
    "PortalPageForm",
    "PromotedResult",
    "RegisterChange",
    "RegisterVersion",
    "RelatedPage",
    "RelationKind",
    "ReviewDate",
    "Topic",
    "in_chosen_order",
    "stream_text",
    "today",
    "with_lead_images",
    "with_periods",
]
