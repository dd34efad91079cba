"""The portal as the public gets it: production settings, granian as in the Procfile, and nginx
before it, as deploy/nginx.conf has it."""

import os
import secrets
import signal
import sqlite3
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import requests

from home.management.processes import read_procfile
from tests import servers
from tests.e2e.running import NO_FEEDS, ROOT, inherited, take_snapshot
from tests.gates import running
from tests.gates.places import places
from tests.nginx import nginx

HOST = "cong.example"
# Pages that stand alone, of errors.
ALONE = """
    location /dung-rieng/ {{
        alias {folder}/alone/;
    }}
"""


@contextmanager
def front(folder, only=""):
    """(port, places) of a portal at https://cong.example, which leads to that port."""
    running.say("Setting a portal up…")
    data = take_snapshot(folder).data_dir
    env = inherited() | NO_FEEDS | running.PATIENT | {"DATA_DIR": str(data)}
    found = places(running.add_content(env), only)
    running.run(env, "manage.py", "load_demo", "--retire-accounts")
    with closing(sqlite3.connect(data / "portal.sqlite3")) as connection, connection:
        connection.execute(f"UPDATE wagtailcore_site SET hostname = '{HOST}', port = 443")
    (folder / "alone").mkdir()
    for place in filter(lambda place: place.template, found):
        (folder / "alone" / place.template).write_text(running.standing_alone(place))
    more = ALONE.format(folder=folder)
    try:
        with web(folder, env) as behind, nginx(folder, data, behind, HOST, more) as (port, _server):
            yield port, found
    except servers.Missing as missing:
        sys.exit(f"needs {missing}")


@contextmanager
def web(folder, env):
    port = servers.free_port()
    env = env | {
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": HOST,
        "BASE_URL": f"https://{HOST}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "site"), str(ROOT)]),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    command = ["env", "-i", *(f"{name}={value}" for name, value in env.items())]
    command += ["sh", "-c", f"cd '{ROOT}' && exec {read_procfile(ROOT / 'Procfile')['web']}"]

    def ask():
        told = {"Host": HOST, "X-Forwarded-Proto": "https"}
        address = f"http://127.0.0.1:{port}/healthz"
        requests.get(address, headers=told, timeout=5).raise_for_status()

    with started(command, folder, ask, requests.RequestException, signal.SIGTERM):
        yield port


@contextmanager
def started(*what):
    server = servers.Server(*what)
    server.start()
    try:
        yield
    finally:
        server.stop()
