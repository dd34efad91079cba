"""A portal to be measured and thrown away, on each database; every step by a new process, as the
portal's are: what one has left in memory is not measured with the next."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, redirect_stdout

from tests import servers

ENGINES = ("SQLite", "PostgreSQL")


def scratches(only=None):
    """(name of the database, environment of a scratch portal) for each, or for this one only."""
    for engine in [only] if only else ENGINES:
        with scratch(engine) as env:
            yield engine, env


@contextmanager
def scratch(engine):
    clean = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    with tempfile.TemporaryDirectory() as folder:
        env = clean | {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "portal.settings.dev"}
        if engine == "PostgreSQL":
            with servers.postgres() as address:
                yield env | {"DATABASE_URL": address}
        else:
            yield env


def step(module, env, *arguments):
    """What another process of this module prints, which is given these arguments."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE).stdout


def begin():
    """Django in a process of a step, without its talk."""
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver", *settings.ALLOWED_HOSTS]


def set_up():
    """What a portal has when it starts; what is said of it goes with the progress."""
    from django.core.management import call_command

    with redirect_stdout(sys.stderr):
        call_command("serve", "--set-up-only")


def say(text):
    """Progress: a table alone is a benchmark's output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()
