"""What readers' searches find."""

from wagtail.models import Page

from .vietnamese import fold

# Longer input is no question; the database's parser recurses over every word.
MAX_WORDS = 20


def find(query):
    """Public pages that hold every word of the query, best first; none for an empty query.

    Only folded letters and digits reach the database, so no search syntax can.
    """
    words = fold(query[:500]).split()[:MAX_WORDS]
    pages = Page.objects.live().public().filter(depth__gt=2).specific()
    if not words:
        return pages.none()
    return pages.search(" ".join(words), operator="and")
