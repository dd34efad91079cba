from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Home")

    def ready(self):
        from wagtail.models import ReferenceIndex

        from articles.signals import note_loss

        from . import readiness  # noqa: F401  (registers its checks)
        from .models import FeaturedPage, OfficeSettings, UrgentNotice

        # Wagtail notes what pages and snippets stand on, and not what settings do: the logo.
        ReferenceIndex.register_model(OfficeSettings)
        # Signals, because lists of the admin delete past the methods of what is in them.
        for model in (FeaturedPage, UrgentNotice):
            post_delete.connect(note_loss, sender=model)
