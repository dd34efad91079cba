"""What operators and machines are told of a feed: mails, /healthz, check_feeds."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import gettext

from home import schedule
from sidebar import tasks
from sidebar.models import ExchangeRate, FeedRun, FeedState, ProviderState
from sidebar.status import FeedStatus, statuses

from .feed_server import FORECAST, GOLD, RATES, SHEET, WEATHER, serving

pytestmark = [pytest.mark.enable_socket, pytest.mark.django_db]

OPERATORS = ["vanhanh@portal.example", "truc@portal.example"]


@pytest.fixture
def server(settings):
    with serving() as server:
        settings.FEED_ALLOW_PRIVATE = True
        settings.FEEDS = {"rates": ["vietcombank"], "weather": ["open_meteo"], "gold": []}
        names = ("vietcombank", "vietcombank_json", "open_meteo", "met_norway", "sjc")
        settings.FEED_URLS = {name: f"{server.url}/{name}" for name in names}
        settings.OPERATOR_EMAILS = OPERATORS
        server.plays("/vietcombank", RATES, Content_Type="text/xml")
        yield server


def fail(server, ago=timedelta()):
    """A run that gives nothing, when the last good one lies so far back."""
    server.plays("/vietcombank", b"", 500)
    FeedState.objects.filter(good_at__isnull=False).update(good_at=timezone.now() - ago)
    tasks.refresh_rates(by_hand=True)


def mend(server):
    server.plays("/vietcombank", RATES, Content_Type="text/xml")
    tasks.refresh_rates(by_hand=True)


def test_operators_are_told_once_of_a_failure_and_once_that_it_is_over(server, settings):
    mend(server)
    for _ in range(4):
        fail(server, timedelta(seconds=2 * settings.RATES_INTERVAL + 1))
    (told,) = mail.outbox
    assert told.to == OPERATORS
    assert "Vietcombank" in told.body
    assert f"{settings.BASE_URL}/admin/" in told.body
    assert "127.0.0.1" not in told.body.replace(settings.BASE_URL, "")
    for _ in range(3):
        mend(server)
    assert len(mail.outbox) == 2
    fail(server, timedelta(hours=2))
    assert len(mail.outbox) == 3


def test_a_short_failure_is_nobodys_business(server):
    mend(server)
    for _ in range(3):
        fail(server, timedelta(minutes=20))
    mend(server)
    assert not mail.outbox


def test_a_feed_that_never_gave_anything_is_told_of_as_well(server):
    fail(server)
    assert not mail.outbox
    FeedState.objects.update(failing_since=timezone.now() - timedelta(hours=1))
    fail(server)
    assert len(mail.outbox) == 1


def test_rates_that_wait_for_a_decision_are_told_of_once(server):
    mend(server)
    moved = RATES.replace(b'Sell="828.50"', b'Sell="1,828.50"')
    server.plays("/vietcombank", moved, Content_Type="text/xml")
    for _ in range(3):
        tasks.refresh_rates(by_hand=True)
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_costs_nothing_but_the_mail_which_comes_later(server, settings):
    mend(server)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    fail(server, timedelta(hours=2))
    assert FeedRun.objects.count() == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    fail(server, timedelta(hours=2))
    assert len(mail.outbox) == 1


def test_without_addresses_nobody_is_told(server, settings):
    settings.OPERATOR_EMAILS = []
    fail(server)
    FeedState.objects.update(failing_since=timezone.now() - timedelta(hours=1))
    fail(server)
    assert not mail.outbox


def sentence():
    return FeedStatus(FeedState.of("rates")).sentence


def test_a_feed_says_what_is_wrong_since_when_and_what_is_shown(server):
    assert sentence() == gettext("Not run yet")
    fail(server)
    assert "Vietcombank" in sentence()
    assert "500" in sentence()
    mend(server)
    good = timezone.now()
    FeedState.objects.update(good_at=good)
    clock = f"{timezone.localtime(good):%H:%M}"
    assert clock in sentence()
    fail(server)
    assert clock in sentence()
    assert "500" in sentence()
    FeedState.objects.update(held_since=timezone.now(), held_because="Kiểm tra lại")
    assert "Kiểm tra lại" in sentence()


def test_a_beat_that_is_dead_is_told_from_a_source_that_fails(server, settings):
    mend(server)
    FeedState.objects.update(
        good_at=timezone.now() - timedelta(seconds=3 * settings.RATES_INTERVAL + 1)
    )
    begun = gettext("No run since %(since)s; figures of %(shown)s are shown").partition("%(")[0]
    assert sentence().startswith(begun)


def health(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return response.json()


def test_a_feed_older_than_three_intervals_degrades_the_portal_and_never_its_liveness(
    server, settings, client
):
    schedule.beat()
    assert health(client)["status"] == "ok"
    mend(server)
    answer = health(client)
    assert answer["feeds"]["rates"]["status"] == "ok"
    assert answer["feeds"]["rates"]["age"] < 60
    FeedState.objects.filter(pk="rates").update(
        good_at=timezone.now() - timedelta(seconds=3 * settings.RATES_INTERVAL + 1)
    )
    answer = health(client)
    assert (answer["status"], answer["feeds"]["rates"]["status"]) == ("degraded", "degraded")
    FeedState.objects.filter(pk="rates").update(held_since=timezone.now())
    assert health(client)["status"] == "ok"


def test_a_feed_that_is_switched_off_is_no_part_of_the_health(server, settings, client):
    settings.FEEDS = settings.FEEDS | {"rates": []}
    assert health(client)["feeds"].keys() == {"weather"}
    assert [one.state.feed for one in statuses()] == ["weather"]


def test_health_tells_the_public_nothing_of_the_inside(server, client):
    fail(server)
    text = json.dumps(health(client))
    for inside in ("vietcombank", "127.0.0.1", "http", "500"):
        assert inside not in text


def checked(*names):
    out = StringIO()
    call_command("check_feeds", *names, stdout=out, no_color=True)
    return out.getvalue().splitlines()


def play_all(server):
    server.plays("/vietcombank_json", SHEET, Content_Type="application/json")
    server.plays("/open_meteo", WEATHER, Content_Type="application/json")
    server.plays("/met_norway", FORECAST, Content_Type="application/json")
    server.plays("/sjc", GOLD, Content_Type="application/json")


def test_check_feeds_tells_of_every_provider_and_stores_nothing(server):
    play_all(server)
    lines = {line.split()[0]: line for line in checked()}
    assert lines.keys() == {"vietcombank", "vietcombank_json", "open_meteo", "met_norway", "sjc"}
    assert "26.390" in lines["vietcombank"]
    assert "08:05 20/11/2026" in lines["vietcombank_json"]
    assert "23,6" in lines["open_meteo"]
    # Its last step lies behind us.
    assert gettext("FAULT") in lines["met_norway"]
    assert gettext("switched off") in lines["sjc"]
    for model in (ExchangeRate, FeedRun, FeedState, ProviderState):
        assert not model.objects.exists()


def test_check_feeds_fails_when_a_feed_has_nobody_left(server):
    play_all(server)
    server.plays("/vietcombank", b"", 503)
    with pytest.raises(CommandError, match=gettext("Exchange rates")):
        checked()
    assert checked("vietcombank_json", "open_meteo")


def test_check_feeds_knows_no_other_names(server):
    with pytest.raises(CommandError, match="vietconbank"):
        checked("vietconbank")
