"""What a check says, and which checks a kind of page has."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _


class Severity(IntegerChoices):
    """The gravest first."""

    MUST = 1, _("Must be mended")
    SHOULD = 2, _("Should be mended")
    LOOK = 3, _("Worth a look")


@dataclass(frozen=True)
class Finding:
    severity: Severity
    # What is wrong, and what to do about it.
    text: str
    remedy: str = ""
    # Where in the editor, by its own names (Wagtail's content path): "body.<id of the block>.text".
    path: str = ""
    # The same in words: "Body, 3: Image".
    place: str = ""
    # Pages of the office to look at: (label, address).
    links: tuple[tuple[str, str], ...] = ()
    # The page can't go online like that: its own validation refuses.
    blocks: bool = False

    @property
    def anchor(self):
        """The editor opens what this names, when a page is loaded with it (Wagtail) and when it is
        followed inside the page (office/side_panels.js)."""
        return f"#:w:contentpath={self.path}" if self.path else ""


CHECKS: dict[type, list[Callable]] = defaultdict(list)


def check(*kinds):
    """Registers a function of a page that yields findings, for these kinds of pages."""

    def register(function):
        for kind in kinds:
            CHECKS[kind].append(function)
        return function

    return register


def findings(page):
    """All findings, the gravest first; of one gravity in the order of the checks."""
    checks = [one for kind in reversed(type(page).__mro__) for one in CHECKS.get(kind, ())]
    found = [finding for one in checks for finding in one(page)]
    return sorted(found, key=lambda finding: finding.severity)
