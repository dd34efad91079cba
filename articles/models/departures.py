from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page


class DepartureManager(models.Manager):
    def lead(self, page, target):
        """Readers who come for the page get to another."""
        site, path = _address(page)
        if not path:
            raise ValidationError(_("This page has no address of its own."))
        redirect, _made = Redirect.objects.update_or_create(
            old_path=path,
            site_id=site,
            # For as long as the page is away: a browser keeps a permanent one for good.
            defaults={"redirect_page": target, "redirect_link": "", "is_permanent": False},
        )
        return self._leave(page, redirect=redirect, reason="")

    def say(self, page, reason):
        """Readers who come for the page get a notice."""
        return self._leave(page, redirect=None, reason=reason)

    def _leave(self, page, **facts):
        departure, _made = self.update_or_create(page_id=page.pk, defaults=facts)
        return departure

    @transaction.atomic
    def undo(self, page):
        """The page is back: nothing leads away from it any more."""
        departures = list(self.filter(page=page.pk))
        Redirect.objects.filter(departure__in=departures).delete()
        self.filter(pk__in=[one.pk for one in departures]).delete()


def _address(page):
    parts = page.get_url_parts()
    return (parts[0], Redirect.normalise_path(parts[2])) if parts and parts[2] else (None, "")


class Departure(models.Model):
    """What readers find where a page stood that an editor took offline: the way to another, or a
    notice. Without one, they find what any wrong address gives."""

    page = models.OneToOneField(
        Page, verbose_name=_("page"), on_delete=models.CASCADE, related_name="departure"
    )
    # An operator may take it out by itself; when the page is deleted, it goes on leading.
    redirect = models.OneToOneField(
        Redirect,
        verbose_name=_("redirect"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="departure",
    )
    reason = models.TextField(_("reason"), blank=True)
    left_at = models.DateTimeField(_("taken offline at"), default=timezone.now)

    objects = DepartureManager()

    class Meta:
        verbose_name = _("notice of a page taken offline")
        verbose_name_plural = _("notices of pages taken offline")
        default_permissions = []

    def __str__(self):
        return str(self.page)
