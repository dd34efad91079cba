from datetime import timedelta
from hashlib import file_digest

from django.core.files import File
from django.core.files.storage import default_storage
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

    def store(self, claimed, extracted, picture_sizes):
        """Whether it was kept: since the claim, the file may have been replaced or deleted.

        `picture_sizes` as in DocumentContent.
        """
        still_claimed = self.filter(
            pk=claimed.pk, sha256=claimed.sha256, state=claimed.state, read_at=claimed.read_at
        )
        return bool(
            still_claimed.update(
                state=extracted.state,
                pages=list(extracted.pages),
                page_count=extracted.page_count,
                drawn_pages=len(picture_sizes),
                picture_sizes=picture_sizes,
                read_at=timezone.now(),
            )
        )

    def store_pictures(self, sha256, paths):
        """Put the pictures of a file's pages, {number: path}, where all machines find them."""
        if self.filter(sha256=sha256, drawn_pages__gt=0).exists():
            # Those of another document with the very same file; somebody may be looking at them.
            return
        # What a worker left that fell over it.
        remove_pictures(sha256)
        for number, path in paths.items():
            with path.open("rb") as file:
                default_storage.save(picture_name(sha256, number), File(file))

    def forget_pictures(self, sha256):
        """Unless another document has the very same file."""
        if sha256 and not self.filter(sha256=sha256).exists():
            remove_pictures(sha256)


def pictures_folder(sha256):
    """Where the pictures of a file's pages lie: no address leads there, only our own view."""
    return f"document_pages/{sha256}"


def picture_name(sha256, number):
    return f"{pictures_folder(sha256)}/{number}.webp"


def remove_pictures(sha256):
    folder = pictures_folder(sha256)
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        # A disk says so where there are none; a bucket knows no folders.
        return
    for name in (*names, ""):
        # The folder itself comes last.
        default_storage.delete(f"{folder}/{name}".rstrip("/"))


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
    # {number of a page, in digits: [width, height] of its picture in pixels}: a page that shows it
    # opens no file.
    picture_sizes = models.JSONField(default=dict)
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

    def picture_size(self, number):
        """(width, height) of a page's picture; None for one that could not be drawn or comes too
        late."""
        size = self.picture_sizes.get(str(number))
        return size and tuple(size)

    def open_picture(self, number):
        """A page's picture, to be read; FileNotFoundError without one."""
        return default_storage.open(picture_name(self.sha256, number))
