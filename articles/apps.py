from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_delete, post_save, pre_delete
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("Articles")

    def ready(self):
        from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
        from wagtail.documents import get_document_model
        from wagtail.images import get_image_model
        from wagtail.models import Page, PageViewRestriction
        from wagtail.signals import (
            copy_for_translation_done,
            page_unpublished,
            post_page_move,
            unpublished,
        )
        from willow.plugins.pillow import PillowImage
        from willow.registry import registry

        from . import generation, signals
        from .files import refuse_while_in_use
        from .models import (
            Abbreviation,
            DirectiveIndexPage,
            DirectivePage,
            DirectiveType,
            DocumentContent,
            Issuer,
            PromotedResult,
            Topic,
        )
        from .pictures import upright

        connection_created.connect(generation.watch)
        for closing in (page_unpublished, unpublished, post_page_move):
            closing.connect(generation.close)
        post_delete.connect(generation.close, sender=Page)
        post_save.connect(generation.close, sender=PageViewRestriction)
        # The first that Wagtail does to a picture, whatever it is cut to.
        registry.register_operation(PillowImage, "auto_orient", upright)
        for model in (get_document_model(), get_image_model()):
            pre_delete.connect(refuse_while_in_use, sender=model)
        # Signals, because deleting and moving a tree pass by the methods of what is in it.
        pre_delete.connect(signals.remember_targets, sender=DirectivePage)
        post_delete.connect(signals.let_go, sender=DirectivePage)
        for model in (
            *(Abbreviation, DirectiveIndexPage, DirectiveType),
            *(Issuer, PromotedResult, Topic),
        ):
            post_delete.connect(signals.note_loss, sender=model)
        post_page_move.connect(signals.note_move)
        copy_for_translation_done.connect(
            signals.leave_the_sidebar, sender=CopyPageForTranslationAction
        )
        post_save.connect(signals.take_in, sender=get_document_model())
        post_delete.connect(signals.forget_pictures, sender=DocumentContent)
