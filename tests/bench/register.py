"""The register at 1,000 and at 100,000 directives: queries and time of many filter combinations.

make bench-register     prints the table of docs/benchmarks.md, on SQLite and on PostgreSQL
"""

import argparse
import itertools
import json
import logging
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from datetime import date, timedelta

from tests import servers

SIZES = (1_000, 100_000)
COMBINATIONS = 60
ROUNDS = 15
SEED = 20260701

TYPES, ISSUERS, TOPICS, SIGNERS = 29, 120, 40, 400
FIRST_DAY = date(2001, 1, 1)
DAYS = 25 * 365
HEAD = """\
| | directives | first request s | median ms | p95 ms | slowest ms | most queries |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=["SQLite", "PostgreSQL"], help="only this one")
    parser.add_argument("--step", choices=["fill", "measure"], help=argparse.SUPPRESS)
    parser.add_argument("--sizes", nargs=2, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        return run_step(options)
    sys.stdout.write(HEAD)
    sys.stdout.flush()
    for engine in [options.engine] if options.engine else ["SQLite", "PostgreSQL"]:
        if engine == "PostgreSQL":
            with servers.postgres() as address:
                compare(engine, {"DATABASE_URL": address})
        else:
            compare(engine, {})
    return 0


def compare(engine, env):
    times, made = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "portal.settings.dev"} | env
        for size in SIZES:
            say(f"{engine}: {size:,} directives …")
            step("fill", env, made, size)
            made = size
            # By a new process, as the portal's are: making the directives leaves much in memory.
            answer = json.loads(step("measure", env, made, size))
            times[size] = {address: spent for address, spent, _queries in answer["found"]}
            spent = sorted(times[size].values())
            sys.stdout.write(
                f"| {engine} | {size:,} | {answer['first']:.2f} | {statistics.median(spent):.1f} "
                f"| {spent[int(len(spent) * 0.95)]:.1f} | {spent[-1]:.1f} "
                f"| {max(queries for _address, _spent, queries in answer['found'])} |\n"
            )
            sys.stdout.flush()
    small, large = times[SIZES[0]], times[SIZES[-1]]
    ratios = sorted((large[address] / small[address], address) for address in small)
    sys.stdout.write(
        f"| {engine} | ratio, by combination | | {statistics.median(r for r, _ in ratios):.2f} "
        f"| {ratios[int(len(ratios) * 0.95)][0]:.2f} | {ratios[-1][0]:.2f} | |\n"
    )
    say(f"{engine}: the combination that grows most: {ratios[-1][1]}")


def step(name, env, *sizes):
    clean = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "tests.bench.register", "--step", name]
    command += ["--sizes", *map(str, sizes)]
    return subprocess.run(command, env=clean | env, check=True, stdout=subprocess.PIPE).stdout


def run_step(options):
    import django

    django.setup()
    logging.disable(logging.INFO)
    from django.conf import settings
    from django.core.management import call_command

    if options.step == "fill":
        # The answer alone is this command's output.
        with redirect_stdout(sys.stderr):
            call_command("serve", "--set-up-only")
        fill(*options.sizes)
    else:
        settings.ALLOWED_HOSTS = ["testserver", *settings.ALLOWED_HOSTS]
        json.dump(measure(combinations()), sys.stdout)
    return 0


def say(text):
    sys.stderr.write(f"{text}\n")


def fill(begin, end):
    """Directives number `begin` to `end`, in bulk: what publishing writes, without its checks."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction
    from django.utils import timezone
    from wagtail.models import Page

    from articles import references
    from articles.effect import Facts, timeline
    from articles.models import (
        DirectiveIndexPage,
        DirectivePage,
        DirectiveRelation,
        DirectiveType,
        EffectPeriod,
        Issuer,
        RegisterChange,
        Topic,
    )
    from articles.register import title_key

    index = DirectiveIndexPage.objects.order_by("depth", "path").first()
    if begin == 0:
        DirectiveRelation.objects.all().delete()
        Page.objects.type(DirectivePage).delete()
        for number in range(Issuer.objects.count(), ISSUERS):
            Issuer.objects.create(name=f"Ủy ban nhân dân xã số {number}", short_name=f"Xã {number}")
        for number in range(Topic.objects.count(), TOPICS):
            Topic.objects.create(name=f"Lĩnh vực {number}")
    types = list(DirectiveType.objects.all())
    issuers, topics = list(Issuer.objects.all()), list(Topic.objects.all())
    content_type = ContentType.objects.get_for_model(DirectivePage)
    index.refresh_from_db()
    taken = Page.objects.filter(depth=index.depth + 1, path__startswith=index.path)
    last = taken.order_by("path").values_list("path", flat=True).last()
    place = Page._str2int(last[-Page.steplen :]) if last else 0
    now = timezone.now()
    dice = random.Random(SEED + begin)
    columns = DirectivePage._meta.local_fields
    names = ", ".join(connection.ops.quote_name(field.column) for field in columns)
    marks = ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO articles_directivepage ({names}) VALUES ({marks})"
    for start in range(begin, end, 2_000):
        pages, directives, periods, links = [], [], [], []
        for number in range(start, min(start + 2_000, end)):
            place += 1
            path = index.path + Page._int2str(place).rjust(Page.steplen, "0")
            title = f"Về việc thực hiện nhiệm vụ số {number} năm {number % 25 + 2001}"
            pages.append(
                Page(
                    path=path,
                    depth=index.depth + 1,
                    title=title,
                    draft_title=title,
                    slug=f"van-ban-{number}",
                    url_path=f"{index.url_path}van-ban-{number}/",
                    content_type=content_type,
                    live=True,
                    first_published_at=now,
                    last_published_at=now,
                    locale=index.locale,
                )
            )
        with transaction.atomic():
            pages = Page.objects.bulk_create(pages)
            for page in pages:
                signed_on = FIRST_DAY + timedelta(days=dice.randrange(DAYS))
                # A few types and bodies have most of the documents, as in any office.
                kind = types[min(int(dice.expovariate(0.2)), len(types) - 1)]
                issuer = issuers[min(int(dice.expovariate(0.05)), len(issuers) - 1)]
                number = dice.randrange(1, 9_999)
                symbol = f"{kind.abbreviation or 'UBND'}-UBND"
                facts = Facts(
                    effective_on=signed_on + timedelta(days=dice.choice([0, 0, 0, 10, 400])),
                    expires_on=signed_on + timedelta(days=4_000) if dice.random() < 0.1 else None,
                    withdrawn_on=signed_on + timedelta(days=900) if dice.random() < 0.01 else None,
                    replaced_on=(signed_on + timedelta(days=2_000),) if dice.random() < 0.2 else (),
                    amended_on=(signed_on + timedelta(days=700),) if dice.random() < 0.2 else (),
                )
                directive = DirectivePage(
                    page_ptr_id=page.pk,
                    title=page.title,
                    number=f"{number:02}",
                    symbol=symbol,
                    reference_key=references.parse(f"{number}/{symbol}").key,
                    year=signed_on.year,
                    title_key=title_key(page.title),
                    type=kind,
                    issuer=issuer,
                    signer=f"Nguyễn Văn {min(int(dice.expovariate(0.02)), SIGNERS)}",
                    signer_position="Chủ tịch",
                    signed_on=signed_on,
                    effective_on=facts.effective_on,
                    expires_on=facts.expires_on,
                    withdrawn_on=facts.withdrawn_on,
                    withdrawal_reason="Sai thẩm quyền" if facts.withdrawn_on else "",
                    subject=page.title,
                )
                directives.append(
                    [
                        field.get_db_prep_save(field.pre_save(directive, True), connection)
                        for field in columns
                    ]
                )
                periods += [
                    EffectPeriod(
                        directive_id=page.pk,
                        effect=period.effect,
                        starts_on=period.starts_on,
                        ends_before=period.ends_before,
                    )
                    for period in timeline(facts)
                ]
                links += [
                    DirectivePage.topics.through(directivepage_id=page.pk, topic_id=topic.pk)
                    for topic in dice.sample(topics, dice.randint(1, 3))
                ]
            with connection.cursor() as cursor:
                cursor.executemany(insert, directives)
            EffectPeriod.objects.bulk_create(periods)
            DirectivePage.topics.through.objects.bulk_create(links)
            Page.objects.filter(pk=index.pk).update(numchild=end)
            RegisterChange.objects.note([page.pk for page in pages])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


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
