"""What follows from changes that pass by the methods of our models."""

from django.db import transaction
from wagtail.models import Page

from .models import (
    DirectivePage,
    DocumentContent,
    EffectPeriod,
    IndexChange,
    RegisterChange,
    RegisterVersion,
)


def remember_targets(sender, instance, **kwargs):
    """A directive is about to go: what it replaces or amends will have to be asked again."""
    # Publishing takes this lock first, too.
    RegisterVersion.objects.lock()
    instance.targets_left_behind = instance.public_targets


def let_go(sender, instance, **kwargs):
    EffectPeriod.objects.refresh(instance.targets_left_behind)
    # By its number only: it can't be refreshed any more.
    RegisterChange.objects.note({instance.pk})


def note_loss(sender, instance, **kwargs):
    """Something that directives are filtered by is gone."""
    RegisterChange.objects.note(())


def note_move(sender, instance, **kwargs):
    """A page has a new place: it, and the siblings that made room for it, with all below them."""
    moved = Page.objects.get(pk=instance.pk)
    # Who stood before that place stays there: of 100,000 siblings, most do.
    after = Page.objects.descendant_of(moved.get_parent()).filter(path__gte=moved.path)
    directives = DirectivePage.objects.filter(pk__in=after.values("pk"))
    RegisterChange.objects.note(set(directives.values_list("pk", flat=True)))
    IndexChange.objects.note_of(Page, after.values_list("pk", flat=True))


def leave_the_sidebar(sender, target_obj, **kwargs):
    """A page has been copied to be translated: it stands beside what its own language has. (What
    is copied with its section passes by the page's own methods.)"""
    if target_obj.sidebar_placements.exists():
        target_obj.sidebar_placements = []
        target_obj.sidebar_placements.commit()
        revision = target_obj.latest_revision
        revision.content["sidebar_placements"] = []
        revision.save(update_fields=["content"])


def take_in(sender, instance, **kwargs):
    """A document has been stored: take its fingerprint; a worker reads it later."""
    DocumentContent.objects.take_in(instance)


def forget_pictures(sender, instance, **kwargs):
    """What was in a document is gone, and the pictures of its pages go with it."""
    transaction.on_commit(lambda: DocumentContent.objects.forget_pictures(instance.sha256))
