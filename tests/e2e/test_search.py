"""A reader searches with the keyboard alone."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.once

TITLE = "Bến khách ngang sông: một quy định cho cả tỉnh mới"
# Stands in the PDF that is attached to this directive, and on no page.
DIRECTIVE = "Tăng cường sử dụng văn bản điện tử tại các cơ quan nhà nước"
IN_ITS_FILE = "loi van duoc soan lai"


def field_by_keyboard(window):
    field = window.get_by_role("combobox", name="Tìm trong cổng")
    for _ in range(6):
        window.keyboard.press("Tab")
        if field.evaluate("field => field === document.activeElement"):
            return field
    raise AssertionError("The field is not among the first six stops")


def test_suggestions_are_gone_through_with_the_arrow_keys(window, portal):
    portal.wait_for(lambda: TITLE in portal.get("/tim-kiem/goi-y/?q=ben"))
    reader = window()
    reader.goto("/")
    field = field_by_keyboard(reader)
    reader.keyboard.type("ben kh")
    options = reader.get_by_role("listbox", name="Gợi ý").get_by_role("option")
    expect(options.first).to_contain_text("Quyết định")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(reader.locator(".search [role=status]")).to_contain_text("phím mũi tên")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))

    count = options.count()
    for _ in range(count):
        reader.keyboard.press("ArrowDown")
    expect(options.last).to_have_attribute("aria-selected", "true")
    # Past the last, the field itself is next, and before it the last again.
    reader.keyboard.press("ArrowDown")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    reader.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")

    reader.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("ben kh")
    reader.keyboard.type("a")
    option = options.filter(has_text=TITLE)
    expect(option).to_have_count(1)
    while option.get_attribute("aria-selected") != "true":
        reader.keyboard.press("ArrowDown")
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_have_text(TITLE)


def test_a_directive_is_found_by_words_of_its_pdf(window, portal):
    # Beat has workers read files once a minute.
    portal.wait_for(
        lambda: "<mark>" in portal.get(f"/tim-kiem/?{urlencode({'q': IN_ITS_FILE})}"), within=150
    )
    reader = window()
    reader.goto("/")
    field_by_keyboard(reader)
    reader.keyboard.type(IN_ITS_FILE)
    # Nothing is chosen, so Enter searches.
    reader.keyboard.press("Enter")
    results = reader.locator(".results > li")
    expect(results).to_have_count(1)
    expect(results.locator("mark").first).to_be_visible()
    expect(results).to_contain_text("Trong tệp đính kèm")
    # The page asks once for figures, and that is how the office learns of the question.
    portal.wait_for(
        lambda: (
            portal.sql(f"SELECT found FROM articles_askedquestion WHERE text = '{IN_ITS_FILE}'")
            == [(1,)]
        )
    )
    results.get_by_role("link", name=DIRECTIVE).focus()
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_have_text(DIRECTIVE)


def test_without_scripts_the_field_searches(window):
    reader = window(java_script_enabled=False)
    reader.goto("/")
    field = reader.get_by_role("searchbox", name="Tìm trong cổng")
    field.fill("ben khach")
    field.press("Enter")
    expect(reader.locator(".results > li").first).to_contain_text("Bến khách")


def test_results_are_narrowed_without_scripts(window):
    reader = window(java_script_enabled=False)
    reader.goto("/tim-kiem/?q=van+ban")
    filters = reader.locator("#filters")
    filters.get_by_role("checkbox", name="Tin tức").check()
    filters.get_by_role("button", name="Xem").click()
    expect(reader.get_by_role("list", name="Điều kiện đang lọc")).to_contain_text("Tin tức")
    expect(reader.locator(".results .kicker").first).to_have_text("Tin tức")
    expect(reader.locator(".results .kicker", has_text="Chỉ thị")).to_have_count(0)
