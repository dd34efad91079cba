"""Screens of the admin are walked, with all that is hidden in them, and show no English word: one
of five in the suite, every one by `make screens-office`.

To add a screen: one line in SCREENS. Whatever stands in the main menu is walked without that.
"""

import re

import pytest
from playwright.sync_api import expect

from home.demo.accounts import ACCOUNTS
from home.demo.english import translations
from home.founding import ENGLISH_NAME
from tests import installed_strings
from tests.e2e.conftest import open_window
from tests.e2e.office import add_block
from tests.foreign_words import foreign_words, mistakable

# What happens in the browser: one database tells as much as two.
pytestmark = pytest.mark.once

# What stands in braces is looked up in the portal's database (see `ids` in conftest.py).
SCREENS = [
    "/admin/",
    "/admin/account/",
    # Pages
    "/admin/pages/",
    "/admin/pages/{home}/",
    "/admin/pages/{news_index}/",
    "/admin/pages/{home}/add_subpage/",
    "/admin/pages/add/articles/newspage/{news_index}/",
    "/admin/pages/add/articles/directivepage/{directive_index}/",
    "/admin/pages/add/articles/eventpage/{event_index}/",
    "/admin/pages/add/home/standardpage/{home}/",
    "/admin/pages/add/articles/newsindexpage/{home}/",
    "/admin/pages/add/articles/directiveindexpage/{home}/",
    "/admin/pages/add/articles/eventindexpage/{home}/",
    "/admin/pages/{home}/edit/",
    "/admin/pages/{news}/edit/",
    "/admin/pages/{directive}/edit/",
    "/admin/pages/{event}/edit/",
    "/admin/pages/{standard}/edit/",
    "/admin/pages/{news_index}/edit/",
    "/admin/pages/{directive_index}/edit/",
    "/admin/pages/{event_index}/edit/",
    "/admin/pages/{submitted}/edit/",
    "/admin/pages/{news}/copy/",
    "/admin/pages/{news}/move/",
    "/admin/pages/{news}/move/{home}/confirm/",
    "/admin/pages/{news}/delete/",
    "/admin/pages/{news_index}/delete/",
    "/admin/pages/{news}/unpublish/",
    "/admin/pages/{news}/history/",
    "/admin/pages/{news}/usage/",
    "/admin/pages/{news}/revisions/compare/earliest...latest/",
    "/admin/pages/{submitted}/history/",
    "/admin/pages/{submitted}/workflow_history/",
    "/admin/pages/{submitted}/workflow_history/detail/{submission}/",
    "/admin/pages/{news}/privacy/",
    "/admin/pages/workflow/confirm_cancellation/{submitted}/",
    "/admin/pages/workflow/action/{submitted}/reject/{task_state}/",
    "/admin/pages/workflow/action/{submitted}/approve/{task_state}/",
    "/admin/pages/search/?q=hop",
    "/admin/pages/search/?q=khongcogi",
    "/admin/pages/usage/articles/newspage/",
    "/admin/bulk/wagtailcore/page/publish/?id={news}",
    "/admin/bulk/wagtailcore/page/unpublish/?id={news}",
    "/admin/bulk/wagtailcore/page/delete/?id={news}",
    "/admin/bulk/wagtailcore/page/move/?id={news}",
    # Pages in English
    "/admin/translation/submit/page/{news}/",
    "/admin/translation/submit/page/{untranslated}/",
    "/admin/translation/submit/page/{directive}/",
    "/admin/pages/{english_home}/",
    "/admin/pages/{english_home}/edit/",
    "/admin/pages/{english_section}/",
    "/admin/pages/{english_section}/edit/",
    "/admin/pages/{english}/history/",
    "/admin/pages/{english}/unpublish/",
    "/admin/pages/{english}/delete/",
    # Choosers, which answer the dialog that asks for them
    "/admin/choose-page/",
    "/admin/choose-page/search/?q=khongcogi",
    "/admin/choose-external-link/",
    "/admin/choose-email-link/",
    "/admin/choose-phone-link/",
    "/admin/choose-anchor-link/",
    "/admin/images/chooser/",
    "/admin/images/chooser/{image}/select_format/",
    "/admin/documents/chooser/",
    "/admin/embeds/chooser/",
    "/admin/snippets/choose/articles/topic/",
    "/admin/workflows/task_chooser/",
    # Images and documents
    "/admin/images/",
    "/admin/images/?q=khongcogi",
    "/admin/images/add/",
    "/admin/images/multiple/add/",
    "/admin/images/{image}/",
    "/admin/images/{image}/delete/",
    "/admin/images/{image}/generate_url/",
    "/admin/images/usage/{image}/",
    "/admin/bulk/wagtailimages/image/delete/?id={image}",
    "/admin/bulk/wagtailimages/image/add_tags/?id={image}",
    "/admin/bulk/wagtailimages/image/add_to_collection/?id={image}",
    "/admin/documents/",
    "/admin/documents/add/",
    "/admin/documents/multiple/add/",
    "/admin/documents/edit/{document}/",
    "/admin/documents/delete/{document}/",
    "/admin/documents/usage/{document}/",
    "/admin/bulk/wagtaildocs/document/delete/?id={document}",
    "/admin/collections/",
    "/admin/collections/add/",
    # Snippets
    "/admin/snippets/",
    "/admin/snippets/articles/topic/",
    "/admin/snippets/articles/topic/add/",
    "/admin/snippets/articles/topic/edit/{topic}/",
    "/admin/snippets/articles/topic/delete/{topic}/",
    "/admin/snippets/articles/topic/history/{topic}/",
    "/admin/snippets/articles/topic/usage/{topic}/",
    "/admin/snippets/articles/author/",
    "/admin/snippets/articles/author/add/",
    "/admin/snippets/articles/issuer/",
    "/admin/snippets/articles/issuer/add/",
    "/admin/snippets/articles/directivetype/",
    "/admin/snippets/articles/directivetype/add/",
    "/admin/snippets/articles/abbreviation/",
    "/admin/snippets/articles/abbreviation/add/",
    "/admin/snippets/articles/promotedresult/",
    "/admin/snippets/articles/promotedresult/add/",
    "/admin/snippets/sidebar/sidebar/",
    "/admin/snippets/sidebar/sidebar/add/",
    "/admin/snippets/sidebar/sidebar/edit/{sidebar}/",
    "/admin/snippets/sidebar/sidebar/history/{sidebar}/",
    "/admin/snippets/sidebar/weatherregion/",
    "/admin/snippets/sidebar/weatherregion/add/",
    "/admin/snippets/sidebar/centralrate/",
    "/admin/snippets/sidebar/centralrate/add/",
    "/admin/snippets/polls/poll/",
    "/admin/snippets/polls/poll/add/",
    "/admin/snippets/polls/poll/edit/{poll}/",
    "/admin/snippets/polls/poll/history/{poll}/",
    "/admin/snippets/polls/poll/delete/{poll}/",
    "/admin/snippets/polls/poll/unpublish/{poll}/",
    "/admin/y-kien/{poll}/kiem-toan/",
    "/admin/y-kien/{poll}/dinh-chinh/",
    "/admin/bulk/articles/topic/delete/?id={topic}",
    # Figures and their sources
    "/admin/nguon-du-lieu/",
    "/admin/nguon-du-lieu/rates/nhap/",
    "/admin/feed-runs/",
    "/admin/gold/",
    "/admin/polls/ballot/",
    "/admin/rate-history/",
    "/admin/rates/",
    "/admin/weather/",
    "/admin/sidebar/inheritedvisits/",
    "/admin/sidebar/inheritedvisits/create/",
    # Reports
    "/admin/reports/aging-pages/",
    "/admin/reports/bai-dang/",
    "/admin/reports/lien-ket-hong/",
    "/admin/reports/locked/",
    "/admin/reports/nhat-ky/",
    "/admin/reports/page-types-usage/",
    "/admin/reports/site-history/",
    "/admin/reports/thoi-gian-duyet/",
    "/admin/reports/thong-ke/",
    "/admin/reports/tim-kiem/",
    "/admin/reports/workflow/",
    "/admin/reports/workflow_tasks/",
    # The office
    "/admin/huong-dan/",
    "/admin/thong-bao/",
    "/admin/trang-noi-bat/{home}/",
    "/admin/snippets/office/unit/",
    "/admin/snippets/office/unit/add/",
    "/admin/users/",
    "/admin/users/new/",
    "/admin/users/edit/{user}/",
    "/admin/users/delete/{user}/",
    "/admin/users/history/{user}/",
    "/admin/bulk/auth/user/assign_role/?id={user}",
    "/admin/bulk/auth/user/set_active_state/?id={user}",
    "/admin/bulk/auth/user/delete/?id={user}",
    "/admin/groups/",
    "/admin/groups/new/",
    "/admin/groups/edit/{group}/",
    "/admin/groups/delete/{group}/",
    "/admin/workflows/list/",
    "/admin/workflows/add/",
    "/admin/workflows/edit/{workflow}/",
    "/admin/workflows/usage/{workflow}/",
    "/admin/workflows/disable/{workflow}/",
    "/admin/workflows/tasks/index/",
    "/admin/workflows/tasks/select_type/",
    "/admin/workflows/tasks/edit/{task}/",
    "/admin/workflows/tasks/disable/{task}/",
    "/admin/redirects/",
    "/admin/redirects/add/",
    "/admin/redirects/import/",
    "/admin/sites/",
    "/admin/sites/new/",
    "/admin/sites/edit/{site}/",
    "/admin/sites/delete/{site}/",
    "/admin/settings/home/officesettings/{site}/",
    "/admin/settings/sidebar/sidebarsettings/{site}/",
    "/admin/forms/",
    # What isn't there
    "/admin/pages/999999/edit/",
    "/admin/khong-co-trang-nay/",
]

