"""Text and page pictures of an attachment, read by a process with hard limits.

Whatever a file holds, the worker that asks goes on: a child (articles/extractor.py) that hangs,
eats memory or crashes is ended, and the result says so.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from articles import extractor

# Bytes of address space. Measured: 300 pages of text 31 MiB, their pictures 110; sixty pages that
# were scanned at 300 dpi in colour 230.
MEMORY = 512 * 2**20
# Measured: 300 pages of text 2 and sixty pictures of them 15; those of colour scans 90.
SECONDS = 180

# A page with fewer was scanned: a stray number or a scanner's own mark is no text.
LETTERS_OF_A_PAGE = 20


class State(StrEnum):
    TEXT = "text"
    # A PDF whose pages hold no text.
    SCAN = "scan"
    EMPTY = "empty"
    # Neither PDF nor DOCX.
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


@dataclass(frozen=True)
class Extracted:
    state: State
    # NFC and tidy, without NUL; "" for a page that has none. A DOCX is one text.
    pages: tuple[str, ...] = ()
    # That of the whole PDF, however much of it was read or drawn; 0 for a DOCX, which has none.
    page_count: int = 0
    # The numbers, from 1, of the pages that have a picture.
    pictures: tuple[int, ...] = ()
    # `pages` is only the beginning.
    truncated: bool = False
    # Why the child ended early, for operators: "time", "memory", or what it said last.
    reason: str = ""

    @property
    def text(self):
        """All pages, with a form feed between; "" when there is nothing on any."""
        return "\f".join(self.pages) if any(self.pages) else ""


def extract(path, *, pictures_folder=None, memory=MEMORY, seconds=SECONDS):
    """Reads the file, and draws a PDF's first pages as `<pictures_folder>/<number>.webp`.

    The folder, if there is one afterwards, holds the pictures of this call only. Never raises for
    what is in the file; OSError when the machine has no room. Linux only.
    """
    path = Path(path).absolute()
    if not path.is_file():
        return Extracted(State.FAILED, reason="missing")
    if pictures_folder is not None:
        pictures_folder = Path(pictures_folder).absolute()
        pictures_folder.parent.mkdir(parents=True, exist_ok=True)
    # In the same file system as the folder, or the pictures couldn't be moved in one step.
    beside = pictures_folder and pictures_folder.parent
    with TemporaryDirectory(prefix=".extraction-", dir=beside) as scratch:
        scratch = Path(scratch)
        drawn = scratch / "pictures"
        arguments = [path, drawn if pictures_folder else "", memory, seconds, os.getpid()]
        reason = run(arguments, scratch, seconds)
        told = (scratch / "output").read_bytes()
        pictures = tuple(sorted(int(picture.stem) for picture in drawn.glob("*.webp")))
        if pictures_folder:
            if pictures_folder.exists():
                pictures_folder.rename(scratch / "old")
            if pictures:
                drawn.rename(pictures_folder)
    return understand(told, pictures, reason)


def run(arguments, scratch, seconds):
    """Why the child ended early, or ""."""
    # Isolated: neither the environment nor the current folder decides what it imports.
    command = [sys.executable, "-I", "-X", "utf8", extractor.__file__, *map(str, arguments)]
    with (scratch / "output").open("wb") as output, (scratch / "errors").open("wb") as errors:
        child = subprocess.Popen(  # noqa: S603  (our own program, and no shell)
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            cwd="/",
            # Keys and passwords are none of its business.
            env={},
            start_new_session=True,
        )
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            return "time"
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
    return reason_of(code, (scratch / "errors").read_text(encoding="utf-8", errors="replace"))


def reason_of(code, errors):
    if code == 0:
        return ""
    # PDFium aborts when it gets no memory.
    if code in (extractor.OUT_OF_MEMORY, -signal.SIGABRT):
        return "memory"
    if code < 0:
        return signal.strsignal(-code) or f"signal {-code}"
    lines = errors.strip().splitlines() or [f"code {code}"]
    return lines[-1][:200]


def understand(told, pictures, reason):
    pages, said = [], {}
    # A line without an end was being written when the child ended.
    for line in told.split(b"\n")[:-1]:
        name, value = json.loads(line)
        if name == "page":
            pages.append(value)
        else:
            said[name] = value
    if "supported" in said:
        return Extracted(State.UNSUPPORTED)
    page_count = said.get("page_count", 0)
    if pages and not any(page is not None for page in pages):
        reason = reason or "no page can be opened"
    return Extracted(
        state=state_of(pages, page_count, told_all="truncated" in said),
        pages=tuple(page or "" for page in pages),
        page_count=page_count,
        pictures=pictures,
        truncated=said.get("truncated", True),
        reason=reason,
    )


def state_of(pages, page_count, told_all):
    """Of pages with text or None; a page count is what only a PDF has."""
    least = LETTERS_OF_A_PAGE if page_count else 1
    opened = [page for page in pages if page is not None]
    if any(sum(map(str.isalpha, page)) >= least for page in opened):
        return State.TEXT
    if not told_all or (pages and not opened):
        return State.FAILED
    return State.SCAN if page_count else State.EMPTY
