"""Pages of our own in the frame of Wagtail's admin."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _


def admin_page(request, template, title, icon, context, *above):
    """above: (address, name) of the pages between the dashboard and this one, in that order."""
    steps = [(reverse("wagtailadmin_home"), _("Home")), *above, ("", title)]
    frame = {
        "page_title": title,
        "header_title": title,
        "header_icon": icon,
        "breadcrumbs_items": [{"url": url, "label": label} for url, label in steps],
    }
    return render(request, template, frame | context)
