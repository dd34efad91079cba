"""Workers read what documents hold, a few at a time, so that searches find it."""

import logging
import time
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile, TemporaryDirectory
from threading import Lock

from PIL import Image
from wagtail.documents import get_document_model
from wagtail.search import index

from .extraction import Extracted, State, extract
from .models import DirectiveAttachment, DirectivePage, DocumentContent

logger = logging.getLogger(__name__)

# No file is begun after this; the last one may take extraction.SECONDS more.
RUN_SECONDS = 45

# A worker's other threads have pages to publish and rates to ask for.
only_reader = Lock()


def read_documents():
    """Read one document after the other; what is left is read in the next run."""
    if not only_reader.acquire(blocking=False):
        return
    try:
        stop_at = time.monotonic() + RUN_SECONDS
        # Those that were stored before there was a record of what is in them.
        for document in get_document_model().objects.filter(content=None):
            DocumentContent.objects.take_in(document)
            if time.monotonic() > stop_at:
                return
        while time.monotonic() < stop_at and (content := DocumentContent.objects.claim()):
            read(content)
    finally:
        only_reader.release()


def read(content):
    """Keep what a claimed content holds, and tell the search of it."""
    try:
        with TemporaryDirectory() as scratch:
            extracted = look_into(content, Path(scratch, "pictures"))
            pictures = {n: Path(scratch, "pictures", f"{n}.webp") for n in extracted.pictures}
            sizes = {str(number): size_of(path) for number, path in pictures.items()}
            DocumentContent.objects.store_pictures(content.sha256, pictures)
    except OSError:
        # No room, or a bucket that is away: the file is nobody's fault and gets another try when
        # the claim ends.
        logger.exception("document=%s is to be read later", content.pk)
        return
    if extracted.reason:
        logger.warning("document=%s read as %s: %s", content.pk, extracted.state, extracted.reason)
    if DocumentContent.objects.store(content, extracted, sizes):
        reindex(content.document)
    else:
        DocumentContent.objects.forget_pictures(content.sha256)


def look_into(content, pictures_folder):
    try:
        with local_file(content.document.file) as path:
            return extract(path, pictures_folder=pictures_folder)
    except FileNotFoundError:
        return Extracted(State.FAILED, reason="missing")


def size_of(picture):
    with Image.open(picture) as opened:
        return opened.size


@contextmanager
def local_file(file):
    """The path of a stored file, or of a copy where the storage keeps it elsewhere."""
    try:
        path = Path(file.path)
    except NotImplementedError:
        # How Django's storages say that they have no paths.
        path = None
    if path and path.is_file():
        yield path
        return
    with file.storage.open(file.name, "rb") as stored, NamedTemporaryFile() as copy:
        copyfileobj(stored, copy)
        copy.flush()
        yield Path(copy.name)


def reindex(document):
    showing = DirectiveAttachment.objects.filter(document=document).values("directive")
    for page in DirectivePage.objects.live().filter(pk__in=showing):
        index.insert_or_update_object(page)
