"""What was counted, over any stretch of days: by day, month, page and section, and its pictures.

Counting is visits.py's; here rows are read and added up. The number that the old portal handed down
(InheritedVisits) is in no sum."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from . import charts
from .audience import open_to_all
from .models import DailyPageViews, DailyVisits, PageViews, RecentViews

# Days, and pages that are named.
RECENT, MOST_READ = 30, 10
# Some may be closed before they are added up again.
KEPT = 10 * MOST_READ


class Counts(NamedTuple):
    """Members' visits are a part of the visits; views by readers, members and machines are apart
    from each other."""

    visits: int = 0
    member_visits: int = 0
    views: int = 0
    member_views: int = 0
    machine_views: int = 0


def total(counts):
    return Counts(*map(sum, zip(Counts(), *counts, strict=True)))


def by_day(first, last):
    """{day: Counts} of every day, also of those that nobody came on."""
    rows = DailyVisits.objects.filter(day__range=(first, last))
    counted = {day: Counts(*counts) for day, *counts in rows.values_list("day", *Counts._fields)}
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {day: counted.get(day, Counts()) for day in days}


def by_month(days):
    """{first of the month: Counts} of what by_day gave."""
    months = {}
    for day, counts in days.items():
        months.setdefault(day.replace(day=1), []).append(counts)
    return {month: total(counts) for month, counts in months.items()}


def month_name(month):
    return f"{month.month}/{month.year}"


@dataclass(frozen=True)
class Picture:
    """A chart with what it says in words, for those who don't see it."""

    chart: charts.BarChart
    words: str
    # [(kind, name)] of its colours.
    legend: list


def picture(counted, series, name_of, told):
    """None where nothing was counted.

    counted: {day or month: Counts}; series: [(kind, name, which count of a Counts)], each on top of
    the one before; told: a sentence with %(count)s, %(most)s and %(when)s."""
    chart = charts.bar_chart(
        [name_of(when) for when in counted],
        {kind: [count(one) for one in counted.values()] for kind, _name, count in series},
    )
    if chart is None:
        return None
    tops = {
        when: sum(count(one) for _kind, _name, count in series) for when, one in counted.items()
    }
    when = max(tops, key=tops.get)
    words = told % {
        "count": number_format(sum(tops.values()), force_grouping=True),
        "most": number_format(tops[when], force_grouping=True),
        "when": name_of(when),
    }
    return Picture(chart, words, [(kind, name) for kind, name, _count in series])


def short_day(day):
    return date_format(day, "MONTH_DAY_FORMAT")


def recent_days():
    """The first and the last of them, which is today."""
    today = timezone.localdate()
    return today - timedelta(days=RECENT - 1), today


def page_views(first, last):
    """{number of a page: views by readers}; None: what was read of deleted pages."""
    # Added up before anything is joined: days have many rows, pages are few.
    rows = DailyPageViews.objects.filter(day__range=(first, last)).order_by().values_list("page")
    return dict(rows.annotate(count=Sum("views")))


class Place(NamedTuple):
    """A page as tables name it."""

    pk: int
    path: str  # in the tree
    name: str
    address: str
    language: str


def places(pages, home):
    """{number: Place} of a queryset of pages that may be named. `home`: in whichever language; the
    others lie beside it."""
    found = {}
    columns = ("pk", "path", "title", "url_path", "locale__language_code")
    for pk, path, title, url_path, language in pages.values_list(*columns):
        address = "/".join(url_path.split("/")[home.depth :])
        name, start = title if address else _("Home"), "/"
        if language != settings.LANGUAGE_CODE:
            start = f"/{language}/"
            if not address:
                name = f"{name} ({get_language_info(language)['name_local']})"
        found[pk] = Place(pk, path, name, f"{start}{address}", language)
    return found


def by_page(counts, known):
    """[(Place, views)] of those known, the most read first. counts: of page_views."""
    return _most_read((known[pk], count) for pk, count in counts.items() if pk in known)


def by_section(counts, known, home):
    """[(Place, views)], the most read first: each page right below the home page with all of those
    known that lie below it, and the home page itself."""
    depth = Page.steplen * (home.depth + 1)
    sections = defaultdict(int)
    for pk, count in counts.items():
        if pk in known:
            sections[known[pk].path[:depth]] += count
    by_path = {place.path: place for place in known.values() if len(place.path) <= depth}
    return _most_read((by_path[path], n) for path, n in sections.items() if path in by_path)


def add_up_recent_views():
    """Writes RecentViews anew, of the days that end today: among a hundred thousand pages that
    takes longer than a reader should wait for."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return
    counted = DailyPageViews.objects.filter(
        day__range=recent_days(), page__in=open_to_all(Page.objects.live())
    ).order_by()
    of_pages = counted.values_list("page").annotate(count=Sum("views")).order_by("-count", "page")
    above = Substr("page__path", 1, Page.steplen * (site.root_page.depth + 1))
    of_sections = dict(counted.values_list(above).annotate(count=Sum("views")))
    sections = Page.objects.filter(path__in=of_sections).values_list("pk", "path")
    views = dict(of_pages[:KEPT])
    section_views = {pk: of_sections[path] for pk, path in sections}
    rows = [
        RecentViews(pk, views.get(pk), section_views.get(pk))
        for pk in sorted(views.keys() | section_views)
    ]
    with transaction.atomic():
        RecentViews.objects.exclude(pk__in=[row.pk for row in rows]).delete()
        RecentViews.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["page"],
            update_fields=["views", "section_views"],
        )


def recent_views(home):
    """[(Place, views, views in all)] of the pages that were read most, [(Place, views)] of
    sections, as they were added up last. What has been closed to the public since is not named."""
    rows = list(RecentViews.objects.all())
    open_pages = open_to_all(Page.objects.live())
    known = places(open_pages.filter(pk__in=[row.pk for row in rows]), home)
    named = [row for row in rows if row.pk in known]
    pages = _most_read((known[row.pk], row.views) for row in named if row.views)[:MOST_READ]
    in_all = dict(
        PageViews.objects.filter(page__in=[place.pk for place, _count in pages]).values_list(
            "page", "views"
        )
    )
    return (
        [(place, count, in_all.get(place.pk, count)) for place, count in pages],
        _most_read((known[row.pk], row.section_views) for row in named if row.section_views),
    )


def _most_read(rows):
    return sorted(rows, key=lambda row: (-row[1], row[0].path))
