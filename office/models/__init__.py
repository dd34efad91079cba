"""What the office keeps about its own work."""

from ..moderation import IndependentApprovalTask
from .assignments import Assignment
from .audit import AuditCut, AuditEntry
from .emergencies import EmergencyPublication
from .notices import Notice
from .preview_links import PreviewLink
from .units import Territory, Unit, UnitSection

__all__ = [
    "Assignment",
    "AuditCut",
    "AuditEntry",
    "EmergencyPublication",
    "IndependentApprovalTask",
    "Notice",
    "PreviewLink",
    "Territory",
    "Unit",
    "UnitSection",
]
