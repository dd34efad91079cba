import pytest
from django.conf import settings

from portal.celery import app


@pytest.fixture(scope="module")
def schedule():
    app.loader.import_default_modules()
    return app.conf.beat_schedule


def test_everything_that_beat_sends_is_a_task_that_workers_know(schedule):
    assert {entry["task"] for entry in schedule.values()} <= set(app.tasks)


def test_a_message_that_nobody_took_is_dropped_before_the_next_one(schedule):
    assert all(entry["options"]["expires"] <= entry["schedule"] for entry in schedule.values())


def test_feeds_and_publishing_run_as_often_as_promised(schedule):
    every = {entry["task"]: entry["schedule"] for entry in schedule.values()}
    assert every["sidebar.tasks.refresh_rates"] == settings.RATES_INTERVAL == 15 * 60
    assert every["sidebar.tasks.refresh_weather"] == settings.WEATHER_INTERVAL == 30 * 60
    assert every["home.tasks.publish_scheduled"] == 60
