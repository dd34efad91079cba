"""The office's report of what readers have looked for, and of what found nothing."""

import django_filters
from django.db.models import Max, OuterRef, Subquery, Sum
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from ..models import AskedQuestion
from ..vietnamese import fold, local_day

NOTHING, SOMETHING = "khong", "co"


class QuestionFilterSet(WagtailFilterSet):
    found = django_filters.ChoiceFilter(
        label=_("Results"),
        method="filter_found",
        choices=[(NOTHING, _("Nothing was found")), (SOMETHING, _("Something was found"))],
        empty_label=_("All"),
    )
    day = django_filters.DateFromToRangeFilter(label=_("Day"), widget=DateRangePickerWidget)

    class Meta:
        model = AskedQuestion
        fields = []

    def filter_found(self, questions, name, value):
        if value == NOTHING:
            return questions.filter(last_found=0)
        return questions.filter(last_found__gt=0)


def result_address(row):
    """What readers get who ask it today."""
    return f"{reverse('articles:search')}?{urlencode({'q': row['last_text']})}"


class QuestionsReport(ReportView):
    """Questions in all their spellings as one, the most frequent first."""

    page_title = _("What readers look for")
    header_icon = "search"
    index_url_name = "search_questions"
    index_results_url_name = "search_questions_results"
    permission_policy = ModelPermissionPolicy(AskedQuestion)
    any_permission_required = ["view"]
    model = AskedQuestion
    filterset_class = QuestionFilterSet
    is_searchable = True
    default_ordering = "-asked"
    columns = [
        TitleColumn("last_text", label=_("Question"), get_url=result_address, sort_key="last_text"),
        Column(
            "asked",
            label=_("Times"),
            accessor=lambda row: number_format(row["asked"], force_grouping=True),
            sort_key="asked",
        ),
        Column(
            "last_found",
            label=_("Results that fit"),
            accessor=lambda row: (
                number_format(row["last_found"], force_grouping=True) if row["last_found"] else "–"
            ),
            sort_key="last_found",
        ),
        Column(
            "last_day",
            label=_("Last asked on"),
            accessor=lambda row: local_day(row["last_day"]),
            sort_key="last_day",
        ),
    ]
    list_export = ["last_text", "asked", "last_found", "last_day"]
    export_headings = {
        "last_text": _("Question"),
        "asked": _("Times"),
        "last_found": _("Results that fit"),
        "last_day": _("Last asked on"),
    }

    def search_queryset(self, questions):
        # By plain letters: databases know no other way to look past marks and capitals.
        words = fold(self.search_query) if self.is_searching else ""
        return questions.filter(words__contains=words)

    def get_base_queryset(self):
        latest = AskedQuestion.objects.filter(words=OuterRef("words")).order_by("-day")
        return AskedQuestion.objects.values("words").annotate(
            asked=Sum("times"),
            last_day=Max("day"),
            last_text=Subquery(latest.values("text")[:1]),
            last_found=Subquery(latest.values("found")[:1]),
        )
