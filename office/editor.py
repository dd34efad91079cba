"""What Wagtail's editor of pages asks of us."""


def is_opened(request):
    """Whether somebody opens the editor, and sees what it says on top.

    The editor that saves by itself asks once more for parts of the page, none of which shows a
    message."""
    return request.method == "GET" and "_w_hydrate_create_view" not in request.GET
