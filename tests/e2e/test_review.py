"""A text from draft to end: sent back, mended, approved twice, put up on time, taken down."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.e2e.office import (
    add_block,
    approve,
    more_actions,
    send_back,
    submit,
    wait_for_autosave,
)
from tests.e2e.test_publishing_on_time import restart_beat

TITLE = "Cắt nước để sửa đường ống tại phường Đông Hà"
REASON = "Ghi rõ giờ cắt nước và số điện thoại hỏi đáp."
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
TOMORROW = datetime.now(HERE) + timedelta(days=1)
A_MINUTE_AGO = datetime.now(UTC) - timedelta(minutes=1)
PAST = f"{A_MINUTE_AGO:%Y-%m-%d %H:%M:%S}"
PAST_IN_CONTENT = f"{A_MINUTE_AGO:%Y-%m-%dT%H:%M:%SZ}"


def write(window, portal):
    ((section,),) = portal.sql("SELECT id FROM wagtailcore_page WHERE slug = 'tin-tuc'")
    window.goto(f"/admin/pages/add/articles/newspage/{section}/")
    window.locator("#id_title").fill(TITLE)
    window.locator("#id_summary").fill("Nước tạm ngừng từ sáng mai.")
    block = add_block(window, "Đoạn văn")
    block.get_by_role("textbox").last.click()
    window.keyboard.type("Nước tạm ngừng để thay đường ống chính.")


def mend_and_schedule(window):
    window.goto("/admin/")
    item = window.get_by_role("region", name="Bị trả lại")
    expect(item).to_contain_text(REASON)
    item.get_by_role("link", name=TITLE).click()
    expect(window.locator(".messages")).to_contain_text(REASON)
    block = window.locator("[data-contentpath=body] [data-streamfield-child]").last
    block.get_by_role("textbox").last.click()
    window.keyboard.press("Control+End")
    window.keyboard.type(" Từ 8 giờ đến 17 giờ; hỏi đáp: 0233 123 456.")
    wait_for_autosave(window)
    window.get_by_role("button", name="Trạng thái").first.click()
    window.get_by_role("button", name="Đặt lịch").click()
    dialog = window.get_by_role("dialog")
    # A calendar opens a moment after its field has the focus; a click elsewhere closes it.
    calendar = window.locator(".xdsoft_datetimepicker:visible")
    for field, day in (
        ("#id_go_live_at", TOMORROW),
        ("#id_expire_at", TOMORROW + timedelta(days=2)),
    ):
        dialog.locator(field).fill(f"{day:%d/%m/%Y 08:00}")
        expect(calendar).to_have_count(1)
        dialog.get_by_role("heading", name="Đặt lịch xuất bản").click()
        expect(calendar).to_have_count(0)
    dialog.get_by_role("button", name="Lưu lịch").click()
    expect(dialog).to_be_hidden(timeout=20_000)


def resubmit(window):
    more_actions(window)
    window.get_by_role("button", name=re.compile("^Gửi duyệt lại")).click()
    expect(window.locator(".messages .success")).to_contain_text(TITLE)


def let_its_time_come(portal, page):
    """The version has its time twice: for beat, and in its content."""
    planned = TOMORROW.replace(hour=8, minute=0, second=0).astimezone(UTC)
    text = f"REPLACE(CAST(content AS TEXT), '{planned:%Y-%m-%dT%H:%M:%SZ}', '{PAST_IN_CONTENT}')"
    if "DATABASE_URL" in portal.env:
        text = f"CAST({text} AS JSONB)"
    portal.sql(
        f"UPDATE wagtailcore_revision SET approved_go_live_at = '{PAST}', content = {text}"
        f" WHERE object_id = '{page}' AND approved_go_live_at IS NOT NULL"
    )
    restart_beat(portal)


def refused_to(window):
    """The author finds it nowhere to decide about."""
    window.goto("/admin/")
    waiting = window.get_by_role("heading", name="Chờ tôi duyệt")
    expect(waiting).to_have_count(0)


def test_a_text_is_sent_back_mended_approved_twice_published_on_time_and_taken_down(window, portal):
    editor = window("bientap")
    write(editor, portal)
    wait_for_autosave(editor)
    submit(editor, TITLE)
    refused_to(editor)
    moderator = window("kiemduyet")
    moderator.goto("/admin/")
    moderator.get_by_role("link", name=TITLE).first.click()
    send_back(moderator, REASON)
    expect(moderator.get_by_role("dialog")).to_be_hidden()
    mend_and_schedule(editor)
    resubmit(editor)
    approve(window("kiemduyet"), TITLE)
    approve(window("banbientap"), TITLE)

    reader = window()
    reader.goto("/tin-tuc/")
    expect(reader.locator("main").get_by_role("link", name=TITLE)).to_have_count(0)
    editor.goto("/admin/")
    scheduled = editor.get_by_role("region", name="Đã hẹn giờ")
    expect(scheduled).to_contain_text(TITLE)

    ((page, slug),) = portal.sql(
        f"SELECT id, slug FROM wagtailcore_page WHERE draft_title = '{TITLE}'"
    )
    let_its_time_come(portal, page)
    portal.wait_for(lambda: TITLE in portal.get("/tin-tuc/"))
    reader.goto(f"/tin-tuc/{slug}/")
    expect(reader.locator("main")).to_contain_text("0233 123 456")

    portal.sql(f"UPDATE wagtailcore_page SET expire_at = '{PAST}' WHERE id = {page}")
    restart_beat(portal)
    portal.wait_for(lambda: TITLE not in portal.get("/tin-tuc/"))
    assert reader.goto(f"/tin-tuc/{slug}/").status in (404, 410)
    editor.goto("/admin/thong-bao/")
    expect(editor.locator("main")).to_contain_text(TITLE)
