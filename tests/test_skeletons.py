"""A new page starts with the places of its kind; those left blank don't come along."""

import json

import pytest
from django.urls import reverse
from wagtail.blocks import StreamBlockValidationError

from articles.blocks import DirectiveStreamBlock
from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage, NewsPage
from tests.factories import make_home, make_news, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "parent", "types"),
    [
        ("newspage", NewsIndexPage, ["text"]),
        ("directivepage", DirectiveIndexPage, ["text", "provision", "provision"]),
        ("eventpage", EventIndexPage, ["text", "heading", "text"]),
    ],
)
def test_a_new_page_starts_with_the_skeleton_of_its_kind(client, kind, parent, types):
    make_home()
    client.force_login(make_user("quantri", is_superuser=True))
    address = reverse("wagtailadmin_pages:add", args=["articles", kind, parent.objects.get().pk])
    form = client.get(address).context["form"]
    body = form["body"].value()
    assert [child.block_type for child in body] == types
    # The editor would give the panels of all that have none the same id.
    ids = {child.id for child in body}
    assert None not in ids
    assert len(ids) == len(types)


def test_a_page_that_exists_gets_no_skeleton(client):
    make_home()
    page = make_news()
    client.force_login(make_user("quantri", is_superuser=True))
    form = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).context["form"]
    assert len(form["body"].value()) == len(page.body)


def provision(number, **facts):
    value = {"number": number, "title": "", "text": "", "clauses": []} | facts
    return {"type": "provision", "value": value}


def test_what_stayed_blank_is_not_handed_in():
    block = DirectiveStreamBlock(required=False)
    body = [
        {"type": "text", "value": "<p></p>"},
        provision("1"),
        provision("1", title="Phạm vi"),
        {"type": "heading", "value": {"text": " ", "level": "2", "anchor": ""}},
        {"type": "text", "value": "<p>Lời.</p>"},
    ]
    cleaned = block.clean(block.to_python(body))
    assert [child.block_type for child in cleaned] == ["provision", "text"]
    assert cleaned[0].value["title"] == "Phạm vi"


def test_a_draft_keeps_its_blank_places():
    block = DirectiveStreamBlock(required=False)
    block.defer_required_validation()
    assert len(block.clean(block.to_python([{"type": "text", "value": ""}, provision("1")]))) == 2


def test_an_error_is_told_of_the_block_that_the_editor_sees():
    block = DirectiveStreamBlock(required=False)
    body = [{"type": "text", "value": ""}, provision("3", title="A"), provision("3", title="B")]
    with pytest.raises(StreamBlockValidationError) as caught:
        block.clean(block.to_python(body))
    assert list(caught.value.block_errors) == [2]


def test_a_draft_with_a_blank_skeleton_is_saved_and_handed_in_without_it(client):
    make_home()
    client.force_login(make_user("quantri", is_superuser=True))
    parent = NewsIndexPage.objects.get()
    address = reverse("wagtailadmin_pages:add", args=["articles", "newspage", parent.pk])
    facts = client.get(address).context["form"]
    posted = {
        "title": "Tin mới",
        "slug": "tin-moi",
        "posted_on": "01/11/2026",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "text",
        "body-0-id": "",
        "body-0-value": json.dumps({"blocks": [], "entityMap": {}}),
    }
    for formset in facts.formsets.values():
        posted |= {f"{formset.prefix}-TOTAL_FORMS": "0", f"{formset.prefix}-INITIAL_FORMS": "0"}
    client.post(address, posted)
    page = NewsPage.objects.get(slug="tin-moi")
    assert len(page.get_latest_revision_as_object().body) == 1
    posted["action-submit"] = "action-submit"
    client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), posted)
    page.refresh_from_db()
    assert page.workflow_in_progress
    assert len(page.get_latest_revision_as_object().body) == 0
