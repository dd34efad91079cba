"""An article is read aloud where the browser has a Vietnamese voice."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.once, pytest.mark.reads_only]

# The browser's own speech, which a browser without sound doesn't have: it notes what it is to say,
# and ends when it is told to.
SPEECH = """
    const voices = [];
    const spoken = (window.spoken = []);
    let speaking;
    const synthesis = {
        getVoices: () => voices,
        speak: (utterance) => { speaking = utterance; spoken.push(utterance.text); },
        cancel: () => { const cut = speaking; speaking = null; cut?.onerror?.({}); },
    };
    Object.defineProperty(window, "speechSynthesis", { value: synthesis });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    window.addVoice = (lang) => { voices.push({ lang }); synthesis.onvoiceschanged(); };
    window.endSentence = () => speaking.onend();
    window.isSilent = () => !speaking;
"""


@pytest.fixture
def reader(window, portal, ids):
    def at(kind):
        path = portal.sql(f"SELECT url_path FROM wagtailcore_page WHERE id = {ids[kind]}")[0][0]
        # Below the home page, whose slug no address has.
        reader.goto("/" + path.split("/", 2)[2])
        return reader

    reader = window()
    reader.add_init_script(SPEECH)
    reader.at = at
    return reader


def spoken(reader):
    return reader.evaluate("spoken")


@pytest.mark.parametrize("kind", ["news", "directive", "event", "standard"])
def test_the_button_waits_for_a_vietnamese_voice(reader, kind):
    reader.at(kind)
    button = reader.get_by_role("button", name="Nghe bài viết")
    expect(button).to_be_hidden()
    reader.evaluate("addVoice('en-US')")
    expect(button).to_be_hidden()
    reader.evaluate("addVoice('vi_VN')")
    expect(button).to_be_visible()


def test_it_is_read_in_sentences_paused_gone_on_with_and_stopped(reader):
    reader.at("directive")
    reader.evaluate("addVoice('vi-VN')")
    heading = reader.get_by_role("heading", level=1).inner_text().replace("\u00a0", " ")
    reader.get_by_role("button", name="Nghe bài viết").press("Enter")
    status = reader.locator("[data-listen] [role=status]")
    expect(status).to_have_text("Đang đọc bài viết")
    assert heading.startswith(spoken(reader)[0])
    reader.evaluate("endSentence()")
    second = spoken(reader)[-1]

    reader.get_by_role("button", name="Tạm dừng").press("Enter")
    expect(status).to_have_text("Đã tạm dừng đọc")
    assert reader.evaluate("isSilent()")
    reader.get_by_role("button", name="Nghe tiếp").press("Enter")
    assert spoken(reader)[-2:] == [second, second]

    reader.get_by_role("button", name="Dừng", exact=True).press("Enter")
    expect(status).to_have_text("Đã dừng đọc")
    assert reader.evaluate("isSilent()")
    # The button that was pressed is gone, the focus is not.
    expect(reader.get_by_role("button", name="Nghe bài viết")).to_be_focused()


def test_all_is_read_but_menus_and_no_sentence_is_long(reader):
    reader.at("directive")
    reader.evaluate("addVoice('vi-VN')")
    reader.get_by_role("button", name="Nghe bài viết").click()
    expect(reader.locator("[data-listen] [role=status]")).to_have_text("Đang đọc bài viết")
    reader.evaluate("while (!isSilent()) endSentence()")
    expect(reader.locator("[data-listen] [role=status]")).to_have_text("Đã dừng đọc")
    said = spoken(reader)
    assert max(map(len, said)) <= 180
    whole = " ".join(said)
    words = reader.locator(".body p").all_inner_texts()
    assert all(" ".join(text.split()) in whole for text in words if len(text) < 100)
    assert "Trang chủ" not in whole


def test_tables_are_read_row_by_row(reader):
    reader.at("standard")
    reader.evaluate(
        "document.querySelector('.body').innerHTML = '<table><caption>Hộp thư</caption>"
        "<tr><th>Đơn vị</th><th>Số</th></tr><tr><th>Sở</th><td>42</td></tr></table>"
        "<p>Một<br>hai. Giá 26.260 đồng; <b>ba</b>.</p><nav><p>Không đọc</p></nav>'"
    )
    reader.evaluate("addVoice('vi-VN')")
    reader.get_by_role("button", name="Nghe bài viết").click()
    reader.evaluate("while (!isSilent()) endSentence()")
    assert spoken(reader)[-6:] == [
        *("Hộp thư", "Đơn vị, Số", "Sở, 42"),
        *("Một hai.", "Giá 26.260 đồng;", "ba."),
    ]


def test_it_stops_when_the_reader_leaves(reader):
    reader.at("news")
    reader.evaluate("addVoice('vi-VN')")
    reader.get_by_role("button", name="Nghe bài viết").click()
    assert not reader.evaluate("isSilent()")
    reader.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert reader.evaluate("isSilent()")
