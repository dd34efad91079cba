"""What an auditor learns of a poll, and takes along."""

import csv
import io
from datetime import datetime, timedelta

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from polls import audit, ballots, riddles, voters
from polls.models import Ballot, Choice, Poll, VotingHour
from tests.test_vote_limits import OFFICE, vote

pytestmark = pytest.mark.django_db
EIGHT = timezone.make_aware(datetime(2026, 11, 20, 8))


def make_poll(**fields):
    fields = {"question": "Có nên họp qua mạng?", "opens_at": EIGHT - timedelta(days=9)} | fields
    poll = Poll.objects.create(**fields)
    for order, text in enumerate(("Có", "Không", "=Tùy")):
        Choice.objects.create(poll=poll, text=text, sort_order=order)
    return poll


@pytest.fixture
def poll():
    return make_poll()


@pytest.fixture
def operator(client):
    client.force_login(User.objects.create_superuser("quan"))
    return client


def cast_at(poll, moment, number):
    """So many ballots within an hour."""
    first = Ballot.objects.count()
    for one in range(first, first + number):
        assert ballots.cast(poll, {poll.choices.first().pk}, f"{one:064x}") == "counted"
    Ballot.objects.filter(voter__gte=f"{first:064x}").update(cast_at=moment)


def test_an_hour_with_many_times_the_usual_stands_out(poll):
    for hour in range(6):
        cast_at(poll, EIGHT + timedelta(hours=hour, minutes=30), 4)
    cast_at(poll, EIGHT + timedelta(hours=7, minutes=59), 40)
    hours = audit.hours(poll)
    assert [(hour.ballots, hour.is_burst) for hour in hours] == [(4, False)] * 6 + [(40, True)]
    assert hours[0].begins_at == EIGHT


def test_a_busy_poll_without_bursts_has_none(poll):
    for hour in range(3):
        cast_at(poll, EIGHT + timedelta(hours=hour), 40)
    assert not any(hour.stands_out for hour in audit.hours(poll))


def test_refused_attempts_and_busy_addresses_are_noted_by_the_hour(poll, clock):
    clock.moment = EIGHT + timedelta(minutes=5)
    for _minute in range(6):
        for _ballot in range(7):
            vote(poll)
        clock.tick(minutes=2)
    vote(poll, "203.0.113.8")
    clock.moment = EIGHT + timedelta(hours=1)
    vote(poll, "203.0.113.9")
    first, second = audit.hours(poll)
    assert (first.ballots, first.refused, first.most_from_one) == (37, 6, 36)
    assert first.is_from_few
    assert (second.ballots, second.refused, second.most_from_one) == (1, 0, 1)
    assert OFFICE not in str(list(VotingHour.objects.values()))


def test_the_page_shows_figures_hours_and_what_stands_out(operator, poll):
    cast_at(poll, EIGHT, 40)
    for hour in range(1, 4):
        cast_at(poll, EIGHT + timedelta(hours=hour), 1)
    page = operator.get(reverse("polls_audit", args=[poll.pk])).content.decode()
    for words in ("Vừa đếm lại", "Có 1 giờ bất thường", "dồn dập", "08:00 20/11/2026", "43"):
        assert words in page
    assert page.count('class="stands-out"') == 1
    Choice.objects.filter(text="Không").update(votes=5)
    page = operator.get(reverse("polls_audit", args=[poll.pk])).content.decode()
    assert "Không: bộ đếm 5, phiếu đã lưu 0" in page
    assert "Vừa đếm lại" not in page


def test_a_poll_that_nobody_voted_in_has_a_page_too(operator, poll):
    page = operator.get(reverse("polls_audit", args=[poll.pk])).content.decode()
    assert "Chưa có ai bỏ phiếu" in page


def test_a_long_poll_is_drawn_by_days(poll):
    cast_at(poll, EIGHT, 2)
    cast_at(poll, EIGHT + timedelta(hours=5), 1)
    spans, by_day = audit.spans(audit.hours(poll))
    assert (by_day, [span.ballots for span in spans]) == (False, [2, 0, 0, 0, 0, 1])
    cast_at(poll, EIGHT + timedelta(days=30), 1)
    spans, by_day = audit.spans(audit.hours(poll))
    assert by_day
    assert [span.ballots for span in spans] == [3] + [0] * 29 + [1]


def test_the_page_takes_no_more_queries_for_a_long_poll(
    operator, poll, django_assert_max_num_queries
):
    for day in range(8):
        cast_at(poll, EIGHT + timedelta(days=day), 1)
    with django_assert_max_num_queries(20):
        operator.get(reverse("polls_audit", args=[poll.pk]))


