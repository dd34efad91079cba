import re
from datetime import date
from itertools import pairwise

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, prefetch_related_objects
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import model_from_serializable_data
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index
from wagtail.url_routing import RouteResult

from .. import references
from ..blocks import DirectiveStreamBlock
from ..comparison import compare, text_lines
from ..effect import Facts, timeline
from ..languages import InEveryLanguage
from ..open_files import closed_collections
from ..outline import outline
from ..qr import qr_code
from ..register_query import read_day
from ..relations import both_ways
from ..standing import stages
from ..vietnamese import fold, local_day, title_key
from .attachments import DocumentContent
from .base import ArticlePage, ArticleQuerySet, PortalPageForm
from .changes import RegisterVersion
from .editions import Edition
from .effects import EffectPeriod, RelationKind, RelationQuerySet
from .vocabularies import DirectiveType, Issuer, Topic

# What a subject may start with; official letters have a sign of their own for it.
ABOUT = re.compile(r"^(?:về việc|v/v)\s+", re.IGNORECASE)
# Characters of the files of one page that are searched: PostgreSQL takes a megabyte for all.
ATTACHED_TEXT = 200_000


class DirectivePageQuerySet(ArticleQuerySet):
    def in_force(self, on):
        """Directives in force on a day, at least in part."""
        return self.filter(effect_periods__in=EffectPeriod.objects.binding(on))

    def newest(self):
        return self.order_by("-signed_on", "-pk")

    def for_lists(self):
        return self.select_related("type", "issuer")

    def of_number(self, key, year):
        """Directives with this `reference_key` that were signed in this year."""
        return self.filter(reference_key=key, signed_on__year=year)

    def alike(self, page):
        """Others with its number in the same series: one year, one type, one body. Drafts too."""
        series = self.filter(year=page.year, type=page.type_id, issuer=page.issuer_id)
        return series.filter(number=page.number).exclude(pk=page.pk)


def with_periods(directives, on):
    """Gives public directives the period that a day lies in, in one query for all."""
    rows = EffectPeriod.objects.on(on).filter(directive__in=[page.pk for page in directives])
    periods = {row.directive_id: row.period for row in rows}
    for page in directives:
        if page.pk in periods:
            page.period = periods[page.pk]


# What a draft may still lack: a code of validation errors.
INCOMPLETE = "incomplete"


