"""What Wagtail's lists of pages show, and how often they ask the database for it."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.widgets import ButtonWithDropdownFromHook
from wagtail.models import Page

from articles.models import NewsIndexPage
from articles.search import local
from home.offices import EDITORS, set_up
from tests.factories import make_directive, make_home, make_news, make_section, make_user

pytestmark = pytest.mark.django_db

PLACES = ["wagtailadmin_pages:search", "wagtailadmin_pages:search_results"]
CHOOSER = "wagtailadmin_choose_page_search"


@pytest.fixture(autouse=True)
def home():
    return make_home()


@pytest.fixture(autouse=True)
def cache_of_one_box(settings):
    """In the database: what is asked of the cache for each row is a query too."""
    table = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}
    settings.CACHES = settings.CACHES | {"default": table}
    call_command("createcachetable")


def make_pages(first, last):
    for number in range(first, last):
        kind = number % 3
        if kind == 0:
            make_directive(title=f"Nước sạch {number}", number=str(100 + number))
        elif kind == 1:
            make_news(f"Nước sạch {number}")
        else:
            make_news(f"Nước sạch {number}", live=False)
    local.catch_up()


def asked_for(client, address, **parameters):
    """(queries, rows with a title of ours) of a warm request."""
    client.get(address, parameters)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, parameters)
    assert response.status_code == 200
    return len(captured), len(set(re.findall(r"Nước sạch \d+", response.content.decode())))


@pytest.mark.parametrize("account", ["administrator", "editor"])
@pytest.mark.parametrize("place", [*PLACES, CHOOSER])
def test_fifty_results_ask_no_more_than_five(client, admin_user, place, account):
    client.force_login(admin_user if account == "administrator" else make_user("bien-tap", EDITORS))
    make_pages(0, 5)
    few, shown_of_few = asked_for(client, reverse(place), q="nuoc sach")
    make_pages(5, 50)
    many, shown_of_many = asked_for(client, reverse(place), q="nuoc sach")
    assert shown_of_few <= 5 and shown_of_many >= 10
    assert many <= few


@pytest.mark.parametrize("name", ["wagtailadmin_explore", "wagtailadmin_explore_results"])
@pytest.mark.parametrize("account", ["administrator", "editor"])
def test_the_explorer_asks_no_more_for_fifty_rows_than_for_five(client, admin_user, name, account):
    client.force_login(admin_user if account == "administrator" else make_user("bien-tap", EDITORS))
    address = reverse(name, args=[NewsIndexPage.objects.get().pk])
    make_pages(0, 5)
    few, shown_of_few = asked_for(client, address)
    make_pages(5, 75)
    many, shown_of_many = asked_for(client, address)
    assert (shown_of_few, shown_of_many) == (3, 50)
    assert many <= few


def test_the_explorer_says_where_one_is(admin_client, home):
    make_news("Nước sạch 1")
    for address in (
        reverse("wagtailadmin_explore_root"),
        reverse("wagtailadmin_explore", args=[NewsIndexPage.objects.get().pk]),
    ):
        assert admin_client.get(address).status_code == 200
    assert admin_client.get(reverse("wagtailadmin_explore", args=[999_999])).status_code == 404


def test_the_chooser_tells_of_each_page_what_it_says_of_itself(admin_client, admin_user, home):
    make_directive(make_section(make_section(home, "Trên"), "Dưới"), title="Nước sạch 1")
    scheduled = make_news("Nước sạch 2", live=False)
    scheduled.go_live_at = timezone.now() + timedelta(days=1)
    scheduled.save_revision(approved_go_live_at=scheduled.go_live_at)
    reviewed = make_news("Nước sạch 3", live=False)
    reviewed.save_revision()
    set_up()
    reviewed.get_workflow().start(reviewed, admin_user)
    local.catch_up()
    response = admin_client.get(reverse(CHOOSER), {"q": "nuoc sach"})
    rows = list(response.context["pages"])
    states = {}
    for row in rows:
        page = Page.objects.get(pk=row.pk).specific
        states[row.title] = str(row.status_string)
        assert row.status_string == page.status_string
        assert row.get_parent().pk == page.get_parent().pk
    assert len(set(states.values())) == len(rows) == 3
    assert "Dưới" in response.content.decode()


def test_buttons_of_a_row_are_written_as_wagtail_writes_them(admin_client):
    make_news("Nước sạch 1")
    local.catch_up()
    response = admin_client.get(reverse(PLACES[0]), {"q": "nuoc sach"})
    page = response.context["object_list"][0]
    offered = ButtonWithDropdownFromHook(
        "",
        hook_name="register_page_listing_more_buttons",
        page=page,
        user=response.context["user"],
        next_url=reverse(PLACES[0]),
    ).dropdown_buttons
    assert len(offered) > 5
    shown = plain(response.content.decode())
    for button in offered:
        assert plain(button.render_html({})) in shown


def plain(html):
    """Without the white space between elements, which says nothing."""
    return re.sub(r"\s*([<>])\s*", r"\1", re.sub(r"\s+", " ", html)).replace(' "', '"')
