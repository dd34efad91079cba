"""Nobody approves or publishes their own work: each path by direct URL, as a hostile hand would."""

from datetime import timedelta

import pytest
from django.urls import reverse
from wagtail.models import GroupApprovalTask, Page, Task, Workflow, WorkflowPage, WorkflowState

from articles.models import Issuer, NewsIndexPage, NewsPage
from home.offices import BOARD, EDITORS, REVIEWERS, set_up
from office.moderation import IndependentApprovalTask
from tests.factories import make_directive, make_home, make_news, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    """Two people of each group; returns them by name."""
    make_home()
    return {
        "lan": make_user("lan", EDITORS),
        "minh": make_user("minh", REVIEWERS),
        "mai": make_user("mai", REVIEWERS),
        "binh": make_user("binh", BOARD),
        "ban": make_user("ban", BOARD),
        "vua": make_user("vua", REVIEWERS, BOARD),
        "quan": make_user("quan", is_superuser=True, is_staff=True),
    }


def draft_by(user):
    page = make_news("Bản thảo", live=False, owner=user)
    page.save_revision(user=user)
    return page


def submitted_by(user):
    page = draft_by(user)
    page.get_workflow().start(page, user)
    return NewsPage.objects.get(pk=page.pk)


def form_of(page, **changes):
    return {
        "title": page.title,
        "slug": page.slug,
        "posted_on": "2026-11-22",
        "summary": page.summary,
        "lead_image": "",
        "lead_image_alt": "",
        "body-count": "0",
        "seo_title": "",
        "search_description": "",
        "go_live_at": "",
        "expire_at": "",
        "related-TOTAL_FORMS": "0",
        "related-INITIAL_FORMS": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    } | changes


def comment_form(number, total=1, initial=0, **facts):
    """The rows of form_of() for a comment on the title; `facts` as its fields are called."""
    prefix = f"comments-{number}"
    return {
        "comments-TOTAL_FORMS": total,
        "comments-INITIAL_FORMS": initial,
        f"{prefix}-id": "",
        f"{prefix}-contentpath": "title",
        f"{prefix}-text": "Tên xã đã đúng chưa?",
        f"{prefix}-position": "",
        f"{prefix}-resolved": "",
        f"{prefix}-replies-TOTAL_FORMS": "0",
        f"{prefix}-replies-INITIAL_FORMS": "0",
    } | {f"{prefix}-{name}": value for name, value in facts.items()}


def edit(client, page, **changes):
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form_of(page, **changes))


def approve(client, user, page, action="approve"):
    client.force_login(user)
    page = Page.objects.get(pk=page.pk)
    state = page.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])
    return client.post(address, {"comment": "Sửa giúp" if action == "reject" else ""})


def is_live(page):
    return Page.objects.get(pk=page.pk).live


def step(page):
    state = Page.objects.get(pk=page.pk).current_workflow_state
    return state and state.current_task_state.task.name


def test_two_approvals_by_two_people_publish(client, office):
    page = submitted_by(office["lan"])
    approve(client, office["minh"], page)
    assert not is_live(page)
    assert step(page) == "Ban biên tập duyệt đăng"
    approve(client, office["binh"], page)
    assert is_live(page)


def test_sending_back_returns_the_page_to_its_author(client, office):
    page = submitted_by(office["lan"])
    approve(client, office["minh"], page, "reject")
    state = WorkflowState.objects.get()
    assert state.status == WorkflowState.STATUS_NEEDS_CHANGES
    assert not is_live(page)


@pytest.mark.parametrize("author", ["minh", "binh", "vua", "quan"])
def test_nobody_approves_what_they_submitted(client, office, author):
    page = submitted_by(office[author])
    before = step(page)
    approve(client, office[author], page)
    assert step(page) == before
    assert not is_live(page)


def test_a_reviewer_who_sits_on_the_board_too_cannot_approve_twice(client, office):
    page = submitted_by(office["lan"])
    approve(client, office["vua"], page)
    approve(client, office["vua"], page)
    assert not is_live(page)
    assert step(page) == "Ban biên tập duyệt đăng"


