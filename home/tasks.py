import logging

from celery import shared_task
from django.utils import timezone

from . import schedule

logger = logging.getLogger(__name__)


@shared_task
def publish_scheduled():
    """Take down what has expired and publish what is due, each by itself; what was missed while
    nobody ran this, too.

    Wagtail's command of this name ends at the first page that fails, and with it all that were to
    follow, this minute and every other.
    """
    schedule.beat()
    now = timezone.now()
    for page in schedule.due_to_go(now):
        _attempt(page.unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled")
    for revision in schedule.due_to_come(now):
        _attempt(revision.publish, log_action="wagtail.publish.scheduled")


def _attempt(act, **options):
    try:
        act(**options)
    except Exception:
        # Whatever it is: the pages after it are on time, and this one is tried again.
        logger.exception("%r failed", act)
