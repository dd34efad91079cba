"""Pages below a parent, by the thousand: what publishing leaves in the tables, unchecked."""

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import CharField, F, OuterRef, Subquery
from django.db.models.functions import Cast
from django.utils import timezone
from modelcluster.models import get_all_child_relations, get_serializable_data_for_fields
from wagtail.models import Page, PageLogEntry, Revision

from articles.models import IndexChange


class Branch:
    """Of one kind, below one parent. Nobody else may write there meanwhile.

    In the transaction of the caller: `add` writes pages, the caller what belongs to them, `publish`
    what their publication leaves."""

    def __init__(self, parent, kind):
        parent.refresh_from_db()
        self._parent = parent
        self._below = {
            "depth": parent.depth + 1,
            "locale_id": parent.locale_id,
            "content_type": ContentType.objects.get_for_model(kind),
        }
        taken = Page.objects.filter(depth=parent.depth + 1, path__startswith=parent.path)
        last = taken.order_by("path").values_list("path", flat=True).last()
        self._place = Page._str2int(last[-Page.steplen :]) if last else 0
        self._kind = kind
        self._nothing = {rel.get_accessor_name(): [] for rel in get_all_child_relations(kind)}

    def add(self, pages):
        """Pages of this kind, with a title, a slug and their facts, become the parent's last
        children, in this order."""
        now = timezone.now()
        for page in pages:
            self._place += 1
            place = Page._int2str(self._place).rjust(Page.steplen, "0")
            page.path = self._parent.path + place
            page.url_path = f"{self._parent.url_path}{page.slug}/"
            page.draft_title, page.live = page.title, True
            page.first_published_at = page.first_published_at or now
            page.last_published_at = page.latest_revision_created_at = page.first_published_at
            for name, fact in self._below.items():
                setattr(page, name, fact)
        columns = {field.attname for field in Page._meta.local_concrete_fields} - {"id"}
        rows = [Page(**{name: getattr(page, name) for name in columns}) for page in pages]
        for page, row in zip(pages, Page.objects.bulk_create(rows), strict=True):
            page.pk = page.id = row.pk
        insert(self._kind, pages)
        Page.objects.filter(pk=self._parent.pk).update(numchild=F("numchild") + len(pages))

    def publish(self, pages, related=None):
        """A revision of each, the two lines of its history, and its place among what the search
        index has to look at. `related`: {page: {relation: rows or primary keys}}."""
        of_pages = ContentType.objects.get_for_model(Page)
        kind = self._below["content_type"]
        insert(
            Revision,
            [
                Revision(
                    content_type=kind,
                    base_content_type=of_pages,
                    object_id=str(page.pk),
                    object_str=page.title,
                    created_at=page.first_published_at,
                    user_id=page.owner_id,
                    content=self._content(page, (related or {}).get(page.pk, {})),
                )
                for page in pages
            ],
        )
        made = Revision.objects.filter(base_content_type=of_pages)
        numbers = [str(page.pk) for page in pages]
        revisions = dict(made.filter(object_id__in=numbers).values_list("object_id", "pk"))
        # After the page, which they name; the page names them.
        revision = made.filter(object_id=Cast(OuterRef("pk"), CharField())).values("pk")
        Page.objects.filter(pk__in=[page.pk for page in pages]).update(
            latest_revision=Subquery(revision), live_revision=Subquery(revision)
        )
        PageLogEntry.objects.bulk_create(
            PageLogEntry(
                page_id=page.pk,
                content_type=kind,
                label=page.title,
                action=action,
                timestamp=page.first_published_at,
                user_id=page.owner_id,
                revision_id=revisions[str(page.pk)] if action == "wagtail.publish" else None,
                content_changed=True,
            )
            for page in pages
            for action in ("wagtail.create", "wagtail.publish")
        )
        IndexChange.objects.note_of(Page, [page.pk for page in pages])

    def _content(self, page, related):
        content = get_serializable_data_for_fields(page) | self._nothing
        for name, rows in related.items():
            content[name] = [
                get_serializable_data_for_fields(row) if hasattr(row, "_meta") else row
                for row in rows
            ]
        return content


def insert(model, rows):
    """Of this model's own table: Django makes none in bulk that lie in two. And for long texts:
    Django's way would give psycopg an array of them, whose escapes take it longer than all else."""
    columns = [field for field in model._meta.local_concrete_fields if field.name != "id"]
    names = ", ".join(connection.ops.quote_name(field.column) for field in columns)
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})",
            [
                [field.get_db_prep_save(field.pre_save(row, True), connection) for field in columns]
                for row in rows
            ],
        )
