from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.generic import TemplateView
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps import views as sitemaps
from wagtail.documents import urls as wagtaildocs_urls

from articles import translating, unpublishing
from articles.api import router
from articles.sitemaps import PagesSitemap
from home.health import healthz
from home.live import live, notices, pixel
from home.sitemaps import ViewsSitemap
from home.style_guide import style_guide
from home.views import ORIGINALS, favicon, picture
from office.sharing import shared_preview

robots = TemplateView.as_view(template_name="robots.txt", content_type="text/plain; charset=utf-8")
SITEMAPS = {"pages": PagesSitemap, "views": ViewsSitemap}

urlpatterns = [
    path("live/", live, name="live"),
    path("live/anh.gif", pixel, name="live_pixel"),
    path("healthz", healthz, name="healthz"),
    path("robots.txt", robots),
    path("favicon.ico", favicon),
    path("kieu-dang/", style_guide, name="style_guide"),
    path("sitemap.xml", sitemaps.index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap"}),
    path("sitemap-<slug:section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("api/v2/", router.urls),
    path("xem-truoc/<str:words>/", shared_preview, name="shared_preview"),
    # Wagtail's editors of pages with side panels of ours, and its chooser of pages without others'
    # drafts, at Wagtail's addresses.
    path("admin/pages/", include("office.listings")),
    path("admin/pages/", include("office.side_panels")),
    path("admin/choose-page/", include("office.choosing")),
    path("admin/", include(unpublishing.urls)),
    path("admin/", include(translating.urls)),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

# Pictures only: documents go through Wagtail's view, which asks who may read them. Originals are no
# web server's either.
urlpatterns += [
    path(f"media/{folder}/<str:name>", picture, {"folder": folder})
    for folder in (("images", ORIGINALS) if settings.SERVE_MEDIA else (ORIGINALS,))
]

# What readers see, in each language.
urlpatterns += i18n_patterns(
    path("live/thong-bao/", notices, name="live_notices"),
    path("y-kien/", include("polls.urls")),
    path("", include("home.urls")),
    path("", include("sidebar.urls")),
    path("", include("articles.urls")),
    path("", include("articles.routing")),
    prefix_default_language=False,
)

handler404 = "home.views.not_found"
handler400 = "home.views.bad_request"
handler403 = "home.views.refused"
handler500 = "home.views.failed"
