"""The editors' guide (docs/huong-dan-bien-tap.md and its pages), read in the admin."""

import re
from pathlib import Path

from django.conf import settings
from django.http import Http404
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from .admin_page import admin_page

FOLDER = Path(settings.GUIDE_DIR)
FIRST_PAGE = FOLDER.parent / "huong-dan-bien-tap.md"
PICTURES = FOLDER / "anh"
PICTURE = re.compile(r"!\[[^\]]+\]\(anh/(?P<name>[a-z-]+)\.webp\)")
ENTRY = re.compile(r"^\d+\. \[(?P<title>[^\]]+)\]\(huong-dan/(?P<slug>[a-z-]+)\.md\)$", re.M)


def contents():
    """{slug: title} in the order of the guide's first page."""
    entries = ENTRY.finditer(FIRST_PAGE.read_text(encoding="utf-8"))
    return {entry["slug"]: entry["title"] for entry in entries}


def text_of(slug):
    return (FOLDER / f"{slug}.md").read_text(encoding="utf-8")


def pictures_of_pages():
    """{name: slug of the page that shows it}"""
    return {found["name"]: slug for slug in contents() for found in PICTURE.finditer(text_of(slug))}


class _Addresses(Treeprocessor):
    """Pictures and neighbours lie beside the file; in the admin they have addresses."""

    def run(self, root):
        for picture in list(root.iter("img")):
            try:
                address = static("huong-dan/" + picture.get("src").removeprefix("anh/"))
            except ValueError:
                # Not collected yet, and the storage refuses to guess. The words say what it shows.
                picture.tag, picture.text = "em", picture.get("alt")
                picture.attrib.clear()
            else:
                picture.set("src", address)
                picture.set("loading", "lazy")
        for link in root.iter("a"):
            if link.get("href", "").endswith(".md"):
                slug = link.get("href").removesuffix(".md")
                link.set("href", reverse("office_guide_page", args=[slug]))


class _InTheAdmin(Extension):
    def extendMarkdown(self, md):
        # After the links and pictures were made of their marks.
        md.treeprocessors.register(_Addresses(md), "addresses", 5)


def rendered_page(slug):
    """(title, HTML) of a page of the guide; 404 for what its first page doesn't list."""
    titles = contents()
    if slug not in titles:
        raise Http404
    heading, _newline, body = text_of(slug).partition("\n")
    html = Markdown(extensions=["tables", _InTheAdmin()]).convert(body)
    # Of our own files, never of what anybody typed.
    return heading.removeprefix("# "), mark_safe(html)  # noqa: S308


@require_safe
def page(request, slug=None):
    titles = contents()
    slug = slug or next(iter(titles))
    title, html = rendered_page(slug)
    slugs = list(titles)
    following = slugs[slugs.index(slug) + 1 :][:1]
    context = {
        "contents": titles,
        "slug": slug,
        "title": title,
        "html": html,
        "following": following and {"slug": following[0], "title": titles[following[0]]},
    }
    return admin_page(request, "office/admin/guide.html", _("Editors' guide"), "help", context)