def test_whoever_changed_the_text_under_review_cannot_approve_it(client, office):
    page = submitted_by(office["lan"])
    client.force_login(office["minh"])
    edit(client, page, title="Sửa lời")
    approve(client, office["minh"], page)
    assert step(page) == "Kiểm duyệt"
    # mai may have opened the page before the change: her approval counts for what she saw, and the
    # step begins anew with what is there now.
    approve(client, office["mai"], page)
    assert step(page) == "Kiểm duyệt"
    approve(client, office["mai"], page)
    assert step(page) == "Ban biên tập duyệt đăng"


def test_changing_and_approving_in_one_request_is_no_way_round(client, office):
    page = submitted_by(office["lan"])
    approve(client, office["minh"], page)
    client.force_login(office["binh"])
    edit(
        client,
        page,
        title="Lời của người duyệt",
        **{"action-workflow-action": "1", "workflow-action-name": "approve"},
    )
    assert not is_live(page)
    # Nothing is lost: the change waits as a draft for somebody else's approval.
    assert NewsPage.objects.get(pk=page.pk).get_latest_revision_as_object().title == (
        "Lời của người duyệt"
    )
    # And both steps read it before it goes online.
    approve(client, office["ban"], page)
    assert step(page) == "Kiểm duyệt"
    approve(client, office["minh"], page)
    approve(client, office["ban"], page)
    assert is_live(page)


@pytest.mark.parametrize("who", ["lan", "minh", "binh"])
def test_nobody_publishes_directly_while_editing(client, office, who):
    page = draft_by(office[who])
    client.force_login(office[who])
    edit(client, page, **{"action-publish": "1"})
    assert not is_live(page)


@pytest.mark.parametrize("who", ["lan", "minh", "binh"])
def test_nobody_publishes_directly_while_creating(client, office, who):
    client.force_login(office[who])
    parent = NewsIndexPage.objects.get()
    page = NewsPage(title="Tin mới", slug="tin-moi")
    client.post(
        reverse("wagtailadmin_pages:add", args=["articles", "newspage", parent.pk]),
        form_of(page, **{"action-publish": "1"}),
    )
    assert NewsPage.objects.filter(title="Tin mới").exists()
    assert not NewsPage.objects.filter(live=True).exists()


@pytest.mark.parametrize("who", ["lan", "minh", "binh"])
def test_nobody_publishes_in_bulk(client, office, who):
    page = draft_by(office[who])
    client.force_login(office[who])
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client.post(f"{address}?id={page.pk}", {"include_descendants": ""})
    assert not is_live(page)


@pytest.mark.parametrize("who", ["lan", "minh", "binh"])
def test_a_copy_is_not_published(client, office, who):
    page = make_news("Bản gốc", owner=office[who])
    client.force_login(office[who])
    client.post(
        reverse("wagtailadmin_pages:copy", args=[page.pk]),
        {
            "new_title": "Bản sao",
            "new_slug": "ban-sao",
            "new_parent_page": page.get_parent().pk,
            "publish_copies": "on",
        },
    )
    assert not NewsPage.objects.filter(title="Bản sao", live=True).exists()


def test_the_board_takes_pages_offline_and_editors_do_not(client, office):
    page = make_news("Đang đăng")
    for who, live in [("lan", True), ("minh", True), ("binh", False)]:
        client.force_login(office[who])
        client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
        assert is_live(page) == live


def test_an_edit_of_a_published_page_waits_for_approval_too(client, office):
    page = make_news("Đang đăng")
    page.save_revision(user=office["lan"]).publish()
    client.force_login(office["lan"])
    edit(client, page, title="Đã sửa", **{"action-submit": "1"})
    assert Page.objects.get(pk=page.pk).title == "Đang đăng"
    approve(client, office["lan"], page)
    approve(client, office["minh"], page)
    approve(client, office["binh"], page)
    assert Page.objects.get(pk=page.pk).title == "Đã sửa"


def test_setting_up_twice_doubles_nothing(office):
    set_up()
    set_up()
    assert Workflow.objects.filter(active=True).count() == 1
    assert IndependentApprovalTask.objects.count() == 2
    workflow = Workflow.objects.get(active=True)
    assert [task.name for task in workflow.tasks] == ["Kiểm duyệt", "Ban biên tập duyệt đăng"]
    assert WorkflowPage.objects.get().workflow == workflow
    assert Task.objects.count() == 2 + GroupApprovalTask.objects.count()


