import signal
import sys
import time

from django.core.management import BaseCommand
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from articles.search import local

# Seconds between two looks: readers are to find what was published two seconds ago.
LOOK = 0.5
# After the database could not be asked, or the disk was full.
PAUSE = 5


class Command(BaseCommand):
    @property
    def help(self):
        return _(
            "Keep this machine's search index up to the database, until it is stopped. "
            "One such process is needed on each machine that serves pages."
        )

    def add_arguments(self, parser):
        parser.add_argument(
            "--once", action="store_true", help=_("Bring the index up to date and end.")
        )

    def handle(self, **options):
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
        while True:
            try:
                local.catch_up(self.progress)
                pause = LOOK
            except local.Busy:
                if options["once"]:
                    self.stderr.write(_("Another process is keeping this index up to date."))
                    sys.exit(1)
                pause = PAUSE
            except (DatabaseError, OSError, ValueError) as error:
                if options["once"]:
                    raise
                self.stderr.write(f"{type(error).__name__}: {error}")
                # A lost connection is not used again.
                connection.close()
                pause = PAUSE
            if options["once"]:
                return
            # The database tells what there is to do, to all machines alike, and only when asked.
            time.sleep(pause)

    def progress(self, done, total):
        self.stdout.write(
            _("Search index: %(done)s of %(total)s") % {"done": f"{done:,}", "total": f"{total:,}"}
        )
        self.stdout.flush()
