from django.apps import AppConfig
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("Articles")

    def ready(self):
        from wagtail.documents import get_document_model
        from wagtail.images import get_image_model

        from .files import refuse_while_in_use

        for model in (get_document_model(), get_image_model()):
            pre_delete.connect(refuse_while_in_use, sender=model)
