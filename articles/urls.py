from django.urls import path, re_path

from . import document_views, views
from .routing import serve

app_name = "articles"

urlpatterns = [
    path("tim-kiem/", views.search, name="search"),
    path("tim-kiem/atom/", views.search_feed, name="search_feed"),
    path("tim-kiem/goi-y/", views.suggest, name="suggest"),
    # A path, because a number may be written with its slash: 07/CT-UBND-2014.
    path("van-ban/so/<path:words>/", views.by_number, name="by_number"),
    path("tep/<int:document_id>/<int:number>/", document_views.document_page, name="document_page"),
    path(
        "tep/<int:document_id>/<int:number>/anh/",
        document_views.document_picture,
        name="document_picture",
    ),
    # Calendars: Wagtail's own pattern takes no dot.
    re_path(r"^((?:[\w\-]+/)+lich\.ics)$", serve),
]
