"""Casting and counting: the only place that writes ballots and moves counters."""

from collections import defaultdict
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils import timezone

from .models import Ballot, Choice, Poll, State
from .results import result


class Outcome(StrEnum):
    COUNTED = "counted"
    ALREADY_VOTED = "already_voted"
    CLOSED = "closed"
    NOT_OPEN_YET = "not_open_yet"
    UNKNOWN_CHOICE = "unknown_choice"
    TOO_MANY = "too_many"


def refusal(poll, choice_id):
    """The outcome that would refuse this ballot whoever casts it, or None."""
    state = poll.state(timezone.now())
    if state is State.UPCOMING:
        return Outcome.NOT_OPEN_YET
    if state is State.CLOSED:
        return Outcome.CLOSED
    if choice_id is None or not Choice.objects.filter(pk=choice_id, poll=poll).exists():
        return Outcome.UNKNOWN_CHOICE
    return None


def cast(poll, choice_id, voter):
    """Counts the ballot of `voter` (see voters.key) once, however many arrive at the same time."""
    if refused := refusal(poll, choice_id):
        return refused
    try:
        with transaction.atomic():
            Ballot.objects.create(poll=poll, choice_id=choice_id, voter=voter)
            counter = Choice.objects.filter(pk=choice_id, poll=poll)
            if not counter.update(votes=F("votes") + 1):
                # An editor deleted the choice after it was looked up.
                transaction.set_rollback(True)
                return Outcome.UNKNOWN_CHOICE
    except IntegrityError:
        if not has_voted(poll, voter):
            raise
        return Outcome.ALREADY_VOTED
    return Outcome.COUNTED


def has_voted(poll, voter):
    return Ballot.objects.filter(poll=poll, voter=voter).exists()


def tally(polls):
    """The results of many polls in one query: {poll's pk: Result}."""
    counted = _tally([poll.pk for poll in polls])
    return {poll.pk: counted.get(poll.pk, result([])) for poll in polls}


def figures(poll_ids):
    """The numbers that move on a page; polls that are unknown, or not for everybody's eyes yet, are
    left out: {poll_id: {"total": n, "choices": {choice_id: [votes, percent]}}}."""
    shown = Poll.objects.shown_to_all(timezone.now()).filter(pk__in=poll_ids)
    return {
        poll_id: {
            "total": counted.total,
            "choices": {row.choice_id: [row.votes, row.percent] for row in counted.choices},
        }
        for poll_id, counted in _tally(shown.values("pk")).items()
    }


def recount(poll):
    """Proves that counters equal ballots: {choice_id: (counter, ballots)} where they differ."""
    choices = Choice.objects.filter(poll=poll).annotate(rows=Count("ballots"))
    differing = choices.exclude(votes=F("rows"))
    return {choice.pk: (choice.votes, choice.rows) for choice in differing}


def _tally(poll_ids):
    choices = defaultdict(list)
    for choice in Choice.objects.filter(poll__in=poll_ids):
        choices[choice.poll_id].append(choice)
    return {poll_id: result(rows) for poll_id, rows in choices.items()}
