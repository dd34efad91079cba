from datetime import timedelta
from hashlib import file_digest
from pathlib import Path
from shutil import rmtree

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Longer than any file is read (extraction.SECONDS): whoever holds a claim past that is dead.
CLAIM_LASTS = timedelta(minutes=15)


def fingerprint(document):
    """SHA-256 of a document's file, in hexadecimal digits; "" when there is no such file."""
    try:
        # Not `document.file.open()`, which would move or close what somebody else reads.
        with document.file.storage.open(document.file.name, "rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


class DocumentContentQuerySet(models.QuerySet):
    def take_in(self, document):
        """A document was stored: keep its fingerprint, and let its file be read if it is new."""
        sha256 = fingerprint(document)
        state = DocumentContent.State.WAITING if sha256 else DocumentContent.State.FAILED
        with transaction.atomic():
            content, created = self.get_or_create(
                document=document, defaults={"sha256": sha256, "state": state}
            )
            # A file that can't be found just now is no new one.
            if not created and sha256 and sha256 != content.sha256:
                content.delete()
                self.create(document=document, sha256=sha256)

    def claim(self):
        """One that is still to be read, which nobody else is given for CLAIM_LASTS; or None.

        Those that were tried before come last.
        """
        now = timezone.now()
        is_free = Q(read_at=None) | Q(read_at__lte=now - CLAIM_LASTS)
        waiting = self.filter(is_free, state=DocumentContent.State.WAITING)
        in_order = waiting.select_related("document").order_by(
            F("read_at").asc(nulls_first=True), "pk"
        )
        while content := in_order.first():
            # One statement decides who has it, on every database.
            if waiting.filter(pk=content.pk).update(read_at=now):
                content.read_at = now
                return content
        return None

    def store(self, claimed, extracted):
        """Whether it was kept: since the claim, the file may have been replaced or deleted."""
        still_claimed = self.filter(
            pk=claimed.pk, sha256=claimed.sha256, state=claimed.state, read_at=claimed.read_at
        )
        return bool(
            still_claimed.update(
                state=extracted.state,
                pages=list(extracted.pages),
                page_count=extracted.page_count,
                drawn_pages=len(extracted.pictures),
                read_at=timezone.now(),
            )
        )

    def forget_pictures(self, sha256):
        """Unless another document has the very same file."""
        if sha256 and not self.filter(sha256=sha256).exists():
            rmtree(pictures_folder(sha256), ignore_errors=True)


def pictures_folder(sha256):
    """Where the pictures of a file's pages lie: no address leads there, only our own view."""
    return Path(settings.MEDIA_ROOT) / "document_pages" / sha256


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
    # While it waits: when a worker last claimed it.
    read_at = models.DateTimeField(null=True)

    objects = DocumentContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("content of a document")
        verbose_name_plural = _("contents of documents")

    def __str__(self):
        return str(self.document)

    @property
    def text(self):
        return "\n".join(self.pages)

    @property
    def is_scan(self):
        return self.state == self.State.SCAN

    @property
    def has_page_view(self):
        return self.drawn_pages > 0

    def text_of(self, number):
        """Of a page, counted from 1; "" when it has none or was not read."""
        return self.pages[number - 1] if number <= len(self.pages) else ""

    def picture_of(self, number):
        """The path of a page's picture; None for one that could not be drawn or comes too late."""
        path = pictures_folder(self.sha256) / f"{number}.webp"
        return path if path.is_file() else None
