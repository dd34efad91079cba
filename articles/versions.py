"""The database's version, asked once a request: by it each process keeps what it has in memory."""

from typing import NamedTuple

from .models.changes import RegisterVersion


class Versions(NamedTuple):
    register: int
    index: int


def versions(request):
    if not hasattr(request, "portal_versions"):
        row = RegisterVersion.objects.values_list("version", "index_version").first()
        request.portal_versions = Versions(*(row or (0, 0)))
    return request.portal_versions
