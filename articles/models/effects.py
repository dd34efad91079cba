"""What is derived from directives and kept beside them: their effect on every day.

It is written in the transaction of the change that causes it (`DirectivePage.save`)."""

from collections import defaultdict

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ..effect import BINDING, Effect, Facts, Period, timeline
from .changes import IndexChange, RegisterChange


class RelationKind(models.TextChoices):
    REPLACES = "replaces", _("replaces")
    AMENDS = "amends", _("amends")
    IMPLEMENTS = "implements", _("implements")
    CITES = "cites", _("cites")
    CORRECTS = "corrects", _("corrects")


class RelationQuerySet(models.QuerySet):
    def public(self):
        """Relations whose both ends the public may read."""
        return self.filter(directive__live=True).filter(
            Q(target__isnull=True) | Q(target__live=True)
        )

    def acting(self):
        """Relations that change their target's effect, with the `first_day` on which they do.

        A directive that was withdrawn before that day never came to change anything.
        """
        return (
            self.filter(
                kind__in=[RelationKind.REPLACES, RelationKind.AMENDS],
                target__isnull=False,
                directive__live=True,
            )
            .annotate(first_day=Coalesce("starts_on", "directive__effective_on"))
            .exclude(directive__withdrawn_on__lte=F("first_day"))
        )

    def days_of_change(self):
        """{target: (days on which it is replaced, days on which a part of it changes)}"""
        days = defaultdict(lambda: ([], []))
        for target, kind, provisions, day in self.acting().values_list(
            "target_id", "kind", "provisions", "first_day"
        ):
            is_whole = kind == RelationKind.REPLACES and not provisions
            days[target][0 if is_whole else 1].append(day)
        return days


class EffectPeriodManager(models.Manager):
    def refresh(self, pks):
        """Bring the periods of these directives, and the register, up to their facts."""
        facts = self._facts(pks)
        wanted = {
            (pk, period.starts_on): (str(period.effect), period.ends_before)
            for pk in facts
            for period in timeline(facts[pk])
        }
        rows = self.filter(directive_id__in=pks)
        kept = {(row.directive_id, row.starts_on): (row.effect, row.ends_before) for row in rows}
        stale = [
            row.pk
            for row in rows
            if wanted.get((row.directive_id, row.starts_on))
            != kept[row.directive_id, row.starts_on]
        ]
        self.filter(pk__in=stale).delete()
        self.bulk_create(
            self.model(directive_id=pk, starts_on=day, effect=effect, ends_before=end)
            for (pk, day), (effect, end) in wanted.items()
            if kept.get((pk, day)) != (effect, end)
        )
        RegisterChange.objects.note(pks)
        # What binds is found first.
        IndexChange.objects.note_of(self.model._meta.get_field("directive").related_model, pks)

    def _facts(self, pks):
        """{directive: Facts}; none for those that the public can't read."""
        directives = self.model._meta.get_field("directive").related_model.objects
        relations = self.model._meta.apps.get_model("articles", "DirectiveRelation").objects
        suspensions = self.model._meta.apps.get_model("articles", "DirectiveSuspension").objects
        days = relations.filter(target_id__in=pks).days_of_change()
        suspended = defaultdict(list)
        for pk, first, last in suspensions.filter(directive_id__in=pks).values_list(
            "directive_id", "starts_on", "ends_on"
        ):
            suspended[pk].append((first, last))
        return {
            pk: Facts(
                effective_on=effective,
                expires_on=expires,
                withdrawn_on=withdrawn,
                suspensions=tuple(suspended[pk]),
                replaced_on=tuple(days[pk][0]),
                amended_on=tuple(days[pk][1]),
            )
            for pk, effective, expires, withdrawn in directives.filter(
                pk__in=pks, live=True
            ).values_list("pk", "effective_on", "expires_on", "withdrawn_on")
        }


class EffectPeriodQuerySet(models.QuerySet):
    def on(self, day):
        return self.filter(starts_on__lte=day, ends_before__gt=day)

    def binding(self, day):
        return self.on(day).filter(effect__in=BINDING)


class EffectPeriod(models.Model):
    """A directive's effect on the days from `starts_on` up to, and without, `ends_before`."""

    directive = models.ForeignKey(
        "articles.DirectivePage", on_delete=models.CASCADE, related_name="effect_periods"
    )
    effect = models.CharField(max_length=12, choices=Effect)
    starts_on = models.DateField()
    ends_before = models.DateField()

    objects = EffectPeriodManager.from_queryset(EffectPeriodQuerySet)()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["directive", "starts_on"], name="one_effect_a_day")
        ]

    def __str__(self):
        return f"{self.starts_on} – {self.ends_before}: {self.effect}"

    @property
    def period(self):
        return Period(Effect(self.effect), self.starts_on, self.ends_before)
