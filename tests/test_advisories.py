"""One test for each security advisory of Wagtail since November 2023, against this portal.

So that neither an upgrade nor a setting of ours brings one of them back. Where the portal lacks the
part that was at fault, the test says that it lacks it."""

import os
import subprocess
import sys

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.models import Collection, CollectionViewRestriction, Locale, TranslatableMixin
from wagtail.snippets.models import get_snippet_models

from articles.models import Author, NewsIndexPage, NewsPage
from home.founding import lay_english
from home.models import OfficeSettings
from home.offices import set_up
from office.roles import EDITORS
from tests.factories import (
    make_document,
    make_home,
    make_image,
    make_news,
    make_unit,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def units():
    """A draft of one unit, and the editor of another."""
    make_home()
    set_up()
    news = NewsIndexPage.objects.get()
    people = {}
    for name in ("A", "B"):
        section = news.add_child(instance=NewsIndexPage(title=f"Tin {name}"))
        unit = make_unit(f"Đơn vị {name}", section)
        people[name] = (section, make_user(f"bientap{name}", unit.editors.name), unit)
    section, editor, unit = people["A"]
    page = section.add_child(instance=NewsPage(title="Chuyện kín", live=False, owner=editor))
    page.save_revision(user=editor)
    return {"page": page, "section": section, "unit": unit, "stranger": people["B"][1]}


@pytest.fixture
def stranger(client, units):
    client.force_login(units["stranger"])
    client.raise_request_exception = False
    return client


def is_refused(response):
    return response.status_code in (302, 403, 404) and "Chuyện kín" not in response.text


def translate_address(page):
    return reverse("simple_translation:submit_page_translation", args=[page.pk])


def translate(client, page):
    english = Locale.objects.get(language_code="en")
    return client.post(translate_address(page), {"locales": [english.pk]})


def closed_document():
    """A file that lies below a closed collection."""
    closed = Collection.get_first_root_node().add_child(name="Kín")
    CollectionViewRestriction.objects.create(
        collection=closed, restriction_type=CollectionViewRestriction.LOGIN
    )
    document = make_document("Chuyện kín")
    document.collection = closed.add_child(name="Trong kín")
    document.save()
    return document


def test_cve_2024_32882_a_field_that_asks_for_a_permission_is_no_field_without_it():
    panel = ObjectList(
        [FieldPanel("name"), FieldPanel("email", permission="home.change_officesettings")]
    ).bind_to_model(OfficeSettings)
    make_home()
    for user, fields in [
        (make_user("lan", EDITORS), ["name"]),
        (make_user("quan", is_superuser=True), ["name", "email"]),
    ]:
        assert list(panel.get_form_class()(for_user=user).fields) == fields


def test_cve_2024_35228_settings_ask_for_permission(stranger):
    settings = OfficeSettings.objects.get()
    address = reverse("wagtailsettings:edit", args=["home", "officesettings", settings.site_id])
    assert is_refused(stranger.get(address))
    assert is_refused(stranger.post(address, {"name": "Của tôi"}))
    assert OfficeSettings.objects.get().name == "Tỉnh Quảng Trị"


def test_cve_2024_39317_a_question_can_not_hold_up_a_process():
    """A process of its own, which a question that runs away could not take this one with it."""
    code = (
        "from wagtail.search.utils import parse_query_string as parse\n"
        "for question in ('a:' * 50_000, '\"' * 50_000, 'x' * 100_000, ' ' * 100_000 + ':'):\n"
        "    parse(question)\n"
        "print('done')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "done\n", done.stderr


def test_cve_2026_25517_previews_ask_for_permission(stranger, units):
    page, section = units["page"], units["section"]
    add = ["articles", "newspage", section.pk]
    for address in (
        reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk]),
        reverse("wagtailadmin_pages:preview_on_add", args=add),
        reverse("wagtailadmin_pages:view_draft", args=[page.pk]),
        reverse("wagtailadmin_pages:revisions_view", args=[page.pk, page.latest_revision_id]),
    ):
        assert is_refused(stranger.get(address)), address
        assert is_refused(stranger.post(address, {"title": "x", "slug": "x"})), address


