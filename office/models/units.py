from bisect import bisect_right

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, PageChooserPanel
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Orderable
from wagtail.signals import copy_for_translation_done

from .. import roles

# What a unit's own people may do in their sections, and with their own pictures and files.
PAGE_PERMISSIONS = {
    roles.REPORTERS: ["add_page"],
    roles.EDITORS: ["add_page", "change_page"],
}
FILE_PERMISSIONS = {
    roles.REPORTERS: ["add_image", "choose_image", "add_document", "choose_document"],
    roles.EDITORS: [
        *("add_image", "change_image", "choose_image"),
        *("add_document", "change_document", "choose_document"),
    ],
}
# Besides those on pages and files.
PERMISSIONS = {
    roles.REPORTERS: ["access_admin"],
    roles.EDITORS: ["access_admin", "submit_translation"],
}
# Pictures and files that every unit may use.
SHARED_COLLECTION = "Dùng chung"


class UnitQuerySet(models.QuerySet):
    def of_user(self, user):
        return self.filter(models.Q(reporters__user=user) | models.Q(editors__user=user)).distinct()


class Unit(ClusterableModel):
    """A body that writes for the portal, with sections, pictures and people of its own.

    Its people are the members of its two groups, which are made, renamed and permitted here and
    nowhere else."""

    name = models.CharField(
        _("name"), max_length=120, unique=True, help_text=_("As its people call it: Sở Y tế")
    )
    reporters = models.OneToOneField(
        Group,
        verbose_name=_("reporters"),
        null=True,
        on_delete=models.SET_NULL,
        editable=False,
        related_name="unit_of_reporters",
    )
    editors = models.OneToOneField(
        Group,
        verbose_name=_("editors"),
        null=True,
        on_delete=models.SET_NULL,
        editable=False,
        related_name="unit_of_editors",
    )
    collection = models.OneToOneField(
        Collection,
        verbose_name=_("pictures and files"),
        on_delete=models.PROTECT,
        editable=False,
        related_name="unit",
    )

    panels = [
        FieldPanel("name"),
        InlinePanel(
            "sections",
            min_num=1,
            heading=_("Sections"),
            label=_("section"),
            help_text=_("Its people write here and below, and see no drafts of other sections."),
        ),
    ]

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def groups(self):
        """{role: group}; one that somebody deleted comes back with the next save."""
        found = {roles.REPORTERS: self.reporters, roles.EDITORS: self.editors}
        return {role: group for role, group in found.items() if group}

    def people(self, role):
        """Who is in the group of that role and may sign in."""
        group = self.groups.get(role)
        return group.user_set.filter(is_active=True) if group else get_user_model().objects.none()

    @transaction.atomic
    def save(self, *args, **kwargs):
        self._name_groups()
        self._name_collection()
        super().save(*args, **kwargs)
        self._permit()

    def _name_groups(self):
        for role, attribute in ((roles.REPORTERS, "reporters"), (roles.EDITORS, "editors")):
            name = f"{role} · {self.name}"
            group = getattr(self, attribute)
            if group is None:
                setattr(self, attribute, Group.objects.get_or_create(name=name)[0])
            elif group.name != name:
                group.name = name
                group.save(update_fields=["name"])

    def _name_collection(self):
        if self.collection_id is None:
            self.collection = Collection.get_first_root_node().add_child(name=self.name)
        elif self.collection.name != self.name:
            self.collection.name = self.name
            self.collection.save(update_fields=["name"])

    def _permit(self):
        sections = [row.page for row in self.sections.select_related("page")]
        shared = Collection.objects.filter(depth=2, name=SHARED_COLLECTION)
        for role, group in self.groups.items():
            group.permissions.add(*_permissions(PERMISSIONS[role]))
            group.page_permissions.exclude(page__in=sections).delete()
            for page in sections:
                permit_on_pages(group, page, PAGE_PERMISSIONS[role])
            permit_on_files(group, self.collection, FILE_PERMISSIONS[role])
            for collection in shared:
                permit_on_files(group, collection, ["choose_image", "choose_document"])


def permit_on_pages(group, page, codenames):
    """On this page and below; what the group may do there already stays."""
    there = group.page_permissions.filter(page=page).values_list("permission__codename", flat=True)
    for permission in _permissions(set(codenames) - set(there)):
        GroupPagePermission.objects.create(group=group, page=page, permission=permission)


def permit_on_files(group, collection, codenames):
    """On what lies in this collection and in those inside it."""
    there = GroupCollectionPermission.objects.filter(group=group, collection=collection)
    there = there.values_list("permission__codename", flat=True)
    for permission in _permissions(set(codenames) - set(there)):
        GroupCollectionPermission.objects.create(
            group=group, collection=collection, permission=permission
        )


def _permissions(codenames):
    # Their names are those of one package each.
    apps = ["wagtailadmin", "wagtailcore", "wagtailimages", "wagtaildocs", "simple_translation"]
    return Permission.objects.filter(content_type__app_label__in=apps, codename__in=codenames)


@receiver(post_delete, sender=Unit)
def delete_groups(instance, **kwargs):
    """The people stay, without a unit; so do pages, pictures and files. (Many units are deleted by
    one query, which calls no method of theirs.)"""
    for group in instance.groups.values():
        group.delete()


@receiver(copy_for_translation_done)
def keep_in_the_unit(source_obj, target_obj, **kwargs):
    """A unit's section in another language is the unit's too."""
    for unit in Unit.objects.filter(sections__page=source_obj.pk).distinct():
        unit.sections.add(UnitSection(page_id=target_obj.pk, sort_order=unit.sections.count()))
        unit.save()


class UnitSection(Orderable):
    unit = ParentalKey(Unit, on_delete=models.CASCADE, related_name="sections")
    page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("section"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("The unit writes in it and in all below it"),
    )

    panels = [PageChooserPanel("page")]

    class Meta(Orderable.Meta):
        verbose_name = _("section of a unit")
        verbose_name_plural = _("sections of units")

    def __str__(self):
        return str(self.page)


class Territory:
    """Which unit a page belongs to: that of the nearest section above it. One query for all."""

    def __init__(self):
        sections = UnitSection.objects.select_related("unit", "page").order_by("-unit__name")
        # Of two units in one section, the first by name.
        self._units = {section.page.path: section.unit for section in sections}
        self._paths = sorted(self._units)

    def unit_of(self, path):
        """A page's path in the tree → Unit, or None for what is the whole portal's."""
        last = bisect_right(self._paths, path)
        nearest = [one for one in self._paths[:last] if path.startswith(one)]
        return self._units[nearest[-1]] if nearest else None

    def paths(self):
        return list(self._paths)

    def paths_of(self, unit):
        return [path for path, owner in self._units.items() if owner == unit]
