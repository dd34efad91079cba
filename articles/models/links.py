from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# PostgreSQL takes no more into an index; nobody types a longer address.
LONGEST_ADDRESS = 600
# An outside server may have a bad night.
NIGHTS = 2


class LinkTargetQuerySet(models.QuerySet):
    def broken(self):
        """Those that lead nowhere for sure: outside ones were asked on several nights."""
        return self.filter(
            Q(is_outside=False) & ~Q(fault="") | Q(is_outside=True, nights__gte=NIGHTS)
        )

    def due(self, day):
        """Outside ones that were not asked on this day, those that waited longest first."""
        waiting = self.filter(is_outside=True).exclude(checked_on=day)
        return waiting.order_by(models.F("checked_on").asc(nulls_first=True), "pk")

    def claim(self, target, day):
        """Whether it is ours to ask today: one statement decides, on every database."""
        return bool(self.due(day).filter(pk=target.pk).update(checked_on=day))


class LinkTarget(models.Model):
    """Where links lead, and whether it is there."""

    # "page:12", "document:3", or the address as it was typed.
    address = models.CharField(_("address"), max_length=LONGEST_ADDRESS, unique=True)
    is_outside = models.BooleanField(default=False)
    # A code of links/faults.py; "" when it is there.
    fault = models.CharField(max_length=40, blank=True, default="")
    # On how many nights in a row it was not there, the first of them, and the last that was asked.
    nights = models.PositiveSmallIntegerField(default=0)
    since = models.DateField(_("since"), null=True)
    checked_on = models.DateField(null=True)

    objects = LinkTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target of links")
        verbose_name_plural = _("targets of links")

    def __str__(self):
        return self.address

    def note(self, fault, day):
        """What was found on a day; not saved."""
        if not fault:
            self.nights, self.since = 0, None
        else:
            self.nights += 1
            self.since = self.since or day
        self.fault = fault
        self.checked_on = day


class PageLink(models.Model):
    """A link on a page that is online, as it was last night."""

    page = models.ForeignKey(
        "wagtailcore.Page", verbose_name=_("page"), on_delete=models.CASCADE, related_name="+"
    )
    target = models.ForeignKey(LinkTarget, on_delete=models.CASCADE, related_name="links")
    # Wagtail's content path: where in the editor it stands.
    path = models.CharField(max_length=250)
    place = models.CharField(_("where"), max_length=250)
    words = models.CharField(_("words of the link"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("link on a page")
        verbose_name_plural = _("links on pages")
        # What the report shows.
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "target", "path"], name="link_stands_in_a_place_once"
            )
        ]

    def __str__(self):
        return f"{self.place}: {self.target}"
