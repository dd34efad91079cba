"""What has changed, and in which order: by this each process keeps up what it holds in memory or in
files of its own, the register and the search index.

Written in the transaction of the change."""

from django.db import models, transaction
from modelsearch.backends.base import get_model_root


class RegisterVersionManager(models.Manager):
    def lock(self):
        """Let one transaction at a time change what is counted here, until it ends.

        Two directives that are published at the same moment may both touch a third: each must see
        the other's relation. It also makes versions appear in the order in which they are counted.
        """
        counter, _created = self.select_for_update().get_or_create(pk=1)
        return counter


class RegisterVersion(models.Model):
    """One row: how many times the register, the search index and what readers see have changed.

    One row for all, because whoever locks two in another order than somebody else waits for ever.
    """

    version = models.PositiveBigIntegerField(default=0)
    index_version = models.PositiveBigIntegerField(default=0)
    # Of whatever readers see (articles/generation.py).
    generation = models.PositiveBigIntegerField(default=0)
    # The generation in which anything but a feed's figures changed last.
    texts = models.PositiveBigIntegerField(default=0)
    # The generation in which something was closed to the public last.
    closed = models.PositiveBigIntegerField(default=0)

    objects = RegisterVersionManager()

    def __str__(self):
        return f"{self.version}, {self.index_version}"


class ChangeManager(models.Manager):
    def note(self, keys):
        """What these primary keys stand for has changed, come or gone."""
        key = self.model._meta.pk.name
        with transaction.atomic():
            counter = RegisterVersion.objects.lock()
            version = getattr(counter, self.model.counter) + 1
            setattr(counter, self.model.counter, version)
            counter.save(update_fields=[self.model.counter])
            self.bulk_create(
                [self.model(version=version, **{key: one}) for one in sorted(keys)],
                update_conflicts=True,
                unique_fields=[key],
                update_fields=["version"],
                batch_size=500,
            )


class IndexChangeManager(ChangeManager):
    def note_objects(self, objects):
        self.note({index_key(type(one), one.pk) for one in objects})

    def note_of(self, model, pks):
        self.note({index_key(model, pk) for pk in pks})


def index_key(model, pk):
    """As the index knows an object, a page of any type by the tree that it is in."""
    return f"{get_model_root(model)._meta.label_lower}:{pk}"


class RegisterChange(models.Model):
    """The version at which a directive changed last; stays when the directive is gone.

    Noted without any directive: what the register calls things.
    """

    counter = "version"

    directive_id = models.PositiveBigIntegerField(primary_key=True)
    version = models.PositiveBigIntegerField(db_index=True)

    objects = ChangeManager()

    def __str__(self):
        return f"{self.directive_id}: {self.version}"


class IndexChange(models.Model):
    """The version at which something that searches find changed last; stays when it is gone."""

    counter = "index_version"

    # "wagtailcore.page:12"
    key = models.CharField(max_length=120, primary_key=True)
    version = models.PositiveBigIntegerField(db_index=True)

    objects = IndexChangeManager()

    def __str__(self):
        return f"{self.key}: {self.version}"
