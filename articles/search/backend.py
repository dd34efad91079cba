"""The index behind Wagtail's own searches: the admin's, its choosers', and `QuerySet.search()`.

The index ranks, the database decides: what a queryset does not hold is not found, whatever its
filters are, and no filter has to be told to the index."""

from functools import cached_property, reduce
from operator import and_, or_

from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, OuterRef, Q
from modelsearch.backends.base import (
    BaseIndex,
    BaseSearchBackend,
    BaseSearchQueryCompiler,
    BaseSearchResults,
)
from modelsearch.query import And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText

from ..models import IndexChange, RegisterVersion
from ..models.changes import index_key
from . import engine, local
from .entries import label_of
from .text import words

# Primary keys that a database takes in one question.
MANY = 1_000

# What _in_few_words() found for querysets of a version: an office asks a few over and over.
MOST_KNOWN = 32
_known = {}


class TantivyQueryCompiler(BaseSearchQueryCompiler):
    def compiled(self):
        return self._compiled(self.query)

    def _compiled(self, query):
        if isinstance(query, PlainText | Fuzzy):
            return self._words(query)
        if isinstance(query, Phrase):
            return engine.phrase(query.query_string)
        if isinstance(query, MatchAll):
            return engine.EVERYTHING
        if isinstance(query, Boost):
            return self._compiled(query.subquery)
        if isinstance(query, And):
            return engine.all_of(map(self._compiled, query.subqueries))
        if isinstance(query, Or):
            return engine.any_of(map(self._compiled, query.subqueries))
        if isinstance(query, Not):
            return engine.none_of([self._compiled(query.subquery)])
        # A kind of query that Wagtail may add: its developer is to hear of it.
        raise NotImplementedError(query)

    def _words(self, query):
        return engine.asking(query.query_string, share=query.operator == "and")

    def check(self):
        """Everything will do: filters and orders are the database's."""

    @property
    def text(self):
        return getattr(self.query, "query_string", "")


class TantivyAutocompleteQueryCompiler(TantivyQueryCompiler):
    def _words(self, query):
        return engine.beginning(query.query_string)


def _in_few_words(queryset):
    """(none_of, keys of what a queryset leaves out of its model), (any_of, keys of what it holds),
    or (None, ()) where both are many.

    Looking at all of a model is half of a search's time, so it is done once for each version of the
    database.
    """
    held = queryset.order_by()
    version = RegisterVersion.objects.values_list("index_version", flat=True).first()
    try:
        asked = version, *held.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return engine.any_of, ()
    if asked in _known:
        return _known[asked]
    others = queryset.model._default_manager.order_by().exclude(pk__in=held.values("pk"))
    found = None, ()
    for pks, narrow in ((others, engine.none_of), (held, engine.any_of)):
        few = list(pks.values_list("pk", flat=True)[: MANY + 1])
        if len(few) <= MANY:
            found = narrow, [index_key(queryset.model, pk) for pk in few]
            break
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[asked] = found
    return found


def forget():
    """Start anew; for tests, whose databases turn back time."""
    _known.clear()


class TantivyResults(BaseSearchResults):
    """Of few, the database is asked which it holds. Where many are found, the index is told what
    the queryset leaves out, or holds, and gives a part of them in order."""

    @cached_property
    def _asked(self):
        compiler = self.query_compiler
        return engine.limited(compiler.compiled(), models=[label_of(compiler.queryset.model)])

    @cached_property
    def _within(self):
        """What is asked, among what the queryset holds; None: that can't be said in few words."""
        narrow, keys = _in_few_words(self.query_compiler.queryset)
        return narrow and engine.all_of([self._asked, narrow([engine.keyed(keys)])])

    @cached_property
    def _ranked(self):
        """{primary key: score} of all that is found, in the order that was asked for."""
        compiler = self.query_compiler
        answer = local.ranked(self._asked)
        if answer is None:
            return dict.fromkeys(self._plainly().values_list("pk", flat=True), 0.0)
        total, scores = answer
        if not compiler.order_by_relevance:
            ordered = compiler.queryset.values_list("pk", flat=True)
            return {pk: scores[pk] for pk in ordered if pk in scores}
        held = compiler.queryset.order_by()
        if total <= MANY:
            # SQLite takes a subquery, which most querysets of the office have, for 25 rows: beside
            # a longer list it would begin with it, and go through all pages.
            held = Exists(held.filter(pk=OuterRef("pk")))
            held = compiler.queryset.model._base_manager.filter(held, pk__in=list(scores))
        held = set(held.values_list("pk", flat=True))
        return {pk: score for pk, score in scores.items() if pk in held}

    def _part(self, start, stop):
        """(how many there are, {primary key: score} of this part)"""
        if self._are_many and self._within:
            limit = None if stop is None else max(1, stop - start)
            if answer := local.ranked(self._within, limit, start):
                return answer
        scores = self._ranked
        return len(scores), {pk: scores[pk] for pk in list(scores)[start:stop]}

    @cached_property
    def _are_many(self):
        answer = self.query_compiler.order_by_relevance and local.ranked(self._asked, 1)
        return bool(answer) and answer[0] > MANY

    def _plainly(self):
        """By the letters of names, until there is an index."""
        queryset = self.query_compiler.queryset
        columns = {field.name for field in queryset.model._meta.concrete_fields}
        names = {field.field_name for field in queryset.model.get_autocomplete_search_fields()}
        asked = [word.marked for word in words(self.query_compiler.text)]
        if not asked or not names & columns:
            return queryset.none()
        return queryset.filter(
            reduce(
                and_,
                (
                    reduce(or_, (Q(**{f"{name}__icontains": word}) for name in names & columns))
                    for word in asked
                ),
            )
        )

    def _do_count(self):
        total, _scores = self._part(0, 1)
        return max(0, min(total, self.stop or total) - self.start)

    def _do_search(self):
        _total, scores = self._part(self.start, self.stop)
        queryset = self.query_compiler.queryset.order_by()
        wanted, found = list(scores), {}
        for begin in range(0, len(wanted), MANY):
            part = queryset.filter(pk__in=wanted[begin : begin + MANY])
            found |= {one.pk: one for one in part}
        for pk in wanted:
            # One that was deleted a moment ago is left out.
            if pk in found:
                if self._score_field:
                    setattr(found[pk], self._score_field, scores[pk])
                yield found[pk]

    def _clone(self):
        clone = super()._clone()
        for known in {"_are_many", "_within", "_ranked"} & set(self.__dict__):
            clone.__dict__[known] = self.__dict__[known]
        return clone


class TantivyIndex(BaseIndex):
    """Notes what has changed, in the transaction of the change; the follower reads it there."""

    def add_items(self, model, items):
        IndexChange.objects.note_objects(items)

    def delete_item(self, item):
        IndexChange.objects.note_objects([item])


class TantivySearchBackend(BaseSearchBackend):
    query_compiler_class = TantivyQueryCompiler
    autocomplete_query_compiler_class = TantivyAutocompleteQueryCompiler
    index_class = TantivyIndex
    results_class = TantivyResults


SearchBackend = TantivySearchBackend
