"""Events in readers' own calendars, and by month."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory
from django.utils import timezone
from lxml.html import fromstring
from wagtail.models import PageViewRestriction

from articles.models import EventIndexPage, EventPage
from tests.factories import make_event, make_home, make_user
from tests.validators import valid_calendar

pytestmark = pytest.mark.django_db


@pytest.fixture
def section():
    make_home()
    return EventIndexPage.objects.get()


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return fromstring(response.content.decode())


def events(client, address="/su-kien/lich.ics"):
    response = client.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return valid_calendar(response.content).events


def titles(client, address="/su-kien/lich.ics"):
    return {str(event["summary"]) for event in events(client, address)}


def days(number):
    return timezone.now() + timedelta(days=number)


def restrict(page, kind="login"):
    PageViewRestriction.objects.create(page=page, restriction_type=kind, password="mật khẩu")


def test_an_event_can_be_put_into_a_calendar(client, section):
    page = make_event("Ngày hội; chuyển đổi số, 2026", summary="Dòng một\nDòng hai")
    page.save_revision().publish()
    page.refresh_from_db()
    (event,) = events(client, f"{page.url}lich.ics")
    assert event["uid"] == f"event-{page.pk}@localhost"
    assert event["summary"] == "Ngày hội; chuyển đổi số, 2026"
    assert event["description"] == "Dòng một\nDòng hai"
    assert event["location"] == "Đông Hà"
    assert event["url"] == f"http://localhost{page.url}"
    # Eight and five o'clock here are one and ten in UTC.
    assert event["dtstart"].dt == datetime(2026, 10, 10, 1, tzinfo=UTC)
    assert event["dtend"].dt == datetime(2026, 10, 10, 10, tzinfo=UTC)
    assert event["last-modified"].dt == page.last_published_at.replace(microsecond=0)


@pytest.mark.parametrize("minutes", [None, 0])
def test_an_event_without_an_end_has_none_in_the_calendar(client, section, minutes):
    start = days(3)
    end = None if minutes is None else start + timedelta(minutes=minutes)
    page = make_event(starts_at=start, ends_at=end)
    (event,) = events(client, f"{page.url}lich.ics")
    assert "dtend" not in event


def test_an_event_stays_the_same_one_under_a_new_name_and_address(client, section):
    page = make_event(starts_at=days(3), ends_at=None)
    before = events(client)[0]
    page.title, page.slug = "Tên mới", "dia-chi-moi"
    page.save()
    after = events(client)[0]
    assert (before["uid"], before["url"]) != (after["uid"], after["url"])
    assert before["uid"] == after["uid"]


def test_calendars_come_as_files_with_a_name(client, section):
    page = make_event()
    for address, name in [("/su-kien/", "su-kien"), (page.url, "ngay-hoi-chuyen-doi-so")]:
        response = client.get(f"{address}lich.ics")
        assert response["Content-Disposition"] == f'attachment; filename="{name}.ics"'
        assert response["Cache-Control"].startswith("max-age=300, s-maxage=")
        assert not response.cookies
        again = client.get(f"{address}lich.ics", headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304


def test_the_calendar_holds_what_is_to_come_and_what_is_over_for_less_than_90_days(client, section):
    for title, start, end in [
        ("Năm sau", 365, None),
        ("Đang diễn ra", -100, 1),
        ("Vừa qua", -89, None),
        ("Kéo dài", -100, -89),
        ("Lâu rồi", -91, None),
        ("Đã lâu", -100, -91),
    ]:
        make_event(title, starts_at=days(start), ends_at=end and days(end))
    assert titles(client) == {"Năm sau", "Đang diễn ra", "Vừa qua", "Kéo dài"}


def test_a_calendar_without_events_is_valid(client, section):
    assert events(client) == []


def test_the_calendar_changes_when_an_event_does(client, section):
    page = make_event(starts_at=days(3), ends_at=None)
    known = {"If-None-Match": client.get("/su-kien/lich.ics")["ETag"]}
    page.unpublish()
    assert client.get("/su-kien/lich.ics", headers=known).status_code == 200


@pytest.fixture
def hidden(section):
    closed = section.get_parent().add_child(instance=EventIndexPage(title="Nội bộ"))
    facts = {"starts_at": days(3), "ends_at": None, "place": "Phòng kín", "summary": "Điều kín"}
    pages = [
        make_event("Nháp", live=False, **facts),
        make_event("Kín", **facts),
        make_event("Có mật khẩu", **facts),
        closed.add_child(instance=EventPage(title="Trong mục kín", **facts)),
    ]
    restrict(pages[1])
    restrict(pages[2], "password")
    restrict(closed)
    return pages


def test_drafts_and_private_events_are_in_no_calendar_and_no_list(client, hidden):
    make_event("Công khai", starts_at=days(3), ends_at=None)
    assert titles(client) == {"Công khai"}
    for address in ("/su-kien/", f"/su-kien/{timezone.localtime(days(3)):%Y/%m}/"):
        shown = client.get(address).content.decode()
        assert "Công khai" in shown
        assert "Phòng kín" not in shown


def test_nobody_gets_a_private_event_as_a_calendar_who_may_not_read_its_page(client, hidden):
    for page in hidden:
        refused, response = client.get(page.url), client.get(f"{page.url}lich.ics")
        assert response.status_code == refused.status_code
        if response.status_code == 302:
            assert urlsplit(response.url).path == urlsplit(refused.url).path
        assert "calendar" not in response.get("Content-Type", "")
        assert "Điều kín" not in response.content.decode()
    closed = client.get("/noi-bo/lich.ics")
    assert closed.status_code == 302
    assert client.get(f"{hidden[0].url}lich.ics").status_code == 404


def test_whoever_may_read_a_private_event_gets_it_as_a_calendar_that_no_cache_keeps(client, hidden):
    client.force_login(make_user("lan", "Biên tập viên"))
    for page in (hidden[1], hidden[3]):
        response = client.get(f"{page.url}lich.ics")
        assert [str(event["summary"]) for event in valid_calendar(response.content).events] == [
            page.title
        ]
        assert "private" in response["Cache-Control"]
        assert "no-store" in response["Cache-Control"]
    # But in the calendar of all, which programs keep, they are for nobody.
    assert titles(client, "/su-kien/lich.ics") == set()
    assert titles(client, "/noi-bo/lich.ics") == set()


@pytest.mark.parametrize(
    "address",
    ["/lich.ics", "/su-kien/lich.ics/", "/su-kien/khong-co/lich.ics", "/tin-tuc/lich.ics"],
)
def test_there_is_no_calendar_elsewhere(client, section, address):
    make_event()
    assert client.get(address).status_code == 404


def test_pages_of_events_lead_to_their_calendars(client, section):
    page = make_event(starts_at=days(3), ends_at=None)
    over = make_event("Đã qua", starts_at=days(-3), ends_at=None)
    index = read(client, "/su-kien/")
    assert index.xpath("//head/link[@type='text/calendar']/@href") == ["/su-kien/lich.ics"]
    assert {"webcal://localhost/su-kien/lich.ics", "/su-kien/lich.ics"} <= set(
        index.xpath("//main//a/@href")
    )
    shown = read(client, page.url)
    assert shown.xpath("//head/link[@type='text/calendar']/@href") == [f"{page.url}lich.ics"]
    assert f"{page.url}lich.ics" in shown.xpath("//article//a/@href")
    assert not read(client, over.url).xpath("//article//a[contains(@href, 'lich.ics')]")


def test_a_month_holds_the_events_that_begin_in_it_here(client, section):
    # One o'clock on the first of November in Quảng Trị is still October in UTC.
    make_event("Tháng mười", starts_at=datetime(2026, 10, 31, 16, tzinfo=UTC), ends_at=None)
    make_event("Tháng mười một", starts_at=datetime(2026, 10, 31, 18, tzinfo=UTC), ends_at=None)
    for month, title in [(10, "Tháng mười"), (11, "Tháng mười một")]:
        page = read(client, f"/su-kien/2026/{month}/")
        assert page.xpath("//ul[@class='register']//a/text()") == [title]
    links = read(client, "/su-kien/").xpath("//nav[@class='months']//a/@href")
    assert links == ["/su-kien/2026/11/", "/su-kien/2026/10/"]
    assert client.get("/su-kien/2026/12/").status_code == 404


def at(*moment):
    return timezone.make_aware(datetime(*moment))


def grid(page):
    """{day: titles of its events} of the table of a month."""
    cells = page.xpath("//table[@class='month']//td[time]")
    return {
        cell.xpath("time/@datetime")[0]: [
            " ".join(a.text_content().split()) for a in cell.xpath("a")
        ]
        for cell in cells
    }


def test_a_month_is_a_table_of_its_days_from_monday_to_sunday(client, section):
    make_event("Hội nghị", starts_at=at(2026, 11, 4, 8), ends_at=at(2026, 11, 4, 10))
    page = read(client, "/su-kien/2026/11/")
    table = page.xpath("//table[@class='month']")[0]
    assert table.xpath("caption")
    heads = table.xpath("thead//th[@scope='col']/text()")
    assert heads == ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"]
    rows = table.xpath("tbody/tr")
    assert [len(row.xpath("td")) for row in rows] == [7] * 6
    # The first of November 2026 is a Sunday.
    assert rows[0].xpath("td[7]/time/text()") == ["1"]
    assert rows[0].xpath("td[1]/node()") == []
    days_of_month = grid(page)
    assert len(days_of_month) == 30
    assert days_of_month["2026-11-04"] == ["08:00 Hội nghị"]
    assert sum(map(len, days_of_month.values())) == 1


def test_what_lasts_for_days_is_on_each_of_them_and_in_both_months(client, section):
    make_event("Hội chợ", starts_at=at(2026, 10, 30, 7), ends_at=at(2026, 11, 2, 0))
    make_event("Họp", starts_at=at(2026, 10, 31, 9), ends_at=None)
    october, november = (grid(read(client, f"/su-kien/2026/{month}/")) for month in (10, 11))
    assert october["2026-10-30"] == ["07:00 Hội chợ"]
    assert october["2026-10-31"] == ["Hội chợ", "09:00 Họp"]
    assert november["2026-11-01"] == ["Hội chợ"]
    # It ends when the second begins.
    assert november["2026-11-02"] == []
    titles_of_list = "//ul[@class='register']//a/text()"
    assert read(client, "/su-kien/2026/11/").xpath(titles_of_list) == ["Hội chợ"]
    # Only what begins in a month gives it a place among the months.
    assert read(client, "/su-kien/").xpath("//nav[@class='months']//a/@href") == [
        "/su-kien/2026/10/"
    ]


def test_today_is_marked_with_a_word_too(client, section, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at(2026, 11, 29, 12))
    make_event("Hội nghị", starts_at=at(2026, 11, 4, 8), ends_at=None)
    make_event("Tổng kết", starts_at=at(2026, 12, 4, 8), ends_at=None)
    page = read(client, "/su-kien/2026/11/")
    (today,) = page.xpath("//td[@aria-current='date']")
    assert today.xpath("time/@datetime") == ["2026-11-29"]
    assert "Hôm nay" in today.text_content()
    assert not read(client, "/su-kien/2026/12/").xpath("//td[@aria-current]")


def test_months_with_events_lead_to_each_other(client, section, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at(2026, 11, 29, 12))
    for month in (6, 9, 12):
        make_event(f"Tháng {month}", starts_at=at(2026, month, 4, 8), ends_at=None)

    def beside(month):
        links = read(client, f"/su-kien/2026/{month:02}/").xpath("//nav[@class='beside']/a")
        return [(link.get("rel"), link.get("href")) for link in links]

    whole = (None, "/su-kien/")
    assert beside(6) == [whole, ("next", "/su-kien/2026/09/")]
    assert beside(9) == [("prev", "/su-kien/2026/06/"), whole, ("next", "/su-kien/2026/12/")]
    assert beside(12) == [("prev", "/su-kien/2026/09/"), whole]
    # The list of all leads to the month of what comes next.
    assert read(client, "/su-kien/").xpath("//a[@class='month-link']/@href") == [
        "/su-kien/2026/12/"
    ]


def test_a_whole_month_is_one_page(client, section):
    for number in range(25):
        make_event(f"Sự kiện {number}", starts_at=at(2026, 11, 4, 8), ends_at=None)
    page = read(client, "/su-kien/2026/11/")
    assert len(page.xpath("//ul[@class='register']/li")) == 25
    assert len(grid(page)["2026-11-04"]) == 25
    assert not page.xpath("//nav[@class='pagination']")


@pytest.mark.parametrize("address", ["/su-kien/", "/su-kien/lich.ics", "/su-kien/{:%Y/%m}/"])
def test_more_events_need_no_more_queries(client, section, django_assert_max_num_queries, address):
    # The month of an address is that of the portal's own time.
    day, counts = timezone.localtime(days(1)), []
    for turn in range(2):
        for number in range(1 + 4 * turn):
            make_event(f"Sự kiện {turn} {number}", starts_at=day, ends_at=None)
        client.get(address.format(day))
        with django_assert_max_num_queries(25) as queries:
            assert client.get(address.format(day)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_event_can_be_previewed_before_it_is_saved(section):
    page = EventPage(title="Sự kiện mới", slug="moi", starts_at=days(1), place="Đông Hà")
    page.depth, page.path = 4, page._get_children_path_interval(section.path)[1]
    page.set_url_path(section)
    shown = page.make_preview_request(RequestFactory().get("/"), page.default_preview_mode)
    html = shown.render().content.decode()
    assert "Đông Hà" in html
    assert "lich.ics" not in html
