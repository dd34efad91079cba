"""The office's log of who did what: all that Wagtail's logs say, and what they lack."""

import json
from copy import copy as copy_of
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail.log_actions import get_active_log_context, registry
from wagtail.models import Page, PageLogEntry

from . import append_only
from .models import AuditEntry

SIGN_IN = "office.sign_in"
SIGN_OUT = "office.sign_out"
SIGN_IN_FAILED = "office.sign_in_failed"
PASSWORD = "office.password"  # noqa: S105  (the name of an act)
GROUPS = "office.groups"
PERMISSIONS = "office.permissions"
ACCOUNT = "office.account"
EXPORT = "office.export"
CUT = "office.cut"
# What Wagtail knows nothing of.
ACTIONS = {
    SIGN_IN: gettext_lazy("Signed in"),
    SIGN_OUT: gettext_lazy("Signed out"),
    SIGN_IN_FAILED: gettext_lazy("Failed to sign in"),
    PASSWORD: gettext_lazy("Changed a password"),
    GROUPS: gettext_lazy("Changed the groups of an account"),
    PERMISSIONS: gettext_lazy("Changed permissions"),
    ACCOUNT: gettext_lazy("Changed an account's powers"),
    EXPORT: gettext_lazy("Downloaded data"),
    CUT: gettext_lazy("Cut the audit log"),
}
# Of one name within an hour: guessing passwords is not to fill the disk.
FAILURES_KEPT = 20
TITLE_LENGTH = AuditEntry._meta.get_field("title").max_length
NAME_LENGTH = AuditEntry._meta.get_field("user_name").max_length


def record(action, user, about=None, title="", detail=""):
    """about: the row that it was done to, which may be deleted later."""
    return AuditEntry.objects.create(
        **_who(user),
        action=action,
        kind=about._meta.label_lower if about else "",
        object_pk=about.pk if about else "",
        title=(title or (str(about) if about else ""))[:TITLE_LENGTH],
        detail=detail,
    )


def _who(user):
    if user is None or not user.pk:
        return {"user_pk": None, "user_name": ""}
    return {"user_pk": user.pk, "user_name": name_of(user)}


def name_of(user):
    """As it stays when the account is renamed or deleted: Trần Lan (lan)"""
    full, account = user.get_full_name(), user.get_username()
    return (f"{full} ({account})" if full else account)[:NAME_LENGTH]


def label(action):
    registry.scan_for_actions()
    if action in ACTIONS:
        return ACTIONS[action]
    formatter = registry.formatters.get(action)
    return formatter.label if formatter else action


def kind_label(kind):
    try:
        return str(capfirst(apps.get_model(kind)._meta.verbose_name))
    except (LookupError, ValueError):
        # A model that the portal has no more, or none.
        return kind


# What the signals of apps.py call


def copy(sender, instance, created, **kwargs):
    """Wagtail has written a line of its own log."""
    if not created:
        return
    is_page = sender is PageLogEntry
    model = instance.content_type and instance.content_type.model_class()
    facts = {
        "action": instance.action,
        "object_pk": str(instance.page_id if is_page else instance.object_id),
        "kind": model._meta.label_lower if model else "",
    }
    again = AuditEntry.objects.filter(uuid=instance.uuid, user_pk=instance.user_id, **facts)
    if instance.action == "wagtail.edit" and instance.uuid and again.exists():
        # Autosave goes on with the same edit. Several comments of one request are several acts.
        return
    user = instance.user_id and get_user_model().objects.filter(pk=instance.user_id).first()
    with override(settings.LANGUAGE_CODE):
        detail = _detail(instance)
    AuditEntry.objects.create(
        **_who(user or None),
        **facts,
        at=instance.timestamp,
        page_pk=instance.page_id if is_page else None,
        title=instance.label[:TITLE_LENGTH],
        detail=detail,
        uuid=instance.uuid,
    )


def _detail(entry):
    stored = copy_of(entry)
    # Wagtail's formatters read what was stored: times as text. This entry has just been made.
    stored.data = json.loads(json.dumps(entry.data, cls=DjangoJSONEncoder))
    words = [stored.message, stored.comment]
    return " — ".join(force_str(one) for one in words if one and one != label(entry.action))


def signed_in(sender, request, user, **kwargs):
    record(SIGN_IN, user, user)


def signed_out(sender, request, user, **kwargs):
    if user is not None:
        record(SIGN_OUT, user, user)


