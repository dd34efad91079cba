"""Wagtail's accessibility checker, which reads the page as it is shown: in the user bar and in the
editor's panel "Checks". The rules are those that an editor can do something about; each has words
of ours, since axe's own are in English."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.userbar import ContentCheckerItem


def said(name, help_text):
    return {"error_name": name, "help_text": help_text}


RULES = {
    "alt-text-quality": said(
        _("The words for a picture are a file's name"),
        _("Say what can be seen in it."),
    ),
    "button-name": said(_("A button has no words"), _("Give it words that say what it does.")),
    "document-title": said(_("The page has no title"), _("Write one in the field “Title”.")),
    "empty-heading": said(_("A heading is empty"), _("Write it, or take the block out.")),
    "empty-meta-description": said(
        _("The description for search engines is empty"),
        _("Write the summary, or the description in the tab “Promote”."),
    ),
    "empty-table-header": said(
        _("A header of a table is empty"), _("Name what stands in that row or column.")
    ),
    "frame-title": said(_("An embedded frame has no title"), _("Say in its title what it shows.")),
    "heading-order": said(
        _("A heading leaves out a level"),
        _("Put a section's heading before a subsection's."),
    ),
    "identical-links-same-purpose": said(
        _("Links with the same words lead to different places"),
        _("Give each link words of its own."),
    ),
    "image-alt": said(
        _("A picture has no words for those who can't see it"),
        _("Say what can be seen in it, or mark it as decorative."),
    ),
    "image-redundant-alt": said(
        _("The words for a picture repeat the text beside it"),
        _("They are read aloud twice: say something else, or mark it as decorative."),
    ),
    "input-button-name": said(
        _("A button has no words"), _("Give it words that say what it does.")
    ),
    "link-name": said(_("A link has no words"), _("Write what it leads to.")),
    "p-as-heading": said(
        _("A line in bold stands in for a heading"),
        _("Use the block “Heading”: contents and screen readers know those."),
    ),
    "scope-attr-valid": said(
        _("A header of a table doesn't say what it names"),
        _("Choose in the table which row or column is the header."),
    ),
    "th-has-data-cells": said(
        _("A header of a table has no cells"),
        _("Fill in the table, or choose another header."),
    ),
}


class PortalContentChecker(ContentCheckerItem):
    axe_run_only = list(RULES)
    axe_messages = RULES


def put_in_place(items):
    """Ours where Wagtail has put its own."""
    items[:] = [
        PortalContentChecker(in_editor=item.in_editor)
        if isinstance(item, ContentCheckerItem)
        else item
        for item in items
    ]
