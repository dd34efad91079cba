"""A time of mourning: the whole public portal, from its minute to its minute."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html
from wagtail.models import ModelLogEntry, Site

from home.models import MourningSettings
from office.roles import BOARD, EDITORS, KEEPERS, OPERATORS, REVIEWERS
from tests.factories import make_home, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def home():
    return make_home()


def mourn(begins=timedelta(0), lasts=timedelta(days=2), **more):
    starts_at = timezone.now() + begins
    facts = {"reason": "Tưởng niệm các nạn nhân bão số 5", **more}
    mourning = MourningSettings(
        site=Site.objects.get(), starts_at=starts_at, ends_at=starts_at + lasts, **facts
    )
    mourning.full_clean()
    mourning.save()
    return mourning


def classes(client, address="/"):
    return html.fromstring(client.get(address).content).getroottree().getroot().get("class") or ""


def address_of_form():
    return reverse("wagtailsettings:edit", args=["home", "mourningsettings", Site.objects.get().pk])


def test_mourning_begins_and_ends_at_its_minute_with_nobody_saving(client, home, clock):
    mourn(begins=timedelta(minutes=1), lasts=timedelta(days=1))
    assert classes(client) == ""
    clock.tick(minutes=1)
    assert classes(client).split() == ["mourning", "mourning-still"]
    clock.tick(hours=23, minutes=59, seconds=59)
    assert "mourning" in classes(client)
    clock.tick(seconds=1)
    assert classes(client) == ""


@pytest.mark.parametrize("address", ["/", "/van-ban/", "/y-kien/", "/ty-gia/", "/khong-co-trang/"])
def test_every_page_says_whom_it_mourns(client, home, address):
    mourn()
    answer = client.get(address).content.decode()
    # No line begins with the storm's number.
    assert "Tưởng niệm các nạn nhân bão số\u00a05" in answer
    assert "mourning" in classes(client, address)


def test_polls_events_and_pictures_may_stay(client, home):
    mourn(hides_entertainment=False)
    assert classes(client) == "mourning"


def test_the_times_are_vietnams(client, home):
    client.force_login(make_user("ban", BOARD))
    client.post(
        address_of_form(),
        {
            "reason": "Quốc tang",
            "starts_at": "25/07/2027 00:00",
            "ends_at": "26/07/2027 23:59",
            "hides_entertainment": "on",
        },
    )
    stored = MourningSettings.objects.get()
    assert stored.starts_at == datetime(2027, 7, 24, 17, tzinfo=ZoneInfo("UTC"))
    entry = ModelLogEntry.objects.get(content_type__model="mourningsettings")
    assert (entry.action, entry.user.username) == ("wagtail.edit", "ban")


@pytest.mark.parametrize("missing", ["reason", "starts_at", "ends_at"])
def test_reason_and_times_go_together(home, missing):
    facts = {
        "reason": "Quốc tang",
        "starts_at": timezone.now(),
        "ends_at": timezone.now() + timedelta(days=1),
    } | {missing: "" if missing == "reason" else None}
    with pytest.raises(ValidationError) as refused:
        MourningSettings(site=Site.objects.get(), **facts).full_clean()
    assert set(refused.value.message_dict) == {missing}


@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(days=-1), timedelta(days=31)])
def test_mourning_ends_after_it_begins_and_within_a_month(home, lasts):
    with pytest.raises(ValidationError) as refused:
        mourn(lasts=lasts)
    assert set(refused.value.message_dict) == {"ends_at"}


def test_nothing_filled_in_is_no_mourning(client, home):
    MourningSettings(site=Site.objects.get()).full_clean()
    MourningSettings.for_site(Site.objects.get())
    assert classes(client) == ""


def test_mourning_costs_a_page_no_query(client, home):
    counts = []
    for _ in range(2):
        client.get("/tin-tuc/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/tin-tuc/")
        counts.append(len(queries))
        if not MourningSettings.objects.exists():
            mourn()
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("group", "may"),
    [(BOARD, True), (KEEPERS, False), (OPERATORS, False), (REVIEWERS, False), (EDITORS, False)],
)
def test_the_board_alone_declares_it_by_any_address(client, home, group, may):
    client.force_login(make_user("nguoi-thu", group))
    assert (client.get(address_of_form()).status_code == 200) is may
    client.post(
        address_of_form(),
        {"reason": "Quốc tang", "starts_at": "25/07/2027 00:00", "ends_at": "26/07/2027 00:00"},
    )
    assert MourningSettings.objects.exclude(reason="").exists() is may


def test_the_dashboard_says_that_it_is_on(client, home):
    mourn()
    client.force_login(make_user("lan", EDITORS))
    assert "Tưởng niệm các nạn nhân bão số 5" in client.get("/admin/").content.decode()


def test_it_is_looked_at_before_it_is_kept(client, home):
    client.force_login(make_user("ban", BOARD))
    site = Site.objects.get()
    address = reverse("wagtailsettings:preview_on_edit", args=["home", "mourningsettings", site.pk])
    client.get(address_of_form())
    facts = {
        "reason": "Quốc tang thử",
        "starts_at": "25/07/2027 00:00",
        "ends_at": "26/07/2027 00:00",
    }
    assert client.post(address, facts).json()["is_valid"]
    assert "Quốc tang thử" in client.get(address).content.decode()
    assert classes(client) == ""
