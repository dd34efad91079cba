from django.urls import reverse

from . import audit


class ExportLog:
    """Says in the audit log who downloaded what from the admin: all that comes as a file, so that
    no report has to think of it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        kept_as = response.get("Content-Disposition", "")
        if (
            kept_as.startswith("attachment")
            and response.status_code == 200
            and request.path.startswith(reverse("wagtailadmin_home"))
            and request.user.is_authenticated
        ):
            name = kept_as.partition("filename=")[2].strip('"')
            audit.record(
                audit.EXPORT,
                request.user,
                title=name or request.path,
                detail=request.get_full_path(),
            )
        return response
