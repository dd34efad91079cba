"""By when a page is to be looked through: the day, what sets it, and the editors' page for it."""

from calendar import monthrange

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.log_actions import log
from wagtail.models import Page

from office.admin_page import admin_page
from sidebar.visit_report import DayField

from .models import PortalPage, ReviewDate
from .vietnamese import local_day

REVIEWED, MOVED = "articles.review", "articles.review_date"
# From one look to the next, where its kind says nothing.
USUAL_MONTHS = 12


def months_after(day, months):
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def give_dates():
    """Pages of kinds that are to be looked through get their day, counted from when they were
    published last."""
    kinds = [kind for kind in _kinds(PortalPage) if kind.review_months]
    for kind in kinds:
        without = kind.objects.filter(
            live=True, review_date=None, last_published_at__isnull=False
        ).values_list("pk", "last_published_at")
        ReviewDate.objects.bulk_create(
            [
                ReviewDate(
                    page_id=pk, due_on=months_after(timezone.localdate(at), kind.review_months)
                )
                for pk, at in without
            ],
            # An editor is just setting one.
            ignore_conflicts=True,
        )


def _kinds(model):
    for kind in model.__subclasses__():
        if not kind._meta.abstract:
            yield kind
        yield from _kinds(kind)


class ReviewForm(forms.Form):
    due_on = DayField(
        label=gettext_lazy("Look through by"),
        required=False,
        help_text=gettext_lazy(
            "The unit and whoever made the page are reminded two weeks before, on the day, and "
            "each month after. Empty: nobody is."
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("What was checked"),
        required=False,
        max_length=250,
        help_text=gettext_lazy(
            "For colleagues, in the history of the page: telephone, office hours."
        ),
    )

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day and day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return day


@require_http_methods(["GET", "POST"])
def review(request, page_id):
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, PortalPage) or not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    known = ReviewDate.objects.filter(page=page).select_related("reviewed_by").first()
    if request.method == "POST":
        form = ReviewForm(request.POST)
        if form.is_valid():
            is_reviewed = "reviewed" in request.POST
            _settle(page, request.user, is_reviewed=is_reviewed, **form.cleaned_data)
            messages.success(
                request, _("Looked through.") if is_reviewed else _("The day was changed.")
            )
            return redirect("wagtailadmin_pages:edit", page.pk)
    else:
        next_day = months_after(timezone.localdate(), page.review_months or USUAL_MONTHS)
        form = ReviewForm(initial={"due_on": next_day})
    title = _("Look the page through")
    above = reverse("wagtailadmin_pages:edit", args=[page.pk]), page.get_admin_display_title()
    context = {
        "form": form,
        "page": page,
        "known": known,
        "is_due": bool(known and known.due_on and known.due_on <= timezone.localdate()),
    }
    return admin_page(request, "articles/admin/review.html", title, "check", context, above)


@transaction.atomic
def _settle(page, user, is_reviewed, due_on, note):
    facts = {"due_on": due_on}
    if is_reviewed:
        facts |= {"reviewed_at": timezone.now(), "reviewed_by": user}
    ReviewDate.objects.update_or_create(page_id=page.pk, defaults=facts)
    log(
        page,
        REVIEWED if is_reviewed else MOVED,
        user=user,
        data={"next": local_day(due_on) if due_on else "–", "note": note},
    )


urls = [path("pages/<int:page_id>/ra-soat/", review, name="review_page")]
