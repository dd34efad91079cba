from datetime import date
from itertools import pairwise

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager

from .. import references
from ..blocks import DirectiveStreamBlock
from ..effect import Facts, timeline
from .base import ArticlePage, ArticleQuerySet, PortalPageForm
from .editions import Edition
from .effects import (
    EffectPeriod,
    RegisterVersion,
    RelationKind,
    RelationQuerySet,
)
from .vocabularies import DirectiveType, Issuer, Topic


class DirectivePageQuerySet(ArticleQuerySet):
    def in_force(self, on):
        """Directives in force on a day, at least in part."""
        return self.filter(effect_periods__in=EffectPeriod.objects.binding(on))

    def newest(self):
        return self.order_by("-signed_on", "-pk")

    def for_lists(self):
        return self.select_related("type", "issuer")


def with_periods(directives, on):
    """Gives public directives the period that a day lies in, in one query for all."""
    rows = EffectPeriod.objects.on(on).filter(directive__in=[page.pk for page in directives])
    periods = {row.directive_id: row.period for row in rows}
    for page in directives:
        if page.pk in periods:
            page.period = periods[page.pk]


def local_day(day):
    return date_format(day, "j/n/Y")


class DirectivePageForm(PortalPageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        page = self.instance
        if "change_note" in self.fields and page.first_published_at:
            # Wagtail waives what is required for drafts.
            self.fields["change_note"].required = True
            if not page.has_unpublished_changes:
                self.initial["change_note"] = ""
        # Read from the number when they are left empty (DirectivePage.clean_reference).
        for name in {"type", "issuer", "symbol"} & set(self.fields):
            self.fields[name].required = False

    def clean(self):
        cleaned = super().clean()
        if "relations" in self.formsets:
            self._check_relations(self.formsets["relations"], cleaned)
        return cleaned

    def _check_relations(self, formset, cleaned):
        formset.is_valid()
        seen = set()
        for form in formset.forms:
            row = getattr(form, "cleaned_data", None)
            if not row or row.get("DELETE") or form.errors:
                continue
            target, kind = row.get("target"), row.get("kind")
            if target is None:
                continue
            problem = None
            if target.pk == self.instance.pk:
                problem = _("A document has no relation to itself.")
            elif (kind, target.pk) in seen:
                problem = _("This relation stands here already.")
            elif cleaned.get("signed_on") and target.signed_on > cleaned["signed_on"]:
                problem = _("%(document)s was signed later (%(day)s) than this document.") % {
                    "document": target.reference,
                    "day": local_day(target.signed_on),
                }
            elif self.instance.pk and leads_to(target.pk, kind, self.instance.pk):
                problem = _("%(document)s already leads to this document: that is a circle.") % {
                    "document": target.reference
                }
            if problem:
                form.add_error("target", problem)
            seen.add((kind, target.pk))
            begins, effective = row.get("starts_on"), cleaned.get("effective_on")
            if begins and effective and begins < effective:
                form.add_error(
                    "starts_on", _("Earlier than the first day of this document itself.")
                )


def leads_to(start, kind, goal):
    """Whether relations of this kind that are public lead from one directive to another."""
    seen, waiting = set(), {start}
    while waiting:
        seen |= waiting
        found = set(
            DirectiveRelation.objects.public()
            .filter(directive__in=waiting, kind=kind, target__isnull=False)
            .values_list("target_id", flat=True)
        )
        if goal in found:
            return True
        waiting = found - seen
    return False


class DirectivePage(ArticlePage):
    """A directive or another official document: what was signed, and where it stands in law."""

    number = models.CharField(
        _("number"),
        max_length=60,
        help_text=_("07 of 07/CT-UBND; the whole of it is understood too"),
    )
    symbol = models.CharField(
        _("symbol"), max_length=40, blank=True, help_text=_("CT-UBND of 07/CT-UBND")
    )
    # Both follow from the number, and are what it is found by.
    reference_key = models.CharField(max_length=120, default="", editable=False, db_index=True)
    year = models.PositiveSmallIntegerField(default=0, editable=False, db_index=True)
    type = models.ForeignKey(
        DirectiveType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="directives"
    )
    issuer = models.ForeignKey(
        Issuer, verbose_name=_("issuing body"), on_delete=models.PROTECT, related_name="directives"
    )
    signer = models.CharField(_("signer"), max_length=120)
    signer_position = models.CharField(_("position of the signer"), max_length=160)
    signed_on = models.DateField(_("signed on"))
    effective_on = models.DateField(
        _("in force from"), help_text=_("Often the day it was signed"), blank=True, null=True
    )
    expires_on = models.DateField(
        _("last day in force"),
        null=True,
        blank=True,
        help_text=_("Empty: in force until further notice"),
    )
    subject = models.TextField(
        _("subject"), max_length=1000, help_text=_("What it is about, word for word as signed")
    )
    topics = ParentalManyToManyField(
        Topic, verbose_name=_("fields"), blank=True, related_name="directives"
    )
    recipients = models.TextField(
        _("recipients"), blank=True, help_text=_("Nơi nhận, one on each line; for print")
    )
    body = StreamField(DirectiveStreamBlock(), verbose_name=_("body"), blank=True)
    withdrawn_on = models.DateField(
        _("withdrawn from"),
        null=True,
        blank=True,
        help_text=_("From this day readers see a notice, and its files are not given out"),
    )
    withdrawal_reason = models.TextField(
        _("reason of the withdrawal"), blank=True, help_text=_("Public, in one or two sentences")
    )
    change_note = models.TextField(
        _("what this edition changes"),
        blank=True,
        max_length=500,
        help_text=_("Public. Readers see it in the page's history; not needed the first time."),
    )

    base_form_class = DirectivePageForm

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("number"), FieldPanel("symbol")]),
                # Short lists: quicker to pick from than the chooser that snippets get by default.
                FieldRowPanel(
                    [
                        FieldPanel("type", widget=forms.Select),
                        FieldPanel("issuer", widget=forms.Select),
                    ]
                ),
                FieldPanel("subject"),
                FieldRowPanel([FieldPanel("signer"), FieldPanel("signer_position")]),
                FieldRowPanel([FieldPanel("signed_on"), FieldPanel("effective_on")]),
                FieldPanel("expires_on"),
                FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
            ],
            heading=_("Record"),
        ),
        *ArticlePage.content_panels[1:],
        FieldPanel("recipients"),
        InlinePanel("attachments", heading=_("Attachments"), label=_("attachment")),
        InlinePanel(
            "relations",
            heading=_("Relations to other documents"),
            label=_("relation"),
            help_text=_("This document replaces, amends, implements, cites or corrects another."),
        ),
        InlinePanel("suspensions", heading=_("Suspensions"), label=_("suspension")),
        MultiFieldPanel(
            [FieldPanel("withdrawn_on"), FieldPanel("withdrawal_reason")],
            heading=_("Withdrawal"),
            classname="collapsed",
        ),
        FieldPanel("change_note"),
    ]

    parent_page_types = ["articles.DirectiveIndexPage"]
    page_description = _("A directive or another official document, with its record")

    objects = PageManager.from_queryset(DirectivePageQuerySet)()

    class Meta:
        verbose_name = _("directive")
        verbose_name_plural = _("directives")

    # What it is

    @property
    def reference(self):
        """Number and symbol as people cite them: 07/CT-UBND."""
        is_party = references.PARTY_SYMBOL.search(self.symbol) and "/" not in self.number
        return f"{self.number}{'-' if is_party else '/'}{self.symbol}"

    @property
    def day(self):
        return self.signed_on

    # Where it stands

    @property
    def facts(self):
        """From this version of the page, draft or not, and what is public about it elsewhere."""
        replaced, amended = DirectiveRelation.objects.filter(target=self.pk).days_of_change()[
            self.pk
        ]
        return Facts(
            effective_on=self.effective_on or self.signed_on,
            expires_on=self.expires_on,
            withdrawn_on=self.withdrawn_on,
            suspensions=tuple((row.starts_on, row.ends_on) for row in self.suspensions.all()),
            replaced_on=tuple(replaced),
            amended_on=tuple(amended),
        )

    @cached_property
    def periods(self):
        return timeline(self.facts)

    def period_on(self, day):
        return next(period for period in self.periods if period.covers(day))

    @cached_property
    def period(self):
        """The one that today lies in; lists set it for all their directives at once."""
        return self.period_on(timezone.localdate())

    @property
    def effect(self):
        return self.period.effect

    def effect_on(self, day: date):
        return self.period_on(day).effect

    # Keeping it true

    def save(self, *args, **kwargs):
        fields = kwargs.get("update_fields")
        if fields is not None and "live" not in fields:
            # A draft's own bookkeeping: nothing that the public reads.
            return super().save(*args, **kwargs)
        with transaction.atomic():
            RegisterVersion.objects.lock()
            concerned = self.public_targets
            result = super().save(*args, **kwargs)
            if self.live:
                Edition.objects.record(self, self.lines)
            concerned |= self.public_targets
            EffectPeriod.objects.refresh({self.pk} | concerned)
        return result

    @property
    def public_targets(self):
        """Directives that the version in the database has a relation to."""
        rows = DirectiveRelation.objects.filter(directive=self.pk, target__isnull=False)
        return set(rows.values_list("target_id", flat=True))

    def clean(self):
        super().clean()
        problems = {}
        self._clean_reference(problems)
        if self.signed_on and not self.effective_on:
            self.effective_on = self.signed_on
        self._check_days(problems)
        self._check_withdrawal(problems)
        if problems:
            raise ValidationError(problems)

    def _clean_reference(self, problems):
        """Tidies number and symbol; the type and the issuer follow from them where they can."""
        written = f"{self.number}/{self.symbol}" if self.symbol.strip() else self.number
        try:
            reference = references.parse(written)
        except references.NotAReference:
            problems["number"] = _("Write number and symbol as they stand on it: 07/CT-UBND.")
            return
        types = {kind.abbreviation: kind for kind in DirectiveType.objects.exclude(abbreviation="")}
        self.symbol = references.tidy(reference.symbol, types)
        own_year = f"/{reference.year}" if reference.year else ""
        self.number = f"{reference.numeral}{own_year}"
        self.reference_key = reference.key
        if self.signed_on:
            self.year = reference.year or self.signed_on.year
        found = types.get(references.abbreviation_of(self.symbol, types))
        if not self.type_id:
            if found:
                self.type = found
            else:
                problems["type"] = _(
                    "The list has no type with the symbol %(symbol)s. Choose one, or have it added."
                ) % {"symbol": self.symbol.partition("-")[0]}
        elif self.type.abbreviation and self.type != found:
            problems["type"] = _(
                "%(type)s has the symbol %(expected)s, but the number says %(symbol)s."
            ) % {
                "type": self.type,
                "expected": self.type.abbreviation,
                "symbol": self.symbol,
            }
        self._clean_issuer(problems)

    def _clean_issuer(self, problems):
        if not self.issuer_id and self.signed_on:
            known = Issuer.objects.existing(on=self.signed_on).exclude(abbreviation="")
            parts = set(self.symbol.casefold().split("-"))
            named = [issuer for issuer in known if issuer.abbreviation.casefold() in parts]
            if len(named) == 1:
                self.issuer = named[0]
        if not self.issuer_id:
            problems["issuer"] = _("Choose the body that issued it.")
        elif self.signed_on and not self.issuer.existed_on(self.signed_on):
            problems["issuer"] = _("%(issuer)s did not exist on %(day)s.") % {
                "issuer": self.issuer.name,
                "day": local_day(self.signed_on),
            }

    def _check_days(self, problems):
        order = [
            ("signed_on", self.signed_on, None),
            ("effective_on", self.effective_on, _("It can't be in force before it was signed.")),
            ("expires_on", self.expires_on, _("The last day in force lies before the first one.")),
        ]
        given = [step for step in order if step[1]]
        for (_name, earlier, _message), (name, later, message) in pairwise(given):
            if later < earlier:
                problems[name] = message
        if self.signed_on and self.signed_on > timezone.localdate():
            problems["signed_on"] = _("This day is still to come.")
        if self.pk and self.signed_on:
            sources = DirectiveRelation.objects.filter(target=self.pk).public()
            older = sources.filter(directive__signed_on__lt=self.signed_on).first()
            if older:
                problems["signed_on"] = _(
                    "%(document)s of %(day)s refers to this document: it can't be younger."
                ) % {
                    "document": older.directive.reference,
                    "day": local_day(older.directive.signed_on),
                }

    def _check_withdrawal(self, problems):
        if self.withdrawn_on and not self.withdrawal_reason.strip():
            problems["withdrawal_reason"] = _("Readers need to know why it is withdrawn.")
        if self.withdrawal_reason.strip() and not self.withdrawn_on:
            problems["withdrawn_on"] = _("Say from which day it is withdrawn.")
        if self.withdrawn_on and self.signed_on and self.withdrawn_on < self.signed_on:
            problems["withdrawn_on"] = _("It can't be withdrawn before it was signed.")

    # What readers get

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["attachments"] = self.attachments.select_related("document")
        return context

    @property
    def lines(self):
        """What a reader reads, a string a line; editions are compared by it."""
        return [self.title, self.subject]

    def searchable_text(self):
        record = [self.type, self.reference, self.subject, self.issuer, self.signer]
        return " ".join(map(str, [*record, super().searchable_text(), *self.attachments.all()]))


