"""The whole portal at 1,000, 10,000 and 100,000 directives with half as many pieces of news, 200
people and a million visits a day: pages that readers and the office ask for, the tree, publishing.

make bench-scale        a table; SQLITE=1: on SQLite; WRITE=1 keeps it in docs/benchmarks.md

No page is kept: Django's test client goes past the page cache. Each size is measured by processes
of its own. Wall time and CPU are the best of the rounds. CPU is that of the process and of the one
that PostgreSQL has for it, and says what grows on a machine with other work, where wall time
doesn't.
"""

import argparse
import io
import json
import os
import statistics
import sys
import time
from contextlib import redirect_stdout, suppress
from pathlib import Path

from tests.bench import scratch, serving
from tests.bench.words import vocabulary

SIZES = (1_000, 10_000, 100_000)
ROUNDS, TREE_ROUNDS = 9, 5
# What a public page may take at the largest size, of what it takes at the smallest; seconds from
# the last approval until a reader sees it.
GROWTH, TO_LIVE = 1.5, 1.5
HEADING = "## At scale"
ABOUT = """\
`make bench-scale{more} WRITE=1`: {engine}; half as many pieces of news as directives, 200 people,
a million visits a day. Milliseconds, wall / CPU with the database's, the best of the rounds; past
the page cache, each size in processes of its own. Goals: what readers ask for grows at most
{growth}-fold (else in bold); from the last approval until a reader sees it at most {live} s.
"""
PUBLIC, OFFICE, TREE, ONCE = "readers", "office", "tree", "once"


def main():
    parser = argparse.ArgumentParser(
        prog="tests.bench.scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sqlite", action="store_true", help="not on PostgreSQL")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        scratch.begin()
        # What is told on the way is no answer of the step.
        with redirect_stdout(sys.stderr):
            answer = STEPS[options.step]()
        json.dump(answer, sys.stdout)
        return 0
    engine = "SQLite" if options.sqlite else "PostgreSQL"
    found = {}
    with scratch.scratch(engine) as env:
        for size in sorted(options.sizes):
            begun = time.monotonic()
            scratch.step("tests.bench.scale_seed", env, size)
            found[size] = {"seeded": [ONCE, (time.monotonic() - begun) * 1000, None, None]}
            for step in STEPS:
                scratch.say(f"{size:,}: {step} …")
                found[size] |= json.loads(scratch.step(__spec__.name, env, "--step", step))
    text = table(found)
    scratch.write(text)
    if options.write:
        more = " SQLITE=1" if options.sqlite else ""
        about = ABOUT.format(more=more, engine=engine, growth=GROWTH, live=TO_LIVE)
        heading = HEADING + (" (SQLite)" if options.sqlite else "")
        serving.write(f"{about}\n{text}\n{os.cpu_count()} cores.\n", heading)
    return 0


def table(found):
    """`found`: {size: {name: (kind, wall ms, CPU ms or None, queries or None)}}"""
    sizes = list(found)
    lines = [
        f"| | {' | '.join(f'{size:,}' for size in sizes)} | growth | queries |",
        f"| --- |{' ---: |' * (len(sizes) + 2)}",
    ]
    for name, (kind, most_wall, most_cpu, queries) in found[sizes[-1]].items():
        rows = [found[size][name] for size in sizes]
        cells = [f"{wall:.1f} / {cpu:.1f}" if cpu else f"{wall:,.0f}" for _k, wall, cpu, _q in rows]
        _kind, least_wall, least_cpu, _queries = rows[0]
        grown = f"{most_wall / least_wall:.2f}"
        missed = name == LIVE and most_wall > TO_LIVE * 1000
        if most_cpu:
            grown += f" / {most_cpu / least_cpu:.2f}"
            missed = kind == PUBLIC and most_cpu / least_cpu > GROWTH
        mark = "**" if missed else ""
        asked = "" if queries is None else queries
        lines.append(f"| {name} | {' | '.join(cells)} | {mark}{grown}{mark} | {asked} |")
    return "\n".join(lines) + "\n"


# Steps, each in a process of its own: {name: (kind, wall ms, CPU ms, queries)}


def make_index():
    from django.core.management import call_command

    from articles.search import local
    from sidebar.tasks import add_up_views

    found = {}
    begun = time.perf_counter()
    add_up_views()
    found["views of thirty days, added up by beat"] = once(begun)
    begun = time.perf_counter()
    local.catch_up(lambda done, total: scratch.say(f"{done:,} of {total:,} in the index"))
    found["the search index, made anew"] = once(begun)
    begun = time.perf_counter()
    call_command("update_index", stdout=sys.stderr)
    local.catch_up()
    found["`update_index`, and the index following"] = once(begun)
    return found


