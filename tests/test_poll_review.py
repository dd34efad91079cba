"""Polls go through the same review as pages, and keep what was voted on."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import nested_form_data

from home.offices import BOARD, EDITORS, REVIEWERS
from office.models import Notice
from polls import ballots
from polls.blocks import PollBlock
from polls.models import Choice, Correction, Poll
from tests.factories import make_home, make_image, make_user
from tests.test_polls import edit_address, form_data, rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def office():
    make_home()
    return {
        "lan": make_user("lan", EDITORS),
        "hoa": make_user("hoa", EDITORS),
        "minh": make_user("minh", REVIEWERS),
        "binh": make_user("binh", BOARD),
        "ban": make_user("ban", BOARD),
        "quan": make_user("quan", is_superuser=True, is_staff=True),
    }


def make_poll(*texts, **fields):
    fields = {
        "question": "Có nên họp qua mạng?",
        "opens_at": timezone.now() - timedelta(hours=1),
    } | fields
    poll = Poll.objects.create(**fields)
    for order, text in enumerate(texts or ("Có", "Không")):
        Choice.objects.create(poll=poll, text=text, sort_order=order)
    return poll


@pytest.fixture
def voted_on():
    poll = make_poll()
    ballots.cast(poll, {poll.choices.first().pk}, "1" * 64)
    return Poll.objects.get()


def written_by(client, user):
    """A new poll's draft, made by the form."""
    client.force_login(user)
    data = {
        "question": "Có cần đường vòng?",
        "opens_at": "2026-11-01 08:00",
        "closes_at": "",
        "results_shown": "always",
        "most_choices": "1",
        "inherited_source": "",
        "method_note": "",
        "choices": rows_of("Có", "Không"),
    }
    address = reverse(Poll.snippet_viewset.get_url_name("add"))
    response = client.post(address, nested_form_data(data))
    assert response.status_code == 302
    return Poll.objects.get()


def press(client, poll, button, **fields):
    data = form_data(Poll.objects.get(pk=poll.pk), **fields)
    del data["action-submit"]
    return client.post(edit_address(poll), data | {f"action-{button}": "1"})


def decide(client, user, poll, action="approve"):
    client.force_login(user)
    state = Poll.objects.get(pk=poll.pk).current_workflow_task_state
    name = poll.snippet_viewset.get_url_name("workflow_action")
    return client.post(reverse(name, args=[poll.pk, action, state.pk]), {"comment": ""})


def is_live(poll):
    return Poll.objects.get(pk=poll.pk).live


def told(client, poll):
    """What the public gets of a poll: its page, the list, a vote, a block, the figures."""
    block = PollBlock()
    vote = reverse("polls:vote", args=[poll.pk])
    return [
        client.get(poll.get_absolute_url()).status_code == 200,
        poll.question in client.get(reverse("polls:list")).content.decode(),
        client.post(vote, {"choice": poll.choices.first().pk}).status_code == 307,
        bool(block.render(block.to_python({"heading": "Ý kiến", "poll": poll.pk})).strip()),
        str(poll.pk) in client.get(reverse("live"), {"poll": poll.pk}).json()["polls"],
    ]


def test_an_editors_poll_is_a_draft_until_two_others_have_read_it(client, office):
    poll = written_by(client, office["lan"])
    assert not poll.live
    client.logout()
    assert told(client, poll) == [False] * 5
    client.force_login(office["lan"])
    press(client, poll, "submit")
    decide(client, office["minh"], poll)
    assert not is_live(poll)
    decide(client, office["binh"], poll)
    assert is_live(poll)
    client.logout()
    assert told(client, poll) == [True] * 5


def test_the_author_is_told_that_their_poll_is_online(client, office):
    poll = written_by(client, office["lan"])
    press(client, poll, "submit")
    decide(client, office["minh"], poll)
    decide(client, office["binh"], poll)
    assert "Đã lên trang" in Notice.objects.get(recipient=office["lan"]).message


