"""How well the search finds: hit@1, hit@10 and MRR@10 of questions whose answers are known.

make eval-search                                  the project's own set, on SQLite and PostgreSQL
make eval-search DOCS=d.jsonl QUERIES=q.jsonl     another one
"""

import argparse
import json
import sys
import unicodedata
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

from tests.bench import scratch

OWN = Path(__file__).resolve().parents[1] / "evaluation"
DEEP = 10
HEAD = """\
| | typed | queries | hit@1 | hit@10 | MRR@10 |
| --- | --- | ---: | ---: | ---: | ---: |
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--docs",
        type=Path,
        default=OWN / "docs.jsonl",
        help='lines of {"id", "title", "body"} and perhaps "number", "date", "type"',
    )
    parser.add_argument(
        "--queries",
        type=Path,
        default=OWN / "queries.jsonl",
        help='lines of {"q", "relevant": [ids]}',
    )
    parser.add_argument("--engine", choices=scratch.ENGINES, help="only this one")
    parser.add_argument("--misses", action="store_true", help="name what was not found first")
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inner:
        return evaluate(options)
    scratch.write(HEAD)
    files = ["--docs", options.docs, "--queries", options.queries]
    files += ["--misses"] if options.misses else []
    for engine, env in scratch.scratches(options.engine):
        answer = scratch.step(__spec__.name, env, "--inner", "--engine", engine, *files)
        scratch.write(answer.decode())
    return 0


def evaluate(options):
    scratch.begin()
    from django.core.management import call_command
    from django.db import transaction

    from articles.search import local
    from tests.factories import make_home

    # The table alone is this command's output.
    with redirect_stdout(sys.stderr):
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
    with transaction.atomic():
        make_home()
        documents = load(read(options.docs))
    local.catch_up()
    questions = read(options.queries)
    for form, write in FORMS.items():
        ranks = [rank(write(one["q"]), one["relevant"], documents) for one in questions]
        sys.stdout.write(
            f"| {options.engine} | {form} | {len(ranks)} | {hits(ranks, 1):.3f} "
            f"| {hits(ranks, DEEP):.3f} | {reciprocal(ranks):.3f} |\n"
        )
        sys.stdout.flush()
        if options.misses:
            for one, found in zip(questions, ranks, strict=True):
                if found != 1:
                    scratch.say(f"{form}: {found or '-'} {write(one['q'])}")
    return 0


def read(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def load(documents):
    """{primary key: id}: what has a number becomes a directive, the rest news."""
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from articles.models import DirectiveType
    from tests.factories import make_directive, make_news

    types = {kind.name: kind for kind in DirectiveType.objects.all()}
    made = {}
    for count, one in enumerate(documents, start=1):
        day = date.fromisoformat(one["date"][:10]) if one.get("date") else date(2020, 1, 1)
        body = [("text", f"<p>{one['body']}</p>")]
        number, _, symbol = (one.get("number") or "").partition("/")
        try:
            with transaction.atomic():
                page = symbol and make_directive(
                    title=one["title"][:255],
                    number=number,
                    symbol=symbol,
                    type=types.get(one.get("type")) or next(iter(types.values())),
                    signed_on=day,
                    subject=one["title"],
                    body=body,
                )
        except ValidationError:
            # No number as offices write them: it is found by its words.
            page = None
        if not page:
            page = make_news(
                one["title"][:255], body=body, summary=" ".join(filter(None, [one.get("number")]))
            )
        made[page.pk] = one["id"]
        if count % 100 == 0 or count == len(documents):
            scratch.say(f"{count:,} of {len(documents):,} documents")
    return made


def rank(question, relevant, documents):
    """Where the first of what was meant is found, from 1; None: not among the first ten."""
    from articles import live_register
    from articles.models import RegisterVersion
    from articles.search.questions import find
    from articles.search.search_query import SearchQuery

    live = live_register.current(RegisterVersion.objects.get().version)
    hits = find(SearchQuery(text=question), live, ())[0:DEEP]
    found = [documents.get(hit.pk) for hit in hits]
    return next((place for place, one in enumerate(found, start=1) if one in relevant), None)


def hits(ranks, deep):
    return sum(found is not None and found <= deep for found in ranks) / len(ranks)


def reciprocal(ranks):
    return sum(1 / found for found in ranks if found) / len(ranks)


def unmarked(text):
    decomposed = unicodedata.normalize("NFD", plain_d(text))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def plain_d(text):
    return text.replace("đ", "d").replace("Đ", "D")


FORMS = {
    "as written": str,
    "without marks": unmarked,
    "đ as d": plain_d,
    "in NFD": lambda text: unicodedata.normalize("NFD", text),
}


if __name__ == "__main__":
    sys.exit(main())
