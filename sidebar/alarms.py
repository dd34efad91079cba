"""What a feed is at after a run, and the mails that operators get: one when it fails for so long
that readers are told, one when it is well again."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import FeedState
from .status import FeedStatus

logger = logging.getLogger(__name__)


def well(feed, provider):
    """A provider has given new figures."""
    before = FeedState.of(feed)
    FeedState.objects.filter(pk=feed).update(
        good_at=timezone.now(),
        provider=provider,
        failing_since=None,
        reason="",
        failed_provider="",
    )
    # Whoever takes it back is the one to tell.
    told = FeedState.objects.filter(pk=feed, alarmed_at__isnull=False).update(alarmed_at=None)
    if told and not _mail(_("%(feed)s: well again") % {"feed": before}, feed):
        FeedState.objects.filter(pk=feed).update(alarmed_at=before.alarmed_at)


def failing(feed, provider, reason):
    """Nobody has given anything. provider and reason: of the first who was asked; empty where all
    were left alone, which is as it was before."""
    now = timezone.now()
    FeedState.objects.filter(pk=feed, failing_since__isnull=True).update(failing_since=now)
    if reason:
        FeedState.objects.filter(pk=feed).update(reason=reason, failed_provider=provider)
    state = FeedState.of(feed)
    # A short failure is nobody's business: the next run mends it.
    if now - (state.good_at or state.failing_since) <= 2 * state.interval:
        return
    first = FeedState.objects.filter(pk=feed, alarmed_at__isnull=True).update(alarmed_at=now)
    if first and not _mail(_("%(feed)s: no new figures") % {"feed": state}, feed):
        FeedState.objects.filter(pk=feed).update(alarmed_at=None)


def suspect(feed, rates):
    """Rates wait for a decision (FeedState.suspect), or none do any more. What somebody has decided
    against needs no decision as long as it stays the same."""
    state = FeedState.of(feed)
    if rates and rates["rates"] == state.suspect.get("rates"):
        return
    FeedState.objects.filter(pk=feed).update(suspect=rates)
    if rates and not state.waiting:
        _mail(_("%(feed)s: some wait for a decision") % {"feed": state}, feed)


def _mail(subject, feed):
    """Whether it is on its way; there may be nobody to tell."""
    if not settings.OPERATOR_EMAILS:
        return True
    status = FeedStatus(FeedState.of(feed))
    lines = [status.sentence, "", f"{settings.BASE_URL.rstrip('/')}{status.address}"]
    try:
        send_mail(
            f"[{settings.WAGTAIL_SITE_NAME}] {subject}",
            "\n".join(lines),
            settings.DEFAULT_FROM_EMAIL,
            settings.OPERATOR_EMAILS,
        )
    except (OSError, SMTPException) as error:
        logger.warning("feed=%s mail failed reason=%s", feed, type(error).__name__)
        return False
    return True
