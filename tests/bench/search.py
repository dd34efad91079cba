"""The search at 1,000 and at 100,000 documents of 300 words: rare, common and phrase questions.

make bench-search     prints the tables of docs/benchmarks.md, on SQLite and on PostgreSQL
"""

import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
import unicodedata
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from tests.bench import scratch
from tests.bench.directives import fill
from tests.bench.live import web
from tests.bench.words import vocabulary, writer

SIZES = (1_000, 100_000)
# Of each kind; fewer of what takes a second each.
QUESTIONS, QUESTIONS_OF_SLOW = 200, 40
# More, which don't count: each thread of a program opens connections and reads code with its first.
WARMING = 12
# In so many parts, so that all sizes are measured in the same minutes: a machine that others use,
# too, is twice as fast in some as in others.
PARTS = 4

HEAD = """\
| | documents | milliseconds, p50 / p95 | rare | common | phrase | most queries |
| --- | ---: | --- | ---: | ---: | ---: | ---: |
"""
PLACES = {
    "engine": "the engine, with snippets and facets",
    "page": "search page over HTTP",
    "admin": "the admin's page search",
    "chooser": "a page chooser",
    "database": "Wagtail's database backend",
}
# Wagtail's addresses of them.
OFFICE = {"admin": "wagtailadmin_pages:search", "chooser": "wagtailadmin_choose_page_search"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=scratch.ENGINES, help="only this one")
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=SIZES, help="other sizes than these"
    )
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        scratch.begin()
        return STEPS[options.step](options)
    facts = []
    scratch.write(HEAD)
    for engine in [options.engine] if options.engine else scratch.ENGINES:
        with ExitStack() as stack:
            envs = {}
            for size in sorted(options.sizes):
                scratch.say(f"{engine}: {size:,} documents …")
                envs[size] = stack.enter_context(scratch.scratch(engine))
                run("fill", envs[size], "--sizes", size)
                facts.append((engine, size, *built(envs[size])))
            found = measured(envs)
        smallest, largest = min(envs), max(envs)
        for size, places in found.items():
            for place, kinds in places.items():
                hits = {kind: statistics.median(one["hits"]) for kind, one in kinds.items()}
                scratch.say(f"{PLACES[place]}, {size:,} documents: found in the median {hits}")
                shown = cells(kinds, with_rows=place in OFFICE)
                scratch.write(f"| {engine} | {size:,} | {PLACES[place]} {shown}\n")
        for place, kinds in found[largest].items():
            growth = growth_cells(found[smallest][place], kinds)
            scratch.write(f"| {engine} | growth | {PLACES[place]} {growth}\n")
    scratch.write(
        "\n| | documents | making the index, s | its size, MB | memory meanwhile, MB |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
    )
    for engine, size, seconds, megabytes, memory in facts:
        scratch.write(f"| {engine} | {size:,} | {seconds:.1f} | {megabytes:.1f} | {memory:.0f} |\n")
    return 0


def cells(found, with_rows):
    spent = (
        f"{p50(one['times']):.1f} / {p95(one['times']):.1f}"
        + (f" ({statistics.median(one['hits']):.0f} rows)" if with_rows else "")
        for one in found.values()
    )
    queries = [count for one in found.values() for count in one["queries"]]
    return f"| {' | '.join(spent)} | {max(queries, default='')} |"


def growth_cells(small, large):
    ratios = (
        f"{p50(large[kind]['times']) / p50(small[kind]['times']):.2f} / "
        f"{p95(large[kind]['times']) / p95(small[kind]['times']):.2f}"
        for kind in large
    )
    return f"| {' | '.join(ratios)} | |"


def p50(spent):
    return statistics.median(spent)


def run(name, env, *more):
    return scratch.step(__spec__.name, env, "--step", name, *more)


def p95(spent):
    return sorted(spent)[int(len(spent) * 0.95)]


def built(env):
    """(seconds, megabytes on the disk, megabytes of memory at most) of making the index anew."""
    folder = Path(env["DATA_DIR"]) / "search"
    subprocess.run(["rm", "-rf", folder], check=True)
    begun = time.perf_counter()
    memory = json.loads(run("index", env))
    seconds = time.perf_counter() - begun
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return seconds, size / 1e6, memory


def measured(envs):
    """{size: {place: {kind of question: {"times": milliseconds of each, "queries", "hits"}}}}"""
    found = {size: {} for size in envs}
    one_worker = {"WEB_WORKERS": "1", "PATH": path_with_python()}
    with ExitStack() as stack:
        ports = {}
        for size, env in envs.items():
            _group, ports[size] = stack.enter_context(web(env | one_worker, None))
        for part in range(PARTS):
            for size, env in envs.items():
                scratch.say(f"{size:,} documents: part {part + 1} of {PARTS} of the questions …")
                for name in ("engine", "page", "office"):
                    add(found[size], run(name, env, "--part", part, "--port", ports[size]))
    size = min(envs)
    add(found[size], run("database", envs[size]))
    return found


def add(found, answer):
    for place, kinds in json.loads(answer).items():
        for kind, one in kinds.items():
            whole = found.setdefault(place, {}).setdefault(kind, defaultdict(list))
            for name, values in one.items():
                whole[name] += values


def path_with_python():
    return f"{Path(sys.executable).parent}:{os.environ['PATH']}"


# Steps, each in a process of its own


def make(options):
    [size] = options.sizes
    scratch.set_up()
    fill(0, size, writer())
    return 0


