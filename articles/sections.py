"""The pages that others may lie below, held in memory: by them an address is followed to its page
and a page knows what is above it, without a query for each step."""

from dataclasses import dataclass
from functools import cache

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, get_page_models

from .versions import held


@dataclass(frozen=True)
class Sections:
    """Those that are online, of their own kinds. Not to be changed: all requests share them."""

    by_path: dict  # {tree path: page}
    by_step: dict  # {(tree path of the page above, slug): page}

    def above(self, page):
        """From the home page down; without what is not online."""
        steps = range(2 * Page.steplen, len(page.path), Page.steplen)
        return [self.by_path[path] for end in steps if (path := page.path[:end]) in self.by_path]

    def follow(self, home, steps):
        """(the last page on the way from home, the steps that are left of an address)"""
        page = home
        for number, slug in enumerate(steps):
            below = self.by_step.get((page.path, slug))
            if below is None:
                return page, steps[number:]
            page = below
        return page, []


@held()
def sections(request):
    kinds = ContentType.objects.get_for_models(*_kinds()).values()
    pages = Page.objects.live().filter(content_type__in=[kind.pk for kind in kinds])
    by_path = {page.path: page for page in pages.specific()}
    return Sections(
        by_path, {(path[: -Page.steplen], page.slug): page for path, page in by_path.items()}
    )


@cache
def _kinds():
    return [model for model in get_page_models() if model.allowed_subpage_models()]


@cache
def leaves(kind):
    """Of the kinds that may lie right below one, those that nothing lies below."""
    return [model for model in kind.allowed_subpage_models() if model not in _kinds()]
