"""What an editor types is kept, once, however fast they are."""

from playwright.sync_api import expect

from tests.e2e.office import wait_for_autosave


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


def test_one_page_is_made_when_the_draft_is_saved_while_autosave_makes_it(window, portal):
    editor = window("bientap")
    open_form(editor, portal)
    held = []

    def hold(route):
        # Autosave's request only: it asks for JSON.
        if route.request.method == "POST" and "json" in route.request.headers.get("accept", ""):
            # The page is made; that it is, the browser hears later.
            held.append((route, route.fetch()))
        else:
            route.continue_()

    editor.route("**/admin/pages/add/**", hold)
    write_title(editor, "Một trang thôi")
    portal.wait_for(lambda: editor.evaluate("1") and held)
    save = editor.locator("footer, .footer").get_by_role("button", name="Lưu bản nháp")
    save.click()
    assert len(held) == 1
    route, response = held[0]
    route.fulfill(response=response)
    expect(editor.locator(".messages")).to_contain_text("Một trang thôi", timeout=30_000)
    assert len(pages_called(portal, "Một trang thôi")) == 1
