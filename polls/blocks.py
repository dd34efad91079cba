from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, StructBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from .models import Choice, Poll


class PollBlock(StructBlock):
    """A poll that can be voted on where it stands. It uses no element ids, so that one page can
    show the same poll twice."""

    heading = CharBlock(
        label=_("Heading"),
        default=_("Your opinion"),
        max_length=100,
        help_text=_("Stands above it"),
    )
    poll = SnippetChooserBlock(
        "polls.Poll", label=_("Poll"), help_text=_("Shown as soon as it is online")
    )

    class Meta:
        icon = "tick-inverse"
        label = _("Poll")
        description = _("A poll that readers can vote on, with its results as bars and numbers.")
        template = "polls/blocks/poll.html"

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context=parent_context)
        poll = value["poll"]
        if poll and poll.live:
            context |= {
                "poll": poll,
                "result": poll.result,
                "shows_results": poll.shows_results(),
            }
        return context

    def get_preview_value(self):
        choices = [
            Choice(text=gettext("Yes"), votes=64),
            Choice(text=gettext("No"), votes=36),
        ]
        poll = Poll(
            question=gettext("Would you use this service online?"),
            opens_at=timezone.now(),
            choices=choices,
        )
        return self.normalize({"heading": gettext("Your opinion"), "poll": poll})
