"""What a body says to those who check it: its parts with their places, its links, its words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock
from wagtail.rich_text import RichText


@dataclass(frozen=True)
class Part:
    """A block, at any depth. `path` is Wagtail's content path, `place` the same in words."""

    block: blocks.Block
    value: Any
    path: str
    place: str


def parts(stream, field) -> Iterator[Part]:
    """Every block of a body, outer ones before what they hold."""
    for number, child in enumerate(stream, start=1):
        place = _("Body, part %(number)d (%(block)s)") % {
            "number": number,
            "block": child.block.label,
        }
        # What a program made may have no ids yet.
        path = f"{field}.{child.id}" if child.id else field
        yield from _inside(child.block, child.value, path, place)


def _inside(block, value, path, place):
    yield Part(block, value, path, place)
    if isinstance(block, ImageBlock):
        # Its value is an image and no struct.
        return
    if isinstance(block, blocks.StructBlock):
        for name, inner in block.child_blocks.items():
            yield from _inside(inner, value.get(name), f"{path}.{name}", place)
    elif isinstance(block, blocks.ListBlock):
        for item in value.bound_blocks:
            inner = f"{path}.{item.id}" if item.id else path
            yield from _inside(item.block, item.value, inner, place)
    elif isinstance(block, blocks.StreamBlock):
        for child in value:
            yield from _inside(child.block, child.value, f"{path}.{child.id}", place)


def soup(value):
    """The elements of a rich text as it is stored: links say `linktype` and `id`."""
    source = value.source if isinstance(value, RichText) else (value or "")
    return BeautifulSoup(source, "html.parser")


def text_of(part):
    """The words of one block itself, without what it holds."""
    if isinstance(part.block, blocks.RichTextBlock):
        return soup(part.value).get_text(" ")
    if isinstance(part.block, ImageBlock):
        return (part.value and part.value.contextual_alt_text) or ""
    if isinstance(part.value, str) and isinstance(part.block, (blocks.CharBlock, blocks.TextBlock)):
        return part.value
    if isinstance(part.value, dict) and "data" in part.value:
        rows = part.value["data"] or []
        return " ".join(str(cell) for row in rows for cell in row if cell)
    return ""
