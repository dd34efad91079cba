"""The office's sums and lists of its own work: what was published, how long review took, what has
become old. Who may read one, and of which pages, says office/reports.py."""

from .ageing import AgeingReport
from .published import PublishedReport
from .steps import StepsReport

__all__ = ["AgeingReport", "PublishedReport", "StepsReport"]
