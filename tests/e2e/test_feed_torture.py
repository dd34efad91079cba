"""Beats and workers that are killed while feeds run, a few times; many times: make feed-torture."""

import shutil
import threading
from urllib.request import urlopen

from tests import feed_server
from tests.e2e.running import database
from tests.faults.torture import RATES, WEATHER, Source, torture


def test_feeds_stand_two_beats_and_kills_of_whoever_runs_them(tmp_path, snapshot):
    data_dir = tmp_path / "data"
    shutil.copytree(snapshot.data_dir, data_dir)
    with database(snapshot.database) as servers:
        env = servers | {"DATA_DIR": str(data_dir)}
        report = torture(env, kills=3, seed=4, all_leave=False)
    assert report.faults == []
    assert report.kills == 3
    assert report.runs >= 2 * 3


def test_the_torture_would_see_two_runs_at_once():
    with feed_server.serving() as server:
        source = Source(server)
        # To its end, which an answer without a length has only when its server is done with it.
        asking = [
            threading.Thread(target=lambda path=path: urlopen(server.url + path).read())
            for path in ("/json", "/weather", "/xml")
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert [text.split()[0] for text in source.at_once] == [RATES]
    assert source.asking == {RATES: {}, WEATHER: {}}
