"""A real HTTP server on loopback that plays a feed, well or badly."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

SAMPLES = Path(__file__).parent / "samples"
RATES = (SAMPLES / "vietcombank.xml").read_bytes()
SHEET = (SAMPLES / "vietcombank.json").read_bytes()
WEATHER = (SAMPLES / "open_meteo.json").read_bytes()
FORECAST = (SAMPLES / "met_norway.json").read_bytes()
GOLD = (SAMPLES / "sjc.json").read_bytes()


def six_days(time=None):
    """The weather's sample with a forecast from today on, and of that time, if any is given."""
    body = json.loads(WEATHER)
    if time:
        body["current"]["time"] = time
    days = [timezone.localdate() + timedelta(days=ahead) for ahead in range(6)]
    body["daily"] = {
        "time": [day.isoformat() for day in days],
        "weather_code": [61, 80, 95, 3, 1, 45],
        "temperature_2m_max": [25.4] * 6,
        "temperature_2m_min": [20.2] * 6,
        "precipitation_probability_max": [85, 70, 95, 30, 0, 5],
        "precipitation_sum": [12.4, 23.5, 118.0, 0.4, 0.0, 0.0],
        "wind_speed_10m_max": [14.0, 22.0, 52.0, 12.0, 9.0, 4.0],
    }
    return json.dumps(body).encode()


def recorded(*names):
    """Those of these recorded bodies that are there: they lie beside the repository, or nowhere."""
    folder = Path(__file__).parents[2] / "shared" / "feeds"
    return [(folder / name).read_bytes() for name in names if (folder / name).exists()]


class FeedServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answers = {}
        self.requests = []
        # Paths that were asked for by HEAD, and whether it is answered.
        self.heads = []
        self.knows_head = False
        self.connections = 0
        self.closing = threading.Event()

    def get_request(self):
        self.connections += 1
        return super().get_request()

    def handle_error(self, request, client_address):
        """Clients that hang up are what these tests are about."""

    def plays(self, path, body=b"", status=200, **headers):
        """Answer this path so; header names are written with underscores."""
        self.answers[path] = partial(_play, body=body, status=status, headers=headers)
        return self.url + path

    def does(self, path, action):
        """Let `action(handler)` answer this path."""
        self.answers[path] = action
        return self.url + path


class _Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.server.heads.append(self.path)
        if self.server.knows_head:
            self.server.answers[self.path](self)
        else:
            self.send_error(501)

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.query = query
        self.server.requests.append((parts.path, query, dict(self.headers)))
        self.server.answers[parts.path](self)

    def log_message(self, *args):
        """Not into the test's output."""


def _play(handler, body, status, headers):
    handler.send_response(status)
    for name, value in {"Content_Length": len(body), **headers}.items():
        handler.send_header(name.replace("_", "-"), str(value))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving():
    server = FeedServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
