"""What follows from changes that pass by the methods of our models."""

from hashlib import file_digest

from wagtail.models import Page

from .models import DirectivePage, DocumentContent, EffectPeriod, RegisterChange


def remember_targets(sender, instance, **kwargs):
    """A directive is about to go: what it replaces or amends will have to be asked again."""
    instance.targets_left_behind = instance.public_targets


def let_go(sender, instance, **kwargs):
    EffectPeriod.objects.refresh(instance.targets_left_behind)
    # By its number only: it can't be refreshed any more.
    RegisterChange.objects.note({instance.pk})


def note_move(sender, instance, **kwargs):
    """A page, or the section that it lies in, has a new place and with it another section."""
    page = Page.objects.get(pk=instance.pk)
    moved = DirectivePage.objects.descendant_of(page, inclusive=True)
    RegisterChange.objects.note(set(moved.values_list("pk", flat=True)))


def take_in(sender, instance, **kwargs):
    """A document has been stored: take its fingerprint; a worker reads it later."""
    with instance.file.storage.open(instance.file.name, "rb") as file:
        sha256 = file_digest(file, "sha256").hexdigest()
    content, created = DocumentContent.objects.get_or_create(
        document=instance, defaults={"sha256": sha256}
    )
    if not created and content.sha256 != sha256:
        content.delete()
        DocumentContent.objects.create(document=instance, sha256=sha256)