def test_results_are_taken_along_as_a_table(operator, poll):
    Choice.objects.filter(text="Không").update(inherited_votes=4)
    cast_at(poll, EIGHT, 6)
    response = operator.get(reverse("polls_csv", args=[poll.pk]))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[1:] == [
        ["Có", "6", "0", "6", "60"],
        ["Không", "0", "4", "4", "40"],
        ["'=Tùy", "0", "0", "0", "0"],
        ["Tổng cộng", "6", "4", "10", "100"],
    ]
    response = operator.get(reverse("polls_xlsx", args=[poll.pk]))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    results, hours, about = book.worksheets
    assert [cell.value for cell in results[3]] == ["Không", 0, 4, 4, 40]
    # A text, not a formula.
    assert (results["A4"].value, results["A4"].data_type) == ("=Tùy", "s")
    assert [cell.value for cell in hours[2]] == [datetime(2026, 11, 20, 8), 6, 0, 0, None]
    facts = {row[0].value: row[1].value for row in about.iter_rows(min_row=2)}
    assert facts["Bộ đếm và phiếu đã lưu"] == "khớp nhau"
    assert facts["Số người tham gia tại đây"] == 6


def ask(poll, client, **fields):
    """The page that an opinion leads to, the cookie taken on the way."""
    data = {"choice": poll.choices.first().pk} | fields
    address = reverse("polls:vote", args=[poll.pk])
    response = client.post(address, data)
    if response.status_code == 307:
        response = client.post(response["Location"], data)
    return response


def answer_of(poll, client, riddle):
    """Found as a program would that was made for it: by trying."""
    token = client.get("/").wsgi_request
    key = voters.key(poll, voters.token(token_request(client, token)))
    return next(n for n in range(2, 19) if riddles.is_solved(key, riddle.token, str(n)))


def token_request(client, request):
    request.COOKIES[voters.COOKIE] = client.cookies[voters.COOKIE].value
    return request


def test_a_poll_may_ask_for_a_small_sum_first():
    poll, reader = make_poll(asks_riddle=True), Client()
    response = ask(poll, reader)
    assert response.status_code == 200
    riddle = response.context["riddle"]
    page = response.content.decode()
    assert riddle.question.capitalize() in page
    assert "bằng bao nhiêu?" in page
    assert f'value="{poll.choices.first().pk}" required checked' in page
    assert not Ballot.objects.exists()

    wrong = ask(poll, reader, riddle=riddle.token, answer="99")
    assert wrong.status_code == 400
    assert "Kết quả chưa đúng" in wrong.content.decode()
    assert not Ballot.objects.exists()

    riddle = wrong.context["riddle"]
    answer = answer_of(poll, reader, riddle)
    assert ask(poll, reader, riddle=riddle.token, answer=answer).status_code == 303
    assert Ballot.objects.count() == 1


@pytest.mark.parametrize("answer", ["", "abc", "٧", "9" * 400, "-1", "\x00"])
def test_nonsense_is_no_answer(answer):
    riddle = riddles.ask("1" * 64)
    assert not riddles.is_solved("1" * 64, riddle.token, answer) or answer == "٧"
    assert not riddles.is_solved("1" * 64, "forged", "3")


def test_the_answer_of_one_voter_is_nobody_elses_and_gets_old(monkeypatch):
    riddle = riddles.ask("1" * 64)
    answer = next(str(n) for n in range(2, 19) if riddles.is_solved("1" * 64, riddle.token, str(n)))
    assert not any(riddles.is_solved("2" * 64, riddle.token, str(n)) for n in range(2, 19))
    monkeypatch.setattr(riddles, "ANSWERED_WITHIN", -1)
    assert not riddles.is_solved("1" * 64, riddle.token, answer)


def test_a_script_sends_the_reader_to_the_riddles_page():
    poll, reader = make_poll(asks_riddle=True), Client()
    data = {"choice": poll.choices.first().pk}
    address = reverse("polls:vote", args=[poll.pk])
    again = reader.post(address, data, headers={"Accept": "application/json"})["Location"]
    response = reader.post(again, data, headers={"Accept": "application/json"})
    assert response.json()["outcome"] == "riddle"


def test_several_choices_by_form_and_too_many_keep_what_was_ticked(client):
    poll = make_poll(most_choices=2)
    first, second, third = (choice.pk for choice in poll.choices.all())
    page = client.get(poll.get_absolute_url()).content.decode()
    assert page.count('type="checkbox"') == 3
    assert "nhiều nhất 2 ý" in page
    refused = ask(poll, client, choice=[first, second, third])
    assert refused.status_code == 400
    assert "nhiều ý hơn mức cho phép" in refused.content.decode()
    assert refused.content.decode().count("checked") == 3
    assert ask(poll, client, choice=[first, third, third]).status_code == 303
    page = client.get(poll.get_absolute_url()).content.decode()
    assert "lượt chọn" in page
    assert "người tham gia" in page
    assert [choice.votes for choice in poll.choices.all()] == [1, 0, 1]
    assert ballots.recount(poll) == {}
