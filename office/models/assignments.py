from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import TaskState


class Assignment(models.Model):
    """Whose turn it is at a step of review. The others of the step may still decide: an assignment
    tells who is waited for, and locks nobody out when that person falls ill."""

    task_state = models.OneToOneField(
        TaskState, on_delete=models.CASCADE, related_name="assignment"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned to"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=250, blank=True)
    assigned_at = models.DateTimeField(_("assigned at"), default=timezone.now)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        default_permissions = []

    def __str__(self):
        return f"{self.task_state} → {self.person}"
