import logging
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from home.demo import load, retire_accounts


class Command(BaseCommand):
    @property
    def help(self):
        return _(
            "Loads the demo content and its accounts. Safe to repeat: what editors changed or "
            "deleted since stays as it is."
        )

    def add_arguments(self, parser):
        parser.add_argument(
            "--retire-accounts",
            action="store_true",
            help=_("Close the demo accounts instead, to turn a demo into a real portal."),
        )

    def handle(self, **options):
        if options["retire_accounts"]:
            self.retire()
        elif not settings.DEMO:
            raise CommandError(
                _("The demo content belongs to the embedded default alone; nothing was loaded.")
            )
        else:
            with warnings_only():
                load(report=self.stdout.write)

    def retire(self):
        count = retire_accounts()
        self.stdout.write(
            ngettext("%d demo account closed.", "%d demo accounts closed.", count) % count
        )


@contextmanager
def warnings_only():
    """Each page that is saved and indexed is noted in several lines; here that is a thousand."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
