"""What the menu and the footer are built from."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from sidebar.blocks import PageNumberBlock

MOST_ENTRIES = 10
MOST_LINKS = 12
MOST_COLUMNS = 4
MOST_QUICK_LINKS = 8

is_web_address = URLValidator(schemes=["http", "https"])


def validate_address(text):
    """Of another site, or a path of this portal."""
    # Browsers read "//" and a backslash as the start of another host's name.
    is_path = text.startswith("/") and not text.startswith("//") and "\\" not in text
    if is_path and not any(letter.isspace() for letter in text):
        return
    try:
        is_web_address(text)
    except ValidationError as error:
        raise ValidationError(
            _("Begin with https:// for another site, or with / for a page of this portal.")
        ) from error


class LinkBlock(blocks.StructBlock):
    title = blocks.CharBlock(
        label=_("Text of the link"),
        required=False,
        max_length=60,
        help_text=_("Empty: the page's title, which the link then follows."),
    )
    page = PageNumberBlock(
        label=_("Page of this portal"),
        required=False,
        help_text=_("The link follows it wherever it moves"),
    )
    address = blocks.CharBlock(
        label=_("Or another address"),
        required=False,
        max_length=500,
        validators=[validate_address],
        help_text=_(
            "https://… of another site, or what follows this portal's name: /ty-gia/, /y-kien/"
        ),
    )

    def clean(self, value):
        value = super().clean(value)
        faults = self.faults(value)
        if faults:
            raise blocks.StructBlockValidationError(faults)
        return value

    def faults(self, value):
        faults = {}
        if value["page"] and value["address"]:
            faults["address"] = ValidationError(_("Choose a page or give an address, not both."))
        if not self.leads_somewhere(value):
            faults["page"] = ValidationError(_("Choose a page or give an address."))
        elif not value["page"] and not value["title"]:
            faults["title"] = ValidationError(_("Say how the link reads."))
        return faults

    def leads_somewhere(self, value):
        return value["page"] or value["address"]

    class Meta:
        icon = "link"
        label = _("Link")


class MenuEntryBlock(LinkBlock):
    links = blocks.ListBlock(
        LinkBlock(),
        label=_("Submenu"),
        default=[],
        max_num=MOST_LINKS,
        help_text=_(
            "Opens below the entry. The entry's own page stands on top of it; an entry without "
            "page and address is a heading that only opens its submenu."
        ),
    )

    def leads_somewhere(self, value):
        return super().leads_somewhere(value) or value["links"]

    class Meta:
        icon = "bars"
        label = _("Menu entry")


class MenuStreamBlock(blocks.StreamBlock):
    entry = MenuEntryBlock()

    class Meta:
        max_num = MOST_ENTRIES


class QuickLinksStreamBlock(blocks.StreamBlock):
    link = LinkBlock()

    class Meta:
        max_num = MOST_QUICK_LINKS


class FooterColumnBlock(blocks.StructBlock):
    heading = blocks.CharBlock(
        label=_("Heading"),
        required=False,
        max_length=60,
        help_text=_("Stands above it; may be left empty"),
    )
    links = blocks.ListBlock(
        LinkBlock(),
        label=_("Links"),
        min_num=1,
        max_num=MOST_LINKS,
        help_text=_("Shown in this order"),
    )

    class Meta:
        icon = "list-ul"
        label = _("Column")


class FooterStreamBlock(blocks.StreamBlock):
    column = FooterColumnBlock()

    class Meta:
        max_num = MOST_COLUMNS