@pytest.mark.parametrize("who", ["minh", "binh", "quan"])
def test_nobody_takes_back_a_poll_that_somebody_else_handed_in(client, office, who):
    poll = written_by(client, office["lan"])
    press(client, poll, "submit")
    client.force_login(office[who])
    assert "action-cancel-workflow" not in client.get(edit_address(poll)).text
    client.post(edit_address(poll), {"question": "", "action-cancel-workflow": "1"})
    assert Poll.objects.get().workflow_in_progress


def test_the_author_takes_a_poll_back_and_reviewers_learn_of_it(client, office):
    poll = written_by(client, office["lan"])
    press(client, poll, "submit")
    assert "action-cancel-workflow" in client.get(edit_address(poll)).text
    press(client, poll, "cancel-workflow")
    assert not Poll.objects.get().workflow_in_progress
    assert Notice.objects.filter(recipient=office["minh"], kind=Notice.Kind.TAKEN_BACK).exists()


@pytest.mark.parametrize("name", ["lan", "minh", "binh"])
def test_nobody_publishes_a_poll_directly(client, office, name):
    poll = written_by(client, office["lan"])
    client.force_login(office[name])
    press(client, poll, "publish")
    assert not is_live(poll)


@pytest.mark.parametrize("name", ["lan", "binh", "quan"])
def test_nobody_approves_a_poll_of_their_own(client, office, name):
    poll = written_by(client, office[name])
    press(client, poll, "submit")
    step = poll.current_workflow_task
    decide(client, office[name], poll)
    assert Poll.objects.get().current_workflow_task == step


def test_whoever_approves_in_the_form_without_a_change_is_no_author(client, office):
    poll = written_by(client, office["lan"])
    press(client, poll, "submit")
    client.force_login(office["minh"])
    response = client.get(edit_address(poll))
    assert response.status_code == 200
    draft = Poll.objects.get()
    data = form_data(draft, question="Có cần đường vòng?") | {
        "opens_at": "2026-11-01 08:00",
        "action-workflow-action": "1",
        "workflow-action-name": "approve",
    }
    del data["action-submit"]
    versions = draft.revisions.count()
    assert client.post(edit_address(poll), data).status_code == 302
    assert Poll.objects.get().revisions.count() == versions
    assert Poll.objects.get().current_workflow_task.name == "Ban biên tập duyệt đăng"


def test_a_change_to_a_live_poll_waits_for_its_review(client, office):
    poll = make_poll()
    client.force_login(office["lan"])
    press(client, poll, "edit", question="Có nên họp trực tuyến?")
    assert Poll.objects.get().question == "Có nên họp qua mạng?"
    press(client, poll, "submit", question="Có nên họp trực tuyến?")
    decide(client, office["minh"], poll)
    decide(client, office["binh"], poll)
    assert Poll.objects.get().question == "Có nên họp trực tuyến?"


def test_a_locked_poll_is_not_changed_by_others(client, office):
    poll = written_by(client, office["lan"])
    client.force_login(office["binh"])
    client.post(reverse(poll.snippet_viewset.get_url_name("lock"), args=[poll.pk]))
    client.force_login(office["hoa"])
    press(client, poll, "edit", question="Câu khác")
    assert Poll.objects.get().get_latest_revision_as_object().question == "Có cần đường vòng?"


def test_from_the_first_ballot_on_question_and_choices_are_no_fields(client, office, voted_on):
    client.force_login(office["binh"])
    page = client.get(edit_address(voted_on)).content.decode()
    assert 'name="question"' not in page
    assert 'name="choices-0-text"' not in page
    assert 'name="closes_at"' in page
    assert "Đã có 1 người bỏ phiếu" in page
    preview = reverse(voted_on.snippet_viewset.get_url_name("preview_on_edit"), args=[voted_on.pk])
    data = {"opens_at": "2026-11-01 08:00", "results_shown": "always", "method_note": "Mới"}
    assert client.post(preview, data).json()["is_valid"]
    seen = client.get(preview, {"mode": ""}).content.decode()
    assert "Có nên họp qua mạng?" in seen
    assert "Mới" in seen


