"""Directives by the thousand, alike in every run."""

import random
from datetime import date, datetime, time, timedelta

from tests.bench import scratch

SEED = 20260701
TYPES, ISSUERS, TOPICS, SIGNERS = 29, 120, 40, 400
FIRST_DAY = date(2001, 1, 1)
DAYS = 25 * 365
# Words, where there are any.
IN_TITLE, IN_BODY = 8, 300
# Made in one transaction.
CHUNK = 2_000


def told(done, end):
    scratch.say(f"{done:,} of {end:,} documents made")


def fill(begin, end, words=lambda dice, count: "", owners=(), said=told):
    """Directives number `begin` to `end`, in bulk, each chunk in a transaction.

    `words` makes so many, of titles and bodies; `owners`: primary keys of who wrote them;
    `said(done, end)` is told how far it is.
    """
    from django.db import connection, transaction
    from wagtail.models import Page

    from articles.models import DirectiveIndexPage, DirectivePage, DirectiveRelation
    from tests.bench.branch import Branch

    if begin == 0:
        DirectiveRelation.objects.all().delete()
        Page.objects.type(DirectivePage).delete()
        name_records()
    branch = Branch(DirectiveIndexPage.objects.order_by("depth", "path").first(), DirectivePage)
    write = writer(words, owners)
    dice = random.Random(SEED + begin)
    for start in range(begin, end, CHUNK):
        numbers = range(start, min(start + CHUNK, end))
        with transaction.atomic():
            write_chunk(branch, [write(dice, number) for number in numbers], dice)
        said(numbers.stop, end)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def name_records():
    from articles.models import Issuer, Topic

    for number in range(Issuer.objects.count(), ISSUERS):
        Issuer.objects.create(name=f"Ủy ban nhân dân xã số {number}", short_name=f"Xã {number}")
    for number in range(Topic.objects.count(), TOPICS):
        Topic.objects.create(name=f"Lĩnh vực {number}")


def writer(words, owners):
    """A function (dice, number) → DirectivePage without a place."""
    from django.utils import timezone

    from articles import references
    from articles.models import DirectivePage, DirectiveType, Issuer
    from articles.vietnamese import title_key

    types, issuers = list(DirectiveType.objects.all()), list(Issuer.objects.all())

    def write(dice, number):
        title = f"Về việc thực hiện nhiệm vụ số {number} năm {number % 25 + 2001}"
        title = f"{title} {words(dice, IN_TITLE)}".strip()
        signed_on = FIRST_DAY + timedelta(days=dice.randrange(DAYS))
        # A few types and bodies have most of the documents, as in any office.
        kind = types[min(int(dice.expovariate(0.2)), len(types) - 1)]
        issuer = issuers[min(int(dice.expovariate(0.05)), len(issuers) - 1)]
        named = dice.randrange(1, 9_999)
        symbol = f"{kind.abbreviation or 'UBND'}-UBND"
        withdrawn_on = signed_on + timedelta(days=900) if dice.random() < 0.01 else None
        return DirectivePage(
            title=title,
            slug=f"van-ban-{number}",
            number=f"{named:02}",
            symbol=symbol,
            reference_key=references.parse(f"{named}/{symbol}").key,
            year=signed_on.year,
            title_key=title_key(title),
            type=kind,
            issuer=issuer,
            signer=f"Nguyễn Văn {min(int(dice.expovariate(0.02)), SIGNERS)}",
            signer_position="Chủ tịch",
            signed_on=signed_on,
            effective_on=signed_on + timedelta(days=dice.choice([0, 0, 0, 10, 400])),
            expires_on=signed_on + timedelta(days=4_000) if dice.random() < 0.1 else None,
            withdrawn_on=withdrawn_on,
            withdrawal_reason="Sai thẩm quyền" if withdrawn_on else "",
            subject=title,
            body=[("text", f"<p>{words(dice, IN_BODY)}</p>")],
            owner_id=dice.choice(owners) if owners else None,
            first_published_at=timezone.make_aware(datetime.combine(signed_on, time(9))),
        )

    return write


def write_chunk(branch, directives, dice):
    from articles.models import DirectivePage, DirectiveRelation, Edition, EffectPeriod, Topic
    from tests.bench.branch import insert

    topics = list(Topic.objects.values_list("pk", flat=True))
    branch.add(directives)
    topics_of = {page.pk: dice.sample(topics, dice.randint(1, 3)) for page in directives}
    through = DirectivePage.topics.through
    through.objects.bulk_create(
        through(directivepage_id=page, topic_id=topic)
        for page, chosen in topics_of.items()
        for topic in chosen
    )
    relations = relate(directives, dice)
    DirectiveRelation.objects.bulk_create(relations.values())
    EffectPeriod.objects.refresh([page.pk for page in directives])
    insert(
        Edition,
        [
            Edition(
                directive_id=page.pk,
                number=1,
                published_at=page.first_published_at,
                lines=[page.title, page.body[0].value.source],
            )
            for page in directives
        ],
    )
    branch.publish(
        directives,
        {
            pk: {"topics": chosen} | ({"relations": [relations[pk]]} if pk in relations else {})
            for pk, chosen in topics_of.items()
        },
    )


def relate(directives, dice):
    """{primary key: its DirectiveRelation}: two in five change one that was signed before them."""
    from articles.models import DirectiveRelation, RelationKind

    relations = {}
    for page in directives:
        target = dice.choice(directives)
        if dice.random() < 0.8 and target.signed_on < page.signed_on:
            kind = dice.choice([RelationKind.REPLACES, RelationKind.AMENDS])
            relations[page.pk] = DirectiveRelation(
                directive_id=page.pk, target_id=target.pk, kind=kind, sort_order=0
            )
    return relations
