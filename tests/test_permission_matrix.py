"""Who may do what: nine kinds of people, 38 acts, each by its direct address and by its effect.

The table below is the rule; a cell that differs from what the portal does is a failure."""

from dataclasses import dataclass, field
from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from PIL import Image as Pixels
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    Page,
    PageViewRestriction,
)
from wagtail.test.utils.form_data import nested_form_data, querydict_from_html

from articles.models import (
    DirectiveIndexPage,
    DirectivePage,
    DirectiveType,
    Issuer,
    NewsIndexPage,
    NewsPage,
)
from home.founding import lay_english
from home.models import OfficeSettings
from home.offices import set_up
from office import emergencies
from office.roles import BOARD, KEEPERS, OPERATORS, REVIEWERS
from polls.models import Poll
from sidebar.models import FeedState, Sidebar
from tests.factories import (
    make_directive,
    make_document,
    make_home,
    make_image,
    make_unit,
    make_user,
)
from tests.test_polls import rows_of

# Rights are asked for in Python: one database tells as much as two.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Anonymous; of unit A a reporter and an editor; an editor of unit B; reviewer; board; keeper of
# content; operator; superuser.
ROLES = [
    *("khách", "phóng viên", "biên tập", "đơn vị khác", "kiểm duyệt"),
    *("ban biên tập", "nội dung", "vận hành", "quản trị"),
]
TABLE = """
                                                  khách  pv  bt  khác  kd  bbt  nd  vh  qt
opens a draft of unit A                             -    +   +    -    +    +   -   -   +
sees it in the admin's API                          -    +   +    -    +    +   -   -   +
compares its versions                               -    +   +    -    +    +   -   -   +
writes news in unit A's section                     -    +   +    -    +    +   -   -   +
writes a directive in unit A's register             -    +   +    -    +    +   -   -   +
changes a colleague's draft                         -    -   +    -    +    +   -   -   +
hands a draft of unit A in                          -    +   +    -    +    +   -   -   +
approves the first step                             -    -   -    -    +    -   -   -   +
approves the second step                            -    -   -    -    -    +   -   -   +
sends back with a reason                            -    -   -    -    +    -   -   -   +
approves their own text                             -    -   -    -    -    -   -   -   -
publishes while editing                             -    -   -    -    -    -   -   -   -
publishes while creating                            -    -   -    -    -    -   -   -   -
publishes in bulk                                   -    -   -    -    -    -   -   -   -
publishes by the admin's API                        -    -   -    -    -    -   -   -   -
publishes a copy                                    -    -   -    -    -    -   -   -   -
publishes another's text in an emergency            -    -   -    -    -    +   -   -   +
publishes their own text in an emergency            -    -   -    -    -    -   -   -   -
takes a page offline                                -    -   -    -    -    +   -   -   +
deletes a draft of unit A                           -    +   +    -    +    +   -   -   +
deletes what is online                              -    -   -    -    -    +   -   -   +
moves a draft to unit B                             -    -   -    -    +    +   -   -   +
translates a page of unit A                         -    -   +    -    +    +   -   -   +
translates a document of unit A                     -    -   -    -    -    -   -   -   -
translates a page by the admin's API                -    -   -    -    -    -   -   -   -
closes a page to the public                         -    -   -    -    -    +   -   -   +
writes a poll                                       -    -   -    -    -    +   -   -   +
publishes a poll                                    -    -   -    -    -    -   -   -   -
reads ballots                                       -    -   -    -    -    +   +   +   +
changes a sidebar                                   -    -   -    -    -    +   +   -   +
uploads a picture to unit A                         -    +   +    -    +    +   +   -   +
changes a picture of unit A                         -    -   +    -    -    +   +   -   +
opens a file of a closed collection                 -    -   -    -    -    +   -   -   +
opens a file of a collection inside it              -    -   -    -    -    +   -   -   +
changes the office's settings                       -    -   -    -    -    +   +   -   +
makes an account                                    -    -   -    -    -    -   -   -   +
reads the inspectors' report                        -    -   -    -    -    +   +   +   +
holds a source of figures                           -    -   -    -    -    +   -   +   +
"""


