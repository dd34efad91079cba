"""By when a step is to be decided."""

from datetime import datetime, time, timedelta

from django.utils import timezone

SATURDAY = 5


def due(started_at, hours):
    """The moment that lies so many hours after another, Saturdays and Sundays not counted.

    Public holidays are not known here: a deadline then falls early, which only reminds too soon."""
    moment = _next_working_moment(timezone.localtime(started_at))
    left = timedelta(hours=hours)
    while True:
        midnight = timezone.make_aware(
            datetime.combine(moment.date() + timedelta(days=1), time.min), moment.tzinfo
        )
        if moment + left <= midnight:
            return moment + left
        left -= midnight - moment
        moment = _next_working_moment(midnight)


def _next_working_moment(moment):
    while moment.weekday() >= SATURDAY:
        moment = timezone.make_aware(
            datetime.combine(moment.date() + timedelta(days=1), time.min), moment.tzinfo
        )
    return moment
