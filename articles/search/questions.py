"""What readers' searches find: which pages, in which order, and how many of each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from wagtail.models import Page

from .. import languages, references
from ..effect import Effect
from ..models import DirectivePage, EffectPeriod
from ..models.changes import index_key
from ..vietnamese import fold
from . import engine, local
from .engine import Hit
from .search_query import FACETS, LONGEST
from .text import words

# Results on a page.
PAGE = 10
# Documents whose number fits. "7" alone fits many; the words of a question find them all.
MAX_NUMBERED = 100
# A question of up to so many words is a phrase: what it names must all be there.
PHRASE = 5
# Of the words of a whole sentence; what has fewer of them is about something else.
SHARE = 0.34
# Letters of a word that may be a slip, and words of a question that are looked at for one.
SLIPS_FROM, MAX_MEANT = 3, 8
# How the values of facets are read, which the index has as text.
READ = {"kind": str, "effect": Effect, "type": int, "issuer": int, "topic": int, "year": int}


@dataclass(frozen=True)
class Found:
    """The Hits of a question, best first: a Paginator's list."""

    total: int = 0
    # (first, last) -> Hits
    part: Callable = lambda first, last: []
    # -> {facet: [(value, how many results it would give), ...]}
    facets: Callable = dict
    # Primary keys of what comes first: pages that the office has chosen, and directives whose
    # number was typed.
    promoted: tuple = ()
    numbered: tuple = ()
    # Nothing holds all the words: these hold some.
    is_loose: bool = False
    # What may have been meant instead, where a word is in no public page.
    meant: str | None = None
    # There is no index yet: titles were searched, and nothing was narrowed.
    is_plain: bool = False

    def count(self):
        return self.total

    def __getitem__(self, part):
        """A slice with both ends, as a Paginator asks for it."""
        return self.part(part.start, part.stop)


def find(query, live, private_paths):
    """Public pages for a SearchQuery; none for an empty one.

    What the office has chosen for it comes first, then what has its number, then what holds its
    words. `live`: a LiveRegister; `private_paths`: see privacy.py.
    """
    asked = words(query.text)
    if not asked:
        return Found()
    hidden, unread = _below(private_paths), unread_here(private_paths)
    number = references.read_query(query.text, live.types)
    numbered = with_number(number, query.text, hidden) if number else []
    promoted = live.promoted.get(tuple(word.plain for word in asked), [])
    leading = engine.leading([index_key(Page, pk) for pk in dict.fromkeys([*promoted, *numbered])])
    values = query.values(live.vocabulary)

    def public(question):
        return engine.limited(question, is_public=True, hidden=unread)

    def narrowed(*without):
        question = asking.query if isinstance(asking, engine.Question) else asking
        chosen = {facet: found for facet, found in values.items() if facet not in without}
        return engine.narrowed(question, chosen, query.since, query.until)

    terms = engine.terms_of(query.text, live.abbreviations)
    shares = (1, SHARE, 0) if len(asked) <= PHRASE else (SHARE, 0)
    if numbered or (number and number.parts and not number.words):
        # Who wants 08/CT-UBND has no use for 07/CT-UBND.
        shares = (1,)
    for share in shares:
        words_of = engine.Question(terms, share, is_public=True, hidden=unread)
        asking = words_of
        if promoted or numbered:
            asking = public(engine.any_of([engine.holding(terms, share), leading]))
        answer = local.search(asking, PAGE, order=query.order, facets=FACETS, terms=terms)
        if answer is None:
            return _plainly(asked, numbered, hidden)
        # What was chosen for the question need not hold its words.
        is_answered = answer.total > len(promoted) or bool(promoted and _any(words_of.query))
        if is_answered:
            break
    # What was narrowed down to nothing is no reason to look for something else.
    if query.is_narrowed:
        answer = _ask(narrowed(), PAGE, order=query.order, facets=FACETS, terms=terms)

    def part(first, last):
        if last <= PAGE:
            return answer.hits[first:last]
        return _ask(narrowed(), last - first, first, query.order, terms=terms).hits

    def facets():
        # A facet counts what the others leave, or nobody could choose a second value.
        counted = dict(answer.counted)
        for facet in values:
            counted |= local.counted(narrowed(facet), (facet,)) or {}
        return {facet: _pairs(facet, found) for facet, found in counted.items()}

    is_loose = share < shares[0]
    meant = None
    if is_loose or not is_answered:
        meant = _meant(asked, public(engine.EVERYTHING))
    return Found(answer.total, part, facets, tuple(promoted), tuple(numbered), is_loose, meant)


def unread_here(private_paths):
    """What the index is to leave out: what is closed, and what is for readers of another language.

    Who searches finds each page once, in the language of the request; the law in every one."""
    return (*private_paths, languages.not_for(languages.current()))


def _ask(*args, **kwargs):
    """As local.search; nothing is found should the index be lost meanwhile."""
    return local.search(*args, **kwargs) or engine.Found(0, (), {})


def _any(question):
    return _ask(question, 1).total


