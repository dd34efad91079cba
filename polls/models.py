from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Orderable, PreviewableMixin

from .forms import ChoicesPanel
from .results import result


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


class Poll(PreviewableMixin, ClusterableModel):
    question = models.CharField(_("question"), max_length=255)
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
    method_note = models.TextField(
        _("note on method"),
        blank=True,
        help_text=_("Who asks, why, and what the answers are used for. Shown on the poll's page."),
    )

    panels = [
        FieldPanel("question"),
        MultiFieldPanel([FieldPanel("opens_at"), FieldPanel("closes_at")], _("Voting period")),
        FieldPanel("results_shown"),
        ChoicesPanel(
            "choices",
            [
                FieldPanel("text"),
                FieldPanel("votes", read_only=True),
                FieldPanel("inherited_votes", read_only=True),
            ],
            heading=_("Choices"),
            label=_("Choice"),
            min_num=2,
            max_num=20,
        ),
        FieldPanel("method_note"),
    ]

    objects = PollQuerySet.as_manager()

    class Meta:
        verbose_name = _("poll")
        verbose_name_plural = _("polls")
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

    def get_absolute_url(self):
        return reverse("polls:poll", args=[self.pk])

    def state(self, at):
        if at < self.opens_at:
            return State.UPCOMING
        if self.closes_at and self.closes_at <= at:
            return State.CLOSED
        return State.OPEN

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
    def has_votes(self):
        return self.choices.filter(Q(votes__gt=0) | Q(inherited_votes__gt=0)).exists()

    def get_preview_template(self, request, mode_name):
        return "polls/poll.html"

    def get_preview_context(self, request, mode_name):
        # The choices as typed, not as stored.
        return {
            "request": request,
            "poll": self,
            "result": result(self.choices.all()),
            "shows_results": self.shows_results(),
        }


class VoteCounter(models.PositiveIntegerField):
    """A count that saving never moves: an editor's form is minutes older than the last ballot,
    and a revision days. Only an UPDATE with an F() expression changes it."""

    def pre_save(self, model_instance, add):
        return super().pre_save(model_instance, add) if add else F(self.attname)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveIntegerField", args, kwargs


class Choice(Orderable):
    poll = ParentalKey(Poll, related_name="choices", verbose_name=_("poll"))
    text = models.CharField(_("text"), max_length=200)
    votes = VoteCounter(_("votes"), default=0, editable=False)
    inherited_votes = models.PositiveIntegerField(
        _("votes from the old portal"), default=0, editable=False
    )

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["sort_order", "pk"]

    def __str__(self):
        return self.text


class Ballot(models.Model):
    """One voter's answer to one poll. Kept as long as the poll: the counters are proved by it."""

    # No index of its own: the unique key begins with the poll.
    poll = models.ForeignKey(
        Poll, models.PROTECT, related_name="ballots", verbose_name=_("poll"), db_index=False
    )
    choice = models.ForeignKey(
        Choice, models.PROTECT, related_name="ballots", verbose_name=_("choice")
    )
    # voters.key(): 64 hex digits that cannot be compared between polls.
    voter = models.CharField(_("voter"), max_length=64, editable=False)
    cast_at = models.DateTimeField(_("cast at"), default=timezone.now)

    # Wagtail would look for references at every ballot.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            models.UniqueConstraint(fields=["poll", "voter"], name="one_ballot_per_voter")
        ]

    def __str__(self):
        return f"{self.poll_id}/{self.pk}"


class AddressKey(models.Model):
    """The day's secret of addresses.py."""

    day = models.DateField(primary_key=True)
    key = models.CharField(max_length=64)

    def __str__(self):
        return str(self.day)


class AddressUse(models.Model):
    """When the last ballots came from an address, which is an HMAC here (addresses.py)."""

    address = models.CharField(max_length=64, primary_key=True)
    # Seconds since 1970, the oldest first.
    recent = models.JSONField(default=list)
    used_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self):
        return str(self.used_at)
