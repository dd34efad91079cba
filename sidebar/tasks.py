import logging

from celery import shared_task
from django.conf import settings
from django.db import Error
from redis.exceptions import RedisError

from . import feeds, statistics, visits
from .models import RateChange
from .models.feeds import GOLD, RATES, WEATHER

logger = logging.getLogger(__name__)

# What outlives these is ended from outside, and its lock is free a little later.
LIMITS = {"soft_time_limit": 0.9 * settings.FEED_SECONDS, "time_limit": settings.FEED_SECONDS}


@shared_task(**LIMITS)
def refresh_rates(by_hand=False, if_due=False):
    feeds.refresh(RATES, by_hand, if_due)


@shared_task(**LIMITS)
def refresh_weather(by_hand=False, if_due=False):
    feeds.refresh(WEATHER, by_hand, if_due)


@shared_task(**LIMITS)
def refresh_gold(by_hand=False, if_due=False):
    feeds.refresh(GOLD, by_hand, if_due)


@shared_task
def thin_rate_history():
    RateChange.objects.thin()


@shared_task
def flush_visits():
    try:
        visits.flush()
    except (Error, RedisError) as error:
        # Nothing is lost by that; the next run comes in a few seconds.
        logger.warning("visits: not written to the database (%s)", type(error).__name__)


@shared_task
def add_up_views():
    statistics.add_up_recent_views()


@shared_task
def forget_visitors():
    visits.forget()
