"""What readers' searches find."""

from itertools import zip_longest

from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from wagtail.models import Page

from .. import references
from ..models import Abbreviation, DirectivePage, DirectiveType, EffectPeriod, Issuer
from ..models.changes import index_key
from ..vietnamese import fold
from . import engine, local
from .text import words

# Results on a page.
PAGE = 20
# Longer input is no question.
LONGEST = 500
# Documents whose number fits. "7" alone fits many; the words of a question find them all.
MAX_NUMBERED = 100
# A question of up to so many words is a phrase: what it names must all be there.
PHRASE = 5
# Of the words of a whole sentence; what has fewer of them is about something else.
SHARE = 0.34
# Letters of a word that may be a slip, and words of a question that are looked at for one.
SLIPS_FROM, MAX_MEANT = 3, 8
# Names of offices are written in full or not.
SHORT = {"uy ban nhan dan": "ubnd", "hoi dong nhan dan": "hdnd"}


class Found:
    """Directives whose number was typed, and after them the pages that hold the words."""

    def __init__(
        self, numbered, total=0, others=lambda first, last: [], is_loose=False, meant=None
    ):
        self.numbered = numbered
        # What may have been meant instead, where a word is in no public page.
        self.meant = meant
        # Nothing holds all the words: these hold some.
        self.is_loose = is_loose
        self._total, self._others = total, others

    def count(self):
        return len(self.numbered) + self._total

    def __getitem__(self, part):
        """A slice with both ends, as a Paginator asks for it."""
        first, last = (max(0, end - len(self.numbered)) for end in (part.start, part.stop))
        return [*self.numbered[part], *(self._others(first, last) if last else [])]


def find(query, private_paths):
    """Public pages for a query, best first; none for an empty one.

    What has its number comes first, then what holds its words. `private_paths`: see privacy.py.
    """
    query = query[:LONGEST]
    hidden = _below(private_paths)
    pages = Page.objects.live().filter(depth__gt=2).exclude(hidden)
    number = _number(query)
    numbered = with_number(number, query, hidden) if number else []
    asked = words(query)
    if not asked:
        return Found(numbered)

    def limited(question):
        return engine.limited(
            question,
            models=[Page._meta.label_lower],
            is_public=True,
            hidden=private_paths,
            without=[index_key(Page, page.pk) for page in numbered],
        )

    shares = (1, SHARE, 0) if len(asked) <= PHRASE else (SHARE, 0)
    if numbered or (number and number.parts and not number.words):
        # Who wants 08/CT-UBND has no use for 07/CT-UBND.
        shares = (1,)
    also = Abbreviation.objects.forms()
    for share in shares:
        question = limited(engine.asking(query, share=share, also=also))
        answer = local.search(question, PAGE)
        if answer is None:
            return _plainly(asked, pages.exclude(pk__in=[page.pk for page in numbered]), numbered)
        if answer[0]:
            break
    is_loose = share < shares[0]

    def others(first, last):
        if last <= PAGE:
            hits = answer[1][first:last]
        else:
            _total, hits = local.search(question, last - first, first) or (0, [])
        snippets = {hit.pk: hit.snippet for hit in hits}
        # The index may be a moment behind: what readers get, the database decides.
        found = {page.pk: page for page in pages.filter(pk__in=list(snippets)).specific()}
        for pk, page in found.items():
            page.snippet = snippets[pk]
        return [found[pk] for pk in snippets if pk in found]

    meant = None
    if not numbered and (is_loose or not answer[0]):
        meant = _meant(asked, limited(engine.EVERYTHING))
    return Found(numbered, answer[0], others, is_loose, meant)


def _meant(asked, among):
    """The question with another word for each that no page has; None when there are none."""
    found = [
        local.meant(word, among) if word.plain.isalpha() and len(word.plain) >= SLIPS_FROM else None
        for word in asked[:MAX_MEANT]
    ]
    if not any(found):
        return None
    return " ".join(other or word.marked for word, other in zip_longest(asked, found))


def suggest(typed, private_paths, limit):
    """Public pages that somebody may want who has typed so far: by their number, or their title."""
    typed = typed[:LONGEST]
    hidden = _below(private_paths)
    number = _number(typed)
    found = with_number(number, typed, hidden)[:limit] if number else []
    question = engine.limited(
        engine.beginning(typed),
        models=[Page._meta.label_lower],
        is_public=True,
        hidden=private_paths,
        without=[index_key(Page, page.pk) for page in found],
    )
    if len(found) < limit and (answer := local.search(question, limit - len(found))):
        pages = (
            Page.objects.live().exclude(hidden).specific().in_bulk([hit.pk for hit in answer[1]])
        )
        found += [pages[hit.pk] for hit in answer[1] if hit.pk in pages]
    return found


def _below(paths):
    return Q(*(("path__startswith", path) for path in paths), _connector=Q.OR)


def _plainly(asked, pages, numbered):
    """By the letters of titles, while there is no index."""
    for word in asked:
        # An address has a title's plain letters.
        pages = pages.filter(Q(title__icontains=word.marked) | Q(slug__icontains=word.plain))
    pages = pages.order_by("-first_published_at").specific()
    return Found(numbered, pages.count(), lambda first, last: pages[first:last])


def _number(query):
    """The number that a query holds, as `references.read_query` gives it, or None."""
    if not any(character.isdigit() for character in query):
        return None
    return references.read_query(query, DirectiveType.objects.values_list("name", "abbreviation"))


def with_number(asked, query, hidden):
    """Live directives with the number `asked` for in a query, the likeliest first.

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
        .for_lists()
        .defer_streamfields()
        .order_by("-is_meant", "-is_binding", "-signed_on", "-pk")[:MAX_NUMBERED]
    )
    if asked.words:
        words = set(asked.words)
        found.sort(key=lambda page: len(words - _words_of(page)))
    return found


def _words_of(page):
    issuer = page.issuer
    return set(fold(f"{page.title} {page.subject} {issuer.name} {issuer.short_name}").split())


def _exact_key(query):
    """Of a query that is the whole number and nothing else: 15/2024/QĐ-UBND is not 15/QĐ-UBND."""
    try:
        return references.parse(query).key
    except references.NotAReference:
        return None


def short(name):
    """Folded, and with the usual abbreviations: "Ủy ban nhân dân tỉnh" -> "ubnd tinh"."""
    folded = fold(name)
    for full, abbreviation in SHORT.items():
        folded = folded.replace(full, abbreviation)
    return folded


def former_issuers(query):
    """Bodies that a query names and that exist no longer: [(Issuer, those in its place today)]."""
    today = timezone.localdate()
    asked = f" {short(query[:LONGEST])} "
    found = []
    for issuer in Issuer.objects.filter(dissolved_on__lt=today):
        named = {name for name in names_of(issuer) if f" {name} " in asked}
        others = issuer.in_charge_on(today) if named else []
        # A body that has the very name today needs no explanation.
        if named - {name for other in others for name in names_of(other)} and others:
            found.append((issuer, others))
    return found


def names_of(issuer):
    return {short(issuer.name), short(issuer.short_name)} - {""}
