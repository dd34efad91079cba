"""What an editor types is kept, once, however fast they are."""

import pytest
from playwright.sync_api import expect

from tests.e2e.office import more_actions, send_back, submit, wait_for_autosave

# What happens in the browser: one database tells as much as two.
pytestmark = pytest.mark.once


def open_form(window, portal):
    parent = portal.sql("SELECT id FROM wagtailcore_page WHERE slug = 'tin-tuc'")[0][0]
    window.goto(f"/admin/pages/add/articles/newspage/{parent}/")


def write_title(window, title):
    # By its keys, as people do.
    window.locator("#id_title").press_sequentially(title)


def pages_called(portal, title):
    return portal.sql(f"SELECT id FROM wagtailcore_page WHERE draft_title = '{title}'")


def test_what_is_typed_at_once_is_saved_without_another_word(window, portal):
    editor = window("bientap")
    open_form(editor, portal)
    write_title(editor, "Gõ ngay khi vừa mở")
    wait_for_autosave(editor)
    assert len(pages_called(portal, "Gõ ngay khi vừa mở")) == 1


def test_a_form_that_nobody_touches_is_not_saved(window, portal):
    before = portal.sql("SELECT count(*) FROM wagtailcore_page")
    editor = window("bientap")
    open_form(editor, portal)
    editor.wait_for_function(
        "window.wagtail.app.queryController('w-unsaved').initialFormData !== undefined"
    )
    editor.evaluate("window.wagtail.app.queryController('w-unsaved').check()")
    assert not editor.evaluate("window.wagtail.app.queryController('w-unsaved').hasEditsValue")
    assert portal.sql("SELECT count(*) FROM wagtailcore_page") == before


class Posts:
    """What a form sends, held until it is let go."""

    def __init__(self, window, portal):
        self.window, self.portal = window, portal
        self.by_itself, self.by_hand = [], []
        window.route("**/admin/pages/**", self._hold)

    def _hold(self, route):
        if route.request.method != "POST" or "collect_action_data" in route.request.url:
            route.continue_()
        # Autosave asks for JSON.
        elif "json" in route.request.headers.get("accept", ""):
            self.by_itself.append(route)
        else:
            self.by_hand.append(route)

    def wait_for(self, held):
        # The browser is heard while it is waited for.
        self.portal.wait_for(lambda: self.window.wait_for_timeout(50) or held)
        return held[0]


@pytest.fixture
def begun(window, portal):
    """(window, what its form sends, autosave's request that is to make the page) of a new title."""

    def begin(title):
        editor = window("bientap")
        open_form(editor, portal)
        posts = Posts(editor, portal)
        write_title(editor, title)
        return editor, posts, posts.wait_for(posts.by_itself)

    return begin


def test_one_page_is_made_when_the_draft_is_saved_while_autosave_makes_it(begun, portal):
    editor, posts, route = begun("Một trang thôi")
    # The page is made; that it is, the browser hears later.
    response = route.fetch()
    editor.locator("footer, .footer").get_by_role("button", name="Lưu bản nháp").click()
    assert len(posts.by_itself) == 1
    route.fulfill(response=response)
    posts.wait_for(posts.by_hand).continue_()
    expect(editor.locator(".messages")).to_contain_text("Một trang thôi", timeout=30_000)
    assert len(pages_called(portal, "Một trang thôi")) == 1


def test_what_was_decided_is_sent_once_and_never_by_itself(begun, portal):
    editor, posts, route = begun("Gửi một lần")
    # A word more while the answer is awaited: autosave would go on with it after that.
    write_title(editor, " thôi")
    more_actions(editor)
    editor.get_by_role("button", name="Gửi duyệt").click()
    assert not posts.by_hand
    route.continue_()
    decision = posts.wait_for(posts.by_hand)
    assert "action-submit" in decision.request.post_data
    # The server is slow to answer, and autosave looks again at a form that has changed.
    editor.wait_for_timeout(3_000)
    assert not [post for post in posts.by_itself if "action-submit" in post.request.post_data]
    assert len(posts.by_itself) == 1
    decision.continue_()
    expect(editor.locator(".messages")).to_contain_text("Gửi một lần thôi", timeout=30_000)
    [(page,)] = pages_called(portal, "Gửi một lần thôi")
    assert portal.sql(
        f"SELECT count(*) FROM wagtailcore_workflowstate WHERE object_id = '{page}'"
    ) == [(1,)]


def test_who_sends_a_text_back_has_not_written_it(window, portal):
    """Or they could not approve it when it comes again."""
    title = "Trả lại chứ không viết"
    editor = window("bientap")
    open_form(editor, portal)
    write_title(editor, title)
    wait_for_autosave(editor)
    submit(editor, title)
    [(page,)] = pages_called(portal, title)
    writers = f"SELECT DISTINCT user_id FROM wagtailcore_revision WHERE object_id = '{page}'"
    before = portal.sql(writers)

    moderator = window("kiemduyet")
    moderator.goto(f"/admin/pages/{page}/edit/")
    # What is in the form two seconds after it was opened counts as unchanged.
    moderator.wait_for_function(
        "window.wagtail.app.queryController('w-unsaved').initialFormData !== undefined"
    )
    posts = Posts(moderator, portal)
    send_back(moderator, "Ghi rõ giờ.")
    decision = posts.wait_for(posts.by_hand)
    # The server is slow to answer, and autosave looks at a form that has the decision in it.
    moderator.wait_for_timeout(3_000)
    assert not posts.by_itself
    decision.continue_()
    expect(moderator.locator(".messages")).to_contain_text(title, timeout=30_000)
    assert portal.sql(writers) == before