# Before anybody has logged in.
DOOR = [
    "/admin/login/",
    "/admin/password_reset/",
    "/admin/password_reset/done/",
    "/admin/password_reset/confirm/MQ/khong-co/",
    "/admin/password_reset/complete/",
]
# As an editor, who is shown less and refused more.
DESK = [
    "/admin/",
    "/admin/account/",
    "/admin/pages/{home}/",
    "/admin/pages/{news}/edit/",
    "/admin/pages/{home}/edit/",
    "/admin/pages/{submitted}/edit/",
    "/admin/pages/add/articles/newspage/{news_index}/",
    "/admin/snippets/polls/poll/",
    "/admin/users/",
]

# What an editor reads, hears or is shown on pointing at something, hidden parts included: a menu
# that is still closed, a dialog in a <template>, what lies in a shadow root. Content that was
# typed (values of fields) is the portal's, not the admin's.
COLLECT = """
() => {
  const said = [];
  const ATTRIBUTES = [
    "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "title",
    "placeholder", "alt", "label", "data-w-tooltip-content-value", "data-placeholder",
    "data-w-progress-active-value", "data-confirmation-message", "data-title",
  ];
  const SILENT = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "CODE", "PRE", "TEXTAREA"]);
  // A button of the calendar that Wagtail never shows, and a number that isn't there yet.
  const UNUSED = ".xdsoft_save_selected, [data-side-panel-toggle-counter][hidden]";
  // What was typed.
  const TYPED = ".public-DraftEditor-content, [contenteditable=true]";
  function listen(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.data.replace(/\\s+/g, " ").trim();
      if (text) said.push(["", text]);
      return;
    }
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches(UNUSED)) return;
      if (SILENT.has(node.tagName) && !node.hasAttribute("aria-label")) return;
      for (const name of ATTRIBUTES) {
        const value = node.getAttribute(name);
        if (value && value.trim()) said.push([name, value.trim()]);
      }
      if (node.tagName === "INPUT" && ["submit", "button", "reset"].includes(node.type))
        said.push(["value", node.value]);
      if (node.tagName === "TEMPLATE") node.content.childNodes.forEach(listen);
      if (node.shadowRoot) node.shadowRoot.childNodes.forEach(listen);
      if (SILENT.has(node.tagName) || node.matches(TYPED)) return;
    }
    node.childNodes.forEach(listen);
  }
  // Wagtail's answers to its dialogs: {"step": …, "html": …}
  if (document.contentType === "application/json") {
    const answer = JSON.parse(document.body.innerText);
    listen(new DOMParser().parseFromString(answer.html || "", "text/html"));
  } else {
    said.push(["title", document.title]);
    listen(document.body);
  }
  return said;
}
"""


