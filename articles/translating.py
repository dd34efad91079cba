"""Making a page's translation: Wagtail's copy in the other language, a draft that goes through the
same steps. Asked here besides: whether it is a page that is translated at all, and whether they may
write where the copy will stand."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.contrib.simple_translation.views import SubmitPageTranslationView
from wagtail.models import Page

from .languages import InEveryLanguage


class TranslateView(SubmitPageTranslationView):
    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("simple_translation.submit_translation"):
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

    def post(self, request, **kwargs):
        for place in self.object.get_parent().get_translations():
            if not place.permissions_for_user(request.user).can_add_subpage():
                raise PermissionDenied
        return super().post(request, **kwargs)

    def get_success_url(self, translated_page=None):
        if translated_page:
            # Who translates, not who wrote the original.
            made = Page.objects.descendant_of(translated_page, inclusive=True)
            made.update(owner=self.request.user)
        return super().get_success_url(translated_page)


# Before Wagtail's own of the same address (portal/urls.py).
urls = [
    path(
        "translation/submit/page/<int:page_id>/",
        never_cache(require_admin_access(TranslateView.as_view())),
    )
]
