"""The block library: what the body of every page is made of."""

import re
from collections import defaultdict
from itertools import chain, count, repeat
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.models import Page

from office.comparing import ChoiceComparison
from polls.blocks import PollBlock

from .languages import numbers_here
from .outline import Anchors, Clause, Place, Point, level_below, number_slug, places
from .pictures import prefetch, specs_of
from .privacy import public
from .vietnamese import fold_slug

# No images or embeds inside running text: they have blocks, with alt text and captions.
TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link", "superscript", "subscript"]


def newest(records):
    """What previews in the block picker show: the newest two, or nothing in a new portal."""
    return list(records.order_by("-pk")[:2])


class PlaceBlock(blocks.StructBlock):
    """A block that links can lead to.

    Its value has `place(anchors, below)`: from the anchors that the page still has to give, below
    a heading of that level. Who asks is `places` in outline.py."""

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        # A body gives it (see BodyStreamBlock); a block that is shown alone has the page to itself.
        context["place"] = context.get("place") or value.place(Anchors(), 1)
        return context


class ChoiceBlock(blocks.ChoiceBlock):
    def get_comparison_class(self):
        return ChoiceComparison


class HeadingValue(blocks.StructValue):
    @property
    def level(self):
        return 3 if self["level"] == "3" else 2

    def place(self, anchors, below):
        # An anchor that an editor chose outlives a new wording.
        wanted = fold_slug(self["anchor"]) or fold_slug(self["text"]) or "muc"
        return Place(anchors.take(wanted), level_below(below, self), self["text"])


class HeadingBlock(PlaceBlock):
    text = blocks.CharBlock(
        label=_("Text"),
        max_length=200,
        help_text=_("In a few words; it stands in the table of contents"),
    )
    level = ChoiceBlock(
        label=_("Level"),
        help_text=_("A subsection belongs to the section above it"),
        choices=[("2", _("Section")), ("3", _("Subsection"))],
        default="2",
    )
    anchor = blocks.CharBlock(
        label=_("Anchor"),
        required=False,
        max_length=80,
        help_text=_("Links lead here by this name. Made from the text when left empty."),
    )

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "articles/blocks/heading.html"
        value_class = HeadingValue
        description = _("A heading that links can lead to")
        preview_value = {"text": "Phạm vi áp dụng", "level": "2", "anchor": ""}


class TextBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs):
        super().__init__(features=TEXT_FEATURES, **kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Paragraphs")
        template = "articles/blocks/text.html"
        description = _("Paragraphs, lists and links")
        preview_value = "<p>Các cơ quan gửi, nhận văn bản <b>qua mạng</b> từ ngày 1 tháng 7.</p>"


class PictureBlock(ImageBlock):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        # Wagtail makes this one of the field's name, in English.
        self.child_blocks["image"].label = _("Image")


class FigureBlock(blocks.StructBlock):
    image = PictureBlock(
        label=_("Image"),
        help_text=_(
            "Say in words what is seen on it, for those who can't see it, or tick that it only "
            "decorates."
        ),
    )
    caption = blocks.CharBlock(
        label=_("Caption"),
        required=False,
        max_length=250,
        help_text=_("Below the picture: who, where, when"),
    )

    class Meta:
        icon = "image"
        label = _("Image")
        template = "articles/blocks/figure.html"
        description = _("A picture with a caption, and words for those who can't see it")
        # Drawn, because a new portal has no picture to show.
        preview_template = "articles/previews/figure.html"
        preview_value = {"image": None, "caption": ""}


class GalleryBlock(blocks.StructBlock):
    figures = blocks.ListBlock(
        FigureBlock(),
        label=_("Images"),
        min_num=1,
        max_num=24,
        help_text=_("Shown in this order"),
    )

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "articles/blocks/gallery.html"
        description = _("Several pictures side by side")
        preview_template = "articles/previews/gallery.html"
        preview_value = {"figures": []}


class DocumentListBlock(blocks.StructBlock):
    heading = blocks.CharBlock(
        label=_("Heading"),
        required=False,
        max_length=120,
        help_text=_("Stands above it; may be left empty"),
    )
    documents = blocks.ListBlock(
        DocumentChooserBlock(label=_("File")),
        label=_("Documents"),
        min_num=1,
        help_text=_("Type and size stand beside each file by themselves"),
    )

    class Meta:
        icon = "doc-full"
        label = _("Documents")
        template = "articles/blocks/documents.html"
        description = _("Files to download, with their type and size")

    def get_preview_value(self):
        documents = newest(get_document_model().objects)
        return self.normalize({"heading": "Biểu mẫu kèm theo", "documents": documents})


# The editor's own menu is English only. Keys are those of the Handsontable library.
TABLE_MENU = {
    "row_above": {"name": _("Row above")},
    "row_below": {"name": _("Row below")},
    "col_left": {"name": _("Column to the left")},
    "col_right": {"name": _("Column to the right")},
    "remove_row": {"name": _("Remove the row")},
    "remove_col": {"name": _("Remove the column")},
    "undo": {"name": _("Undo")},
    "redo": {"name": _("Redo")},
}


class DataTableBlock(TableBlock):
    def __init__(self, **kwargs):
        super().__init__(table_options={"contextMenu": {"items": TABLE_MENU}}, **kwargs)

    class Meta:
        icon = "table"
        label = _("Table")
        template = "articles/blocks/table.html"
        description = _("Rows and columns with a caption and headers")
        preview_value = {
            "data": [["Đơn vị", "Hộp thư"], ["Sở Nội vụ", "42"], ["Xã Hướng Hiệp", "17"]],
            "first_row_is_table_header": True,
            "first_col_is_header": True,
            "table_caption": "Số hộp thư công vụ đang dùng",
        }


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(
        label=_("Quotation"), help_text=_("Word for word, without quotation marks")
    )
    source = blocks.CharBlock(
        label=_("Who said it"),
        required=False,
        max_length=200,
        help_text=_("Name and position"),
    )

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "articles/blocks/quote.html"
        description = _("Somebody's words and their name")
        preview_value = {
            "text": "Mỗi hồ sơ trễ hẹn là một lần người dân phải đi lại.",
            "source": "Chủ tịch UBND xã",
        }


CALLOUT_KINDS = [("note", _("Note")), ("important", _("Important")), ("deadline", _("Deadline"))]


class CalloutBlock(blocks.StructBlock):
    kind = ChoiceBlock(
        label=_("Kind"),
        choices=CALLOUT_KINDS,
        default="note",
        help_text=_("A word above it tells readers"),
    )
    heading = blocks.CharBlock(
        label=_("Heading"),
        required=False,
        max_length=120,
        help_text=_("What it is about; may be left empty"),
    )
    text = blocks.RichTextBlock(
        label=_("Text"),
        features=["bold", "italic", "link", "ul"],
        help_text=_("A few lines"),
    )

    class Meta:
        icon = "warning"
        label = _("Callout")
        template = "articles/blocks/callout.html"
        description = _("A few lines that nobody should miss")
        preview_value = {
            "kind": "deadline",
            "heading": "Hạn gửi báo cáo",
            "text": "<p>Trước ngày 25 hằng tháng.</p>",
        }

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        # In words: colour alone tells nothing to many readers.
        context["kind"] = dict(CALLOUT_KINDS).get(value["kind"], "")
        return context


# Of a film on YouTube.
CODE = re.compile(r"[A-Za-z0-9_-]+")


class EmbedValue(blocks.StructValue):
    @cached_property
    def address(self):
        """With what no address may have, like "<", written as it must be."""
        return iri_to_uri(self.get("url") or "")

    @cached_property
    def host(self):
        return (urlsplit(self.get("url") or "").hostname or "").removeprefix("www.")

    @cached_property
    def player(self):
        """Address of the player that a click loads into the page; "" when none is known."""
        address = urlsplit(self.get("url") or "")
        if self.host == "youtu.be":
            code = address.path.strip("/")
        elif self.host in ("youtube.com", "m.youtube.com"):
            code = parse_qs(address.query).get("v", [""])[0]
        else:
            return ""
        return f"https://www.youtube-nocookie.com/embed/{code}" if CODE.fullmatch(code) else ""


class EmbedBlock(blocks.StructBlock):
    """A film or map at somebody else's site.

    Not Wagtail's own block: that asks the other server while the page is rendered, and lets it
    watch every reader. Here nothing is loaded from it before a reader clicks."""

    url = blocks.URLBlock(label=_("Address"), help_text=_("Starts with https://"))
    title = blocks.CharBlock(
        label=_("Title"),
        max_length=200,
        help_text=_("What it shows, in words"),
    )
    poster = ImageChooserBlock(
        label=_("Picture"),
        required=False,
        help_text=_("Shown until a reader clicks; may be left empty"),
    )

    class Meta:
        icon = "media"
        label = _("Video or external content")
        template = "articles/blocks/embed.html"
        value_class = EmbedValue
        description = _("Shown as a link with a picture; plays after a click")
        preview_value = {
            "url": "https://www.youtube.com/watch?v=aaaaaaaaaaa",
            "title": "Hướng dẫn nộp hồ sơ qua mạng",
            "poster": None,
        }

    def clean(self, value):
        cleaned = super().clean(value)
        if urlsplit(cleaned["url"]).scheme != "https":
            error = ValidationError(_("Give an address that starts with https://"))
            raise blocks.StructBlockValidationError({"url": error})
        return cleaned


class PageLinksBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, help_text=_("Stands above it"))
    pages = blocks.ListBlock(
        blocks.PageChooserBlock(label=_("Page")),
        label=_("Pages"),
        min_num=1,
        help_text=_("Shown in this order; pages that aren't published are left out."),
    )

    class Meta:
        icon = "link"
        label = _("Links to pages")
        template = "articles/blocks/page_links.html"
        description = _("Pages of this portal to read next")

    def get_preview_value(self):
        return self.normalize(
            {"heading": "Đọc thêm", "pages": newest(Page.objects.live().public())}
        )

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        request = (parent_context or {}).get("request") or HttpRequest()
        # They have been read with the body, but for their translations.
        known = {page.pk: page for page in value["pages"] if page}
        numbers = numbers_here(request, list(known))
        known |= Page.objects.in_bulk([pk for pk in numbers if pk not in known])
        found = [known[pk].specific_deferred for pk in numbers if pk in known]
        # A chosen page may have been taken offline or closed to the public since.
        context["pages"] = public([page for page in found if page.live], request)
        return context


