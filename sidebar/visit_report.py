"""The operators' report of visits and page views in the admin, its files, and its forms."""

import re
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput
from wagtail.models import Page, Site

from office.admin_page import admin_page
from office.sheets import FILES

from . import statistics
from .models import InheritedVisits

# Whoever may read the report; the inspectors' sheet is for them, too.
READ = "sidebar.view_dailyvisits"
DAY, MONTH, PAGE, SECTION = "day", "month", "page", "section"
# More lines than anybody reads: the files have all.
LINES_SHOWN = 100
# Groups of three with points, or none at all.
COUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+")
# Days and months are lines even when nobody came.
LONGEST = {DAY: timedelta(days=400), MONTH: timedelta(days=366 * 20)}


def may_read(user):
    return user.has_perm(READ)


class DayField(forms.DateField):
    widget = AdminDateInput
    default_error_messages = {
        "required": gettext_lazy("Write a day like 22/11/2026."),
        "invalid": gettext_lazy("“%(value)s” is no day. Write it like 22/11/2026."),
    }

    def to_python(self, value):
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            words = self.error_messages["invalid"]
            raise forms.ValidationError(words, "invalid", {"value": value}) from error


class PeriodForm(forms.Form):
    """From one day to another, which is not to come."""

    first = DayField(label=gettext_lazy("From day"))
    last = DayField(label=gettext_lazy("To day"))

    def clean_last(self):
        return _not_to_come(self.cleaned_data["last"])

    def clean(self):
        facts = super().clean()
        first, last = facts.get("first"), facts.get("last")
        if first and last and last < first:
            self.add_error("last", _("The period ends before it begins."))
        return facts


class ReportForm(PeriodForm):
    by = forms.ChoiceField(
        label=gettext_lazy("Line by line"),
        choices=[
            (DAY, gettext_lazy("by day")),
            (MONTH, gettext_lazy("by month")),
            (PAGE, gettext_lazy("by page")),
            (SECTION, gettext_lazy("by section")),
        ],
    )

    def clean(self):
        facts = super().clean()
        longest = LONGEST.get(facts.get("by"))
        if (
            longest
            and {"first", "last"} <= facts.keys()
            and facts["last"] - facts["first"] > longest
        ):
            if facts["by"] == DAY:
                words = _("By day, at most %(days)d days: choose a later day, or by month.")
            else:
                words = _("By month, at most %(days)d days: choose a later day.")
            self.add_error("first", words % {"days": longest.days})
        return facts


class CountField(forms.IntegerField):
    """189.000 as Vietnamese write it, which Django would take for 189."""

    widget = forms.TextInput

    def to_python(self, value):
        text = "".join(str(value).split())
        if text and not COUNT.fullmatch(text):
            raise forms.ValidationError(_("Write it like 26.390 or 26390."))
        return super().to_python(text.replace(".", ""))


class InheritedVisitsForm(WagtailAdminModelForm):
    total = InheritedVisits._meta.get_field("total").formfield(form_class=CountField)

    def clean_counted_until(self):
        return _not_to_come(self.cleaned_data["counted_until"])

    def save(self, commit=True):
        self.instance.entered_by = self.for_user
        return super().save(commit)


def _not_to_come(day):
    if day > timezone.localdate():
        raise forms.ValidationError(_("This day is still to come."))
    return day


@dataclass(frozen=True)
class Report:
    # What the texts and the counts of a row are.
    texts: list
    counts: list
    # [(texts, counts)]
    rows: list
    total: list
    # [(name, title, statistics.Picture or None)]
    pictures: tuple = ()

    @property
    def sheet(self):
        """(titles, rows) for a file."""
        empty = [None] * (len(self.texts) - 1)
        rows = [[*texts, *counts] for texts, counts in self.rows]
        return [*self.texts, *self.counts], [*rows, [_("Total"), *empty, *self.total]]

    @property
    def shown(self):
        return self.rows if self.pictures else self.rows[:LINES_SHOWN]

    @property
    def most(self):
        """What a line's bar is measured by."""
        return max(counts[0] for _texts, counts in self.rows)


