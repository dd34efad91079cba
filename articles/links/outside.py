"""Whether links to other sites lead anywhere: asked at night, a few a minute, one of each site."""

import time
from urllib.parse import urljoin, urlsplit

from django.utils import timezone

from sidebar.providers import ProviderError
from sidebar.providers.client import probe

from ..models.links import LinkTarget
from .standing import Kind

# Of one run, which beat starts each minute.
MOST_ASKED = 10
SECONDS = 40
# They refuse machines, not readers; or say to come later.
SAYS_NOTHING = {401, 403, 405, 406, 407, 408, 425, 429, 451, 999}


def ask_some():
    """Asks at most one address of each site that is due today."""
    day = timezone.localdate()
    began, sites = time.monotonic(), set()
    for target in LinkTarget.objects.due(day)[: MOST_ASKED * 20]:
        if len(sites) >= MOST_ASKED or time.monotonic() - began > SECONDS:
            break
        site = urlsplit(target.address).hostname
        if site in sites or not LinkTarget.objects.claim(target, day):
            continue
        sites.add(site)
        target.note(fault_of(target.address), day)
        target.save(update_fields=["fault", "nights", "since", "checked_on"])


def fault_of(address):
    """Why an address can't be opened, a code of faults.py; "" when it can, or nobody can tell."""
    try:
        status = probe(urljoin("https:", address))
    except ProviderError as error:
        return error.reason
    return f"http {status}" if status >= 400 and status not in SAYS_NOTHING else ""


def known_faults(links):
    """{key: fault} of those links that were found broken on several nights; nobody is asked."""
    addresses = {link.target for link in links if link.kind == Kind.ADDRESS}
    if not addresses:
        return {}
    broken = LinkTarget.objects.broken().filter(is_outside=True, address__in=addresses)
    return dict(broken.values_list("address", "fault"))
