"""What is approved for a time goes online by beat, and comes down when it has expired."""

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError

from tests.e2e.running import portal_processes

PAST = f"{datetime.now(UTC) - timedelta(minutes=1):%Y-%m-%d %H:%M:%S}"


def test_beat_publishes_what_is_due_and_takes_down_what_has_expired(tmp_path, snapshot):
    with portal_processes(tmp_path, snapshot=snapshot) as portal:
        ((draft, title),) = portal.sql(
            "SELECT id, draft_title FROM wagtailcore_page WHERE NOT live AND depth > 2"
        )
        ((published, path),) = portal.sql(
            "SELECT id, url_path FROM wagtailcore_page WHERE live AND depth = 4"
            " AND url_path LIKE '%/tin-tuc/%' ORDER BY id LIMIT 1"
        )
        portal.sql(
            f"UPDATE wagtailcore_revision SET approved_go_live_at = '{PAST}' WHERE id ="
            f" (SELECT latest_revision_id FROM wagtailcore_page WHERE id = {draft})"
        )
        portal.sql(f"UPDATE wagtailcore_page SET expire_at = '{PAST}' WHERE id = {published}")
        restart_beat(portal)

        portal.wait_for(lambda: title in portal.get("/tin-tuc/"))
        portal.wait_for(
            lambda: (
                not portal.sql(f"SELECT 1 FROM wagtailcore_page WHERE id = {published} AND live")
            )
        )
        assert path.split("/")[-2] not in portal.get("/tin-tuc/")
        # Readers who come for it are told; machines that watch find the timer running.
        assert answer(portal, path.split("/", 2)[2]) == 410
        assert json.loads(portal.get("/healthz"))["schedule"]["status"] == "ok"


def answer(portal, path):
    try:
        portal.get(f"/{path}")
    except HTTPError as error:
        return error.code
    return 200


def restart_beat(portal):
    """Beat asks for everything once when it starts: no need to wait for the next minute."""
    (beat,) = [pid for pid, words in portal.processes().items() if "portal beat" in words]
    os.kill(beat, signal.SIGTERM)