def _over_time(first, last, by):
    counted = statistics.by_day(first, last)
    if by == MONTH:
        counted = statistics.by_month(counted)
    is_month = by == MONTH
    name_of = statistics.month_name if is_month else statistics.short_day
    visits = [
        ("guests", _("Guests"), lambda counts: counts.visits - counts.member_visits),
        ("members", _("Members of the office"), attrgetter("member_visits")),
    ]
    views = [
        ("readers", _("Readers"), attrgetter("views")),
        ("members", _("Members of the office"), attrgetter("member_views")),
        ("machines", _("Machines"), attrgetter("machine_views")),
    ]
    told_visits = _("%(count)s visits in all; the most: %(most)s (%(when)s).")
    told_views = _("%(count)s page views in all; the most: %(most)s (%(when)s).")
    return Report(
        texts=[_("Month") if is_month else _("Day")],
        counts=[
            _("Visits"),
            _("of which members"),
            _("Page views by readers"),
            _("Page views by members"),
            _("Page views by machines"),
        ],
        rows=[
            ([name_of(when) if is_month else when], list(counts))
            for when, counts in counted.items()
        ],
        total=list(statistics.total(counted.values())),
        pictures=(
            (
                "visits",
                _("Visits"),
                statistics.picture(counted, visits, name_of, told_visits),
            ),
            (
                "views",
                _("Page views"),
                statistics.picture(counted, views, name_of, told_views),
            ),
        ),
    )


def _over_pages(first, last, by, home):
    counts = statistics.page_views(first, last)
    known = statistics.places(Page.objects.all(), home)
    if by == PAGE:
        texts = [_("Page"), _("Address")]
        read = statistics.by_page(counts, known)
    else:
        texts = [_("Section")]
        read = statistics.by_section(counts, known, home)
    rows = [([place.name, place.address][: len(texts)], [count]) for place, count in read]
    total = sum(counts.values())
    if deleted := total - sum(count for _place, count in read):
        rows.append(([_("Deleted pages"), ""][: len(texts)], [deleted]))
    return Report(texts, [_("Page views by readers")], rows, [total])


def _written(day):
    return day.strftime("%d/%m/%Y")


def periods(today):
    """{name: (first, last)} of those that are asked for most."""
    this_month = today.replace(day=1)
    last_month_ends = this_month - timedelta(days=1)
    return {
        _("This month"): (this_month, today),
        _("Last month"): (last_month_ends.replace(day=1), last_month_ends),
        _("This year"): (today.replace(month=1, day=1), today),
    }


@require_GET
def visit_report(request):
    if not may_read(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    usual = {"first": _written(today.replace(day=1)), "last": _written(today), "by": DAY}
    asked = usual | {name: request.GET[name] for name in usual if name in request.GET}
    form = ReportForm(asked)
    report = None
    if form.is_valid():
        first, last, by = (form.cleaned_data[name] for name in ("first", "last", "by"))
        if by in (DAY, MONTH):
            report = _over_time(first, last, by)
        else:
            report = _over_pages(first, last, by, Site.find_for_request(request).root_page)
        if file := FILES.get(request.GET.get("export")):
            ending = request.GET["export"]
            return file(f"thong-ke-{by}-{first}-{last}.{ending}", *report.sheet)
    title = _("Visits and page views")
    context = {
        "form": form,
        "report": report,
        "asked": urlencode(asked),
        "periods": [
            (name, urlencode({"first": _written(one), "last": _written(other), "by": asked["by"]}))
            for name, (one, other) in periods(today).items()
        ],
        "inherited": InheritedVisits.objects.first(),
        "may_add_inherited": request.user.has_perm("sidebar.add_inheritedvisits"),
    }
    return admin_page(request, "sidebar/admin/visit_report.html", title, "order", context)


urls = [path("reports/thong-ke/", visit_report, name="visit_report")]