def test_cve_2026_28222_classes_of_table_cells_are_escaped():
    value = {
        "data": [["ô"]],
        "cell": [{"row": 0, "col": 0, "className": '"><script>alert(1)</script>'}],
        "first_row_is_table_header": False,
        "first_col_is_header": False,
    }
    assert "<script>" not in TableBlock().render(value)


def test_cve_2026_28223_titles_in_messages_are_escaped(client):
    make_home()
    page = make_news("<script>alert(1)</script>")
    client.force_login(make_user("quan", is_superuser=True, is_staff=True))
    client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
    lay_english()
    CopyPageForTranslationAction(
        NewsIndexPage.objects.get(), Locale.objects.get(language_code="en")
    ).execute()
    assert translate(client, page).status_code == 302
    shown = client.get("/admin/").text
    # Of each act, what was done.
    assert shown.count("alert(1)") >= 2
    assert "<script>alert(1)" not in shown
    assert NewsPage.objects.filter(title=page.title).count() == 2


def test_cve_2026_44197_comparing_versions_asks_for_permission(stranger, units):
    args = [units["page"].pk, "earliest", "latest"]
    assert is_refused(stranger.get(reverse("wagtailadmin_pages:revisions_compare", args=args)))


def test_cve_2026_44198_the_history_asks_for_permission(stranger, units):
    for name in ("history", "history_results", "workflow_history"):
        address = reverse(f"wagtailadmin_pages:{name}", args=[units["page"].pk])
        assert is_refused(stranger.get(address)), name


def test_cve_2026_44199_submissions_of_forms_are_of_no_page_here(stranger, units):
    for name in ("list_submissions", "delete_submissions"):
        address = reverse(f"wagtailforms:{name}", args=[units["page"].pk])
        assert is_refused(stranger.get(address)), name
        assert is_refused(stranger.post(address)), name


def test_cve_2026_44200_copying_asks_for_permission(stranger, units):
    page, section = units["page"], units["section"]
    address = reverse("wagtailadmin_pages:copy", args=[page.pk])
    assert is_refused(stranger.get(address))
    stranger.post(address, {"new_title": "Sao", "new_slug": "sao", "new_parent_page": section.pk})
    assert not NewsPage.objects.filter(title="Sao").exists()


