"""Pictures and documents that a page shows stay as they were approved, and none is too large.

Wagtail lets whoever uploaded a file put another in its place or delete it, and what is online
changes unread. A new version is a new file, put into the page through its workflow."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from PIL import Image
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm
from wagtail.models import ReferenceIndex

MILLION = 1_000_000
MOST_PIXELS = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS


def is_in_use(upload):
    return ReferenceIndex.get_references_to(upload).exists()


class KeepsUsedFile:
    def clean_file(self):
        file = self.cleaned_data["file"]
        if self.instance.pk and "file" in self.changed_data and is_in_use(self.instance):
            raise ValidationError(
                _(
                    "This file stands on a page. Upload the new one as a file of its own and "
                    "choose it in that page, so that it is approved with it."
                )
            )
        return file


class KeptDocumentForm(KeepsUsedFile, BaseDocumentForm):
    pass


class KeptImageForm(KeepsUsedFile, BaseImageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if file := self.fields.get("file"):
            # Wagtail's own message counts single pixels, and it fails at what Pillow won't open.
            file.max_image_pixels = None
            told = _("At most %(most)s million pixels.") % {"most": MOST_PIXELS // MILLION}
            file.help_text = f"{file.help_text} {told}"

    def clean_file(self):
        file = super().clean_file()
        if "file" in self.changed_data:
            refuse_too_many_pixels(file.image)
        return file


def refuse_too_many_pixels(picture):
    most = MOST_PIXELS // MILLION
    try:
        width, height = picture.get_size()
        pixels = width * height * picture.get_frame_count()
    except Image.DecompressionBombError as error:
        message = _(
            "This picture has far more pixels than the %(most)s million that are taken. Make it "
            "smaller, then choose it again."
        )
        raise ValidationError(message % {"most": most}) from error
    if pixels > MOST_PIXELS:
        message = _(
            "This picture is %(width)s pixels wide and %(height)s high: %(million)s million in "
            "all, and %(most)s million are taken. Make it smaller, then choose it again."
        )
        # Rounded up, so that it is never what is taken.
        million = -(-pixels // MILLION)
        raise ValidationError(
            message
            % {
                "width": number_format(width, force_grouping=True),
                "height": number_format(height, force_grouping=True),
                "million": number_format(million, force_grouping=True),
                "most": most,
            }
        )


def refuse_while_in_use(sender, instance, **kwargs):
    """A signal, because bulk deletion passes by every method of the models."""
    if is_in_use(instance):
        raise PermissionDenied(_("This file stands on a page."))
