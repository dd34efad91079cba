from django.db import models
from django.utils.translation import gettext_lazy as _


class Pulse(models.Model):
    """When a task that others rely on ran last."""

    SCHEDULE = "schedule"

    task = models.CharField(primary_key=True, max_length=20)
    beaten_at = models.DateTimeField()

    class Meta:
        verbose_name = _("pulse")
        verbose_name_plural = _("pulses")
        default_permissions = []

    def __str__(self):
        return self.task
