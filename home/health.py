"""/healthz: whether this process answers, and whether what it shows is kept up."""

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from sidebar import status

from .schedule import schedule


@require_safe
def healthz(request):
    """{"status": "ok" | "degraded", "feeds": {name: {"status": …, "age": seconds or null}},
    "schedule": {"status": …, "age": …}}

    200 in any case: a bank that is away is no reason to start this process anew.
    """
    feeds = {
        one.state.feed: {
            "status": "degraded" if one.is_degraded else "ok",
            "age": round(one.age.total_seconds()) if one.age is not None else None,
        }
        for one in status.statuses()
    }
    timer = schedule()
    timed = {
        "status": "degraded" if timer.is_dead else "ok",
        "age": round(timer.age.total_seconds()) if timer.age is not None else None,
    }
    is_degraded = any(one["status"] == "degraded" for one in (*feeds.values(), timed))
    response = JsonResponse(
        {"status": "degraded" if is_degraded else "ok", "feeds": feeds, "schedule": timed}
    )
    response["Cache-Control"] = "no-store"
    return response
