"""Voting as readers do it: pages, forms, cookies, the block on other pages."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.blocks import BoundBlock

from polls import ballots, voters
from polls.blocks import PollBlock
from polls.models import Ballot, Choice, Poll

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NOW = timezone.now()
HOUR = timedelta(hours=1)
THANKS = "Cảm ơn, ý kiến của bạn đã được ghi nhận."
JSON = {"accept": "application/json"}


def make_poll(*votes, **fields):
    fields = {"question": "Có nên mở thư viện buổi tối?", "opens_at": NOW - HOUR} | fields
    poll = Poll.objects.create(**fields)
    for order, inherited in enumerate(votes or (0, 0)):
        Choice.objects.create(
            poll=poll, text=f"Ý {order + 1}", sort_order=order, inherited_votes=inherited
        )
    return poll


@pytest.fixture
def poll():
    return make_poll(16, 4, 1, 4)


def vote_address(poll):
    return reverse("polls:vote", args=[poll.pk])


def send(client, poll, choice=None, **extra):
    """Presses the button and follows the way back to the same address, as a browser does."""
    data = {"choice": (choice or poll.choices.first()).pk}
    response = client.post(vote_address(poll), data, **extra)
    if response.status_code == 307:
        response = client.post(response["Location"], data, **extra)
    return response


def total(poll):
    return ballots.tally([poll])[poll.pk].total


def text_of(response_or_html):
    """What a reader sees: without tags, blanks made one."""
    html = getattr(response_or_html, "content", response_or_html)
    html = html.decode() if isinstance(html, bytes) else html
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_results_are_bars_and_numbers(client, poll):
    response = client.get(poll.get_absolute_url())
    page = response.content.decode()
    assert response.status_code == 200
    assert re.findall(r'<rect width="(\d+)"', page) == ["64", "16", "4", "16"]
    text = text_of(response)
    assert "Ý 1 16 phiếu · 64%" in text
    assert "Ý 3 1 phiếu · 4%" in text
    assert "Tổng cộng: 25 phiếu (25 phiếu từ cổng cũ)" in text


def test_large_figures_are_grouped_and_ids_are_not(client):
    poll = make_poll(26_345, 0)
    Choice.objects.filter(poll=poll).update(sort_order=0)
    choice = Choice.objects.create(pk=1_234_567, poll=poll, text="Khác", sort_order=1)
    page = client.get(poll.get_absolute_url()).content.decode()
    assert "<span data-votes>26.345</span>" in page
    assert f'value="{choice.pk}"' in page
    assert f'data-choice="{choice.pk}"' in page


def test_a_vote_leads_back_to_the_poll_and_is_thanked_for(client, poll):
    response = send(client, poll)
    assert response.status_code == 303
    assert response["Location"] == f"{poll.get_absolute_url()}?da-ghi=1#ket-qua"
    page = client.get(response["Location"])
    assert THANKS in text_of(page)
    assert "<form" not in page.content.decode().split("<main")[1].split("</main")[0]
    assert total(poll) == 26


def test_the_same_reader_is_counted_once(client, poll):
    first, second = poll.choices.all()[:2]
    assert send(client, poll, first).status_code == 303
    for choice in (first, second):
        response = send(client, poll, choice)
        assert response.status_code == 409
        assert "đã được ghi nhận từ trước" in text_of(response)
    assert Ballot.objects.count() == 1
    assert total(poll) == 26


def test_another_reader_is_counted_too(poll):
    for _reader in range(3):
        assert send(Client(), poll).status_code == 303
    assert total(poll) == 28


def test_a_double_click_on_the_first_vote_is_counted_once(client, poll):
    data = {"choice": poll.choices.first().pk}
    # Both clicks leave before an answer is there; the browser follows the last one alone.
    Client().post(vote_address(poll), data)
    response = client.post(vote_address(poll), data)
    assert response.status_code == 307
    assert Ballot.objects.count() == 0
    assert client.post(response["Location"], data).status_code == 303
    assert Ballot.objects.count() == 1


def test_a_browser_without_cookies_is_told_so(poll):
    data = {"choice": poll.choices.first().pk}
    again = Client().post(vote_address(poll), data)["Location"]
    response = Client().post(again, data)
    assert response.status_code == 400
    assert "cho phép cookie" in text_of(response)
    assert not Ballot.objects.exists()


def test_a_forged_cookie_is_no_voter(client, poll):
    client.cookies[voters.COOKIE] = "mine:1abc:forged"
    assert THANKS not in text_of(client.get(poll.get_absolute_url()))
    assert send(client, poll).status_code == 303
    assert send(client, poll).status_code == 409
    assert Ballot.objects.count() == 1


def test_only_a_vote_sets_a_cookie(client, poll):
    closed = make_poll(closes_at=NOW)
    addresses = [
        reverse("polls:list"),
        poll.get_absolute_url(),
        closed.get_absolute_url(),
        vote_address(poll),
    ]
    for address in addresses:
        assert not client.get(address).cookies
    assert not client.post(vote_address(poll)).cookies
    assert not client.post(vote_address(closed), {"choice": "1"}).cookies


@pytest.mark.parametrize("secure", [False, True])
def test_the_voter_cookie_stays_with_the_polls_and_out_of_scripts(client, poll, secure):
    cookie = send(client, poll, secure=secure).cookies[voters.COOKIE]
    assert cookie["path"] == reverse("polls:list") == "/y-kien/"
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert bool(cookie["secure"]) is secure
    assert cookie["max-age"] == 365 * 24 * 60 * 60
    request = RequestFactory().get("/")
    request.COOKIES[voters.COOKIE] = cookie.value
    assert Ballot.objects.get().voter == voters.key(poll, voters.token(request))


def test_pages_of_a_voter_are_kept_by_no_cache(client, poll):
    anonymous = client.get(poll.get_absolute_url())
    assert "private" not in anonymous.get("Cache-Control", "")
    assert "Cookie" in anonymous["Vary"]
    assert "no-store" in send(client, poll)["Cache-Control"]
    assert client.get(poll.get_absolute_url())["Cache-Control"] == "private, no-store"


def test_the_page_is_the_same_for_every_anonymous_reader(poll):
    pages = {Client().get(poll.get_absolute_url()).content for _reader in range(2)}
    assert len(pages) == 1
    assert b"csrf" not in pages.pop()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin", "origin": "http://testserver"},
        {"sec-fetch-site": "none"},
        {"origin": "https://testserver", "referer": "https://elsewhere.vn/"},
        {"referer": "http://testserver/van-ban/"},
    ],
)
def test_votes_from_this_site_are_counted(headers, poll):
    client = Client(enforce_csrf_checks=True)
    assert send(client, poll, headers=headers).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"origin": "https://elsewhere.vn"},
        {"origin": "https://testserver.elsewhere.vn"},
        {"origin": "http://testserver:81"},
        {"origin": "null"},
        {"origin": "http://[testserver"},
        {"referer": "https://elsewhere.vn/testserver"},
    ],
)
def test_votes_from_other_sites_are_refused(client, poll, headers):
    send(client, poll)
    response = send(client, make_poll(), headers=headers)
    assert response.status_code == 403
    assert "không được ghi nhận" in text_of(response)
    assert Ballot.objects.count() == 1


@pytest.mark.parametrize("choice", ["", "0", "abc", "-1", "9" * 400, "²", "\x00", "1.0"])
def test_without_a_known_choice_the_form_comes_back_with_a_message(client, poll, choice):
    response = client.post(vote_address(poll), {"choice": choice})
    assert response.status_code == 400
    assert "Hãy chọn một trong các ý kiến" in text_of(response)
    assert 'type="radio"' in response.content.decode()
    assert not Ballot.objects.exists()


def test_a_choice_of_another_poll_is_refused(client, poll):
    assert send(client, poll, make_poll().choices.first()).status_code == 400
    assert not Ballot.objects.exists()


def test_a_closed_poll_refuses_votes_and_keeps_its_results(client):
    poll = make_poll(3, 1, closes_at=NOW)
    page = client.get(poll.get_absolute_url())
    assert "<form" not in page.content.decode().split("<main")[1].split("</main")[0]
    assert "Ý 1 3 phiếu · 75%" in text_of(page)
    response = send(client, poll)
    assert response.status_code == 409
    assert "đã đóng nên lựa chọn của bạn không được ghi nhận" in text_of(response)
    assert total(poll) == 4


def test_a_poll_that_is_not_open_yet_says_when_it_will_be(client):
    poll = make_poll(opens_at=NOW + HOUR)
    page = client.get(poll.get_absolute_url())
    assert "<form" not in page.content.decode().split("<main")[1].split("</main")[0]
    opens_at = timezone.localtime(poll.opens_at)
    day = f"{opens_at.day}/{opens_at.month}/{opens_at.year}"
    assert f"Bắt đầu nhận ý kiến lúc {opens_at:%H:%M} ngày {day}" in text_of(page)
    response = send(client, poll)
    assert response.status_code == 409
    assert "chưa mở" in text_of(response)


def test_the_vote_address_opened_by_hand_leads_to_the_poll(client, poll):
    response = client.get(vote_address(poll))
    assert (response.status_code, response["Location"]) == (302, poll.get_absolute_url())
    assert client.put(vote_address(poll)).status_code == 405


@pytest.mark.parametrize("address", ["/y-kien/0/", "/y-kien/99999999999999999999999/"])
def test_unknown_polls_are_not_found(client, address):
    assert client.get(address).status_code == 404
    assert client.post(f"{address}bo-phieu/").status_code == 404


def test_a_script_gets_its_answer_as_json(client, poll):
    first = poll.choices.first()
    response = send(client, poll, headers=JSON)
    assert response.status_code == 200
    answer = response.json()
    assert (answer["outcome"], answer["message"]) == ("counted", THANKS)
    assert answer["results"]["total"] == 26
    choices = answer["results"]["choices"]
    assert choices[str(first.pk)] == [17, 66]
    assert sum(percent for _votes, percent in choices.values()) == 100

    refusals = {
        "already_voted": (send(client, poll, headers=JSON), 409),
        "unknown_choice": (client.post(vote_address(poll), headers=JSON), 400),
        "closed": (send(client, make_poll(closes_at=NOW), headers=JSON), 409),
        "not_open_yet": (send(client, make_poll(opens_at=NOW + HOUR), headers=JSON), 409),
    }
    for outcome, (response, status) in refusals.items():
        assert (response.json()["outcome"], response.status_code) == (outcome, status)


def test_the_list_has_open_polls_and_closed_ones_with_results(client, poll):
    make_poll(3, 1, question="Đã hỏi năm ngoái", closes_at=NOW)
    make_poll(question="Sẽ hỏi năm sau", opens_at=NOW + HOUR)
    response = client.get(reverse("polls:list"))
    text = text_of(response)
    assert text.index(poll.question) < text.index("Đã hỏi năm ngoái") < text.index("75%")
    assert "Sẽ hỏi năm sau" not in text
    day = timezone.localtime(NOW)
    assert f"đóng ngày {day.day}/{day.month}/{day.year}" in text


def test_closed_polls_are_listed_page_by_page(client):
    for number in range(25):
        make_poll(question=f"Câu hỏi cũ {number}", closes_at=NOW)
    first = text_of(client.get(reverse("polls:list")))
    second = text_of(client.get(reverse("polls:list"), {"trang": "2"}))
    assert (first.count("Câu hỏi cũ"), second.count("Câu hỏi cũ")) == (20, 5)


def queries_about_polls(address):
    with CaptureQueriesContext(connection) as captured:
        assert Client().get(address).status_code == 200
    return [query["sql"] for query in captured if "polls_" in query["sql"]]


def test_a_poll_page_asks_for_the_poll_its_choices_and_their_corrections_only(poll):
    assert len(queries_about_polls(poll.get_absolute_url())) == 3


def test_the_list_asks_no_more_for_many_polls_than_for_few(poll):
    make_poll(closes_at=NOW)
    few = queries_about_polls(reverse("polls:list"))
    for _number in range(5):
        make_poll()
        make_poll(closes_at=NOW)
    assert len(queries_about_polls(reverse("polls:list"))) == len(few) == 4


def render_block(poll, heading="Ý kiến của bạn"):
    block = PollBlock()
    return block.render(block.to_python({"heading": heading, "poll": poll.pk}))


def test_the_block_shows_question_form_results_and_closing_day():
    poll = make_poll(16, 4, 1, 4, closes_at=NOW + 48 * HOUR)
    html = render_block(poll)
    text = text_of(html)
    for part in ("Ý kiến của bạn", poll.question, "Gửi ý kiến", "Ý 1 16 phiếu · 64%"):
        assert part in text
    day = timezone.localtime(poll.closes_at)
    assert f"đóng ngày {day.day}/{day.month}/{day.year}" in text
    assert html.count('type="radio"') == 4
    assert f'action="{vote_address(poll)}"' in html
    assert f'href="{poll.get_absolute_url()}"' in html


def test_the_block_has_what_the_script_needs(poll):
    html = render_block(poll)
    for hook in (f'data-poll="{poll.pk}"', "data-poll-form", "data-total", "data-votes"):
        assert hook in html
    for choice in poll.choices.all():
        assert f'data-choice="{choice.pk}"' in html
    assert '<p class="poll-message" role="status" aria-live="polite" data-poll-message></p>' in html


def test_the_same_poll_twice_on_a_page_has_no_ids_that_collide(poll):
    assert not re.search(r"\bid=|aria-labelledby|\bfor=", render_block(poll))


def test_a_block_escapes_what_was_typed():
    poll = make_poll(question="<script>alert(1)</script>")
    assert "<script" not in render_block(poll, heading='"><script>')


def test_a_block_whose_poll_was_deleted_shows_nothing(poll):
    block = PollBlock()
    pk = poll.pk
    poll.choices.all().delete()
    poll.delete()
    assert not block.render(block.to_python({"heading": "Ý kiến", "poll": pk})).strip()
    assert not block.render(block.to_python({"heading": "Ý kiến", "poll": None})).strip()


def test_a_block_is_rendered_with_two_queries(poll, django_assert_num_queries):
    with django_assert_num_queries(2):
        render_block(poll)


def test_the_block_has_a_preview_for_editors():
    block = PollBlock()
    text = text_of(block.render(block.get_preview_value()))
    assert "64%" in text
    assert "Gửi ý kiến" in text


def test_a_block_in_a_page_takes_its_words_from_the_block_not_the_page(poll):
    block = PollBlock()
    value = block.to_python({"heading": "Ý kiến", "poll": poll.pk})
    page = {"poll": "page", "voted": True, "message": "page", "block": BoundBlock(block, value)}
    template = Template("{% load wagtailcore_tags %}{% include_block block %}")
    html = template.render(Context(page))
    assert "data-poll-form" in html
    assert "page" not in html
