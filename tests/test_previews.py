"""What an editor sees of a draft before anybody else does."""

import pytest
from django.urls import reverse

from sidebar.models import PageViews
from tests.factories import make_directive, make_event, make_home, make_news, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("make", [make_directive, make_news, make_event])
def test_an_article_is_previewed_as_readers_meet_it_in_lists(client, make):
    make_home()
    page = make(summary="Hai câu cho danh sách.")
    page.title = "Tên của bản nháp"
    page.save_revision()
    client.force_login(make_user("quantri", is_superuser=True))
    address = reverse("wagtailadmin_pages:view_draft", args=[page.pk])
    text = client.get(address, {"mode": "listed"}).content.decode()
    assert text.count("Tên của bản nháp</a>") == 3
    assert "Hai câu cho danh sách." in text
    assert not PageViews.objects.exists()


@pytest.mark.parametrize("make", [make_directive, make_news, make_event])
def test_the_page_itself_comes_first(client, make):
    make_home()
    page = make(title="Bản nháp")
    page.save_revision()
    client.force_login(make_user("quantri", is_superuser=True))
    text = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).content.decode()
    assert "<h1>Bản nháp</h1>" in text
    assert "data-page" not in text
    assert page.default_preview_mode == ""
    assert [size["name"] for size in page.preview_sizes] == ["mobile", "tablet", "desktop"]
