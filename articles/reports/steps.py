"""How long each step of review took, and what was sent back."""

import statistics
from collections import Counter, defaultdict
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db.models import BigIntegerField, Case, OuterRef, Subquery, When
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import Page, TaskState, get_default_page_content_type

from office.audit import name_of
from office.models import Territory
from office.reports import pages_read_by, reads_all

from .periods import PERSON, UNIT, WHOLE_PORTAL, PeriodReport, Table

STEP = "step"
DECIDED = [TaskState.STATUS_APPROVED, TaskState.STATUS_REJECTED]


def duration(taken):
    """In words, as coarse as it is long: 40 phút, 5 giờ 10 phút, 3 ngày 4 giờ."""
    minutes = round(taken.total_seconds() / 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        days and ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
        hours and ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours},
        not days
        and minutes
        and ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes},
    ]
    return " ".join(part for part in parts if part) or _("less than a minute")


def percentile(ordered, share):
    """The least of them that so many hundredths are not above (the nearest rank)."""
    return ordered[-(-len(ordered) * share // 100) - 1]


def cell(taken):
    return duration(taken), round(taken / timedelta(hours=1), 2)


class StepsReport(PeriodReport):
    page_title = gettext_lazy("Time that review took")
    header_icon = "tasks"
    index_url_name = "steps_report"
    words = "thoi-gian-duyet"
    ways = [
        (STEP, gettext_lazy("by step")),
        (UNIT, gettext_lazy("by step and unit")),
        (PERSON, gettext_lazy("by step and person who decided")),
    ]
    explanation = gettext_lazy(
        "Decisions of this period, about pages and polls: approvals and sendings back, each from "
        "when the step began to when it was decided, nights and weekends included. What was taken "
        "back or began anew because of a change is no decision. Nine of ten took no longer than "
        "the time in that column. In the files, times are hours."
    )

    def table(self, facts):
        by = facts["by"]
        territory = Territory()
        states = self._states()
        decided = states.filter(
            status__in=DECIDED, finished_at__date__range=(facts["first"], facts["last"])
        ).values_list(
            *("task__name", "started_at", "finished_at", "status", "finished_by"),
            *("workflow_state", "path"),
        )
        lines, back, rounds = defaultdict(list), Counter(), defaultdict(Counter)
        deciders = set()
        for step, started_at, finished_at, status, person, submission, path in decided:
            unit = territory.unit_of(path) if path else None
            if facts["unit"] and unit != facts["unit"]:
                continue
            group = {STEP: None, UNIT: unit, PERSON: person}[by]
            deciders.add(person)
            lines[step, group].append(finished_at - started_at)
            if status == TaskState.STATUS_REJECTED:
                back[step, group] += 1
                rounds[step, group][submission] += 1
        people = get_user_model().objects.in_bulk(deciders - {None}) if by == PERSON else {}

        def name(group):
            if by == UNIT:
                return str(group or WHOLE_PORTAL)
            return name_of(people[group]) if group in people else _("an account that is gone")

        rows = []
        for (step, group), times in lines.items():
            times.sort()
            rows.append(
                [
                    step,
                    *([] if by == STEP else [name(group)]),
                    len(times),
                    back[step, group],
                    max(rounds[step, group].values(), default=0),
                    cell(statistics.median(times)),
                    cell(percentile(times, 90)),
                    cell(times[-1]),
                ]
            )
        second = {STEP: [], UNIT: [_("Unit")], PERSON: [_("Who decided")]}[by]
        return Table(
            titles=[
                _("Step"),
                *second,
                _("Decisions"),
                _("of which sent back"),
                _("Most times sent back, of one page"),
                _("Half took at most"),
                _("Nine of ten took at most"),
                _("The slowest"),
            ],
            texts=1 + len(second),
            rows=sorted(rows, key=lambda row: row[: 1 + len(second)]),
            note=self._waiting(states, territory, facts["unit"]),
        )

    def _states(self):
        place = Page.objects.filter(
            pk=Cast(OuterRef("workflow_state__object_id"), BigIntegerField())
        ).values("path")
        pages = get_default_page_content_type()
        # A poll may have the number of a page.
        path = Case(When(workflow_state__base_content_type=pages, then=Subquery(place)))
        states = TaskState.objects.annotate(path=path)
        if not reads_all(self.request.user):
            mine = pages_read_by(self.request.user).values("path")
            states = states.filter(path__in=mine)
        return states.order_by()

    def _waiting(self, states, territory, unit):
        waiting = [
            started_at
            for started_at, path in states.filter(status=TaskState.STATUS_IN_PROGRESS).values_list(
                "started_at", "path"
            )
            if not unit or (path and territory.unit_of(path) == unit)
        ]
        if not waiting:
            return _("Nothing waits for a decision now.")
        return ngettext(
            "%(count)d waits for a decision now; the longest for %(time)s.",
            "%(count)d wait for a decision now; the longest for %(time)s.",
            len(waiting),
        ) % {"count": len(waiting), "time": duration(timezone.now() - min(waiting))}
