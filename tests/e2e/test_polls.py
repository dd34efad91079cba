"""Polls in a real browser: written and reviewed, voted on by all kinds of readers."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.office import approve, submit

QUESTION = "Cần thêm những tuyến xe buýt nào?"
ROUTES = ["Đông Hà – Lao Bảo", "Đông Hà – Cửa Việt", "Đồng Hới – Đông Hà"]
THANKS = "ý kiến của bạn đã được ghi nhận"


def poll_number(portal, question):
    [(number,)] = portal.sql(f"SELECT id FROM polls_poll WHERE question LIKE '{question}%'")
    return number


@pytest.fixture(scope="module")
def buses(portal):
    """Makes the poll, once, when it is asked for with a window."""
    made = {}

    def number(window):
        if not made:
            write_poll(window)
            made["number"] = poll_number(portal, QUESTION)
        return made["number"]

    return number


def write_poll(window):
    editor = window("bientap")
    editor.goto("/admin/snippets/polls/poll/add/")
    editor.locator("#id_question").fill(QUESTION)
    for number, route in enumerate(ROUTES):
        if number > 1:
            editor.get_by_role("button", name="Thêm lựa chọn").click()
        editor.locator(f"#id_choices-{number}-text").fill(route)
    editor.locator("#id_most_choices").fill("2")
    submit(editor, QUESTION)
    approve(window("kiemduyet"), QUESTION)
    approve(window("banbientap"), QUESTION)


def votes(poll):
    return [int(text.replace(".", "")) for text in poll.locator("[data-votes]").all_inner_texts()]


def ground(poll):
    """Of what is said to the voter."""
    return poll.locator("[data-poll-message]").evaluate(
        "it => getComputedStyle(it).backgroundColor"
    )


def test_an_editors_poll_is_reviewed_and_takes_several_choices(window, buses):
    number = buses(window)
    reader = window()
    reader.goto(f"/y-kien/{number}/")
    poll = reader.locator("main [data-poll]").first
    before = votes(poll)
    boxes = poll.get_by_role("checkbox")
    expect(boxes).to_have_count(3)
    for box in boxes.all():
        box.check()
    poll.get_by_role("button", name="Gửi ý kiến").click()
    expect(poll).to_contain_text("Bạn đã chọn nhiều ý hơn mức cho phép")
    of_a_fault = ground(poll)
    # What was ticked is still ticked.
    boxes.nth(1).uncheck()
    poll.get_by_role("button", name="Gửi ý kiến").click()
    expect(poll).to_contain_text(THANKS)
    assert ground(poll) != of_a_fault
    expect(poll.locator("[data-votes]").first).to_have_text(str(before[0] + 1))
    assert votes(poll) == [before[0] + 1, before[1], before[2] + 1]
    percents = [int(text) for text in poll.locator("[data-percent]").all_inner_texts()]
    assert sum(percents) == 100


def test_by_keyboard_alone(window, buses):
    number = buses(window)
    reader = window()
    reader.goto(f"/y-kien/{number}/")
    poll = reader.locator("main [data-poll]").first
    before = votes(poll)
    for _key in range(60):
        reader.keyboard.press("Tab")
        if reader.evaluate("document.activeElement.name") == "choice":
            break
    reader.keyboard.press("Tab")
    reader.keyboard.press("Space")
    for _key in range(5):
        reader.keyboard.press("Tab")
        if reader.evaluate("document.activeElement.type") == "submit":
            break
    reader.keyboard.press("Enter")
    expect(poll).to_contain_text(THANKS)
    # A screen reader is there where it is said.
    assert THANKS in reader.evaluate("document.activeElement.textContent")
    expect(poll.locator("[data-votes]").nth(1)).to_have_text(str(before[1] + 1))


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_small_sum_first_where_a_poll_asks_for_it(window, portal, javascript):
    number = poll_number(portal, "Bạn muốn nộp")
    portal.sql(f"UPDATE polls_poll SET asks_riddle = true WHERE id = {number}")
    reader = window(java_script_enabled=javascript)
    reader.goto(f"/y-kien/{number}/")
    reader.locator("main [data-poll]").get_by_role("radio").nth(1).check()
    reader.get_by_role("button", name="Gửi ý kiến").first.click()
    expect(reader.locator("main")).to_contain_text("Còn một bước")
    expect(reader.locator("main [data-poll]").get_by_role("radio").nth(1)).to_be_checked()

    def answer(number):
        reader.get_by_label("bằng bao nhiêu").fill(str(number))
        reader.locator("main").get_by_role("button", name="Gửi ý kiến").first.click()

    answer(99)
    expect(reader.locator("main")).to_contain_text("Kết quả chưa đúng")
    words = ["một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
    question = reader.locator(".poll-riddle label").inner_text().lower()
    one, other = re.match(r"(\w+) cộng (\w+)", question).groups()
    answer(words.index(one) + words.index(other) + 2)
    expect(reader.locator("main")).to_contain_text(THANKS)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_poll_that_closes_while_its_page_is_open(window, portal, javascript):
    number = poll_number(portal, "Có nên đưa")
    [(closes_at,)] = portal.sql(f"SELECT closes_at FROM polls_poll WHERE id = {number}")
    reader = window(java_script_enabled=javascript)
    reader.goto(f"/y-kien/{number}/")
    poll = reader.locator("main [data-poll]").first
    before = votes(poll)
    poll.get_by_role("radio").first.check()
    portal.sql(
        f"UPDATE polls_poll SET closes_at = '2026-01-02 00:00:00+00:00', "
        f"opens_at = '2026-01-01 00:00:00+00:00' WHERE id = {number}"
    )
    try:
        poll.get_by_role("button", name="Gửi ý kiến").click()
        expect(reader.locator("main")).to_contain_text("đã đóng nên lựa chọn của bạn không được")
        reader.goto(f"/y-kien/{number}/")
        expect(reader.locator("main form")).to_have_count(0)
        expect(reader.locator("main")).to_contain_text("Kết quả được giữ tại đây")
        assert votes(reader.locator("main [data-poll]").first) == before
        reader.goto("/y-kien/")
        expect(reader.locator(".polls-closed")).to_contain_text("Có nên đưa")
    finally:
        portal.sql(f"UPDATE polls_poll SET closes_at = '{closes_at}' WHERE id = {number}")


def test_figures_move_on_a_page_from_a_cache(window, portal):
    stored = portal.get("/")
    number = poll_number(portal, "Có nên đưa")
    rendered = re.search(r'data-live="visits-total">([\d.]+)<', stored)[1]
    # Another visitor than those of the tests before.
    voter = window(user_agent="Mozilla/5.0 (Android 8; Mobile) Firefox/120.0")
    voter.goto(f"/y-kien/{number}/")
    poll = voter.locator("main [data-poll]").first
    poll.get_by_role("radio").nth(2).check()
    poll.get_by_role("button", name="Gửi ý kiến").click()
    expect(poll).to_contain_text(THANKS)
    counted = poll.locator("[data-total]").inner_text()
    assert f'"total": {counted}' in portal.get(f"/live/?seen=1&poll={number}")

    reader = window()
    # What a cache in front of the portal would answer: the page as it was, for everybody.
    reader.route(portal.url, lambda route: route.fulfill(body=stored, content_type="text/html"))
    reader.goto("/")
    shown = reader.locator(f'[data-poll="{number}"] [data-total]').first
    expect(shown).to_have_text(counted)
    total = reader.locator('[data-live="visits-total"]').first
    expect(total).not_to_have_text(rendered)
    figures = [
        int(reader.locator(f'[data-live="{name}"]').first.inner_text().replace(".", ""))
        for name in ("online-total", "visits-today", "visits-month", "visits-total")
    ]
    assert figures == sorted(figures)
    assert figures[0] >= 1