def test_what_was_typed_before_the_first_ballot_came_is_told_and_not_lost(client, office):
    poll = make_poll()
    client.force_login(office["quan"])
    data = form_data(poll, {0: {"text": "Rất nên"}}, question="Câu mới?", method_note="Ghi chú mới")
    ballots.cast(poll, {poll.choices.first().pk}, "1" * 64)
    response = client.post(edit_address(poll), data)
    page = response.content.decode()
    assert "Trong lúc bạn soạn đã có người bỏ phiếu" in page
    for typed in ("Rất nên", "Câu mới?", "Ghi chú mới"):
        assert typed in page
    stored = Poll.objects.get()
    assert stored.question == "Có nên họp qua mạng?"
    assert [choice.text for choice in stored.choices.all()] == ["Có", "Không"]


def test_a_draft_older_than_the_first_ballot_changes_nothing_that_was_voted_on(office):
    poll = make_poll()
    draft = Poll.objects.get()
    draft.question, draft.most_choices, draft.method_note = "Câu mới?", 2, "Ghi chú mới"
    # Or readers would no longer see how it stands.
    draft.opens_at = timezone.now() + timedelta(days=9)
    draft.choices = [Choice(text="Khác hẳn"), Choice(text="Nữa")]
    revision = draft.save_revision(user=office["lan"])
    ballots.cast(poll, {poll.choices.first().pk}, "1" * 64)
    assert revision.as_object().question == "Có nên họp qua mạng?"
    revision.publish()
    stored = Poll.objects.get()
    assert (stored.question, stored.most_choices) == ("Có nên họp qua mạng?", 1)
    assert stored.opens_at == poll.opens_at
    assert stored.method_note == "Ghi chú mới"
    assert [(choice.text, choice.votes) for choice in stored.choices.all()] == [
        ("Có", 1),
        ("Không", 0),
    ]
    assert ballots.recount(stored) == {}


def test_a_ballot_that_comes_while_a_version_is_published_wins(office):
    poll = make_poll()
    changed = Poll.objects.get()
    changed.choices = [Choice(text="Khác hẳn")]
    ballots.cast(poll, {poll.choices.first().pk}, "1" * 64)
    changed.save()
    assert [choice.text for choice in Poll.objects.get().choices.all()] == ["Có", "Không"]


def test_a_poll_with_ballots_stays_online(client, office, voted_on):
    client.force_login(office["quan"])
    address = reverse(voted_on.snippet_viewset.get_url_name("unpublish"), args=[voted_on.pk])
    page = client.post(address, follow=True).content.decode()
    assert "không gỡ xuống được" in page
    assert is_live(voted_on)
    with pytest.raises(PermissionDenied):
        voted_on.unpublish()


def test_a_poll_without_ballots_can_be_taken_offline(client, office):
    poll = make_poll()
    client.force_login(office["quan"])
    client.post(reverse(poll.snippet_viewset.get_url_name("unpublish"), args=[poll.pk]))
    assert not is_live(poll)


def correction(poll, of=None, after="Có, rất nên", reason="Thiếu chữ"):
    return {"of": of or poll.choices.first().pk, "after": after, "reason": reason}


def test_a_correction_is_reasoned_public_and_keeps_the_votes(client, office, voted_on):
    client.force_login(office["binh"])
    address = reverse("polls_correct", args=[voted_on.pk])
    assert "Có nên họp qua mạng?" in client.get(address).content.decode()
    assert client.post(address, correction(voted_on)).status_code == 302
    made = Correction.objects.get()
    assert (made.before, made.after, made.corrected_by) == ("Có", "Có, rất nên", office["binh"])
    client.post(address, correction(voted_on, "question", "Có nên họp trực tuyến?", "Sai từ"))
    client.logout()
    page = client.get(voted_on.get_absolute_url()).content.decode()
    for words in (
        "<del>Có</del>",
        "<ins>Có, rất nên</ins>",
        "Thiếu chữ",
        "<h1>Có nên họp trực tuyến?</h1>",
        "Sai từ",
    ):
        assert words in page
    assert [choice.votes for choice in voted_on.choices.all()] == [1, 0]
    assert ModelLogEntry.objects.filter(action="polls.correct").count() == 2


