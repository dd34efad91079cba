"""Answers for addresses that lead nowhere, and pictures where no web server stands in front."""

from pathlib import Path

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.views.static import serve


def not_found(request, exception=None):
    return render(request, "404.html", status=404)


def refused(request, exception=None):
    return render(request, "403.html", status=403)


def picture(request, folder, name):
    """A file of one folder of pictures; the route lets no slash into the name."""
    try:
        return serve(request, name, document_root=Path(settings.MEDIA_ROOT) / folder)
    except OSError as error:
        # A name that no file system takes.
        raise Http404 from error
