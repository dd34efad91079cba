"""A directive's relations both ways, as its page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from .models.effects import RelationKind
from .vietnamese import local_day

OWN_WORDS = {
    RelationKind.REPLACES: _("Replaces"),
    RelationKind.AMENDS: _("Amends"),
    RelationKind.IMPLEMENTS: _("Implements"),
    RelationKind.CITES: _("Based on or cites"),
    RelationKind.CORRECTS: _("Corrects"),
}
COMING_WORDS = {
    RelationKind.REPLACES: _("Replaced by"),
    RelationKind.AMENDS: _("Amended by"),
    RelationKind.IMPLEMENTS: _("Implemented by"),
    RelationKind.CITES: _("Cited in"),
    RelationKind.CORRECTS: _("Corrected by"),
}
ORDER = list(RelationKind)
# With more boxes on a side nobody sees the one that counts.
DRAWN = 4


@dataclass(frozen=True)
class Relation:
    """What one directive does to another, seen from either."""

    kind: RelationKind
    is_coming: bool  # from the other document to this one
    document: Any  # the other DirectivePage, or None:
    name: str  # of a document that this portal doesn't hold
    provisions: str  # "" means the whole document
    begins_on: date | None  # None: no day was given, or the document was withdrawn before it

    @property
    def words(self):
        return (COMING_WORDS if self.is_coming else OWN_WORDS)[self.kind]

    @property
    def replaces_all(self):
        return self.kind == RelationKind.REPLACES and not self.provisions

    @property
    def changes_a_part(self):
        replaces_a_part = self.kind == RelationKind.REPLACES and bool(self.provisions)
        return replaces_a_part or self.kind == RelationKind.AMENDS

    @property
    def in_words(self):
        """The other document, its provisions and the first day: for an edition's text."""
        parts = [self.name]
        if self.document:
            document = self.document
            parts = [f"{document.type} {document.reference} ({local_day(document.signed_on)})"]
        if self.provisions:
            parts.append(self.provisions)
        if self.begins_on:
            parts.append(_("from %(day)s") % {"day": local_day(self.begins_on)})
        return ", ".join(map(str, parts))

    @property
    def place(self):
        """In lists: what changes effect comes first, then the youngest document."""
        day = self.document.signed_on.toordinal() if self.document else 0
        return ORDER.index(self.kind), not self.is_coming, -day


@dataclass(frozen=True)
class Side:
    """The documents on one side of the diagram."""

    drawn: Sequence[Relation]
    left_out: int


def both_ways(page, own, coming, documents):
    """[Relation] in the order of lists.

    own, coming: DirectiveRelation rows from the page and to it; documents: {primary key: directive}
    of those that the public may read. A relation to any other is left out.
    """
    found = [
        _relation(row, page, documents.get(row.target_id), is_coming=False)
        for row in own
        # A draft's row may have neither yet.
        if (row.target_id in documents if row.target_id else row.other_document)
    ]
    found += [
        _relation(row, documents[row.directive_id], documents[row.directive_id], is_coming=True)
        for row in coming
        if row.directive_id in documents
    ]
    return sorted(found, key=lambda relation: relation.place)


def _relation(row, source, other, is_coming):
    begins_on = row.starts_on
    if row.kind in (RelationKind.REPLACES, RelationKind.AMENDS):
        begins_on = begins_on or source.effective_on or source.signed_on
        # As RelationQuerySet.acting() has it.
        if source.withdrawn_on and source.withdrawn_on <= begins_on:
            begins_on = None
    return Relation(
        RelationKind(row.kind), is_coming, other, row.other_document, row.provisions, begins_on
    )


def sides(relations):
    """(documents that this one acts on, documents that act on it): the earlier and the later."""
    own = [relation for relation in relations if not relation.is_coming]
    coming = [relation for relation in relations if relation.is_coming]
    return tuple(Side(side[:DRAWN], len(side[DRAWN:])) for side in (own, coming))