def test_a_correction_outlives_the_account_of_whoever_made_it(client, office, voted_on):
    client.force_login(office["ban"])
    client.post(reverse("polls_correct", args=[voted_on.pk]), correction(voted_on))
    office["ban"].delete()
    client.force_login(office["binh"])
    assert "tài khoản đã xóa" in client.get(reverse("polls_audit", args=[voted_on.pk])).text


def test_polls_that_wait_take_no_query_each_on_the_desk(
    client, office, django_assert_max_num_queries
):
    def waits(question):
        poll = make_poll(question=question, live=False)
        poll.save_revision(user=office["lan"])
        poll.get_workflow().start(poll, office["lan"])

    client.force_login(office["minh"])
    waits("Câu 1?")
    client.get("/admin/")
    with CaptureQueriesContext(connection) as of_one:
        client.get("/admin/")
    # Before the next request empties the log.
    asked = len(of_one)
    for number in range(2, 9):
        waits(f"Câu {number}?")
    # What is held is read again, once.
    client.get("/admin/")
    with django_assert_max_num_queries(asked):
        assert "Câu 8?" in client.get("/admin/").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"after": ""}, "after"),
        ({"after": "Có"}, "after"),
        ({"after": "KHÔNG"}, "after"),
        ({"after": "x" * 201}, "after"),
        ({"reason": " "}, "reason"),
        ({"of": "999999"}, "of"),
    ],
)
def test_a_wrong_correction_comes_back_with_what_was_typed(client, office, voted_on, wrong, field):
    client.force_login(office["binh"])
    data = correction(voted_on) | wrong
    response = client.post(reverse("polls_correct", args=[voted_on.pk]), data)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert data["reason"].strip() in response.content.decode()
    assert not Correction.objects.exists()


def test_without_ballots_there_is_nothing_to_correct(client, office):
    poll = make_poll()
    client.force_login(office["binh"])
    response = client.post(reverse("polls_correct", args=[poll.pk]), correction(poll))
    assert response["Location"] == edit_address(poll)
    assert not Correction.objects.exists()


# By direct URL: who may read the audit, take the figures along, correct.
MAY = {
    "lan": [False, False, False, False],
    "minh": [False, False, False, False],
    "binh": [True, True, True, True],
    "quan": [True, True, True, True],
    None: [False, False, False, False],
}


@pytest.mark.parametrize("name", MAY)
def test_ballots_are_for_those_who_answer_for_them(client, office, voted_on, name):
    if name:
        client.force_login(office[name])
    allowed = [
        client.get(reverse(view, args=[voted_on.pk])).status_code == 200
        for view in ("polls_audit", "polls_csv", "polls_xlsx", "polls_correct")
    ]
    assert allowed == MAY[name]


def test_each_choice_may_have_a_picture(client, office):
    poll = make_poll()
    image = make_image("Mẫu một")
    image.description = "Logo hình cánh buồm"
    image.save()
    Choice.objects.filter(text="Có").update(image=image)
    [shown] = html.fromstring(client.get(poll.get_absolute_url()).content).xpath(
        "//picture//img[@alt='Logo hình cánh buồm']"
    )
    assert (shown.get("width"), shown.get("height")) == ("96", "72")


@pytest.mark.parametrize("who", ["lan", "binh", "quan"])
def test_nobody_publishes_a_poll_past_the_review(client, office, who):
    poll = written_by(client, office["lan"])
    client.force_login(office[who])
    shown = client.get(edit_address(poll)).text
    assert 'name="action-publish"' not in shown
    press(client, poll, "publish", question="Đăng thẳng?")
    assert not Poll.objects.get().live


@pytest.mark.parametrize(("who", "live"), [("lan", True), ("minh", True), ("binh", False)])
def test_the_board_takes_a_poll_without_votes_offline(client, office, who, live):
    poll = written_by(client, office["lan"])
    poll.get_latest_revision().publish(skip_permission_checks=True)
    client.force_login(office[who])
    assert ("Gỡ xuống" in client.get(edit_address(poll)).text) != live
    client.post(reverse(poll.snippet_viewset.get_url_name("unpublish"), args=[poll.pk]))
    assert Poll.objects.get().live == live
