"""Whether pages go up and come down on time; for operators, and for what watches machines."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from home.schedule import due_to_come, due_to_go, schedule
from sidebar.status import clock


class Command(BaseCommand):
    help = _("Say when the timer ran last and what is late; fails when the timer is silent.")

    def handle(self, *args, **options):
        timer, now = schedule(), timezone.now()
        late = [(page.expire_at, page) for page in due_to_go(now)]
        late += [
            (revision.approved_go_live_at, revision.content_object) for revision in due_to_come(now)
        ]
        for moment, what in late:
            self.stdout.write(
                _("late since %(time)s: %(title)s")
                % {
                    "time": clock(moment),
                    "title": what,
                }
            )
        if timer.is_dead:
            raise CommandError(timer.words)
        self.stdout.write(
            self.style.SUCCESS(_("The timer ran at %(time)s.") % {"time": clock(timer.last_run)})
        )
