"""Whoever follows every link of the portal from its home page on meets no fault."""

import pytest

from tests.gates.markup import Crawl, Page, hold_feeds

pytestmark = [pytest.mark.once, pytest.mark.reads_only]


def test_no_link_is_broken_and_nobody_else_is_asked(portal):
    crawl = Crawl(portal.url).run("/", "/robots.txt", "/sitemap.xml")
    hold_feeds(crawl)
    assert crawl.faults == []
    assert len(crawl.pages) > 60
    assert {kind for kind, _body in crawl.feeds.values()} == {
        "application/atom+xml",
        "application/rss+xml",
        "text/calendar",
        "sitemap",
    }


def test_faults_would_be_found():
    crawl = Crawl("http://127.0.0.1:9/")
    crawl.read_page("/", '<p id="a"></p><p id="a"></p><img src="https://elsewhere.example/x.png">')
    assert [what for _where, what in crawl.faults] == [
        "2 elements are called a",
        "asks a third party: https://elsewhere.example/x.png",
    ]


def test_every_picture_of_a_set_is_followed():
    html = '<source srcset="/a.webp 320w, /b.webp 640w"><img src="/c.jpg"><a href="#d">D</a>'
    page = Page(html)
    assert page.loaded == ["/a.webp", "/b.webp", "/c.jpg"]
    assert page.links == [*page.loaded, "#d"]
