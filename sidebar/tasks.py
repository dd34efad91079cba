from celery import shared_task

from . import feeds, visits


@shared_task
def refresh_rates():
    feeds.refresh_rates()


@shared_task
def refresh_weather():
    feeds.refresh_weather()


@shared_task
def forget_visitors():
    visits.forget()
