"""What readers find where a page stood: a notice, the way to another page, or nothing."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction

from articles.models import Departure, NewsIndexPage, NewsPage
from home import tasks
from home.models import StandardPage
from home.offices import BOARD, EDITORS, REVIEWERS
from tests.factories import make_directive, make_event, make_home, make_news, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def board(client, home):
    user = make_user("binh", BOARD)
    client.force_login(user)
    return user


def expire(page, at=None):
    type(page).objects.filter(pk=page.pk).update(
        expire_at=at or timezone.now() - timedelta(minutes=1)
    )
    tasks.publish_scheduled()


def unpublish(client, page, **form):
    return client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]), form)


def is_live(page):
    return Page.objects.get(pk=page.pk).live


def make_standard(home, title="Giới thiệu"):
    return home.add_child(instance=StandardPage(title=title))


KINDS = {
    "news": lambda home: make_news("Đăng ký lớp học"),
    "event": lambda home: make_event("Đăng ký lớp học"),
    "plain page": lambda home: make_standard(home, "Đăng ký lớp học"),
    "section": lambda home: home.add_child(instance=NewsIndexPage(title="Đăng ký lớp học")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_of_every_kind_an_expired_page_says_since_when_and_where_to_look_on(client, home, kind):
    page = KINDS[kind](home)
    # Half past midnight in Vietnam is the day before in UTC.
    expire(page, timezone.make_aware(datetime(2026, 11, 20, 0, 30)))
    response = client.get(page.url)
    assert response.status_code == 410
    assert "20/11/2026" in response.text
    assert reverse("articles:search") in response.text
    if page.get_parent().depth > 2:
        assert page.get_parent().title in response.text


def test_nothing_of_an_expired_page_is_shown(client, home):
    page = make_news("Bí mật tên", summary="Tóm tắt kín")
    expire(page)
    shown = client.get(page.url).text
    assert "Bí mật" not in shown
    assert "Tóm tắt kín" not in shown


def test_a_page_that_is_closed_to_the_public_tells_strangers_nothing(client, home):
    page = make_news("Nội bộ")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    expire(page)
    assert client.get(page.url).status_code == 302


def test_a_page_below_a_section_that_is_offline_is_no_page(client, home):
    page = make_news("Trong mục đã gỡ")
    expire(page)
    page.get_parent().specific.unpublish()
    assert client.get(page.url).status_code == 404


def test_a_draft_that_was_never_online_is_no_page(client, home):
    assert client.get(make_news("Nháp", live=False).url).status_code == 404


def test_published_again_it_is_a_page_again(client, home):
    page = make_news("Mở lại")
    expire(page)
    fresh = NewsPage.objects.get(pk=page.pk)
    fresh.expire_at = None
    fresh.save_revision().publish()
    assert client.get(page.url).status_code == 200


def test_who_takes_a_page_offline_without_a_word_leaves_a_wrong_address(client, board):
    page = make_news()
    assert unpublish(client, page).status_code == 302
    assert not is_live(page)
    assert client.get(page.url).status_code == 404


def test_readers_are_led_to_the_page_that_was_chosen(client, board):
    page, other = make_news("Cũ"), make_news("Mới")
    unpublish(client, page, what="redirect", target=other.pk)
    response = client.get(page.url)
    # A browser would keep a permanent one when the page is back.
    assert (response.status_code, response.url) == (302, other.url)


def test_readers_are_told_the_reason(client, board):
    page = make_news("Cũ")
    unpublish(client, page, what="notice", reason="Đã hết hạn <b>đăng ký</b>.")
    response = client.get(page.url)
    assert response.status_code == 410
    assert "Đã hết hạn &lt;b&gt;đăng ký" in response.text
    assert f"{timezone.localdate():%-d/%-m/%Y}" in response.text


def test_a_document_tells_its_reason_and_leads_on_too(client, board):
    told, led, other = (
        make_directive(title=title, number=n) for n, title in zip("123", "ABC", strict=True)
    )
    unpublish(client, told, what="notice", reason="Đăng nhầm.")
    assert "Đăng nhầm." in client.get(told.url).text
    unpublish(client, led, what="redirect", target=other.pk)
    assert client.get(led.url).url == other.url


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"what": "redirect"}, "Hãy chọn trang"),
        ({"what": "redirect", "target": "999999"}, "errorlist"),
        ({"what": "notice", "reason": " "}, "Hãy cho bạn đọc biết"),
        ({"what": "notice", "reason": "x" * 501}, "500"),
    ],
)
def test_what_was_typed_stays_when_something_is_missing(client, board, form, said):
    page = make_news()
    response = unpublish(client, page, **form)
    assert response.status_code == 200
    assert is_live(page)
    assert said in response.text or response.context["form"].errors
    if reason := form.get("reason", "").strip():
        assert reason in response.text


def test_nobody_is_led_to_the_page_itself_nor_behind_a_door(client, board):
    page, door = make_news("Cũ"), make_news("Kín")
    PageViewRestriction.objects.create(page=door, restriction_type=PageViewRestriction.LOGIN)
    for target in (page, door, make_news("Nháp", live=False), Page.get_first_root_node()):
        response = unpublish(client, page, what="redirect", target=target.pk)
        assert response.context["form"].errors.keys() == {"target"}
    assert is_live(page)
    assert not Redirect.objects.exists()


def test_back_online_nothing_leads_away_from_it(client, board):
    page, other = make_news("Cũ"), make_news("Mới")
    unpublish(client, page, what="redirect", target=other.pk)
    NewsPage.objects.get(pk=page.pk).save_revision().publish()
    assert client.get(page.url).status_code == 200
    assert not Departure.objects.exists()
    assert not Redirect.objects.exists()


def test_the_redirect_and_the_page_go_together_or_not_at_all(client, board, monkeypatch):
    page, other = make_news("Cũ"), make_news("Mới")

    def fail(*args, **facts):
        raise RuntimeError("disk full")

    monkeypatch.setattr(Departure.objects, "lead", fail)
    with pytest.raises(RuntimeError):
        unpublish(client, page, what="redirect", target=other.pk)
    assert is_live(page)


def test_taken_down_in_bulk_pages_leave_nothing_behind_as_before(client, board):
    page = make_news()
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "unpublish"])
    client.post(f"{address}?id={page.pk}", {"include_descendants": ""})
    assert not is_live(page)
    assert client.get(page.url).status_code == 404


@pytest.mark.parametrize("group", [EDITORS, REVIEWERS])
def test_who_may_not_take_offline_leaves_no_redirect_by_the_address_either(client, home, group):
    client.force_login(make_user("lan", group))
    page, other = make_news(), make_news("Mới")
    unpublish(client, page, what="redirect", target=other.pk)
    assert is_live(page)
    assert not Redirect.objects.exists()


def test_strangers_are_sent_to_the_door(client, home):
    page = make_news()
    response = unpublish(client, page)
    assert response.url.startswith(reverse("wagtailadmin_login"))
    assert is_live(page)
