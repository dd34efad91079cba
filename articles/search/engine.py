"""A full-text index: entries in, ranked primary keys out.

It knows the language and tantivy; neither Django nor where entries come from."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, wraps
from itertools import chain, zip_longest
from math import ceil, log
from operator import itemgetter, mul
from pathlib import Path
from typing import NamedTuple

import tantivy
from tantivy import Occur, Query

from .passages import passage
from .spelling import is_one_slip
from .text import MARKED, PLAIN, composed, initials, modern, pairs, words

# Of a question. Nobody types more; a page that was pasted costs as much as its words.
MAX_WORDS = 40

# More than words can score, and more than any weight is.
LEAD, MOST_WEIGHT = 1e6, 1.4

# So many of the best are put in order by their weights; the rest stays as its words have it.
WEIGHED = 200

# So many values are looked up one by one.
FEW_VALUES = 32

# So many documents are scored and counted before it is known whether all need be.
FEW = 10_000
# What is in no title and no pair scores so much of all that is possible, at most: less than the
# best do, or all are scored after all. More of it where the words are in most, and tell little.
LITTLE, LITTLE_OF_MOST = 0.1, 0.3
# BM25 gives a term at most 1 + k1 times its rarity; and a bit for what is rounded.
MOST_OF_RARITY = 2.2 * 1.001

# What a word weighs where it is found; set by `make eval-search`.
WORD_BOOST, TITLE_BOOST, PAIR_BOOST, MARKED_BOOST = 1.0, 1.5, 2.0, 0.6

SNIPPET = 240  # characters

# What entries can be told apart by, and how many values of each most have at most.
FACETS = {"kind": 1, "effect": 1, "type": 1, "issuer": 1, "topic": 3, "year": 1}
# A column with exactly one value for each document is counted thirty times as fast as one with
# several: so there is one for each of these values, and another for more. "" stands for none.
COLUMNS = {
    facet: [facet] if usual == 1 else [*(f"{facet}_{n}" for n in range(usual)), f"{facet}_more"]
    for facet, usual in FACETS.items()
}
# Values of a facet that are counted; there are years and offices enough, but not so many.
MAX_VALUES = 1_000

ORDERS = {
    "newest": {"order_by_field": "day", "order": tantivy.Order.Desc},
    "oldest": {"order_by_field": "day", "order": tantivy.Order.Asc},
}

# Memory that is filled before it becomes a part of the index: the fewer parts, the quicker.
HEAP, HEAP_OF_NEW = 64_000_000, 256_000_000  # bytes


@dataclass(frozen=True)
class Entry:
    """What the index knows of one object."""

    key: str  # "wagtailcore.page:12", of which there is one
    pk: int
    # Its own and those it inherits from: "wagtailcore.page", "articles.directivepage".
    models: Sequence[str]
    title: str
    body: str = ""
    # Of a page, what it can be hidden by: tree paths of it and of all above it, and a mark for each
    # language whose readers it isn't for (languages.not_for).
    paths: Sequence[str] = ()
    is_public: bool = False
    # Of FACETS, each with any number of values.
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    day: date | None = None
    # Files: (name, text); found as its body is, and named where the words are in one of them.
    files: Sequence[tuple[str, str]] = ()
    # Multiplies its score.
    weight: float = 1.0


class Hit(NamedTuple):
    pk: int
    score: float
    # Where its body holds what was asked for: (text, whether that is one of the words).
    snippet: Sequence[tuple[str, bool]] = ()
    # The name of the file in which that is; "": in none.
    file: str = ""
    # How its body begins, where there is no snippet.
    opening: str = ""


class Term(NamedTuple):
    """A part of a score."""

    field: str
    text: str
    boost: float


class Terms(NamedTuple):
    """What the score of a question is the sum of."""

    # For each of its words, ways of holding it, the best of which counts: Terms, all of them.
    held: Sequence[Sequence[Sequence[Term]]]
    # What need not be there.
    added: Sequence[Term]

    def all(self):
        return [*self.added, *(term for ways in self.held for way in ways for term in way)]


@dataclass(frozen=True)
class Question:
    """As a Query of `asking` and `limited`, but one that is known so well that not all it finds
    need be scored, or counted."""

    terms: Terms
    share: float = 1.0
    is_public: bool = False
    hidden: tuple[str, ...] = ()

    @cached_property
    def query(self):
        return self.limiting(holding(self.terms, self.share))

    @property
    def limits(self):
        return self.is_public, self.hidden

    def limiting(self, query):
        return limited(query, is_public=self.is_public, hidden=self.hidden)


class Found(NamedTuple):
    total: int
    hits: Sequence[Hit]  # of a page, with their snippets
    counted: Mapping[str, Mapping[str, int]]  # {facet: {value: how many have it}}


def _schema():
    schema = tantivy.SchemaBuilder()
    for name in ("key", "models", "paths"):
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in chain.from_iterable(COLUMNS.values()):
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    # Counted from the first day of year 1; 0 for what has none.
    schema.add_unsigned_field("day", fast=True, indexed=True)
    schema.add_bytes_field("files", stored=True)
    schema.add_unsigned_field("pk", fast=True)
    # Those that are not: few, and so quicker to leave out than the others are to gather.
    schema.add_boolean_field("private", indexed=True)
    schema.add_float_field("weight", fast=True)
    # Of titles and bodies together, so that one list for each word says what has it; and the words
    # of titles again.
    schema.add_text_field("words", tokenizer_name="plain", index_option="freq")
    schema.add_text_field("marked", tokenizer_name="marked", index_option="freq")
    schema.add_text_field("pairs", tokenizer_name="whitespace", index_option="freq")
    schema.add_text_field("title", tokenizer_name="plain", index_option="freq")
    # Common words that it does not have. Which words are kept so, this list itself says: a word
    # that nobody lacks is none of them.
    schema.add_text_field("lacks", tokenizer_name="raw", index_option="basic")
    # As readers are to see it.
    schema.add_bytes_field("body", stored=True)
    return schema.build()


SCHEMA = _schema()
_counting = ThreadPoolExecutor(thread_name_prefix="facets")


def _damage_is_an_error(method):
    """Over damaged files, tantivy may panic: a BaseException of a class that can't be imported,
    which would end more than a request."""

    @wraps(method)
    def answer(*args, **kwargs):
        try:
            return method(*args, **kwargs)
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            raise ValueError(f"tantivy gave up: {error}") from error

    return answer


class Index:
    """A folder with an index. Many may read it, one at a time may write."""

    def __init__(self, folder):
        """ValueError: there is none in this folder, or a damaged one."""
        self._index = tantivy.Index.open(str(folder))
        self._index.register_tokenizer("plain", PLAIN)
        self._index.register_tokenizer("marked", MARKED)
        self._index.config_reader("manual")
        self._state, self._read = Path(folder) / "meta.json", (None, None, {})

    @classmethod
    def make(cls, folder):
        """An empty one in an empty folder."""
        tantivy.Index(SCHEMA, path=str(folder), reuse=False)
        return cls(folder)

    def fill(self, entries, common=()):
        """Entries into an empty one, all or none. `common`: plain words that most will have, of
        which it is known from now on who lacks them. What is found is the same without."""
        self._write(HEAP_OF_NEW, entries, (), common)

    def write(self, entries=(), gone=()):
        """Entries in, in place of what they were, and keys that are gone out; all of it or none."""
        known = self._searcher().terms_with_prefix("lacks", "")
        self._write(HEAP, entries, gone, (word for word, _count in known))

    def _write(self, heap, entries, gone, common):
        common = frozenset(common)
        writer = self._index.writer(heap_size=heap, num_threads=1)
        for key in gone:
            writer.delete_documents_by_term("key", key)
        for entry in entries:
            writer.delete_documents_by_term("key", entry.key)
            writer.add_document(_document(entry, common))
        writer.commit()
        writer.wait_merging_threads()

    @_damage_is_an_error
    def search(self, query, limit, offset=0, order="best", facets=(), terms=None):
        """Found: best first, or in one of ORDERS; counted by these facets, as `counted` does.

        `query`: a Query or a Question. `terms`: the Terms that snippets are to show, where that is
        no Question, which has its own."""
        searcher, wholes = self._reading()
        question = query if isinstance(query, Question) else None
        terms = question.terms if question else terms
        # Counting goes on meanwhile, and not after it: half of the time that a reader waits.
        if question and facets and _is_strict_among_many(searcher, question):
            counting = _counting.submit(_counted, searcher, question, facets, wholes)
            found = _found_all(searcher, question, limit, offset, order)
        else:
            query = question.query if question else query
            counting = facets and _counting.submit(_counted_each, searcher, query, facets)
            found = _found(searcher, query, limit, offset, order, with_count=not counting)
        count, scores, addresses = found
        wanted = _wanted(searcher, terms) if terms else {}
        pks = searcher.fast_field_values("pk", addresses)
        hits = [
            _hit(pk, score, searcher.doc(address), wanted)
            for pk, score, address in zip(pks, scores, addresses, strict=True)
        ]
        count, counted = counting.result() if counting else (count, {})
        return Found(count, hits, counted)

    @_damage_is_an_error
    def counted(self, query, facets):
        """{facet: {value: how many have it}} of what the query finds."""
        return _counted_each(self._searcher(), query, facets)[1]

    @_damage_is_an_error
    def ranked(self, query, limit=None, offset=0):
        """(how many there are, {primary key: score} of a part of them or of all): best first."""
        searcher = self._searcher()
        limit = limit or max(1, searcher.num_docs)
        count, scores, addresses = _found(searcher, query, limit, offset)
        return count, dict(zip(searcher.fast_field_values("pk", addresses), scores, strict=True))

    @_damage_is_an_error
    def meant(self, word, among):
        """What may have been meant by a Word: the commonest one slip away, with its marks, in what
        the Query `among` selects. None: the word itself is there, or none is near."""
        searcher = self._searcher()
        near = Counter()
        for letter in initials(word.plain[0]):
            for term, count in searcher.terms_with_prefix("marked", letter, among):
                plain = PLAIN.analyze(term)[0]
                if count and plain == word.plain:
                    return None
                if count and is_one_slip(word.plain, plain):
                    near[term] += count
        return near.most_common(1)[0][0] if near else None

    def _searcher(self):
        return self._reading()[0]

    def _reading(self):
        """(a Searcher, {limits and facets: counts of all within them}) of the state on the disk"""
        # Looking at a file is thirty times as fast as reading it. It is replaced, never changed.
        try:
            found = self._state.stat()
        except FileNotFoundError as error:
            raise ValueError(f"{self._state} is gone") from error
        state = found.st_ino, found.st_mtime_ns, found.st_size
        if state != self._read[0]:
            self._index.reload()
            self._read = state, self._index.searcher(), {}
        return self._read[1:]


def _counted(searcher, question, facets, wholes):
    """As `_counted_each`, of a Question all words of which must be there, in very many. What finds
    most is counted by what it misses."""
    if not _finds_most(searcher, question):
        return _counted_each(searcher, _having_all(searcher, question), facets)
    key = question.limits, facets
    if key not in wholes:
        wholes[key] = _counted_each(searcher, question.limiting(EVERYTHING), facets)
    count, totals = wholes[key]
    having, _common, lacking = _split(searcher, question.terms.held)
    missed = any_of([*lacking, *(none_of([query]) for query in having)])
    others, missing = _counted_each(searcher, question.limiting(_silent(missed)), facets)
    # Without values that nothing is left of.
    left = {facet: dict(Counter(totals[facet]) - Counter(missing[facet])) for facet in facets}
    return count - others, left


def _counted_each(searcher, query, facets):
    names = [name for facet in facets for name in COLUMNS[facet]]
    counted = searcher.aggregate(
        # Nobody's scores are worked out.
        _silent(query),
        {name: {"terms": {"field": name, "size": MAX_VALUES}} for name in names},
    )
    totals = {}
    for facet in facets:
        total = Counter()
        for name in COLUMNS[facet]:
            total.update({one["key"]: one["doc_count"] for one in counted[name]["buckets"]})
        del total[""]
        totals[facet] = dict(total)
    # The first column of a facet has one value for each of them.
    whole = counted[names[0]]
    count = whole["sum_other_doc_count"] + sum(one["doc_count"] for one in whole["buckets"])
    return count, totals


def _everything(searcher):
    """How many documents there are, as BM25 counts them: with those that are no longer."""
    return sum(searcher.doc_freq("private", value) for value in (True, False))


def _is_strict_among_many(searcher, question):
    """Whether all words of a Question must be there, in very many."""
    return _everything(searcher) >= FEW and _is_strict(question.terms, question.share)


def _finds_most(searcher, question):
    """Whether a Question of which all words must be there certainly finds more than half."""
    everything = _everything(searcher)
    # With other forms of these words it finds more still.
    words = [term for [[term], *_others] in question.terms.held]
    return sum(everything - searcher.doc_freq(*term[:2]) for term in words) < everything / 2


# The lists of who has a common word are long, and to find who is in all of several takes longer
# than the rest of a search. So it is kept who lacks one, too: they are fewer, and need only be left
# out.


def _split(searcher, held):
    """(what has each of the words, those that are common left out; what has each of these; what
    lacks one of them)"""
    having, common, lacking = [], [], []
    for ways in held:
        query = _lacking(searcher, ways)
        if query:
            common.append(_best_of(ways))
            lacking.append(query)
        else:
            having.append(_best_of(ways))
    return having, common, lacking


def _lacking(searcher, ways):
    """What lacks a word. None: that isn't kept of this one, or is no less than what has it."""
    [term], *others = ways
    if others or not 0 < searcher.doc_freq("lacks", term.text) < searcher.doc_freq(*term[:2]):
        return None
    return Query.term_query(SCHEMA, "lacks", term.text, "basic")


