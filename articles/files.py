"""Pictures and documents that a page shows stay as they were approved.

Wagtail lets whoever uploaded a file put another in its place or delete it, and what is online
changes unread. A new version is a new file, put into the page through its workflow."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm
from wagtail.models import ReferenceIndex


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
    pass


def refuse_while_in_use(sender, instance, **kwargs):
    """A signal, because bulk deletion passes by every method of the models."""
    if is_in_use(instance):
        raise PermissionDenied(_("This file stands on a page."))
