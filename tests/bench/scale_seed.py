"""A portal of a province in full: N directives, N/2 pieces of news, 200 people in 20 units, and
visits, a million a day.

make seed-scale N=100000        into the database that DATABASE_URL names, or DATA_DIR's; an empty
                                one, or one that this has made: more are added to that
"""

import argparse
import os
import random
import sys
import time
from datetime import timedelta

from tests.bench import directives, news, scratch
from tests.bench.words import writer

SEED = 20260703
UNITS, IN_UNIT = 20, 8
# The whole portal's; with those of units, 200 people.
STAFF = {"Kiểm duyệt viên": 20, "Ban biên tập": 12, "Quản trị nội dung": 4, "Vận hành": 4}
VISITS, COUNTED_DAYS = 1_000_000, 400
# Of each page by day; pages that anybody opens on a day.
READ_DAYS, READ_PAGES = 30, 20_000

OURS = {"articles.DirectivePage": r"^van-ban-[0-9]+$", "articles.NewsPage": r"^tin-so-[0-9]+$"}
ACCOUNT = "can-bo-{:03}"
FOREIGN = """\
Cơ sở dữ liệu này đã có nội dung không do lệnh này tạo ra ({found}), nên không ghi gì cả.
Hãy chỉ định một cơ sở dữ liệu trống: DATABASE_URL=postgres://… hoặc DATA_DIR=<thư mục trống>.
"""


class Foreign(Exception):
    """A database that holds what this hasn't made; says what, in Vietnamese."""