def _having_all(searcher, question):
    """What has all words of a Question, without their scores."""
    rarest, *others = sorted(
        question.terms.held, key=lambda ways: searcher.doc_freq(*ways[0][0][:2])
    )
    having, _common, lacking = _split(searcher, others)
    clauses = [(Occur.Must, query) for query in [_best_of(rarest), *having]]
    clauses += [(Occur.MustNot, query) for query in lacking]
    return _silent(question.limiting(Query.boolean_query(clauses)))


def _scoring_all(searcher, question):
    """What has all words of a Question, with their scores."""
    having, common, lacking = _split(searcher, question.terms.held)
    scored = [*common, *map(_scored, question.terms.added)]
    if not having:
        # Who lacks none of them has one of them.
        having, scored = [any_of(scored)], []
    clauses = [(Occur.Must, query) for query in having]
    clauses += [(Occur.Should, query) for query in scored]
    clauses += [(Occur.MustNot, query) for query in lacking]
    return question.limiting(Query.boolean_query(clauses))


def _found_all(searcher, question, limit, offset, order):
    """As `_found`, without a count: a Question of which all words must be there, in very many."""
    if order == "best":
        best = _surely_best(searcher, question, limit, offset)
        if best:
            return best
        query = _scoring_all(searcher, question)
    else:
        query = _having_all(searcher, question)
    return _found(searcher, query, limit, offset, order, with_count=False)


