from django.conf import settings
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from home.live import live
from home.views import picture

urlpatterns = [
    path("live/", live, name="live"),
    path("y-kien/", include("polls.urls")),
    path("", include("articles.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

if settings.SERVE_MEDIA:
    # Pictures only: documents go through Wagtail's view, which asks who may read them.
    urlpatterns += [
        path(f"media/{folder}/<str:name>", picture, {"folder": folder})
        for folder in ("images", "original_images")
    ]

urlpatterns += [path("", include(wagtail_urls))]

handler404 = "home.views.not_found"
handler403 = "home.views.refused"
