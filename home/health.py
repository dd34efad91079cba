"""/healthz: whether this process answers, and whether what it shows is kept up."""

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from sidebar import status


@require_safe
def healthz(request):
    """{"status": "ok" | "degraded", "feeds": {name: {"status": …, "age": seconds or null}}}

    200 in any case: a bank that is away is no reason to start this process anew.
    """
    feeds = {
        one.state.feed: {
            "status": "degraded" if one.is_degraded else "ok",
            "age": round(one.age.total_seconds()) if one.age is not None else None,
        }
        for one in status.statuses()
    }
    is_degraded = any(feed["status"] == "degraded" for feed in feeds.values())
    response = JsonResponse({"status": "degraded" if is_degraded else "ok", "feeds": feeds})
    response["Cache-Control"] = "no-store"
    return response
