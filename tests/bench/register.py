"""The register at 1,000 and at 100,000 directives: queries and time of many filter combinations.

make bench-register     prints the table of docs/benchmarks.md, on SQLite and on PostgreSQL
"""

import argparse
import itertools
import json
import random
import statistics
import sys
import time

from tests.bench import scratch
from tests.bench.directives import fill

SIZES = (1_000, 100_000)
COMBINATIONS = 60
ROUNDS = 15
SEED = 20260701

HEAD = """\
| | directives | first request s | median ms | p95 ms | slowest ms | most queries |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=scratch.ENGINES, help="only this one")
    parser.add_argument("--step", choices=["fill", "measure"], help=argparse.SUPPRESS)
    parser.add_argument("--sizes", nargs=2, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        return run_step(options)
    scratch.write(HEAD)
    for engine, env in scratch.scratches(options.engine):
        compare(engine, env)
    return 0


def compare(engine, env):
    times, made = {}, 0
    for size in SIZES:
        scratch.say(f"{engine}: {size:,} directives …")
        scratch.step(__spec__.name, env, "--step", "fill", "--sizes", made, size)
        made = size
        answer = json.loads(scratch.step(__spec__.name, env, "--step", "measure"))
        times[size] = {address: spent for address, spent, _queries in answer["found"]}
        spent = sorted(times[size].values())
        scratch.write(
            f"| {engine} | {size:,} | {answer['first']:.2f} | {statistics.median(spent):.1f} "
            f"| {spent[int(len(spent) * 0.95)]:.1f} | {spent[-1]:.1f} "
            f"| {max(queries for _address, _spent, queries in answer['found'])} |\n"
        )
    small, large = times[SIZES[0]], times[SIZES[-1]]
    ratios = sorted((large[address] / small[address], address) for address in small)
    scratch.write(
        f"| {engine} | ratio, by combination | | {statistics.median(r for r, _ in ratios):.2f} "
        f"| {ratios[int(len(ratios) * 0.95)][0]:.2f} | {ratios[-1][0]:.2f} | |\n"
    )
    scratch.say(f"{engine}: the combination that grows most: {ratios[-1][1]}")


def run_step(options):
    scratch.begin()
    if options.step == "fill":
        begin, end = options.sizes
        if begin == 0:
            scratch.set_up()
        fill(begin, end)
    else:
        json.dump(measure(combinations()), sys.stdout)
    return 0


def combinations():
    """Query strings: none, each facet alone, all of them, and a reproducible choice of others."""
    from articles.facets import EFFECT_WORDS
    from articles.models import DirectiveIndexPage, DirectiveType, Issuer, Topic

    dice = random.Random(SEED)
    offers = {
        "loai": list(DirectiveType.objects.values_list("slug", flat=True)[:5]),
        "co-quan": list(Issuer.objects.values_list("slug", flat=True)[:10]),
        "linh-vuc": list(Topic.objects.values_list("slug", flat=True)[:10]),
        "nam": [str(year) for year in range(2005, 2025)],
        "hieu-luc": list(EFFECT_WORDS.values()),
        "nguoi-ky": [f"nguyen-van-{number}" for number in range(10)],
    }
    chosen = [(), *((facet,) for facet in offers), tuple(offers)]
    every = [facets for size in range(2, 6) for facets in itertools.combinations(offers, size)]
    chosen += dice.choices(every, k=COMBINATIONS - len(chosen))
    base = DirectiveIndexPage.objects.order_by("depth", "path").first().url
    addresses = []
    for position, facets in enumerate(chosen):
        pairs = [
            f"{facet}={value}"
            for facet in facets
            for value in dice.sample(offers[facet], dice.randint(1, 2))
        ]
        if position % 3 == 1:
            pairs.append(f"ngay={2005 + position % 20}-07-01")
        if position % 4 == 2:
            pairs.append(f"sap-xep={dice.choice(['cu-nhat', 'so', 'ten'])}")
        if position % 5 == 3:
            pairs.append("trang=3")
        addresses.append(f"{base}?{'&'.join(pairs)}")
    return addresses


def measure(addresses):
    """Seconds of a new process's first request; of each address its milliseconds and queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    begun = time.perf_counter()
    client.get(addresses[0])
    first = time.perf_counter() - begun
    queries, spent = {}, {address: [] for address in addresses}
    for address in addresses:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        queries[address] = len(captured)
        assert response.status_code == 200, address
    # The best of several, and these far apart: what else the machine does is not what is measured.
    for _ in range(ROUNDS):
        for address in addresses:
            begun = time.perf_counter()
            client.get(address)
            spent[address].append((time.perf_counter() - begun) * 1000)
    return {
        "first": first,
        "found": [(address, min(spent[address]), queries[address]) for address in addresses],
    }


if __name__ == "__main__":
    sys.exit(main())
