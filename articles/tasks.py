from celery import shared_task

from . import reading
from .models import AskedQuestion


@shared_task
def read_documents():
    reading.read_documents()


@shared_task
def forget_questions():
    AskedQuestion.objects.forget()
