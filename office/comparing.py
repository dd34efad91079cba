"""What Wagtail's comparison of two versions prints as a program would: days as 2026-11-28, None,
True, and the keys of choices."""

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail.admin.compare import (
    BlockComparison,
    FieldComparison,
    TextDiff,
    diff_text,
    register_comparison_class,
)


class WordsComparison(FieldComparison):
    """Of fields whose values have words of their own: empty ones have none."""

    def htmldiff(self):
        before, after = self.words(self.val_a), self.words(self.val_b)
        if before == after:
            return escape(after)
        changes = [("deletion", before), ("addition", after)]
        return TextDiff([change for change in changes if change[1]], separator=" → ").to_html()


class DayComparison(WordsComparison):
    @staticmethod
    def words(day):
        return date_format(day, "j/n/Y") if day else ""


class TimeComparison(WordsComparison):
    @staticmethod
    def words(moment):
        return date_format(timezone.localtime(moment), "H:i j/n/Y") if moment else ""


class BooleanComparison(WordsComparison):
    @staticmethod
    def words(value):
        return {True: _("yes"), False: _("no")}.get(value, "")


register_comparison_class(models.DateField, comparison_class=DayComparison)
register_comparison_class(models.DateTimeField, comparison_class=TimeComparison)
register_comparison_class(models.BooleanField, comparison_class=BooleanComparison)


class ChoiceComparison(BlockComparison):
    """Of a block that offers choices, by what the editor saw."""

    def words(self, value):
        return str(dict(self.block.field.choices).get(value, "")) if value else ""

    def htmldiff(self):
        return diff_text(self.words(self.val_a), self.words(self.val_b)).to_html()

    def htmlvalue(self, val):
        return escape(self.words(val))
