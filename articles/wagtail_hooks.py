from django.utils.translation import gettext_lazy as _
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
