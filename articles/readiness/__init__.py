"""Ready to publish? What a careful colleague would say of a page before it goes online.

`findings(page)` reads the page as it is given, a draft with what is typed now, and changes nothing.
Only what the model itself refuses blocks (`Finding.blocks`); all else is for people to weigh."""

from . import pages  # noqa: F401  (registers the checks)
from .findings import Finding, Severity, check, findings

__all__ = ["Finding", "Severity", "check", "findings"]
