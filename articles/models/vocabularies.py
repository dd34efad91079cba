"""The lists that records are filled from: kinds of documents, issuing bodies, topics, authors."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index

from ..vietnamese import fold_slug, free_slug, local_day
from .changes import IndexChange, RegisterChange


class NamedRecord(models.Model):
    """A record with a name, and with a word for addresses that outlives a new name."""

    slug = models.SlugField(_("word in addresses"), max_length=220, unique=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        if not self.slug:
            # After a merger the new province has the name of an old one.
            self.slug = free_slug(
                fold_slug(self.name)[:200] or "muc",
                lambda slug: type(self).objects.filter(slug=slug).exists(),
            )
        with transaction.atomic():
            super().save(*args, **kwargs)
            RegisterChange.objects.note(())
            # Whose words it is a part of. Authors have none.
            if named := getattr(self, "directives", None):
                IndexChange.objects.note_of(named.model, named.values_list("pk", flat=True))


class DirectiveType(NamedRecord):
    """A kind of administrative document. Source: Decree 30/2020, article 7 and appendix III."""

    name = models.CharField(
        _("name"), max_length=60, unique=True, help_text=_("In full: Chỉ thị, Quyết định")
    )
    abbreviation = models.CharField(
        _("abbreviation"),
        max_length=10,
        blank=True,
        help_text=_("As it stands in the number: CT, QĐ, KH. Official letters have none."),
    )
    sort_order = models.PositiveSmallIntegerField(
        _("order"), default=100, help_text=_("Small numbers come first")
    )

    panels = [FieldPanel("name"), FieldRowPanel(["abbreviation", "sort_order"])]

    class Meta:
        verbose_name = _("directive type")
        verbose_name_plural = _("directive types")
        ordering = ["sort_order", "name"]

    def clean(self):
        super().clean()
        # Not folded: HD and HĐ, DA and ĐA are four different types.
        others = type(self).objects.exclude(pk=self.pk).exclude(abbreviation="")
        same = others.filter(abbreviation__iexact=self.abbreviation).first()
        if same:
            raise ValidationError(
                {
                    "abbreviation": _("“%(type)s” has this abbreviation already.")
                    % {"type": same.name}
                }
            )


class IssuerQuerySet(models.QuerySet):
    def existing(self, on):
        """Bodies that existed on a day: both the first and the last day count."""
        return self.filter(
            Q(established_on__isnull=True) | Q(established_on__lte=on),
            Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=on),
        )


class IssuerForm(WagtailAdminModelForm):
    def clean_predecessors(self):
        chosen = self.cleaned_data["predecessors"]
        if self.instance.pk and self.instance.pk in _all_predecessors(chosen):
            raise ValidationError(_("A body can't be among its own predecessors."))
        return chosen


def _all_predecessors(issuers):
    """Primary keys of these bodies and of all that came before them."""
    found, waiting = set(), [issuer.pk for issuer in issuers]
    links = Issuer.predecessors.through.objects
    while waiting:
        found.update(waiting)
        before = links.filter(from_issuer_id__in=waiting).values_list("to_issuer_id", flat=True)
        waiting = [pk for pk in before if pk not in found]
    return found


class Issuer(NamedRecord):
    """A body that issues directives, for as long as it exists.

    Provinces merged and districts went on 1 July 2025: a body keeps its name on what it signed, and
    leads to the one that took over its work.
    """

    name = models.CharField(
        _("full name"),
        max_length=200,
        help_text=_("As it stands in the head of its documents"),
    )
    short_name = models.CharField(_("short name"), max_length=80, help_text=_("For lists"))
    abbreviation = models.CharField(
        _("abbreviation"),
        max_length=20,
        blank=True,
        help_text=_("As it stands in the number: UBND of 07/CT-UBND"),
    )
    place = models.CharField(
        _("place"), max_length=80, blank=True, help_text=_("Before the date: Quảng Trị, ngày …")
    )
    superior = models.CharField(
        _("superior body"),
        max_length=200,
        blank=True,
        help_text=_("Printed above its name. People's committees and councils have none."),
    )
    established_on = models.DateField(
        _("first day"), null=True, blank=True, help_text=_("Empty: before what we publish")
    )
    dissolved_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty: it exists")
    )
    predecessors = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="successors",
        verbose_name=_("predecessors"),
        help_text=_("The bodies whose work this one took over. Their names find it."),
    )

    base_form_class = IssuerForm
    objects = IssuerQuerySet.as_manager()

    panels = [
        FieldPanel("name"),
        FieldRowPanel(["short_name", "abbreviation", "place"]),
        FieldPanel("superior"),
        MultiFieldPanel(
            [FieldRowPanel(["established_on", "dissolved_on"]), FieldPanel("predecessors")],
            heading=_("From when to when"),
        ),
    ]

    class Meta:
        verbose_name = _("issuing body")
        verbose_name_plural = _("issuing bodies")
        ordering = ["name", "-established_on"]

    def __str__(self):
        if self.dissolved_on:
            return _("%(name)s (until %(day)s)") % {
                "name": self.name,
                "day": local_day(self.dissolved_on),
            }
        return self.name

    def existed_on(self, day):
        begun = self.established_on is None or self.established_on <= day
        return begun and (self.dissolved_on is None or day <= self.dissolved_on)

    def in_charge_on(self, day):
        """The bodies that did its work on a day: itself, or those before or after it."""
        if self.existed_on(day):
            return [self]
        is_before = self.established_on is not None and day < self.established_on
        link = "successors__in" if is_before else "predecessors__in"
        found, seen, waiting = [], {self.pk}, [self]
        while waiting:
            near = type(self).objects.filter(**{link: waiting}).exclude(pk__in=seen).distinct()
            seen |= {issuer.pk for issuer in near}
            found += [issuer for issuer in near if issuer.existed_on(day)]
            waiting = [issuer for issuer in near if not issuer.existed_on(day)]
        return found

    def clean(self):
        super().clean()
        if self.established_on and self.dissolved_on and self.dissolved_on < self.established_on:
            raise ValidationError({"dissolved_on": _("The last day lies before the first one.")})
        self._keep_what_it_signed()
        namesakes = type(self).objects.exclude(pk=self.pk).filter(name=self.name)
        if any(self._overlaps(other) for other in namesakes):
            raise ValidationError(
                {"name": _("A body of this name exists in the same period already.")}
            )

    def _keep_what_it_signed(self):
        # A directive outside its issuer's time could not be published again.
        if not self.pk:
            return
        signed = self.directives.order_by("signed_on")
        early = self.established_on and signed.filter(signed_on__lt=self.established_on).first()
        late = self.dissolved_on and signed.filter(signed_on__gt=self.dissolved_on).last()
        for field, directive in (("established_on", early), ("dissolved_on", late)):
            if directive:
                raise ValidationError(
                    {
                        field: _("%(document)s was signed on %(day)s.")
                        % {
                            "document": directive.reference,
                            "day": local_day(directive.signed_on),
                        }
                    }
                )

    def _overlaps(self, other):
        def starts_after(one, another):
            return (
                one.established_on
                and another.dissolved_on
                and one.established_on > another.dissolved_on
            )

        return not (starts_after(self, other) or starts_after(other, self))


class Topic(NamedRecord):
    """What pages are about: a directive's field, the topic of a piece of news."""

    name = models.CharField(
        _("name"), max_length=80, unique=True, help_text=_("As readers choose it in lists")
    )
    sort_order = models.PositiveSmallIntegerField(
        _("order"), default=100, help_text=_("Small numbers come first")
    )

    panels = [FieldRowPanel(["name", "sort_order"])]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["sort_order", "name"]


class Author(NamedRecord, index.Indexed):
    """Somebody who signs news."""

    name = models.CharField(
        _("name"), max_length=120, unique=True, help_text=_("As it stands on the page")
    )
    position = models.CharField(
        _("position"),
        max_length=160,
        blank=True,
        help_text=_("Beside the name; may be left empty"),
    )

    search_fields = [index.AutocompleteField("name")]

    panels = [FieldPanel("name"), FieldPanel("position")]

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name"]
