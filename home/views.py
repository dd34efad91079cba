"""Answers for addresses that lead nowhere, and pictures where no web server stands in front."""

import re
import sys

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.files.utils import validate_file_name
from django.db import InterfaceError, OperationalError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import last_modified

from . import chrome

# Seconds after which a server that was started anew is there again.
RETRY_AFTER = 30
# Seconds. A cut is never drawn anew under the same name while its picture is there.
PICTURE_LASTS = 30 * 24 * 60 * 60
# As editors uploaded them; Wagtail names the folder.
ORIGINALS = "original_images"
# Of an address, in letters: what is longer nobody typed.
LONGEST_WORDS = 80


def not_found(request, exception=None):
    return render(
        request, "404.html", {"is_lost": True, "words": words_of(request.path)}, status=404
    )


def words_of(path):
    """What an address may have been about: "/tin-tuc/mo-lop-ky-nang-so.html" → "mo lop ky nang so".

    Offered in a search field and not searched for: most of those who ask for what isn't there are
    programs, which would have the index searched each time.
    """
    last = path.rstrip("/").rpartition("/")[2]
    name = re.sub(r"\.\w{1,5}$", "", last)
    words = " ".join(re.findall(r"[^\W_]+", name))
    return words if len(words) <= LONGEST_WORDS else ""


def bad_request(request, exception=None):
    return standalone(400)


def refused(request, exception=None):
    return standalone(403)


def failed(request):
    """Something of ours went wrong, or the database or the bucket is away; asks nothing of them."""
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError | ConnectionError)
    status = 503 if is_away else 500
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        message = _("The portal can't answer at the moment. Please try again in a few minutes.")
        response = JsonResponse({"message": message}, status=status)
    else:
        response = standalone(status)
    if is_away:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def standalone(status):
    """A page that needs neither the database nor another request."""
    context = {"office": chrome.known_office()}
    return HttpResponse(render_to_string(f"{status}.html", context), status=status)


def favicon(request):
    """Where browsers and programs ask that have read no page's head."""
    response = HttpResponseRedirect(static("img/logo.svg"))
    patch_cache_control(response, public=True, max_age=24 * 60 * 60)
    return response


def picture(request, folder, name):
    """A file of one folder of pictures; the route lets no slash into the name."""
    is_original = folder == ORIGINALS
    if is_original and not request.user.has_perm("wagtailadmin.access_admin"):
        # A camera may have written down where it was. What pages show has lost that (pictures.py).
        raise Http404
    try:
        validate_file_name(name)
        response = _stored(request, f"{folder}/{name}")
    except ConnectionError:
        # A bucket that is away: what others keep of it goes on standing in.
        raise
    except (OSError, ValueError, SuspiciousFileOperation) as error:
        # Among them names that no file system takes.
        raise Http404 from error
    if is_original:
        patch_cache_control(response, private=True, no_cache=True)
    else:
        patch_cache_control(response, public=True, max_age=PICTURE_LASTS)
    return response


@last_modified(lambda request, path: default_storage.get_modified_time(path))
def _stored(request, path):
    return FileResponse(default_storage.open(path))
