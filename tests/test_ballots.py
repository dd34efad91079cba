"""Casting and counting: exact whatever arrives at the same time."""

import sqlite3
import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection, connections
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from polls import ballots, voters
from polls.ballots import Outcome
from polls.models import Ballot, Choice, Poll
from polls.results import percentages

NOW = timezone.now()


def make_poll(*votes, **fields):
    """A poll with one choice for each figure taken over from the old portal."""
    fields = {"question": "Có nên mở cổng dữ liệu?", "opens_at": NOW - timedelta(days=1)} | fields
    poll = Poll.objects.create(**fields)
    for order, inherited in enumerate(votes or (0, 0)):
        Choice.objects.create(
            poll=poll, text=f"Ý {order + 1}", sort_order=order, inherited_votes=inherited
        )
    return poll


def voter(number):
    return f"{number:064x}"


def first_choice(poll):
    return poll.choices.first().pk


@pytest.mark.django_db
def test_a_ballot_is_stored_and_counted():
    poll = make_poll()
    assert ballots.cast(poll, {first_choice(poll)}, voter(1)) is Outcome.COUNTED
    ballot = Ballot.objects.get()
    assert (ballot.poll, ballot.voter) == (poll, voter(1))
    assert [tick.choice_id for tick in ballot.ticks.all()] == [first_choice(poll)]
    assert poll.voters == 1
    assert [choice.votes for choice in poll.choices.all()] == [1, 0]


@pytest.mark.django_db
def test_a_voter_is_counted_once_even_for_another_choice():
    poll = make_poll()
    first, second = poll.choices.all()
    ballots.cast(poll, {first.pk}, voter(1))
    assert ballots.cast(poll, {second.pk}, voter(1)) is Outcome.ALREADY_VOTED
    assert ballots.tally([poll])[poll.pk].total == 1
    assert ballots.recount(poll) == {}


@pytest.mark.django_db
def test_a_voter_of_one_poll_may_vote_in_another():
    for poll in (make_poll(), make_poll()):
        assert ballots.cast(poll, {first_choice(poll)}, voter(1)) is Outcome.COUNTED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("opens", "closes", "outcome"),
    [(-2, -1, Outcome.CLOSED), (1, 2, Outcome.NOT_OPEN_YET), (-1, 1, Outcome.COUNTED)],
)
def test_a_poll_opens_and_closes_by_itself(opens, closes, outcome):
    now = timezone.now()
    poll = make_poll(opens_at=now + timedelta(hours=opens), closes_at=now + timedelta(hours=closes))
    assert ballots.cast(poll, {first_choice(poll)}, voter(1)) is outcome
    assert Ballot.objects.count() == (1 if outcome is Outcome.COUNTED else 0)


@pytest.mark.django_db
def test_a_choice_of_another_poll_is_unknown():
    poll, other = make_poll(), make_poll()
    for choice_id in (first_choice(other), 0, None, 2**62):
        assert ballots.cast(poll, {choice_id}, voter(1)) is Outcome.UNKNOWN_CHOICE
    assert not Ballot.objects.exists()


