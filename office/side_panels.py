"""Side panels of our own beside Wagtail's editors of pages.

Wagtail has no hook for them. Here whoever registers `construct_side_panels`, a function of
(request, object, panels), adds theirs; and they are rendered anew with each autosave, as Wagtail's
own status panel is."""

from django.urls import path
from django.views.decorators.cache import never_cache
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.admin.urls import display_custom_404
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.revisions import RevisionsRevertView
from wagtail.utils.urlpatterns import decorate_urlpatterns


class WithOurPanels:
    def get_side_panels(self):
        panels = super().get_side_panels()
        for construct in hooks.get_hooks("construct_side_panels"):
            construct(self.request, self.page, panels)
        panels.sort(key=lambda panel: panel.order)
        return panels


class PageCreateView(WithOurPanels, CreateView):
    pass


class PageEditView(WithOurPanels, EditView):
    pass


class PageRevertView(WithOurPanels, RevisionsRevertView):
    pass


# At Wagtail's own addresses, before them (portal/urls.py).
urlpatterns = decorate_urlpatterns(
    [
        path(
            "add/<slug:content_type_app_name>/<slug:content_type_model_name>/<int:parent_page_id>/",
            PageCreateView.as_view(),
        ),
        path("<int:page_id>/edit/", PageEditView.as_view()),
        path("<int:page_id>/revisions/<int:revision_id>/revert/", PageRevertView.as_view()),
    ],
    lambda view: never_cache(display_custom_404(require_admin_access(view))),
)
