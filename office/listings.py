"""Wagtail's search and explorer of pages, which ask once for what each row tells."""

from django.urls import path
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access
from wagtail.admin.urls import display_custom_404
from wagtail.admin.views.pages import search
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.utils.urlpatterns import decorate_urlpatterns


class AsksOnce:
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        # A button of each row asks for its page's address without saying for which request.
        for page in context["object_list"]:
            page._wagtail_cached_site_root_paths = page._get_site_root_paths(self.request)
        return context


class SearchView(AsksOnce, search.SearchView):
    # As many as readers are shown: it answers while somebody types, and each row takes 4 ms.
    paginate_by = 10


class ExplorerView(AsksOnce, ExplorableIndexView):
    pass


explorer = PageViewSet(index_view_class=ExplorerView)

# At Wagtail's own addresses, before them (portal/urls.py).
urlpatterns = decorate_urlpatterns(
    [
        path("", explorer.index_view),
        path("<int:parent_page_id>/", explorer.index_view),
        path("<int:parent_page_id>/results/", explorer.index_results_view),
        path("search/", SearchView.as_view()),
        path("search/results/", SearchView.as_view(results_only=True)),
    ],
    lambda view: never_cache(display_custom_404(require_admin_access(view))),
)
