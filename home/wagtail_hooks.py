from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component

from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage

# What an editor comes to write, and the sections that it goes into.
KINDS = [
    (_("Write a directive"), DirectiveIndexPage, "directivepage"),
    (_("Write news"), NewsIndexPage, "newspage"),
    (_("Announce an event"), EventIndexPage, "eventpage"),
]


class WritingPanel(Component):
    """The first thing on the dashboard: where to write, without knowing the page tree."""

    name = "writing"
    order = 50
    template_name = "home/admin/writing_panel.html"

    def get_context_data(self, parent_context):
        user = parent_context["request"].user
        kinds = []
        for label, index_model, page_model in KINDS:
            sections = [
                section
                for section in index_model.objects.order_by("path")
                if section.permissions_for_user(user).can_add_subpage()
            ]
            if sections:
                kinds.append({"label": label, "page_model": page_model, "sections": sections})
        return {"kinds": kinds}


@hooks.register("construct_homepage_panels")
def offer_to_write(request, panels):
    panels.append(WritingPanel())