@dataclass
class World:
    """A portal with two units, a page in each state, and somebody of each kind."""

    people: dict = field(default_factory=dict)
    pages: dict = field(default_factory=dict)
    forms: dict = field(default_factory=dict)
    things: dict = field(default_factory=dict)


def draft(section, owner, title):
    page = section.add_child(instance=NewsPage(title=title, live=False, owner=owner))
    page.save_revision(user=owner)
    page.title = f"{title} (2)"
    page.save_revision(user=owner)
    return page


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    make_home()
    set_up()
    world = World()
    news, register = NewsIndexPage.objects.get(), DirectiveIndexPage.objects.get()
    section_a = news.add_child(instance=NewsIndexPage(title="Tin đơn vị A"))
    register_a = register.add_child(instance=DirectiveIndexPage(title="Văn bản đơn vị A"))
    section_b = news.add_child(instance=NewsIndexPage(title="Tin đơn vị B"))
    unit_a, unit_b = make_unit("Đơn vị A", section_a, register_a), make_unit("Đơn vị B", section_b)
    groups = [
        *(None, unit_a.reporters.name, unit_a.editors.name, unit_b.editors.name),
        *(REVIEWERS, BOARD, KEEPERS, OPERATORS),
    ]
    for number, (role, group) in enumerate(zip(ROLES, groups, strict=False)):
        if group:
            world.people[role] = make_user(f"nguoi{number}", group)
    world.people["quản trị"] = make_user("quantri", is_superuser=True, is_staff=True)
    colleague = make_user("dongnghiep", unit_a.editors.name)
    reviewer = make_user("kiemduyet2", REVIEWERS)

    pages = world.pages
    pages["section"], pages["register"], pages["elsewhere"] = section_a, register_a, section_b
    pages["theirs"] = draft(section_a, world.people["phóng viên"], "Bản nháp A")
    pages["colleague's"] = draft(section_a, colleague, "Bản nháp của đồng nghiệp")
    pages["online"] = section_a.add_child(instance=NewsPage(title="Đang đăng"))
    pages["online"].save_revision(user=colleague).publish(skip_permission_checks=True)
    for name in ("first", "second"):
        page = draft(section_a, colleague, f"Chờ duyệt {name}")
        page.get_workflow().start(page, colleague)
        pages[name] = page
    state = pages["second"].current_workflow_task_state
    state.task.specific.on_action(state, reviewer, "approve")

    pages["document"] = make_directive(register_a)
    lay_english()
    for section in (news, section_a):
        CopyPageForTranslationAction(section, Locale.objects.get(language_code="en")).execute()

    things = world.things
    things["poll"] = Poll.objects.create(question="Có nên?", live=False)
    things["poll"].save_revision(user=colleague)
    things["sidebar"] = Sidebar.objects.create(title="Cột bên", blocks=[])
    things["picture"] = make_image()
    things["picture"].collection = unit_a.collection
    things["picture"].save()
    things["collection"] = unit_a.collection
    closed = Collection.get_first_root_node().add_child(name="Kín")
    restriction = CollectionViewRestriction.objects.create(
        collection=closed, restriction_type=CollectionViewRestriction.GROUPS
    )
    restriction.groups.add(Group.objects.get(name=BOARD))
    for name, collection in (("closed", closed), ("inner", closed.add_child(name="Trong"))):
        things[name] = make_document(name)
        things[name].collection = collection
        things[name].save()
    FeedState.of("rates")

    boss = Client()
    boss.force_login(world.people["quản trị"])
    for name, address in {
        "add news": add_address(section_a, "newspage"),
        "add directive": add_address(register_a, "directivepage"),
    }.items():
        world.forms[name] = form_in(boss.get(address))
    for name in ("theirs", "colleague's"):
        world.forms[name] = form_in(boss.get(edit_address(pages[name])))
    world.forms["add poll"] = nested_form_data(
        {
            "question": "Nên chăng?",
            "opens_at": "2026-11-01 08:00",
            "closes_at": "",
            "most_choices": "1",
            "results_shown": "always",
            "inherited_source": "",
            "method_note": "",
            "choices": rows_of("Có", "Không"),
        }
    )
    return world


def form_in(response):
    """As a browser sends it whose editor has written no block."""
    return querydict_from_html(response.text, "page-edit-form").dict() | {"body-count": "0"}


