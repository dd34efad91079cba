"""Telling people: once, in the admin, and by mail where they want mail."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.users.models import UserProfile

from .models import Notice

Kind = Notice.Kind

# Which of Wagtail's settings in people's accounts asks about mails of a kind; others are mailed in
# any case.
PREFERENCES = {
    Kind.WAITING: "submitted_notifications",
    Kind.APPROVED: "approved_notifications",
    Kind.SENT_BACK: "rejected_notifications",
    Kind.COMMENT: "updated_comments_notifications",
}
TITLE_LENGTH = Notice._meta.get_field("title").max_length


@transaction.atomic
def notify(recipients, kind, key, about=None, message="", address=None, by_mail=True):
    """Tell each of these people once about an event.

    key: the event's, the same whenever it is told again. about: the page or poll, which gives title
    and address. Mails are queued with the change that they tell of, and sent when it is committed
    (settings: post_office)."""
    address = address or _address(about)
    title = _title(about)
    recipients = {person.pk: person for person in recipients}
    known = Notice.objects.filter(key=key, recipient__in=recipients)
    told = []
    for pk in recipients.keys() - set(known.values_list("recipient", flat=True)):
        # Whoever runs this at the same time may tell them first.
        notice, made = Notice.objects.get_or_create(
            recipient=recipients[pk],
            key=key,
            defaults={"kind": kind, "title": title, "message": str(message), "address": address},
        )
        if made:
            told.append(notice)
    if by_mail:
        for notice in told:
            _mail(notice)
    return told


def _title(about):
    if about is None:
        return ""
    title = getattr(about, "get_admin_display_title", about.__str__)()
    return title[: TITLE_LENGTH - 1] + "…" if len(title) > TITLE_LENGTH else title


def _address(about):
    if about is None:
        return reverse("wagtailadmin_home")
    return AdminURLFinder().get_edit_url(about) or reverse("wagtailadmin_home")


def _mail(notice):
    recipient = notice.recipient
    preference = PREFERENCES.get(notice.kind)
    wants = preference is None or getattr(UserProfile.get_for_user(recipient), preference)
    if not (recipient.is_active and recipient.email and wants):
        return
    context = {
        "notice": notice,
        "address": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + notice.address,
        "portal": settings.WAGTAIL_SITE_NAME,
    }
    subject = render_to_string("office/mails/notice_subject.txt", context)
    send_mail(
        " ".join(subject.split()),
        render_to_string("office/mails/notice.txt", context),
        None,
        [recipient.email],
    )


def people_of(*groups):
    """Who is in one of these groups and may sign in."""
    return get_user_model().objects.filter(is_active=True, groups__name__in=groups).distinct()
