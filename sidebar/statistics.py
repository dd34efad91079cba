"""What was counted, over any stretch of days: by day, month, page and section, and its pictures.

Counting is visits.py's; here rows are read and added up. The number that the old portal handed down
(InheritedVisits) is in no sum."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Sum
from django.db.models.functions import Substr
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from wagtail.models import Page

from . import charts
from .models import DailyPageViews, DailyVisits


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
    return date_format(day, "j/n")


def views_between(first, last):
    return DailyPageViews.objects.filter(day__range=(first, last))


def by_page(views):
    """[{page, page__title, page__url_path, count}], the most read first, of DailyPageViews. What
    was read of deleted pages is one row, whose page is None."""
    rows = views.values("page", "page__title", "page__url_path").annotate(count=Sum("views"))
    return rows.order_by("-count", "page")


def by_section(views, home, pages):
    """[(Page or None, count)], the most read first: each page right below the home page with all
    that lies below it, and the home page itself. None: what is deleted, or isn't in the queryset
    `pages` of those that may be named."""
    depth = Page.steplen * (home.depth + 1)
    rows = views.values(section=Substr("page__path", 1, depth)).annotate(count=Sum("views"))
    counts = {row["section"]: row["count"] for row in rows.order_by("-count", "section")}
    sections = {page.path: page for page in pages.filter(path__in=filter(None, counts))}
    return [(sections.get(path), count) for path, count in counts.items()]


def named(title, url_path, home):
    """(what a page is called, its address)"""
    path = url_path.removeprefix(home.url_path)
    return title if path else _("Home"), f"/{path}"
