"""How the office works on what was handed in: reasons, taking back, assigning, deadlines."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Comment, Page, TaskState, WorkflowState
from wagtail.users.models import UserProfile

from articles.models import DirectiveIndexPage, NewsPage
from home.offices import set_up
from office import checks, emergencies, moderation, reminders
from office.desk import Desk
from office.models import Assignment, EmergencyPublication, IndependentApprovalTask, Notice
from office.roles import BOARD, EDITORS, REVIEWERS
from office.wagtail_hooks import notices_item
from tests.factories import make_directive, make_home, make_news, make_user
from tests.test_moderation import comment_form, form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    make_home()
    return {
        "lan": make_user("lan", EDITORS, first_name="Lan"),
        "minh": make_user("minh", REVIEWERS, first_name="Minh"),
        "mai": make_user("mai", REVIEWERS, first_name="Mai"),
        "binh": make_user("binh", BOARD, first_name="Bình"),
        "ban": make_user("ban", BOARD, first_name="Ban"),
        "quan": make_user("quan", is_superuser=True, is_staff=True),
    }


def draft_by(user, title="Bản thảo"):
    page = make_news(title, live=False, owner=user)
    page.save_revision(user=user)
    return page


def submitted_by(user, title="Bản thảo"):
    page = draft_by(user, title)
    page.get_workflow().start(page, user)
    return NewsPage.objects.get(pk=page.pk)


def decide(client, user, page, action, comment=""):
    client.force_login(user)
    state = Page.objects.get(pk=page.pk).current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])
    return client.post(address, {"comment": comment})


def state_of(page):
    return Page.objects.get(pk=page.pk).current_workflow_task_state


def fresh(page):
    return NewsPage.objects.get(pk=page.pk)


def mended_by(user, page):
    page = fresh(page)
    page.title = f"{page.title}, đã sửa"
    page.save_revision(user=user)


def told(user, kind=None):
    notices = Notice.objects.filter(recipient=user)
    return [n.title for n in (notices.filter(kind=kind) if kind else notices)]


# Reasons


def test_sending_back_takes_a_reason(client, office):
    page = submitted_by(office["lan"])
    decide(client, office["minh"], page, "reject", "   ")
    assert fresh(page).workflow_in_progress
    decide(client, office["minh"], page, "reject", "Thiếu ngày họp")
    assert WorkflowState.objects.get().status == WorkflowState.STATUS_NEEDS_CHANGES


def test_the_editors_form_sends_nothing_back_without_a_reason_either(client, office):
    page = submitted_by(office["lan"])
    task_state = state_of(page)
    for extra in ({}, {"comment": " "}):
        with pytest.raises(PermissionDenied):
            task_state.task.specific.on_action(task_state, office["minh"], "reject", **extra)
    assert fresh(page).workflow_in_progress


# Telling


def test_reviewers_are_told_once_and_the_author_of_the_decision(
    client, office, django_capture_on_commit_callbacks
):
    page = submitted_by(office["lan"])
    assert told(office["minh"]) == told(office["mai"]) == ["Bản thảo"]
    assert told(office["binh"]) == told(office["lan"]) == []
    decide(client, office["minh"], page, "reject", "Thiếu ngày họp")
    notice = Notice.objects.get(recipient=office["lan"])
    assert (notice.kind, "Thiếu ngày họp" in notice.message) == (Notice.Kind.SENT_BACK, True)
    assert notice.address == reverse("wagtailadmin_pages:edit", args=[page.pk])
    subjects = [(message.to, message.subject) for message in mail.outbox]
    assert (["lan@example.test"], "Bị trả lại: Bản thảo") in subjects
    assert len(subjects) == 3


def test_whoever_wants_no_mail_gets_none_but_is_told(office):
    profile = UserProfile.get_for_user(office["minh"])
    profile.submitted_notifications = False
    profile.save()
    submitted_by(office["lan"])
    assert told(office["minh"]) == ["Bản thảo"]
    assert [message.to for message in mail.outbox] == [["mai@example.test"]]


def test_a_reviewer_is_not_asked_about_their_own_text(office):
    submitted_by(office["minh"])
    assert told(office["minh"]) == []
    assert told(office["mai"]) == ["Bản thảo"]


def test_mails_are_in_plain_vietnamese(office):
    submitted_by(office["lan"])
    text = mail.outbox[0].body
    assert "Lan đã gửi duyệt" in text
    assert "Mở xem" in text
    assert "/admin/pages/" in text


def test_the_author_is_told_when_it_is_online(client, office):
    page = submitted_by(office["lan"])
    decide(client, office["minh"], page, "approve")
    decide(client, office["binh"], page, "approve")
    assert told(office["lan"], Notice.Kind.APPROVED) == ["Bản thảo"]


def test_the_author_is_told_whether_it_is_online_or_has_its_time(client, office):
    now = submitted_by(office["lan"], "Đăng ngay")
    later = draft_by(office["lan"], "Hẹn giờ")
    later.go_live_at = timezone.now() + timedelta(days=1)
    later.save_revision(user=office["lan"])
    later.get_workflow().start(later, office["lan"])
    for page in (now, later):
        decide(client, office["minh"], page, "approve")
        decide(client, office["binh"], page, "approve")
    approved = Notice.objects.filter(recipient=office["lan"], kind=Notice.Kind.APPROVED)
    assert "Đã lên trang" in approved.get(title="Đăng ngay").message
    assert "theo giờ hẹn" in approved.get(title="Hẹn giờ").message


def test_a_comment_is_told_to_the_author(office):
    page = draft_by(office["lan"])
    Comment.objects.create(page=page, user=office["minh"], text="Ghi rõ nguồn", contentpath="title")
    assert "Ghi rõ nguồn" in Notice.objects.get(recipient=office["lan"]).message
    assert told(office["minh"]) == []


def in_menu(user):
    request = RequestFactory().get("/admin/")
    request.user = user
    return str(notices_item().render_component(request).label)


def test_notices_are_listed_opened_and_marked(client, office):
    page = submitted_by(office["lan"])
    client.force_login(office["minh"])
    listing = client.get(reverse("office_notices")).text
    assert "Bản thảo" in listing
    assert "1 thông báo chưa đọc" in listing
    assert in_menu(office["minh"]) == "Thông báo (1)"
    notice = Notice.objects.get(recipient=office["minh"])
    opened = client.get(reverse("office_open_notice", args=[notice.pk]))
    assert opened.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert in_menu(office["minh"]) == "Thông báo"
    client.force_login(office["lan"])
    assert client.get(reverse("office_open_notice", args=[notice.pk])).status_code == 404


def test_all_are_marked_as_read_but_nobody_elses(client, office):
    submitted_by(office["lan"])
    client.force_login(office["minh"])
    client.post(reverse("office_read_notices"))
    assert not Notice.objects.filter(recipient=office["minh"]).unread()
    assert Notice.objects.filter(recipient=office["mai"]).unread()


# Taking back


def test_the_author_takes_it_back_and_reviewers_learn_of_it(client, office):
    page = submitted_by(office["lan"])
    client.force_login(office["lan"])
    address = reverse("office_take_back", args=[page.pk])
    assert "Rút lại" in client.get(address).text
    client.post(address)
    assert not fresh(page).workflow_in_progress
    assert told(office["minh"], Notice.Kind.TAKEN_BACK) == ["Bản thảo"]
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("who", ["minh", "binh", "quan"])
def test_nobody_else_takes_it_back(client, office, who):
    page = submitted_by(office["lan"])
    client.force_login(office[who])
    client.post(reverse("office_take_back", args=[page.pk]))
    client.post(
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        {"title": "x", "action-cancel-workflow": "1"},
    )
    assert fresh(page).workflow_in_progress


def test_what_went_online_in_an_emergency_was_not_taken_back(client, office):
    page = submitted_by(office["lan"])
    emergency(client, office["binh"], page)
    assert told(office["minh"], Notice.Kind.EMERGENCY) == ["Bản thảo"]
    assert told(office["minh"], Notice.Kind.TAKEN_BACK) == []


# Assigning


def test_a_page_is_given_to_a_colleague_who_is_told(client, office):
    page = submitted_by(office["lan"])
    client.force_login(office["minh"])
    address = reverse("office_assign", args=[state_of(page).pk])
    assert "Mai" in client.get(address).text
    client.post(address, {"person": office["mai"].pk, "note": "Chị xem giúp phần số liệu"})
    assert Assignment.objects.get().person == office["mai"]
    notice = Notice.objects.get(recipient=office["mai"], kind=Notice.Kind.ASSIGNED)
    assert notice.message == "Chị xem giúp phần số liệu"
    # Who else is of the step may still decide.
    decide(client, office["minh"], page, "approve")
    assert state_of(page).task.name == "Ban biên tập duyệt đăng"


@pytest.mark.parametrize(("who", "to"), [("lan", "mai"), ("binh", "mai"), ("minh", "binh")])
def test_only_people_of_the_step_give_it_and_get_it(client, office, who, to):
    page = submitted_by(office["lan"])
    client.force_login(office[who])
    client.post(reverse("office_assign", args=[state_of(page).pk]), {"person": office[to].pk})
    assert not Assignment.objects.exists()


def test_whoever_had_a_hand_in_it_is_not_given_it(client, office):
    page = submitted_by(office["mai"])
    client.force_login(office["minh"])
    client.post(reverse("office_assign", args=[state_of(page).pk]), {"person": office["mai"].pk})
    assert not Assignment.objects.exists()


# Deadlines


def at_nine_on_a_monday(clock):
    local = timezone.localtime(clock.moment)
    monday = local + timedelta(days=7 - local.weekday())
    clock.moment = monday.replace(hour=9, minute=0, second=0, microsecond=0)


def test_a_deadline_is_told_when_near_when_over_and_once_a_day_from_then_on(office, clock):
    at_nine_on_a_monday(clock)
    page = submitted_by(office["lan"])
    Notice.objects.all().delete()

    def reminded(who):
        reminders.remind()
        reminders.remind()
        return len(told(office[who], Notice.Kind.DUE))

    assert reminded("minh") == 0
    clock.tick(hours=18)
    assert (reminded("minh"), reminded("binh")) == (1, 0)
    clock.tick(hours=6, minutes=1)
    assert (reminded("minh"), reminded("binh")) == (2, 0)
    clock.tick(days=1)
    assert (reminded("minh"), reminded("binh"), reminded("lan")) == (3, 1, 0)
    assert state_of(page).task.name == "Kiểm duyệt"


def test_only_whom_it_was_given_to_is_reminded(office, clock):
    at_nine_on_a_monday(clock)
    page = submitted_by(office["lan"])
    Assignment.objects.create(task_state=state_of(page), person=office["mai"])
    clock.tick(hours=25)
    reminders.remind()
    assert told(office["mai"], Notice.Kind.DUE) == ["Bản thảo"]
    assert told(office["minh"], Notice.Kind.DUE) == []


def test_a_step_without_hours_reminds_nobody(office, clock):
    IndependentApprovalTask.objects.update(hours=None)
    submitted_by(office["lan"])
    clock.tick(days=30)
    reminders.remind()
    assert not Notice.objects.filter(kind=Notice.Kind.DUE)


# The desk


def test_each_list_of_the_desk_holds_what_belongs_there(client, office):
    waiting = submitted_by(office["lan"], "Chờ duyệt")
    back = submitted_by(office["lan"], "Trả lại")
    decide(client, office["minh"], back, "reject", "Thiếu nguồn")
    draft_by(office["lan"], "Viết dở")
    soon = make_news("Sắp hết hạn", expire_at=timezone.now() + timedelta(days=3))
    later = draft_by(office["lan"], "Hẹn giờ")
    later.go_live_at = timezone.now() + timedelta(days=1)
    later.save_revision(user=office["lan"]).publish(skip_permission_checks=True)

    def titles(items):
        return [str(item.obj) for item in items]

    desk = Desk(office["lan"])
    assert titles(desk.submitted) == ["Chờ duyệt"]
    assert titles(desk.sent_back) == ["Trả lại"]
    assert desk.sent_back[0].note == "Thiếu nguồn"
    assert titles(desk.drafts) == ["Viết dở"]
    assert titles(desk.scheduled) == ["Hẹn giờ"]
    assert titles(desk.expiring) == [str(soon)]
    assert titles(desk.waiting) == []
    assert titles(Desk(office["minh"]).waiting) == [str(waiting)]
    assert titles(Desk(office["binh"]).waiting) == []


def test_the_desk_offers_nobody_their_own_work(client, office):
    page = submitted_by(office["lan"])
    client.force_login(office["minh"])
    mended_by(office["mai"], page)
    assert Desk(office["mai"]).waiting == []


def test_whoever_approved_once_is_not_asked_again(client, office):
    office["vua"] = make_user("vua", REVIEWERS, BOARD)
    page = submitted_by(office["lan"])
    decide(client, office["vua"], page, "approve")
    assert Desk(office["vua"]).waiting == []
    assert len(Desk(office["binh"]).waiting) == 1


def test_what_was_given_to_me_comes_first(office):
    submitted_by(office["lan"], "Việc chung")
    mine = submitted_by(office["lan"], "Việc của Mai")
    Assignment.objects.create(task_state=state_of(mine), person=office["mai"])
    assert str(Desk(office["mai"]).waiting[0].obj) == "Việc của Mai"


def test_a_full_desk_takes_as_many_queries_as_one_page(
    client, office, django_assert_max_num_queries
):
    for number in range(8):
        submitted_by(office["lan"], f"Bài {number}")
    with django_assert_max_num_queries(40):
        desk = Desk(office["minh"])
        assert len(desk.waiting) == 8
        assert not desk.is_empty
    client.force_login(office["minh"])
    assert "Chờ tôi duyệt" in client.get("/admin/").text


def waiting_directive(user, number):
    page = make_directive(title="Chỉ thị", number=str(number), live=False, owner=user)
    page.save_revision(user=user)
    page.get_workflow().start(page, user)
    return page


def sent_back_directive(user, number):
    waiting_directive(user, number).current_workflow_state.current_task_state.reject()


def expiring_directive(user, number):
    soon = timezone.now() + timedelta(days=3)
    make_directive(title="Chỉ thị", number=str(number), expire_at=soon)


def hurried_directive(user, number):
    board = get_user_model().objects.get(username="binh")
    page = waiting_directive(user, number)
    version = emergencies.version_of(page.get_latest_revision())
    emergencies.publish(page, board, "Bão đổ bộ trong hai giờ nữa", version)


@pytest.mark.parametrize(
    ("who", "make"),
    [
        ("minh", waiting_directive),
        ("lan", waiting_directive),
        ("lan", sent_back_directive),
        ("minh", expiring_directive),
        ("minh", hurried_directive),
    ],
)
def test_eight_directives_on_a_desk_take_as_many_queries_as_one(
    client, office, django_assert_max_num_queries, who, make
):
    client.force_login(office[who])
    make(office["lan"], 1)
    client.get("/admin/")
    with CaptureQueriesContext(connection) as of_one:
        assert "1/CT-UBND" in client.get("/admin/").text
    # Before the next request empties the log.
    asked = len(of_one)
    for number in range(2, 9):
        make(office["lan"], number)
    # What is held is read again, once.
    client.get("/admin/")
    with django_assert_max_num_queries(asked):
        assert "8/CT-UBND" in client.get("/admin/").text


def test_the_desk_reads_no_text_of_what_waits(client, office):
    waiting_directive(office["lan"], 1)
    with CaptureQueriesContext(connection) as asked:
        assert len(Desk(office["minh"]).waiting) == 1
    assert not [query for query in asked if '"wagtailcore_revision"."content"' in query["sql"]]


def test_a_list_of_pages_online_takes_as_many_queries_as_one_page(
    client, office, django_assert_max_num_queries
):
    client.force_login(office["minh"])
    make_directive(number="1")
    address = reverse("wagtailadmin_explore", args=[DirectiveIndexPage.objects.get().pk])
    client.get(address)
    with CaptureQueriesContext(connection) as of_one:
        client.get(address)
    asked = len(of_one)
    for number in range(2, 9):
        make_directive(number=str(number))
    client.get(address)
    with django_assert_max_num_queries(asked):
        assert "8/CT-UBND" in client.get(address).text


# Accounts that are gone


def test_what_somebody_handed_in_outlives_their_account(client, office):
    submitted_by(office["lan"])
    office["lan"].delete()
    client.force_login(office["minh"])
    assert "tài khoản đã xóa" in client.get("/admin/").text


def test_what_somebody_sent_back_outlives_their_account(client, office):
    page = submitted_by(office["lan"])
    decide(client, office["minh"], page, "reject", "Thiếu nguồn")
    office["minh"].delete()
    client.force_login(office["lan"])
    shown = client.get("/admin/").text
    assert "Thiếu nguồn" in shown
    assert "tài khoản đã xóa" in shown


def test_an_emergency_is_checked_after_its_publishers_account_is_gone(client, office):
    page = submitted_by(office["lan"])
    emergency(client, office["binh"], page)
    office["binh"].delete()
    client.force_login(office["minh"])
    check = reverse("office_check_emergency", args=[EmergencyPublication.objects.get().pk])
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    for address in ("/admin/", check, edit):
        assert "tài khoản đã xóa" in client.get(address).text


# Steps without people


def test_a_step_that_too_few_can_decide_is_said(client, office):
    assert checks.steps_short_of_people() == []
    office["mai"].groups.clear()
    [(step, count)] = checks.steps_short_of_people()
    assert (step.name, count) == ("Kiểm duyệt", 1)
    client.force_login(office["binh"])
    assert "chỉ có một người" in client.get("/admin/").text
    assert [warning.id for warning in checks.steps_have_people(None, ["default"])] == [
        "office.W001"
    ]


# Emergencies


def emergency(client, user, page, reason="Bão đổ bộ trong hai giờ nữa", version=None):
    client.force_login(user)
    version = version or emergencies.version_of(fresh(page).get_latest_revision())
    answers = {"reason": reason, "version": version}
    return client.post(reverse("office_emergency", args=[page.pk]), answers)


def test_the_board_publishes_somebody_elses_text_at_once_and_says_why(client, office):
    page = submitted_by(office["lan"])
    emergency(client, office["binh"], page)
    assert fresh(page).live
    assert not fresh(page).workflow_in_progress
    record = EmergencyPublication.objects.get()
    assert (record.published_by, record.reason) == (office["binh"], "Bão đổ bộ trong hai giờ nữa")
    for who in ("minh", "ban", "lan"):
        assert told(office[who], Notice.Kind.EMERGENCY) == ["Bản thảo"]
    client.force_login(office["minh"])
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).text
    assert "chưa ai kiểm tra lại" in edit


def test_without_a_reason_nothing_is_published(client, office):
    page = submitted_by(office["lan"])
    for reason in ("", "   ", "gấp"):
        assert emergency(client, office["binh"], page, reason).status_code == 200
    assert not fresh(page).live


@pytest.mark.parametrize("who", ["lan", "minh"])
def test_only_the_board_has_emergencies(client, office, who):
    page = submitted_by(office["ban"])
    emergency(client, office[who], page)
    assert not fresh(page).live


@pytest.mark.parametrize("who", ["binh", "quan"])
def test_nobody_publishes_their_own_text_in_an_emergency(client, office, who):
    page = draft_by(office[who])
    emergency(client, office[who], page)
    assert not fresh(page).live


def test_nor_a_text_that_they_mended(client, office):
    page = submitted_by(office["lan"])
    mended_by(office["quan"], page)
    emergency(client, office["quan"], page)
    assert not fresh(page).live


def test_a_time_that_was_set_is_not_passed_by(client, office):
    page = draft_by(office["lan"])
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save_revision(user=office["lan"])
    answer = emergency(client, office["binh"], page)
    assert "Hãy bỏ giờ hẹn" in answer.text
    assert not fresh(page).live


def test_somebody_else_checks_it_afterwards(client, office):
    page = submitted_by(office["lan"])
    emergency(client, office["binh"], page)
    record = EmergencyPublication.objects.get()
    address = reverse("office_check_emergency", args=[record.pk])
    for who in ("binh", "lan"):
        client.force_login(office[who])
        client.post(address, {"finding": ""})
        assert not emergencies.may_check(record, office[who])
    record.refresh_from_db()
    assert record.checked_at is None
    assert [item.note for item in Desk(office["minh"]).emergencies] == [record.reason]
    client.force_login(office["minh"])
    client.post(address, {"finding": "Sai tên xã"})
    record.refresh_from_db()
    assert (record.checked_by, record.finding) == (office["minh"], "Sai tên xã")
    assert Desk(office["mai"]).emergencies == []


def test_what_changed_since_it_was_read_is_not_published(client, office):
    page = draft_by(office["lan"])
    client.force_login(office["binh"])
    read = client.get(reverse("office_emergency", args=[page.pk])).context["version"]
    # As autosave does: the same version, with other words.
    draft = fresh(page)
    draft.title = "Nửa câu đang g"
    latest = draft.get_latest_revision()
    draft.save_revision(user=office["lan"], overwrite_revision=latest)
    answer = emergency(client, office["binh"], page, version=read)
    assert not fresh(page).live
    assert "đã được sửa sau khi bạn mở" in answer.text
    # Read again, it may.
    emergency(client, office["binh"], page, version=answer.context["version"])
    assert fresh(page).live


def test_nobody_checks_what_they_wrote_a_word_of(client, office):
    page = draft_by(office["lan"])
    mended_by(office["minh"], page)
    mended_by(office["lan"], page)
    emergency(client, office["binh"], page)
    record = EmergencyPublication.objects.get()
    assert not emergencies.may_check(record, office["minh"])
    assert emergencies.may_check(record, office["mai"])


def test_what_was_online_before_is_no_part_of_an_emergency(client, office):
    page = draft_by(office["minh"])
    page.owner = None
    page.save()
    page.get_latest_revision().publish()
    mended_by(office["lan"], page)
    emergency(client, office["binh"], page)
    assert emergencies.may_check(EmergencyPublication.objects.get(), office["minh"])


def test_setting_up_keeps_hours_that_operators_chose(office):
    IndependentApprovalTask.objects.filter(name="Kiểm duyệt").update(hours=48)
    set_up()
    assert IndependentApprovalTask.objects.get(name="Kiểm duyệt").hours == 48


def test_the_command_of_checks_names_the_step(office, capsys):
    get_user_model().objects.filter(groups__name=BOARD).delete()
    call_command("check", databases=["default"])
    assert "Ban biên tập duyệt đăng" in capsys.readouterr().err


def test_a_decision_leaves_no_task_state_behind(client, office):
    page = submitted_by(office["lan"])
    emergency(client, office["binh"], page)
    assert not TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS)


# Two at the same time


@pytest.mark.parametrize("first", ["sent back", "taken back", "approved"])
def test_a_review_is_decided_once(client, office, first):
    page = submitted_by(office["lan"])
    # Both have read the page before either decides.
    late = state_of(page)
    assert late.workflow_state.content_object.pk == page.pk
    if first == "taken back":
        client.force_login(office["lan"])
        client.post(reverse("office_take_back", args=[page.pk]))
    else:
        action = "approve" if first == "approved" else "reject"
        decide(client, office["minh"], page, action, "Sai số liệu")
    with pytest.raises(PermissionDenied):
        late.task.specific.on_action(late, office["mai"], "approve")
    assert not fresh(page).live
    in_progress = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS)
    assert in_progress.count() == (1 if first == "approved" else 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_decisions_at_one_moment_one_is_refused(office):
    page = submitted_by(office["lan"])
    state, task = state_of(page).pk, state_of(page).task.specific
    barrier, outcomes = Barrier(2), []

    def decide_at_once(name, action):
        try:
            read = TaskState.objects.get(pk=state)
            barrier.wait()
            task.on_action(read, office[name], action, comment="Sai số liệu")
            outcomes.append("decided")
        except PermissionDenied:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [
        Thread(target=decide_at_once, args=decision)
        for decision in (("minh", "approve"), ("mai", "reject"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["decided", "refused"]


def test_what_was_decided_is_not_taken_back(client, office):
    page = submitted_by(office["lan"])
    late = state_of(page).workflow_state
    decide(client, office["minh"], page, "reject", "Sai số liệu")
    with pytest.raises(PermissionDenied):
        moderation.locked(late)


# Steps


def test_a_step_in_use_is_not_switched_off(client, office):
    page = submitted_by(office["quan"])
    decide(client, office["minh"], page, "approve")
    client.force_login(office["quan"])
    step = state_of(page).task
    client.post(reverse("wagtailadmin_workflows:disable_task", args=[step.pk]))
    assert not fresh(page).live
    step.refresh_from_db()
    assert step.active
    step.active_workflows.get().workflow_tasks.filter(task=step).delete()
    client.post(reverse("wagtailadmin_workflows:disable_task", args=[step.pk]))
    step.refresh_from_db()
    assert not step.active


def test_a_workflow_without_steps_publishes_nothing(office):
    page = draft_by(office["lan"])
    workflow = page.get_workflow()
    workflow.workflow_tasks.all().delete()
    with pytest.raises(PermissionDenied):
        workflow.start(page, office["quan"])
    assert not fresh(page).live


# Whose words they are


def in_the_editor(client, user, page, action=None, **changes):
    client.force_login(user)
    if action:
        changes |= {"action-workflow-action": "true", "workflow-action-name": action}
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return client.post(address, form_of(fresh(page).get_latest_revision_as_object(), **changes))


@pytest.mark.parametrize("is_live", [False, True])
def test_a_comment_makes_nobody_an_author(client, office, is_live):
    page = draft_by(office["lan"])
    if is_live:
        page.get_latest_revision().publish()
        mended_by(office["lan"], page)
    in_the_editor(client, office["lan"], page, **comment_form(0))
    written = Comment.objects.get()
    page.get_workflow().start(fresh(page), office["lan"])
    version = fresh(page).latest_revision_id
    theirs = comment_form(0, initial=1, id=written.pk, text=written.text)
    # minh says something too, and approves in the same window.
    mine = comment_form(1, total=2, initial=1, text="Đã hỏi xã.")
    in_the_editor(client, office["minh"], page, **theirs | mine)
    assert Comment.objects.count() == 2
    assert Comment.objects.get(user=office["minh"]).text == "Đã hỏi xã."
    assert fresh(page).latest_revision_id == version
    assert not moderation.wrote(fresh(page), office["minh"])
    decide(client, office["minh"], page, "approve")
    decide(client, office["binh"], page, "approve")
    assert fresh(page).live_revision_id == version


def test_what_was_brought_back_is_still_theirs_who_wrote_it(client, office):
    page = draft_by(office["lan"])
    mended_by(office["minh"], page)
    old = fresh(page).get_latest_revision()
    page = fresh(page)
    page.title = "Bản đang trên trang"
    page.save_revision(user=office["lan"]).publish()
    draft = old.as_object()
    draft.save_revision(user=office["lan"], previous_revision=old, log_action=True)
    assert moderation.wrote(fresh(page), office["minh"])
    assert not moderation.wrote(fresh(page), office["mai"])


def test_autosave_begins_a_version_of_ones_own_after_a_colleagues(office):
    page = submitted_by(office["lan"])
    mended_by(office["mai"], page)
    theirs = fresh(page).get_latest_revision()
    draft = theirs.as_object()
    draft.title = "minh viết tiếp"
    mine = draft.save_revision(user=office["minh"], overwrite_revision=theirs)
    assert mine.pk > theirs.pk
    theirs.refresh_from_db()
    assert theirs.user == office["mai"]
