"""How what was found is shown: a Hit of the index becomes a line of a list.

The index may be a moment behind: what readers get, the database decides, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.core import signing
from django.core.paginator import Paginator
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.models import Page

from .. import feeds, languages, live_register, references
from ..effect import Effect
from ..facets import KINDS
from ..models import AskedQuestion
from ..privacy import private_paths
from ..subscriptions import portal_name
from ..versions import versions
from .questions import PAGE, Found, find, former_issuers, suggest
from .search_query import FACETS, ORDER_LABELS, ORDER_WORDS, SearchQuery

FEED_LENGTH = 50
# What was counted once is not counted again after so long: pages that were kept open.
FRESH = 60 * 60  # seconds

FIELDS = {
    "pk": "pk",
    "title": "title",
    "path": "path",
    "url_path": "url_path",
    "language": "locale__language_code",
    "section": "directiveindexpage",
    "published_at": "first_published_at",
    "changed_at": "last_published_at",
    "key": "translation_key",
    "number": "directivepage__number",
    "symbol": "directivepage__symbol",
    "type": "directivepage__type",
    "signed_on": "directivepage__signed_on",
    "effective_on": "directivepage__effective_on",
    "summary": "directivepage__summary",
    "subject": "directivepage__subject",
    "posted_on": "newspage__posted_on",
    "starts_at": "eventpage__starts_at",
    "effect": "period__effect",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A page among results."""

    pk: int
    kind: str  # of KINDS
    title: str
    address: str
    note: str  # "Chỉ thị 07/CT-UBND", or what kind of page it is
    day: date | None
    # Where the words stand: (text, whether that is one of the words); or else what it is about.
    snippet: Sequence[tuple[str, bool]]
    summary: str
    file: str  # in which file they stand
    is_promoted: bool
    effect: Effect | None
    state: str
    published_at: datetime
    changed_at: datetime
    key: str  # of its content, for feeds
    # Vietnamese, among results that aren't.
    is_foreign: bool


class SearchListing:
    """One state of the search, as a reader asked for it."""

    def __init__(self, request):
        self.query = SearchQuery.read(request.GET)
        self._request = request
        self._hidden = private_paths(request)
        self.live = live_register.current(versions(request).register)

    @cached_property
    def found(self):
        return find(self.query, self.live, self._hidden)

    @cached_property
    def page(self):
        """The paginator's Page, of Lines."""
        page = Paginator(self.found, PAGE).get_page(self.query.page)
        page.object_list = self._lines(page.object_list)
        return page

    def _lines(self, hits):
        return lines(hits, self._request, self.live, self.found)

    @property
    def facets(self):
        counted = self.found.facets()
        return [
            self.live.vocabulary.facet(name, counted[name], self.query.chosen.get(name, ()))
            for name in FACETS
            if name in counted
        ]

    @property
    def chips(self):
        return self.live.vocabulary.chips(self.query)

    @property
    def orders(self):
        return [
            (ORDER_WORDS[order], label, order == self.query.order)
            for order, label in ORDER_LABELS.items()
        ]

    @property
    def former_issuers(self):
        # Whoever typed a number has named the document.
        return [] if self.found.numbered else former_issuers(self.query.text, self.live)

    @property
    def asked(self):
        """What the page says of itself when it is opened, to be counted: see count_asked()."""
        is_new = self.query.text and self.query.page == 1 and not self.query.is_narrowed
        if not is_new or self.found.is_plain:
            return ""
        # What holds some of the words answers another question.
        found = 0 if self.found.is_loose else self.found.total
        return signing.dumps([self.query.text, found], salt=__name__)

    def feed(self, address, own_address):
        """The newest results as a Feed, both addresses absolute."""
        newest = replace(self.query, order="newest")
        found = find(newest, self.live, self._hidden)
        root_url = self._request.build_absolute_uri("/")[:-1]
        return feeds.Feed(
            title=_("Search: %(question)s") % {"question": self.query.text},
            subtitle=", ".join(str(chip["label"]) for chip in self.chips),
            author=portal_name(self._request),
            address=address,
            own_address=own_address,
            language=languages.current(),
            entries=[
                feeds.Entry(
                    address=root_url + line.address,
                    id=f"urn:uuid:{line.key}",
                    title=f"{line.note}: {line.title}" if line.effect else line.title,
                    summary=line.summary,
                    published=line.published_at,
                    updated=max(line.published_at, line.changed_at),
                    categories=[(line.kind, str(KINDS[line.kind]))],
                )
                for line in lines(found[0:FEED_LENGTH], self._request, self.live, found)
            ],
        )