def add_address(section, kind):
    return reverse("wagtailadmin_pages:add", args=["articles", kind, section.pk])


def edit_address(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def poll_address(name, *args):
    return reverse(Poll.snippet_viewset.get_url_name(name), args=args)


def opens(client, address):
    response = client.get(address)
    # To the end, which closes what is a file.
    return bool(response.getvalue()) and response.status_code == 200


def stored(page):
    return Page.objects.filter(pk=page.pk).first()


def is_live(page):
    return stored(page).live


def own_text(world, user):
    """A text of the very person who tries, handed in by them; None for who can't have one."""
    if user is None:
        return None
    page = draft(world.pages["section"], user, "Bài của chính mình")
    page.get_workflow().start(page, user)
    return page


def decide(client, page, action, comment=""):
    state = stored(page).current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])
    client.post(address, {"comment": comment})


def step_of(page):
    state = stored(page).current_workflow_state
    return state and state.current_task_state.task.name


def save(client, world, name, **more):
    data = world.forms[name] | {"title": "Lời mới"} | more
    return client.post(edit_address(world.pages[name]), data)


# Each act: whether it had its effect.


def opens_a_draft(client, world, user):
    return opens(client, edit_address(world.pages["theirs"]))


def sees_it_in_the_api(client, world, user):
    return opens(client, reverse("wagtailadmin_api:pages:detail", args=[world.pages["theirs"].pk]))


def compares_versions(client, world, user):
    page = world.pages["theirs"]
    args = [page.pk, "earliest", "latest"]
    return opens(client, reverse("wagtailadmin_pages:revisions_compare", args=args))


def writes_news(client, world, user):
    data = world.forms["add news"] | {"title": "Tin mới", "slug": "tin-moi"}
    client.post(add_address(world.pages["section"], "newspage"), data)
    return NewsPage.objects.filter(title="Tin mới").exists()


def writes_a_directive(client, world, user):
    data = world.forms["add directive"] | {
        "title": "Chỉ thị mới",
        "slug": "chi-thi-moi",
        "signed_on": "2026-06-16",
        "type": DirectiveType.objects.get_or_create(name="Chỉ thị")[0].pk,
        "issuer": Issuer.objects.get_or_create(name="UBND tỉnh")[0].pk,
    }
    client.post(add_address(world.pages["register"], "directivepage"), data)
    return DirectivePage.objects.filter(title="Chỉ thị mới").exists()


def changes_a_colleagues_draft(client, world, user):
    save(client, world, "colleague's")
    return stored(world.pages["colleague's"]).get_latest_revision().object_str == "Lời mới"


def hands_in(client, world, user):
    save(client, world, "theirs", **{"action-submit": "1"})
    return bool(stored(world.pages["theirs"]).workflow_in_progress)


def approves_first(client, world, user):
    decide(client, world.pages["first"], "approve")
    return step_of(world.pages["first"]) == "Ban biên tập duyệt đăng"


def approves_second(client, world, user):
    decide(client, world.pages["second"], "approve")
    return is_live(world.pages["second"])


def sends_back(client, world, user):
    decide(client, world.pages["first"], "reject", "Thiếu nguồn")
    return not stored(world.pages["first"]).workflow_in_progress


def approves_own(client, world, user):
    if (page := own_text(world, user)) is None:
        return False
    decide(client, page, "approve")
    return is_live(page) or step_of(page) != "Kiểm duyệt"


def publishes_while_editing(client, world, user):
    save(client, world, "theirs", **{"action-publish": "1"})
    return is_live(world.pages["theirs"])


def publishes_while_creating(client, world, user):
    data = world.forms["add news"] | {"title": "Đăng", "slug": "dang", "action-publish": "1"}
    client.post(add_address(world.pages["section"], "newspage"), data)
    return NewsPage.objects.filter(title="Đăng", live=True).exists()


def publishes_in_bulk(client, world, user):
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client.post(f"{address}?id={world.pages['theirs'].pk}", {"include_descendants": "on"})
    return is_live(world.pages["theirs"])


def publishes_by_api(client, world, user):
    args = [world.pages["theirs"].pk, "publish"]
    client.post(reverse("wagtailadmin_api:pages:action", args=args), {}, "application/json")
    return is_live(world.pages["theirs"])


