"""The checklist beside the editor, with a real browser: it follows what is typed."""

import pytest
from playwright.sync_api import expect

from tests.e2e.office import add_block, wait_for_autosave

# What happens in the browser: one database tells as much as two.
pytestmark = pytest.mark.once


def section(portal, kind):
    rows = portal.sql(
        "SELECT page.id FROM wagtailcore_page AS page "
        "JOIN django_content_type AS kind ON kind.id = page.content_type_id "
        f"WHERE kind.model = '{kind}' ORDER BY page.id LIMIT 1"
    )
    return rows[0][0]


def open_list(window):
    window.locator("[data-side-panel-toggle=readiness]").click()
    return window.locator("[data-side-panel=readiness]")


def test_a_new_page_gets_its_list_with_the_first_autosave_and_loses_lines_as_they_are_mended(
    portal, window
):
    lan = window("bientap")
    lan.goto(f"/admin/pages/add/articles/newspage/{section(portal, 'newsindexpage')}/")
    found = open_list(lan)
    expect(found).to_contain_text("lưu lần đầu")
    lan.locator("#id_title").fill("THÔNG BÁO MỞ LỚP KỸ NĂNG SỐ")
    # The address follows from the title once that is left; without one nothing is saved.
    lan.locator("#id_title").press("Tab")
    wait_for_autosave(lan)
    expect(found).to_contain_text("viết toàn chữ hoa")
    expect(found).to_contain_text("Chưa có tóm tắt")
    counter = lan.locator("[data-side-panel-toggle=readiness] [data-side-panel-toggle-counter]")
    before = int(counter.inner_text())
    lan.locator("#id_summary").fill("Mỗi tối một giờ, ở nhà văn hóa xã.")
    expect(found).not_to_contain_text("Chưa có tóm tắt", timeout=20_000)
    assert int(counter.inner_text()) < before
    expect(lan.locator("[data-readiness-summary]")).to_contain_text("Nên sửa")


def test_a_line_leads_to_its_place_though_it_is_folded_away(portal, window):
    lan = window("bientap")
    lan.goto(f"/admin/pages/add/articles/newspage/{section(portal, 'newsindexpage')}/")
    lan.locator("#id_title").fill("Mở lớp kỹ năng số ở chợ")
    block = add_block(lan, "Tiêu đề")
    block.locator("input[name$='-value-text']").fill("NHỮNG ĐIỀU CẦN BIẾT")
    wait_for_autosave(lan)
    found = open_list(lan)
    line = found.locator("[data-readiness-go*='.text']").first
    expect(line).to_be_visible(timeout=20_000)
    lan.get_by_role("button", name="Thu gọn tất cả").click()
    expect(block.locator("input[name$='-value-text']")).to_be_hidden()
    line.click()
    expect(block.locator("input[name$='-value-text']")).to_be_focused()