def main():
    parser = argparse.ArgumentParser(
        prog="tests.bench.scale_seed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("directives", type=int)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    scratch.begin()
    from django.conf import settings

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    try:
        refuse_foreign()
    except Foreign as foreign:
        sys.stderr.write(FOREIGN.format(found=foreign))
        return 1
    set_up()
    seed(options.directives)
    scratch.say(f"Xong sau {duration(time.monotonic() - begun)}.")
    return 0


def refuse_foreign():
    """Raises Foreign; writes nothing."""
    from django.apps import apps
    from django.contrib.auth import get_user_model
    from django.db import connection

    tables = set(connection.introspection.table_names())
    if not tables:
        return
    if not {"django_migrations", "auth_user", "articles_newspage"} <= tables:
        raise Foreign(f"bảng {min(tables)}")
    # Whoever works with a portal has an account in it.
    names = get_user_model().objects.values_list("username", flat=True)
    for name in names.exclude(username__regex=r"^can-bo-[0-9]{3}$")[:1]:
        raise Foreign(f"tài khoản {name}")
    for model, pattern in OURS.items():
        pages = apps.get_model(model).objects.exclude(slug__regex=pattern)
        for title in pages.values_list("title", flat=True)[:1]:
            raise Foreign(f"trang “{title}”")


def set_up():
    """What a portal has when it starts, without the demo."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("setup_portal")


def seed(count):
    """Up to so many directives, and all that goes with them. What is there already stays."""
    from articles.models import DirectivePage, NewsIndexPage, NewsPage

    words = writer()
    top = NewsIndexPage.objects.order_by("depth", "path").first()
    owners = make_people(top)
    sections = list(NewsIndexPage.objects.child_of(top).order_by("path"))
    if not DirectivePage.objects.exists():
        directives.name_records()
    made, told = DirectivePage.objects.count(), NewsPage.objects.count()
    directives.fill(made, count, words, owners, Progress("Văn bản", made))
    news.fill(told, count // 2, words, sections, owners, Progress("Tin tức", told))
    count_visits()


class Progress:
    """Tells how far it is, and how long the rest will take at this speed."""

    def __init__(self, name, before):
        self._name, self._before = name, before
        self._begun = time.monotonic()

    def __call__(self, done, total):
        spent = time.monotonic() - self._begun
        left = spent / (done - self._before) * (total - done)
        scratch.say(
            f"{self._name}: {grouped(done)}/{grouped(total)} ({done * 100 // total} %), "
            f"còn khoảng {duration(left)}"
        )


def grouped(number):
    return f"{number:,}".replace(",", ".")


def duration(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} phút {seconds} giây" if minutes else f"{seconds} giây"


def make_people(top):
    """A section of news for each unit, with people; primary keys of all who write in units."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Group

    from articles.models import NewsIndexPage
    from office.models import Unit, UnitSection

    users = get_user_model().objects
    if not users.exists():
        groups = []
        for number in range(1, UNITS + 1):
            name = f"Cơ quan số {number}"
            section = top.add_child(instance=NewsIndexPage(title=f"Tin của {name}"))
            unit = Unit(name=name)
            unit.sections = [UnitSection(page=section)]
            unit.save()
            # One in four edits what the others write.
            groups += [unit.editors if one % 4 == 0 else unit.reporters for one in range(IN_UNIT)]
        for name, many in STAFF.items():
            groups += [Group.objects.get(name=name)] * many
        # Nobody signs in with them until somebody gives them a password.
        shut = make_password(None)
        people = users.bulk_create(
            users.model(username=ACCOUNT.format(number), password=shut)
            for number in range(1, len(groups) + 1)
        )
        users.model.groups.through.objects.bulk_create(
            users.model.groups.through(user_id=person.pk, group_id=group.pk)
            for person, group in zip(people, groups, strict=True)
        )
        scratch.say(f"Tài khoản: {len(people)}, trong {UNITS} cơ quan")
    writers = users.order_by("username").values_list("pk", flat=True)
    return list(writers[: UNITS * IN_UNIT])


def count_visits():
    """Anew: days, their pages, and what pages were opened in all."""
    from django.db import connection, transaction
    from django.utils import timezone
    from wagtail.models import Page

    from sidebar.models import DailyPageViews, DailyVisits, PageViews

    dice = random.Random(SEED)
    today = timezone.localdate()
    pages = list(
        Page.objects.live().filter(depth__gt=1).order_by("pk").values_list("pk", flat=True)
    )
    dice.shuffle(pages)
    # Few pages are read by most, by Zipf's law.
    shares = [1 / (rank + 10) for rank in range(len(pages))]
    a_day = 2 * VISITS / sum(shares[:READ_PAGES])
    with transaction.atomic():
        for model in (DailyPageViews, PageViews, DailyVisits):
            model.objects.all().delete()
        PageViews.objects.bulk_create(
            PageViews(page_id=page, views=round(a_day * share) * COUNTED_DAYS)
            for page, share in zip(pages, shares, strict=True)
        )
        days, month, total = [], 0, 0
        for ago in range(COUNTED_DAYS, 0, -1):
            day = today - timedelta(days=ago)
            visits = round(VISITS * dice.uniform(0.8, 1.2))
            month, total = (0 if day.day == 1 else month) + visits, total + visits
            days.append(
                DailyVisits(
                    day=day,
                    online=visits // 100,
                    visits=visits,
                    month_visits=month,
                    total_visits=total,
                    member_visits=400,
                    views=2 * visits,
                    member_views=2_000,
                    machine_views=visits // 2,
                )
            )
        DailyVisits.objects.bulk_create(days)
        with connection.cursor() as cursor:
            for one in days[-READ_DAYS:]:
                # 600,000 rows would take Python a minute.
                cursor.execute(
                    "INSERT INTO sidebar_dailypageviews (day, page_id, views)"
                    " SELECT %s, page_id, views * %s / %s FROM sidebar_pageviews"
                    " ORDER BY views DESC, page_id LIMIT %s",
                    [one.day, one.visits, VISITS * COUNTED_DAYS, READ_PAGES],
                )
            cursor.execute("ANALYZE")
    scratch.say(f"Lượt truy cập: {COUNTED_DAYS} ngày, mỗi ngày khoảng {grouped(VISITS)}")


if __name__ == "__main__":
    sys.exit(main())