def _surely_best(searcher, question, limit, offset):
    """As `_found`, without a count. None: these are not certainly the best.

    Holding the words scores little beside holding them in a title, or next to each other. So those
    are looked at that do, and where they are better than others can be, nobody else's score is
    worked out."""
    terms, everything = question.terms, _everything(searcher)
    little = LITTLE_OF_MOST if _finds_most(searcher, question) else LITTLE
    held_by = {term: searcher.doc_freq(*term[:2]) for term in terms.all()}

    def most(term):
        return MOST_OF_RARITY * term.boost * _rarity(everything, held_by[term])

    others = sum(max(sum(map(most, way)) for way in ways) for ways in terms.held)
    added = sorted(filter(held_by.get, terms.added), key=held_by.get, reverse=True)
    bound, telling = little * (others + sum(map(most, added))), []
    for term in added:
        if others + most(term) > bound:
            telling.append(term)
        else:
            others += most(term)
    if not telling:
        return None
    # The same sums of the same scores, and so, but for what is rounded, the same order.
    few = question.limiting(holding(terms, question.share, telling))
    found = _found(searcher, few, limit, offset, with_count=False)
    _count, scores, _addresses = found
    return found if len(scores) == limit and scores[-1] > MOST_WEIGHT * others else None


def _found(searcher, query, limit, offset, order="best", with_count=True):
    """(how many there are, scores of a part, addresses of these documents)"""
    if order != "best":
        found = searcher.search(query, limit, with_count, offset=offset, **ORDERS[order])
        return found.count, *_apart(found.hits)
    # Perhaps all there is, so in as few steps as can be.
    best = searcher.search(query, WEIGHED, with_count) if offset < WEIGHED else None
    scores, addresses = [], []
    if best:
        scores, addresses = _apart(best.hits)
        weights = searcher.fast_field_values("weight", addresses)
        weighed = map(mul, scores, weights)
        # Of equals, the first stays the first.
        pairs = sorted(zip(weighed, addresses, strict=True), key=itemgetter(0), reverse=True)
        scores, addresses = _apart(pairs[offset : offset + limit])
    missing = limit - len(scores)
    count = best.count if best else 0
    if best is None or (missing and len(best.hits) == WEIGHED):
        rest = searcher.search(query, missing, with_count, offset=max(offset, WEIGHED))
        more_scores, more_addresses = _apart(rest.hits)
        scores, addresses = [*scores, *more_scores], [*addresses, *more_addresses]
        count = rest.count
    return count, scores, addresses


