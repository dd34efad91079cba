"""The other directives that a directive's page leads to: its relations, kin and neighbours."""

from contextlib import suppress

from django.utils import timezone

from . import live_register, privacy
from .facets import Filters
from .models.directives import DirectivePage, DirectiveRelation
from .relations import both_ways, sides
from .versions import versions

KIN = 5


def surroundings(page, request):
    """What the page's template shows of them, each with its period today.

    Four queries, however many there are.
    """
    today, hidden = timezone.localdate(), privacy.private_paths(request)
    register = live_register.current(versions(request).register).register
    everything = register.select(Filters(), today, hidden=hidden)
    series = register.select(
        Filters(type=[page.type_id], issuer=[page.issuer_id]), today, hidden=hidden
    )
    later, earlier = series.neighbours(page.pk, "newest")

    own = list(page.relations.all())
    coming = list(
        DirectiveRelation.objects.filter(target=page.pk or 0, directive__live=True)
        .select_related("directive__type")
        .defer("directive__body")
    )
    linked = {row.target_id for row in own} | {row.directive_id for row in coming}
    kin = []
    # A draft that was never published has none there.
    with suppress(KeyError):
        kin = [pk for pk in everything.related(page.pk, KIN + len(linked)) if pk not in linked]

    wanted = {row.target_id for row in own} | {*kin[:KIN], earlier, later}
    found = DirectivePage.objects.live().for_lists().defer_streamfields().in_bulk(wanted - {None})
    documents = {
        document.pk: document
        for document in privacy.public(
            [*found.values(), *(row.directive for row in coming)], request
        )
    }
    for document in documents.values():
        # One that was published a moment ago may be missing, and asks the database by itself.
        with suppress(KeyError):
            document.period = everything.effect_of(document.pk)
    relations = both_ways(page, own, coming, documents)
    return {
        "relations": relations,
        "diagram": sides(relations),
        "related": [documents[pk] for pk in kin[:KIN] if pk in documents],
        "earlier": documents.get(earlier),
        "later": documents.get(later),
    }
