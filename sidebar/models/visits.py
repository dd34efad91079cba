"""Visitor statistics: kept by ../visits.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DailyVisits(models.Model):
    """How many visits began on a day. Rows stay for ever; the salt goes with its day."""

    day = models.DateField(_("day"), primary_key=True)
    visits = models.PositiveBigIntegerField(_("visits"), default=0)
    salt = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("daily visits")
        verbose_name_plural = _("daily visits")

    def __str__(self):
        return f"{self.day}: {self.visits}"


class Visit(models.Model):
    """Somebody who came today, without a name or an address."""

    day = models.DateField()
    visitor = models.CharField(max_length=64)
    seen_at = models.DateTimeField()
    is_member = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(fields=["day", "visitor"], name="one_row_per_visitor_and_day")
        ]
        indexes = [models.Index(fields=["day", "seen_at"])]

    def __str__(self):
        return f"{self.day} {self.seen_at}"


class PageViews(models.Model):
    """How often a page was opened."""

    page = models.OneToOneField(
        "wagtailcore.Page",
        verbose_name=_("page"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    views = models.PositiveBigIntegerField(_("views"), default=0)

    class Meta:
        verbose_name = _("page views")
        verbose_name_plural = _("page views")

    def __str__(self):
        return f"{self.page_id}: {self.views}"