@pytest.mark.parametrize("kind", ["documents", "images"])
def test_cve_2026_44201_the_public_api_lists_no_files(client, kind):
    make_home()
    closed_document()
    for address in (f"/api/v2/{kind}/", f"/api/{kind}/", f"/api/v1/{kind}/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "Chuyện kín" not in response.text


@pytest.mark.parametrize(
    ("app", "make"), [("wagtaildocs", make_document), ("wagtailimages", make_image)]
)
def test_cve_2026_54259_what_was_chosen_is_told_to_those_who_may_choose_it(
    stranger, units, app, make
):
    thing = make("Chuyện kín")
    thing.collection = units["unit"].collection
    thing.save()
    for address in (
        reverse(f"{app}_chooser:chosen", args=[thing.pk]),
        reverse(f"{app}_chooser:chosen_multiple") + f"?id={thing.pk}",
        reverse(f"{app}_chooser:choose_results") + "?q=kin",
    ):
        response = stranger.get(address, headers={"x-requested-with": "XMLHttpRequest"})
        assert "Chuyện kín" not in response.text, address


def picture_preview(image, spec):
    return reverse("wagtailimages:preview", args=[image.pk, spec])


def test_cve_2026_54261_previews_of_pictures_ask_for_permission(stranger, units):
    image = make_image()
    image.collection = units["unit"].collection
    image.save()
    assert is_refused(stranger.get(picture_preview(image, "original")))


def test_cve_2026_54262_a_translation_is_for_those_who_may_write_the_page(stranger, units):
    page = units["page"]
    lay_english()
    english = Locale.objects.get(language_code="en")
    for above in (NewsIndexPage.objects.get(depth=3), units["section"]):
        CopyPageForTranslationAction(above, english).execute()
    assert units["stranger"].has_perm("simple_translation.submit_translation")
    assert is_refused(stranger.get(translate_address(page)))
    assert is_refused(translate(stranger, page))
    action = reverse("wagtailadmin_api:pages:action", args=[page.pk, "copy_for_translation"])
    for more in ({}, {"alias": True}, {"copy_parents": True}, {"recursive": True}):
        answer = stranger.post(action, {"locale": "en"} | more, "application/json")
        assert is_refused(answer), more
    assert not page.has_translation(english)


def test_cve_2026_54262_no_record_besides_pages_is_translated():
    assert not [model for model in get_snippet_models() if issubclass(model, TranslatableMixin)]


@pytest.mark.parametrize("spec", ["width-100000000", "fill-99999x99999", "scale-9999999"])
def test_cve_2026_54260_a_preview_makes_no_picture_without_bounds(client, spec):
    make_home()
    image = make_image(size=(40, 30))
    client.force_login(make_user("quan", is_superuser=True, is_staff=True))
    response = client.get(picture_preview(image, f"{spec}|{spec}|{spec}"))
    size = sum(len(chunk) for chunk in response) if response.status_code == 200 else 0
    assert size < 100_000


def test_cve_2026_54263_the_generator_of_addresses_repeats_no_script(client):
    make_home()
    image = make_image()
    client.force_login(make_user("quan", is_superuser=True, is_staff=True))
    for name in ("url_generator", "url_generator_output"):
        response = client.get(
            reverse(f"wagtailimages:{name}", args=[image.pk]),
            {"filter_method": "<script>alert(1)</script>", "width": '"><script>'},
        )
        if response.headers["Content-Type"].startswith("text/html"):
            assert "<script>alert(1)" not in response.text


def test_ghsa_3vrh_the_admins_api_asks_for_permission(stranger, units):
    page = units["page"]
    listing = reverse("wagtailadmin_api:pages:listing")
    for address in (
        reverse("wagtailadmin_api:pages:detail", args=[page.pk]),
        f"{listing}?child_of={units['section'].pk}",
        f"{listing}?search=kin",
        f"{listing}?fields=*&for_explorer=1",
    ):
        assert "Chuyện kín" not in stranger.get(address).text, address


def test_ghsa_c2xx_the_admins_api_tells_no_file_below_a_closed_collection(client):
    make_home()
    document = closed_document()
    for name in ("documents", "images"):
        listing = f"/admin/api/main/{name}/"
        assert "Chuyện kín" not in client.get(listing).text
        assert "Chuyện kín" not in client.get(f"{listing}{document.pk}/").text


def test_ghsa_x5cx_copying_a_record_asks_for_permission_to_see_it(client):
    make_home()
    author = Author.objects.create(name="Chuyện kín")
    user = make_user("lan", EDITORS)
    user.user_permissions.add(
        Permission.objects.get(
            codename="add_author", content_type=ContentType.objects.get_for_model(Author)
        )
    )
    client.force_login(user)
    address = reverse(Author.snippet_viewset.get_url_name("copy"), args=[author.pk])
    assert is_refused(client.get(address))


def test_ghsa_jm5p_nothing_is_copied_for_translation_without_permission(stranger, units):
    address = reverse(
        "wagtailadmin_api:pages:action", args=[units["page"].pk, "copy_for_translation"]
    )
    response = stranger.post(address, {"locale": "vi"}, "application/json")
    assert is_refused(response)


def test_ghsa_92hv_conditions_tell_nothing_of_a_closed_file(client):
    make_home()
    document = closed_document()
    plain = client.get(document.url)
    for headers in (
        {"if-none-match": f'"{document.get_file_hash()}"'},
        {"if-match": '"0"'},
        {"if-none-match": "*"},
    ):
        response = client.get(document.url, headers=headers)
        assert (response.status_code, response.get("ETag")) == (plain.status_code, None)
    assert plain.status_code in (302, 403)
