from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision


class EmergencyPublication(models.Model):
    """A page that went online past the two steps, until somebody else has looked at it."""

    page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page"),
        # The log keeps what was done to pages that are gone.
        on_delete=models.CASCADE,
        related_name="emergency_publications",
    )
    revision = models.ForeignKey(Revision, null=True, on_delete=models.SET_NULL, related_name="+")
    # Of any of what was not online before.
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", editable=False)
    reason = models.TextField(_("reason"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    published_at = models.DateTimeField(_("published at"), default=timezone.now)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("checked by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    finding = models.TextField(_("what the check found"), blank=True)

    class Meta:
        verbose_name = _("emergency publication")
        verbose_name_plural = _("emergency publications")
        ordering = ["-published_at", "-pk"]
        default_permissions = []
        permissions = [("publish_in_emergency", _("Can publish in an emergency"))]

    def __str__(self):
        return f"{self.page}, {self.published_at:%d/%m/%Y}"
