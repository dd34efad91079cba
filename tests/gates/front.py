"""The portal as the public gets it: production settings, granian as in the Procfile, and nginx
before it, which speaks TLS and HTTP/2 and serves the pictures."""

import os
import secrets
import signal
import socket
import sqlite3
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import which

import requests
import trustme

from home.management.processes import read_procfile
from tests import servers
from tests.e2e.running import NO_FEEDS, ROOT, inherited, take_snapshot
from tests.gates import running
from tests.gates.places import places

HOST = "cong.example"
NGINX = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log stderr;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        server_name {host};
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        location /media/images/ {{
            alias {data}/media/images/;
            expires max;
        }}
        location /dung-rieng/ {{
            alias {folder}/alone/;
        }}
        location / {{
            proxy_pass http://127.0.0.1:{behind};
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto https;
        }}
    }}
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
    with web(folder, env) as behind, nginx(folder, data, behind) as port:
        yield port, found


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
def nginx(folder, data, behind):
    binary = which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))
    if not binary:
        sys.exit("needs nginx: apt-get install nginx-light")
    certificate = trustme.CA().issue_cert(HOST)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "certificate.pem", append=True)
    port = servers.free_port()
    settings = NGINX.format(
        # Root's workers would be somebody who may not read the folder.
        user="user root;" if os.geteuid() == 0 else "",
        folder=folder,
        data=data,
        host=HOST,
        port=port,
        behind=behind,
    )
    (folder / "nginx.conf").write_text(settings)
    command = [binary, "-c", folder / "nginx.conf", "-e", "stderr"]

    def ask():
        socket.create_connection(("127.0.0.1", port), 5).close()

    with started(command, folder, ask, OSError, signal.SIGQUIT):
        yield port


@contextmanager
def started(*what):
    server = servers.Server(*what)
    server.start()
    try:
        yield
    finally:
        server.stop()
