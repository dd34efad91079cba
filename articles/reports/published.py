"""How much was published, by which unit, whom, and when."""

from collections import Counter, defaultdict
from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.models import Territory
from office.reports import pages_read_by
from sidebar.statistics import month_name, picture, short_day

from ..inspection import people_behind
from .periods import PERSON, UNIT, WHOLE_PORTAL, PeriodReport, Table, WorkForm, kinds

MONTH = "month"
# A picture of more days would have none that can be told apart.
DAYS_DRAWN = timedelta(days=45)


class PublishedForm(WorkForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind of page"), required=False)

    field_order = ["first", "last", "unit", "kind", "by"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", gettext_lazy("all")), *kinds()]


class PublishedReport(PeriodReport):
    page_title = gettext_lazy("What was published")
    header_icon = "doc-full"
    index_url_name = "published_report"
    words = "da-dang"
    form_class = PublishedForm
    ways = [
        (UNIT, gettext_lazy("by unit")),
        (PERSON, gettext_lazy("by author")),
        (MONTH, gettext_lazy("by month")),
    ]
    explanation = gettext_lazy(
        "Pages that went online for the first time in this period, also those that were taken "
        "offline since; later versions of a page don't count. A page belongs to the unit of the "
        "nearest section above it. Author: who signs a piece of news, each of several; of any "
        "other page, whose account made it."
    )

    def table(self, facts):
        first, last, by = facts["first"], facts["last"], facts["by"]
        pages = pages_read_by(self.request.user).filter(
            depth__gt=1, first_published_at__date__range=(first, last)
        )
        if facts["kind"]:
            app, model = facts["kind"].split(".")
            pages = pages.filter(content_type__app_label=app, content_type__model=model)
        territory = Territory()
        names = dict(kinds())
        authors = people_behind(pages) if by == PERSON else {}
        lines, when = defaultdict(Counter), Counter()
        rows = pages.order_by("first_published_at").values_list(
            "pk",
            "path",
            "live",
            "first_published_at",
            "content_type__app_label",
            "content_type__model",
        )
        for pk, path, live, at, app, model in rows:
            unit = territory.unit_of(path)
            if facts["unit"] and unit != facts["unit"]:
                continue
            day = timezone.localdate(at)
            when[day] += 1
            kind = names.get(f"{app}.{model}", model)
            if by == PERSON:
                groups = authors[pk] or [_("nobody named")]
            elif by == UNIT:
                groups = [str(unit or WHOLE_PORTAL)]
            else:
                groups = [day.replace(day=1)]
            for group in groups:
                lines[group].update({kind: 1, None: 1, False: not live})
        shown = sorted({kind for counts in lines.values() for kind in counts if kind})
        if by == MONTH:
            order = sorted(lines)
        else:
            order = sorted(lines, key=lambda group: (-lines[group][None], group))
        return Table(
            titles=[
                {UNIT: _("Unit"), PERSON: _("Author"), MONTH: _("Month")}[by],
                *shown,
                _("In all"),
                _("of which offline again"),
            ],
            texts=1,
            rows=[
                [
                    month_name(group) if by == MONTH else group,
                    *(lines[group][kind] for kind in shown),
                    lines[group][None],
                    lines[group][False],
                ]
                for group in order
            ],
            picture=_picture(when, first, last),
        )


def _picture(when, first, last):
    if last - first <= DAYS_DRAWN:
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        counted, name_of = {day: when[day] for day in days}, short_day
    else:
        counted, name_of = {}, month_name
        month = first.replace(day=1)
        while month <= last:
            counted[month] = 0
            month = (month + timedelta(days=31)).replace(day=1)
        for day, count in when.items():
            counted[day.replace(day=1)] += count
    told = _("%(count)s pages in all; the most: %(most)s (%(when)s).")
    return picture(counted, [("readers", _("Pages"), int)], name_of, told)