# In the demo's content, and what the tests search for.
NAMES = {username for username, _role, _group in ACCOUNTS} | {"localhost", "khongcogi"}
# Of its pages in English; whole, so that no word of theirs is let pass alone.
TITLES = [*sorted((one.title for one in translations()), key=len, reverse=True), ENGLISH_NAME]


@pytest.fixture(scope="module")
def strings():
    """English that looks like Vietnamese, where a text is nothing else."""
    return mistakable(installed_strings.django_catalogue()) | mistakable(
        installed_strings.script_catalogue()
    )


def module_window(username):
    @pytest.fixture(scope="module")
    def signed_in(browser, portal):
        window = open_window(browser, portal, username)
        yield window
        window.context.close()

    return signed_in


nobody = module_window(None)
editor = module_window("bientap")
superuser = module_window("quantri")


def english(window, strings):
    """What of a window isn't Vietnamese: [(where, text)]."""
    found = []
    for where, text in window.evaluate(COLLECT):
        for title in TITLES:
            text = text.replace(title, "")
        words = set(foreign_words(text)) - NAMES
        if words or text.strip(" .:…").casefold() in strings:
            found.append((where, text))
    return found


def read(window, address, strings):
    answer = window.goto(address)
    assert answer.status in {200, 403, 404}, answer.status
    assert english(window, strings) == []


@pytest.mark.sample(5)
@pytest.mark.parametrize("address", SCREENS)
def test_screen(address, superuser, ids, strings):
    read(superuser, address.format_map(ids), strings)