class DirectiveRelation(Orderable):
    """What a directive does to another, or to a document that this portal doesn't hold."""

    directive = ParentalKey(DirectivePage, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(_("this document"), max_length=12, choices=RelationKind)
    target = models.ForeignKey(
        DirectivePage,
        verbose_name=_("document of this portal"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="incoming_relations",
    )
    other_document = models.CharField(
        _("or another document"),
        max_length=400,
        blank=True,
        help_text=_("Number and name of a document that this portal doesn't hold"),
    )
    provisions = models.CharField(
        _("only these provisions"),
        max_length=200,
        blank=True,
        help_text=_("Điều 3, khoản 2 Điều 5. Empty: the whole document."),
    )
    starts_on = models.DateField(
        _("takes effect on"),
        null=True,
        blank=True,
        help_text=_("Empty: on the first day of this document"),
    )

    objects = models.Manager.from_queryset(RelationQuerySet)()

    panels = [
        FieldPanel("kind"),
        PageChooserPanel("target", "articles.DirectivePage"),
        FieldPanel("other_document"),
        FieldRowPanel([FieldPanel("provisions"), FieldPanel("starts_on")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("relation")
        verbose_name_plural = _("relations")

    def __str__(self):
        return f"{self.get_kind_display()} {self.target or self.other_document}"

    def clean(self):
        super().clean()
        if not self.target_id and not self.other_document.strip():
            raise ValidationError({"target": _("Choose the other document, or write its number.")})
        if self.target_id and self.other_document.strip():
            raise ValidationError(
                {"other_document": _("Leave this empty when a document of this portal is chosen.")}
            )


class DirectiveSuspension(Orderable):
    """Days on which a directive is not to be followed for the time being."""

    directive = ParentalKey(DirectivePage, on_delete=models.CASCADE, related_name="suspensions")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty: until further notice")
    )
    reason = models.TextField(_("reason"), help_text=_("Public, in one or two sentences"))

    panels = [
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
        FieldPanel("reason"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")

    def __str__(self):
        return self.reason

    def clean(self):
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day lies before the first one.")})


class DirectiveAttachment(Orderable):
    directive = ParentalKey(DirectivePage, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(
        "wagtaildocs.Document",
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    title = models.CharField(
        _("title"),
        blank=True,
        max_length=200,
        help_text=_("The file's own title is shown when this is empty"),
    )
    is_signed_copy = models.BooleanField(
        _("signed copy"),
        default=False,
        help_text=_("The file that carries the signature and is the authentic text"),
    )

    panels = [FieldPanel("document"), FieldRowPanel(["title", "is_signed_copy"])]

    class Meta(Orderable.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self):
        return self.name

    @property
    def name(self):
        return self.title or self.document.title
