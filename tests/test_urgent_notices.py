"""Urgent notices: on time, on the right pages, by the right people, never for ever."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html
from wagtail.models import ModelLogEntry, PageViewRestriction

from home.models import UrgentNotice
from home.models.notices import Level, Place
from office.roles import BOARD, EDITORS, KEEPERS, OPERATORS, REVIEWERS
from tests.factories import make_home, make_news, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "wagtailsnippets_home_urgentnotice:list"
ADD = "wagtailsnippets_home_urgentnotice:add"
EDIT = "wagtailsnippets_home_urgentnotice:edit"
DELETE = "wagtailsnippets_home_urgentnotice:delete"


@pytest.fixture
def home():
    return make_home()


def make_notice(
    text="Bão số 5 đổ bộ tối nay", begins=timedelta(0), lasts=timedelta(days=1), **more
):
    starts_at = timezone.now() + begins
    notice = UrgentNotice(text=text, starts_at=starts_at, ends_at=starts_at + lasts, **more)
    notice.full_clean()
    notice.save()
    return notice


def alerts(client, address="/"):
    page = html.fromstring(client.get(address).content)
    return [
        " ".join(alert.text_content().split())
        for alert in page.xpath("//*[contains(@class, 'alert-')][@data-alert]")
    ]


def typed(**more):
    now = timezone.localtime()
    return {
        "text": "Cấm cầu Hiền Lương",
        "level": Level.URGENT.value,
        "place": Place.EVERYWHERE.value,
        "starts_at": f"{now:%d/%m/%Y %H:%M}",
        "ends_at": f"{now + timedelta(days=2):%d/%m/%Y %H:%M}",
        "details": "",
        "link_page": "",
        "link_address": "",
        "link_text": "",
    } | more


def test_a_notice_comes_at_its_minute_and_goes_at_its_last_with_nobody_saving(client, home, clock):
    make_notice(begins=timedelta(minutes=5), lasts=timedelta(hours=1))
    assert alerts(client) == []
    clock.tick(minutes=4, seconds=59)
    assert alerts(client) == []
    clock.tick(seconds=1)
    assert len(alerts(client)) == 1
    clock.tick(minutes=59, seconds=59)
    assert len(alerts(client)) == 1
    clock.tick(seconds=1)
    assert alerts(client) == []


def test_the_more_urgent_stands_on_top_and_says_so_in_words(client, home):
    make_notice("Bảo trì tối thứ Bảy", level=Level.INFORMATION)
    make_notice("Sơ tán khu vực ven biển", level=Level.URGENT)
    make_notice("Mưa lớn", level=Level.IMPORTANT)
    assert [alert.split(":")[0] for alert in alerts(client)] == [
        "Khẩn cấp",
        "Quan trọng",
        "Thông tin",
    ]


def test_a_notice_for_the_home_page_is_on_no_other(client, home):
    make_notice(place=Place.HOME)
    assert alerts(client)
    assert alerts(client, "/tin-tuc/") == []


@pytest.mark.parametrize("address", ["/tin-tuc/", "/y-kien/", "/ty-gia/", "/tim-kiem/"])
def test_a_notice_stands_on_what_is_no_page_too(client, home, address):
    make_notice()
    assert len(alerts(client, address)) == 1


def test_a_notice_is_a_landmark_with_a_name_before_all_else_and_takes_no_focus(client, home):
    make_notice(details="Gọi 114 khi cần cứu hộ.")
    page = html.fromstring(client.get("/").content)
    section = page.xpath("//body/section[@aria-label]")[0]
    assert section.get("aria-label") == "Thông báo của cổng"
    assert section.getnext().tag == "header"
    assert not page.xpath("//*[@role='alert' or @autofocus]")
    assert "Gọi 114" in section.text_content()


def test_without_a_notice_the_landmark_is_hidden(client, home):
    page = html.fromstring(client.get("/").content)
    assert page.xpath("//section[@class='notices']")[0].get("hidden") is not None


def test_an_open_page_asks_for_the_notices_and_may_keep_them_until_one_changes(client, home, clock):
    make_notice(place=Place.HOME)
    make_notice("Mưa lớn", begins=timedelta(minutes=5))
    page = html.fromstring(client.get("/").content)
    from_home = page.xpath("//@data-notices")[0]
    elsewhere = html.fromstring(client.get("/tin-tuc/").content).xpath("//@data-notices")[0]
    assert len(alerts(client, from_home)) == 1
    assert alerts(client, elsewhere) == []
    assert client.get(elsewhere)["Cache-Control"] == "public, max-age=30"
    clock.tick(minutes=4, seconds=50)
    assert client.get(elsewhere)["Cache-Control"] == "public, max-age=10"
    clock.tick(seconds=10)
    assert len(alerts(client, from_home)) == 2
    assert len(alerts(client, elsewhere)) == 1
    answer = client.get(elsewhere)
    assert not answer.cookies
    assert "Vary" not in answer or "Cookie" not in answer["Vary"]


def test_asking_for_notices_asks_for_the_version_alone(client, home, django_assert_num_queries):
    make_notice()
    client.get(reverse("live_notices"))
    with django_assert_num_queries(1):
        client.get(reverse("live_notices"))


def test_a_link_to_a_page_is_left_out_while_the_page_is_not_open_to_all(client, home):
    page = make_news("Chỉ đạo ứng phó bão")
    make_notice(link_page=page)
    assert alerts(client)[0].endswith("Chỉ đạo ứng phó bão Ẩn")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert "Chỉ đạo ứng phó" not in alerts(client)[0]
    restriction.delete()
    assert "Chỉ đạo ứng phó" in alerts(client)[0]
    page.unpublish()
    assert "Chỉ đạo ứng phó" not in alerts(client)[0]


def test_an_address_has_its_own_words_or_read_more(client, home):
    make_notice(link_address="https://nchmf.gov.vn/")
    assert "Xem thêm" in alerts(client)[0]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "//evil.example/", "/\\evil.example", "nchmf.gov.vn", "/a b"]
)
def test_an_address_leads_to_the_web_or_into_the_portal(home, address):
    with pytest.raises(ValidationError) as refused:
        make_notice(link_address=address)
    assert set(refused.value.message_dict) == {"link_address"}


def test_a_notice_ends_after_it_begins_and_within_two_weeks(home):
    make_notice(lasts=timedelta(days=14))
    for lasts in (timedelta(0), timedelta(hours=-1), timedelta(days=14, minutes=1)):
        with pytest.raises(ValidationError) as refused:
            make_notice(lasts=lasts)
        assert set(refused.value.message_dict) == {"ends_at"}


def test_a_notice_that_is_on_can_be_extended_by_two_weeks_from_now(home, clock):
    notice = make_notice(lasts=timedelta(days=10))
    clock.tick(days=9)
    notice.ends_at = timezone.now() + timedelta(days=14)
    notice.full_clean()
    notice.ends_at += timedelta(minutes=1)
    with pytest.raises(ValidationError):
        notice.full_clean()


def test_words_of_a_notice_are_words_and_no_markup(client, home):
    make_notice("<script>alert(1)</script>", details="<b>x</b>")
    answer = client.get("/").content.decode()
    assert "<script>alert(1)" not in answer
    assert "<b>x</b>" not in answer


def test_a_notice_costs_a_page_no_query(client, home):
    page = make_news()
    counts = []
    for _ in range(2):
        client.get("/tin-tuc/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/tin-tuc/")
        counts.append(len(queries))
        make_notice(details="Chi tiết", link_page=page)
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("group", "may"),
    [(BOARD, True), (KEEPERS, False), (OPERATORS, False), (REVIEWERS, False), (EDITORS, False)],
)
def test_the_board_alone_keeps_notices_by_any_address(client, home, group, may):
    notice = make_notice()
    client.force_login(make_user("nguoi-thu", group))
    for name, arguments in [(LIST, []), (ADD, []), (EDIT, [notice.pk]), (DELETE, [notice.pk])]:
        assert (client.get(reverse(name, args=arguments)).status_code == 200) is may
    client.post(reverse(ADD), typed())
    assert UrgentNotice.objects.filter(text="Cấm cầu Hiền Lương").exists() is may
    client.post(reverse(DELETE, args=[notice.pk]))
    assert UrgentNotice.objects.filter(pk=notice.pk).exists() is not may


def test_what_was_typed_stays_when_a_notice_is_refused(client, home):
    client.force_login(make_user("ban", BOARD))
    far = f"{timezone.localtime() + timedelta(days=20):%d/%m/%Y %H:%M}"
    answer = client.post(reverse(ADD), typed(ends_at=far)).content.decode()
    assert "Nhiều nhất 14 ngày" in answer
    assert "Cấm cầu Hiền Lương" in answer
    assert not UrgentNotice.objects.exists()


def test_each_change_of_a_notice_is_in_the_log_with_its_author_and_version(client, home):
    board = make_user("ban", BOARD)
    client.force_login(board)
    client.post(reverse(ADD), typed())
    notice = UrgentNotice.objects.get()
    client.post(reverse(EDIT, args=[notice.pk]), typed(text="Cầu Hiền Lương đã thông"))
    assert alerts(Client())[0].startswith("Khẩn cấp: Cầu Hiền Lương đã thông")
    assert [version.user for version in notice.revisions.all()] == [board, board]
    client.post(reverse(DELETE, args=[notice.pk]))
    assert alerts(Client()) == []
    actions = ModelLogEntry.objects.filter(user=board, content_type__model="urgentnotice")
    assert list(actions.order_by("timestamp", "pk").values_list("action", flat=True)) == [
        "wagtail.create",
        "wagtail.edit",
        "wagtail.delete",
    ]


def test_the_list_tells_what_is_on_what_comes_and_what_was(client, home, clock):
    make_notice("Đã qua", lasts=timedelta(hours=1))
    clock.tick(hours=2)
    make_notice("Sắp tới", begins=timedelta(hours=1))
    make_notice("Đang hiện")
    client.force_login(make_user("ban", BOARD))
    shown = client.get(reverse(LIST)).content.decode()
    assert shown.index("Đang hiện") < shown.index("Sắp tới") < shown.index("Đã qua")
    for stage, text in [("on", "Đang hiện"), ("upcoming", "Sắp tới"), ("over", "Đã qua")]:
        answer = client.get(reverse(LIST), {"stage": stage})
        assert [notice.text for notice in answer.context["object_list"]] == [text]


def test_the_dashboard_names_what_is_on(client, home):
    notice = make_notice()
    make_notice("Ngày mai mới hiện", begins=timedelta(days=1))
    client.force_login(make_user("lan", EDITORS))
    shown = client.get("/admin/").content.decode()
    assert notice.text in shown
    assert "Ngày mai mới hiện" not in shown
    edit = reverse(EDIT, args=[notice.pk])
    assert edit not in shown
    client.force_login(make_user("ban", BOARD))
    assert edit in client.get("/admin/").content.decode()


def test_a_notice_is_looked_at_before_it_is_kept(client, home):
    client.force_login(make_user("ban", BOARD))
    address = reverse("wagtailsnippets_home_urgentnotice:preview_on_add")
    assert client.post(address, typed()).json()["is_valid"]
    page = html.fromstring(client.get(address).content)
    assert "Cấm cầu Hiền Lương" in page.xpath("//*[@data-alert]")[0].text_content()
    assert not UrgentNotice.objects.exists()
