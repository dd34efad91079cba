"""Days of pages that come near: those who are in charge are told, once for each reason."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from office import roles
from office.models import Notice, Territory
from office.notices import notify, people_of

from .models import ReviewDate
from .review_dates import months_after
from .vietnamese import local_day

EXPIRY_NOTICE = timedelta(days=7)
REVIEW_NOTICE = timedelta(days=14)


def in_charge_of(page, territory):
    """Whoever made it and the editors of its unit; the board, where there is nobody."""
    people = set()
    if page.owner and page.owner.is_active:
        people.add(page.owner)
    if unit := territory.unit_of(page.path):
        people |= set(unit.people(roles.EDITORS))
    return people or set(people_of(roles.BOARD))


def remind_of_expiry():
    now = timezone.now()
    territory = Territory()
    soon = Page.objects.filter(live=True, expire_at__range=(now, now + EXPIRY_NOTICE))
    for page in soon.select_related("owner"):
        local = timezone.localtime(page.expire_at)
        notify(
            in_charge_of(page, territory),
            Notice.Kind.EXPIRY,
            # Told anew when the time was changed.
            f"expiry:{page.pk}:{local:%Y%m%d%H%M}",
            about=page,
            message=_(
                "It comes down at %(time)s by itself. To keep it, change the time and hand it in "
                "for review."
            )
            % {"time": f"{local:%H:%M %d/%m/%Y}"},
        )


def remind_of_review():
    today = timezone.localdate()
    territory = Territory()
    near = ReviewDate.objects.filter(due_on__lte=today + REVIEW_NOTICE, page__live=True)
    for review in near.select_related("page__owner"):
        months = months_late(review.due_on, today)
        if months is None:
            message = _("To be looked through by %(day)s.")
        elif months == 0:
            message = _("It was to be looked through by %(day)s.")
        else:
            message = _("It was to be looked through by %(day)s, %(months)d months ago.")
        notify(
            in_charge_of(review.page, territory),
            Notice.Kind.REVIEW,
            f"review:{review.page_id}:{review.due_on}:{'' if months is None else months}",
            about=review.page,
            message=message % {"day": local_day(review.due_on), "months": months},
        )


def months_late(due_on, today):
    """Whole months since that day; None before it."""
    if today < due_on:
        return None
    months = (today.year - due_on.year) * 12 + today.month - due_on.month
    return months - (months_after(due_on, months) > today)
