"""Ballots that were cast before a voter could choose several answers."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

BEFORE, AFTER = ("polls", "0003_results_shown"), ("polls", "0004_audited_polls")


def migrate(target):
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_was_chosen_on_each_ballot_is_kept_and_counted():
    old = migrate(BEFORE)
    try:
        poll = old.get_model("polls", "Poll").objects.create(question="Cũ")
        choices = [
            old.get_model("polls", "Choice").objects.create(poll=poll, text=text, votes=votes)
            for text, votes in (("Có", 2), ("Không", 1))
        ]
        ballots = old.get_model("polls", "Ballot").objects
        for number, choice in enumerate([choices[0], choices[1], choices[0]]):
            ballots.create(poll=poll, choice=choice, voter=f"{number:064x}", cast_at=timezone.now())
    finally:
        new = migrate(AFTER)
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    ticks = new.get_model("polls", "Tick").objects.order_by("ballot__voter")
    assert [tick.choice.text for tick in ticks] == ["Có", "Không", "Có"]
    poll = new.get_model("polls", "Poll").objects.get()
    assert (poll.voters, poll.live) == (3, True)
