from django.apps import AppConfig
from django.db.models.signals import (
    m2m_changed,
    post_delete,
    post_migrate,
    post_save,
    pre_save,
)
from django.utils.translation import gettext_lazy as _


class OfficeConfig(AppConfig):
    name = "office"
    verbose_name = _("Editing office")

    def ready(self):
        from wagtail.models import Comment, CommentReply

        from . import checks, events  # noqa: F401  (checks register themselves)
        from .wording import complete_labels

        complete_labels()
        events.connect()
        for model in (Comment, CommentReply):
            post_save.connect(events.tell_subscribers, sender=model)
        self._keep_the_log()

    def _keep_the_log(self):
        from django.contrib.auth import get_user_model, signals
        from django.contrib.auth.models import Group
        from wagtail.models import (
            GroupCollectionPermission,
            GroupPagePermission,
            ModelLogEntry,
            PageLogEntry,
            Task,
        )

        from . import audit, moderation

        # Wagtail's admin switches a step off by the row that all kinds of steps share.
        for step in (Task, moderation.IndependentApprovalTask):
            pre_save.connect(moderation.keep_steps_in_use, sender=step)
        post_migrate.connect(audit.put_up_guard, sender=self)
        for model in (PageLogEntry, ModelLogEntry):
            post_save.connect(audit.copy, sender=model)
        signals.user_logged_in.connect(audit.signed_in)
        signals.user_logged_out.connect(audit.signed_out)
        signals.user_login_failed.connect(audit.failed_to_sign_in)
        user = get_user_model()
        pre_save.connect(audit.remember_powers, sender=user)
        post_save.connect(audit.account_changed, sender=user)
        m2m_changed.connect(audit.groups_changed, sender=user.groups.through)
        for through in (user.user_permissions.through, Group.permissions.through):
            m2m_changed.connect(audit.permissions_changed, sender=through)
        for model in (GroupPagePermission, GroupCollectionPermission):
            post_save.connect(audit.place_permitted, sender=model)
            post_delete.connect(audit.place_refused, sender=model)
