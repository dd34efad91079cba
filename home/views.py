"""Answers for addresses that lead nowhere, and pictures where no web server stands in front."""

import sys
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.static import serve

# Seconds after which a database that was started anew is there again.
RETRY_AFTER = 30
# As editors uploaded them; Wagtail names the folder.
ORIGINALS = "original_images"


def not_found(request, exception=None):
    return render(request, "404.html", {"is_lost": True}, status=404)


def refused(request, exception=None):
    return render(request, "403.html", {"is_lost": True}, status=403)


def failed(request):
    """Something of ours went wrong, or the database is away; asks nothing of it."""
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if is_away else 500
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        message = _("The portal can't answer at the moment. Please try again in a few minutes.")
        response = JsonResponse({"message": message}, status=status)
    else:
        response = HttpResponse(render_to_string("500.html"), status=status)
    if is_away:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def picture(request, folder, name):
    """A file of one folder of pictures; the route lets no slash into the name."""
    if folder == ORIGINALS and not request.user.has_perm("wagtailadmin.access_admin"):
        # A camera may have written down where it was. What pages show has lost that (pictures.py).
        raise Http404
    try:
        return serve(request, name, document_root=Path(settings.MEDIA_ROOT) / folder)
    except OSError as error:
        # A name that no file system takes.
        raise Http404 from error
