"""Sums over a period: the form, the frame of the page, and the files."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy
from django.views.generic import View

from office.admin_page import admin_page
from office.models import Unit
from office.reports import may_read, reads_all
from office.sheets import FILES
from sidebar.statistics import Picture
from sidebar.visit_report import PeriodForm, periods

from ..models import PortalPage

UNIT, PERSON = "unit", "person"
# What belongs to no unit.
WHOLE_PORTAL = gettext_lazy("The whole portal")


def units_read_by(user):
    return Unit.objects.all() if reads_all(user) else Unit.objects.filter(editors__user=user)


def kinds():
    """[(app.model, name)] of the pages that are written here."""
    found, left = [], [PortalPage]
    while left:
        for model in left.pop().__subclasses__():
            left.append(model)
            if not model._meta.abstract:
                found.append((model._meta.label_lower, str(capfirst(model._meta.verbose_name))))
    return sorted(found, key=lambda kind: kind[1])


class WorkForm(PeriodForm):
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("all"),
    )
    by = forms.ChoiceField(label=gettext_lazy("Line by line"))

    def __init__(self, *args, user, ways, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_read_by(user)
        self.fields["by"].choices = ways


@dataclass(frozen=True)
class Table:
    """`texts` columns of words, then figures. A cell that is a pair is (shown, in the file)."""

    titles: list
    texts: int
    rows: list
    picture: Picture | None = None
    note: str = ""

    @property
    def shown(self):
        return [
            (
                [shown_of(cell) for cell in row[: self.texts]],
                [shown_of(cell) for cell in row[self.texts :]],
            )
            for row in self.rows
        ]

    @property
    def headings(self):
        return self.titles[: self.texts], self.titles[self.texts :]

    @property
    def sheet(self):
        rows = [[cell[1] if isinstance(cell, tuple) else cell for cell in row] for row in self.rows]
        return self.titles, rows


def shown_of(cell):
    return cell[0] if isinstance(cell, tuple) else cell


class PeriodReport(View):
    http_method_names = ["get", "head", "options"]
    page_title = header_icon = index_url_name = words = explanation = ""
    form_class = WorkForm
    # [(value, label)] of what a line may be; the first is usual.
    ways = []

    may_read = staticmethod(may_read)

    def table(self, facts):
        """The Table for what the form says; each report makes its own."""
        raise NotImplementedError

    def get(self, request):
        if not self.may_read(request.user):
            raise PermissionDenied
        today = timezone.localdate()
        usual = dict.fromkeys(self.form_class.base_fields, "") | {
            "first": f"{today.replace(month=1, day=1):%d/%m/%Y}",
            "last": f"{today:%d/%m/%Y}",
            "by": self.ways[0][0],
        }
        asked = usual | {name: request.GET[name] for name in usual if name in request.GET}
        form = self.form_class(asked, user=request.user, ways=self.ways)
        table = None
        if form.is_valid():
            table = self.table(form.cleaned_data)
            if file := FILES.get(request.GET.get("export")):
                first, last = form.cleaned_data["first"], form.cleaned_data["last"]
                name = f"{self.words}-{first}-{last}.{request.GET['export']}"
                return file(name, *table.sheet)
        context = {
            "explanation": self.explanation,
            "form": form,
            "table": table,
            "asked": urlencode(asked),
            "periods": [
                (
                    name,
                    urlencode(asked | {"first": f"{one:%d/%m/%Y}", "last": f"{other:%d/%m/%Y}"}),
                )
                for name, (one, other) in periods(today).items()
            ],
        }
        template = "articles/admin/period_report.html"
        return admin_page(request, template, self.page_title, self.header_icon, context)

    @classmethod
    def urls(cls):
        return [path(f"reports/{cls.words}/", cls.as_view(), name=cls.index_url_name)]