class DirectivePageForm(PortalPageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        page = self.instance
        if "change_note" in self.fields and page.was_public:
            # Wagtail waives what is required for drafts.
            self.fields["change_note"].required = True
            last = page.editions.last()
            is_spent = not page.live and last and last.note == page.change_note
            if is_spent or not page.has_unpublished_changes:
                self.initial["change_note"] = ""
        # Read from the number when they are left empty (DirectivePage._clean_reference).
        for name in {"type", "issuer", "symbol"} & set(self.fields):
            self.fields[name].required = False

    def add_error(self, field, error):
        # What the page itself says of all its fields has no field here.
        if field is None and self.is_deferred_validation and hasattr(error, "error_dict"):
            found = {
                name: [problem for problem in problems if problem.code != INCOMPLETE]
                for name, problems in error.error_dict.items()
            }
            error = ValidationError({name: left for name, left in found.items() if left})
        super().add_error(field, error)

    def _post_clean(self):
        super()._post_clean()
        # Rows are checked against the page's own days: after it.
        for name in {"relations", "suspensions"} & set(self.formsets):
            for row in self.formsets[name].forms:
                row.instance.directive = self.instance
                if self.is_deferred_validation and row.has_error("target", INCOMPLETE):
                    del row.errors["target"]
        if "relations" in self.formsets:
            self._refuse_doubles(self.formsets["relations"].forms)

    def _refuse_doubles(self, rows):
        seen = set()
        for row in rows:
            is_filled = not row.errors and row.cleaned_data and not row.cleaned_data.get("DELETE")
            if not is_filled:
                continue
            relation = row.instance
            other = relation.target_id or fold(relation.other_document)
            said = (relation.kind, other, fold(relation.provisions))
            if other and said in seen:
                name = "target" if relation.target_id else "other_document"
                row.add_error(name, _("This relation stands here already."))
            seen.add(said)


def leads_to(start, kind, goal):
    """Whether public relations of this kind lead from one directive to another."""
    acting = [RelationKind.REPLACES, RelationKind.AMENDS]
    kinds = acting if kind in acting else [kind]
    seen, waiting = set(), {start}
    while waiting:
        seen |= waiting
        found = set(
            DirectiveRelation.objects.public()
            .filter(directive__in=waiting, kind__in=kinds, target__isnull=False)
            .values_list("target_id", flat=True)
        )
        if goal in found:
            return True
        waiting = found - seen
    return False


def without_lost(model, version, *names):
    """A version's data, without what it refers to that was deleted since.

    Drafts hold references that the database doesn't protect, and modelcluster gives up on them.
    """
    lost = {
        name: None
        for name in names
        if version.get(name)
        and not model._meta.get_field(name).related_model.objects.filter(pk=version[name]).exists()
    }
    return version | lost


def _parsed(text):
    try:
        return references.parse(text)
    except references.NotAReference:
        return None


def two_of(numbers, older, newer):
    """(number of the older edition, of the newer one, whether something else was asked for).

    What is missing or unknown: the newest, and the one before the newer.
    """
    known = {str(number): number for number in numbers}
    is_wrong = any(text and text not in known for text in (older, newer))
    last = known.get(newer, numbers[-1])
    before = max((number for number in numbers if number < last), default=last)
    return *sorted([known.get(older, before), last]), is_wrong


class DirectivePage(InEveryLanguage, RoutablePageMixin, ArticlePage):
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
    # What lists sort titles by.
    title_key = models.CharField(max_length=120, default="", editable=False)
    type = models.ForeignKey(
        DirectiveType,
        verbose_name=_("type"),
        on_delete=models.PROTECT,
        related_name="directives",
        help_text=_("Left empty, it is read from the symbol: CT is a directive"),
    )
    issuer = models.ForeignKey(
        Issuer,
        verbose_name=_("issuing body"),
        on_delete=models.PROTECT,
        related_name="directives",
        help_text=_("Who signed and sealed it. Left empty, it is read from the symbol."),
    )
    signer = models.CharField(
        _("signer"), max_length=120, help_text=_("The name alone, without titles or degrees")
    )
    signer_position = models.CharField(
        _("position of the signer"),
        max_length=160,
        help_text=_("As it stands above the signature: Chủ tịch, Phó Chủ tịch"),
    )
    signed_on = models.DateField(
        _("signed on"), help_text=_("The day in its head, not that of its publication here")
    )
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
        Topic,
        verbose_name=_("fields"),
        blank=True,
        related_name="directives",
        help_text=_("Readers narrow the register by them"),
    )
    recipients = models.TextField(
        _("recipients"), blank=True, help_text=_("Nơi nhận, one on each line; for print")
    )
    body = StreamField(
        DirectiveStreamBlock(),
        verbose_name=_("body"),
        blank=True,
        help_text=_("The whole text, article by article. The signed file is attached below."),
    )
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

    # In the office, too, it is looked for by its number.
    search_fields = [
        *ArticlePage.search_fields,
        index.AutocompleteField("reference"),
        index.SearchField("files_to_search"),
    ]

    # On what it is based, then its articles.
    skeleton = [
        ("text", ""),
        ("provision", {"number": "1", "title": "", "text": "", "clauses": []}),
        ("provision", {"number": "2", "title": "", "text": "", "clauses": []}),
    ]

    base_form_class = DirectivePageForm
    is_document = True
    # That of routable pages knows one mode.
    serve_preview = ArticlePage.serve_preview

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
        ),
        FieldPanel("change_note"),
    ]

    parent_page_types = ["articles.DirectiveIndexPage"]
    page_description = _("A directive or another official document, with its record")
    # A day to stand on; two editions to compare.
    is_steady = True
    parameters = frozenset({"ngay", "tu", "den"})

    objects = PageManager.from_queryset(DirectivePageQuerySet)()

    class Meta:
        verbose_name = _("directive")
        verbose_name_plural = _("directives")
        # Those of the home page, of 100,000.
        indexes = [
            models.Index(F("signed_on").desc(), F("page_ptr").desc(), name="newest_directives")
        ]

    # What it is

    @property
    def reference(self):
        """Number and symbol as people cite them: 07/CT-UBND."""
        return references.written(self.number, self.symbol)

    def get_admin_display_title(self):
        """In the office, too, a directive is known by its number."""
        title = super().get_admin_display_title()
        # A draft may not have a number yet.
        return f"{self.reference}: {title}" if self.number else title

    @property
    def day(self):
        return self.signed_on

    @property
    def issuer_name(self):
        """As lists name it."""
        return self.issuer.short_name

    @property
    def permalink(self):
        """The path that leads here wherever the page is moved: /van-ban/so/07-CT-UBND-2014/.

        One for all languages: it is printed and cited."""
        try:
            reference = references.parse(self.reference)
        except references.NotAReference:
            # Written before numbers were checked.
            return self.url
        words = references.address(reference, self.signed_on.year)
        with override(settings.LANGUAGE_CODE):
            return reverse("articles:by_number", args=[words])

    @property
    def was_public(self):
        """Whether readers have ever seen it."""
        return bool(self.pk) and bool(
            self.live or self.first_published_at or self.editions.exists()
        )

    @property
    def leaves_word(self):
        return self.was_public

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

    @property
    def state(self):
        return self.effect.worded(self.effective_on)

    def effect_on(self, day: date):
        return self.period_on(day).effect

    # Keeping it true

    @classmethod
    def from_serializable_data(cls, data, **kwargs):
        return super().from_serializable_data(without_lost(cls, data, "type", "issuer"), **kwargs)

    def save(self, *args, **kwargs):
        fields = kwargs.get("update_fields")
        if fields is not None and "live" not in fields:
            # A draft's own bookkeeping: nothing that the public reads.
            return super().save(*args, **kwargs)
        with transaction.atomic():
            RegisterVersion.objects.lock()
            concerned = self.public_targets
            before = DirectivePage.objects.filter(pk=self.pk, live=True).first()
            self.title_key = title_key(self.title)
            result = super().save(*args, **kwargs)
            if self.live:
                Edition.objects.record(self, self.lines)
                self._keep_permalink_of(before)
            concerned |= self.public_targets
            EffectPeriod.objects.refresh({self.pk} | concerned)
        return result

    def _keep_permalink_of(self, before):
        """A number may be mended; the address that was printed under the wrong one leads here."""
        if before and before.reference_key and before.permalink != self.permalink:
            Redirect.objects.update_or_create(
                old_path=Redirect.normalise_path(before.permalink),
                site=None,
                defaults={"redirect_page": self, "automatically_created": True},
            )

    @property
    def public_targets(self):
        """Directives that the version in the database has a relation to."""
        rows = DirectiveRelation.objects.filter(directive=self.pk, target__isnull=False)
        return set(rows.values_list("target_id", flat=True))

    def minimal_clean(self):
        super().minimal_clean()
        # A draft is found by its number too.
        self._clean_reference({})

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
        reference = self._read_reference(problems)
        self.reference_key = reference.key if reference else ""
        self.year = self.signed_on.year if self.signed_on else 0
        if reference:
            self.year = reference.year or self.year
            own_year = f"/{reference.year}" if reference.year else ""
            self.number = f"{reference.numeral}{own_year}"
            self._clean_type(reference, problems)
        elif not self.type_id and "number" not in problems:
            problems["type"] = _("Choose the type, or write the number with its symbol.")
        self._clean_issuer(problems)

    def _read_reference(self, problems):
        """The Reference that number and symbol make; None where they don't, or not yet."""
        if not self.number.strip():
            # That a number is needed the field itself says.
            return None
        whole, both, tried = (
            _parsed(text)
            for text in (self.number, f"{self.number}/{self.symbol}", f"{self.number}/X")
        )
        if whole and self.symbol.strip() and fold(self.symbol).split() != list(whole.parts):
            problems["symbol"] = _("The number says %(symbol)s. Leave this empty to take it.") % {
                "symbol": whole.symbol
            }
            return None
        reference = whole or both
        if reference and len(reference.symbol) <= self._meta.get_field("symbol").max_length:
            return reference
        is_number = tried and tried.symbol == "X"
        if is_number and not self.symbol.strip():
            problems["symbol"] = ValidationError(
                _("Write what follows the number: CT-UBND of 07/CT-UBND."), code=INCOMPLETE
            )
        elif is_number:
            problems["symbol"] = _("This can't be read. Write it as it stands there: CT-UBND.")
        else:
            problems["number"] = _("Write number and symbol as they stand on it: 07/CT-UBND.")
        return None

    def _clean_type(self, reference, problems):
        types = {kind.abbreviation: kind for kind in DirectiveType.objects.exclude(abbreviation="")}
        self.symbol = references.tidy(reference.symbol, types)
        found = types.get(references.abbreviation_of(self.symbol, types))
        if not self.type_id and found:
            self.type = found
        elif not self.type_id:
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
            facts = {"issuer": self.issuer.name, "day": local_day(self.signed_on)}
            others = ", ".join(map(str, self.issuer.in_charge_on(self.signed_on)))
            problems["issuer"] = (
                _("%(issuer)s did not exist on %(day)s. In its place there was: %(others)s.")
                if others
                else _("%(issuer)s did not exist on %(day)s.")
            ) % (facts | {"others": others})

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
            problems["withdrawal_reason"] = ValidationError(
                _("Readers need to know why it is withdrawn."), code=INCOMPLETE
            )
        if self.withdrawal_reason.strip() and not self.withdrawn_on:
            problems["withdrawn_on"] = ValidationError(
                _("Say from which day it is withdrawn."), code=INCOMPLETE
            )
        if self.withdrawn_on and self.signed_on and self.withdrawn_on < self.signed_on:
            problems["withdrawn_on"] = _("It can't be withdrawn before it was signed.")

    # What readers get

    @classmethod
    def read_whole(cls, pages):
        return super().read_whole(pages).select_related("type", "issuer")

    def route(self, request, path_components):
        if self.is_gone:
            # Its history and comparisons went with it.
            return RouteResult(self, kwargs={"is_gone": True})
        return super().route(request, path_components)

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        # Here, because it works with models itself.
        from ..surroundings import surroundings

        context.update(
            surroundings(self, request),
            topics=list(self.topics.all()),
            attachments=self.attachments.select_related("document__content"),
            edition=Edition.objects.filter(directive=self.pk).defer("lines").last(),
            outline=outline(self.body),
        )
        return context | self._standing(request.GET.get("ngay", ""), context["relations"])

    def _standing(self, asked, relations):
        """On the day of the address, or today."""
        day = read_day(asked)
        counted = day or timezone.localdate()
        history = stages(self.periods, self.signed_on, relations, self.suspensions.all())
        return {
            "as_of": day,
            "day_is_wrong": bool(asked) and day is None,
            "standing": next(stage for stage in history if stage.period.covers(counted)).on(
                counted
            ),
            "stages": [stage for stage in history if not stage.is_before_signing],
        }

    @property
    def full_permalink(self):
        """With the portal's own address: for print, and to be sent to others."""
        _site, root, _path = self.get_url_parts() or ("", "", "")
        return f"{root}{self.permalink}"

    @property
    def qr(self):
        return qr_code(self.full_permalink)

    @property
    def matter(self):
        """The subject without "về việc"."""
        return ABOUT.sub("", self.subject)

    @property
    def citation(self):
        """As people name it in a text of their own: its name is Vietnamese."""
        with override(settings.LANGUAGE_CODE):
            name = _("%(type)s no. %(reference)s of %(day)s by %(issuer)s") % {
                "type": self.type,
                "reference": self.reference,
                "day": local_day(self.signed_on),
                "issuer": self.issuer.name,
            }
        if ABOUT.match(self.subject):
            return f"{name} về việc {self.matter}"
        # It may start with a name, so it keeps its capital.
        return f"{name}: {self.subject}"

    # At addresses below its own: whoever may not read the page can't read these either.

    @path("lich-su/")
    def history(self, request):
        editions = Edition.objects.filter(directive=self.pk).defer("lines").order_by("-number")
        return self._about_editions(request, "history", "lich-su/", editions=editions)

    @path("so-sanh/")
    def comparison(self, request):
        """?tu=1&den=3, of which each may be missing or wrong."""
        editions = Edition.objects.filter(directive=self.pk)
        offered = list(editions.defer("lines"))
        if not offered:
            raise Http404
        numbers = [edition.number for edition in offered]
        older, newer, is_wrong = two_of(numbers, request.GET.get("tu"), request.GET.get("den"))
        lines = dict(editions.filter(number__in=[older, newer]).values_list("number", "lines"))
        return self._about_editions(
            request,
            "comparison",
            "so-sanh/",
            editions=offered,
            older=older,
            newer=newer,
            number_is_wrong=is_wrong,
            comparison=compare(lines[older], lines[newer]),
        )

    def _about_editions(self, request, name, words, **more):
        context = super().get_context(request) | more
        context["canonical"] = f"{self.get_full_url(request)}{words}"
        return TemplateResponse(request, f"articles/directive_{name}.html", context)

    @property
    def lines(self):
        """What a reader reads, a string a line; editions are compared by it."""
        # Whoever publishes may have the admin in another language.
        with override(settings.LANGUAGE_CODE):
            return text_lines(self.title, self._record_in_words(), self.body)

    def _record_in_words(self):
        """Pairs (label, value)."""
        yield _("Number and symbol"), self.reference
        yield _("Type"), self.type.name
        yield _("Issuing body"), self.issuer.name
        yield _("Signer"), f"{self.signer}, {self.signer_position}"
        yield _("Signed on"), local_day(self.signed_on)
        yield _("In force from"), local_day(self.effective_on or self.signed_on)
        yield _("Last day in force"), self.expires_on and local_day(self.expires_on)
        yield _("Subject"), self.subject
        yield _("Field of activity"), ", ".join(topic.name for topic in self.topics.all())
        yield _("Summary"), self.summary
        for line in self.recipients.splitlines():
            yield _("Recipients"), line.lstrip("- ")
        attachments = self.attachments.all()
        contents = DocumentContent.objects.in_bulk({row.document_id for row in attachments})
        for row in attachments:
            content = contents.get(row.document_id)
            yield _("Attachment"), f"{row.name} (SHA-256: {content.sha256 if content else '–'})"
        own = self.relations.all()
        public = DirectivePage.objects.published().for_lists()
        documents = public.in_bulk({row.target_id for row in own} - {None})
        for relation in both_ways(self, own, [], documents):
            yield relation.words, relation.in_words
        for row in self.suspensions.all():
            last_day = local_day(row.ends_on) if row.ends_on else "…"
            yield _("Suspended"), f"{local_day(row.starts_on)} – {last_day}: {row.reason}"
        if self.withdrawn_on:
            yield _("Withdrawn from"), f"{local_day(self.withdrawn_on)}: {self.withdrawal_reason}"

    def searchable_text(self):
        # Found by the name of the body that took its issuer's work over, too.
        bodies = dict.fromkeys([self.issuer, *self.issuer.in_charge_on(timezone.localdate())])
        record = [self.type, self.reference, self.subject, *bodies, self.signer]
        return " ".join(map(str, [*record, super().searchable_text()]))

    def files_to_search(self):
        """[(name of a file, its words if anybody may open it), ...]"""
        rows = list(self.attachments.all())
        # Unless it was done for many pages.
        prefetch_related_objects(rows, "document__content")
        closed = closed_collections() if rows else ()
        room, files = ATTACHED_TEXT, []
        for row in rows:
            document, text = row.document, ""
            if hasattr(document, "content") and document.collection_id not in closed:
                text = document.content.text[:room]
                room -= len(text)
            files.append((row.title or document.title, text))
        return files