def failed_to_sign_in(sender, credentials, **kwargs):
    typed = str(credentials.get("username") or "")
    user = get_user_model().objects.filter(username=typed).first()
    # People type passwords where the name goes: only names of accounts are written down.
    title = str(user) if user else force_str(_("a name that is no account"))
    hour = timezone.now() - timedelta(hours=1)
    lately = AuditEntry.objects.filter(action=SIGN_IN_FAILED, title=title, at__gt=hour)
    if lately.count() < FAILURES_KEPT:
        record(SIGN_IN_FAILED, None, user, title=title)


POWERS = {"is_superuser", "is_active"}


def remember_powers(sender, instance, update_fields=None, **kwargs):
    instance.powers_before = None
    if instance.pk and (update_fields is None or POWERS & set(update_fields)):
        instance.powers_before = sender.objects.filter(pk=instance.pk).values(*POWERS).first()


def account_changed(sender, instance, created, **kwargs):
    if created:
        return
    actor = get_active_log_context().user
    # What Django sets while a new password is not saved yet; storing the old one in a better way,
    # as signing in may do, is no change.
    if instance._password is not None:
        record(PASSWORD, actor, instance)
    before = getattr(instance, "powers_before", None)
    changed = [
        name for name in sorted(POWERS) if before and before[name] != getattr(instance, name)
    ]
    if changed:
        detail = "; ".join(_power(name, getattr(instance, name)) for name in changed)
        record(ACCOUNT, actor, instance, detail=detail)


def _power(name, given):
    return {
        ("is_superuser", True): _("made an administrator"),
        ("is_superuser", False): _("no administrator any more"),
        ("is_active", True): _("may sign in"),
        ("is_active", False): _("may not sign in any more"),
    }[name, given]


def groups_changed(sender, instance, action, reverse, pk_set, **kwargs):
    groups, users = ([instance], None) if reverse else (None, [instance])
    if action == "pre_clear":
        others = instance.user_set.all() if reverse else instance.groups.all()
    elif action in ("post_add", "post_remove") and pk_set:
        others = (get_user_model() if reverse else Group).objects.filter(pk__in=pk_set)
    else:
        return
    added = action == "post_add"
    for user in users or others:
        names = ", ".join(group.name for group in groups or others)
        if names:
            detail = (_("added: %(names)s") if added else _("removed: %(names)s")) % {
                "names": names
            }
            record(GROUPS, get_active_log_context().user, user, detail=detail)


def permissions_changed(sender, instance, action, reverse, pk_set, **kwargs):
    if reverse or action not in ("post_add", "post_remove", "pre_clear"):
        return
    if action == "pre_clear":
        manager = instance.permissions if isinstance(instance, Group) else instance.user_permissions
        permissions = manager.all()
    else:
        permissions = Permission.objects.filter(pk__in=pk_set)
    names = ", ".join(sorted(permissions.values_list("codename", flat=True)))
    if names:
        words = _("added: %(names)s") if action == "post_add" else _("removed: %(names)s")
        record(
            PERMISSIONS, get_active_log_context().user, instance, detail=words % {"names": names}
        )


def place_permitted(sender, instance, created, **kwargs):
    if created:
        _place_changed(instance, _("added: %(names)s"))


def place_refused(sender, instance, **kwargs):
    _place_changed(instance, _("removed: %(names)s"))


def _place_changed(row, words):
    """A permission of a group on a branch of the pages or collections."""
    group = Group.objects.filter(pk=row.group_id).first()
    place = getattr(row, "page", None) or getattr(row, "collection", None)
    if group is None or place is None:
        # It goes with its group or its place, whose own line says so.
        return
    detail = words % {"names": f"{row.permission.codename} – {place}"}
    record(PERMISSIONS, get_active_log_context().user, group, detail=detail)


def done_in_bulk(action_type, objects, action):
    """Pages say of themselves what is done to many of them, and accounts which groups they get
    (groups_changed). All else Wagtail does by one query, of which no signal and no log knows."""
    if issubclass(action.model, Page) or action_type == "assign_role":
        return
    user, chosen = action.request.user, action.cleaned_form.cleaned_data
    if action_type == "set_active_state":
        active = chosen["mark_as_active"]
        for account in objects:
            if account.is_active != active:
                record(ACCOUNT, user, account, detail=_power("is_active", active))
        return
    what = "wagtail.delete" if action_type == "delete" else "wagtail.edit"
    words = ", ".join(str(value) for value in chosen.values())
    for one in objects:
        record(what, user, one, detail=f"{action.display_name}: {words}" if words else "")


def put_up_guard(sender, using, **kwargs):
    append_only.guard(connections[using])
