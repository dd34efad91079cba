"""One directive is withdrawn, another replaced: what editors do, and what readers then see."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.office import approve, submit

pytestmark = pytest.mark.once

REASON = "Ban hành không đúng thẩm quyền, đã có kết luận kiểm tra."
TITLE = "Tiếp nhận hồ sơ trong một lần đến"
TODAY = date.today()


def directive(portal, number, symbol):
    """(primary key, title, address) of one of the demo's."""
    [found] = portal.sql(
        "SELECT page.id, page.title, page.url_path FROM articles_directivepage AS directive"
        " JOIN wagtailcore_page AS page ON page.id = directive.page_ptr_id"
        f" WHERE directive.number = '{number}' AND directive.symbol = '{symbol}'"
    )
    pk, title, path = found
    return pk, title, path.removeprefix("/home")


def approve_twice(window, title):
    approve(window("kiemduyet"), title)
    approve(window("banbientap"), title)


def withdraw(editor, pk, title):
    editor.goto(f"/admin/pages/{pk}/edit/")
    editor.locator("#id_withdrawn_on").fill(f"{TODAY:%d/%m/%Y}")
    editor.keyboard.press("Escape")
    editor.locator("#id_withdrawal_reason").fill(REASON)
    editor.locator("#id_change_note").fill("Thu hồi văn bản.")
    submit(editor, title)


def write_replacement(editor, portal, old_title):
    [(section,)] = portal.sql("SELECT id FROM wagtailcore_page WHERE slug = 'van-ban'")
    editor.goto(f"/admin/pages/add/articles/directivepage/{section}/")
    for field, value in {
        "title": TITLE,
        # Number, symbol and type at once, as it stands on paper.
        "number": "31/CT-UBND",
        "subject": "Về việc tiếp nhận hồ sơ của người dân trong một lần đến",
        "signer": "Trần Thị Hạnh",
        "signer_position": "Phó Chủ tịch",
        "signed_on": f"{TODAY:%d/%m/%Y}",
    }.items():
        editor.locator(f"#id_{field}").fill(value)
    editor.keyboard.press("Escape")
    editor.locator("#id_issuer").select_option(index=1)
    editor.get_by_role("button", name="Thêm quan hệ").click()
    editor.locator("#id_relations-0-kind").select_option(label="thay thế")
    editor.get_by_role("button", name="Chọn trang (Văn bản)").click()
    dialog = editor.get_by_role("dialog")
    dialog.get_by_role("textbox").first.fill(old_title)
    dialog.get_by_role("link", name=f"15/CT-UBND: {old_title}", exact=True).click()
    expect(dialog).to_be_hidden()
    submit(editor, TITLE)


def test_a_reader_sees_what_was_withdrawn_and_what_was_replaced(window, portal):
    withdrawn_pk, withdrawn_title, withdrawn = directive(portal, "218", "TB-VP")
    _old_pk, old_title, old = directive(portal, "15", "CT-UBND")
    reader = window()
    main = reader.locator("main")
    for address in (withdrawn, old):
        reader.goto(address)
        expect(main.locator(".banner")).to_have_count(0)

    editor = window("bientap")
    withdraw(editor, withdrawn_pk, withdrawn_title)
    write_replacement(editor, portal, old_title)
    # Submitted is not published.
    reader.goto(withdrawn)
    expect(main.locator(".banner")).to_have_count(0)

    approve_twice(window, withdrawn_title)
    reader.goto(withdrawn)
    expect(main.locator(".banner")).to_contain_text(f"Đã thu hồi từ ngày {day(TODAY)}")
    expect(main.locator(".banner")).to_contain_text(REASON)
    # It stays readable, and says since when and why it is as it is.
    expect(main.get_by_role("heading", level=1)).to_have_text(withdrawn_title)
    expect(main).to_contain_text("Thu hồi văn bản.")

    reader.goto(old)
    expect(main.locator(".banner")).to_have_count(0)
    approve_twice(window, TITLE)
    reader.goto(old)
    expect(main.locator(".banner")).to_contain_text(f"Đã bị thay thế từ ngày {day(TODAY)}")
    expect(main.locator(".relation-list")).to_contain_text("31/CT-UBND")
    main.locator(".banner").get_by_role("link", name="31/CT-UBND").first.click()
    expect(main.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(main.locator(".relation-list")).to_contain_text("15/CT-UBND")

    def states(address):
        reader.goto(address)
        return {
            item.locator("b").inner_text(): item.locator(".register-state").inner_text()
            for item in main.locator(".register > li").all()
        }

    today = states("/van-ban/?moi-trang=100")
    assert today["218/TB-VP"] == "Đã thu hồi"
    assert today["15/CT-UBND"] == "Bị thay thế"
    assert today["31/CT-UBND"] == "Còn hiệu lực"

    # By hand, as a reader would look up yesterday.
    reader.get_by_label("Tình trạng tính đến ngày").fill((TODAY - timedelta(days=1)).isoformat())
    reader.get_by_role("button", name="Xem", exact=True).click()
    yesterday = states(reader.url)
    expect(main).to_contain_text(f"tính đến ngày {day(TODAY - timedelta(days=1))}")
    assert yesterday["218/TB-VP"] == "Còn hiệu lực"
    assert yesterday["15/CT-UBND"] == "Còn hiệu lực"
    assert "31/CT-UBND" not in yesterday

    reader.goto("/tim-kiem/?q=31+ct+ubnd")
    expect(main.locator(".results > li").first).to_contain_text(TITLE)
    reader.goto(f"/van-ban/so/31-CT-UBND-{TODAY.year}/")
    expect(main.get_by_role("heading", level=1)).to_have_text(TITLE)


def day(moment):
    return f"{moment.day}/{moment.month}/{moment.year}"