def _pairs(facet, counted):
    pairs = [(READ[facet](value), count) for value, count in counted.items()]
    if facet == "effect":
        return sorted(pairs, key=lambda pair: list(Effect).index(pair[0]))
    if facet == "year":
        return sorted(pairs, reverse=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _meant(asked, among):
    """The question with another word for each that no page has; None when there are none."""
    found = [
        local.meant(word, among) if word.plain.isalpha() and len(word.plain) >= SLIPS_FROM else None
        for word in asked[:MAX_MEANT]
    ]
    if not any(found):
        return None
    return " ".join(other or word.marked for word, other in zip_longest(asked, found))


def suggest(typed, live, private_paths, limit):
    """Hits of pages that somebody may want who has typed so far: by number, or by title."""
    typed = typed[:LONGEST]
    number = references.read_query(typed, live.types)
    numbered = with_number(number, typed, _below(private_paths))[:limit] if number else []
    question = engine.any_of(
        [
            engine.beginning(typed),
            engine.leading([index_key(Page, pk) for pk in numbered]),
        ]
    )
    unread = unread_here(private_paths)
    answer = local.search(engine.limited(question, is_public=True, hidden=unread), limit)
    return answer.hits if answer else [Hit(pk, 0) for pk in numbered]


def _below(paths):
    return Q(*(("path__startswith", path) for path in paths), _connector=Q.OR)


def _plainly(asked, numbered, hidden):
    """By the letters of titles, while there is no index."""
    pages = Page.objects.live().filter(depth__gt=2).exclude(hidden).exclude(pk__in=numbered)
    pages = pages.filter(
        Q(locale__language_code=languages.current())
        | Q(directivepage__isnull=False)
        | Q(directiveindexpage__isnull=False)
    )
    for word in asked:
        # An address has a title's plain letters.
        pages = pages.filter(Q(title__icontains=word.marked) | Q(slug__icontains=word.plain))
    others = pages.order_by("-first_published_at").values_list("pk", flat=True)

    def part(first, last):
        after = [max(0, end - len(numbered)) for end in (first, last)]
        return [Hit(pk, 0) for pk in [*numbered[first:last], *others[after[0] : after[1]]]]

    total = len(numbered) + others.count()
    return Found(total, part, numbered=tuple(numbered), is_plain=True)


def with_number(asked, query, hidden):
    """Primary keys of live directives with the number `asked` for in a query, the likeliest first.

    That is what has the query's other words in its record, then what binds, then what is newer.
    """
    start = asked.key_start
    numbers = Q(reference_key__startswith=start)
    if asked.parts:
        # 7/ct is the beginning of 7/ct-ubnd, but not that of 7/ctr-ubnd.
        numbers = Q(reference_key=start)
        numbers |= Q(reference_key__startswith=f"{start}-")
        numbers |= Q(reference_key__startswith=f"{start}/")
    elif asked.type_names:
        numbers &= Q(type__name__in=asked.type_names)
    if asked.year:
        numbers &= Q(year=asked.year) | Q(signed_on__year=asked.year)
    binding = EffectPeriod.objects.binding(timezone.localdate())
    found = list(
        DirectivePage.objects.live()
        .exclude(hidden)
        .filter(numbers)
        .annotate(
            is_meant=Case(When(reference_key=_exact_key(query), then=Value(1)), default=Value(0)),
            is_binding=Exists(binding.filter(directive=OuterRef("pk"))),
        )
        .order_by("-is_meant", "-is_binding", "-signed_on", "-pk")
        .values_list("pk", "title", "subject", "issuer__name", "issuer__short_name")[:MAX_NUMBERED]
    )
    if asked.words:
        words = set(asked.words)
        found.sort(key=lambda row: len(words - set(fold(" ".join(row[1:])).split())))
    return [row[0] for row in found]


def _exact_key(query):
    """Of a query that is the whole number and nothing else: 15/2024/QĐ-UBND is not 15/QĐ-UBND."""
    try:
        return references.parse(query).key
    except references.NotAReference:
        return None


def former_issuers(query, live):
    """Bodies that a query names and that exist no longer: [(Issuer, those in its place today)]."""
    today = timezone.localdate()
    asked = f" {_short(query, live.abbreviations)} "

    def names_of(issuer):
        names = {issuer.name, issuer.short_name} - {""}
        return {_short(name, live.abbreviations) for name in names}

    found = []
    for issuer in live.issuers:
        if issuer.dissolved_on is None or issuer.dissolved_on >= today:
            continue
        named = {name for name in names_of(issuer) if f" {name} " in asked}
        others = issuer.in_charge_on(today) if named else []
        # A body that has the very name today needs no explanation.
        if named - {name for other in others for name in names_of(other)} and others:
            found.append((issuer, others))
    return found


def _short(text, forms):
    """Folded, with the abbreviations that there are: "Ủy ban nhân dân tỉnh" -> "ubnd tinh"."""
    plain = f" {fold(text)} "
    for form, others in forms.items():
        shortest = min(others, key=len)
        if len(shortest) < len(form):
            plain = plain.replace(f" {' '.join(form)} ", f" {' '.join(shortest)} ")
    return plain.strip()
