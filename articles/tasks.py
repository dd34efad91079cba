from celery import shared_task

from . import reading


@shared_task
def read_documents():
    reading.read_documents()
