from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class ReviewDate(models.Model):
    """By when somebody is to look a page through, and who did last.

    Beside the page and not in its versions: who finds all in order sets the next day without a new
    version that two others would have to approve."""

    page = models.OneToOneField(
        Page, verbose_name=_("page"), on_delete=models.CASCADE, related_name="review_date"
    )
    # Empty: this page, other than its kind, is never looked through.
    due_on = models.DateField(_("look through by"), null=True, blank=True, db_index=True)
    reviewed_at = models.DateTimeField(_("looked through at"), null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("looked through by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("review date")
        verbose_name_plural = _("review dates")
        default_permissions = []

    def __str__(self):
        return str(self.page)
