import logging

from celery import shared_task
from django.utils import timezone
from wagtail.models import Page, Revision

logger = logging.getLogger(__name__)


@shared_task
def publish_scheduled():
    """Take down what has expired and publish what is due, each by itself.

    Wagtail's command of this name ends at the first page that fails, and with it all that were to
    follow, this minute and every other.
    """
    now = timezone.now()
    for page in Page.objects.filter(live=True, expire_at__lt=now).order_by("expire_at"):
        _attempt(page.unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled")
    due = Revision.objects.filter(approved_go_live_at__lt=now).order_by("approved_go_live_at")
    for revision in due:
        _attempt(revision.publish, log_action="wagtail.publish.scheduled")


def _attempt(act, **options):
    try:
        act(**options)
    except Exception:
        # Whatever it is: the pages after it are on time, and this one is tried again.
        logger.exception("%r failed", act)
