from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class OfficeConfig(AppConfig):
    name = "office"
    verbose_name = _("Editing office")

    def ready(self):
        from wagtail.models import Comment, CommentReply

        from . import checks, events  # noqa: F401  (checks register themselves)

        events.connect()
        for model in (Comment, CommentReply):
            post_save.connect(events.tell_subscribers, sender=model)
