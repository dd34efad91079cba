from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EditionManager(models.Manager):
    def record(self, directive, lines):
        """Keep what the public reads from now on, unless that is what it read before."""
        last = directive.editions.last()
        if last and last.lines == lines:
            return last
        # What changed elsewhere, a body's name or a relation's end, has no note: the last one was
        # said of something else.
        is_new = last and directive.change_note != last.note
        return self.create(
            directive_id=directive.pk,
            number=last.number + 1 if last else 1,
            note=directive.change_note if is_new else "",
            lines=lines,
        )


class Edition(models.Model):
    """A directive's text as it was published, and what was said publicly of the change.

    Not a Wagtail revision: those hold drafts and reviewers' remarks, and may be purged.
    """

    directive = models.ForeignKey(
        "articles.DirectivePage", on_delete=models.CASCADE, related_name="editions"
    )
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True)
    # What a reader reads, a string a line (comparison.text_lines).
    lines = models.JSONField()

    objects = EditionManager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["directive", "number"], name="one_edition_a_number")
        ]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def __str__(self):
        return f"{self.directive_id}/{self.number}"
