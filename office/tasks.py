from celery import shared_task

from . import mails, reminders


@shared_task
def send_mails():
    mails.send()


@shared_task
def forget_mails():
    mails.forget()


@shared_task
def remind():
    reminders.remind()
