"""Making a page's translation: Wagtail's copy in the other language, a draft that goes through the
same steps. Asked here besides: whether it is a page that is translated at all, and whether they may
write where the copy will stand."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.contrib.simple_translation import wagtail_hooks as wagtails
from wagtail.contrib.simple_translation.views import SubmitPageTranslationView
from wagtail.models import Page

from .languages import InEveryLanguage

TRANSLATE = "simple_translation.submit_translation"


class TranslateView(SubmitPageTranslationView):
    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(TRANSLATE):
            raise PermissionDenied
        page = self.get_object()
        if isinstance(page, InEveryLanguage):
            messages.warning(
                request,
                _(
                    "Official documents are not translated. On English pages they stand in "
                    "Vietnamese, with their record in English."
                ),
            )
            return redirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        return super().dispatch(request, *args, **kwargs)

    def get_form(self):
        form = super().get_form()
        below = Page.objects.descendant_of(self.object)
        same = Page.objects.filter(translation_key__in=below.values("translation_key"))
        is_there = same.exclude(locale=self.object.locale_id).exists()
        if is_there or below.type(InEveryLanguage).exists():
            # Wagtail copies all that is below, without asking what it is.
            form.fields["include_subtree"].disabled = True
            form.fields["include_subtree"].widget = forms.HiddenInput()
        return form

    def post(self, request, **kwargs):
        parent = self.object.get_parent()
        places = parent.get_translations()
        if not parent.is_root() and not places:
            # Whoever presses the button is told so by the form.
            raise PermissionDenied
        for place in places:
            if not place.permissions_for_user(request.user).can_add_subpage():
                raise PermissionDenied
        return super().post(request, **kwargs)

    def get_success_url(self, translated_page=None):
        if translated_page:
            # Who translates, not who wrote the original.
            made = Page.objects.descendant_of(translated_page, inclusive=True)
            made.update(owner=self.request.user)
        return super().get_success_url(translated_page)


def refuse(request, **kwargs):
    """Wagtail's API does the same and asks nothing of the above. Nobody needs it."""
    raise PermissionDenied


# Before Wagtail's own of the same addresses (portal/urls.py).
urls = [
    path(address, never_cache(require_admin_access(view)))
    for address, view in [
        ("translation/submit/page/<int:page_id>/", TranslateView.as_view()),
        ("api/main/pages/<int:pk>/action/copy_for_translation/", refuse),
    ]
]


def offer_where_it_may_be():
    """Wagtail offers it on every page, to whoever may translate any."""
    for name, offer in {
        "register_page_header_buttons": wagtails.page_header_buttons,
        "register_page_listing_more_buttons": wagtails.page_listing_more_buttons,
    }.items():
        hooks._hooks[name].remove((offer, 0))
        hooks.register(name, _narrowed(offer))


def _narrowed(offer):
    def offered(page, user, **kwargs):
        is_translated = not issubclass(page.specific_class, InEveryLanguage)
        if is_translated and page.permissions_for_user(user).can_edit():
            return offer(page=page, user=user, **kwargs)
        return []

    return offered
