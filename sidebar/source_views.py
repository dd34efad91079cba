"""The page of data sources in the admin, and what its buttons do."""

from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages
from wagtail.models import ModelLogEntry

from office.admin_page import admin_page

from . import operators
from .models import ExchangeRate, FeedState, RateOverride, WeatherOverride, WeatherRegion
from .models.feeds import RATES, WEATHER
from .source_cards import cards, switched_off
from .source_forms import HoldForm, RateForm, WeatherForm

ACTS_SHOWN = 20
# Who may do more than look.
OPERATE = "sidebar.change_feedstate"

# What a feed's figures may be replaced with by hand: the form, and the model that it makes.
FORMS = {RATES: RateForm, WEATHER: WeatherForm}
TYPED = {RATES: RateOverride, WEATHER: WeatherOverride}


def may_look(user):
    return any(
        user.has_perm(f"sidebar.{name}")
        for name in ("view_feedstate", "change_feedstate", "view_feedrun")
    )


def _only(permits):
    """Of a view: for those whom `permits(user)` allows; its feed is one that is switched on."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not permits(request.user):
                raise PermissionDenied
            if "feed" in kwargs and not settings.FEEDS.get(kwargs["feed"]):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


for_lookers = _only(may_look)
for_operators = _only(lambda user: user.has_perm(OPERATE))


@require_GET
@for_lookers
def sources(request):
    return _page(request)


def _page(request, feed=None, form=None):
    """form: what was typed for holding this feed, with what is wrong about it."""
    acts = ModelLogEntry.objects.get_for_model(FeedState).select_related("user")
    return _rendered(
        request,
        "sidebar/admin/sources.html",
        _("Data sources"),
        {
            "cards": cards(),
            "switched_off": switched_off(),
            "may_operate": request.user.has_perm(OPERATE),
            "may_add_central_rate": request.user.has_perm("sidebar.add_centralrate"),
            "hold_form": form,
            "hold_feed": feed,
            "acts": acts.order_by("-timestamp", "-pk")[:ACTS_SHOWN],
        },
    )


def _rendered(request, template, title, context, *trail):
    """trail: (address, name) of the pages above this one."""
    return admin_page(request, template, title, "rotate", context, *trail)


def _back(feed):
    return redirect(f"{reverse('sidebar_sources')}#{feed}")


@require_POST
@for_operators
def fetch(request, feed):
    """With our script an answer in JSON; without, the page again, with a message."""
    try:
        operators.fetch(feed, request.user)
        refusal = ""
    except operators.Refused as error:
        refusal = str(error)
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"refusal": refusal, **_told(operators.progress(feed))})
    if refusal:
        messages.warning(request, refusal)
    else:
        messages.success(request, _("Asked for. Load this page again to see how it went."))
    return _back(feed)


@require_GET
@for_lookers
def progress(request, feed):
    return JsonResponse(_told(operators.progress(feed)))


def _told(progress):
    return {
        "stage": progress.stage,
        "is_over": progress.is_over,
        "words": progress.words,
        "provider": progress.provider,
        "rows": progress.rows,
        "expected": progress.expected,
    }


@require_POST
@for_operators
def hold(request, feed):
    form = HoldForm(request.POST, instance=FeedState.of(feed), prefix=feed)
    if not form.is_valid():
        return _page(request, feed, form)
    reason = form.cleaned_data["held_because"]
    return _act(request, feed, _("Held."), operators.hold, feed, reason)


@require_POST
@for_operators
def release(request, feed):
    return _act(request, feed, _("They move again with the next run."), operators.release, feed)


@require_POST
@for_operators
def decide(request, feed):
    verdict, mark = request.POST.get("verdict"), request.POST.get("mark")
    if feed != RATES or verdict not in ("believe", "discard"):
        raise Http404
    is_believed = verdict == "believe"
    words = _("Stored: readers see them now.") if is_believed else _("Discarded.")
    return _act(request, feed, words, operators.decide, mark, is_believed)


def _act(request, feed, words, act, *args):
    try:
        act(*args, user=request.user)
    except operators.Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, words)
    return _back(feed)


@for_operators
def type_figures(request, feed):
    if feed not in FORMS:
        raise Http404
    form = FORMS[feed](request.POST or None)
    if form.is_valid():
        operators.show_typed(form.save(commit=False), request.user)
        messages.success(request, _("Readers see your figures now."))
        return _back(feed)
    return _rendered(
        request,
        "sidebar/admin/type_figures.html",
        _("Rates by hand") if feed == RATES else _("Weather by hand"),
        {
            "feed": feed,
            "form": form,
            "rates": ExchangeRate.objects.board() if feed == RATES else (),
            "regions": WeatherRegion.objects.with_reading() if feed == WEATHER else (),
        },
        (reverse("sidebar_sources"), _("Data sources")),
    )


@require_POST
@for_operators
def drop_figures(request, feed, pk):
    if feed not in TYPED:
        raise Http404
    typed = get_object_or_404(TYPED[feed], pk=pk)
    words = _("Dropped: readers see the figures of the source again.")
    return _act(request, feed, words, operators.drop_typed, typed)


urls = [
    path("nguon-du-lieu/", sources, name="sidebar_sources"),
    path("nguon-du-lieu/<slug:feed>/lay-ngay/", fetch, name="sidebar_fetch"),
    path("nguon-du-lieu/<slug:feed>/tien-do/", progress, name="sidebar_progress"),
    path("nguon-du-lieu/<slug:feed>/giu/", hold, name="sidebar_hold"),
    path("nguon-du-lieu/<slug:feed>/tha/", release, name="sidebar_release"),
    path("nguon-du-lieu/<slug:feed>/quyet-dinh/", decide, name="sidebar_decide"),
    path("nguon-du-lieu/<slug:feed>/nhap/", type_figures, name="sidebar_type"),
    path("nguon-du-lieu/<slug:feed>/nhap/<int:pk>/bo/", drop_figures, name="sidebar_drop"),
]
