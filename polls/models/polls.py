"""Polls, as editors write them and as their voters may rely on."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.images import get_image_model_string
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)

from office.reviewed import ReviewedMixin

from ..forms import ChoicesPanel, FrozenOptionsPanel
from ..results import result

MOST_CHOICES = 20
# What voters have relied on; the choices besides.
FROZEN = ["question", "most_choices", "inherited_source", "opens_at"]

# Rarely needed: folded away.
FROM_OLD_PORTAL = _("If the old portal asked the same")
LASTING_PANELS = [
    FieldPanel("results_shown"),
    FieldPanel("asks_riddle"),
    FieldPanel("method_note"),
]


class State(models.TextChoices):
    UPCOMING = "upcoming", _("not open yet")
    OPEN = "open", _("open for votes")
    CLOSED = "closed", _("closed")


class Shown(models.TextChoices):
    """When readers may see how a poll stands."""

    ALWAYS = "always", _("at any time")
    AFTER_VOTING = "after_voting", _("after they have voted")
    AFTER_CLOSING = "after_closing", _("after the poll has closed")


class PollQuerySet(models.QuerySet):
    def live(self):
        return self.filter(live=True)

    def open(self, at):
        return self.filter(Q(closes_at=None) | Q(closes_at__gt=at), opens_at__lte=at)

    def closed(self, at):
        return self.filter(closes_at__lte=at)

    def shown_to_all(self, at):
        """Whose results are no secret to who hasn't voted."""
        return self.filter(Q(results_shown=Shown.ALWAYS) | Q(closes_at__lte=at), opens_at__lte=at)

    def with_totals(self):
        """Adds `total`: all votes, those taken over from the old portal included."""
        votes = Sum(F("choices__votes") + F("choices__inherited_votes"))
        return self.annotate(total=Coalesce(votes, 0))


class VoteCounter(models.PositiveIntegerField):
    """A count that saving never moves: an editor's form is minutes older than the last ballot,
    and a revision days. Only an UPDATE with an F() expression changes it."""

    def pre_save(self, model_instance, add):
        return super().pre_save(model_instance, add) if add else F(self.attname)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveIntegerField", args, kwargs


