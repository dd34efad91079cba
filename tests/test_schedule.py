from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone

from portal.celery import about, app


@pytest.fixture(scope="module")
def schedule():
    app.loader.import_default_modules()
    return app.conf.beat_schedule


def test_everything_that_beat_sends_is_a_task_that_workers_know(schedule):
    assert {entry["task"] for entry in schedule.values()} <= set(app.tasks)


def test_a_message_that_nobody_took_is_dropped_before_the_next_one(schedule):
    for entry in schedule.values():
        between = entry["schedule"]
        if isinstance(between, about):
            between = between.seconds * (1 - about.SHARE)
        elif isinstance(between, crontab):
            is_each_minute = len(between.minute) == 60
            between = 60 if is_each_minute else 24 * 60 * 60
        assert entry["options"]["expires"] <= between


def test_feeds_are_asked_about_as_often_as_promised_and_not_all_at_the_same_second():
    now = timezone.now()
    schedule = about(900)
    begun = [now - timedelta(seconds=number) for number in range(200)]
    left = [
        schedule.remaining_estimate(moment).total_seconds() + (now - moment).total_seconds()
        for moment in begun
    ]
    assert all(900 * 0.95 - 5 <= seconds <= 900 * 1.05 for seconds in left)
    assert max(left) - min(left) > 900 * 0.05
    # Asked again, beat gets the same answer.
    again = schedule.remaining_estimate(begun[0]).total_seconds()
    assert abs(again - left[0]) < 5


def test_beats_own_messages_ask_only_for_what_is_due(schedule):
    assert schedule["rates"]["kwargs"] == schedule["weather"]["kwargs"] == {"if_due": True}


def test_feeds_and_publishing_run_as_often_as_promised(schedule):
    every = {entry["task"]: entry["schedule"] for entry in schedule.values()}
    assert every["sidebar.tasks.refresh_rates"].seconds == settings.RATES_INTERVAL == 15 * 60
    assert every["sidebar.tasks.refresh_weather"].seconds == settings.WEATHER_INTERVAL == 30 * 60
    assert every["home.tasks.publish_scheduled"] == 60