def suggested(typed, request, limit):
    """Lines of pages that a reader may want who has typed so far."""
    hidden = private_paths(request)
    live = live_register.current(versions(request).register)
    found = suggest(typed, live, hidden, limit)
    return lines(found, request, live, Found())


def count_asked(token):
    """Counts a question whose results a reader has opened; whatever else is sent is left out."""
    try:
        text, found = signing.loads(token, salt=__name__, max_age=FRESH)
    except signing.BadSignature:
        return
    AskedQuestion.objects.note(text, found)


def lines(hits, request, live, found):
    """The Lines of Hits that the public may read. `found`: a Found."""
    homes = languages.homes(request)
    closed, below = _below(private_paths(request)), _below(home.path for home in homes.values())
    today = timezone.localdate()
    rows = (
        Page.objects.live()
        .filter(below, pk__in=[hit.pk for hit in hits])
        .exclude(closed)
        .annotate(
            period=FilteredRelation(
                "directivepage__effect_periods",
                condition=Q(
                    directivepage__effect_periods__starts_on__lte=today,
                    directivepage__effect_periods__ends_before__gt=today,
                ),
            )
        )
        .values_list(*map(F, FIELDS.values()))
    )
    pages = {row[0]: dict(zip(FIELDS, row, strict=True)) for row in rows}
    return [_line(pages[hit.pk], hit, homes, live, found) for hit in hits if hit.pk in pages]


def _below(paths):
    return Q(*(("path__startswith", path) for path in paths), _connector=Q.OR)


def _line(page, hit, homes, live, found):
    kind = "page"
    # Who typed its number knows what stands in it.
    is_numbered = hit.pk in found.numbered
    day = page["published_at"] and timezone.localdate(page["published_at"])
    note, effect, state = "", None, ""
    if page["number"] is not None:
        kind, day = "directive", page["signed_on"]
        note = f"{live.vocabulary.names['type'].get(page['type'], '')} " + references.written(
            page["number"], page["symbol"]
        )
        if page["effect"]:
            effect = Effect(page["effect"])
            state = effect.worded(page["effective_on"])
    elif page["posted_on"] is not None:
        kind, day = "news", page["posted_on"]
    elif page["starts_at"] is not None:
        kind, day = "event", timezone.localdate(page["starts_at"])
    summary = page["summary"] or page["subject"]
    address = languages.address_below(homes, page["path"], page["url_path"])
    if kind == "directive" or page["section"] is not None:
        address = languages.turned(address, languages.current())
    return Line(
        pk=page["pk"],
        title=page["title"],
        address=address,
        note=note.strip() or ("" if kind == "page" else str(KINDS[kind])),
        day=None if kind == "page" else day,
        snippet=() if is_numbered else hit.snippet,
        summary=summary if kind == "directive" else hit.opening,
        file="" if is_numbered else hit.file,
        is_promoted=hit.pk in found.promoted,
        kind=kind,
        effect=effect,
        state=state,
        published_at=page["published_at"] or feeds.LONG_AGO,
        changed_at=page["changed_at"] or feeds.LONG_AGO,
        key=languages.key_of(page["key"], page["language"]),
        is_foreign=page["language"] != languages.current(),
    )
