from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NoticeQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def read(self):
        return self.filter(read_at=None).update(read_at=timezone.now())


class Notice(models.Model):
    """Something that one person is told, in the admin and perhaps by mail (notices.py)."""

    class Kind(models.TextChoices):
        WAITING = "waiting", _("waits for you")
        ASSIGNED = "assigned", _("assigned to you")
        DUE = "due", _("deadline")
        SENT_BACK = "sent_back", _("sent back to you")
        APPROVED = "approved", _("approved")
        TAKEN_BACK = "taken_back", _("taken back by its author")
        COMMENT = "comment", _("comment")
        EMERGENCY = "emergency", _("published in an emergency")
        SCHEDULE = "schedule", _("schedule")
        EXPIRY = "expiry", _("is about to expire")
        REVIEW = "review", _("is to be looked through")
        DUTY = "duty", _("duty of the office")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        on_delete=models.CASCADE,
        related_name="notices",
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    # Of the event: nobody is told of one twice.
    key = models.CharField(max_length=120)
    title = models.CharField(_("title"), max_length=255)
    message = models.TextField(_("message"), blank=True)
    address = models.CharField(_("address"), max_length=255, blank=True)  # a path on this portal
    created_at = models.DateTimeField(_("at"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notice_once"),
        ]
        indexes = [models.Index(fields=["recipient", "read_at"], name="notice_unread")]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.title}"
