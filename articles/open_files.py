"""Which files the public is given."""

from django.db.models import Q
from wagtail.models import Collection, CollectionViewRestriction

from .effect import Effect


def closed_collections():
    """Primary keys of the collections of files that not everybody may open."""
    closed = Q(pk__in=[])
    for path in CollectionViewRestriction.objects.values_list("collection__path", flat=True):
        closed |= Q(path__startswith=path)
    return set(Collection.objects.filter(closed).values_list("pk", flat=True))


def open_attachments(page, attachments, closed):
    """The attachments of a directive whose files anybody may have today."""
    if page.effect == Effect.WITHDRAWN:
        return []
    return [row for row in attachments if row.document.collection_id not in closed]


def sha256(document):
    """Its fingerprint; "" until it is taken."""
    content = getattr(document, "content", None)
    return content.sha256 if content else ""
