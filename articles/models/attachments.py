from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentContent(models.Model):
    """What is inside a document: its fingerprint at once, its text when a worker has read it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Not read yet")
        TEXT = "text", _("Text")
        SCAN = "scan", _("A scan without a text layer")
        EMPTY = "empty", _("Empty")
        UNSUPPORTED = "unsupported", _("A format whose text is not read")
        FAILED = "failed", _("Could not be read")

    document = models.OneToOneField(
        "wagtaildocs.Document", on_delete=models.CASCADE, primary_key=True, related_name="content"
    )
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    # One text a page.
    pages = models.JSONField(default=list)
    # Of the whole file, which may have more than those that were read and drawn.
    page_count = models.PositiveIntegerField(default=0)
    drawn_pages = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("content of a document")
        verbose_name_plural = _("contents of documents")

    def __str__(self):
        return str(self.document)

    @property
    def text(self):
        return "\n".join(self.pages)
