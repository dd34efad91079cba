"""What is checked of a body: headings, pictures, links, tables."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.blocks import ListBlockValidationError, StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageBlock

from ..links import faults, inside, outside
from ..links.standing import Kind, links_in
from ..parts import Part, parts, soup
from ..vietnamese import fold
from . import words
from .findings import Finding, Severity

MUST, SHOULD, LOOK = Severity.MUST, Severity.SHOULD, Severity.LOOK

IN_BLOCKS = (ListBlockValidationError, StreamBlockValidationError, StructBlockValidationError)
# A line in bold that is no longer than this may be meant as a heading.
LONGEST_BOLD_HEADING = 80


def findings(body, field, page):
    found = list(parts(body, field))
    yield from _headings(body, field)
    for part in found:
        yield from _picture(part)
        yield from _table(part)
        yield from _bold_heading(part)
    links = [link for part in found for link in links_in(part)]
    yield from _links(links)


def refused(body, field):
    """(Part, message) for everything that the blocks themselves refuse to publish."""
    try:
        body.stream_block.clean(body)
    except ValidationError as error:
        known = {part.path: part for part in parts(body, field)}
        for path, message in _flat(error, body, field):
            # The innermost part that there is a place for.
            while path not in known and "." in path:
                path = path.rpartition(".")[0]
            yield known.get(path) or Part(body.stream_block, body, field, _("Body")), message


def _flat(error, value, path):
    if not isinstance(error, IN_BLOCKS):
        for message in error.messages:
            yield path, message
        return
    for message in error.non_block_errors:
        yield path, str(message)
    for key, inner in error.block_errors.items():
        if isinstance(error, StructBlockValidationError):
            inside_of = value.get(key) if hasattr(value, "get") else None
            yield from _flat(inner, inside_of, f"{path}.{key}")
        else:
            bound = value[key] if isinstance(error, StreamBlockValidationError) else None
            bound = bound or value.bound_blocks[key]
            yield from _flat(inner, bound.value, f"{path}.{bound.id}")


def _headings(body, field):
    above, seen, previous = 1, set(), None
    last = len(body) - 1
    for position, block in enumerate(body):
        if block.block_type != "heading":
            previous = None
            continue
        text, level = block.value["text"].strip(), block.value.level
        path = f"{field}.{block.id}.text" if block.id else field
        place = _("Heading “%(text)s”") % {"text": text}
        if level > above + 1:
            yield Finding(
                SHOULD,
                _("%(place)s is a subsection without a section above it.") % {"place": place},
                _("Make it a section, or put a section's heading before it."),
                path,
                place,
            )
        if text and (level, fold(text)) in seen:
            yield Finding(
                LOOK,
                _("%(place)s stands here twice.") % {"place": place},
                _("Give each its own words, so that the contents and links tell them apart."),
                path,
                place,
            )
        is_empty = position == last or (previous is not None and previous >= level)
        if position == last:
            yield _nothing_below(path, place)
        elif is_empty:
            before = body[position - 1]
            place_before = _("Heading “%(text)s”") % {"text": before.value["text"].strip()}
            yield _nothing_below(f"{field}.{before.id}.text" if before.id else field, place_before)
        if words.is_shouted(text):
            yield Finding(
                LOOK,
                _("%(place)s is written in capitals.") % {"place": place},
                _("Write it as a sentence: capitals are hard to read."),
                path,
                place,
            )
        if level == 2:
            seen = {said for said in seen if said[0] == 2}
        seen.add((level, fold(text)))
        above = previous = level


def _nothing_below(path, place):
    return Finding(
        SHOULD,
        _("%(place)s has nothing below it.") % {"place": place},
        _("Write what belongs there, or take the heading out."),
        path,
        place,
    )


def _picture(part):
    if not isinstance(part.block, ImageBlock) or not part.value or part.value.decorative:
        # That words are missing is what the block itself refuses.
        return
    alt = (part.value.contextual_alt_text or "").strip()
    if words.is_file_name(alt):
        yield Finding(
            SHOULD,
            _("%(place)s: the words for the picture are a file's name.") % {"place": part.place},
            _("Say what can be seen in it, for those who can't see it."),
            f"{part.path}.alt_text",
            part.place,
        )


def _table(part):
    value = part.value
    if part.block.name != "table" or not value:
        return
    rows = [row for row in value.get("data") or [] if any(row)]
    if not rows:
        yield Finding(
            SHOULD,
            _("%(place)s is empty.") % {"place": part.place},
            _("Fill it, or take it out."),
            part.path,
            part.place,
        )
        return
    has_header = value.get("first_row_is_table_header") or value.get("first_col_is_header")
    if len(rows) > 1 and not has_header:
        yield Finding(
            SHOULD,
            _("%(place)s has no header.") % {"place": part.place},
            _("Choose which row or column names the others: read aloud, it is only numbers."),
            part.path,
            part.place,
        )
    if not value.get("table_caption"):
        yield Finding(
            LOOK,
            _("%(place)s has no caption.") % {"place": part.place},
            _("Say in a few words what the table shows."),
            part.path,
            part.place,
        )


def _bold_heading(part):
    if part.block.name != "text":
        return
    for paragraph in soup(part.value)("p"):
        bold = paragraph.find(["b", "strong"])
        text = paragraph.get_text().strip()
        is_all = bold is not None and bold.get_text().strip() == text
        if text and is_all and len(text) <= LONGEST_BOLD_HEADING and not text.endswith((".", ":")):
            yield Finding(
                LOOK,
                _("%(place)s: “%(text)s” looks like a heading, but is a line in bold.")
                % {"place": part.place, "text": text},
                _("Make it a block of the kind “Heading”: contents and screen readers know those."),
                part.path,
                part.place,
            )


def _links(links):
    broken = inside.faults(links) if links else {}
    broken |= outside.known_faults(links)
    for link in links:
        if fault := broken.get(link.key):
            is_outside = link.kind == Kind.ADDRESS and fault != "address unknown"
            yield Finding(
                SHOULD if is_outside or link.is_block else MUST,
                _("%(place)s: a link leads nowhere: %(what)s. %(fault)s.")
                % {"place": link.place, "what": what(link), "fault": faults.in_words(fault)},
                _("Choose another target, or take the link out."),
                link.path,
                link.place,
            )
        if link.is_block:
            continue
        if words.is_empty_phrase(link.words):
            yield Finding(
                SHOULD,
                _("%(place)s: the link “%(words)s” doesn't say where it leads.")
                % {"place": link.place, "words": link.words},
                _("Link the words that name the target: “Kế hoạch 88”, not “tại đây”."),
                link.path,
                link.place,
            )
        elif words.is_address(link.words):
            yield Finding(
                LOOK,
                _("%(place)s: the link shows its bare address: %(words)s")
                % {"place": link.place, "words": link.words},
                _("Name the target in words: an address is spelled out when read aloud."),
                link.path,
                link.place,
            )
        elif not link.words:
            yield Finding(
                SHOULD,
                _("%(place)s: a link has no words.") % {"place": link.place},
                _("Take it out, or write what it leads to."),
                link.path,
                link.place,
            )


def what(link):
    """How a finding names a link."""
    if link.words:
        return f"“{link.words}”"
    return str(link.target) if link.kind == Kind.ADDRESS else _("chosen in this block")
