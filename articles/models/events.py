from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Page, PageManager

from .base import ArticlePage, ArticleQuerySet, ListedPage


class EventPageQuerySet(ArticleQuerySet):
    def by_calendar(self, now):
        """What is to come, the next one first; then what is over, the latest first."""
        to_come = Q(ends_at__gte=now) | Q(ends_at__isnull=True, starts_at__gte=now)
        return self.order_by(
            Case(When(to_come, then=F("starts_at"))).asc(nulls_last=True), "-starts_at", "pk"
        )


class EventPage(ArticlePage):
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=250)

    content_panels = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")], heading=_("Time")),
        FieldPanel("place"),
        *ArticlePage.content_panels[1:],
    ]

    parent_page_types = ["articles.EventIndexPage"]
    page_description = _("Something that happens at a time and a place")

    objects = PageManager.from_queryset(EventPageQuerySet)()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    @property
    def day(self):
        return timezone.localdate(self.starts_at)

    @property
    def is_over(self):
        return (self.ends_at or self.starts_at) < timezone.now()

    @property
    def lasts_one_day(self):
        return self.ends_at is None or timezone.localdate(self.ends_at) == self.day

    def clean(self):
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("The event ends before it starts.")})

    def searchable_text(self):
        return f"{self.place} {super().searchable_text()}"


class EventIndexPage(ListedPage):
    parent_page_types = ["home.HomePage"]
    subpage_types = ["articles.EventPage"]
    page_description = _("The calendar of events")

    class Meta:
        verbose_name = _("event calendar")
        verbose_name_plural = _("event calendars")

    @property
    def articles(self):
        events = EventPage.objects.descendant_of(self).published()
        return events.by_calendar(timezone.now())
