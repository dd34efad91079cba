"""What follows from changes that pass by the methods of our models."""

from django.db import transaction
from wagtail.models import Page

from .models import DirectivePage, DocumentContent, EffectPeriod, RegisterChange


def remember_targets(sender, instance, **kwargs):
    """A directive is about to go: what it replaces or amends will have to be asked again."""
    instance.targets_left_behind = instance.public_targets


def let_go(sender, instance, **kwargs):
    EffectPeriod.objects.refresh(instance.targets_left_behind)
    # By its number only: it can't be refreshed any more.
    RegisterChange.objects.note({instance.pk})


def note_loss(sender, instance, **kwargs):
    """Something that directives are filtered by is gone."""
    RegisterChange.objects.note(())


def note_move(sender, instance, **kwargs):
    """A page, or the section that it lies in, has a new place and with it another section."""
    page = Page.objects.get(pk=instance.pk)
    moved = DirectivePage.objects.descendant_of(page, inclusive=True)
    RegisterChange.objects.note(set(moved.values_list("pk", flat=True)))


def take_in(sender, instance, **kwargs):
    """A document has been stored: take its fingerprint; a worker reads it later."""
    DocumentContent.objects.take_in(instance)


def forget_pictures(sender, instance, **kwargs):
    """What was in a document is gone, and the pictures of its pages go with it."""
    transaction.on_commit(lambda: DocumentContent.objects.forget_pictures(instance.sha256))