@pytest.mark.parametrize("address", DESK)
def test_screen_of_an_editor(address, editor, ids, strings):
    read(editor, address.format_map(ids), strings)


@pytest.mark.parametrize("address", DOOR)
def test_screen_before_logging_in(address, nobody, strings):
    read(nobody, address, strings)


def test_whatever_stands_in_the_main_menu(superuser, ids, strings):
    superuser.goto("/admin/")
    menu = superuser.locator("#wagtail-sidebar-props").text_content()
    addresses = set(re.findall(r'"url": "(/admin/[^"]*)"', menu))
    assert len(addresses) > 20
    walked = {address.format_map(ids) for address in SCREENS}
    # Leaving would end the walk.
    for address in sorted(addresses - walked - {"/admin/logout/"}):
        read(superuser, address, strings)


def test_what_opens_while_a_page_is_written(superuser, ids, strings):
    window = superuser
    window.goto("/admin/pages/add/articles/newspage/{news_index}/".format_map(ids))
    window.get_by_role("button", name="Chèn một khối").last.click()
    expect(window.get_by_role("option").first).to_be_visible()
    assert english(window, strings) == []
    window.keyboard.press("Escape")

    block = add_block(window, "Đoạn văn")
    block.locator(".public-DraftEditor-content").click()
    window.keyboard.type("/")
    expect(window.get_by_role("option").first).to_be_visible()
    assert english(window, strings) == []
    window.keyboard.press("Escape")

    block = add_block(window, "Bảng")
    block.locator(".htCore td").first.click(button="right")
    expect(window.locator(".htContextMenu").first).to_be_visible()
    assert english(window, strings) == []
    window.keyboard.press("Escape")

    toggles = window.locator("[data-side-panel-toggle]:visible")
    assert toggles.count() >= 3
    for toggle in toggles.all():
        toggle.click()
        expect(toggle).to_have_attribute("aria-expanded", "true")
        assert english(window, strings) == []


def test_the_calendar(superuser, ids, strings):
    superuser.goto("/admin/pages/add/articles/eventpage/{event_index}/".format_map(ids))
    superuser.locator("#id_starts_at").click()
    expect(superuser.locator(".xdsoft_datetimepicker:visible")).to_have_count(1)
    assert english(superuser, strings) == []


@pytest.mark.parametrize(
    "address", ["/admin/snippets/articles/topic/add/", "/admin/users/new/", "/admin/redirects/add/"]
)
def test_errors_of_a_form_that_was_left_empty(address, superuser, strings):
    superuser.goto(address)
    form = superuser.locator("form[method=post]", has=superuser.locator("input:visible")).last
    form.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    expect(superuser.locator(".error-message").first).to_be_visible()
    assert english(superuser, strings) == []


def test_a_page_that_is_copied_to_be_translated(superuser, ids, strings):
    superuser.goto("/admin/translation/submit/page/{untranslated}/".format_map(ids))
    superuser.get_by_label("Tiếng Anh").check()
    superuser.get_by_role("button", name="Gửi").click()
    expect(superuser.locator(".messages")).to_contain_text("Hãy dịch rồi gửi duyệt")
    assert english(superuser, strings) == []


@pytest.mark.parametrize("name", ["hinh.txt", "hinh.png"])
def test_a_file_that_is_refused(name, superuser, strings):
    superuser.goto("/admin/images/multiple/add/")
    superuser.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(superuser.locator("#upload-list li").first).to_be_visible()
    assert english(superuser, strings) == []


def test_a_wrong_password(nobody, strings):
    nobody.goto("/admin/login/")
    nobody.get_by_label("Tên đăng nhập").fill("bientap")
    nobody.get_by_label("Mật khẩu").first.fill("sai")
    nobody.get_by_role("button", name="Đăng nhập").click()
    expect(nobody.locator(".messages")).to_contain_text("mật khẩu")
    assert english(nobody, strings) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Save Draft</p>",
        "<p hidden>Save Draft</p>",
        '<button aria-label="Save Draft"></button>',
        '<a title="Save Draft">Lưu</a>',
        '<input placeholder="Save Draft">',
        '<input type="submit" value="Save Draft">',
        '<img alt="Save Draft">',
        "<select><option>Save Draft</option></select>",
        "<template><div>Save Draft</div></template>",
        "<p>No</p>",
    ],
)
def test_english_would_be_found_wherever_it_stands(markup, nobody, strings):
    page = "<title>Cổng</title><body>"
    nobody.set_content(page + markup)
    assert len(english(nobody, strings)) == 1
    nobody.set_content(page + markup.replace("Save Draft", "Lưu nháp").replace("No", "Không"))
    assert english(nobody, strings) == []
