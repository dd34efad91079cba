"""What would hold up every page: a step of review that nobody can decide."""

from django.core.checks import Tags, Warning, register
from django.db import connection
from django.utils.translation import gettext as _

from .moderation import IndependentApprovalTask

# Whoever wrote a page can't decide about it, so one person alone would be no step either.
FEWEST = 2


def steps_short_of_people():
    """[(step, how many people)] of the steps in use that too few people can decide."""
    steps = IndependentApprovalTask.objects.filter(
        active=True, workflow_tasks__workflow__active=True
    ).distinct()
    found = ((step, step.people.count()) for step in steps.order_by("pk"))
    return [(step, count) for step, count in found if count < FEWEST]


@register(Tags.database)
def steps_have_people(app_configs, databases, **kwargs):
    # Django asks checks of databases with --database, and before it migrates: there may be no
    # tables yet.
    if not databases or not _is_migrated():
        return []
    return [
        Warning(
            _("The step “%(step)s” of the review has %(count)s people; it takes two at least.")
            % {"step": step.name, "count": count},
            hint=_("Add people to its groups: %(groups)s")
            % {"groups": ", ".join(step.groups.values_list("name", flat=True))},
            id="office.W001",
        )
        for step, count in steps_short_of_people()
    ]


def _is_migrated():
    tables = connection.introspection.table_names()
    return IndependentApprovalTask._meta.db_table in tables