class DirectiveRelation(Orderable):
    """What a directive does to another, or to a document that this portal doesn't hold."""

    directive = ParentalKey(DirectivePage, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(
        _("this document"),
        max_length=12,
        choices=RelationKind,
        help_text=_("What it does to the other"),
    )
    target = models.ForeignKey(
        DirectivePage,
        verbose_name=_("document of this portal"),
        null=True,
        blank=True,
        # What goes together with this one keeps nobody, unlike PROTECT.
        on_delete=models.RESTRICT,
        related_name="incoming_relations",
        help_text=_("Found by its number or title"),
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
        # Without it a row says nothing that a page could show, a draft's preview included.
        FieldPanel("kind", required_on_save=True),
        PageChooserPanel("target", "articles.DirectivePage"),
        FieldPanel("other_document"),
        FieldRowPanel([FieldPanel("provisions"), FieldPanel("starts_on")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("relation")
        verbose_name_plural = _("relations")

    def __str__(self):
        return f"{self.get_kind_display()} {self.target or self.other_document}"

    @classmethod
    def from_serializable_data(cls, data, **kwargs):
        # The row stays, to be completed: a draft says more of it than its target.
        return model_from_serializable_data(cls, without_lost(cls, data, "target"), **kwargs)

    def clean(self):
        super().clean()
        problems = {}
        # Rows that a program makes may have none yet.
        directive = getattr(self, "directive", None)
        if self.target_id and self.other_document.strip():
            problems["other_document"] = _(
                "Leave this empty when a document of this portal is chosen."
            )
        elif self.target_id and directive:
            self._check_target(directive, problems)
        elif not self.target_id and not self.other_document.strip():
            problems["target"] = ValidationError(
                _("Choose the other document, or write its number."), code=INCOMPLETE
            )
        first_day = directive and (directive.effective_on or directive.signed_on)
        if self.starts_on and first_day and self.starts_on < first_day:
            problems["starts_on"] = _("Earlier than the first day of this document itself.")
        if problems:
            raise ValidationError(problems)

    def _check_target(self, directive, problems):
        if self.target_id == directive.pk:
            problems["target"] = _("A document has no relation to itself.")
        elif directive.signed_on and self.target.signed_on > directive.signed_on:
            problems["target"] = _(
                "%(document)s was signed later (%(day)s) than this document."
            ) % {
                "document": self.target.reference,
                "day": local_day(self.target.signed_on),
            }
        elif directive.pk and leads_to(self.target_id, self.kind, directive.pk):
            problems["target"] = _(
                "%(document)s already leads to this document: that is a circle."
            ) % {"document": self.target.reference}


class DirectiveSuspension(Orderable):
    """Days on which a directive is not to be followed for the time being."""

    directive = ParentalKey(DirectivePage, on_delete=models.CASCADE, related_name="suspensions")
    starts_on = models.DateField(
        _("first day"), help_text=_("From this day it is not to be followed for the time being")
    )
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
        problems = {}
        directive = getattr(self, "directive", None)
        signed_on = directive and directive.signed_on
        if self.starts_on and signed_on and self.starts_on < signed_on:
            problems["starts_on"] = _("It can't be suspended before it was signed.")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            problems["ends_on"] = _("The last day lies before the first one.")
        if problems:
            raise ValidationError(problems)


class DirectiveAttachment(Orderable):
    directive = ParentalKey(DirectivePage, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(
        "wagtaildocs.Document",
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("PDF, Word or Excel, for readers to download"),
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

    @classmethod
    def from_serializable_data(cls, data, **kwargs):
        data = without_lost(cls, data, "document")
        return model_from_serializable_data(cls, data, **kwargs) if data["document"] else None

    @property
    def name(self):
        return self.title or self.document.title
