"""What an editor may do to the choices of a poll."""

from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.panels import InlinePanel


class ChoiceFormSet(BaseChildFormSet):
    def clean(self):
        super().clean()
        self._keep_choices_with_votes()
        self._refuse_equal_choices()

    def _keep_choices_with_votes(self):
        voted = [
            form
            for form in self.initial_forms
            if self._should_delete_form(form)
            and (form.instance.votes or form.instance.inherited_votes)
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
        for form in self.forms:
            text = form.cleaned_data.get("text", "") if form.is_valid() else ""
            if not text or self._should_delete_form(form):
                continue
            if text.casefold() in seen:
                form.add_error("text", _("This poll already has a choice with this text."))
            seen.add(text.casefold())


class ChoicesPanel(InlinePanel):
    def get_form_options(self):
        options = super().get_form_options()
        options["formsets"][self.relation_name]["formset"] = ChoiceFormSet
        return options
