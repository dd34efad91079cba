#!/usr/bin/env python
import os
import sys
from contextlib import suppress
from pathlib import Path

if __name__ == "__main__":
    # site/ is a folder, not a package: a package of that name would hide Python's own module.
    sys.path.insert(1, str(Path(__file__).resolve().parent / "site"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

    if sys.argv[1:2] == ["run_program"] and len(sys.argv) == 3:
        from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured

        from home.management.processes import become

        # The program loads the portal by itself: loading it here too would take a second more. What
        # is in the way is said by the command, which has words for it.
        with suppress(KeyError, AppRegistryNotReady, ImproperlyConfigured):
            become(sys.argv[2])

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