class Poll(
    ReviewedMixin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    ClusterableModel,
):
    """What was voted on stays as the voters saw it: from the first ballot on only a correction,
    reasoned and public (corrections.py), changes a word of it, and nothing takes it offline."""

    question = models.CharField(
        _("question"),
        max_length=255,
        help_text=_("One thing at a time, put so that each choice answers it"),
    )
    opens_at = models.DateTimeField(
        _("opens at"),
        default=timezone.now,
        help_text=_("Before this time the poll can be read, but not voted on."),
    )
    closes_at = models.DateTimeField(
        _("closes at"),
        null=True,
        blank=True,
        help_text=_("The poll closes by itself; its results stay public. Empty: no closing time."),
    )
    results_shown = models.CharField(
        _("readers see the results"),
        max_length=20,
        choices=Shown.choices,
        default=Shown.ALWAYS,
        help_text=_("Who sees how others voted may be swayed by it. Once closed, all see them."),
    )
    most_choices = models.PositiveSmallIntegerField(
        _("answers that one voter may choose"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_CHOICES)],
        help_text=_("1: voters choose one. More: they tick up to so many."),
    )
    voters = VoteCounter(_("voters"), default=0, editable=False)
    asks_riddle = models.BooleanField(
        _("ask each voter a small sum"),
        default=False,
        help_text=_("Keeps simple machines away, and costs every voter one step more."),
    )
    inherited_source = models.CharField(
        _("source of the votes from the old portal"),
        max_length=255,
        blank=True,
        help_text=_("Shown to readers beside those votes, so that they can be looked up."),
    )
    method_note = models.TextField(
        _("note on method"),
        blank=True,
        help_text=_("Who asks, why, and what the answers are used for. Shown on the poll's page."),
    )

    panels = [
        FieldPanel("question"),
        MultiFieldPanel([FieldPanel("opens_at"), FieldPanel("closes_at")], _("Voting period")),
        ChoicesPanel(
            "choices",
            [
                FieldPanel("text"),
                FieldPanel("image"),
                MultiFieldPanel(
                    [FieldPanel("inherited_votes")], FROM_OLD_PORTAL, classname="collapsed"
                ),
            ],
            heading=_("Choices"),
            label=_("choice"),
            min_num=2,
            max_num=MOST_CHOICES,
        ),
        FieldPanel("most_choices"),
        MultiFieldPanel([FieldPanel("inherited_source")], FROM_OLD_PORTAL, classname="collapsed"),
        *LASTING_PANELS,
    ]
    # What a word of ours can no longer change stands there to be read.
    panels_once_voted_on = [
        FrozenOptionsPanel(heading=_("Question and choices")),
        FieldPanel("closes_at"),
        *LASTING_PANELS,
    ]

    objects = PollQuerySet.as_manager()

    class Meta:
        verbose_name = _("poll")
        verbose_name_plural = _("polls")
        permissions = [("correct_poll", _("Can correct what was voted on"))]
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="poll_closes_after_it_opens",
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("A poll must close after it opens."),
            )
        ]

    def __str__(self):
        return self.question

    def clean(self):
        super().clean()
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValidationError({"closes_at": _("A poll must close after it opens.")})

    def save(self, *args, update_fields=None, **kwargs):
        with transaction.atomic():
            if self.pk and update_fields is None:
                # Locked: the first ballot comes before this, or waits for it.
                stored = Poll.objects.select_for_update().filter(pk=self.pk).first()
                if stored:
                    self._keep_what_was_voted_on(stored)
                    if stored.live and not self.live and stored.is_voted_on:
                        raise PermissionDenied
            super().save(*args, update_fields=update_fields, **kwargs)

    def with_content_json(self, content):
        # A draft may be older than the first ballot.
        draft = super().with_content_json(content)
        draft._keep_what_was_voted_on(Poll.objects.get(pk=self.pk))
        return draft

    def _keep_what_was_voted_on(self, stored):
        if not stored.is_voted_on:
            return
        for name in FROZEN:
            setattr(self, name, getattr(stored, name))
        self.choices = Choice.objects.filter(poll=stored)

    def get_absolute_url(self):
        return reverse("polls:poll", args=[self.pk])

    def state(self, at):
        if at < self.opens_at:
            return State.UPCOMING
        if self.closes_at and self.closes_at <= at:
            return State.CLOSED
        return State.OPEN

    @property
    def result(self):
        """As it is counted now, or as an editor types it."""
        return result(self, self.choices.select_related("image"))

    def shows_results(self, voted=False):
        """To a reader who has voted, or has not."""
        if self.is_closed or self.results_shown == Shown.ALWAYS:
            return not self.is_upcoming
        return voted and self.results_shown == Shown.AFTER_VOTING

    @property
    def is_upcoming(self):
        return self.state(timezone.now()) is State.UPCOMING

    @property
    def is_open(self):
        return self.state(timezone.now()) is State.OPEN

    @property
    def is_closed(self):
        return self.state(timezone.now()) is State.CLOSED

    @property
    def is_voted_on(self):
        return self.ballots.exists()

    @property
    def is_multiple(self):
        return self.most_choices > 1

    @property
    def has_votes(self):
        return self.choices.filter(Q(votes__gt=0) | Q(inherited_votes__gt=0)).exists()

    def get_preview_template(self, request, mode_name):
        return "polls/poll.html"

    def get_preview_context(self, request, mode_name):
        # The choices as typed, not as stored.
        return {
            "request": request,
            "poll": self,
            "result": self.result,
            "shows_results": self.shows_results(),
        }


class Choice(Orderable):
    poll = ParentalKey(Poll, related_name="choices", verbose_name=_("poll"))
    text = models.CharField(_("text"), max_length=200, help_text=_("An answer, in a few words"))
    votes = VoteCounter(_("votes"), default=0, editable=False)
    image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Beside the answer; may be left empty"),
    )
    inherited_votes = models.PositiveIntegerField(
        _("votes from the old portal"),
        default=0,
        help_text=_("Counted by the old portal, if it asked the same; shown as such."),
    )

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["sort_order", "pk"]

    def __str__(self):
        return self.text


class Correction(models.Model):
    """A mistake in the words of a poll that had been voted on, put right for all to see."""

    poll = models.ForeignKey(
        Poll, models.PROTECT, related_name="corrections", verbose_name=_("poll")
    )
    # Empty: of the question.
    choice = models.ForeignKey(
        Choice,
        models.PROTECT,
        null=True,
        related_name="corrections",
        verbose_name=_("choice"),
    )
    before = models.CharField(_("before"), max_length=255)
    after = models.CharField(_("after"), max_length=255)
    reason = models.CharField(_("reason"), max_length=500)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("corrected by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    corrected_at = models.DateTimeField(_("corrected at"), default=timezone.now)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["corrected_at", "pk"]

    def __str__(self):
        return f"{self.before} → {self.after}"
