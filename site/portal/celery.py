"""The Celery application and the whole schedule: what runs by itself is read here."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import beat_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# kombu's filesystem transport wants every folder to exist.
if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    for folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS.values():
        Path(folder).mkdir(parents=True, exist_ok=True)


def every(seconds, task):
    # A message that nobody took before the next one is due is dropped, so that a worker which
    # comes back after an hour doesn't ask the bank four times in a row.
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


app.conf.beat_schedule = {
    "rates": every(settings.RATES_INTERVAL, "sidebar.tasks.refresh_rates"),
    "weather": every(settings.WEATHER_INTERVAL, "sidebar.tasks.refresh_weather"),
    "visits": every(60 * 60, "sidebar.tasks.forget_visitors"),
    "questions": every(24 * 60 * 60, "articles.tasks.forget_questions"),
    "publishing": every(60, "home.tasks.publish_scheduled"),
    "documents": every(60, "articles.tasks.read_documents"),
}


@beat_init.connect
def refresh_at_once(sender, **kwargs):
    # Beat counts an interval from its own start: without this, a new portal would stand without
    # rates for a quarter of an hour.
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry["options"])
