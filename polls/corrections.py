"""Putting right a mistake in what was voted on: reasoned, signed and public."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from .models import Choice, Correction, Poll

ACTION = "polls.correct"
QUESTION = "question"


class CorrectionForm(forms.Form):
    of = forms.ChoiceField(label=_("What is wrong"), widget=forms.RadioSelect)
    after = forms.CharField(
        label=_("What is right"),
        max_length=255,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The meaning must stay: votes were given for it."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Readers see it on the poll's page, with the words before and after."),
    )

    def __init__(self, *args, poll, **kwargs):
        super().__init__(*args, **kwargs)
        self.choices = {str(choice.pk): choice for choice in poll.choices.all()}
        self.poll = poll
        question, choice = _("The question: %(words)s"), _("The choice: %(words)s")
        self.fields["of"].choices = [(QUESTION, question % {"words": poll.question})] + [
            (pk, choice % {"words": one.text}) for pk, one in self.choices.items()
        ]

    def clean_after(self):
        return " ".join(self.cleaned_data["after"].split())

    def clean(self):
        super().clean()
        of, after = self.cleaned_data.get("of"), self.cleaned_data.get("after")
        if not of or not after:
            return
        others = {pk: choice.text for pk, choice in self.choices.items()}
        if of != QUESTION and len(after) > Choice._meta.get_field("text").max_length:
            self.add_error("after", _("A choice has 200 letters at most."))
        elif after == (self.poll.question if of == QUESTION else others[of]):
            self.add_error("after", _("These words stand there already."))
        elif of != QUESTION and after.casefold() in {
            text.casefold() for pk, text in others.items() if pk != of
        }:
            self.add_error("after", _("This poll already has a choice with this text."))

    def save(self, user):
        of = self.cleaned_data["of"]
        return correct(
            self.poll,
            None if of == QUESTION else self.choices[of],
            self.cleaned_data["after"],
            self.cleaned_data["reason"],
            user,
        )


def correct(poll, choice, after, reason, user):
    """Changes the words of a choice, or with None those of the question; the votes stay."""
    with transaction.atomic():
        stored = Poll.objects.select_for_update().get(pk=poll.pk)
        if not stored.is_voted_on:
            raise ValidationError(_("Nobody has voted yet: edit the poll instead."))
        if choice is None:
            before = stored.question
            Poll.objects.filter(pk=stored.pk).update(question=after)
        else:
            before = Choice.objects.get(pk=choice.pk, poll=stored).text
            Choice.objects.filter(pk=choice.pk).update(text=after)
        made = Correction.objects.create(
            poll=stored,
            choice=choice,
            before=before,
            after=after,
            reason=reason,
            corrected_by=user,
        )
        log(
            instance=stored,
            action=ACTION,
            user=user,
            data={"before": before, "after": after, "reason": reason},
        )
    return made
