"""The checklist beside the editor."""

from collections import Counter

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.side_panels import BaseSidePanel

from .findings import Severity, findings

# What is read out in a question.
NAMED = 5


class ReadinessPanel(BaseSidePanel):
    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Ready to publish?")
        icon_name = "clipboard-list"

        def get_context_data(self, parent_context):
            self.counter_classname = "w-bg-critical-200" if self.panel.counted["must"] else ""
            return super().get_context_data(parent_context) | self.panel.counted

    name = "readiness"
    title = _("Ready to publish?")
    template_name = "articles/admin/readiness.html"
    # Between comments and Wagtail's own checks, which read the preview.
    order = 340

    class Media:
        css = {"all": ["articles/admin/readiness.css"]}
        js = ["articles/admin/readiness.js"]

    def __init__(self, page, request):
        super().__init__(page, request)
        # A page that was never saved lacks everything; the first autosave brings the list.
        self.is_new = page.pk is None
        self.findings = [] if self.is_new else findings(page)
        counts = Counter(finding.severity for finding in self.findings)
        self.counted = {
            "count": len(self.findings),
            "must": counts[Severity.MUST],
            "should": counts[Severity.SHOULD],
            "look": counts[Severity.LOOK],
        }

    @property
    def question(self):
        """What whoever submits or approves is asked; "" when nothing grave passes unsaid.

        Not about what blocks: the form itself says that."""
        grave = [
            finding.text
            for finding in self.findings
            if finding.severity == Severity.MUST and not finding.blocks
        ]
        if not grave:
            return ""
        return gettext("This must be mended:\n%(findings)s\n\nGo on all the same?") % {
            "findings": "\n".join(f"– {text}" for text in grave[:NAMED])
        }

    @property
    def groups(self):
        """[(severity, its findings), ...] without empty ones"""
        return [
            (severity, found)
            for severity in Severity
            if (found := [one for one in self.findings if one.severity == severity])
        ]

    def get_context_data(self, parent_context):
        context = super().get_context_data(parent_context) | self.counted
        return context | {"is_partial": parent_context.get("is_partial", False)}
