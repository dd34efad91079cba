"""Taking a page offline: whoever does it says what readers find there from now on."""

from django import forms
from django.db import transaction
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.pages.unpublish import Unpublish
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page

from .models import Departure

NOTHING, LEAD, SAY = "", "redirect", "notice"


class UnpublishForm(forms.Form):
    """Whoever sends nothing of it, a program for example, leaves nothing behind."""

    what = forms.ChoiceField(
        label=_("What readers find at its address"),
        required=False,
        choices=[
            (NOTHING, _("that there is no such page; of a document, that it was taken offline")),
            (LEAD, _("another page: they are led there")),
            (SAY, _("a notice with the reason")),
        ],
        widget=forms.RadioSelect,
        help_text=_("When the page is published again, this ends by itself."),
    )
    target = forms.ModelChoiceField(
        label=_("The other page"),
        required=False,
        queryset=Page.objects.live(),
        widget=AdminPageChooser,
        help_text=_("The one that stands in its place, or the section where readers can look on."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Public, in one or two sentences: The registration is over; results follow in June."
        ),
    )

    def __init__(self, *args, page, **kwargs):
        self.page = page
        super().__init__(*args, **kwargs)

    def clean(self):
        facts = super().clean()
        what = facts.get("what")
        if what == LEAD and "target" not in self.errors:
            self._check_target(facts["target"])
        if what == SAY and "reason" not in self.errors and not facts["reason"].strip():
            self.add_error("reason", _("Tell readers why the page is not there any more."))
        return facts

    def _check_target(self, target):
        if target is None:
            self.add_error("target", _("Choose the page that readers are led to."))
        elif target.path.startswith(self.page.path):
            self.add_error("target", _("Choose a page that stays online when this one goes."))
        elif target.depth < 2:
            self.add_error("target", _("This one has no address."))
        elif target.get_view_restrictions():
            self.add_error("target", _("This one is closed to the public."))

    def leave(self):
        """What was chosen, for the page that has been taken offline."""
        facts = self.cleaned_data
        if facts["what"] == LEAD:
            Departure.objects.lead(self.page, facts["target"])
        elif facts["what"] == SAY:
            Departure.objects.say(self.page, facts["reason"].strip())


class UnpublishView(Unpublish):
    def dispatch(self, request, *args, **kwargs):
        sent = request.POST if request.method == "POST" else None
        self.form = UnpublishForm(sent, page=self.object)
        return super().dispatch(request, *args, **kwargs)

    def unpublish(self):
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data())
        # All of it or nothing: a page that is gone without its notice would be a wrong address.
        with transaction.atomic():
            response = super().unpublish()
            if not Page.objects.get(pk=self.object.pk).live:
                self.form.leave()
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            form=self.form, media=self.form.media, asked=self.form["what"].value() or "", **kwargs
        )


# Before Wagtail's own of the same address (portal/urls.py).
urls = [
    path(
        "pages/<int:page_id>/unpublish/",
        never_cache(require_admin_access(UnpublishView.as_view())),
    )
]
