"""What an editor may do to a poll, and what can never be lost by it."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from home.offices import set_up
from polls import ballots
from polls.models import Ballot, Choice, Poll, State

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)
KEPT = "Lựa chọn này đã có phiếu"


@pytest.fixture
def poll():
    poll = Poll.objects.create(
        question="Có nên họp qua mạng?", opens_at=NOW - HOUR, inherited_source="cổng cũ"
    )
    for order, (text, inherited) in enumerate([("Có", 0), ("Không", 4), ("Tùy việc", 0)]):
        Choice.objects.create(poll=poll, text=text, inherited_votes=inherited, sort_order=order)
    return poll


@pytest.fixture
def editor(client):
    set_up()
    user = User.objects.create_superuser("bien-tap")
    client.force_login(user)
    return client


def edit_address(poll):
    return reverse(poll.snippet_viewset.get_url_name("edit"), args=[poll.pk])


def row(order, **fields):
    """A choice as a browser sends it."""
    blank = {"id": "", "text": "", "image": "", "inherited_votes": "0", "DELETE": ""}
    return blank | {"ORDER": order} | fields


def rows_of(*texts):
    return inline_formset([row(order, text=text) for order, text in enumerate(texts)])


def form_data(poll, choices=None, **fields):
    """The edit form as a browser sends it; `choices` replaces or adds to rows by their order."""
    rows = [
        row(order, id=choice.pk, text=choice.text, inherited_votes=choice.inherited_votes)
        for order, choice in enumerate(poll.choices.all())
    ]
    for order, changes in (choices or {}).items():
        if order == len(rows):
            rows.append(row(order))
        rows[order] |= changes
    opens_at = timezone.localtime(poll.opens_at).strftime("%Y-%m-%d %H:%M")
    data = {
        "question": poll.question,
        "opens_at": opens_at,
        "closes_at": "",
        "results_shown": poll.results_shown,
        "most_choices": poll.most_choices,
        "inherited_source": poll.inherited_source,
        "method_note": poll.method_note,
        "choices": inline_formset(rows, initial=poll.choices.count()),
        "action-submit": "1",
    }
    return nested_form_data(data | fields)


def approved(poll):
    """What was handed in, as both steps of the review leave it."""
    poll = Poll.objects.get(pk=poll.pk)
    poll.get_latest_revision().publish(skip_permission_checks=True)
    return Poll.objects.get(pk=poll.pk)


def test_a_poll_is_upcoming_open_or_closed_by_its_times(poll):
    poll.closes_at = NOW + HOUR
    assert poll.state(poll.opens_at - HOUR) is State.UPCOMING
    assert poll.state(poll.opens_at) is State.OPEN
    assert poll.state(poll.closes_at) is State.CLOSED
    poll.closes_at = None
    assert poll.state(NOW + 10_000 * HOUR) is State.OPEN


def test_open_and_closed_polls_are_found_by_their_times(poll):
    Poll.objects.create(question="Sắp tới", opens_at=NOW + HOUR)
    ended = Poll.objects.create(question="Đã qua", opens_at=NOW - 2 * HOUR, closes_at=NOW)
    assert list(Poll.objects.open(NOW)) == [poll]
    assert list(Poll.objects.closed(NOW)) == [ended]


def test_a_poll_cannot_close_before_it_opens():
    poll = Poll(question="Ngược", opens_at=NOW, closes_at=NOW - HOUR)
    with pytest.raises(ValidationError) as error:
        poll.full_clean()
    assert list(error.value.message_dict) == ["closes_at"]
    with pytest.raises(IntegrityError), transaction.atomic():
        poll.save()


def test_saving_a_choice_never_moves_its_counter(poll):
    stale = poll.choices.first()
    ballots.cast(poll, {stale.pk}, "1" * 64)
    stale.text = "Có, nên"
    stale.save()
    stored = Choice.objects.get(pk=stale.pk)
    assert (stored.text, stored.votes) == ("Có, nên", 1)


def test_a_copy_of_the_poll_from_before_the_votes_moves_no_counter(poll):
    old = Poll.from_serializable_data(poll.serializable_data())
    ballots.cast(poll, {poll.choices.first().pk}, "1" * 64)
    old.method_note = "Sở hỏi."
    old.save()
    assert Poll.objects.get().method_note == "Sở hỏi."
    assert [choice.votes for choice in Choice.objects.all()] == [1, 0, 0]
    assert ballots.recount(poll) == {}


def test_what_was_voted_for_cannot_be_deleted_by_any_code(poll):
    choice = poll.choices.first()
    ballots.cast(poll, {choice.pk}, "1" * 64)
    for record in (Choice.objects.get(pk=choice.pk), poll):
        with pytest.raises(ProtectedError):
            record.delete()


def test_an_editor_makes_a_poll(editor):
    data = {
        "question": "Có cần đường vòng?",
        "opens_at": "2026-11-01 08:00",
        "closes_at": "2026-12-01 08:00",
        "results_shown": "after_voting",
        "most_choices": "1",
        "method_note": "Sở hỏi ý kiến người dân.",
        "choices": rows_of("Có", "Không"),
    }
    address = reverse(Poll.snippet_viewset.get_url_name("add"))
    assert editor.get(address).status_code == 200
    response = editor.post(address, nested_form_data(data))
    assert response.status_code == 302
    poll = Poll.objects.get()
    assert [choice.text for choice in poll.choices.all()] == ["Có", "Không"]


def test_a_choice_without_votes_can_be_deleted(editor, poll):
    response = editor.post(edit_address(poll), form_data(poll, {2: {"DELETE": "1"}}))
    assert response.status_code == 302
    assert [choice.text for choice in approved(poll).choices.all()] == ["Có", "Không"]


def test_a_choice_with_inherited_votes_stays_and_everything_typed_is_kept(editor, poll):
    changes = {1: {"DELETE": "1"}, 3: {"text": "Ý mới"}}
    data = form_data(poll, changes, question="Câu hỏi mới", method_note="Ghi chú mới")
    response = editor.post(edit_address(poll), data)

    assert response.status_code == 200
    form = response.context["form"]
    child = form.formsets["choices"].forms[1]
    assert KEPT in child.errors["text"][0]
    # Visible, so that its error is: the admin hides rows that are marked for deletion.
    assert not child["DELETE"].value()
    page = response.content.decode()
    assert page.count(KEPT) == 1
    for typed in ("Câu hỏi mới", "Ghi chú mới", "Ý mới"):
        assert typed in page
    poll = Poll.objects.get()
    assert poll.question == "Có nên họp qua mạng?"
    assert [choice.text for choice in poll.choices.all()] == ["Có", "Không", "Tùy việc"]
    assert ballots.tally([poll])[poll.pk].total == 4


def test_votes_from_the_old_portal_need_a_source(editor, poll):
    data = form_data(poll, {0: {"inherited_votes": "16"}}, inherited_source="")
    response = editor.post(edit_address(poll), data)
    assert response.status_code == 200
    errors = response.context["form"].formsets["choices"].forms[0].errors["inherited_votes"]
    assert "lấy từ đâu" in errors[0]
    data = form_data(poll, {0: {"inherited_votes": "16"}}, inherited_source="Báo cáo 12/2014")
    assert editor.post(edit_address(poll), data).status_code == 302
    approved(poll)
    page = editor.get(poll.get_absolute_url()).content.decode()
    assert "20 phiếu do cổng cũ đếm" in page
    assert "Báo cáo 12/2014" in page


def test_counters_cannot_be_typed_in(editor, poll):
    data = form_data(poll, {0: {"votes": "99"}})
    assert editor.post(edit_address(poll), data).status_code == 302
    approved(poll)
    assert ballots.tally([poll])[poll.pk].total == 4


def test_a_poll_needs_two_different_choices(editor, poll):
    too_few = form_data(poll, {0: {"DELETE": "1"}, 2: {"DELETE": "1"}})
    equal = form_data(poll, {2: {"text": "CÓ"}})
    assert editor.post(edit_address(poll), too_few).status_code == 200
    response = editor.post(edit_address(poll), equal)
    assert "đã có lựa chọn với nội dung này" in response.content.decode()
    assert [choice.text for choice in poll.choices.all()] == ["Có", "Không", "Tùy việc"]


def test_choices_keep_the_order_that_the_editor_gave(editor, poll):
    data = form_data(poll, {0: {"ORDER": 3}, 1: {"ORDER": 1}, 2: {"ORDER": 2}})
    assert editor.post(edit_address(poll), data).status_code == 302
    assert [choice.text for choice in approved(poll).choices.all()] == ["Không", "Tùy việc", "Có"]


def test_a_poll_with_votes_cannot_be_deleted_in_the_admin(editor, poll):
    one = reverse(poll.snippet_viewset.get_url_name("delete"), args=[poll.pk])
    many = reverse("wagtail_bulk_action", args=["polls", "poll", "delete"]) + f"?id={poll.pk}"
    for address in (one, many):
        response = editor.post(address, follow=True)
        assert "không thể xóa" in response.content.decode()
    assert Poll.objects.filter(pk=poll.pk).exists()


def test_a_poll_without_votes_can_be_deleted_in_the_admin(editor):
    poll = Poll.objects.create(question="Nhầm")
    Choice.objects.create(poll=poll, text="Có")
    editor.post(reverse(poll.snippet_viewset.get_url_name("delete"), args=[poll.pk]))
    assert not Poll.objects.exists()


def test_the_list_of_polls_shows_state_and_total(editor, poll, django_assert_max_num_queries):
    Choice.objects.filter(text="Có").update(inherited_votes=26_000)
    address = reverse(Poll.snippet_viewset.get_url_name("list"))
    page = editor.get(address).content.decode()
    assert "26.004" in page
    assert "đang mở" in page
    for number in range(20):
        Poll.objects.create(question=f"Câu {number}", opens_at=NOW - HOUR, closes_at=NOW)
    with django_assert_max_num_queries(20):
        page = editor.get(address).content.decode()
    assert "đã đóng" in page


def test_the_preview_shows_choices_as_typed(editor, poll):
    address = reverse(poll.snippet_viewset.get_url_name("preview_on_edit"), args=[poll.pk])
    data = form_data(poll, {0: {"text": "Nên lắm"}})
    assert editor.post(address, data).json()["is_valid"]
    response = editor.get(address, {"mode": ""})
    assert response.status_code == 200
    assert "Nên lắm" in response.content.decode()
    assert poll.choices.first().text == "Có"


def test_a_new_poll_can_be_previewed_before_it_is_saved(editor):
    address = reverse(Poll.snippet_viewset.get_url_name("preview_on_add"))
    data = {
        "question": "Có cần đường vòng?",
        "opens_at": "2026-11-01 08:00",
        "closes_at": "",
        "results_shown": "always",
        "most_choices": "1",
        "method_note": "",
        "choices": rows_of("Vâng", "Chưa"),
    }
    assert editor.post(address, nested_form_data(data)).json()["is_valid"]
    page = editor.get(address, {"mode": ""}).content.decode()
    assert page.index("Vâng") < page.index("Chưa")


@pytest.fixture
def ballot(poll):
    ballots.cast(poll, {poll.choices.first().pk}, "abc1" * 16)
    return Ballot.objects.get()


def test_ballots_are_listed_without_their_voters(editor, ballot):
    page = editor.get("/admin/polls/ballot/").content.decode()
    assert "Có nên họp qua mạng?" in page
    assert "abc1abc1" not in page
    assert "/admin/polls/ballot/create/" not in page


def test_ballots_are_filtered_by_poll(editor, ballot):
    other = Poll.objects.create(question="Khác")
    for poll, rows in ((ballot.poll, 1), (other, 0)):
        response = editor.get("/admin/polls/ballot/", {"poll": poll.pk, "export": "csv"})
        assert len(b"".join(response.streaming_content).splitlines()) == 1 + rows
    assert editor.get("/admin/polls/ballot/", {"poll": "abc"}).status_code == 200


def test_ballots_are_exported_without_their_voters(editor, ballot):
    response = editor.get("/admin/polls/ballot/", {"export": "csv"})
    text = b"".join(response.streaming_content).decode()
    cast_on = timezone.localtime(ballot.cast_at).strftime("%Y-%m-%d %H:%M:%S")
    assert list(csv.reader(io.StringIO(text)))[1] == ["Có nên họp qua mạng?", "Có", cast_on]

    response = editor.get("/admin/polls/ballot/", {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
    assert [cell.value for cell in sheet[2]] == ["Có nên họp qua mạng?", "Có", cast_on]


def test_ballots_can_be_neither_made_changed_nor_deleted(editor, ballot):
    for address in ("create/", f"edit/{ballot.pk}/", f"delete/{ballot.pk}/"):
        response = editor.post(f"/admin/polls/ballot/{address}", {"choice": "1"})
        assert response.status_code in {302, 403, 404}
        assert Ballot.objects.get() == ballot


def test_only_those_who_may_see_ballots_see_them(client, ballot):
    user = User.objects.create_user("thu-ky")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    assert client.get("/admin/polls/ballot/").status_code == 302
    user.user_permissions.add(Permission.objects.get(codename="view_ballot"))
    assert client.get("/admin/polls/ballot/").status_code == 200
