"""How a page looks where its address is shared: title, words and a picture. Source: https://ogp.me"""

from django.utils.text import Truncator
from wagtail.images.models import SourceImageIOError

from .languages import current
from .models import ArticlePage, PortalPage
from .pictures import InMemory
from .structured_data import is_said, moment

# The size that sites ask for. JPEG, because not all of them read WebP.
PICTURE = InMemory("fill-1200x630|format-jpeg")
LOCALES = {"vi": "vi_VN", "en": "en_GB"}


BEGINNING = 30  # words


def properties(page, title, address, site_name, picture=None):
    """Pairs for <meta property content>, none of them empty."""
    is_article = isinstance(page, ArticlePage)
    found = [
        ("og:title", title),
        ("og:type", "article" if is_article else "website"),
        ("og:url", address),
        ("og:description", description(page)),
        ("og:locale", LOCALES[current()]),
        ("og:site_name", site_name),
    ]
    if picture:
        found += [
            ("og:image", picture["url"]),
            ("og:image:width", picture["width"]),
            ("og:image:height", picture["height"]),
            ("og:image:alt", page.lead_image_alt),
        ]
    if is_article:
        published = getattr(page, "published_at", page.first_published_at)
        found += [
            ("article:published_time", moment(published)),
            ("article:modified_time", moment(page.last_published_at)),
        ]
    return [(name, value) for name, value in found if is_said(value)]


def description(page):
    """The first that an editor has written, on one line, else how its text begins; "" when there is
    nothing."""
    names = ("search_description", "summary", "introduction", "subject")
    texts = (" ".join(getattr(page, name, "").split()) for name in names)
    return next(filter(None, texts), "") or beginning(page)


def beginning(page):
    text = page.searchable_text() if isinstance(page, PortalPage) else ""
    return Truncator(" ".join(text.split())).words(BEGINNING)


def picture(page, root_url):
    """{url, width, height} of the lead image, absolute; None without one."""
    if getattr(page, "lead_image", None) is None:
        return None
    try:
        rendition = page.lead_image.get_rendition(PICTURE)
    except SourceImageIOError:
        # Its file is gone: the page itself shows that.
        return None
    url = rendition.url if "//" in rendition.url else root_url + rendition.url
    return {"url": url, "width": rendition.width, "height": rendition.height}