def make_index(options):
    import resource

    from articles.search import local

    local.catch_up(lambda done, total: scratch.say(f"{done:,} of {total:,} in the index"))
    json.dump(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, sys.stdout)
    return 0


def time_engine(options):
    from articles.search.questions import PAGE, find
    from articles.search.search_query import SearchQuery

    live = live_register()

    def ask(question):
        found = find(SearchQuery(text=question), live, ())
        hits = found[0:PAGE]
        assert found.facets()["kind"] and hits
        return found.total

    return tell(engine=spent(slice(options.part, QUESTIONS, PARTS), ask))


def time_page(options):
    connection = http.client.HTTPConnection("127.0.0.1", options.port)
    queries = count_queries()

    def ask(question):
        connection.request("GET", f"/tim-kiem/?q={quote(question)}")
        response = connection.getresponse()
        shown = response.read().decode()
        assert response.status == 200, question
        return int(re.search(r"register-total[^>]*>\D*([\d.]+)", shown)[1].replace(".", ""))

    return tell(page=spent(slice(options.part, QUESTIONS, PARTS), ask, queries))


def time_office(options):
    """As somebody who may see everything; how many rows are shown, in place of how many are found:
    a list takes the longer the more it shows."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    client = Client()
    client.force_login(superuser())
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
    connection = http.client.HTTPConnection("127.0.0.1", options.port)

    def asking(address):
        def ask(question):
            connection.request("GET", f"{address}?q={quote(question)}", headers=headers)
            response = connection.getresponse()
            shown = set(re.findall(r"nhiệm vụ số (\d+)", response.read().decode()))
            assert response.status == 200 and shown, question
            return len(shown)

        return ask

    part = slice(options.part, QUESTIONS_OF_SLOW, PARTS)
    return tell(
        **{place: spent(part, asking(reverse(name)), titles=True) for place, name in OFFICE.items()}
    )


def time_database(options):
    """Wagtail's own backend over the same database, its index made first."""
    from django.conf import settings
    from django.core.management import call_command
    from wagtail.models import Page
    from wagtail.search.backends import get_search_backend

    settings.WAGTAILSEARCH_BACKENDS = {
        "default": {"BACKEND": "modelsearch.backends.database"},
    }
    call_command("update_index", stdout=sys.stderr)
    backend = get_search_backend("default")

    def ask(question):
        found = backend.search(question, Page.objects.live())
        list(found[:20])
        return found.count()

    return tell(database=spent(slice(QUESTIONS_OF_SLOW), ask))


STEPS = {
    "fill": make,
    "index": make_index,
    "engine": time_engine,
    "page": time_page,
    "office": time_office,
    "database": time_database,
}


def tell(**places):
    json.dump(places, sys.stdout)
    return 0


def spent(part, ask, queries=None, titles=False):
    """{kind: {"times": milliseconds, "queries": how many of these, "hits"}} of a part of the
    questions; each is asked once, so nothing that it left behind can help it."""
    found = {}
    for kind, asked in questions(titles).items():
        times, hits = [], []
        for question in asked[QUESTIONS:]:
            ask(question)
        mine = asked[part]
        for question in mine:
            begun = time.perf_counter()
            hits.append(ask(question))
            times.append((time.perf_counter() - begun) * 1000)
        found[kind] = {
            "times": times,
            "queries": list(map(queries, mine)) if queries else [],
            "hits": hits,
        }
    return found


def questions(titles=False):
    """{kind: questions}, all without marks, as most are typed.

    Of `titles`, which is what the office searches as somebody types: there every title has what is
    common.
    """
    from articles.models import DirectivePage

    dice = random.Random(7)
    syllables = vocabulary()
    pages = list(DirectivePage.objects.order_by("-pk")[: QUESTIONS + WARMING])
    if titles:
        # Words that one title has, however many there are: "số 4711 năm 2012". What finds more
        # among more shows a longer list, which would be taken for a longer search.
        phrases = [page.title.split()[6:10] for page in pages]
        texts = [page.title.split()[10:] for page in pages]
        rarest = [sorted(words, key=syllables.index)[-1:] for words in texts]
        everywhere = ["Về", "việc", "thực", "hiện", "nhiệm", "vụ", "số"]
        common = [dice.sample(everywhere, 3) for _ in pages]
    else:
        texts = [str(page.body[0].value).split() for page in pages]
        rarest = [dice.sample(syllables[1_500:], 2) for _ in pages]
        common = [dice.sample(syllables[:30], 2) for _ in pages]
        phrases = []
        for words in texts:
            begin = dice.randrange(1, len(words) - 4)
            phrases.append(words[begin : begin + 4])
    kinds = {"rare": rarest, "common": common, "phrase": phrases}
    return {kind: [unmarked(" ".join(words)) for words in asked] for kind, asked in kinds.items()}


def unmarked(text):
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def count_queries():
    """A function that counts those of a question's page, in this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.get("/tim-kiem/?q=a")

    def count(question):
        with CaptureQueriesContext(connection) as captured:
            client.get("/tim-kiem/", {"q": question})
        return len(captured)

    return count


def live_register():
    from articles import live_register as register
    from articles.models import RegisterVersion

    return register.current(RegisterVersion.objects.get().version)


def superuser():
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    found = users.filter(is_superuser=True).first()
    return found or users.create_superuser("do-luong", "do@example.test", "mat-khau")


if __name__ == "__main__":
    sys.exit(main())
