"""What search engines are told to look at."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site

from articles.models import DirectiveIndexPage
from articles.sitemaps import PagesSitemap
from tests.factories import make_directive, make_event, make_home, make_news, make_section
from tests.validators import valid_sitemap

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def listed(client):
    """{address: lastmod} of all that the index leads to."""

    def read():
        found = {}
        for address in valid_sitemap(client.get("/sitemap.xml").content):
            path = address.removeprefix("http://testserver")
            part = valid_sitemap(client.get(path).content)
            assert not found.keys() & part.keys()
            found |= part
        return found

    return read


# What is in no tree.
VIEWS = {
    f"http://localhost/{name}/"
    for name in ("ty-gia", "thoi-tiet", "thong-ke", "y-kien", "so-do-cong", "kenh-tin")
}


def test_every_public_page_is_listed_with_the_day_it_changed(home, listed):
    changed = timezone.make_aware(datetime(2026, 11, 20, 1))
    page = make_directive(last_published_at=changed)
    others = [make_news(), make_event()]
    found = listed()
    assert found[page.full_url] == "2026-11-20"
    assert set(found) == {
        "http://localhost/",
        "http://localhost/van-ban/",
        "http://localhost/tin-tuc/",
        "http://localhost/su-kien/",
        page.full_url,
        *(other.full_url for other in others),
        *VIEWS,
    }


def test_drafts_and_private_pages_are_not_listed(home, listed):
    make_news("Bản nháp", live=False)
    section = make_section(DirectiveIndexPage.objects.get(), "Nội bộ")
    PageViewRestriction.objects.create(page=section, restriction_type="login")
    make_directive(section, "Văn bản kín")
    gone = make_news("Đã gỡ")
    gone.unpublish()
    assert len(listed().keys() - VIEWS) == 4


def test_a_withdrawn_directive_stays_listed(home, listed):
    page = make_directive(withdrawn_on=timezone.localdate(), withdrawal_reason="Ban hành nhầm")
    assert page.full_url in listed()


def test_many_pages_are_split_and_the_index_lists_every_part(home, client, listed, monkeypatch):
    monkeypatch.setattr(PagesSitemap, "limit", 3)
    for number in range(6):
        make_news(f"Tin {number}")
    parts = valid_sitemap(client.get("/sitemap.xml").content)
    assert len([part for part in parts if "sitemap-pages" in part]) == 4
    assert len(listed().keys() - VIEWS) == 10


def test_the_index_says_when_anything_changed_last(home, client):
    for day in (3, 9, 6):
        make_news(f"Tin {day}", last_published_at=datetime(2026, 11, day, tzinfo=UTC))
    changed = valid_sitemap(client.get("/sitemap.xml").content)[
        "http://testserver/sitemap-pages.xml"
    ]
    assert changed.startswith("2026-11-09T07:00:00")


@pytest.mark.parametrize("address", ["/sitemap.xml", "/sitemap-pages.xml"])
def test_more_pages_take_no_more_queries(home, client, address):
    counts = []
    for start in (0, 50):
        for number in range(start, start + 50):
            make_news(f"Tin {number}")
        section = make_section(DirectiveIndexPage.objects.first(), f"Nội bộ {start}")
        PageViewRestriction.objects.create(page=section, restriction_type="login")
        client.get(address)  # fills caches
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] < 8


@pytest.mark.parametrize("address", ["/sitemap-pages.xml?p=2", "/sitemap-pages.xml?p=a"])
def test_a_part_that_does_not_exist_is_not_found(home, client, address):
    assert client.get(address).status_code == 404


def test_an_unknown_section_is_not_found(home, client):
    assert client.get("/sitemap-khac.xml").status_code == 404


def test_a_portal_that_is_all_private_has_an_empty_sitemap(home, client):
    PageViewRestriction.objects.create(page=home, restriction_type="login")
    response = client.get("/sitemap-pages.xml")
    assert response.status_code == 200
    assert b"<loc>" not in response.content


def test_robots_are_told_what_to_leave_alone_and_where_the_sitemap_is(home, client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /admin/", "Disallow: /live/"} <= set(lines)
    assert lines[-1] == "Sitemap: http://localhost/sitemap.xml"
    assert "Disallow: /" not in lines
    assert not response.cookies


def test_robots_of_a_portal_without_pages_get_an_answer_too(client):
    Site.objects.all().delete()
    assert client.get("/robots.txt").status_code == 200
