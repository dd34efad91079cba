"""The index behind Wagtail's own searches: the admin's, its choosers', and `QuerySet.search()`.

The index ranks, the database decides: what a queryset does not hold is not found, whatever its
filters are, and no filter has to be told to the index."""

from functools import cached_property, reduce
from operator import and_, or_

from django.db.models import Q
from modelsearch.backends.base import (
    BaseIndex,
    BaseSearchBackend,
    BaseSearchQueryCompiler,
    BaseSearchResults,
)
from modelsearch.query import And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText

from ..models import IndexChange
from . import engine, local
from .entries import label_of
from .text import words

# Primary keys that a database takes in one question.
MANY = 1_000


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
            return engine.all_but(self._compiled(query.subquery))
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


class TantivyResults(BaseSearchResults):
    @cached_property
    def _ranked(self):
        """{primary key: score} of all that is found, in the order that was asked for."""
        compiler = self.query_compiler
        query = engine.limited(compiler.compiled(), models=[label_of(compiler.queryset.model)])
        scores = local.ranked(query)
        if scores is None:
            return dict.fromkeys(self._plainly().values_list("pk", flat=True), 0.0)
        if not compiler.order_by_relevance:
            ordered = compiler.queryset.values_list("pk", flat=True)
            return {pk: scores[pk] for pk in ordered if pk in scores}
        held = compiler.queryset.order_by()
        if len(scores) <= MANY:
            held = held.filter(pk__in=list(scores))
        held = set(held.values_list("pk", flat=True))
        return {pk: score for pk, score in scores.items() if pk in held}

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
        return len(self._ranked)

    def _do_search(self):
        wanted = list(self._ranked)[self.start : self.stop]
        queryset = self.query_compiler.queryset.order_by()
        found = {}
        for begin in range(0, len(wanted), MANY):
            part = queryset.filter(pk__in=wanted[begin : begin + MANY])
            found |= {one.pk: one for one in part}
        for pk in wanted:
            # One that was deleted a moment ago is left out.
            if pk in found:
                if self._score_field:
                    setattr(found[pk], self._score_field, self._ranked[pk])
                yield found[pk]

    def _clone(self):
        clone = super()._clone()
        if "_ranked" in self.__dict__:
            clone._ranked = self._ranked
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
