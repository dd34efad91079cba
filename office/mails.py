"""The queue of mails (django-post_office): sending them, and forgetting them."""

from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from post_office.mail import send_queued_mail_until_done
from post_office.utils import cleanup_expired_mails

# They hold names, reasons and links for new passwords.
KEPT = timedelta(days=30)
# The library's own lock is a file: of workers on two machines each would send.
LOCK, LONGEST = "office.sending_mails", 10 * 60


def send():
    """What waits, unless another worker is at it. What fails is tried again later."""
    if not cache.add(LOCK, True, LONGEST):
        return
    try:
        send_queued_mail_until_done()
    finally:
        cache.delete(LOCK)


def forget():
    cleanup_expired_mails(timezone.now() - KEPT)
