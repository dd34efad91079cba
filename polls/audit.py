"""What an auditor asks of a poll: when its ballots came, and whether a few hands sent them."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Count, F
from django.db.models.functions import TruncHour
from django.utils import timezone

from .models import Ballot, VotingHour

# An hour stands out when it has at least so many ballots, and so many times what is usual.
BURST, TIMES_THE_USUAL = 30, 5
# Of one address in a day: more than those of a large household or a small office.
FROM_ONE = 30


@dataclass(frozen=True)
class Hour:
    begins_at: object  # a datetime
    ballots: int
    refused: int
    most_from_one: int
    is_burst: bool

    @property
    def is_from_few(self):
        return self.most_from_one > FROM_ONE

    @property
    def stands_out(self):
        return self.is_burst or self.is_from_few


def note(poll, admitted):
    """Keep of an attempt to vote what addresses.admit() said of it."""
    now = timezone.now()
    begins_at = now.replace(minute=0, second=0, microsecond=0)
    VotingHour.objects.bulk_create(
        [VotingHour(poll=poll, begins_at=begins_at)], ignore_conflicts=True
    )
    hour = VotingHour.objects.filter(poll=poll, begins_at=begins_at)
    if admitted:
        hour.filter(most_from_one__lt=admitted).update(most_from_one=admitted)
    else:
        hour.update(refused=F("refused") + 1)


def hours(poll):
    """All hours of a poll in which somebody voted or tried to, the earliest first."""
    counted = dict(
        Ballot.objects.filter(poll=poll)
        .annotate(hour=TruncHour("cast_at"))
        .values_list("hour")
        .annotate(Count("pk"))
        .order_by()
    )
    noted = {hour.begins_at: hour for hour in VotingHour.objects.filter(poll=poll)}
    usual = median(counted.values()) if counted else 0
    return [
        Hour(
            begins_at=moment,
            ballots=counted.get(moment, 0),
            refused=noted[moment].refused if moment in noted else 0,
            most_from_one=noted[moment].most_from_one if moment in noted else 0,
            is_burst=counted.get(moment, 0) >= max(BURST, TIMES_THE_USUAL * usual),
        )
        for moment in sorted(counted.keys() | noted.keys())
    ]


@dataclass(frozen=True)
class Span:
    """A piece of a poll's time, as the chart has it."""

    begins_at: object
    ballots: int
    refused: int
    stands_out: bool


# More bars than these can't be told apart.
MOST_BARS = 96


def spans(poll_hours):
    """The hours one after the other, the empty ones too; by days, where those would be too many:
    ([Span], whether they are days)."""
    if not poll_hours:
        return [], False
    first, last = poll_hours[0].begins_at, poll_hours[-1].begins_at
    by_day = (last - first) >= timedelta(hours=MOST_BARS)
    if by_day:
        first = timezone.localtime(first).replace(hour=0)
    step = timedelta(days=1) if by_day else timedelta(hours=1)
    made = []
    left = list(reversed(poll_hours))
    moment = first
    while left:
        within = []
        while left and left[-1].begins_at < moment + step:
            within.append(left.pop())
        made.append(
            Span(
                moment,
                sum(hour.ballots for hour in within),
                sum(hour.refused for hour in within),
                any(hour.stands_out for hour in within),
            )
        )
        moment += step
    return made, by_day
