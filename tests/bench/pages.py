"""What an uncached page costs: queries, CPU and size, on the demo content with fresh figures.

make bench-pages                     prints the table of docs/benchmarks.md
make bench-pages PROFILE=/tin-tuc/   prints what the time of one page is spent on instead
"""

import argparse
import gzip
import logging
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = [
    "/",
    "/van-ban/",
    "/van-ban/chi-thi-email/07-ct-ubnd-2014/",
    "/tin-tuc/",
    "/su-kien/",
    "/tim-kiem/?q=hop+thu",
    "/y-kien/",
    "/thong-ke/",
    "/live/",
]
ROUNDS = 50


def main():
    parser = argparse.ArgumentParser(
        prog="tests.bench.pages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--profile", metavar="ADDRESS", help="of one page, in place of the table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "portal.settings.dev"}
        import django

        django.setup()
        logging.disable(logging.INFO)
        prepare()
        if options.profile:
            sys.stdout.write(profile(options.profile))
            return
        sys.stdout.write(
            "| page | queries | CPU ms | bytes | gzip |\n| --- | ---: | ---: | ---: | ---: |\n"
        )
        for address in ADDRESSES:
            sys.stdout.write(measure(address) + "\n")
            sys.stdout.flush()


def prepare():
    from django.conf import settings
    from django.core.management import call_command

    from articles.search import local
    from sidebar.models import ExchangeRate, WeatherReading, WeatherRegion
    from sidebar.providers import open_meteo, vietcombank

    settings.ALLOWED_HOSTS = ["testserver", *settings.ALLOWED_HOSTS]
    # The table alone is this command's output.
    with redirect_stdout(sys.stderr):
        call_command("serve", "--set-up-only")
    samples = ROOT / "tests" / "samples"
    sheet = vietcombank.parse((samples / "vietcombank_20.xml").read_bytes())
    ExchangeRate.objects.replace_with(sheet)
    reading = open_meteo.parse((samples / "open_meteo.json").read_bytes())
    for region in WeatherRegion.objects.all():
        WeatherReading.objects.replace_with(region, reading)
    local.catch_up()


def whole(address):
    """`get()` answers a page that is rendered whole, as after a publication."""
    from django.test import Client

    from articles import assembly

    client = Client()

    def get():
        assembly.forget()
        return client.get(address)

    get()
    return get


def measure(address):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    get = whole(address)
    with CaptureQueriesContext(connection):
        response = get()
        # Before the next request empties the log.
        queries = len(connection.queries_log)
    assert response.status_code == 200, address
    begun = time.process_time()
    for _ in range(ROUNDS):
        get()
    spent = (time.process_time() - begun) / ROUNDS * 1000
    size = len(response.content)
    packed = len(gzip.compress(response.content, 6))
    return f"| `{address}` | {queries} | {spent:.1f} | {size:,} | {packed:,} |"


def profile(address):
    """A tree of calls with their share of the time, in percent."""
    from pyinstrument import Profiler

    get = whole(address)
    profiler = Profiler(interval=0.0005)
    with profiler:
        for _ in range(ROUNDS):
            get()
    return profiler.output_text(time="percent_of_total")


if __name__ == "__main__":
    main()
