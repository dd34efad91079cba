import uuid
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PreviewLinkQuerySet(models.QuerySet):
    def running(self):
        """Neither over nor revoked. Whether their makers may still show the page each one knows."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def of_address(self, words):
        """The link that these last words of an address stand for; DoesNotExist for all others."""
        try:
            key = uuid.UUID(hex=PreviewLink.signer.unsign(words))
        except (BadSignature, ValueError) as error:
            raise PreviewLink.DoesNotExist from error
        return self.select_related("page", "made_by").get(key=key)


class PreviewLink(models.Model):
    """An address at which anybody reads a page's newest draft, until a time."""

    page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="preview_links",
    )
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    note = models.CharField(_("for whom"), max_length=120, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    # A key that leaked with a copy of the database opens nothing.
    signer = Signer(salt="office.PreviewLink", sep=".")
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-made_at", "-pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.page}, {timezone.localtime(self.expires_at):%d/%m/%Y %H:%M}"

    @property
    def path(self):
        return reverse("shared_preview", args=[self.signer.sign(self.key.hex)])

    @property
    def is_open(self):
        """Whoever may no longer edit the page doesn't show it to others either."""
        is_running = self.revoked_at is None and self.expires_at > timezone.now()
        tester = self.page.specific.permissions_for_user(self.made_by)
        return is_running and self.made_by.is_active and tester.can_edit()

    @classmethod
    def made(cls, page, user, days, note=""):
        expires_at = timezone.now() + timedelta(days=days)
        return cls.objects.create(page=page, made_by=user, expires_at=expires_at, note=note)