def once(begun):
    return ONCE, (time.perf_counter() - begun) * 1000, None, None


def read_as_public():
    from django.test import Client

    collect_static()
    return ask(Client(), public_addresses(), PUBLIC)


def read_as_office():
    from django.test import Client

    collect_static()
    client = Client()
    client.force_login(person("Ban biên tập"))
    return ask(client, office_addresses(), OFFICE)


def collect_static():
    """Templates name files by what is in them."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def ask(client, addresses, kind):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from articles import assembly

    queries, walls, cpus = {}, {}, {}
    for name, address in addresses.items():
        client.get(address)
        assembly.forget()
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
            # Django empties the log with each request.
            queries[name] = len(captured)
        assert response.status_code == 200, (address, response.status_code)
        walls[name], cpus[name] = [], []
    # Rounds far apart: what else the machine does is not what is measured.
    for _ in range(ROUNDS):
        for name, address in addresses.items():
            # Rendered whole, as after a publication.
            assembly.forget()
            with timed(walls[name], cpus[name]):
                read_whole(client.get(address))
    return {name: (kind, *figures(walls[name], cpus[name]), queries[name]) for name in addresses}


def read_whole(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


class timed:
    """Adds milliseconds to two lists."""

    def __init__(self, walls, cpus):
        self._walls, self._cpus = walls, cpus

    def __enter__(self):
        self._begun = time.perf_counter(), cpu()

    def __exit__(self, *failure):
        wall, spent = self._begun
        self._walls.append((time.perf_counter() - wall) * 1000)
        self._cpus.append((cpu() - spent) * 1000)


def cpu():
    """Seconds, of this process and of the one that PostgreSQL has for it on this machine."""
    from django.db import connection

    spent = time.process_time()
    if connection.vendor == "postgresql":
        number = connection.connection.info.backend_pid
        with suppress(OSError):
            # Nanoseconds on a core; what /proc/…/stat has is in hundredths of a second.
            spent += int(Path(f"/proc/{number}/schedstat").read_text().split()[0]) / 1e9
    return spent


def figures(walls, cpus):
    return min(walls), min(cpus)


def public_addresses():
    from django.db.models import Count
    from django.db.models.functions import TruncMonth

    from articles.models import DirectivePage, DirectiveType, NewsPage, Topic
    from articles.sitemaps import PagesSitemap

    directives, news = DirectivePage.objects.count(), NewsPage.objects.count()
    directive = DirectivePage.objects.order_by("pk")[directives // 2]
    piece = NewsPage.objects.order_by("pk")[news // 2]
    kind, topic = DirectiveType.objects.all()[0].slug, Topic.objects.order_by("pk")[0].slug
    # Two that few have, without marks, as most are typed.
    rare = "+".join(vocabulary()[1_500:1_502])
    fullest = NewsPage.objects.annotate(month=TruncMonth("posted_on")).values_list("month")
    month = fullest.annotate(count=Count("pk")).order_by("-count", "month")[0][0]
    part = -(-(directives + news) // PagesSitemap.limit)
    pages = "/api/v2/pages/"
    return {
        "home page": "/",
        "register": "/van-ban/",
        "register, last page": f"/van-ban/?trang={directives // 20}",
        # Fills a page at each size: what shows more rows is no slower for it.
        "register, filtered": f"/van-ban/?loai={kind}",
        "directive": directive.url,
        "news": "/tin-tuc/",
        "news, last page": f"/tin-tuc/?trang={-(-news // 20)}",
        "news of a month": f"/tin-tuc/{month:%Y/%m}/",
        "news of a topic": f"/tin-tuc/chu-de/{topic}/",
        "news of a unit": f"{piece.get_parent().url}",
        "piece of news": piece.url,
        "sitemap, index": "/sitemap.xml",
        "sitemap, first part": "/sitemap-pages.xml",
        "sitemap, last whole part": f"/sitemap-pages.xml?p={max(1, part - 1)}",
        "Atom of news": "/tin-tuc/atom/",
        "RSS of news": "/tin-tuc/rss/",
        "Atom of the register": "/van-ban/atom/",
        "API, directives": f"{pages}?type=articles.DirectivePage",
        "API, newest news": f"{pages}?type=articles.NewsPage&order=-posted_on",
        "API, a directive": f"{pages}{directive.pk}/",
        "search": f"/tim-kiem/?q={rare}",
        "search, common words": "/tim-kiem/?q=nhiem+vu",
        "statistics": "/thong-ke/",
        "map of the portal": "/so-do-cong/",
    }


def office_addresses():
    from django.urls import reverse

    from articles.models import DirectiveIndexPage, DirectivePage

    index = DirectiveIndexPage.objects.order_by("depth", "path").first()
    directive = DirectivePage.objects.order_by("pk").first()
    explorer = reverse("wagtailadmin_explore", args=[index.pk])
    return {
        "dashboard": reverse("wagtailadmin_home"),
        "explorer of the register": explorer,
        "explorer, last page": f"{explorer}?p={-(-DirectivePage.objects.count() // 50)}",
        "explorer, by title": f"{explorer}?ordering=title",
        "editor of a directive": reverse("wagtailadmin_pages:edit", args=[directive.pk]),
        "history of a directive": reverse("wagtailadmin_pages:history", args=[directive.pk]),
    }


def person(group, number=0):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.filter(groups__name=group).order_by("pk")[number]


def work_on_the_tree():
    """Each round with pages of its own, which are gone afterwards."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from articles.models import DirectiveIndexPage, DirectivePage

    index = DirectiveIndexPage.objects.order_by("depth", "path").first()
    section = index.add_child(instance=DirectiveIndexPage(title="Đo lường", slug="do-luong"))
    pattern = DirectivePage.objects.order_by("pk").first()
    walls, cpus, queries = {}, {}, {}

    def doing(name, act):
        with (
            timed(walls.setdefault(name, []), cpus.setdefault(name, [])),
            CaptureQueriesContext(connection) as captured,
        ):
            answer = act()
        queries[name] = len(captured)
        return answer

    for number in range(TREE_ROUNDS):
        page = unsaved(pattern, title=f"Văn bản đo lường {number}", number=str(90_000 + number))
        index.refresh_from_db()
        doing("add a directive", lambda page=page: index.add_child(instance=page))
        copy = doing(
            "copy it",
            lambda page=page, number=number: page.copy(
                update_attrs={"slug": f"ban-sao-{number}", "number": str(95_000 + number)},
                keep_live=False,
            ),
        )
        page = DirectivePage.objects.get(pk=page.pk)
        section.refresh_from_db()
        doing("move it to a section", lambda page=page: page.move(section, pos="last-child"))
        page = DirectivePage.objects.get(pk=page.pk)
        doing("take it offline", lambda page=page: page.unpublish())
        page = DirectivePage.objects.get(pk=page.pk)
        doing("delete it", lambda page=page: page.delete())
        DirectivePage.objects.get(pk=copy.pk).delete()
    DirectiveIndexPage.objects.get(pk=section.pk).delete()
    return {name: (TREE, *figures(walls[name], cpus[name]), queries[name]) for name in walls}


