"""What goes through review: a version that others read is theirs who wrote it, and stays as it was.

Pages and polls alike."""

import json
import re

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from wagtail.models import COMMENTS_RELATION_NAME, TaskState

# What a save changes by itself, without a word of the text; and what is said about it.
VOLATILE = {
    COMMENTS_RELATION_NAME,
    "pk",
    "id",
    "latest_revision",
    "latest_revision_created_at",
    "live_revision",
    "has_unpublished_changes",
    "first_published_at",
    "last_published_at",
    "draft_title",
    "url_path",
}
BLOCK_KEY = re.compile(r' data-block-key="[^"]*"')


def says_the_same(reviewed, revision):
    """Whether something, as it would be saved, is what this revision holds already.

    The editor's form can't be asked: it takes rich text without keys, defaults and rows of a draft
    for changes, and whoever only approves would become an author.
    """
    fresh = json.loads(json.dumps(reviewed.serializable_data(), cls=DjangoJSONEncoder))
    return _words(fresh) == _words(revision.content)


def _words(value):
    if isinstance(value, dict):
        return {key: _words(item) for key, item in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [_words(item) for item in value]
    if isinstance(value, str):
        if value.startswith(("[", "{")):
            # A StreamField is kept as text.
            try:
                return _words(json.loads(value))
            except ValueError:
                return value
        return BLOCK_KEY.sub("", value)
    return value


def has_been_shown(revision):
    """Whether others have read, or may be reading, this very version: it is no draft any more."""
    is_live = revision.content_object.live_revision_id == revision.pk
    return is_live or TaskState.objects.filter(revision=revision).exists()


class ReviewedMixin:
    """Put before Wagtail's own mixins."""

    def save_revision(self, *args, user=None, overwrite_revision=None, **kwargs):
        # Wagtail's editor asks for locks, its API doesn't; here every way comes by.
        lock = user and self.get_lock()
        if lock and lock.for_user(user):
            raise PermissionDenied
        latest = self.get_latest_revision() if user and self.workflow_in_progress else None
        if latest and says_the_same(self, latest):
            # Whoever only approves, sends back or comments is no author of a version.
            self._keep_comments(latest)
            return latest
        if overwrite_revision and (
            has_been_shown(overwrite_revision) or overwrite_revision.user_id != (user and user.pk)
        ):
            # Autosave may not rewrite what was published or approved, nor who wrote it.
            overwrite_revision = None
        return super().save_revision(
            *args, user=user, overwrite_revision=overwrite_revision, **kwargs
        )

    def _keep_comments(self, revision):
        """Those of the editor's form: Wagtail writes them down with a version only."""
        if not hasattr(self, COMMENTS_RELATION_NAME):
            return
        for comment in getattr(self, COMMENTS_RELATION_NAME).filter(pk__isnull=True):
            comment.revision_created = revision
        self.save(update_fields=[COMMENTS_RELATION_NAME], clean=False)
