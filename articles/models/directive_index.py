from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .base import ListedPage
from .directives import DirectivePage, with_periods


class DirectiveIndexPage(ListedPage):
    """The register of directives, or a section of it."""

    parent_page_types = ["home.HomePage", "articles.DirectiveIndexPage"]
    subpage_types = ["articles.DirectiveIndexPage", "articles.DirectivePage"]
    page_description = _("A section of directives")

    class Meta:
        verbose_name = _("directive section")
        verbose_name_plural = _("directive sections")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        with_periods(context["listing"].object_list, timezone.localdate())
        return context

    @property
    def articles(self):
        return DirectivePage.objects.descendant_of(self).published().for_lists().newest()