def unsaved(pattern, **facts):
    from articles.models import DirectivePage

    same = ("symbol", "type", "issuer", "signer", "signer_position", "signed_on", "subject", "body")
    return DirectivePage(**{name: getattr(pattern, name) for name in same}, **facts)


LIVE = "from the last approval until a reader sees it"


def publish():
    """As it goes in an office: through the admin's addresses, read by two; a reader meets the page
    cache, which has kept the section's list."""
    from django.test import Client
    from django.urls import reverse
    from wagtail.models import Page

    from articles.models import NewsIndexPage, NewsPage
    from portal.wsgi import application

    collect_static()
    top = NewsIndexPage.objects.order_by("depth", "path").first()
    author, *readers = person("Vận hành"), person("Kiểm duyệt viên"), person("Ban biên tập")
    clients = [Client() for _ in readers]
    for client, reader in zip(clients, readers, strict=True):
        client.force_login(reader)
    approvals, seen = [], []
    for number in range(TREE_ROUNDS):
        title = f"Tin đo lường {number} {time.time_ns()}"
        page = NewsPage(title=title, live=False, owner=author, summary="Tin để đo")
        top.refresh_from_db()
        page = top.add_child(instance=page)
        page.save_revision(user=author)
        page.get_workflow().start(page, author)
        assert title not in get(application, top.url)
        for client in clients:
            state = Page.objects.get(pk=page.pk).current_workflow_task_state
            address = reverse(
                "wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk]
            )
            begun = time.perf_counter()
            client.post(address, {"comment": ""})
            approvals.append((time.perf_counter() - begun) * 1000)
        page = NewsPage.objects.get(pk=page.pk)
        assert title in get(application, page.url)
        assert title in get(application, top.url)
        seen.append((time.perf_counter() - begun) * 1000)
        page.delete()
    return {
        "an approval": (OFFICE, min(approvals), None, None),
        LIVE: (ONCE, statistics.median(seen), None, None),
    }


def get(application, address):
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "QUERY_STRING": "",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }
    answer = application(environ, lambda *head: None)
    body = b"".join(answer).decode()
    getattr(answer, "close", lambda: None)()
    return body


STEPS = {
    "index": make_index,
    "public": read_as_public,
    "office": read_as_office,
    "tree": work_on_the_tree,
    "publish": publish,
}


if __name__ == "__main__":
    sys.exit(main())
