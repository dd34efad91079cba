from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import TaskState, WorkflowState
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from .models import DirectiveType, Issuer


class DirectiveTypeViewSet(SnippetViewSet):
    model = DirectiveType
    icon = "tag"
    list_display = ["name", "abbreviation", "sort_order"]
    search_fields = ["name", "abbreviation"]


class IssuerViewSet(SnippetViewSet):
    model = Issuer
    icon = "group"
    list_display = ["name", "short_name"]
    search_fields = ["name", "short_name"]


@register_snippet
class DirectiveListsViewSetGroup(SnippetViewSetGroup):
    """The lists that a directive's record is filled from."""

    menu_label = _("Directive lists")
    menu_icon = "list-ul"
    menu_order = 350
    items = (DirectiveTypeViewSet, IssuerViewSet)


@hooks.register("before_edit_page")
def say_why_it_was_sent_back(request, page):
    """The author reads the reviewer's reason where they mend the text."""
    state = page.current_workflow_state
    if request.method != "GET" or not state or state.status != WorkflowState.STATUS_NEEDS_CHANGES:
        return
    rejection = state.task_states.filter(status=TaskState.STATUS_REJECTED).last()
    if rejection and rejection.comment:
        messages.warning(
            request, gettext("Sent back for changes: %(reason)s") % {"reason": rejection.comment}
        )
