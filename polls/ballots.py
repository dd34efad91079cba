"""Casting and counting: the only place that writes ballots and moves counters."""

from collections import defaultdict
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.dispatch import Signal
from django.utils import timezone

from .models import Ballot, Choice, Poll, State, Tick
from .results import result

# A ballot was counted: `poll_id`. For whoever keeps results; `sender` is Ballot.
counted = Signal()


class Outcome(StrEnum):
    COUNTED = "counted"
    ALREADY_VOTED = "already_voted"
    CLOSED = "closed"
    NOT_OPEN_YET = "not_open_yet"
    UNKNOWN_CHOICE = "unknown_choice"
    TOO_MANY_CHOICES = "too_many_choices"
    TOO_MANY = "too_many"


def refusal(poll, choice_ids):
    """The outcome that would refuse this ballot whoever casts it, or None.

    `choice_ids`: a set of what was chosen."""
    state = poll.state(timezone.now())
    if state is State.UPCOMING:
        return Outcome.NOT_OPEN_YET
    if state is State.CLOSED:
        return Outcome.CLOSED
    if len(choice_ids) > poll.most_choices:
        return Outcome.TOO_MANY_CHOICES
    known = Choice.objects.filter(poll=poll, pk__in=choice_ids).count()
    if not choice_ids or known < len(choice_ids):
        return Outcome.UNKNOWN_CHOICE
    return None


def cast(poll, choice_ids, voter):
    """Counts the ballot of `voter` (see voters.key) once, however many arrive at the same time."""
    if refused := refusal(poll, choice_ids):
        return refused
    try:
        with transaction.atomic():
            # First, and so in one order for all: the poll's row, the ballot, the choices' rows.
            Poll.objects.filter(pk=poll.pk).update(voters=F("voters") + 1)
            ballot = Ballot.objects.create(poll=poll, voter=voter, cast_at=timezone.now())
            Tick.objects.bulk_create(Tick(ballot=ballot, choice_id=pk) for pk in choice_ids)
            chosen = Choice.objects.filter(poll=poll, pk__in=choice_ids)
            if chosen.update(votes=F("votes") + 1) < len(choice_ids):
                # An editor deleted a choice after it was looked up.
                transaction.set_rollback(True)
                return Outcome.UNKNOWN_CHOICE
    except IntegrityError:
        if not has_voted(poll, voter):
            raise
        return Outcome.ALREADY_VOTED
    counted.send(Ballot, poll_id=poll.pk)
    # The caller's copy is of before.
    poll.refresh_from_db(fields=["voters"])
    return Outcome.COUNTED


def has_voted(poll, voter):
    return Ballot.objects.filter(poll=poll, voter=voter).exists()


def tally(polls):
    """The results of many polls in one query: {poll's pk: Result}."""
    choices = defaultdict(list)
    rows = Choice.objects.filter(poll__in=[poll.pk for poll in polls]).select_related("image")
    for choice in rows:
        choices[choice.poll_id].append(choice)
    return {poll.pk: result(poll, choices[poll.pk]) for poll in polls}


def moving(result):
    """The numbers of a Result that move on a page; one function of its script shows them."""
    return {
        "total": result.total,
        "voters": result.voters,
        "choices": {row.choice_id: [row.votes, row.percent] for row in result.choices},
    }


def figures(poll_ids):
    """{poll_id: moving(...)}; polls that are unknown, or not for everybody's eyes yet, are left
    out."""
    shown = Poll.objects.live().shown_to_all(timezone.now()).filter(pk__in=poll_ids)
    return {poll_id: moving(found) for poll_id, found in tally(shown).items()}


def recount(poll):
    """Proves that counters equal ballots: {choice_id: (counter, rows)} where they differ; under
    None, those of the voters."""
    choices = Choice.objects.filter(poll=poll).annotate(rows=Count("ticks"))
    wrong = {
        choice.pk: (choice.votes, choice.rows) for choice in choices if choice.votes != choice.rows
    }
    counted = Poll.objects.annotate(rows=Count("ballots")).get(pk=poll.pk)
    if counted.voters != counted.rows:
        wrong[None] = (counted.voters, counted.rows)
    return wrong
