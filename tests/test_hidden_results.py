"""Who may see how a poll stands, and when: nobody learns earlier what is for later."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from polls.blocks import PollBlock
from polls.models import Choice, Poll, Shown

pytestmark = [pytest.mark.django_db, pytest.mark.once]
JSON = {"Accept": "application/json"}
# How many have voted for the first choice: a figure that stands nowhere else.
SECRET = 4711


def make_poll(shown, **fields):
    fields = {"opens_at": timezone.now() - timedelta(days=2)} | fields
    poll = Poll.objects.create(question="Có nên họp qua mạng?", results_shown=shown, **fields)
    Choice.objects.create(poll=poll, text="Có", votes=SECRET)
    Choice.objects.create(poll=poll, text="Không")
    return poll


def told(poll, client=None):
    """What a reader gets to see of a poll, everywhere where it stands."""
    client = client or Client()
    block = PollBlock()
    return [
        client.get(poll.get_absolute_url()).content.decode(),
        client.get(reverse("polls:list")).content.decode(),
        block.render(block.to_python({"heading": "Ý kiến", "poll": poll.pk})),
        client.get(reverse("live"), {"poll": poll.pk}).content.decode(),
    ]


def tells(text):
    return "4.711" in text or "4711" in text


def vote(poll, client, **headers):
    data = {"choice": poll.choices.last().pk}
    address = reverse("polls:vote", args=[poll.pk])
    response = client.post(address, data, headers=headers)
    return client.post(response["Location"], data, headers=headers)


def test_results_are_shown_at_any_time_unless_the_office_says_otherwise():
    assert Poll().results_shown == Shown.ALWAYS
    assert all(map(tells, told(make_poll(Shown.ALWAYS))))


@pytest.mark.parametrize("shown", [Shown.AFTER_VOTING, Shown.AFTER_CLOSING])
def test_who_has_not_voted_learns_nothing_and_may_still_vote(shown):
    texts = told(make_poll(shown))
    assert not any(map(tells, texts))
    assert all('name="choice"' in text for text in (texts[0], texts[2]))


def test_who_has_voted_sees_the_results():
    poll, reader = make_poll(Shown.AFTER_VOTING), Client()
    answer = vote(poll, reader, **JSON).json()
    assert answer["results"]["total"] == SECRET + 1
    assert answer["page"].startswith(poll.get_absolute_url())
    assert tells(reader.get(poll.get_absolute_url()).content.decode())
    # The second try is refused with what the first one gave a right to.
    data = {"choice": poll.choices.last().pk}
    again = reader.post(reverse("polls:vote", args=[poll.pk]), data)
    assert again.status_code == 409
    assert tells(again.content.decode())
    assert not any(map(tells, told(poll)))


def test_before_the_end_not_even_who_has_voted_sees_the_results():
    poll, reader = make_poll(Shown.AFTER_CLOSING), Client()
    assert "results" not in vote(poll, reader, **JSON).json()
    assert not any(map(tells, told(poll, reader)))


@pytest.mark.parametrize("shown", Shown.values)
def test_once_closed_everybody_sees_the_results(shown):
    poll = make_poll(shown, closes_at=timezone.now() - timedelta(minutes=1))
    assert all(map(tells, told(poll)))


@pytest.mark.parametrize("shown", Shown.values)
def test_a_refused_ballot_opens_nothing(shown):
    poll = make_poll(shown)
    address = reverse("polls:vote", args=[poll.pk])
    answer = Client().post(address, {"choice": "0"}, headers=JSON)
    assert answer.status_code == 400
    assert tells(answer.content.decode()) == (shown == Shown.ALWAYS)
