import re
from html import unescape

import pytest
from django.urls import reverse
from wagtail.models import PageViewRestriction

from polls.models import Choice, Poll
from sidebar.visits import figures, view_count
from tests.factories import make_home, make_news, make_user

pytestmark = pytest.mark.django_db
BROWSER = {"headers": {"User-Agent": "Mozilla/5.0 (Android 8; Mobile) Firefox/120.0"}}


@pytest.fixture(params=["database", "redis"], autouse=True)
def counter(request, settings):
    settings.REDIS_URL = request.getfixturevalue("redis_url") if request.param == "redis" else ""


@pytest.fixture
def page():
    make_home()
    return make_news()


def live(client, **parameters):
    return client.get(reverse("live"), parameters, **BROWSER)


def test_opening_a_page_counts_a_view_and_a_visit(client, page):
    answer = live(client, page=page.pk).json()
    assert answer["views"] == 1
    assert answer["visits"] == {
        "online-guests": 1,
        "online-members": 0,
        "online-total": 1,
        "visits-today": 1,
        "visits-month": 1,
        "visits-total": 1,
    }


def test_without_scripts_a_picture_counts_as_much(client, page):
    html = client.get(page.url).content.decode()
    address = re.search(r'<noscript><img src="([^"]+)" alt=""', html)[1]
    response = client.get(unescape(address), **BROWSER)
    assert response["Content-Type"] == "image/gif"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert view_count(page.pk) == 1
    assert figures().today == 1


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
@pytest.mark.parametrize("name", ["live", "live_pixel"])
def test_who_asks_not_to_be_followed_leaves_a_view_and_no_visit(client, page, header, name):
    headers = BROWSER["headers"] | {header: "1"}
    client.get(reverse(name), {"page": page.pk}, headers=headers)
    assert (view_count(page.pk), figures().total) == (1, 0)
    client.get(reverse(name), {"page": page.pk}, headers=headers | {header: "0"})
    assert (view_count(page.pk), figures().total) == (2, 1)


def test_a_page_that_asks_again_is_not_counted_again(client, page):
    live(client, page=page.pk)
    assert live(client, page=page.pk, seen=1).json()["views"] == 1


def test_pages_fetched_ahead_and_machines_are_not_counted(client, page):
    client.get(reverse("live"), {"page": page.pk}, headers={"Sec-Purpose": "prefetch"})
    client.get(reverse("live"), {"page": page.pk}, headers={"User-Agent": "Googlebot/2.1"})
    assert view_count(page.pk) == 0


def test_the_answer_is_never_stored_and_sets_no_cookie(client, page):
    response = live(client, page=page.pk)
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_a_member_is_counted_as_one(client, page):
    client.force_login(make_user("lan", "Biên tập viên"))
    assert live(client).json()["visits"]["online-members"] == 1


@pytest.mark.parametrize(
    ("proxies", "headers", "visitors"),
    [
        (0, ["203.0.113.1", "203.0.113.2"], 1),  # nobody may claim an address
        (1, ["203.0.113.1", "203.0.113.2"], 2),
        (1, ["6.6.6.6, 203.0.113.1", "7.7.7.7, 203.0.113.1"], 1),
        (2, ["203.0.113.1, 10.0.0.1", "203.0.113.2, 10.0.0.1"], 2),
        (1, ["", ""], 1),
    ],
)
def test_behind_our_proxies_readers_are_told_apart(client, settings, proxies, headers, visitors):
    settings.PROXY_COUNT = proxies
    for forwarded in headers:
        answer = client.get(
            reverse("live"), headers={"X-Forwarded-For": forwarded, "User-Agent": "Firefox"}
        )
    assert answer.json()["visits"]["visits-today"] == visitors


def test_votes_come_along(client, page):
    poll = Poll.objects.create(question="Có nên?")
    choice = Choice.objects.create(poll=poll, text="Có", votes=3)
    answer = live(client, poll=[poll.pk, 999]).json()
    assert answer["polls"] == {
        str(poll.pk): {"total": 3, "voters": 3, "choices": {str(choice.pk): [3, 100]}}
    }


def test_drafts_and_private_pages_are_neither_counted_nor_told_of(client, page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert "views" not in live(client, page=page.pk).json()
    page.view_restrictions.all().delete()
    page.unpublish()
    assert "views" not in live(client, page=page.pk).json()
    assert view_count(page.pk) == 0


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=abc", "page=9" + "9" * 400, "page=%00", "poll=%00", "poll=x"],
)
def test_nonsense_in_the_address_is_answered_with_the_figures(client, page, query):
    response = client.get(f"{reverse('live')}?{query}", **BROWSER)
    assert response.status_code == 200
    assert "views" not in response.json()


def test_only_reading_is_allowed(client, page):
    assert client.post(reverse("live")).status_code == 405
