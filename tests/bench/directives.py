"""Directives by the thousand, alike in every run."""

import random
from datetime import date, timedelta

from tests.bench import scratch

SEED = 20260701
TYPES, ISSUERS, TOPICS, SIGNERS = 29, 120, 40, 400
FIRST_DAY = date(2001, 1, 1)
DAYS = 25 * 365
# Words, where there are any.
IN_TITLE, IN_BODY = 8, 300
# Made in one transaction.
CHUNK = 2_000


def fill(begin, end, words=lambda dice, count: ""):
    """Directives number `begin` to `end`, in bulk: what publishing writes, without its checks.

    `words` makes so many, of titles and bodies.
    """
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
        IndexChange,
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
    for start in range(begin, end, CHUNK):
        pages, directives, periods, links = [], [], [], []
        for number in range(start, min(start + CHUNK, end)):
            place += 1
            path = index.path + Page._int2str(place).rjust(Page.steplen, "0")
            title = f"Về việc thực hiện nhiệm vụ số {number} năm {number % 25 + 2001}"
            title = f"{title} {words(dice, IN_TITLE)}".strip()
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
                    replaced_on=(signed_on + timedelta(days=CHUNK),) if dice.random() < 0.2 else (),
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
                    body=[("text", f"<p>{words(dice, IN_BODY)}</p>")],
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
            IndexChange.objects.note_of(Page, [page.pk for page in pages])
        scratch.say(f"{min(start + CHUNK, end):,} of {end:,} documents made")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
