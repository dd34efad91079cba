import os
import sys

from django.conf import settings
from django.core.management import BaseCommand
from django.utils.translation import gettext as _

from home.management.processes import CannotStart, environment, hold, procfile, shell


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
        commands = procfile()
        if program not in commands:
            self.stderr.write(
                _("There is no program %(name)s in the Procfile; there are: %(names)s.")
                % {"name": program, "names": ", ".join(commands)}
            )
            sys.exit(2)
        try:
            env = environment()
            # Programs that were started one by one share the data; a `serve` would empty what they
            # write to.
            lock = hold(shared=True)
        except CannotStart as reason:
            self.stderr.write(str(reason))
            sys.exit(1)
        os.set_inheritable(lock.fileno(), True)
        os.chdir(settings.ROOT_DIR)
        # The supervisor's signals are to reach the program, and its end the supervisor.
        os.execve("/bin/sh", shell(commands[program]), env)  # noqa: S606  (the Procfile's own line)
