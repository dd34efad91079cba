"""Wagtail's chooser of pages, which by number tells of pages too that its lists leave out."""

from django.db.models import prefetch_related_objects
from django.urls import path
from django.views.decorators.cache import never_cache
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.admin.urls import display_custom_404
from wagtail.admin.views import chooser
from wagtail.models import Page
from wagtail.utils.urlpatterns import decorate_urlpatterns


def shown_to(request, pages):
    for narrow in hooks.get_hooks("construct_page_chooser_queryset"):
        pages = narrow(pages, request)
    return pages


class BrowseView(chooser.BrowseView):
    def get_object_list(self):
        # Where they may not look, the nearest place above it opens. The root is always shown.
        above = self.parent_page.get_ancestors(inclusive=True)
        self.parent_page = shown_to(self.request, above).order_by("path").last().specific
        return super().get_object_list()


class SearchView(chooser.SearchView):
    def get(self, request):
        response = super().get(request)
        # What lies above each row, asked for once: its own cell, and the address of the choice.
        pages = list(response.context_data["pages"])
        Page.objects.annotate_parent_page(pages)
        above = {page._parent_page for page in pages}
        prefetch_related_objects(list(above), "locale")
        for page in pages:
            page._cached_parent_obj = page._parent_page
        return response


class ChosenMultipleView(chooser.ChosenMultipleView):
    def get(self, request):
        asked = Page.objects.filter(pk__in=request.GET.getlist("id"))
        shown = list(shown_to(request, asked).values_list("pk", flat=True))
        request.GET = request.GET.copy()
        request.GET.setlist("id", shown)
        return super().get(request)


# At Wagtail's own addresses, before them (portal/urls.py).
urlpatterns = decorate_urlpatterns(
    [
        path("", BrowseView.as_view()),
        path("<int:parent_page_id>/", BrowseView.as_view()),
        path("search/", SearchView.as_view()),
        path("chosen-multiple/", ChosenMultipleView.as_view()),
    ],
    lambda view: never_cache(display_custom_404(require_admin_access(view))),
)
