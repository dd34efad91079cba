"""What an editor may do to the choices of a poll; once it is voted on, see panels_once_voted_on."""

from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.panels import HelpPanel, InlinePanel


class ChoiceFormSet(BaseChildFormSet):
    def clean(self):
        super().clean()
        self._keep_choices_with_votes()
        self._refuse_equal_choices()
        self._ask_for_a_source()

    def _keep_choices_with_votes(self):
        voted = [
            form
            for form in self.initial_forms
            if self._should_delete_form(form) and form.initial.get("inherited_votes")
        ]
        for form in voted:
            # The admin hides a choice that is marked for deletion, and its error with it.
            form.data = form.data.copy()
            form.data[form.add_prefix(DELETION_FIELD_NAME)] = ""
            form.cleaned_data[DELETION_FIELD_NAME] = False
            form.add_error(
                "text",
                _(
                    "This choice has votes, so it cannot be deleted. "
                    "To end the voting, set a closing time."
                ),
            )

    def _refuse_equal_choices(self):
        seen = set()
        for form in self._kept():
            text = form.cleaned_data.get("text", "")
            if not text:
                continue
            if text.casefold() in seen:
                form.add_error("text", _("This poll already has a choice with this text."))
            seen.add(text.casefold())

    def _ask_for_a_source(self):
        if self.instance.inherited_source:
            return
        for form in self._kept():
            if form.cleaned_data.get("inherited_votes"):
                form.add_error(
                    "inherited_votes",
                    _(
                        "Say below, under “source of the votes from the old portal”, where this "
                        "number is from."
                    ),
                )
                return

    def _kept(self):
        return [
            form for form in self.forms if form.is_valid() and not self._should_delete_form(form)
        ]


class ChoicesPanel(InlinePanel):
    def get_form_options(self):
        options = super().get_form_options()
        options["formsets"][self.relation_name]["formset"] = ChoiceFormSet
        return options


class FrozenOptionsPanel(HelpPanel):
    """What people have voted on, to be read."""

    def __init__(self, **kwargs):
        super().__init__(**{"template": "polls/admin/frozen_options.html", **kwargs})

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context=None):
            may_correct = self.request.user.has_perm("polls.correct_poll")
            return super().get_context_data(parent_context) | {"may_correct": may_correct}
