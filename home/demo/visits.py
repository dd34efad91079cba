"""Made-up visits, so that the statistics have something to show; and the old portal's number."""

from datetime import timedelta

from sidebar.models import DailyPageViews, DailyVisits, InheritedVisits, PageViews

DAYS = 45
# As offices are read: less at the end of the week. Monday first.
WEEK = (12, 11, 12, 10, 11, 5, 4)
# Of a page's views, as many as the demo's days may have had.
RECENT = 0.3

INHERITED = 189
SOURCE = "Số minh họa: ảnh chụp khối thống kê ở trang chủ cổng cũ vào ngày này"


def make_visits(today, published_on, author):
    """DAYS days that end yesterday. published_on: {number of a page: the day it came online}.

    Nothing where visits were counted already: theirs would not add up with these."""
    if DailyVisits.objects.exists():
        return
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    views = dict.fromkeys(days, 0)
    rows = []
    for page, in_all in PageViews.objects.order_by("page").values_list("page", "views"):
        for number, day in enumerate(days):
            # The pages have their better days one after the other.
            weight = WEEK[day.weekday()] + (page + number) % 5
            count = int(in_all * RECENT * weight / (DAYS * (max(WEEK) + 4)))
            if count and day >= published_on.get(page, today):
                rows.append(DailyPageViews(day=day, page_id=page, views=count))
                views[day] += count
    DailyPageViews.objects.bulk_create(rows)
    DailyVisits.objects.bulk_create(_days(views))
    if not InheritedVisits.objects.exists():
        InheritedVisits.objects.create(
            total=INHERITED,
            counted_until=today - timedelta(days=DAYS + 1),
            source=SOURCE,
            entered_by=author,
        )


def _days(views):
    """DailyVisits of {day: views by readers}."""
    in_month = in_all = 0
    for day, count in views.items():
        visits = 3 + count * 2 // 5
        in_month = visits + (0 if day.day == 1 else in_month)
        in_all += visits
        yield DailyVisits(
            day=day,
            visits=visits,
            member_visits=min(visits, 1 + day.weekday() % 3),
            month_visits=in_month,
            total_visits=in_all,
            views=count,
            member_views=4 + 3 * (day.weekday() % 3),
            machine_views=15 + day.toordinal() * 7 % 23,
        )