def publishes_a_copy(client, world, user):
    data = {
        "new_title": "Bản sao",
        "new_slug": "ban-sao",
        "new_parent_page": world.pages["section"].pk,
        "alias": "on",
    }
    for name in ("online", "theirs"):
        address = reverse("wagtailadmin_pages:copy", args=[world.pages[name].pk])
        client.post(address, data | {"publish_copies": "on"})
        client.post(address, data)
    return Page.objects.filter(title="Bản sao", live=True).exists()


def publishes_in_emergency(client, world, user):
    return in_emergency(client, world.pages["first"])


def publishes_own_in_emergency(client, world, user):
    if (page := own_text(world, user)) is None:
        return False
    return in_emergency(client, page)


def in_emergency(client, page):
    version = emergencies.version_of(Page.objects.get(pk=page.pk).get_latest_revision())
    answers = {"reason": "Bão vào trong đêm", "version": version}
    client.post(reverse("office_emergency", args=[page.pk]), answers)
    return is_live(page)


def takes_offline(client, world, user):
    client.post(reverse("wagtailadmin_pages:unpublish", args=[world.pages["online"].pk]))
    return not is_live(world.pages["online"])


def deletes_a_draft(client, world, user):
    client.post(reverse("wagtailadmin_pages:delete", args=[world.pages["theirs"].pk]))
    return stored(world.pages["theirs"]) is None


def deletes_what_is_online(client, world, user):
    client.post(reverse("wagtailadmin_pages:delete", args=[world.pages["online"].pk]))
    return stored(world.pages["online"]) is None


def moves(client, world, user):
    args = [world.pages["theirs"].pk, world.pages["elsewhere"].pk]
    client.post(reverse("wagtailadmin_pages:move_confirm", args=args))
    return stored(world.pages["theirs"]).get_parent().pk == world.pages["elsewhere"].pk


def translates(client, world, user):
    return translated(client, world.pages["online"])


def translates_a_document(client, world, user):
    return translated(client, world.pages["document"])


def translated(client, page):
    """Whether the form opens, and makes a draft."""
    address = reverse("simple_translation:submit_page_translation", args=[page.pk])
    opened = opens(client, address)
    client.post(address, {"locales": [Locale.objects.get(language_code="en").pk]})
    made = page.get_translations().exists()
    # What one is refused, the other does not do.
    assert opened == made
    return made


def translates_by_api(client, world, user):
    for name in ("online", "document"):
        args = [world.pages[name].pk, "copy_for_translation"]
        address = reverse("wagtailadmin_api:pages:action", args=args)
        for more in ({}, {"alias": True, "copy_parents": True}):
            client.post(address, {"locale": "en"} | more, "application/json")
    return any(world.pages[name].get_translations() for name in ("online", "document"))


def closes(client, world, user):
    address = reverse("wagtailadmin_pages:set_privacy", args=[world.pages["online"].pk])
    client.post(address, {"restriction_type": "login"})
    return PageViewRestriction.objects.exists()


def writes_a_poll(client, world, user):
    client.post(poll_address("add"), world.forms["add poll"])
    return Poll.objects.filter(question="Nên chăng?").exists()


def publishes_a_poll(client, world, user):
    poll = world.things["poll"]
    data = world.forms["add poll"] | {"action-publish": "1"}
    client.post(poll_address("edit", poll.pk), data)
    client.post(poll_address("add"), data)
    return Poll.objects.filter(live=True).exists()


def reads_ballots(client, world, user):
    address = reverse("polls_audit", args=[world.things["poll"].pk])
    return opens(client, address) and opens(client, "/admin/polls/ballot/")


def changes_a_sidebar(client, world, user):
    sidebar = world.things["sidebar"]
    address = reverse(Sidebar.snippet_viewset.get_url_name("edit"), args=[sidebar.pk])
    client.post(address, {"title": "Cột khác", "blocks-count": "0"})
    return Sidebar.objects.filter(title="Cột khác").exists()


def uploads_a_picture(client, world, user):
    content = BytesIO()
    Pixels.new("RGB", (8, 8), "#4477aa").save(content, "PNG")
    data = {
        "title": "Ảnh mới",
        "file": SimpleUploadedFile("anh.png", content.getvalue(), "image/png"),
        "collection": world.things["collection"].pk,
        "tags": "",
        "description": "",
    }
    client.post(reverse("wagtailimages:add"), data)
    uploaded = get_image_model().objects.filter(title="Ảnh mới")
    return uploaded.filter(collection=world.things["collection"]).exists()


