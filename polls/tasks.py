from celery import shared_task

from . import addresses


@shared_task
def forget_addresses():
    addresses.forget()
