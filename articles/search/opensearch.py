"""Wagtail's own OpenSearch backend, for an office that shares one search server: it searches for
the admin, its choosers and `QuerySet.search()`. Readers go on with the index of their machine.

Texts and questions are folded before they are sent, by what the other index folds with: the server
sees plain letters only, and needs no analyzer for the language."""

import logging
from copy import copy

from modelsearch.backends import opensearch3
from modelsearch.index import AutocompleteField, SearchField
from modelsearch.query import And, Boost, Not, Or
from opensearchpy.exceptions import OpenSearchException

from . import backend as of_this_machine
from .text import words

logger = logging.getLogger(__name__)


def folded(value):
    """A text, or a list of texts in any depth, or a modelsearch query, in plain letters."""
    if isinstance(value, str):
        return " ".join(word.plain for word in words(value))
    if isinstance(value, list | tuple):
        return [folded(one) for one in value]
    if isinstance(value, And | Or):
        return type(value)(list(map(folded, value.subqueries)))
    if isinstance(value, Not):
        return Not(folded(value.subquery))
    if isinstance(value, Boost):
        return Boost(folded(value.subquery), value.boost)
    if hasattr(value, "query_string"):
        plain = copy(value)
        plain.query_string = folded(value.query_string)
        return plain
    return value


class Mapping(opensearch3.OpenSearch3Mapping):
    def _get_document_field_data(self, field, obj):
        name, value, grams = super()._get_document_field_data(field, obj)
        if isinstance(field, SearchField | AutocompleteField):
            value = folded(value)
        return name, value, folded(grams)


class Folding:
    """What is typed, folded for the server and as it is for this machine's index."""

    mapping_class = Mapping

    def __init__(self, queryset, query, **options):
        self.typed = query
        super().__init__(queryset, folded(query), **options)


class QueryCompiler(Folding, opensearch3.OpenSearch3SearchQueryCompiler):
    compiler_of_this_machine = of_this_machine.TantivyQueryCompiler


class AutocompleteQueryCompiler(Folding, opensearch3.OpenSearch3AutocompleteQueryCompiler):
    compiler_of_this_machine = of_this_machine.TantivyAutocompleteQueryCompiler


class Results(opensearch3.OpenSearch3SearchResults):
    """The server's; while it can't be asked, those of this machine's index."""

    # As there: what Wagtail counts by type, it counts in the database.
    supports_facet = False

    def _do_search(self):
        try:
            return list(super()._do_search())
        except OpenSearchException:
            logger.exception("OpenSearch gave no results")
            return self._of_this_machine()._do_search()

    def _do_count(self):
        try:
            return super()._do_count()
        except OpenSearchException:
            logger.exception("OpenSearch gave no count")
            return self._of_this_machine()._do_count()

    def _of_this_machine(self):
        known = self.query_compiler
        compiler = known.compiler_of_this_machine(
            known.queryset, known.typed, order_by_relevance=known.order_by_relevance
        )
        results = of_this_machine.TantivyResults(self.backend, compiler)
        results.start, results.stop = self.start, self.stop
        results._score_field = self._score_field
        return results


class SearchBackend(opensearch3.OpenSearch3SearchBackend):
    mapping_class = Mapping
    query_compiler_class = QueryCompiler
    autocomplete_query_compiler_class = AutocompleteQueryCompiler
    results_class = Results
