"""The child of articles/extraction.py: reads one attachment, which may be broken or hostile.

It runs as a file of its own (`python -I`), so that it starts fast and knows nothing of the portal.
Standard output gets one JSON array per line: `["page_count", n]` (PDF), `["page", text]` for each
page (`null` for one that can't be opened), and `["truncated", bool]` once the text is all told; or
`["supported", false]`. Pictures follow after that, so that a page that can't be drawn costs nobody
the text. What can't be read ends the child with a traceback, whose last line is the reason.
"""

import ctypes
import io
import json
import math
import os
import re
import resource
import signal
import sys
import unicodedata
import zipfile
from pathlib import Path

# The exit code that says it, because a traceback would need memory, too.
OUT_OF_MEMORY = 3

# About a thousand full pages; an index of whole attachments is to stay affordable.
MAX_CHARACTERS = 2_000_000
MAX_PAGES_READ = 10_000
MAX_PAGES_DRAWN = 60
# Pixels. A4 at this width can be read on a telephone after zooming in.
PICTURE_WIDTH = 1100
PICTURE_HEIGHT = 4 * PICTURE_WIDTH
# Bytes of any one file that is written: all text, or one picture.
MAX_OUTPUT = 16 * 2**20

ZIP = b"PK\x03\x04"
PR_SET_PDEATHSIG = 1


def main(path, pictures, memory, seconds, parent):
    end_with(int(parent))
    accept_limits(int(memory), math.ceil(float(seconds)))
    try:
        read(Path(path), Path(pictures) if pictures else None)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def end_with(parent):
    """Nobody waits for the result once the worker is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the worker is gone")


def accept_limits(memory, seconds):
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        # The worker's own clock is faster, as long as there is a worker.
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, MAX_OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def read(path, pictures):
    """By what the file holds; its name may say anything, and a PDF may begin late."""
    with path.open("rb") as file:
        start = file.read(1024)
    if start.startswith(ZIP) and is_word(path):
        tell_pages([word_text(path)])
    elif not start.startswith(ZIP) and b"%PDF-" in start:
        read_pdf(path, pictures)
    elif start:
        tell("supported", False)
    else:
        tell_pages([])


def tell(name, value):
    sys.stdout.write(json.dumps([name, value], ensure_ascii=False) + "\n")
    # What was told stays told, whatever the next page does.
    sys.stdout.flush()


def tell_pages(texts, truncated=False):
    left = MAX_CHARACTERS
    for text in texts:
        text = text and tidy(text)
        tell("page", text and text[:left])
        left -= len(text or "")
        if left < 0:
            truncated = True
            break
    tell("truncated", truncated)


# PDFium writes U+0002 for a hyphen at the end of a line, and leaves out the line's end. Vietnamese
# isn't hyphenated: it is that of "15/2024/QĐ-UBND".
HYPHEN_AT_LINE_END = "\x02"
LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters (PostgreSQL refuses NUL), halves of surrogate pairs, invisible marks.
INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)


def tidy(text):
    """NFC, `\\n` for any line's end, single spaces, at most one empty line, nothing invisible."""
    text = LINE_ENDS.sub("\n", text.replace(HYPHEN_AT_LINE_END, "-"))
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
    text = re.sub(r"[^\S\n]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def read_pdf(path, pictures):
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    # Stamps and signatures are form fields: without this they aren't drawn.
    document.init_forms()
    tell("page_count", len(document))
    tell_pages(pdf_texts(document), truncated=len(document) > MAX_PAGES_READ)
    if pictures:
        draw_pages(document, pictures)


def pdf_texts(document):
    from pypdfium2 import PdfiumError

    for number in range(min(len(document), MAX_PAGES_READ)):
        try:
            page = document[number]
            text = page.get_textpage()
        except PdfiumError:
            yield None
            continue
        yield text.get_text_bounded()
        text.close()
        page.close()


def draw_pages(document, folder):
    from pypdfium2 import PdfiumError

    folder.mkdir()
    part = folder.with_name("part")
    for number in range(min(len(document), MAX_PAGES_DRAWN)):
        try:
            page = document[number]
            width, height = page.get_size()
            picture = page.render(scale=min(PICTURE_WIDTH / width, PICTURE_HEIGHT / height))
        except PdfiumError:
            continue
        part.write_bytes(webp(picture.to_pil()))
        part.rename(folder / f"{number + 1}.webp")
        picture.close()
        page.close()


def webp(picture):
    """A page of text is smaller, and sharper, without loss; a photographed one isn't."""
    encoded = []
    # Without loss, "quality" is effort: below 60 files grow sixfold, above 75 time doubles.
    for options in ({"lossless": True, "quality": 75}, {"quality": 75}):
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", **options)
        encoded.append(buffer.getvalue())
    return min(encoded, key=len)


def is_word(path):
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
    return "[Content_Types].xml" in names and any(name.startswith("word/") for name in names)


# Word's own mark for the end of a cell, until the row is known to fit on one line.
CELL = "\a"
PLAIN = {"w:tab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}


def word_text(path):
    """All that a reader of the document's body sees, in its order.

    python-docx opens the package, but its own paragraphs leave out content controls, text boxes
    and what is inserted as a tracked change.
    """
    import docx
    from docx.oxml.ns import qn

    plain = {qn(tag): text for tag, text in PLAIN.items()}
    text_run, paragraph, cell, row, box = map(qn, ("w:t", "w:p", "w:tc", "w:tr", "w:txbxContent"))
    # The second copy of a text box, for old versions of Word; where a moved text came from.
    seen_elsewhere = {
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
        qn("w:moveFrom"),
    }

    # libxml2 refuses what is nested deeper than 256: Python's stack holds that.
    def text_of(element):
        if element.tag == text_run:
            return element.text or ""
        if element.tag in plain:
            return plain[element.tag]
        if element.tag in seen_elsewhere:
            return ""
        inner = "".join(map(text_of, element))
        if element.tag == paragraph:
            return inner + "\n"
        if element.tag == box:
            return "\n" + inner
        if element.tag == cell:
            return inner.strip("\n") + CELL
        if element.tag == row:
            return inner.rstrip(CELL).replace(CELL, "\n" if "\n" in inner else "\t") + "\n"
        return inner

    return text_of(docx.Document(str(path)).element.body)


if __name__ == "__main__":
    main(*sys.argv[1:])
