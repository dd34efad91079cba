"""Proves that what readers are shown is what was cast."""

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils.translation import gettext as _

from polls import ballots
from polls.models import Poll


class Command(BaseCommand):
    help = _("Count the ballots of all polls anew and hold the counters against them.")

    def handle(self, *args, **options):
        wrong = 0
        for poll in Poll.objects.annotate(cast=Count("ballots")):
            differing = ballots.recount(poll)
            wrong += bool(differing)
            state = self.style.ERROR(_("WRONG")) if differing else self.style.SUCCESS(_("right"))
            self.stdout.write(f"{state}  {poll.cast:>7}  {poll}")
            for choice, (counter, rows) in differing.items():
                words = _("voters: counter %(counter)d, ballots %(rows)d")
                if choice is not None:
                    words = _("choice %(choice)d: counter %(counter)d, ballots %(rows)d")
                self.stdout.write(
                    "         " + words % {"choice": choice, "counter": counter, "rows": rows}
                )
        if wrong:
            raise CommandError(
                _("Counters and ballots differ in %(count)d polls.") % {"count": wrong}
            )