def _apart(pairs):
    return map(list, zip(*pairs, strict=True)) if pairs else ([], [])


def _hit(pk, score, stored, wanted):
    body = bytes(stored.get_first("body")).decode()
    snippet, place = passage(body, wanted, SNIPPET)
    if not snippet:
        return Hit(pk, score, opening=body[:SNIPPET].rpartition(" ")[0] if body[SNIPPET:] else body)
    files = stored.get_first("files")
    files = json.loads(bytes(files)) if files else []
    name = next((name for begin, name in files[::-1] if begin <= place), "")
    return Hit(pk, score, snippet, name)


def _wanted(searcher, terms):
    """What snippets are to show of Terms: {plain words in a row: how much they tell}."""
    everything = _everything(searcher)
    return {
        term.text.replace("_", " "): term.boost * _rarity(everything, held)
        for term in terms.all()
        if term.field in ("words", "pairs") and (held := searcher.doc_freq(*term[:2]))
    }


def _rarity(everything, held):
    """As BM25 has it, of a term that so many hold."""
    return log(1 + (everything - held + 0.5) / (held + 0.5))


def common_words(entries):
    """Plain words that more than half of the public ones of these Entries have."""
    found, public = Counter(), 0
    for entry in entries:
        if entry.is_public:
            found.update(set(PLAIN.analyze(composed(f"{entry.title} {entry.body}"))))
            public += 1
    return [word for word, count in found.items() if count > public / 2]


