"""What the office tells every reader at once: urgent notices, and a time of mourning."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import PreviewableMixin, RevisionMixin

from ..blocks import validate_address
from .frame import OnEveryPage

# A notice that nobody ends is one that nobody reads.
LONGEST_NOTICE = timedelta(days=14)
LONGEST_MOURNING = timedelta(days=30)


class Level(models.IntegerChoices):
    INFORMATION = 1, _("Information")
    IMPORTANT = 2, _("Important")
    URGENT = 3, _("Urgent")


class Place(models.TextChoices):
    EVERYWHERE = "everywhere", _("On every page")
    HOME = "home", _("On the home page only")


class Stage(models.TextChoices):
    ON = "on", _("on now")
    UPCOMING = "upcoming", _("upcoming")
    OVER = "over", _("over")


def stage(starts_at, ends_at, at):
    if at < starts_at:
        return Stage.UPCOMING
    return Stage.ON if at < ends_at else Stage.OVER


class UrgentNoticeQuerySet(models.QuerySet):
    def on(self, at):
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def upcoming(self, at):
        return self.filter(starts_at__gt=at)

    def over(self, at):
        return self.filter(ends_at__lte=at)

    def not_over(self, at):
        return self.filter(ends_at__gt=at)

    def as_readers_see_them(self):
        return self.order_by("-level", "-starts_at", "-pk")

    def by_stage(self, at):
        """What is on, then what comes, then what was."""
        return self.alias(
            stage=Case(
                When(Q(starts_at__lte=at, ends_at__gt=at), Value(0)),
                When(starts_at__gt=at, then=Value(1)),
                default=Value(2),
            )
        ).order_by("stage", "-level", "-starts_at", "-pk")


class UrgentNotice(OnEveryPage, PreviewableMixin, RevisionMixin, models.Model):
    """Goes online by its time alone, without review: a storm doesn't wait. Each version is kept
    with its author, and it always ends."""

    text = models.CharField(
        _("what readers must know"),
        max_length=200,
        help_text=_("One sentence: what happens, where, when."),
    )
    english_text = models.CharField(
        _("the same in English"),
        max_length=200,
        blank=True,
        help_text=_("On English pages. Empty: the Vietnamese sentence stands there too."),
    )
    level = models.PositiveSmallIntegerField(
        _("level"),
        choices=Level.choices,
        default=Level.IMPORTANT,
        help_text=_("Of several, the more urgent stands on top."),
    )
    details = models.TextField(
        _("details"),
        max_length=1000,
        blank=True,
        help_text=_("Folded away below the sentence: what to do, whom to call."),
    )
    link_page = models.ForeignKey(
        "wagtailcore.Page",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("page of this portal"),
        help_text=_("Left out for as long as the page is not published or not public."),
    )
    link_address = models.CharField(
        _("or another address"),
        max_length=500,
        blank=True,
        validators=[validate_address],
        help_text=_(
            "https://… of another site, or what follows this portal's name: /ty-gia/, /y-kien/"
        ),
    )
    link_text = models.CharField(
        _("text of the link"),
        max_length=80,
        blank=True,
        help_text=_("Empty: the page's title, or “Read more”."),
    )
    starts_at = models.DateTimeField(
        _("from"), default=timezone.now, help_text=_("Readers see it from this minute on.")
    )
    ends_at = models.DateTimeField(
        _("until"),
        help_text=_("It goes by itself. At most 14 days ahead; it can be extended before it ends."),
    )
    place = models.CharField(
        _("where"),
        max_length=12,
        choices=Place.choices,
        default=Place.EVERYWHERE,
        help_text=_("What concerns everybody stands on every page"),
    )

    objects = UrgentNoticeQuerySet.as_manager()

    panels = [
        FieldPanel("text"),
        FieldPanel("english_text"),
        FieldRowPanel([FieldPanel("level"), FieldPanel("place")]),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        FieldPanel("details"),
        MultiFieldPanel(
            [
                PageChooserPanel("link_page"),
                FieldPanel("link_address"),
                FieldPanel("link_text"),
            ],
            heading=_("Link"),
        ),
    ]

    class Meta:
        verbose_name = _("urgent notice")
        verbose_name_plural = _("urgent notices")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="urgent_notice_ends"
            )
        ]

    def __str__(self):
        return self.text

    def clean(self):
        super().clean()
        faults = {}
        if self.link_page_id and self.link_address:
            faults["link_address"] = _("Choose a page or give an address, not both.")
        if self.starts_at and self.ends_at:
            if self.ends_at <= self.starts_at:
                faults["ends_at"] = _("A notice ends after it begins.")
            elif self.ends_at - max(self.starts_at, timezone.now()) > LONGEST_NOTICE:
                faults["ends_at"] = _(
                    "At most 14 days, counted from its beginning or from now. It can be extended "
                    "before it ends."
                )
        if faults:
            raise ValidationError(faults)

    def stage(self, at):
        return stage(self.starts_at, self.ends_at, at)

    @property
    def level_name(self):
        return Level(self.level).name.lower()

    def get_preview_template(self, request, mode_name):
        return "home/frame_preview.html"

    def get_preview_context(self, request, mode_name):
        # Here and not above: it needs the models.
        from ..chrome import notice_for_preview

        return super().get_preview_context(request, mode_name) | {
            "notices": [notice_for_preview(self, request)]
        }


@register_setting(icon="time", order=30)
class MourningSettings(PreviewableMixin, OnEveryPage, BaseSiteSetting):
    """A time of mourning: the portal goes grey and says why, and comes back by itself."""

    reason = models.CharField(
        _("reason"),
        max_length=200,
        blank=True,
        help_text=_("As readers see it beside the ribbon, whom the country mourns for example."),
    )
    starts_at = models.DateTimeField(
        _("from"), null=True, blank=True, help_text=_("Vietnam's time, to the minute.")
    )
    ends_at = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("The colours come back by themselves.")
    )
    hides_entertainment = models.BooleanField(
        _("hide polls, events and featured pictures"),
        default=True,
        help_text=_("From the home page and the sidebar. Their own pages stay."),
    )

    panels = [
        HelpPanel(
            _(
                "For a time of national mourning. Empty reason and times: the portal has its "
                "usual colours."
            )
        ),
        FieldPanel("reason"),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        FieldPanel("hides_entertainment"),
    ]

    class Meta:
        verbose_name = _("mourning")

    def clean(self):
        super().clean()
        wanted = {"reason": self.reason, "starts_at": self.starts_at, "ends_at": self.ends_at}
        if not any(wanted.values()):
            return
        faults = {
            name: _("Reason, beginning and end go together.")
            for name, value in wanted.items()
            if not value
        }
        if self.starts_at and self.ends_at:
            if self.ends_at <= self.starts_at:
                faults["ends_at"] = _("Mourning ends after it begins.")
            elif self.ends_at - self.starts_at > LONGEST_MOURNING:
                faults["ends_at"] = _("At most 30 days.")
        if faults:
            raise ValidationError(faults)

    def stage(self, at):
        """None while no time is set."""
        return stage(self.starts_at, self.ends_at, at) if self.starts_at else None

    def is_on(self, at):
        return self.stage(at) is Stage.ON

    def get_preview_template(self, request, mode_name):
        return self.site.root_page.specific.get_preview_template(request, mode_name)

    def get_preview_context(self, request, mode_name):
        home = self.site.root_page.specific
        return home.get_preview_context(request, mode_name) | {"mourning": self}
