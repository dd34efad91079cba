"""nginx as an operator runs it: deploy/nginx.conf, at addresses and in folders of a test's own."""

import os
import re
import signal
import socket
from contextlib import contextmanager
from shutil import which

import trustme

from tests import servers
from tests.e2e.running import ROOT

AROUND = """
daemon off;
{user}
worker_processes auto;
pid {folder}/nginx.pid;
error_log stderr;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/portal.conf;
}}
"""


def binary():
    """Its path, or None."""
    return which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))


def settings(folder, data, host, plain, port, behind, more="", tls=True):
    """deploy/nginx.conf with these names; `more`: further locations."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    changes = {
        r"portal\.example": host,
        r"/etc/ssl/[^/]+/fullchain.pem": f"{folder}/certificate.pem",
        r"/etc/ssl/[^/]+/privkey.pem": f"{folder}/key.pem",
        r"/srv/cong-tinh-offline": f"{folder}/offline",
        r"/srv/cong-tinh\b": str(data),
        r"/var/cache/nginx/cong-tinh": f"{folder}/pages",
        r"127\.0\.0\.1:8000": f"127.0.0.1:{behind}",
        r" *listen \[::\].*\n": "",
        r"listen 80;": f"listen 127.0.0.1:{plain};",
        r"listen 443 ssl http2;": f"listen 127.0.0.1:{port}{' ssl http2' if tls else ''};",
        r"( *)location / \{": lambda found: f"{more}{found[0]}",
    }
    for old, new in changes.items():
        text, count = re.subn(old, new, text)
        assert count, old
    # The portal leads elsewhere whoever came without.
    return text if tls else text.replace("X-Forwarded-Proto $scheme", "X-Forwarded-Proto https")


@contextmanager
def nginx(folder, data, behind, host, more="", tls=True):
    """(the port at which it speaks TLS, or else doesn't; the server), before a portal at the port
    `behind`."""
    if not (program := binary()):
        raise servers.Missing("nginx: apt-get install nginx-light")
    certificate = trustme.CA().issue_cert(host)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "certificate.pem", append=True)
    (folder / "offline").mkdir(exist_ok=True)
    plain, port = servers.free_port(), servers.free_port()
    text = settings(folder, data, host, plain, port, behind, more, tls)
    (folder / "portal.conf").write_text(text)
    # Root's workers would be somebody who may not read the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(user=user, folder=folder))
    command = [program, "-c", folder / "nginx.conf", "-e", "stderr"]

    def ask():
        socket.create_connection(("127.0.0.1", port), 5).close()

    server = servers.Server(command, folder, ask, OSError, signal.SIGQUIT)
    server.start()
    try:
        yield port, server
    finally:
        server.stop()
