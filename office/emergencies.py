"""Publishing past the two steps: in sight, with a reason, of somebody else's work only, and looked
at afterwards by a third person."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page

from . import roles
from .models import EmergencyPublication, Notice
from .moderation import locked, writers
from .notices import notify, people_of

PUBLISHED, CHECKED = "office.emergency", "office.emergency_checked"


def version_of(revision):
    """Names what somebody has read: autosave rewrites a version in its place."""
    return f"{revision.pk}@{revision.created_at.isoformat()}"


@transaction.atomic
def publish(page, user, reason, version):
    """Put the page's newest version online at once, which is the one that was read (version_of).

    PermissionDenied for whoever may not, or wrote any of it. ValidationError where the page is not
    fit to be published, or has changed since."""
    review = locked(page.current_workflow_state) if page.workflow_in_progress else None
    page = Page.objects.get(pk=page.pk).specific
    if not page.permissions_for_user(user).can_publish_in_emergency():
        raise PermissionDenied
    revision = page.get_latest_revision()
    if version_of(revision) != version:
        raise ValidationError(
            _("It has been changed since you opened this page. Read it again, then publish it.")
        )
    starts = revision.as_object().go_live_at
    if starts and starts > timezone.now():
        raise ValidationError(
            _("It has a time to go online: %(time)s. Take that out first.")
            % {"time": f"{timezone.localtime(starts):%H:%M, %d/%m/%Y}"}
        )
    if review := review or page.current_workflow_state:
        review.cancel(user=user)
    written_by = writers(page)
    # Who asks for it is written down below, with the reason.
    revision.publish(user=user, skip_permission_checks=True)
    emergency = EmergencyPublication.objects.create(
        page=page, revision=revision, reason=reason, published_by=user
    )
    emergency.writers.set(written_by)
    log(page, PUBLISHED, user=user, revision=revision, data={"reason": reason})
    told = set(people_of(roles.BOARD, roles.REVIEWERS)) | ({page.owner} - {None})
    notify(
        told - {user},
        Notice.Kind.EMERGENCY,
        f"emergency:{emergency.pk}",
        about=page,
        message=_("%(name)s published it past the two steps. The reason: %(reason)s")
        % {"name": user.get_full_name() or user.get_username(), "reason": reason},
    )
    return emergency


def may_check(emergency, user):
    """The third pair of eyes: of the two steps, neither who published it nor who wrote it."""
    return _is_third(emergency, user) and _decides(user)


def left_to(user):
    """What was not looked at yet and waits for this user too, the newest first."""
    if not _decides(user):
        return []
    unchecked = EmergencyPublication.objects.filter(checked_at=None)
    unchecked = unchecked.select_related("page", "published_by").prefetch_related("writers")
    return [one for one in unchecked if _is_third(one, user)]


def _decides(user):
    steps = people_of(roles.BOARD, roles.REVIEWERS)
    return user.is_superuser or steps.filter(pk=user.pk).exists()


def _is_third(emergency, user):
    return (
        emergency.checked_at is None
        and user.pk != emergency.published_by_id
        and user.pk != emergency.page.owner_id
        and user not in emergency.writers.all()
    )


@transaction.atomic
def check(emergency, user, finding):
    """The check afterwards; `finding`: what it found, perhaps nothing."""
    emergency = EmergencyPublication.objects.select_for_update().get(pk=emergency.pk)
    if not may_check(emergency, user):
        raise PermissionDenied
    emergency.checked_by, emergency.checked_at = user, timezone.now()
    emergency.finding = finding
    emergency.save(update_fields=["checked_by", "checked_at", "finding"])
    log(emergency.page, CHECKED, user=user, data={"finding": finding})
