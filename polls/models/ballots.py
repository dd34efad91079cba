"""What is kept of voting: ballots without voters' names, and what an audit asks for."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .polls import Choice, Poll


class Ballot(models.Model):
    """One voter's answer to one poll. Kept as long as the poll: the counters are proved by it."""

    # No index of its own: the unique key begins with the poll.
    poll = models.ForeignKey(
        Poll, models.PROTECT, related_name="ballots", verbose_name=_("poll"), db_index=False
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


class Tick(models.Model):
    """One of the choices on a ballot."""

    ballot = models.ForeignKey(
        Ballot, models.PROTECT, related_name="ticks", verbose_name=_("ballot"), db_index=False
    )
    choice = models.ForeignKey(
        Choice, models.PROTECT, related_name="ticks", verbose_name=_("choice")
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("tick")
        verbose_name_plural = _("ticks")
        constraints = [
            models.UniqueConstraint(fields=["ballot", "choice"], name="one_tick_per_choice")
        ]

    def __str__(self):
        return f"{self.ballot_id}/{self.choice_id}"


class VotingHour(models.Model):
    """What an audit wants to know of an hour, and ballots don't tell."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="hours", db_index=False)
    begins_at = models.DateTimeField()
    refused = models.PositiveIntegerField(default=0)
    # Of any address that voted within it: how many ballots it had that day by then.
    most_from_one = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "begins_at"], name="one_row_per_hour")
        ]

    def __str__(self):
        return f"{self.poll_id} {self.begins_at}"


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
    # Of the day: tomorrow the same address has another key.
    ballots = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self):
        return str(self.used_at)
