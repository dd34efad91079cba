"""What readers' searches find."""

from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from wagtail.models import Page

from . import references
from .models import DirectivePage, DirectiveType, EffectPeriod, Issuer
from .vietnamese import fold

# Longer input is no question; the database's parser recurses over every word.
LONGEST = 500
MAX_WORDS = 20
# Documents whose number fits. "7" alone fits many; the words of a question find them all.
MAX_NUMBERED = 100
# Names of offices are written in full or not.
SHORT = {"uy ban nhan dan": "ubnd", "hoi dong nhan dan": "hdnd"}


class Found:
    """Directives whose number was typed, and after them the pages that hold the words."""

    def __init__(self, numbered, others):
        self.numbered, self.others = numbered, others

    def count(self):
        return len(self.numbered) + self.others.count()

    def __getitem__(self, part):
        """A slice with both ends, as a Paginator asks for it."""
        first, last = (max(0, end - len(self.numbered)) for end in (part.start, part.stop))
        others = self.others[first:last] if last else []
        return [*self.numbered[part], *others]


def find(query, private_paths):
    """Public pages for a query, best first; none for an empty one.

    What has its number comes first, then what holds every word of it. Only folded letters and
    digits reach the database, so no search syntax can. `private_paths`: see privacy.py.
    """
    query = query[:LONGEST]
    pages = Page.objects.live().filter(depth__gt=2)
    hidden = Q(*(("path__startswith", path) for path in private_paths), _connector=Q.OR)
    numbered = with_number(query, hidden)
    words = fold(query).split()[:MAX_WORDS]
    if not words:
        return Found(numbered, pages.none())
    others = pages.exclude(hidden).exclude(pk__in=[page.pk for page in numbered])
    return Found(numbered, others.specific().search(" ".join(words), operator="and"))


def with_number(query, hidden):
    """Live directives whose number the query holds, the likeliest first: [DirectivePage].

    That is what has the query's other words in its record, then what binds, then what is newer.
    """
    if not any(character.isdigit() for character in query):
        return []
    asked = references.read_query(query, DirectiveType.objects.values_list("name", "abbreviation"))
    if asked is None:
        return []
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
    for words, abbreviation in SHORT.items():
        folded = folded.replace(words, abbreviation)
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
