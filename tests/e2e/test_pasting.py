"""A text of Word, pasted in the editor, in a real browser on the running portal."""

import json

import pytest
from playwright.sync_api import expect

from tests import word
from tests.e2e.office import wait_for_autosave

# What happens in the browser: one database tells as much as two.
pytestmark = pytest.mark.once

BLOCKS = "[data-contentpath=body] [data-streamfield-child]:not([aria-hidden=true])"


def paste(field, html, text=""):
    """As a browser tells a page of a paste; the clipboard itself would clean the HTML first."""
    field.evaluate(
        """(field, [html, text]) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/html", html);
            clipboardData.setData("text/plain", text);
            field.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        [html, text],
    )


def start(window, portal, kind, section, title):
    parent = portal.sql(f"SELECT id FROM wagtailcore_page WHERE slug = '{section}'")[0][0]
    window.goto(f"/admin/pages/add/articles/{kind}/{parent}/")
    window.locator("#id_title").fill(title)


def stored_body(portal, title):
    """As the newest draft has it."""
    ((content,),) = portal.sql(
        "SELECT content FROM wagtailcore_revision WHERE object_str LIKE "
        f"'%{title}' ORDER BY id DESC LIMIT 1"
    )
    content = content if isinstance(content, dict) else json.loads(content)
    return json.loads(content["body"])


def kinds(window):
    """The types of the body's blocks, without those inside them."""
    return window.locator("[data-contentpath=body] input[name$='-type']").evaluate_all(
        """inputs => inputs
            .filter(({ name }) => /^body-\\d+-type$/.test(name))
            .filter(input => !input.closest("[aria-hidden=true]"))
            .sort((one, other) => one.compareDocumentPosition(other) & 4 ? -1 : 1)
            .map(input => input.value)"""
    )


@pytest.fixture
def report():
    return word.clipboard(word.report())


def test_a_report_of_word_becomes_blocks_that_are_saved(window, portal, report):
    editor = window("bientap")
    start(editor, portal, "newspage", "tin-tuc", "Báo cáo dán từ Word")
    text = editor.locator(BLOCKS).first
    paste(text.locator("[contenteditable=true]"), report)
    said = editor.locator(".pasting-said")
    expect(said).to_contain_text("Đã dán 8 khối: 4 tiêu đề, 3 đoạn văn, 1 bảng.", timeout=20_000)
    # In place of the empty text that it was pasted into.
    assert kinds(editor) == [
        *("heading", "heading", "text", "heading", "text", "heading", "table", "text")
    ]
    wait_for_autosave(editor)
    body = portal.wait_for(
        lambda: (
            [b for b in stored_body(portal, "Báo cáo dán từ Word") if b["type"] == "table"]
            and stored_body(portal, "Báo cáo dán từ Word")
        )
    )
    assert body[4]["value"].count("<li") == 6
    assert body[6]["value"]["data"][1] == ["Sở Nội vụ", "1.204", "1.190"]
    words = json.dumps(body)
    assert "mso" not in words.lower()
    assert "style=" not in words
    assert "xoá" not in words


def test_what_was_pasted_can_be_taken_out_again(window, portal, report):
    editor = window("bientap")
    start(editor, portal, "newspage", "tin-tuc", "Dán rồi hoàn tác")
    text = editor.locator(BLOCKS).first
    text.locator("[contenteditable=true]").click()
    editor.keyboard.type("Câu của tôi.")
    paste(text.locator("[contenteditable=true]"), report)
    expect(editor.locator(BLOCKS)).to_have_count(9, timeout=20_000)
    editor.locator(".pasting-said").get_by_role("button", name="Hoàn tác").click()
    expect(editor.locator(BLOCKS)).to_have_count(1)
    expect(editor.locator(BLOCKS)).to_contain_text("Câu của tôi.")


def test_words_copied_from_a_plain_page_are_left_to_the_text_field(window, portal):
    editor = window("bientap")
    start(editor, portal, "newspage", "tin-tuc", "Dán chữ thường")
    text = editor.locator(BLOCKS).first
    text.locator("[contenteditable=true]").click()
    paste(text.locator("[contenteditable=true]"), "<b>chữ</b> thường", "chữ thường")
    expect(text).to_contain_text("chữ thường")
    expect(editor.locator(".pasting-said")).to_be_empty()
    assert kinds(editor) == ["text"]


def test_a_decision_is_pasted_with_its_articles_by_the_button(window, portal):
    editor = window("bientap")
    start(editor, portal, "directivepage", "chi-thi-email", "Quyết định dán từ Word")
    editor.get_by_role("button", name="Dán từ Word").click()
    box = editor.get_by_role("textbox", name="Dán vào đây")
    expect(box).to_be_focused()
    paste(box, word.clipboard(word.directive()))
    said = editor.locator(".pasting-said")
    expect(said).to_contain_text("2 điều", timeout=20_000)
    expect(said).to_contain_text("Đã bỏ phần quốc hiệu, tiêu ngữ")
    expect(box).to_be_hidden()
    assert "text heading provision provision" in " ".join(kinds(editor))
    titles = editor.locator(BLOCKS).get_by_label("Tiêu đề", exact=True)
    assert "Phạm vi điều chỉnh" in titles.evaluate_all("fields => fields.map(one => one.value)")


def test_nothing_is_lost_while_the_server_does_not_answer(window, portal, report):
    editor = window("bientap")
    start(editor, portal, "newspage", "tin-tuc", "Dán khi mất mạng")
    text = editor.locator(BLOCKS).first
    editor.route("**/admin/dan/", lambda route: route.abort())
    paste(text.locator("[contenteditable=true]"), report)
    expect(editor.locator(".pasting-said")).to_contain_text("Chưa dán được")
    assert kinds(editor) == ["text"]
