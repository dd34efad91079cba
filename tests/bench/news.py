"""News by the thousand, alike in every run."""

import random
from datetime import datetime, time, timedelta

from tests.bench import scratch

SEED = 20260702
TAGS, AUTHORS = 60, 30
# Years that the archive goes back.
YEARS = 10
IN_TITLE, IN_SUMMARY, IN_BODY = 8, 30, 300
# Of one section, made in one transaction.
CHUNK = 250


def told(done, end):
    scratch.say(f"{done:,} of {end:,} pieces of news made")


def fill(begin, end, words, sections, owners=(), said=told):
    """News number `begin` to `end`, a chunk of them in each of these sections in turn.

    `said(done, end)` is told how far it is."""
    from django.db import connection, transaction

    from articles.models import Author, NewsPage, Topic
    from tests.bench.branch import Branch

    records = {
        "topics": list(Topic.objects.values_list("pk", flat=True)),
        "authors": [
            Author.objects.get_or_create(name=f"Trần Thị {number}")[0].pk
            for number in range(AUTHORS)
        ],
    }
    tags = make_tags()
    branches = [Branch(section, NewsPage) for section in sections]
    dice = random.Random(SEED + begin)
    for start in range(begin, end, CHUNK):
        numbers = range(start, min(start + CHUNK, end))
        with transaction.atomic():
            branch = branches[start // CHUNK % len(branches)]
            write_chunk(
                branch,
                [write(dice, number, words, owners) for number in numbers],
                records,
                tags,
                dice,
            )
        said(numbers.stop, end)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_tags():
    from taggit.models import Tag

    return [
        Tag.objects.get_or_create(slug=f"the-{number}", defaults={"name": f"Thẻ {number}"})[0].pk
        for number in range(TAGS)
    ]


def write(dice, number, words, owners):
    """A NewsPage without a place."""
    from django.utils import timezone

    from articles.models import NewsPage

    title = f"Tin số {number}: {words(dice, IN_TITLE)}"
    posted_on = timezone.localdate() - timedelta(days=dice.randrange(YEARS * 365))
    return NewsPage(
        title=title,
        slug=f"tin-so-{number}",
        summary=words(dice, IN_SUMMARY),
        body=[("text", f"<p>{words(dice, IN_BODY)}</p>")],
        posted_on=posted_on,
        owner_id=dice.choice(owners) if owners else None,
        first_published_at=timezone.make_aware(datetime.combine(posted_on, time(0, 1))),
    )


def write_chunk(branch, news, records, tags, dice):
    from articles.models import NewsPage, NewsTag

    branch.add(news)
    related = {page.pk: {"topics": [], "authors": [], "tagged_items": []} for page in news}
    for name, most in (("topics", 2), ("authors", 1)):
        for of_page in related.values():
            of_page[name] = dice.sample(records[name], dice.randint(1, most))
        field = NewsPage._meta.get_field(name)
        through = field.remote_field.through
        through.objects.bulk_create(
            through(**{"newspage_id": pk, f"{field.m2m_reverse_field_name()}_id": record})
            for pk, of_page in related.items()
            for record in of_page[name]
        )
    for pk, of_page in related.items():
        of_page["tagged_items"] = [
            NewsTag(content_object_id=pk, tag_id=tag) for tag in dice.sample(tags, 2)
        ]
    NewsTag.objects.bulk_create(tag for one in related.values() for tag in one["tagged_items"])
    branch.publish(news, related)
