import sys

from django.core.management import BaseCommand
from django.utils.translation import gettext as _

from home.management.processes import CannotStart, become, procfile


class Command(BaseCommand):
    # `serve --set-up-only`, which goes before, runs them.
    requires_system_checks = ()

    @property
    def help(self):
        return _(
            "Run one program of the Procfile in the foreground, as `serve` would, for systemd, "
            "containers and other supervisors: %(names)s. Run `serve --set-up-only` before, once "
            "on each machine. The environment says where, as for `serve`."
        ) % {"names": ", ".join(procfile())}

    def add_arguments(self, parser):
        parser.add_argument("program", help=_("Its name in the Procfile."))

    def handle(self, program, **options):
        if program not in procfile():
            self.stderr.write(
                _("There is no program %(name)s in the Procfile; there are: %(names)s.")
                % {"name": program, "names": ", ".join(procfile())}
            )
            sys.exit(2)
        try:
            become(program)
        except CannotStart as reason:
            self.stderr.write(str(reason))
            sys.exit(1)
