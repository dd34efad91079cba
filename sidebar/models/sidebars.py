"""The sidebars that editors arrange, and where each one stands."""

from dataclasses import dataclass

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page, PreviewableMixin, RevisionMixin

from ..blocks import SidebarStreamBlock


@dataclass(frozen=True)
class Placed:
    """Which sidebars stand where."""

    by_path: dict  # {tree path of a page: its own Sidebar}
    by_site: dict  # {site's primary key: its default Sidebar}

    def beside(self, page, site):
        """The nearest placement on a page of a site or above it, else the default, else None.

        Also for what is no page: search results, errors. Both may be None."""
        # A page's path holds those of its ancestors, so no walk up the tree is needed.
        length, step = (len(page.path), Page.steplen) if page else (0, 1)
        for end in range(length, 0, -step):
            if found := self.by_path.get(page.path[:end]):
                return found
        return site and self.by_site.get(site.pk)


class SidebarQuerySet(models.QuerySet):
    def placed(self):
        rows = SidebarPlacement.objects.select_related("sidebar").annotate(path=F("page__path"))
        # Not SidebarSettings.for_site(), which writes a row for a site that has none yet.
        chosen = SidebarSettings.objects.exclude(default_sidebar=None)
        defaults = chosen.select_related("default_sidebar")
        return Placed(
            {row.path: row.sidebar for row in rows},
            {row.site_id: row.default_sidebar for row in defaults},
        )

    def for_page(self, page, site):
        return self.placed().beside(page, site)

    def for_site(self, site):
        return self.placed().beside(None, site)


class Sidebar(PreviewableMixin, RevisionMixin, models.Model):
    title = models.CharField(
        _("title"), max_length=120, help_text=_("For editors; readers don't see it.")
    )
    blocks = StreamField(
        SidebarStreamBlock(),
        blank=True,
        verbose_name=_("blocks"),
        help_text=_("One below the other, in this order"),
    )

    objects = SidebarQuerySet.as_manager()

    panels = [FieldPanel("title"), FieldPanel("blocks")]

    class Meta:
        verbose_name = _("sidebar")
        verbose_name_plural = _("sidebars")
        ordering = ["title"]

    def __str__(self):
        return self.title

    @property
    def shows_poll(self):
        """Asks no more of the database than showing it does."""
        polls = [block.value["poll"] for block in self.blocks if block.block_type == "poll"]
        return any(poll and poll.live for poll in polls)

    def get_preview_template(self, request, mode_name):
        return "sidebar/preview.html"

    def get_preview_context(self, request, mode_name):
        return super().get_preview_context(request, mode_name) | {"sidebar": self}


class SidebarPlacement(models.Model):
    """A section's own sidebar, inherited by all pages below it."""

    page = ParentalKey("wagtailcore.Page", related_name="sidebar_placements")
    sidebar = models.ForeignKey(
        Sidebar,
        models.CASCADE,
        related_name="placements",
        verbose_name=_("sidebar"),
        help_text=_("Also stands beside all pages below this one that have none of their own."),
    )

    panels = [FieldPanel("sidebar")]

    class Meta:
        verbose_name = _("sidebar of the section")
        verbose_name_plural = _("sidebars of the sections")
        # Not unique=True on the key, which Django would rather have as a one-to-one field.
        constraints = [models.UniqueConstraint(fields=["page"], name="one_sidebar_for_a_page")]

    def __str__(self):
        return f"{self.page}: {self.sidebar}"


@register_setting(icon="list-ul")
class SidebarSettings(BaseSiteSetting):
    default_sidebar = models.ForeignKey(
        Sidebar,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="default_of",
        verbose_name=_("default sidebar"),
        help_text=_("Stands beside all pages whose section has no sidebar of its own."),
    )

    panels = [FieldPanel("default_sidebar")]

    class Meta:
        verbose_name = _("sidebar")
