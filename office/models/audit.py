from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """Who did what, in the words of that day: it holds no key of any other row, for accounts and
    pages go, and this stays. The database refuses to change or delete it (append_only.py)."""

    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    # Nobody: the portal did it by itself.
    user_pk = models.BigIntegerField(_("account"), null=True)
    user_name = models.CharField(_("who"), max_length=200, blank=True, db_index=True)
    action = models.CharField(_("action"), max_length=255, db_index=True)
    # app.model
    kind = models.CharField(_("kind"), max_length=200, blank=True)
    object_pk = models.CharField(max_length=255, blank=True)
    page_pk = models.BigIntegerField(null=True, db_index=True)
    title = models.CharField(_("what"), max_length=255, blank=True)
    detail = models.TextField(_("in detail"), blank=True)
    # Of one act: what saves by itself is one edit.
    uuid = models.UUIDField(null=True, db_index=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-at", "-pk"]
        default_permissions = ["view"]
        permissions = [("read_reports", _("Can read the office's reports"))]

    def __str__(self):
        return f"{self.at:%d/%m/%Y %H:%M} {self.user_name}: {self.action} {self.title}"


class AuditCut(models.Model):
    """That entries before a day are no longer kept: without such a row nothing can be deleted, and
    the row itself stays for good."""

    before = models.DateTimeField(_("before"))
    reason = models.TextField(_("reason"))
    made_by = models.CharField(_("made by"), max_length=200)
    made_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("cut of the audit log")
        verbose_name_plural = _("cuts of the audit log")
        default_permissions = []

    def __str__(self):
        return f"{self.before:%d/%m/%Y}: {self.reason}"
