"""Pasting into a body: the editor's script sends what the clipboard holds, and gets blocks back."""

from django import forms
from django.http import JsonResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.telepath import register
from wagtail.blocks.stream_block import StreamBlockAdapter
from wagtail.permission_policies.pages import PagePermissionPolicy

from .blocks import BodyStreamBlock, DirectiveStreamBlock
from .pasting import TooMuch, pasted

# Bytes. A hundred pages of Word with all its styles are two thirds of it.
LARGEST = 2 * 1024 * 1024


@require_POST
def paste(request, has_articles=False):
    """The body is HTML; the answer holds the state of each block for the editor's form."""
    policy = PagePermissionPolicy()
    if not policy.user_has_any_permission(request.user, {"add", "change"}):
        return JsonResponse({"error": gettext("You may not write pages.")}, status=403)
    # Asked before the body is read, which Django would refuse without a word.
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return JsonResponse({"error": str(TOO_LONG)}, status=413)
    try:
        found = pasted(request.read().decode("utf-8", "replace"), has_articles)
    except TooMuch:
        return JsonResponse({"error": str(TOO_LONG)}, status=413)
    block = DirectiveStreamBlock() if has_articles else BodyStreamBlock()
    return JsonResponse(
        {
            "blocks": block.get_form_state(block.to_python(found.blocks)),
            "said": said(found),
            "notes": list(notes(found)),
        }
    )


TOO_LONG = _("That is too much at once, so nothing was pasted. Copy and paste it part by part.")


def said(found):
    """Pasted 12 blocks: 3 headings, 8 texts, 1 table."""
    if not found.blocks:
        return gettext("There was no text in what you pasted.")
    worded = {
        "heading": lambda n: ngettext("%(count)d heading", "%(count)d headings", n),
        "text": lambda n: ngettext("%(count)d text", "%(count)d texts", n),
        "table": lambda n: ngettext("%(count)d table", "%(count)d tables", n),
        "provision": lambda n: ngettext("%(count)d article", "%(count)d articles", n),
    }
    kinds = [worded[kind](count) % {"count": count} for kind, count in found.kinds.items()]
    total = len(found.blocks)
    pasted_blocks = ngettext("Pasted %(count)d block", "Pasted %(count)d blocks", total)
    return f"{pasted_blocks % {'count': total}}: {', '.join(kinds)}."


def notes(found):
    """What an editor has to know of what did not come along."""
    if found.pictures:
        yield ngettext(
            "%(count)d picture was left out: add it with an “Image” block, with words for those "
            "who can't see it.",
            "%(count)d pictures were left out: add them with “Image” blocks, with words for those "
            "who can't see them.",
            found.pictures,
        ) % {"count": found.pictures}
    if found.head_left_out:
        yield gettext("The head with the national emblem's words was left out: the page has it.")
    if found.legacy_font:
        yield gettext(
            "It is written in a font from before Unicode (.VnTime, VNI): check the letters, or "
            "convert it to Unicode first."
        )


class BodyStreamAdapter(StreamBlockAdapter):
    """Hands the editor's script an address to ask, and its words."""

    js_constructor = "articles.blocks.BodyStreamBlock"

    def js_args(self, block):
        *others, meta = super().js_args(block)
        articles = isinstance(block, DirectiveStreamBlock)
        meta["pasting"] = {
            "address": reverse("paste_articles" if articles else "paste"),
            "largest": LARGEST,
            "words": {
                "open": gettext("Paste from Word"),
                "label": gettext("Paste here"),
                "how": gettext(
                    "Copy the text in Word, click into this box and press Ctrl+V (on a Mac ⌘V). "
                    "Headings, lists, tables and articles become blocks."
                ),
                "working": gettext("Pasting…"),
                "undo": gettext("Undo"),
                "undone": gettext("The pasted blocks were taken out again."),
                "close": gettext("Close"),
                "too_long": str(TOO_LONG),
                "failed": gettext(
                    "It could not be pasted. Check your connection and paste it once more."
                ),
            },
        }
        return [*others, meta]

    @cached_property
    def media(self):
        return super().media + forms.Media(
            js=["articles/admin/pasting.js"], css={"all": ["articles/admin/pasting.css"]}
        )


register(BodyStreamAdapter(), BodyStreamBlock)

urls = [
    path("dan/", paste, name="paste"),
    path("dan/van-ban/", paste, {"has_articles": True}, name="paste_articles"),
]
