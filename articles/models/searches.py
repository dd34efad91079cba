"""What the office keeps for the search: forms of words, pages that come first, and what readers
have asked for."""

from collections import defaultdict
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, PageChooserPanel

from ..vietnamese import fold
from .changes import RegisterChange

# Questions are forgotten after so long. More different ones than that on a day, no reader asks.
KEPT = timedelta(days=90)
MOST_A_DAY = 5_000


class KeptForSearch(models.Model):
    """Read with the register's names, so that no search asks the database for it."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with transaction.atomic():
            super().save(*args, **kwargs)
            RegisterChange.objects.note(())


class AbbreviationManager(models.Manager):
    def forms(self):
        """{words of one form: [words of its others]}, words as an index has them, both ways."""
        found = defaultdict(list)
        for forms in self.values_list("short", "full"):
            short, full = (tuple(fold(form).split()) for form in forms)
            found[short].append(full)
            found[full].append(short)
        return found


class Abbreviation(KeptForSearch):
    """Offices write UBND or Ủy ban nhân dân, people xe máy or mô tô: whoever looks for one finds
    the other."""

    short = models.CharField(
        _("abbreviation or other word"), max_length=60, help_text=_("For example UBND, or xe máy")
    )
    full = models.CharField(
        _("in full, or what means the same"),
        max_length=120,
        help_text=_("For example Ủy ban nhân dân, or mô tô"),
    )

    objects = AbbreviationManager()

    panels = [FieldRowPanel(["short", "full"])]

    class Meta:
        verbose_name = _("abbreviation or synonym")
        verbose_name_plural = _("abbreviations and synonyms")
        ordering = ["short", "full"]
        constraints = [
            models.UniqueConstraint(
                fields=["short", "full"],
                name="one_meaning_once",
                violation_error_message=_("This pair is in the list already."),
            )
        ]

    def __str__(self):
        return f"{self.short}: {self.full}"

    def clean(self):
        for name in ("short", "full"):
            if not fold(getattr(self, name)):
                raise ValidationError({name: _("Write it with letters or digits.")})
        if fold(self.short) == fold(self.full):
            raise ValidationError({"full": _("Both are the same words.")})


class PromotedResultManager(models.Manager):
    def by_question(self):
        """{words of a question, as an index has them: [primary keys of pages, in order]}"""
        found = defaultdict(list)
        for questions, page in self.values_list("questions", "page"):
            for question in questions.splitlines():
                found[tuple(fold(question).split())].append(page)
        found.pop((), None)
        return found


class PromotedResult(KeptForSearch):
    """The page that the office wants readers to see first who ask for something."""

    questions = models.TextField(
        _("when readers look for"),
        max_length=2_000,
        help_text=_("One question a line. Marks and capitals make no difference."),
    )
    page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("It stands on top of what is found"),
    )
    sort_order = models.PositiveSmallIntegerField(
        _("order"), default=100, help_text=_("Small numbers come first")
    )

    objects = PromotedResultManager()

    panels = [
        FieldPanel("questions"),
        PageChooserPanel("page"),
        FieldPanel("sort_order"),
    ]

    class Meta:
        verbose_name = _("promoted result")
        verbose_name_plural = _("promoted results")
        ordering = ["sort_order", "pk"]

    def __str__(self):
        return f"{', '.join(self.questions.splitlines()[:3])}: {self.page}"

    def clean(self):
        if not fold(self.questions):
            raise ValidationError({"questions": _("Write it with letters or digits.")})


class AskedQuestionManager(models.Manager):
    def note(self, text, found):
        """One more reader has asked this today, and got so many results."""
        today, words = timezone.localdate(), fold(text)[:200]
        if not words:
            return
        same = self.filter(day=today, words=words)
        latest = {"text": text[:200], "found": found}
        if same.update(times=F("times") + 1, **latest):
            return
        if self.filter(day=today).count() >= MOST_A_DAY:
            return
        self.bulk_create([self.model(day=today, words=words, **latest)], ignore_conflicts=True)
        same.update(times=F("times") + 1)

    def forget(self):
        self.filter(day__lt=timezone.localdate() - KEPT).delete()


class AskedQuestion(models.Model):
    """How often readers asked something on a day. Nothing of who they were."""

    day = models.DateField(_("day"))
    # However it was typed; and as it was typed last.
    words = models.CharField(max_length=200, editable=False)
    text = models.CharField(_("question"), max_length=200)
    times = models.PositiveIntegerField(_("times"), default=0)
    found = models.PositiveIntegerField(_("found"))

    objects = AskedQuestionManager()

    class Meta:
        verbose_name = _("question of readers")
        verbose_name_plural = _("questions of readers")
        constraints = [models.UniqueConstraint(fields=["words", "day"], name="one_row_a_day")]

    def __str__(self):
        return self.text
