from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class SidebarConfig(AppConfig):
    name = "sidebar"
    verbose_name = _("Sidebar")

    def ready(self):
        from wagtail.models import Page, PageViewRestriction
        from wagtail.signals import page_unpublished, post_page_move

        from polls import ballots

        from . import signals

        page_unpublished.connect(signals.close_page)
        post_delete.connect(signals.close_page, sender=Page)
        # Of whatever lies below.
        post_page_move.connect(signals.close_pages)
        post_save.connect(signals.close_pages, sender=PageViewRestriction)
        ballots.counted.connect(signals.forget_results)