class ClauseBlock(blocks.StructBlock):
    number = blocks.CharBlock(
        label=_("Number"),
        required=False,
        max_length=10,
        help_text=_("Counted when left empty"),
    )
    text = blocks.RichTextBlock(
        label=_("Text"),
        features=["bold", "italic", "link"],
        help_text=_("Its own words, without those of its points"),
    )
    points = blocks.ListBlock(
        blocks.RichTextBlock(features=["bold", "italic", "link"]),
        label=_("Points"),
        default=[],
        help_text=_("Lettered a, b, c, d, đ …"),
    )

    class Meta:
        icon = "list-ol"
        label = _("Clause")


# The order in which Vietnamese legal texts letter their points: no f, j, w, z, and đ after d.
POINT_LETTERS = "abcdđeghiklmnopqrstuvxy"


def repeated(numbers):
    """Which of the pairs (position, number) have a number that stood before."""
    seen = set()
    for position, number in numbers:
        name = number_slug(number) or number
        if name in seen:
            yield position, number
        seen.add(name)


def point_letters():
    """a, b, c …, and numbers after them: a text that came past the editor is shown whole."""
    return chain(POINT_LETTERS, map(str, count(len(POINT_LETTERS) + 1)))


class ProvisionValue(blocks.StructValue):
    @property
    def clause_numbers(self):
        """Those typed, and counted ones between them."""
        return [
            clause["number"].strip() or str(position)
            for position, clause in enumerate(self["clauses"], start=1)
        ]

    def place(self, anchors, below):
        number = self["number"]
        article = anchors.take(f"dieu-{number_slug(number)}".removesuffix("-"))
        # A part of the text of the law.
        with override(settings.LANGUAGE_CODE):
            label = gettext("Article %(number)s.") % {"number": number}
        clauses = [
            self._clause(anchors, article, number, clause)
            for number, clause in zip(self.clause_numbers, self["clauses"], strict=True)
        ]
        return Place(article, below + 1, f"{label} {self['title']}".strip(), clauses)

    @staticmethod
    def _clause(anchors, article, number, clause):
        anchor = anchors.take(f"{article}-khoan-{number_slug(number)}".removesuffix("-"))
        points = [
            Point(anchors.take(f"{anchor}-diem-{number_slug(letter)}"), letter, text)
            for letter, text in zip(point_letters(), clause["points"], strict=False)
        ]
        return Clause(anchor, number, clause["text"], points)


