from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficeConfig(AppConfig):
    name = "office"
    verbose_name = _("Editing office")

    def ready(self):
        from .wording import complete_labels

        complete_labels()
