"""An office behind one address may vote; a machine behind it may not vote for an office."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from polls import addresses
from polls.models import AddressKey, AddressUse, Ballot, Choice, Poll

OFFICE = "203.0.113.7"


@pytest.fixture
def poll(db):
    poll = Poll.objects.create(
        question="Có nên họp qua mạng?", opens_at=timezone.now() - timedelta(days=1)
    )
    for text in ("Có", "Không"):
        Choice.objects.create(poll=poll, text=text)
    return poll


def vote(poll, address=OFFICE, client=None, **headers):
    """The answer to somebody's ballot, who is new unless a client comes along."""
    client = client or Client()
    data = {"choice": poll.choices.first().pk}
    sent = {"REMOTE_ADDR": address, "headers": headers}
    response = client.post(reverse("polls:vote", args=[poll.pk]), data, **sent)
    if response.status_code == 307:
        response = client.post(response["Location"], data, **sent)
    return response


def test_an_address_may_vote_six_times_in_a_minute(poll, clock):
    assert [vote(poll).status_code for _ in range(8)] == [303] * 6 + [429] * 2
    assert Ballot.objects.count() == 6
    assert vote(poll, "203.0.113.8").status_code == 303
    refused = vote(poll)
    assert refused["Retry-After"] == "60"
    assert "chưa được ghi nhận" in refused.content.decode()
    assert 'name="choice"' in refused.content.decode()
    assert sorted(len(use.recent) for use in AddressUse.objects.all()) == [1, 6]


def test_no_minute_holds_more_whenever_it_begins(poll, clock):
    moments = []
    for _ in range(90):
        clock.tick(seconds=2)
        if vote(poll).status_code == 303:
            moments.append(clock.moment)
    assert len(moments) == 18
    for moment in moments:
        within = [one for one in moments if moment <= one < moment + timedelta(minutes=1)]
        assert len(within) <= 6


def test_thirty_people_behind_one_address_are_through_within_five_minutes(poll, clock):
    waiting, minutes = 30, 0
    while waiting:
        waiting -= sum(vote(poll).status_code == 303 for _ in range(waiting))
        clock.tick(minutes=1)
        minutes += 1
    assert minutes == 5
    assert Ballot.objects.count() == 30


def test_who_has_voted_takes_nobodys_turn(poll, clock):
    reader = Client()
    assert vote(poll, client=reader).status_code == 303
    assert {vote(poll, client=reader).status_code for _ in range(10)} == {409}
    assert [vote(poll).status_code for _ in range(5)] == [303] * 5


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_however_many_vote_at_once_six_are_counted(poll):
    codes = []

    def one():
        codes.append(vote(poll).status_code)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [303] * 6 + [429] * 10
    assert Ballot.objects.count() == 6
    assert len(AddressUse.objects.get().recent) == 6


def test_what_a_reader_writes_into_the_header_is_not_believed(poll, clock, settings):
    settings.PROXY_COUNT = 1
    spoofed = [{"X-Forwarded-For": f"198.51.100.{number}, {OFFICE}"} for number in range(8)]
    assert [vote(poll, "127.0.0.1", **one).status_code for one in spoofed].count(303) == 6


def test_no_address_is_kept_and_a_day_cannot_be_joined_with_the_next(poll, clock):
    vote(poll)
    clock.tick(days=1)
    vote(poll)
    rows = [*AddressUse.objects.values(), *AddressKey.objects.values()]
    assert len(rows) == 4
    assert not any(OFFICE in str(row) for row in rows)
    addresses.forget()
    assert AddressKey.objects.count() == 1
    assert AddressUse.objects.count() == 2
    clock.tick(days=2, seconds=1)
    addresses.forget()
    assert not AddressKey.objects.exists()
    assert not AddressUse.objects.exists()


def recounted():
    out = StringIO()
    call_command("recount_polls", stdout=out, no_color=True)
    return out.getvalue()


def test_a_recount_proves_counters_by_ballots(poll, clock):
    for _ in range(3):
        vote(poll)
    assert "3  Có nên họp qua mạng?" in recounted()
    Choice.objects.filter(pk=poll.choices.first().pk).update(votes=4)
    with pytest.raises(CommandError):
        recounted()
