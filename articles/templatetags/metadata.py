"""What a page says of itself in its head, to programs."""

from functools import lru_cache
from urllib.parse import urljoin

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from wagtail.models import Page

from .. import languages, open_graph, structured_data
from ..models import DirectivePage, EventPage, NewsPage, PortalPage
from ..open_files import closed_collections, open_attachments

register = template.Library()


@register.filter
def as_sitemaps(items):
    """What an index of sitemaps has of Django's SitemapIndexItems: a template resolves and formats
    so much for each that they would be most of the page's time."""
    return format_html_join(
        "\n",
        "<sitemap><loc>{}</loc>{}</sitemap>",
        ((item.location, _changed(item.last_mod)) for item in items),
    )


@lru_cache(maxsize=8)
def _changed(moment):
    return (
        format_html("<lastmod>{}</lastmod>", timezone.localtime(moment).isoformat())
        if moment
        else ""
    )


@register.inclusion_tag("articles/includes/metadata.html", takes_context=True)
def metadata(context, office):
    """office: the settings of the office that publishes the page."""
    page, request = context.get("page"), context.get("request")
    is_public = isinstance(page, Page) and page.live and not getattr(request, "is_preview", False)
    parts = page.get_url_parts(request) if is_public else None
    if not parts:
        # A draft has no address yet, and of what was taken offline nothing is said.
        return {}
    root_url = parts[1]
    # Sections with parts that have an address of their own say which one it is.
    address = context.get("canonical") or page.get_full_url(request)
    selection = context.get("selection")
    title = selection.title if selection else page.seo_title or page.title
    chosen = context.get("logo")
    logo = urljoin(root_url, chosen.url if chosen else static("img/logo.svg"))
    picture = open_graph.picture(page, root_url)
    nodes = described(page, context, address, root_url, office, picture and picture["url"])
    if pages := context.get("breadcrumbs"):
        names = [_("Home") if above.depth == 2 else above.title for above in pages]
        # Of a directive's, the home page is that of the frame.
        home = root_url + languages.start(languages.current())
        addresses = [home if above.depth == 2 else above.get_full_url(request) for above in pages]
        trail = [*zip(names, addresses, strict=True), (title, address)]
        nodes.append(structured_data.breadcrumb_list(trail))
    else:
        nodes += structured_data.website(office, root_url, logo)
    if isinstance(page, PortalPage) and page.shows_office:
        nodes.append(structured_data.office_to_reach(office, root_url, logo))
    return {
        # A home page has no text of its own.
        "description": open_graph.description(page)
        or f"{office.portal_label} {office.name}".strip(),
        "canonical": address,
        "properties": open_graph.properties(page, title, address, office.name, picture),
        "structured_data": structured_data.script(nodes),
    }


def described(page, context, address, root_url, office, image):
    """Nodes of what the page is about, from what its view has gathered."""
    if isinstance(page, DirectivePage) and "relations" in context:
        # And not what stands below it: its editions and their comparison.
        facts = directive_facts(page, context)
        return [structured_data.legislation(page, address, root_url, office, **facts)]
    if isinstance(page, NewsPage):
        facts = news_facts(context)
        return [structured_data.news_article(page, address, root_url, office, image=image, **facts)]
    if isinstance(page, EventPage):
        return [structured_data.event(page, address, root_url, office, image=image)]
    return []


def directive_facts(page, context):
    edition = context["edition"]
    return {
        "relations": context["relations"],
        "attachments": open_attachments(page, context["attachments"], closed_collections()),
        "topics": context["topics"],
        "edition_on": edition and timezone.localdate(edition.published_at),
    }


def news_facts(context):
    section = context.get("section")
    return {
        "authors": context["authors"],
        "keywords": [record.name for record in (*context["topics"], *context["tags"])],
        "section": section.title if section else "",
    }
