from django.urls import path

from . import site_map

app_name = "home"
urlpatterns = [
    path("so-do-cong/", site_map.site_map, name="site_map"),
    path("kenh-tin/", site_map.feeds, name="feeds"),
]
