"""Pages go up and come down by themselves, and editors are told when nobody does it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from articles.models import NewsPage
from home import tasks
from home.models import Pulse
from home.offices import BOARD, EDITORS
from home.schedule import schedule
from tests.factories import make_home, make_news, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    make_home()
    client.force_login(make_user("lan", EDITORS))


def expiring(**ago):
    return make_news("Thông báo cũ", expire_at=timezone.now() - timedelta(**ago))


def approved_for(moment, title="Chờ giờ đăng"):
    page = make_news(title, live=False)
    revision = page.save_revision(approved_go_live_at=moment)
    return page, revision


def banner(client):
    return "Bộ hẹn giờ" in client.get(reverse("wagtailadmin_home")).text


def test_the_task_that_publishes_leaves_its_time(db):
    assert schedule().is_dead
    tasks.publish_scheduled()
    assert not schedule().is_dead
    tasks.publish_scheduled()
    assert Pulse.objects.count() == 1


def test_after_three_minutes_without_it_the_dashboard_says_since_when(office, client, clock):
    tasks.publish_scheduled()
    ran_at = timezone.localtime()
    clock.tick(minutes=3)
    assert not banner(client)
    clock.tick(seconds=1)
    shown = client.get(reverse("wagtailadmin_home")).text
    assert f"Bộ hẹn giờ của cổng không chạy từ {ran_at:%H:%M}" in shown
    tasks.publish_scheduled()
    assert not banner(client)


def test_whoever_opens_a_page_with_a_time_is_told_that_it_will_wait(office, client, clock):
    timed = make_news("Có giờ gỡ", expire_at=timezone.now() + timedelta(days=1))
    plain = make_news("Không hẹn giờ")
    tasks.publish_scheduled()
    clock.tick(minutes=10)

    def is_told(page):
        address = reverse("wagtailadmin_pages:edit", args=[page.pk])
        return "Bộ hẹn giờ" in client.get(address).text

    assert is_told(timed)
    assert not is_told(plain)
    tasks.publish_scheduled()
    assert not is_told(timed)


def test_what_was_missed_is_made_up_for(db, clock):
    make_home()
    tasks.publish_scheduled()
    old = expiring(minutes=-5)
    new, _revision = approved_for(timezone.now() + timedelta(minutes=5))
    clock.tick(hours=9)
    tasks.publish_scheduled()
    assert NewsPage.objects.get(pk=new.pk).live
    assert not NewsPage.objects.get(pk=old.pk).live


def test_one_page_that_fails_holds_up_no_other(db, monkeypatch):
    make_home()
    bad, good = expiring(hours=2), make_news("Cũ nữa", expire_at=timezone.now() - timedelta(1))
    taken_down = NewsPage.unpublish

    def unpublish(page, **options):
        if page.pk == bad.pk:
            raise RuntimeError("disk full")
        return taken_down(page, **options)

    monkeypatch.setattr("wagtail.models.Page.unpublish", unpublish)
    tasks.publish_scheduled()
    assert NewsPage.objects.get(pk=bad.pk).live
    assert not NewsPage.objects.get(pk=good.pk).live


def test_machines_learn_of_a_silent_timer(client, clock):
    assert client.get("/healthz").json()["schedule"] == {"status": "degraded", "age": None}
    tasks.publish_scheduled()
    clock.tick(seconds=100)
    assert client.get("/healthz").json()["schedule"] == {"status": "ok", "age": 100}
    clock.tick(seconds=100)
    answer = client.get("/healthz").json()
    assert (answer["status"], answer["schedule"]["status"]) == ("degraded", "degraded")


def test_operators_are_told_what_is_late_and_since_when(db):
    make_home()
    expiring(hours=1)
    tasks_output = StringIO()
    with pytest.raises(CommandError):
        call_command("check_schedule", stdout=tasks_output)
    assert "Thông báo cũ" in tasks_output.getvalue()
    tasks.publish_scheduled()
    output = StringIO()
    call_command("check_schedule", stdout=output)
    assert "Thông báo cũ" not in output.getvalue()


def test_the_report_tells_what_comes_what_goes_and_what_is_late(office, client):
    tomorrow = timezone.now() + timedelta(days=1)
    approved_for(tomorrow, "Sắp đăng")
    make_news("Sắp gỡ", expire_at=tomorrow)
    make_news("Không hẹn giờ")
    expiring(hours=1)
    address = reverse("timed_pages")

    def titles(**query):
        return {page.draft_title for page in client.get(address, query).context["object_list"]}

    assert titles() == {"Sắp đăng", "Sắp gỡ", "Thông báo cũ"}
    assert titles(state="late") == {"Thông báo cũ"}
    assert titles(state="coming") == {"Sắp đăng"}
    assert titles(state="going") == {"Sắp gỡ", "Thông báo cũ"}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_report_is_a_file_too(office, client, ending):
    expiring(hours=1)
    response = client.get(reverse("timed_pages"), {"export": ending})
    assert response.status_code == 200
    assert f".{ending}" in response["Content-Disposition"]
    if ending == "csv":
        assert "Thông báo cũ" in response.content.decode("utf-8-sig")


def test_the_report_costs_no_query_for_a_page(office, client, django_assert_max_num_queries):
    address = reverse("timed_pages")
    client.get(address)
    for number in range(20):
        make_news(f"Tin {number}", expire_at=timezone.now() + timedelta(days=number))
    with django_assert_max_num_queries(30):
        assert len(client.get(address).context["object_list"]) == 20


def test_whoever_has_no_page_to_edit_reads_no_report(client):
    make_home()
    assert client.get(reverse("timed_pages")).status_code == 302
    client.force_login(make_user("khach"))
    assert client.get(reverse("timed_pages")).status_code in (302, 403)
    client.force_login(make_user("binh", BOARD))
    assert client.get(reverse("timed_pages")).status_code == 200
