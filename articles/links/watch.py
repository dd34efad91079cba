"""The nightly look at links of all that is online: what stands where, and whether it leads on."""

from itertools import islice

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, get_page_models

from ..models.links import LONGEST_ADDRESS, LinkTarget, PageLink
from . import inside
from .standing import Kind, links_of

# Pages that are read at once.
TOGETHER = 200


def read_links():
    """Writes down all links of published pages; those that lead inside are judged at once."""
    hosts = inside.own_hosts()
    for model in get_page_models():
        if any(field.name == "body" for field in model._meta.get_fields()):
            pages = model.objects.live().only("pk", "body").iterator(chunk_size=TOGETHER)
            while together := list(islice(pages, TOGETHER)):
                _keep({page.pk: list(links_of(page)) for page in together}, hosts)
    PageLink.objects.exclude(page__in=Page.objects.live()).delete()
    LinkTarget.objects.filter(links=None).delete()


@transaction.atomic
def _keep(links_by_page, hosts):
    day = timezone.localdate()
    links = {link.key: link for found in links_by_page.values() for link in found}
    links = {key: link for key, link in links.items() if len(key) <= LONGEST_ADDRESS}
    LinkTarget.objects.bulk_create(
        [
            LinkTarget(
                address=key,
                is_outside=link.kind == Kind.ADDRESS and not inside.is_own(key, hosts),
            )
            for key, link in links.items()
        ],
        ignore_conflicts=True,
    )
    targets = {target.address: target for target in LinkTarget.objects.filter(address__in=links)}
    faults = inside.faults(links.values())
    judged = [target for target in targets.values() if not target.is_outside]
    for target in judged:
        # Others may have met it in this same night.
        if target.checked_on != day or target.fault != faults.get(target.address, ""):
            target.note(faults.get(target.address, ""), day)
    LinkTarget.objects.bulk_update(judged, ["fault", "nights", "since", "checked_on"])
    PageLink.objects.filter(page__in=links_by_page).delete()
    PageLink.objects.bulk_create(
        [
            PageLink(
                page_id=pk,
                target=targets[link.key],
                path=link.path[:250],
                place=link.place[:250],
                words=link.words[:250],
            )
            for pk, found in links_by_page.items()
            for link in found
            if link.key in targets
        ],
        # One paragraph may lead to one place twice.
        ignore_conflicts=True,
    )
