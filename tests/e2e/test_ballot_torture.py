"""A few votes while a web process is killed; many, and PostgreSQL too: make ballot-torture."""

from dataclasses import replace

import pytest

from tests.e2e.running import portal_processes
from tests.faults.ballots import (
    ALREADY_VOTED,
    COUNTED,
    ENVIRONMENT,
    KILLS,
    ONE_VOTER,
    Report,
    Voter,
    judge,
    post,
    torture,
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory, snapshot):
    folder = tmp_path_factory.mktemp("ballots")
    with portal_processes(folder, ENVIRONMENT, snapshot=snapshot) as portal:
        yield portal


@pytest.fixture(scope="module")
def killed(portal):
    return torture(portal, KILLS, 60, 16, seed=4, worker_kills=1)


def test_no_ballot_is_lost_or_counted_twice_when_a_web_process_is_killed(killed):
    assert killed.faults == []
    assert killed.kills == {"a web process": 1}
    assert killed.stored == 60


def test_one_voter_in_parallel_is_counted_once(portal):
    report = torture(portal, ONE_VOTER, 60, 16, seed=4)
    assert report.faults == []
    assert report.answers == {(200, COUNTED): 1, (409, ALREADY_VOTED): 59}


def test_the_torture_would_see_lost_and_secret_ballots_and_a_wrong_counter(portal, killed):
    poll = killed.voters[0].poll
    *honest, secret = killed.voters
    secret = replace(secret, outcomes=[])
    lost = Voter(poll, 0, "10.255.0.1")
    lost.cookie = post(poll, poll.path, lost).cookie
    lost.outcomes.append(COUNTED)
    report = Report()
    first, *others = poll.choices
    portal.sql(f"UPDATE polls_choice SET votes = 7 WHERE id = {first}")
    judge(portal, poll, [*honest, secret, lost], KILLS, report)
    portal.sql(f"UPDATE polls_choice SET votes = 20 WHERE id = {first}")
    second, third = others
    assert report.faults == [
        "with an answer in the end: 60, not 61",
        "told that it counts, and not stored: 1, not 0",
        "stored, and not told: 1, not 0",
        f"counters: {{{first}: 7, {second}: 20, {third}: 20}}, "
        f"not {{{first}: 21, {second}: 20, {third}: 19}}",
        "exit code of recount_polls: 1, not 0",
    ]
