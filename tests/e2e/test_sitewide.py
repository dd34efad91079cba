"""What the board arranges for the whole portal, with mouse and keyboard, and what readers get."""

import re

from playwright.sync_api import expect

MENU = "/admin/settings/home/navigationsettings/"
FEATURED = "/admin/snippets/home/featuredpage/"
NOTICES = "/admin/snippets/home/urgentnotice/"


def titles(reader):
    return reader.locator(".menu > div > ul > li").evaluate_all(
        "items => items.map((item) => item.querySelector('summary, a').textContent.trim())"
    )


def featured(reader):
    reader.goto("/")
    return reader.locator(".hero h2, .featured-cards h3").all_inner_texts()


def drag(board, what, where):
    """As a hand does it: a picture of the row appears only once the mouse has begun to move."""
    begin, end = what.bounding_box(), where.bounding_box()
    x = begin["x"] + begin["width"] / 2
    board.mouse.move(x, begin["y"] + begin["height"] / 2)
    board.mouse.down()
    board.mouse.move(x, end["y"] + end["height"] - 2, steps=10)
    board.mouse.up()


def save(board):
    # The answer is a page of its own: what the page before said is no answer.
    with board.expect_navigation():
        board.get_by_role("button", name="Lưu", exact=True).click()
    expect(board.locator(".messages")).to_be_visible()


def test_a_menu_is_arranged_by_keyboard_and_read_by_keyboard(window):
    reader = window()
    reader.goto("/")
    before = titles(reader)

    board = window("banbientap")
    board.goto(MENU)
    entries = board.locator(
        "[data-contentpath=menu] [data-streamfield-child]:has([data-contentpath=links])"
    )
    # A submenu for the first entry, then the entry one place down.
    first = entries.first
    links = first.locator("[data-contentpath=links]")
    links.get_by_role("button", name=re.compile("^(Chèn|Thêm)")).first.press("Enter")
    links.locator("[data-contentpath=title] input").last.fill("Tỷ giá hôm nay")
    links.locator("[data-contentpath=address] input").last.fill("/ty-gia/")
    first.get_by_role("button", name="Chuyển xuống").first.press("Enter")
    save(board)

    reader.goto("/")
    assert titles(reader) == [before[0], before[2], before[1], *before[3:]]
    summary = reader.locator(".submenu summary")
    link = reader.get_by_role("link", name="Tỷ giá hôm nay")
    expect(link).to_be_hidden()
    summary.press("Enter")
    expect(link).to_be_visible()
    link.focus()
    reader.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(summary).to_be_focused()
    summary.press("Enter")
    # Past the last link of the submenu.
    link.focus()
    reader.keyboard.press("Tab")
    expect(link).to_be_hidden()
    summary.click()
    link.click()
    reader.wait_for_url("**/ty-gia/")
    expect(reader.locator(".submenu a[aria-current=page]")).to_have_text("Tỷ giá hôm nay")


def test_a_submenu_opens_without_scripts_on_a_phone(window):
    reader = window(java_script_enabled=False)
    reader.set_viewport_size({"width": 360, "height": 740})
    reader.goto("/")
    reader.locator(".menu > div > details > summary").click()
    reader.locator(".submenu summary").click()
    expect(reader.get_by_role("link", name="Tỷ giá hôm nay")).to_be_visible()


def test_what_is_featured_is_moved_by_mouse_and_by_keyboard(window):
    reader, board = window(), window("banbientap")
    before = featured(reader)
    board.goto(FEATURED)
    handles = board.locator("tbody [data-w-orderable-target=handle]")
    expect(handles).to_have_count(len(before))
    with board.expect_response("**/reorder/**"):
        drag(board, handles.nth(0), handles.nth(2))
    moved = featured(reader)
    assert sorted(moved) == sorted(before)
    assert moved[0] != before[0]

    board.goto(FEATURED)
    handles.nth(1).focus()
    board.keyboard.press("ArrowUp")
    with board.expect_response("**/reorder/**"):
        board.keyboard.press("Enter")
    assert featured(reader)[:2] == [moved[1], moved[0]]


def test_a_notice_reaches_open_pages_is_hidden_by_its_reader_and_comes_back_when_changed(window):
    reader = window()
    reader.clock.install()
    reader.goto("/tin-tuc/")
    notices = reader.get_by_role("region", name="Thông báo của cổng")
    expect(notices).to_be_hidden()

    board = window("banbientap")
    board.goto(f"{NOTICES}add/")
    text = board.get_by_role("textbox", name="Điều bạn đọc cần biết")
    text.fill("Cấm cầu Hiền Lương từ 20 giờ")
    board.get_by_role("combobox", name="Mức độ").select_option(label="Khẩn cấp")
    ends = board.locator("[name=ends_at]")
    ends.fill(board.locator("[name=starts_at]").input_value())
    # At its beginning already: refused, and what was typed stays.
    save(board)
    expect(board.get_by_text("Giờ kết thúc phải sau giờ bắt đầu.")).to_be_visible()
    expect(text).to_have_value(re.compile("Hiền Lương"))
    days = board.evaluate(
        """() => {
            const day = new Date(Date.now() + 2 * 24 * 3600 * 1000);
            const two = (number) => String(number).padStart(2, "0");
            return `${two(day.getDate())}/${two(day.getMonth() + 1)}/${day.getFullYear()} 12:00`;
        }"""
    )
    ends.fill(days)
    save(board)

    # The page has been open all the time; nobody reloads it.
    reader.clock.fast_forward(61_000)
    expect(notices).to_contain_text("Khẩn cấp: Cấm cầu Hiền Lương từ 20 giờ")
    reader.get_by_role("button", name=re.compile("^Ẩn thông báo")).press("Enter")
    expect(notices).not_to_contain_text("Hiền Lương", use_inner_text=True)
    reader.goto("/")
    expect(reader.get_by_text("Hiền Lương")).to_be_hidden()

    board.goto(NOTICES)
    board.get_by_role("link", name=re.compile("Hiền Lương")).first.click()
    text.fill("Cầu Hiền Lương thông xe lúc 5 giờ")
    save(board)
    reader.goto("/")
    expect(reader.get_by_text("Cầu Hiền Lương thông xe")).to_be_visible()
