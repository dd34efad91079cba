"""What stands on the front door beside directives and news."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from wagtail.models import Locale, PageViewRestriction, Site

from articles.models import EventIndexPage
from home.founding import lay_english
from polls.models import Choice, Poll
from sidebar.models import Sidebar, SidebarSettings
from tests.factories import make_event, make_home

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def home():
    return make_home()


def days(number):
    return timezone.now() + timedelta(days=number)


def make_poll(question="Bạn hài lòng không?", **facts):
    poll = Poll.objects.create(question=question, **facts)
    Choice.objects.create(poll=poll, text="Có")
    return poll


def place_sidebar(*blocks):
    sidebar = Sidebar.objects.create(title="Cột bên", blocks=list(blocks))
    SidebarSettings.objects.create(site=Site.objects.get(), default_sidebar=sidebar)


def front(client, address="/"):
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
    return html.fromstring(response.content.decode())


def shown_events(client, address="/"):
    return front(client, address).xpath("//ul[@class='days']//h3/a/text()")


def queries_of(client):
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    return len(queries)


def test_the_next_events_come_with_their_day_and_what_is_over_does_not(client, home):
    make_event("Đã qua", starts_at=days(-3), ends_at=None)
    make_event("Tháng sau", starts_at=days(30), ends_at=None)
    make_event("Đang diễn ra", starts_at=days(-1), ends_at=days(1))
    make_event("Ngày mai", starts_at=days(1), ends_at=None)
    make_event("Nháp", starts_at=days(2), ends_at=None, live=False)
    closed = make_event("Kín", starts_at=days(2), ends_at=None)
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    assert shown_events(client) == ["Đang diễn ra", "Ngày mai", "Tháng sau"]


def test_the_next_events_are_those_of_the_pages_language(client, home):
    lay_english()
    event = make_event("Phiên chợ", starts_at=days(1), ends_at=None)
    make_event("Hội nghị", starts_at=days(2), ends_at=None)
    draft = event.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    draft.title = "Market"
    draft.save_revision().publish(skip_permission_checks=True)
    assert shown_events(client) == ["Phiên chợ", "Hội nghị"]
    assert shown_events(client, "/en/") == ["Market"]


def test_a_day_reads_as_people_say_it_and_leads_to_its_month(client, home, monkeypatch):
    start = timezone.make_aware(datetime(2026, 12, 5, 8))
    before = timezone.make_aware(datetime(2026, 11, 29, 8))
    monkeypatch.setattr(timezone, "now", lambda: before)
    make_event("Ngày hội", starts_at=start, ends_at=None)
    page = front(client)
    day = page.xpath("//ul[@class='days']//time")[0]
    assert " ".join(day.text_content().split()) == "5 tháng 12"
    assert day.get("datetime") == "2026-12-05T08:00:00+07:00"
    assert "/su-kien/2026/12/" in page.xpath("//section[@aria-labelledby='events']//a/@href")
    assert client.get("/su-kien/2026/12/").status_code == 200


def test_without_events_or_polls_there_are_no_empty_boxes(client, home):
    page = front(client)
    assert not page.xpath("//section[@aria-labelledby='events']")
    assert not page.xpath("//section[@aria-labelledby='poll']")
    for section in page.xpath("//main//section"):
        assert section.xpath(".//li | .//form"), section.get("aria-labelledby")


def test_events_cost_one_query_however_many_there_are(client, home):
    counts = []
    for number in range(8):
        make_event(f"Sự kiện {number}", starts_at=days(number + 1), ends_at=None)
        counts.append(queries_of(client))
    assert set(counts) == {counts[0]}
    assert len(shown_events(client)) == 4
    EventIndexPage.objects.get().get_children().delete()
    assert queries_of(client) == counts[0]


def test_the_newest_open_poll_stands_on_the_home_page(client, home):
    make_poll("Cũ?", opens_at=days(-5))
    newest = make_poll("Mới?", opens_at=days(-1))
    make_poll("Chưa mở?", opens_at=days(1))
    make_poll("Đã đóng?", opens_at=days(-1), closes_at=timezone.now())
    make_poll("Nháp?", live=False)
    page = front(client)
    section = page.xpath("//section[@aria-labelledby='poll']")[0]
    assert section.xpath(".//form/@action") == [f"/y-kien/{newest.pk}/bo-phieu/"]
    for other in ("Cũ?", "Chưa mở?", "Đã đóng?", "Nháp?"):
        assert other not in page.text_content()


def test_no_poll_stands_there_where_the_sidebar_has_one(client, home):
    poll = make_poll()
    place_sidebar(("poll", {"heading": "Ý kiến", "poll": poll}))
    page = front(client)
    assert not page.xpath("//main//form[@data-poll-form]")
    assert page.xpath("//aside//form[@data-poll-form]")


def test_a_sidebar_whose_poll_is_offline_leaves_it_to_the_home_page(client, home):
    poll, offline = make_poll(), make_poll("Đã gỡ?", live=False)
    place_sidebar(("poll", {"heading": "Ý kiến", "poll": offline}))
    assert front(client).xpath("//main//form/@action") == [f"/y-kien/{poll.pk}/bo-phieu/"]


def test_looking_into_the_sidebar_costs_no_query(client, home):
    poll = make_poll()
    place_sidebar(("poll", {"heading": "Ý kiến", "poll": poll}))
    with_poll = queries_of(client)
    Sidebar.objects.update(blocks=[])
    # The sidebar is held with its poll; one of the page itself is found, and its choices read.
    assert queries_of(client) == with_poll + 2
