"""The links of a page, and where in it they stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from wagtail.blocks import PageChooserBlock, RichTextBlock, URLBlock
from wagtail.documents.blocks import DocumentChooserBlock

from ..parts import parts, soup


class Kind(StrEnum):
    PAGE = "page"  # of this portal, chosen
    DOCUMENT = "document"  # a file of this portal, chosen
    ADDRESS = "address"  # typed


@dataclass(frozen=True)
class Link:
    kind: Kind
    # The primary key, or the address as it was typed.
    target: int | str | None
    words: str
    path: str
    place: str
    # Not what stands in the text but a whole block: cards, files.
    is_block: bool = False

    @property
    def key(self):
        """The same for all links to one target."""
        return str(self.target) if self.kind == Kind.ADDRESS else f"{self.kind}:{self.target}"


def links_of(page) -> Iterator[Link]:
    """Those of its body, in their order."""
    body = getattr(page, "body", None)
    for part in parts(body, "body") if body else ():
        yield from links_in(part)


def links_in(part) -> Iterator[Link]:
    if isinstance(part.block, RichTextBlock):
        for element in soup(part.value)("a"):
            words = " ".join(element.get_text(" ").split())
            kind, target = _target(element)
            if target is not None:
                yield Link(kind, target, words, part.path, part.place)
    elif isinstance(part.block, PageChooserBlock):
        yield _chosen(Kind.PAGE, part)
    elif isinstance(part.block, DocumentChooserBlock):
        yield _chosen(Kind.DOCUMENT, part)
    elif isinstance(part.block, URLBlock) and part.value:
        yield Link(Kind.ADDRESS, part.value, "", part.path, part.place, is_block=True)


def _target(element):
    kind = element.get("linktype")
    if kind in (Kind.PAGE, Kind.DOCUMENT):
        number = element.get("id", "")
        return Kind(kind), int(number) if number.isascii() and number.isdecimal() else None
    address = element.get("href", "").strip()
    # "#dieu-3" and "mailto:" lead nowhere that could be asked.
    return Kind.ADDRESS, address if is_web_address(address) else None


def _chosen(kind, part):
    # Wagtail gives None for what was deleted since.
    target = part.value and part.value.pk
    return Link(kind, target, "", part.path, part.place, is_block=True)


def is_web_address(address):
    """Whether it is an address that a browser asks a server for: https://…, //…, /van-ban/."""
    try:
        parts_of_it = urlsplit(address)
    except ValueError:
        return False
    if parts_of_it.scheme in ("http", "https"):
        return bool(parts_of_it.hostname)
    return not parts_of_it.scheme and address.startswith("/")