@pytest.mark.django_db
def test_a_choice_that_disappears_while_voting_leaves_no_ballot():
    poll = make_poll()
    choice_id = first_choice(poll)

    def editor_deletes_the_choice(execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            execute("DELETE FROM polls_choice WHERE id = %s", [choice_id], False, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(editor_deletes_the_choice):
        assert ballots.cast(poll, {choice_id}, voter(1)) is Outcome.UNKNOWN_CHOICE
    assert not Ballot.objects.exists()


@pytest.fixture
def several_connections(transactional_db, tmp_path):
    """SQLite in memory has no locks that threads could wait for: go on with a copy in a file."""
    memory = connections["default"]
    if memory.vendor != "sqlite" or not memory.is_in_memory_db():
        yield
        return
    memory.ensure_connection()
    file = sqlite3.connect(tmp_path / "ballots.sqlite3")
    memory.connection.backup(file)
    file.close()
    settings = connections.settings["default"]
    connections.settings["default"] = settings | {"NAME": str(tmp_path / "ballots.sqlite3")}
    del connections["default"]
    yield
    connections["default"].close()
    connections.settings["default"] = settings
    connections["default"] = memory


def cast_in_parallel(poll, voters, threads=32):
    """All threads start together; returns the outcomes."""
    choices = [choice.pk for choice in poll.choices.all()]
    start = threading.Barrier(threads)
    outcomes = []

    def cast_share(number):
        try:
            start.wait()
            for index in range(number, len(voters), threads):
                choice_id = choices[index % len(choices)]
                outcomes.append(ballots.cast(poll, {choice_id}, voters[index]))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=cast_share, args=[number]) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return outcomes


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_200_ballots_in_parallel_are_exactly_200(several_connections):
    poll = make_poll(0, 0, 0)
    outcomes = cast_in_parallel(poll, [voter(number) for number in range(200)])
    assert outcomes == [Outcome.COUNTED] * 200
    assert [choice.votes for choice in poll.choices.all()] == [67, 67, 66]
    assert Ballot.objects.count() == 200
    assert ballots.recount(poll) == {}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_voter_100_times_in_parallel_is_exactly_one(several_connections):
    poll = make_poll(0, 0, 0)
    outcomes = cast_in_parallel(poll, [voter(7)] * 100)
    assert sorted(outcomes) == [Outcome.ALREADY_VOTED] * 99 + [Outcome.COUNTED]
    assert ballots.tally([poll])[poll.pk].total == 1
    assert Ballot.objects.count() == 1
    assert ballots.recount(poll) == {}


@pytest.mark.django_db
def test_recount_names_counters_that_differ_from_the_ballots():
    poll = make_poll(16, 4)
    first, second = poll.choices.all()
    ballots.cast(poll, {first.pk}, voter(1))
    assert ballots.recount(poll) == {}
    Choice.objects.filter(pk=second.pk).update(votes=3)
    assert ballots.recount(poll) == {second.pk: (3, 0)}
    Poll.objects.filter(pk=poll.pk).update(voters=2)
    assert ballots.recount(poll) == {second.pk: (3, 0), None: (2, 1)}


@pytest.mark.django_db
def test_of_several_choices_a_voter_may_tick_as_many_as_the_poll_allows():
    poll = make_poll(0, 0, 0, most_choices=2)
    first, second, third = (choice.pk for choice in poll.choices.all())
    assert ballots.cast(poll, {first, second}, voter(1)) is Outcome.COUNTED
    assert ballots.cast(poll, {second}, voter(2)) is Outcome.COUNTED
    assert ballots.cast(poll, {first, second, third}, voter(3)) is Outcome.TOO_MANY_CHOICES
    assert ballots.cast(poll, set(), voter(3)) is Outcome.UNKNOWN_CHOICE
    assert ballots.cast(poll, {first, 10**9}, voter(3)) is Outcome.UNKNOWN_CHOICE
    counted = poll.result
    assert [row.votes for row in counted.choices] == [1, 2, 0]
    assert [row.percent for row in counted.choices] == [33, 67, 0]
    assert (counted.voters, counted.total) == (2, 3)
    assert ballots.recount(poll) == {}


@pytest.mark.django_db
def test_a_poll_with_one_choice_for_each_takes_no_second():
    poll = make_poll()
    both = {choice.pk for choice in poll.choices.all()}
    assert ballots.cast(poll, both, voter(1)) is Outcome.TOO_MANY_CHOICES
    assert not Ballot.objects.exists()


@pytest.mark.django_db
def test_the_figures_of_the_old_portal_are_counted_in():
    poll = make_poll(16, 4, 1, 4)
    ballots.cast(poll, {poll.choices.last().pk}, voter(1))
    counted = ballots.tally([poll])[poll.pk]
    assert [row.votes for row in counted.choices] == [16, 4, 1, 5]
    assert (counted.total, counted.inherited) == (26, 25)


@pytest.mark.django_db
def test_the_old_poll_has_its_old_percentages():
    poll = make_poll(16, 4, 1, 4)
    counted = poll.result
    assert [row.percent for row in counted.choices] == [64, 16, 4, 16]


@pytest.mark.django_db
def test_many_polls_are_counted_in_one_query(django_assert_num_queries):
    empty = Poll.objects.create(question="Chưa có lựa chọn")
    polls = [make_poll(16, 4, 1, 4), make_poll(1, 2), make_poll(0, 0), empty]
    with django_assert_num_queries(1):
        counted = ballots.tally(polls)
    assert [counted[poll.pk].total for poll in polls] == [25, 3, 0, 0]


@pytest.mark.django_db
def test_the_figures_that_move_take_two_queries(django_assert_num_queries):
    poll, other = make_poll(16, 4), make_poll(0, 0)
    yes, no = poll.choices.all()
    with django_assert_num_queries(2):
        figures = ballots.figures([poll.pk, other.pk, 10**9])
    assert set(figures) == {poll.pk, other.pk}
    assert figures[poll.pk] == {
        "total": 20,
        "voters": 20,
        "choices": {yes.pk: [16, 80], no.pk: [4, 20]},
    }


@given(st.lists(st.integers(min_value=0, max_value=10**7), max_size=20))
def test_percentages_add_up_to_100_and_each_is_less_than_one_off(counts):
    percents = percentages(counts)
    total = sum(counts)
    assert len(percents) == len(counts)
    assert sum(percents) == (100 if total else 0)
    for count, percent in zip(counts, percents, strict=True):
        assert abs(percent * total - count * 100) < max(total, 1)


@given(st.lists(st.integers(min_value=0, max_value=1000), min_size=2, max_size=20))
def test_more_votes_never_show_a_smaller_percentage(counts):
    ranked = sorted(zip(counts, percentages(counts), strict=True))
    for (fewer, smaller), (more, larger) in pairwise(ranked):
        assert more == fewer or larger >= smaller


@pytest.mark.django_db
def test_a_voter_cannot_be_recognised_in_another_poll(settings):
    poll, other = make_poll(), make_poll()
    token = voters.new_token()
    keys = {voters.key(poll, token), voters.key(other, token)}
    assert len(keys) == 2
    assert all(len(key) == 64 and int(key, 16) for key in keys)
    assert voters.key(poll, token) in keys
    settings.SECRET_KEY = "another installation"
    assert voters.key(poll, token) not in keys