def _document(entry, common):
    found = tantivy.Document()
    found.add_text("key", entry.key)
    found.add_unsigned("pk", entry.pk)
    found.add_boolean("private", not entry.is_public)
    found.add_float("weight", entry.weight)
    for model in entry.models:
        found.add_text("models", model)
    for path in entry.paths:
        found.add_text("paths", path)
    for facet, usual in FACETS.items():
        values = entry.facets.get(facet, ())
        for name, value in zip_longest(COLUMNS[facet][:usual], values[:usual], fillvalue=""):
            found.add_text(name, value)
        for value in values[usual:]:
            found.add_text(COLUMNS[facet][-1], value)
    found.add_unsigned("day", entry.day.toordinal() if entry.day else 0)
    body, files = composed(entry.body), []
    for name, text in entry.files:
        files.append((len(body), name))
        body += composed(f" {name} {text}")
    if files:
        found.add_bytes("files", json.dumps(files).encode())
    found.add_bytes("body", body.encode())
    title = composed(entry.title)
    found.add_text("title", title)
    whole = f"{title} {body}"
    found.add_text("words", whole)
    found.add_text("marked", modern(whole))
    plain = PLAIN.analyze(whole)
    found.add_text("pairs", pairs(plain))
    for word in common.difference(plain):
        found.add_text("lacks", word)
    return found


# Questions

NOTHING = Query.empty_query()
EVERYTHING = Query.all_query()


def asking(text, *, share=1.0, also=None):
    """What holds the words of a text, at least this share of them: better the more of them, in the
    title, next to each other, and with the marks that were typed.

    `also`: other forms of words, both as tuples of plain ones: {("cntt",): [("cong", "nghe", …)]}.
    """
    return holding(terms_of(text, also), share)


def holding(terms, share=1.0, telling=()):
    """What `asking` makes of the Terms of a text; one of the `telling`, if any, must be there."""
    if not terms.held:
        return NOTHING
    held = [_best_of(ways) for ways in terms.held]
    if _is_strict(terms, share):
        clauses = [(Occur.Must, query) for query in held]
    else:
        clauses = [(Occur.Must, any_of(held, at_least=_needed(terms, share)))]
    if telling:
        clauses.append((Occur.Must, any_of(map(_scored, telling))))
    added = [_scored(term) for term in terms.added if term not in telling]
    return Query.boolean_query(clauses + [(Occur.Should, query) for query in added])


def _needed(terms, share):
    return max(1, ceil(share * len(terms.held)))


def _is_strict(terms, share):
    return _needed(terms, share) == len(terms.held)


def terms_of(text, also=None):
    """The Terms that `asking` scores by."""
    asked = words(text)[:MAX_WORDS]
    plain = [word.plain for word in asked]
    marked = (word.marked for word in asked if word.marked != word.plain)
    added = [
        Term(name, word, boost)
        for name, found, boost in (
            ("title", plain, TITLE_BOOST),
            ("pairs", pairs(plain).split(), PAIR_BOOST),
            ("marked", marked, MARKED_BOOST),
        )
        for word in dict.fromkeys(found)
    ]
    return Terms(_held(plain, also or {}), added)


