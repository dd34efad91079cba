from calendar import Calendar
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, re_path
from wagtail.models import Page, PageManager, Site

from ..calendars import CALENDAR_TYPE, CalendarEvent, calendar
from ..subscriptions import answer, portal_name
from .archives import DatedIndexPage, month_after
from .base import ArticlePage, ArticleQuerySet

# What is over stays in the calendar for a while, or it would vanish from people's own.
KEPT = timedelta(days=90)
# A month is one page, and its grid shows what its list does.
MOST_IN_MONTH = 200

# A dot and no slash at the end, so articles/urls.py leads it to Wagtail.
calendar_path = re_path(r"^lich\.ics/?$", name="calendar")


def ends_after(moment):
    return Q(ends_at__gte=moment) | Q(ends_at__isnull=True, starts_at__gte=moment)


class EventPageQuerySet(ArticleQuerySet):
    def coming(self, now):
        """What is not over, the next one first."""
        return self.filter(ends_after(now)).order_by("starts_at", "pk")

    def by_calendar(self, now):
        """What is to come, the next one first; then what is over, the latest first."""
        return self.order_by(
            Case(When(ends_after(now), then=F("starts_at"))).asc(nulls_last=True),
            "-starts_at",
            "pk",
        )


class EventPage(RoutablePageMixin, ArticlePage):
    starts_at = models.DateTimeField(_("starts at"), help_text=_("Day and hour: 10/10/2026 08:00"))
    ends_at = models.DateTimeField(
        _("ends at"), null=True, blank=True, help_text=_("Empty: its end is not told")
    )
    place = models.CharField(
        _("place"), max_length=250, help_text=_("Hall and address, for people to find it")
    )

    content_panels = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")], heading=_("Time")),
        FieldPanel("place"),
        *ArticlePage.content_panels[1:],
    ]

    # What it is about, then its programme.
    skeleton = [("text", ""), ("heading", {"text": "", "level": "2"}), ("text", "")]

    parent_page_types = ["articles.EventIndexPage"]
    page_description = _("Something that happens at a time and a place")
    # That of routable pages knows one mode.
    serve_preview = ArticlePage.serve_preview

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

    def is_on(self, day):
        # What ends at midnight is not on in the day that begins then.
        ends_at = (self.ends_at or self.starts_at) - timedelta.resolution
        return day == self.day or self.day < day <= timezone.localdate(ends_at)

    @property
    def lasts_one_day(self):
        return self.ends_at is None or timezone.localdate(self.ends_at) == self.day

    def clean(self):
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("The event ends before it starts.")})

    def searchable_text(self):
        return f"{self.place} {super().searchable_text()}"

    @calendar_path
    def calendar(self, request):
        body = calendar([self.calendar_event(request)], portal_name(request))
        return answer(request, body, CALENDAR_TYPE, f"{self.slug}.ics")

    def calendar_event(self, request):
        site = Site.find_for_request(request)
        return CalendarEvent(
            uid=f"event-{self.pk}@{site.hostname}",
            title=self.title,
            description=self.summary,
            place=self.place,
            address=self.get_full_url(request),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            changed_at=self.last_published_at or self.starts_at,
        )


class Day(NamedTuple):
    date: date
    events: list
    is_today: bool


def weeks(first_day, events):
    """A month from Monday to Sunday, with what is on each day; None where a day is another
    month's."""
    today = timezone.localdate()
    return [
        [
            Day(day, [event for event in events if event.is_on(day)], day == today)
            if day.month == first_day.month
            else None
            for day in week
        ]
        for week in Calendar().monthdatescalendar(first_day.year, first_day.month)
    ]


def midnight(day):
    return timezone.make_aware(datetime.combine(day, time()))


def _beside(first_day, months):
    """The nearest months before and after this one that have events. months: the newest first."""
    earlier = [month for month in months if month.first_day.date() < first_day]
    later = [month for month in months if month.first_day.date() > first_day]
    return (earlier[0] if earlier else None, later[-1] if later else None)


class EventIndexPage(DatedIndexPage):
    parent_page_types = ["home.HomePage"]
    subpage_types = ["articles.EventPage"]
    page_description = _("The calendar of events")
    day_field = "starts_at"

    class Meta:
        verbose_name = _("event calendar")
        verbose_name_plural = _("event calendars")

    @cached_property
    def articles(self):
        events = EventPage.objects.descendant_of(self).published()
        return events.by_calendar(timezone.now())

    def in_month(self, request, first_day):
        """Also what began before it and lasts into it."""
        begins = midnight(first_day)
        ends = midnight(month_after(first_day))
        lasts = Q(starts_at__lt=begins, ends_at__gt=begins)
        within = Q(starts_at__gte=begins, starts_at__lt=ends)
        return self.articles.filter(within | lasts).order_by("starts_at", "pk")

    def get_context(self, request, *args, selection=None, **kwargs):
        if selection:
            self.page_size = MOST_IN_MONTH
        context = super().get_context(request, *args, selection=selection, **kwargs)
        _scheme, _colon, address = (self.get_full_url(request) or "").partition(":")
        context["subscription"] = f"webcal:{address}lich.ics"
        months = [month for _year, months in context["years"] for month in months]
        if selection:
            context["weeks"] = weeks(selection.first_day, list(context["listing"]))
            context["month_before"], context["month_after"] = _beside(selection.first_day, months)
        elif months:
            # That of the next event, or of the last one.
            this_month = timezone.localdate().replace(day=1)
            coming = [month for month in months if month.first_day.date() >= this_month]
            context["month"] = coming[-1] if coming else months[0]
        return context

    @calendar_path
    def calendar(self, request):
        shown = self.articles.filter(ends_after(timezone.now() - KEPT))
        events = [event.calendar_event(request) for event in shown]
        body = calendar(events, f"{self.title} – {portal_name(request)}")
        return answer(request, body, CALENDAR_TYPE, f"{self.slug}.ics")
