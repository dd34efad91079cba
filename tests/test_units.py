"""Each unit writes in its own sections and sees no drafts of others."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Collection, Page

from articles.models import NewsIndexPage, NewsPage
from home.offices import set_up
from office.models import Territory, Unit, UnitSection
from tests.factories import make_home, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def units():
    """Two units with a section, a reporter and an editor each."""
    make_home()
    set_up()
    news = NewsIndexPage.objects.get()
    made = {}
    for name in ("Sở Y tế", "Sở Nội vụ"):
        section = news.add_child(instance=NewsIndexPage(title=f"Tin {name}"))
        unit = make_unit(name, section)
        made[name] = {
            "unit": unit,
            "section": section,
            "reporter": make_user(f"phongvien {name}", unit.reporters.name),
            "editor": make_user(f"bientap {name}", unit.editors.name),
        }
    return made


def draft_in(section, owner, title="Bản thảo kín"):
    page = section.add_child(instance=NewsPage(title=title, live=False, owner=owner))
    page.save_revision(user=owner)
    return page


def test_a_unit_has_its_groups_and_its_collection(units):
    unit = units["Sở Y tế"]["unit"]
    assert unit.reporters.name == "Phóng viên · Sở Y tế"
    assert unit.editors.name == "Biên tập viên · Sở Y tế"
    assert unit.collection.name == "Sở Y tế"
    unit.name = "Sở Y tế tỉnh"
    unit.save()
    assert Group.objects.filter(name="Phóng viên · Sở Y tế tỉnh").exists()
    assert Group.objects.filter(name__contains="Sở Y tế").count() == 2
    assert Collection.objects.filter(name__contains="Sở Y tế").count() == 1


@pytest.mark.parametrize("who", ["reporter", "editor"])
def test_its_people_write_in_their_section_and_nowhere_else(client, units, who):
    ours, theirs = units["Sở Y tế"], units["Sở Nội vụ"]
    client.force_login(ours[who])
    for place, status in [(ours, 200), (theirs, 302)]:
        address = reverse(
            "wagtailadmin_pages:add", args=["articles", "newspage", place["section"].pk]
        )
        assert client.get(address).status_code == status


@pytest.mark.parametrize("who", ["reporter", "editor"])
def test_another_units_drafts_are_nowhere(client, units, who):
    ours, theirs = units["Sở Y tế"], units["Sở Nội vụ"]
    page = draft_in(theirs["section"], theirs["reporter"])
    client.force_login(ours[who])
    for name in ("edit", "view_draft", "history"):
        answer = client.get(reverse(f"wagtailadmin_pages:{name}", args=[page.pk]))
        assert answer.status_code in (302, 403), name
    addresses = [
        "/admin/",
        reverse("wagtailadmin_explore_root"),
        reverse("wagtailadmin_explore", args=[theirs["section"].pk]),
        reverse("wagtailadmin_pages:search") + "?q=kin",
        reverse("wagtailadmin_choose_page_child", args=[theirs["section"].pk]),
        reverse("wagtailadmin_choose_page_search") + "?q=kin",
        reverse("wagtailadmin_api:pages:listing") + f"?child_of={theirs['section'].pk}",
        reverse("wagtailadmin_api:pages:detail", args=[page.pk]),
    ]
    for address in addresses:
        assert "Bản thảo kín" not in client.get(address).text, address


@pytest.mark.parametrize("who", ["reporter", "editor"])
def test_nor_does_the_chooser_tell_of_them_by_number(client, units, who):
    ours, theirs = units["Sở Y tế"], units["Sở Nội vụ"]
    mine = draft_in(ours["section"], ours["reporter"], "Của mình")
    page = draft_in(theirs["section"], theirs["reporter"])
    client.force_login(ours[who])
    chosen = client.get(
        reverse("wagtailadmin_choose_page_chosen_multiple"), {"id": [page.pk, mine.pk]}
    )
    assert [one["adminTitle"] for one in chosen.json()["result"]] == ["Của mình"]
    for asked, opened, title in [(page, theirs["section"], "Bản thảo kín"), (mine, mine, "")]:
        shown = client.get(reverse("wagtailadmin_choose_page_child", args=[asked.pk])).json()
        assert shown["parent_page_id"] == opened.pk
        assert not title or title not in shown["html"]


def test_a_reporter_edits_their_own_pages_and_an_editor_those_of_the_unit(client, units):
    ours = units["Sở Y tế"]
    mine = draft_in(ours["section"], ours["reporter"], "Của tôi")
    others = draft_in(ours["section"], ours["editor"], "Của chị")
    for who, page, status in [
        ("reporter", mine, 200),
        ("reporter", others, 302),
        ("editor", mine, 200),
        ("editor", others, 200),
    ]:
        client.force_login(ours[who])
        answer = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert answer.status_code == status, (who, page)


def test_what_a_unit_writes_goes_through_the_review_of_the_portal(units):
    ours = units["Sở Y tế"]
    page = draft_in(ours["section"], ours["reporter"])
    assert page.get_workflow().name == "Duyệt hai bước"


def test_a_section_that_is_given_up_is_closed_to_them(client, units):
    ours = units["Sở Y tế"]
    other = NewsIndexPage.objects.first().add_child(instance=NewsIndexPage(title="Mục mới"))
    unit = Unit.objects.get(pk=ours["unit"].pk)
    unit.sections = [UnitSection(page=other)]
    unit.save()
    client.force_login(ours["editor"])
    old, new = (
        client.get(reverse("wagtailadmin_pages:add", args=["articles", "newspage", pk])).status_code
        for pk in (ours["section"].pk, other.pk)
    )
    assert (old, new) == (302, 200)


def test_a_page_belongs_to_the_nearest_unit_above_it(units, django_assert_num_queries):
    ours = units["Sở Y tế"]
    inner = ours["section"].add_child(instance=NewsIndexPage(title="Tin trạm y tế"))
    page = draft_in(inner, ours["editor"])
    with django_assert_num_queries(1):
        territory = Territory()
        assert territory.unit_of(page.path) == ours["unit"]
        assert territory.unit_of(ours["section"].path) == ours["unit"]
        assert territory.unit_of("00010001") is None


@pytest.mark.parametrize("who", ["reporter", "editor"])
def test_the_menu_asks_once_for_what_a_unit_writes(client, units, who):
    client.force_login(units["Sở Y tế"][who])
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("office_notices"))
    assert len([query for query in asked if '"office_unitsection"' in query["sql"]]) == 1


def test_a_unit_that_is_deleted_leaves_its_people_and_pages(units):
    ours = units["Sở Y tế"]
    page = draft_in(ours["section"], ours["editor"])
    ours["unit"].delete()
    assert Page.objects.filter(pk=page.pk).exists()
    assert ours["editor"].groups.count() == 0


def test_units_that_are_deleted_together_leave_no_rights_behind(client, units):
    ours = units["Sở Y tế"]
    client.force_login(make_user("quan", is_superuser=True, is_staff=True))
    address = reverse("wagtail_bulk_action", args=["office", "unit", "delete"])
    client.post(f"{address}?id={ours['unit'].pk}")
    assert not Unit.objects.filter(name="Sở Y tế").exists()
    assert not Group.objects.filter(name__contains="Sở Y tế").exists()
    assert not ours["section"].permissions_for_user(ours["editor"]).can_add_subpage()
    # Nor has another unit of that name the people of the first.
    again = make_unit("Sở Y tế", ours["section"])
    assert not again.editors.user_set.exists()


def test_only_administrators_make_units(client, units):
    client.force_login(units["Sở Y tế"]["editor"])
    address = reverse(Unit.snippet_viewset.get_url_name("add"))
    assert client.get(address).status_code == 302
    client.force_login(make_user("quan", is_superuser=True, is_staff=True))
    assert client.get(address).status_code == 200


def test_roles_and_units_are_explained_to_everybody(client, units):
    client.force_login(units["Sở Y tế"]["reporter"])
    page = client.get(reverse("office_roles")).text
    for words in ("Phóng viên", "Ban biên tập", "Vận hành", "Sở Nội vụ", "phongvien Sở Y tế"):
        assert words in page