def changes_a_picture(client, world, user):
    picture = world.things["picture"]
    data = {
        "title": "Ảnh khác",
        "collection": picture.collection_id,
        "tags": "",
        "description": "",
    }
    client.post(reverse("wagtailimages:edit", args=[picture.pk]), data)
    return get_image_model().objects.filter(title="Ảnh khác").exists()


def opens_a_closed_file(client, world, user):
    return opens(client, get_document_model().objects.get(title="closed").url)


def opens_an_inner_file(client, world, user):
    return opens(client, get_document_model().objects.get(title="inner").url)


def changes_settings(client, world, user):
    settings = OfficeSettings.objects.get()
    args = ["home", "officesettings", settings.site_id]
    client.post(
        reverse("wagtailsettings:edit", args=args), {"name": "Tỉnh khác", "portal_label": "Cổng"}
    )
    return OfficeSettings.objects.filter(name="Tỉnh khác").exists()


def makes_an_account(client, world, user):
    data = {
        "username": "nguoimoi",
        "email": "moi@example.test",
        "first_name": "Người",
        "last_name": "Mới",
        "password1": "mat-khau-rat-dai-42",
        "password2": "mat-khau-rat-dai-42",
        "is_superuser": "on",
    }
    client.post(reverse("wagtailusers_users:add"), data)
    return get_user_model().objects.filter(username="nguoimoi").exists()


def reads_the_report(client, world, user):
    return opens(client, reverse("inspection"))


def holds_a_source(client, world, user):
    address = reverse("sidebar_hold", args=["rates"])
    client.post(address, {"rates-held_because": "Sửa đường truyền"})
    return FeedState.objects.filter(pk="rates", held_since__isnull=False).exists()


ACTS = dict(
    zip(
        [line[:50].strip() for line in TABLE.strip("\n").splitlines()[1:]],
        [
            *(opens_a_draft, sees_it_in_the_api, compares_versions, writes_news),
            *(writes_a_directive, changes_a_colleagues_draft, hands_in, approves_first),
            *(approves_second, sends_back, approves_own, publishes_while_editing),
            *(publishes_while_creating, publishes_in_bulk, publishes_by_api, publishes_a_copy),
            *(publishes_in_emergency, publishes_own_in_emergency, takes_offline),
            *(deletes_a_draft, deletes_what_is_online, moves, translates),
            *(translates_a_document, translates_by_api, closes, writes_a_poll),
            *(publishes_a_poll, reads_ballots, changes_a_sidebar, uploads_a_picture),
            *(changes_a_picture, opens_a_closed_file, opens_an_inner_file, changes_settings),
            *(makes_an_account, reads_the_report, holds_a_source),
        ],
        strict=True,
    )
)
CELLS = {
    line[:50].strip(): dict(zip(ROLES, line[50:].split(), strict=True))
    for line in TABLE.strip("\n").splitlines()[1:]
}


def test_the_table_has_nine_times_thirty_eight_cells():
    cells = [cell for row in CELLS.values() for cell in row.values()]
    assert (len(CELLS), len(cells)) == (38, 342)
    assert set(cells) == {"+", "-"}


# A world serves several acts: to make one takes as long as they do.
BATCHES = [list(ACTS)[start::5] for start in range(5)]


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch[0])
def test_each_cell_is_as_written(world, batch):
    differing = [
        f"{act}, {role}: written {CELLS[act][role]}, found {found}"
        for act in batch
        for role in ROLES
        if (found := tried(act, role, world)) != CELLS[act][role]
    ]
    assert not differing, "\n" + "\n".join(differing)


def tried(act, role, world):
    """What came of it, undone at once."""
    person = world.people.get(role)
    client = Client(raise_request_exception=False)
    with transaction.atomic():
        # Read anew: Wagtail keeps on a user what it found out about their permissions.
        user = person and get_user_model().objects.get(pk=person.pk)
        if user:
            client.force_login(user)
        worked = ACTS[act](client, world, user)
        transaction.set_rollback(True)
    return "+" if worked else "-"
