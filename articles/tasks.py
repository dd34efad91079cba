from celery import shared_task

from . import reading, reminders, review_dates
from .links import outside, watch
from .models import AskedQuestion


@shared_task
def read_documents():
    reading.read_documents()


@shared_task
def forget_questions():
    AskedQuestion.objects.forget()


@shared_task
def read_links():
    watch.read_links()


@shared_task
def ask_outside_links():
    outside.ask_some()


@shared_task
def remind_of_dates():
    review_dates.give_dates()
    reminders.remind_of_expiry()
    reminders.remind_of_review()
