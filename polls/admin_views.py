"""What operators do with a poll besides editing it: look into its ballots, take its figures along,
put right a word of it."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from office.admin_page import admin_page
from office.events import name_of
from office.sheets import csv_file, xlsx_file

from . import audit, ballots
from .corrections import CorrectionForm
from .models import Poll

# The tallest bar of the chart, of a hundred.
TALLEST = 92

RESULTS = [
    gettext_lazy("Choice"),
    gettext_lazy("Votes given here"),
    gettext_lazy("Votes from the old portal"),
    gettext_lazy("Votes in all"),
    gettext_lazy("Percent"),
]
HOURS = [
    gettext_lazy("Hour"),
    gettext_lazy("Ballots"),
    gettext_lazy("Attempts refused"),
    gettext_lazy("Most ballots of one address that day"),
    gettext_lazy("Stands out"),
]


@require_safe
@permission_required("polls.view_ballot")
def audit_page(request, pk):
    poll = get_object_or_404(Poll, pk=pk)
    hours = audit.hours(poll)
    spans, by_day = audit.spans(hours)
    choices = poll.choices.all()
    named = {choice.pk: choice.text for choice in choices} | {None: _("Voters")}
    context = {
        "poll": poll,
        "result": poll.result,
        "wrong": [
            (named.get(pk, pk), counter, rows)
            for pk, (counter, rows) in ballots.recount(poll).items()
        ],
        "bars": _bars(spans),
        "by_day": by_day,
        "hours": list(reversed(hours)),
        "outstanding": [hour for hour in hours if hour.stands_out],
        "refused": sum(hour.refused for hour in hours),
        "burst": audit.BURST,
        "times": audit.TIMES_THE_USUAL,
        "from_one": audit.FROM_ONE,
        "corrections": [
            (correction, name_of(correction.corrected_by))
            for correction in poll.corrections.select_related("choice", "corrected_by")
        ],
    }
    return _rendered(request, "polls/admin/audit.html", poll, _("Ballots and audit"), context)


def _bars(spans):
    """What the chart draws of each span: itself, and the height of its bar of a hundred."""
    most = max((span.ballots for span in spans), default=0) or 1
    return [(span, round(TALLEST * span.ballots / most, 1)) for span in spans]


@require_safe
@permission_required("polls.view_ballot")
def download(request, pk, kind):
    poll = get_object_or_404(Poll, pk=pk)
    name = f"y-kien-{poll.pk}"
    if kind == "csv":
        return csv_file(f"{name}.csv", RESULTS, _result_rows(poll))
    more = {
        _("Ballots by hour"): (HOURS, _hour_rows(poll)),
        _("About"): ([_("Item"), _("Value")], _about_rows(poll)),
    }
    return xlsx_file(f"{name}.xlsx", RESULTS, _result_rows(poll), more)


def _result_rows(poll):
    counted = poll.result
    for choice, row in zip(poll.choices.all(), counted.choices, strict=True):
        yield [row.text, choice.votes, choice.inherited_votes, row.votes, row.percent]
    here = counted.total - counted.inherited
    yield [_("Total"), here, counted.inherited, counted.total, 100 if counted.total else 0]


def _hour_rows(poll):
    for hour in audit.hours(poll):
        stands_out = _("yes") if hour.stands_out else ""
        yield [hour.begins_at, hour.ballots, hour.refused, hour.most_from_one, stands_out]


def _about_rows(poll):
    agrees = _("differ") if ballots.recount(poll) else _("agree")
    return [
        [capfirst(_("question")), poll.question],
        [_("Opens at"), poll.opens_at],
        [_("Closes at"), poll.closes_at],
        [_("State"), str(poll.state(timezone.now()).label)],
        [_("Answers that one voter may choose"), poll.most_choices],
        [_("Voters here"), poll.voters],
        [_("Source of the votes from the old portal"), poll.inherited_source],
        [_("Counters and ballots"), agrees],
        [_("Note on method"), poll.method_note],
        [_("Taken at"), timezone.now()],
    ]


@permission_required("polls.correct_poll")
def correct(request, pk):
    poll = get_object_or_404(Poll, pk=pk)
    if not poll.is_voted_on:
        messages.warning(request, _("Nobody has voted yet: edit the poll instead."))
        return redirect(poll.snippet_viewset.get_url_name("edit"), poll.pk)
    form = CorrectionForm(request.POST or None, poll=poll)
    if form.is_valid():
        try:
            form.save(request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Corrected. Readers see it on the poll's page."))
            return redirect("polls_audit", poll.pk)
    return _rendered(
        request, "polls/admin/correct.html", poll, _("Correct a mistake"), {"form": form}
    )


def _rendered(request, template, poll, title, context):
    viewset = Poll.snippet_viewset
    return admin_page(
        request,
        template,
        title,
        viewset.icon,
        {"poll": poll} | context,
        (reverse(viewset.get_url_name("list")), _("Polls")),
        (reverse(viewset.get_url_name("edit"), args=[poll.pk]), poll.question),
    )


urls = [
    path("y-kien/<int:pk>/kiem-toan/", audit_page, name="polls_audit"),
    path("y-kien/<int:pk>/ket-qua.csv", download, {"kind": "csv"}, name="polls_csv"),
    path("y-kien/<int:pk>/ket-qua.xlsx", download, {"kind": "xlsx"}, name="polls_xlsx"),
    path("y-kien/<int:pk>/dinh-chinh/", correct, name="polls_correct"),
]
