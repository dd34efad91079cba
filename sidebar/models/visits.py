"""Visitor statistics: kept by ../visits.py."""

import secrets

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DailyVisitsManager(models.Manager):
    def of(self, day):
        """The day's row, made by whoever comes first that day."""
        if found := self.filter(day=day).first():
            return found
        with transaction.atomic():
            # Locked, so that a visit of yesterday which is being counted is in it, or waits and
            # finds today's row.
            before = self.select_for_update().filter(day__lt=day).order_by("-day").first()
            is_same_month = before and before.day.replace(day=1) == day.replace(day=1)
            row = DailyVisits(
                day=day,
                month_visits=before.month_visits if is_same_month else 0,
                total_visits=before.total_visits if before else 0,
                salt=secrets.token_hex(32),
            )
            self.bulk_create([row], ignore_conflicts=True)
        return self.get(day=day)

    def count(self, day, visits=0, **others):
        """Adds to the day's row, which is there, and to what later days have of it.

        `others`: member_visits, views, member_views, machine_views."""
        with transaction.atomic():
            self.select_for_update().get(day=day)
            is_day = Q(day=day)
            is_month = Q(day__year=day.year, day__month=day.month)
            self.filter(day__gte=day).update(
                total_visits=F("total_visits") + visits,
                month_visits=F("month_visits") + _only(is_month, visits),
                visits=F("visits") + _only(is_day, visits),
                **{name: F(name) + _only(is_day, number) for name, number in others.items()},
            )


def _only(condition, number):
    return Case(When(condition, then=Value(number)), default=Value(0))


class DailyVisits(models.Model):
    """What was counted on a day. Rows stay for ever; the salt goes with its day.

    The figures of a day are wider and wider, so that one row can hold them to each other."""

    day = models.DateField(_("day"), primary_key=True)
    online = models.PositiveBigIntegerField(
        _("online"), default=0, help_text=_("As it was counted last that day.")
    )
    visits = models.PositiveBigIntegerField(_("visits"), default=0)
    month_visits = models.PositiveBigIntegerField(_("visits of the month until then"), default=0)
    total_visits = models.PositiveBigIntegerField(_("visits in all until then"), default=0)
    member_visits = models.PositiveBigIntegerField(_("visits by members of the office"), default=0)
    views = models.PositiveBigIntegerField(_("page views by readers"), default=0)
    member_views = models.PositiveBigIntegerField(_("page views by members"), default=0)
    machine_views = models.PositiveBigIntegerField(_("page views by machines"), default=0)
    salt = models.CharField(max_length=64, editable=False)

    objects = DailyVisitsManager()

    class Meta:
        verbose_name = _("daily visits")
        verbose_name_plural = _("daily visits")
        constraints = [
            models.CheckConstraint(
                name="visits_agree",
                condition=Q(online__lte=F("visits"))
                & Q(visits__lte=F("month_visits"))
                & Q(month_visits__lte=F("total_visits")),
            ),
            models.CheckConstraint(
                name="members_are_visitors", condition=Q(member_visits__lte=F("visits"))
            ),
        ]

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
    """How often readers opened a page."""

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


class DailyPageViews(models.Model):
    """How often readers opened a page on a day. Rows stay for ever, also those of a page that is
    deleted: the views of the day would not add up without them."""

    day = models.DateField(_("day"))
    page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    views = models.PositiveBigIntegerField(_("views"), default=0)

    # Wagtail would look for references at every count.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("daily page views")
        verbose_name_plural = _("daily page views")
        constraints = [
            models.UniqueConstraint(fields=["day", "page"], name="one_row_per_page_and_day")
        ]

    def __str__(self):
        return f"{self.day} {self.page_id}: {self.views}"


class RecentViews(models.Model):
    """What readers opened most in the last days, as it was added up now and then (statistics.py):
    the pages that are read most, and the sections with all that lies below them."""

    page = models.OneToOneField(
        "wagtailcore.Page",
        verbose_name=_("page"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    # Of the page itself; None: others are read more.
    views = models.PositiveBigIntegerField(_("views"), null=True)
    # With those below it; None: it is no section.
    section_views = models.PositiveBigIntegerField(_("views of the section"), null=True)

    class Meta:
        verbose_name = _("recent views")
        verbose_name_plural = _("recent views")

    def __str__(self):
        return f"{self.page_id}: {self.views} {self.section_views}"


class InheritedVisits(models.Model):
    """What the old portal said it had counted: typed once, never added to ours, never changed."""

    # There is one, or none.
    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    total = models.PositiveBigIntegerField(_("visits counted by the old portal"))
    counted_until = models.DateField(_("counted until"))
    source = models.CharField(
        _("source"),
        max_length=255,
        help_text=_("Where the number is from, so that it can be looked up again."),
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("inherited visits")
        verbose_name_plural = _("inherited visits")
        constraints = [
            models.CheckConstraint(name="one_inherited_number", condition=Q(id=1)),
        ]

    def __str__(self):
        return f"{self.total} ({self.counted_until})"
