"""Words that Wagtail and Django show without looking them up in a catalogue: labels made of a
field's name, a model's name, names of permissions. Whatever else the admin says is translated in
site/locale_admin.
"""

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.forms import boundfield
from django.forms.utils import pretty_name
from django.utils.translation import gettext, gettext_lazy, override, pgettext_lazy
from django.utils.translation import gettext_noop as _
from wagtail.sites.views import IndexView as SiteList

# By the names of Wagtail's form fields that have none.
FIELD_LABELS = {
    "body": gettext_lazy("Body"),
    "content_types": gettext_lazy("Content types"),
    "email_address": gettext_lazy("Email address"),
    "link_text": gettext_lazy("Link text"),
    "page": gettext_lazy("Page"),
    "phone_number": gettext_lazy("Phone number"),
    "role": gettext_lazy("Role"),
    "subject": pgettext_lazy("of a mail", "Subject"),
    "task_type": gettext_lazy("Task type"),
}
COLUMN_LABELS = {
    "port": gettext_lazy("Port"),
    "site_name": gettext_lazy("Site name"),
    "root_page": gettext_lazy("Root page"),
}

# By the first word of a codename ("add_poll"), then by the whole of it.
ACTIONS = {
    "add": _("Add %(model)s"),
    "change": _("Change %(model)s"),
    "choose": _("Choose %(model)s"),
    "correct": _("Correct %(model)s"),
    "delete": _("Delete %(model)s"),
    "lock": _("Lock %(model)s"),
    "publish": _("Publish %(model)s"),
    "unlock": _("Unlock %(model)s"),
    "view": _("View %(model)s"),
}
PERMISSIONS = {
    "access_admin": _("Work in the administration"),
    "bulk_delete_page": _("Delete pages with all that is under them"),
    "lock_page": _("Lock pages, and unlock what one has locked oneself"),
    "submit_translation": _("Translate pages"),
    "unlock_page": _("Unlock pages whoever locked them"),
}


def complete_labels():
    boundfield.pretty_name = label_of
    for column in SiteList.columns:
        column.label = COLUMN_LABELS.get(column.name, column.label)
    # It has no rows, only a permission, which stands under its name in the form of a group.
    translation = apps.get_model("simple_translation.SimpleTranslation")
    translation._meta.verbose_name = gettext_lazy("Translate pages")


def label_of(name):
    """What Django writes at a field whose form gives it no label."""
    return FIELD_LABELS.get(name) or pretty_name(name)


def name_permissions():
    """Django writes their names in English into the database when it makes them, and the form of a
    group shows them as they are there. Safe to repeat."""
    renamed = []
    with override(settings.LANGUAGE_CODE):
        for permission in Permission.objects.select_related("content_type"):
            name = permission_name(permission)
            if name and permission.name != name:
                permission.name = name
                renamed.append(permission)
    Permission.objects.bulk_update(renamed, ["name"])


def permission_name(permission):
    if permission.codename in PERMISSIONS:
        return gettext(PERMISSIONS[permission.codename])
    action = ACTIONS.get(permission.codename.partition("_")[0])
    return action and gettext(action) % {"model": permission.content_type.name}