class ProvisionBlock(PlaceBlock):
    """An article (Điều), its clauses (khoản) and points (điểm), each with an address of its own."""

    number = blocks.CharBlock(
        label=_("Article number"),
        max_length=10,
        help_text=_("As it stands in the document: 1, 2, 3a"),
    )
    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=250,
        help_text=_("Behind the number; may be left empty"),
    )
    text = blocks.RichTextBlock(
        label=_("Text"),
        required=False,
        features=["bold", "italic", "link", "ul"],
        help_text=_("What stands before the first clause"),
    )
    clauses = blocks.ListBlock(
        ClauseBlock(),
        label=_("Clauses"),
        default=[],
        help_text=_("Numbered 1, 2, 3 by themselves"),
    )

    class Meta:
        icon = "list-ol"
        label = _("Article with clauses")
        template = "articles/blocks/provision.html"
        value_class = ProvisionValue
        description = _("An article of a directive, its clauses and points")
        preview_value = {
            "number": "1",
            "title": "Trách nhiệm của thủ trưởng cơ quan",
            "text": "",
            "clauses": [
                {
                    "number": "",
                    "text": "<p>Xử lý công việc trên môi trường mạng.</p>",
                    "points": ["<p>Ký số văn bản đi.</p>", "<p>Nhận văn bản đến trong ngày.</p>"],
                },
                {"number": "", "text": "<p>Báo cáo hằng quý.</p>", "points": []},
            ],
        }

    def clean(self, value):
        cleaned = super().clean(value)
        errors = defaultdict(dict)
        for position, clause in enumerate(cleaned["clauses"]):
            if len(clause["points"]) > len(POINT_LETTERS):
                errors[position]["points"] = ValidationError(
                    _("Clause %(number)d has more points than there are letters.")
                    % {"number": position + 1}
                )
        for position, number in repeated(enumerate(cleaned.clause_numbers)):
            errors[position]["number"] = ValidationError(
                _("This article has another clause %(number)s.") % {"number": number}
            )
        if errors:
            in_clauses = {
                position: blocks.StructBlockValidationError(found)
                for position, found in errors.items()
            }
            raise blocks.StructBlockValidationError(
                {"clauses": blocks.ListBlockValidationError(in_clauses)}
            )
        return cleaned


def is_blank(child):
    """Whether nobody has written anything in it: a place of the skeleton that was not needed."""
    value = child.value
    if child.block_type == "heading":
        return not value["text"].strip()
    if child.block_type == "text":
        return not strip_tags(value.source).replace("&nbsp;", " ").strip()
    if child.block_type == "provision":
        return (
            not value["title"].strip()
            and not strip_tags(value["text"].source).strip()
            and not value["clauses"]
        )
    return False


def images_of(body):
    """All pictures of a body."""
    for child in body:
        if child.block_type == "image":
            yield child.value["image"]
        elif child.block_type == "gallery":
            yield from (figure["image"] for figure in child.value["figures"])
        elif child.block_type == "embed":
            yield child.value["poster"]


class BodyStreamBlock(blocks.StreamBlock):
    """The body of news, events and plain pages."""

    heading = HeadingBlock(group=_("Text"))
    text = TextBlock(group=_("Text"))
    quote = QuoteBlock(group=_("Text"))
    callout = CalloutBlock(group=_("Text"))
    table = DataTableBlock(group=_("Text"))
    image = FigureBlock(group=_("Media"))
    gallery = GalleryBlock(group=_("Media"))
    embed = EmbedBlock(group=_("Media"))
    documents = DocumentListBlock(group=_("Links and files"))
    pages = PageLinksBlock(group=_("Links and files"))
    poll = PollBlock(group=_("Links and files"))

    class Meta:
        template = "articles/blocks/body.html"

    def clean(self, value):
        """A draft keeps its blank blocks; what is handed in goes without them."""
        if self.is_deferred_validation:
            return super().clean(value)
        kept = [position for position, child in enumerate(value) if not is_blank(child)]
        children = [value[position] for position in kept]
        filled = blocks.StreamValue(
            self, [(child.block_type, child.value, child.id) for child in children]
        )
        try:
            return self.clean_filled(filled)
        except blocks.StreamBlockValidationError as error:
            # Told of the blocks as they stand in the editor.
            errors = {
                kept[position] if isinstance(position, int) else position: found
                for position, found in (error.block_errors or {}).items()
            }
            raise blocks.StreamBlockValidationError(
                block_errors=errors, non_block_errors=error.non_block_errors
            ) from error

    def clean_filled(self, value):
        return super().clean(value)

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        # Here, because no block knows of the others: which anchors they have, and whether a
        # picture stands above it.
        page = context.get("page")
        tops = chain([not getattr(page, "lead_image", None)], repeat(False))
        context["parts"] = zip(value, places(value), tops, strict=False)
        images = list(filter(None, images_of(value)))
        prefetch(images, specs_of("figure", "gallery", "poster"))
        return context


class DirectiveStreamBlock(BodyStreamBlock):
    """The body of a directive: everything a page has, and articles with clauses."""

    provision = ProvisionBlock(group=_("Text"))

    def clean_filled(self, value):
        cleaned = super().clean_filled(value)
        articles = (
            (position, block.value["number"])
            for position, block in enumerate(cleaned)
            if block.block_type == "provision"
        )
        errors = {}
        for position, number in repeated(articles):
            error = ValidationError(
                _("This directive has another article %(number)s.") % {"number": number}
            )
            errors[position] = blocks.StructBlockValidationError({"number": error})
        if errors:
            raise blocks.StreamBlockValidationError(errors)
        return cleaned
