"""Gives what is there already its words in addresses, its keys and its effect."""

from itertools import count

from django.db import migrations

from articles import references
from articles.effect import Facts, timeline
from articles.vietnamese import fold_slug, title_key


def fill(apps, schema_editor):
    for name in ("DirectiveType", "Issuer"):
        model = apps.get_model("articles", name)
        taken = set()
        for record in model.objects.order_by("pk"):
            made = fold_slug(record.name)[:200] or "muc"
            candidates = (made if number == 1 else f"{made}-{number}" for number in count(1))
            record.slug = next(slug for slug in candidates if slug not in taken)
            taken.add(record.slug)
            record.save(update_fields=["slug"])

    periods = apps.get_model("articles", "EffectPeriod")
    changes = apps.get_model("articles", "RegisterChange")
    apps.get_model("articles", "RegisterVersion").objects.create(pk=1, version=1)
    for directive in apps.get_model("articles", "DirectivePage").objects.all():
        directive.year = directive.signed_on.year
        try:
            reference = references.parse(f"{directive.number}/{directive.symbol}")
        except references.NotAReference:
            # Written before numbers were checked: found by its text until somebody mends it.
            pass
        else:
            directive.reference_key = reference.key
            directive.year = reference.year or directive.year
        directive.title_key = title_key(directive.title)
        directive.save(update_fields=["year", "reference_key", "title_key"])
        if directive.live:
            facts = Facts(
                directive.effective_on or directive.signed_on, expires_on=directive.expires_on
            )
            for period in timeline(facts):
                periods.objects.create(
                    directive=directive,
                    effect=str(period.effect),
                    starts_on=period.starts_on,
                    ends_before=period.ends_before,
                )
            changes.objects.create(directive_id=directive.pk, version=1)


class Migration(migrations.Migration):
    dependencies = [("articles", "0003_trusted_record")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
