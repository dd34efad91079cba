"""What is checked of pages that stand on the home page."""

from articles.models import ArticlePage
from articles.readiness import check
from articles.readiness.pages import without_picture

from .models import FeaturedPage


@check(ArticlePage)
def its_place_on_the_home_page(page):
    if page.lead_image_id or not page.pk:
        return
    if FeaturedPage.objects.filter(page=page.pk).exists():
        yield without_picture(page)
