"""The Celery application and the whole schedule: what runs by itself is read here."""

import gc
import os
import random
from pathlib import Path

from celery import Celery
from celery.schedules import crontab, schedule
from celery.signals import beat_init, worker_before_create_process
from django.conf import settings
from django.db import connection
from django.urls import reverse

from . import one_beat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# kombu's filesystem transport wants every folder to exist.
if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    for folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS.values():
        Path(folder).mkdir(parents=True, exist_ok=True)


class about(schedule):
    """Every so many seconds, give or take a twentieth: portals that were started at the same minute
    should not go on asking the bank at the same second."""

    SHARE = 0.05

    def remaining_estimate(self, last_run_at):
        # The same each time that beat looks, until the next run.
        dice = random.Random(f"{os.getpid()} {last_run_at}")  # noqa: S311  (nobody guesses it)
        late = self.run_every * dice.uniform(-self.SHARE, self.SHARE)
        return super().remaining_estimate(last_run_at) + late


def every(seconds, task):
    # A message that nobody took before the next one is due is dropped, so that a worker which
    # comes back after an hour doesn't ask the bank four times in a row.
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


def feed(name, seconds):
    if not settings.FEEDS[name]:
        return {}
    entry = every(seconds, f"sidebar.tasks.refresh_{name}")
    # Of two beats the second comes too late; and a beat that starts anew asks for everything.
    entry |= {"schedule": about(seconds), "kwargs": {"if_due": True}}
    # Also when the next one comes early.
    entry["options"] = {"expires": (1 - about.SHARE) * seconds}
    return {name: entry}


def at_night(task, expires, **times):
    # Not when beat starts: what nobody took in time waits for the next one.
    return {"task": task, "schedule": crontab(**times), "options": {"expires": expires}}


app.conf.beat_schedule = {
    **feed("rates", settings.RATES_INTERVAL),
    **feed("weather", settings.WEATHER_INTERVAL),
    **feed("gold", settings.GOLD_INTERVAL),
    "rate history": every(24 * 60 * 60, "sidebar.tasks.thin_rate_history"),
    "visits": every(60 * 60, "sidebar.tasks.forget_visitors"),
    **({"counts": every(5, "sidebar.tasks.flush_visits")} if settings.REDIS_URL else {}),
    "views": every(10 * 60, "sidebar.tasks.add_up_views"),
    "addresses": every(60 * 60, "polls.tasks.forget_addresses"),
    "questions": every(24 * 60 * 60, "articles.tasks.forget_questions"),
    "publishing": every(60, "home.tasks.publish_scheduled"),
    "dates": every(60 * 60, "articles.tasks.remind_of_dates"),
    "documents": every(60, "articles.tasks.read_documents"),
    "mails": every(20, "office.tasks.send_mails"),
    "old mails": every(24 * 60 * 60, "office.tasks.forget_mails"),
    "deadlines": every(10 * 60, "office.tasks.remind"),
    "links": at_night("articles.tasks.read_links", 60 * 60, hour=0, minute=40),
    # One link of each site a minute, so nobody's server is pressed.
    **(
        {"outside links": at_night("articles.tasks.ask_outside_links", 60, hour="1-4", minute="*")}
        if settings.CHECK_OUTSIDE_LINKS
        else {}
    ),
}


@beat_init.connect
def begin(sender, **kwargs):
    # On SQLite there is one machine, and `serve` lets nobody else in (its lock of DATA_DIR).
    if connection.vendor == "postgresql":
        one_beat.take_turn()
    refresh_at_once()


def refresh_at_once():
    # Beat counts an interval from its own start: without this, a new portal would stand without
    # rates for a quarter of an hour.
    for entry in app.conf.beat_schedule.values():
        # What belongs to the night waits for it.
        if isinstance(entry["schedule"], crontab):
            continue
        app.send_task(entry["task"], kwargs=entry.get("kwargs"), **entry["options"])


@worker_before_create_process.connect
def share_what_is_imported(sender, **kwargs):
    # Whoever has to know an address first loads all views of the portal: in each child, 36 MB.
    reverse("live")
    # The collector writes to whatever it looks at, and each child would soon have a copy of its
    # own: 45 MB of three processes.
    gc.collect()
    gc.freeze()