def _held(plain, also):
    """Ways of holding each of the words, one of which may be another form of what it is part of."""
    longest = max(map(len, also), default=0)
    held, begin = {}, 0
    while begin < len(plain):
        lengths = range(min(longest, len(plain) - begin), 0, -1)
        forms = (tuple(plain[begin : begin + length]) for length in lengths)
        form = next((one for one in forms if one in also), None)
        others = [_in_a_row(other) for other in also[form]] if form else []
        for word in form or plain[begin : begin + 1]:
            # The first time decides, as for words that are typed twice.
            held.setdefault(word, [_in_a_row([word]), *others])
        begin += len(form) if form else 1
    return list(held.values())


def _in_a_row(plain):
    name, found = ("words", plain) if len(plain) == 1 else ("pairs", pairs(plain).split())
    return [Term(name, word, WORD_BOOST) for word in found]


def _best_of(ways):
    queries = [_together(way) for way in ways]
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries)


def _together(terms):
    queries = list(map(_scored, terms))
    return queries[0] if len(queries) == 1 else all_of(queries)


def beginning(text):
    """What has these words in its title, the last of which is still being typed."""
    *whole, last = [word.plain for word in words(text)[:MAX_WORDS]] or [""]
    if not last:
        return NOTHING
    clauses = [Query.term_query(SCHEMA, "title", word, "freq") for word in whole]
    # Of letters and digits alone, so there is nothing in it to escape.
    clauses.append(Query.regex_query(SCHEMA, "title", f"{last}.*"))
    return all_of(clauses)


def phrase(text):
    """What holds these words one after the other."""
    plain = [word.plain for word in words(text)[:MAX_WORDS]]
    return _together(_in_a_row(plain)) if plain else NOTHING


def keyed(keys):
    """What has one of these keys."""
    return _silent(Query.term_set_query(SCHEMA, "key", list(keys)))


def all_of(queries):
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def any_of(queries, at_least=1):
    return Query.boolean_query([(Occur.Should, query) for query in queries], at_least)


def none_of(queries):
    unwanted = [(Occur.MustNot, query) for query in queries]
    return Query.boolean_query([(Occur.Must, _silent(EVERYTHING)), *unwanted])


def leading(keys):
    """What has one of these keys: before anything else, and in this order."""
    # Each more than the next by more than any weight multiplies it.
    scores = (LEAD * MOST_WEIGHT**place for place in range(len(keys), 0, -1))
    return any_of(
        Query.const_score_query(Query.term_query(SCHEMA, "key", key), score)
        for key, score in zip(keys, scores, strict=True)
    )


def narrowed(query, facets, since=None, until=None):
    """`query` among what has, of each facet, one of these values; and of these days, both
    included. Scores stay."""
    clauses = [(Occur.Must, query)]
    for facet, values in facets.items():
        columns = (_having(name, values) for name in COLUMNS[facet])
        clauses.append((Occur.Must, any_of(columns)))
    if since or until:
        # What has no day is before them all.
        first, last = since.toordinal() if since else 0, (until or date.max).toordinal()
        days = Query.range_query(SCHEMA, "day", tantivy.FieldType.Unsigned, first, last)
        clauses.append((Occur.Must, _silent(days)))
    return Query.boolean_query(clauses)


def limited(query, *, models=(), is_public=False, hidden=()):
    """`query` among what is of one of the models; public; below none of the `hidden` paths. Scores
    stay."""
    clauses = [(Occur.Must, query)]
    if models:
        clauses.append((Occur.Must, _having("models", models)))
    if is_public:
        clauses.append((Occur.MustNot, Query.term_query(SCHEMA, "private", True)))
    if hidden:
        clauses.append((Occur.MustNot, _having("paths", hidden)))
    return Query.boolean_query(clauses)


def _having(name, values):
    """What has one of these values; scores nothing."""
    if len(values) > FEW_VALUES:
        return _silent(Query.term_set_query(SCHEMA, name, list(values)))
    # A set of terms lays out a map of all documents first, which takes longer than most questions.
    terms = [Query.term_query(SCHEMA, name, value, "basic") for value in values]
    return _silent(terms[0] if len(terms) == 1 else any_of(terms))


def _silent(query):
    return Query.const_score_query(query, 0.0)


def _scored(term):
    return Query.boost_query(Query.term_query(SCHEMA, term.field, term.text, "freq"), term.boost)
