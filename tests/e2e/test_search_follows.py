"""The keeper of the index in a running portal: what it loses, and what readers see meanwhile."""

import os
import signal

import pytest

from articles.search.local import FORMAT

# A word of the demo's text that no title has, and so no search without an index finds.
WORDS = "hop+thu+cong+vu"


def home_of_index(portal):
    return portal.data_dir / "search" / f"v{FORMAT}"


def name_of_index(portal):
    try:
        return (home_of_index(portal) / "current").read_text()
    except FileNotFoundError:
        return ""


def finds(portal):
    """How many results a search has; it always answers."""
    return portal.get(f"/tim-kiem/?q={WORDS}").count("<mark>")


@pytest.fixture
def index(portal):
    portal.wait_for(lambda: finds(portal))
    return name_of_index(portal)


def keeper(portal):
    return {pid for pid, command in portal.processes().items() if "follow_search" in command}


@pytest.mark.parametrize("loss", ["damaged", "deleted", "pointer"])
def test_a_lost_index_is_made_anew_while_searches_are_answered(portal, index, loss):
    home = home_of_index(portal)
    if loss == "damaged":
        (home / index / "meta.json").write_text("{")
    elif loss == "deleted":
        (home / index / "meta.json").unlink()
    else:
        (home / "current").unlink()
    portal.wait_for(lambda: finds(portal) and name_of_index(portal) not in ("", index))


def test_a_killed_keeper_goes_on_where_it_was(portal, index):
    [before] = keeper(portal)
    os.kill(before, signal.SIGKILL)
    assert finds(portal)
    portal.wait_for(lambda: keeper(portal) - {before})
    assert name_of_index(portal) == index
    assert finds(portal)
