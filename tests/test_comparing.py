"""Two versions side by side, in an editor's words."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from tests.factories import make_directive, make_home, make_news, make_user

pytestmark = pytest.mark.django_db


def compared(client, page):
    client.force_login(make_user("quantri", is_superuser=True))
    address = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "earliest", "latest"])
    return client.get(address).content.decode()


def test_days_are_written_as_people_write_them(client):
    make_home()
    page = make_directive()
    page.save_revision()
    page.expires_on = date(2027, 3, 31)
    page.signed_on = date(2014, 6, 15)
    page.save_revision()
    text = compared(client, page)
    assert '<span class="addition">31/3/2027</span>' in text
    assert (
        '<span class="deletion">16/6/2014</span> → <span class="addition">15/6/2014</span>' in text
    )
    assert "None" not in strip_tags(text)


def test_choices_in_blocks_are_named_as_the_editor_chose_them(client):
    make_home()
    page = make_news()
    callout = {"kind": "note", "heading": "", "text": "<p>Hạn nộp.</p>"}
    block = {"type": "callout", "id": "a", "value": callout}
    page.body = page.body.stream_block.to_python([block])
    page.save_revision()
    block["value"] = callout | {"kind": "deadline"}
    page.body = page.body.stream_block.to_python([block])
    page.save_revision()
    text = compared(client, page)
    assert "deadline" not in text
    assert '<span class="addition">Thời' in text
