"""From an editor's empty form to a reader's vote, in a real browser on the running portal."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.e2e.office import add_block, approve, submit, wait_for_autosave

TITLE = "Mở hộp thư công vụ cho cán bộ xã"
REFERENCE = "28/CT-UBND"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def section_id(portal):
    return portal.sql("SELECT id FROM wagtailcore_page WHERE slug = 'chi-thi-email'")[0][0]


def write_directive(window, portal):
    window.goto(f"/admin/pages/add/articles/directivepage/{section_id(portal)}/")
    number, symbol = REFERENCE.split("/")
    for field, value in {
        "title": TITLE,
        "number": number,
        "symbol": symbol,
        "subject": "Về việc mở hộp thư công vụ cho cán bộ, công chức cấp xã",
        "signer": "Trần Thị Hạnh",
        "signer_position": "Phó Chủ tịch",
        "signed_on": f"{date.today():%d/%m/%Y}",
        "summary": "Mỗi cán bộ xã có một hộp thư công vụ.",
    }.items():
        window.locator(f"#id_{field}").fill(value)
    window.keyboard.press("Escape")  # closes the calendar
    window.locator("#id_type").select_option(label="Chỉ thị")
    window.locator("#id_issuer").select_option(index=1)

    block = add_block(window, "Tiêu đề")
    block.get_by_role("textbox", name="Nội dung").fill("Việc phải làm")
    block = add_block(window, "Đoạn văn")
    block.get_by_role("textbox").last.click()
    window.keyboard.type("Xã lập danh sách cán bộ trước ngày 15.")
    block = add_block(window, "Trích dẫn")
    block.get_by_role("textbox", name="Trích dẫn").fill("Hộp thư là địa chỉ của cơ quan.")
    block = add_block(window, "Khung nhấn mạnh")
    block.get_by_role("textbox").last.click()
    window.keyboard.type("Không dùng hộp thư riêng cho việc công.")
    block = add_block(window, "Điều, khoản, điểm")
    block.get_by_role("textbox", name="Số của điều").fill("1")
    block.get_by_role("textbox", name="Tiêu đề").fill("Hiệu lực")

    window.get_by_role("button", name="Thêm tệp đính kèm").click()
    window.get_by_role("button", name="Chọn tài liệu").last.click()
    dialog = window.get_by_role("dialog")
    dialog.get_by_role("tab", name="Tải lên").click()
    dialog.get_by_label("Tiêu đề").last.fill("Bản ký 28/CT-UBND")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "28-ct-ubnd.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    dialog.get_by_role("button", name="Tải lên").click()
    expect(dialog).to_be_hidden()
    expect(window.get_by_text("Bản ký 28/CT-UBND").first).to_be_visible()


def test_a_directive_goes_from_its_editor_through_two_moderators_to_its_readers(window, portal):
    editor = window("bientap")
    write_directive(editor, portal)
    wait_for_autosave(editor)
    submit(editor, TITLE)

    reader = window()
    reader.goto("/")
    expect(reader.get_by_role("link", name=TITLE)).to_have_count(0)

    approve(window("kiemduyet"), TITLE)
    reader.goto("/")
    expect(reader.get_by_role("link", name=TITLE)).to_have_count(0)

    approve(window("banbientap"), TITLE)
    for address in (
        "/",
        "/van-ban/",
        "/van-ban/chi-thi-email/",
        "/tim-kiem/?q=28+ct+ubnd",
        "/tim-kiem/?q=hop+thu+cong+vu+cho+can+bo+xa",
    ):
        reader.goto(address)
        expect(reader.locator("main").get_by_role("link", name=TITLE)).to_have_count(1)

    reader.locator("main").get_by_role("link", name=TITLE).click()
    main = reader.locator("main")
    for words in (
        REFERENCE,
        "Trần Thị Hạnh",
        "Còn hiệu lực",
        "Việc phải làm",
        "trước ngày 15",
        "địa chỉ của cơ quan",
        "hộp thư riêng",
        "Hiệu lực",
    ):
        expect(main).to_contain_text(words)
    with reader.expect_download() as download:
        main.get_by_role("link", name="Bản ký 28/CT-UBND").evaluate(
            "link => { link.download = ''; link.click() }"
        )
    assert download.value.path().read_bytes() == PDF


def test_whoever_only_approves_what_is_waiting_becomes_no_author_of_it(window, portal):
    ((waiting,),) = portal.sql(
        "SELECT draft_title FROM wagtailcore_page WHERE NOT live AND depth > 2"
        " AND url_path LIKE '%/tin-tuc/%'"
    )
    approve(window("kiemduyet"), waiting)
    approve(window("banbientap"), waiting)
    reader = window()
    reader.goto("/tin-tuc/")
    expect(reader.locator("main").get_by_role("link", name=waiting)).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_reader_votes_and_is_counted_once(window, portal, javascript):
    reader = window(java_script_enabled=javascript)
    # Without scripts its figures would be up to a minute old.
    portal.forget_pages()
    reader.goto("/")
    assert reader.context.cookies() == []
    poll = reader.locator("[data-poll]").first
    choice = poll.locator("[data-choice]").first
    votes = int(choice.locator("[data-votes]").inner_text())
    total = int(poll.locator("[data-total]").inner_text())

    poll.get_by_role("radio").first.check()
    poll.get_by_role("button", name="Gửi ý kiến").click()
    expect(reader.get_by_text("ý kiến của bạn đã được ghi nhận").first).to_be_visible()
    expect(reader.locator("[data-poll] [data-votes]").first).to_have_text(str(votes + 1))
    expect(reader.locator("[data-poll] [data-total]").first).to_have_text(str(total + 1))

    # Again, from a fresh page: said, and not counted.
    reader.goto("/")
    poll = reader.locator("[data-poll]").first
    poll.get_by_role("radio").nth(1).check()
    poll.get_by_role("button", name="Gửi ý kiến").click()
    expect(reader.get_by_text("đã được ghi nhận từ trước").first).to_be_visible()
    stranger = window()
    stranger.goto("/")
    expect(stranger.locator("[data-poll] [data-votes]").first).to_have_text(str(votes + 1))
    expect(stranger.locator("[data-poll] [data-total]").first).to_have_text(str(total + 1))


def test_figures_move_on_an_open_page_and_each_view_is_counted(window, portal):
    address = "/van-ban/chi-thi-email/07-ct-ubnd-2014/"
    rendered = re.search(r"data-views>([\d.]+)<", portal.get(address)).group(1)
    before = int(rendered.replace(".", ""))
    assert before >= 2427

    def shown(views):
        return f"{views:,}".replace(",", ".")

    reader = window()
    reader.clock.install()
    reader.goto(address)
    # As rendered it said one less: the script brought the new figure.
    expect(reader.locator("[data-views]")).to_have_text(shown(before + 1))
    other = window(user_agent="Mozilla/5.0 (another reader) Firefox/140.0")
    other.goto(address)
    expect(other.locator("[data-views]")).to_have_text(shown(before + 2))
    expect(other.locator("[data-live=online-total]")).to_have_count(0)

    other.goto("/")
    online = other.locator("[data-live=online-total]")
    expect(online).not_to_have_text("0")
    reader.clock.fast_forward(61_000)
    expect(reader.locator("[data-views]")).to_have_text(shown(before + 2))


def test_a_page_asks_nobody_else_and_keeps_to_its_own_scripts(window, portal):
    reader = window()
    asked = []
    reader.on("request", lambda request: asked.append(request.url))
    faults = []
    reader.on("pageerror", lambda error: faults.append(str(error)))
    for address in ("/", "/van-ban/", "/van-ban/chi-thi-email/07-ct-ubnd-2014/", "/y-kien/"):
        reader.goto(address)
        reader.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((portal.url, "data:"))] == []
    assert faults == []


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_scrolls_sideways(window, width):
    reader = window()
    reader.set_viewport_size({"width": width, "height": 800})
    for address in (
        "/",
        "/van-ban/",
        "/van-ban/chi-thi-email/07-ct-ubnd-2014/",
        "/tin-tuc/",
        "/su-kien/",
        "/y-kien/",
        "/tim-kiem/?q=thu",
        "/khong-co/",
    ):
        reader.goto(address)
        assert reader.evaluate("document.documentElement.scrollWidth") <= width, address


def test_the_menu_opens_on_a_phone_without_javascript(window):
    reader = window(java_script_enabled=False)
    reader.set_viewport_size({"width": 360, "height": 800})
    reader.goto("/")
    link = reader.get_by_role("navigation", name="Danh mục chính").get_by_role(
        "link", name="Tin tức"
    )
    expect(link).to_be_hidden()
    reader.get_by_text("Menu", exact=True).click()
    link.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Tin tức")


def test_the_board_looks_through_the_stored_figures_and_its_lists(window):
    board = window("banbientap")
    for address, heading in [
        ("/admin/rates/", "tỷ giá"),
        ("/admin/weather/", "thời tiết"),
        ("/admin/feed-runs/", "lần"),
        ("/admin/snippets/polls/poll/", "thăm dò"),
        ("/admin/snippets/sidebar/sidebar/", "cột bên"),
        ("/admin/snippets/articles/issuer/", "cơ quan"),
    ]:
        response = board.goto(address)
        assert response.status == 200, address
        expect(board.locator("main")).to_contain_text(re.compile(heading, re.IGNORECASE))
    assert board.goto("/admin/feed-runs/?started_at__gte=zzz").status == 404
