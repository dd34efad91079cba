from .moderation import IndependentApprovalTask

__all__ = ["IndependentApprovalTask"]