def test_a_workflow_that_operators_chose_stays(office):
    other = Workflow.objects.create(name="Duyệt nhanh")
    WorkflowPage.objects.update(workflow=other)
    set_up()
    assert WorkflowPage.objects.get().workflow == other


def revert_by_api(client, page, revision):
    return client.post(
        reverse("wagtailadmin_api:pages:action", args=[page.pk, "revert_to_page_revision"]),
        {"revision_id": revision.pk},
        content_type="application/json",
    )


def test_the_admins_api_is_no_way_round_the_lock_of_a_review(client, office):
    page = draft_by(office["lan"])
    old = page.get_latest_revision()
    page.title = "Bản sạch"
    page.save_revision(user=office["lan"])
    page.get_workflow().start(page, office["lan"])
    approve(client, office["minh"], page)
    client.force_login(office["lan"])
    assert revert_by_api(client, page, old).status_code == 403
    approve(client, office["binh"], page)
    assert Page.objects.get(pk=page.pk).title == "Bản sạch"


def test_autosave_cannot_rewrite_what_is_online(client, office):
    page = make_news("Đang đăng")
    published = page.save_revision(user=office["lan"])
    published.publish(skip_permission_checks=True)
    client.force_login(office["minh"])
    edit(client, page, title="Lời chen vào", overwrite_revision_id=published.pk)
    published.refresh_from_db()
    assert published.content["title"] == "Đang đăng"
    assert published.user == office["lan"]
    page = NewsPage.objects.get(pk=page.pk)
    page.get_workflow().start(page, office["lan"])
    approve(client, office["minh"], page)
    assert step(page) == "Kiểm duyệt"


def test_a_change_after_the_boards_rejection_is_read_by_both_steps_again(client, office):
    page = submitted_by(office["lan"])
    approve(client, office["minh"], page)
    approve(client, office["binh"], page, "reject")
    client.force_login(office["lan"])
    edit(client, page, title="Viết lại hết", **{"action-submit": "1"})
    approve(client, office["binh"], page)
    assert not is_live(page)
    approve(client, office["minh"], page)
    assert is_live(page)


@pytest.mark.parametrize("who", ["lan", "minh", "hoa"])
def test_a_page_under_review_is_neither_deleted_nor_moved(client, office, who):
    office["hoa"] = make_user("hoa", EDITORS)
    page = submitted_by(office["lan"])
    other = NewsIndexPage.objects.get().add_child(instance=NewsIndexPage(title="Mục khác"))
    if who == "minh":
        approve(client, office["minh"], page)
    client.force_login(office[who])
    client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, other.pk]))
    assert Page.objects.get(pk=page.pk).get_parent().pk != other.pk


def test_the_author_may_take_a_submission_back_and_go_on(client, office):
    page = submitted_by(office["lan"])
    client.force_login(office["lan"])
    edit(client, page, title="Nghĩ lại", **{"action-cancel-workflow": "1"})
    edit(client, page, title="Nghĩ lại")
    assert NewsPage.objects.get(pk=page.pk).get_latest_revision_as_object().title == "Nghĩ lại"


def test_what_can_no_longer_be_published_is_said_and_stays_with_its_step(client, office):
    page = make_directive(title="Chờ duyệt", live=False, owner=office["lan"])
    page.save_revision(user=office["lan"])
    page.get_workflow().start(page, office["lan"])
    approve(client, office["minh"], page)
    # Behind its own form, which refuses a last day before what it signed.
    Issuer.objects.filter(pk=page.issuer_id).update(dissolved_on=page.signed_on - timedelta(days=1))

    response = approve(client, office["binh"], page)

    edit_address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert (response.status_code, response.url) == (302, edit_address)
    assert not is_live(page)
    assert step(page) == "Ban biên tập duyệt đăng"
    assert "Chưa thể đăng như hiện nay" in client.get(edit_address).text

    Issuer.objects.filter(pk=page.issuer_id).update(dissolved_on=None)
    assert "Chưa thể đăng" not in client.get(edit_address).text
    approve(client, office["binh"], page)
    assert is_live(page)
