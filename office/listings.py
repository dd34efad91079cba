"""Wagtail's search of pages, which asks once for what each row tells."""

from django.urls import path
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access
from wagtail.admin.urls import display_custom_404
from wagtail.admin.views.pages import search
from wagtail.utils.urlpatterns import decorate_urlpatterns


class SearchView(search.SearchView):
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        # A button of each row asks for its page's address without saying for which request.
        for page in context["object_list"]:
            page._wagtail_cached_site_root_paths = page._get_site_root_paths(self.request)
        return context


# At Wagtail's own addresses, before them (portal/urls.py).
urlpatterns = decorate_urlpatterns(
    [
        path("search/", SearchView.as_view()),
        path("search/results/", SearchView.as_view(results_only=True)),
    ],
    lambda view: never_cache(display_custom_404(require_admin_access(view))),
)
