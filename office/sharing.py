"""Drafts for people without an account: an address that opens the newest draft of one page, for a
few days. Made, listed and withdrawn by whoever may edit the page."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.log_actions import log
from wagtail.models import Page

from .admin_page import admin_page
from .models import PreviewLink

SHARED = "office.share_preview"
WITHDRAWN = "office.withdraw_preview"
DAYS = [1, 3, 7]
# Nobody keeps it, looks it up or is told of it by the pages that it leads to.
HEADERS = {
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}


def _said(link):
    until = timezone.localtime(link.expires_at)
    return {"until": f"{until:%d/%m/%Y %H:%M}", "note": f"({link.note})" if link.note else ""}


@require_safe
def shared_preview(request, words):
    try:
        link = PreviewLink.objects.of_address(words)
    except PreviewLink.DoesNotExist:
        return _closed(request, 404)
    if not link.is_open:
        return _closed(request, 410)
    draft = link.page.get_latest_revision_as_object()
    try:
        draft.full_clean()
    except ValidationError:
        # It lacks what its page can't be made without, a day for example.
        return _kept_quiet(render(request, "office/preview_unfinished.html"))
    mode = draft.default_preview_mode
    shown = draft.make_preview_request(request, mode, {"shared_preview": link})
    # An answer of our own: cookies that the inner request may have been given are not passed on.
    answer = HttpResponse(
        shown.content, content_type=shown["Content-Type"], status=shown.status_code
    )
    return _kept_quiet(answer)


def _closed(request, status):
    """For whatever reason: an address that never was tells nothing of those that are."""
    return _kept_quiet(render(request, "office/preview_closed.html", status=status))


def _kept_quiet(response):
    for name, value in HEADERS.items():
        response[name] = value
    return response


class ShareForm(forms.Form):
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long"),
        choices=[
            (days, ngettext_lazy("%(days)d day", "%(days)d days", days) % {"days": days})
            for days in DAYS
        ],
        coerce=int,
        initial=3,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("For whom"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("So that you know later whose link it is. They don't read it."),
    )


def _editable(request, pk):
    page = get_object_or_404(Page, pk=pk).specific
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return page


def share(request, pk):
    page = _editable(request, pk)
    form = ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        link = PreviewLink.made(page, request.user, **form.cleaned_data)
        log(instance=page, action=SHARED, user=request.user, data=_said(link))
        messages.success(request, _("The link is made. Copy it below and send it."))
        return redirect("office_share", page.pk)
    context = {
        "page": page,
        "form": form,
        "links": [
            {"link": link, "address": request.build_absolute_uri(link.path)}
            for link in page.preview_links.running().select_related("made_by", "page")
            if link.is_open
        ],
    }
    return admin_page(request, "office/admin/share.html", _("Share a preview"), "link", context)


@require_POST
def withdraw(request, pk):
    link = get_object_or_404(PreviewLink.objects.running(), pk=pk)
    page = _editable(request, link.page_id)
    link.revoked_at = timezone.now()
    link.save(update_fields=["revoked_at"])
    log(instance=page, action=WITHDRAWN, user=request.user, data=_said(link))
    messages.success(request, _("The link is withdrawn: it opens nothing any more."))
    return redirect("office_share", page.pk)


urls = [
    path("chia-se/<int:pk>/", share, name="office_share"),
    path("chia-se/thu-hoi/<int:pk>/", withdraw, name="office_withdraw_preview"),
]
