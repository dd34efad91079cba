"""What the index holds of the objects of the database: pages, pictures, documents, snippets."""

import logging
from collections import defaultdict

from django.apps import apps
from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone
from modelsearch.index import (
    AutocompleteField,
    RelatedFields,
    SearchField,
    get_indexed_instance,
    get_indexed_models,
)
from wagtail.models import Locale, Page

from ..effect import BINDING
from ..languages import InEveryLanguage, not_for
from ..models import DirectivePage, EffectPeriod, EventPage, NewsPage
from ..models.changes import index_key
from .engine import Entry

# What entries of many are made of, asked for once.
RELATED = {
    DirectivePage: ["type", "issuer", "topics", "attachments__document__content"],
    NewsPage: ["topics"],
}

# What is searched as a part of the body, and by name.
FILES = "files_to_search"

logger = logging.getLogger(__name__)

# The others are plain pages and sections.
KINDS = {DirectivePage: "directive", NewsPage: "news", EventPage: "event"}

# What binds comes before what doesn't, where the words speak for neither.
WEIGHT = 1.26


def label_of(model):
    return model._meta.label_lower


def every_key():
    """Keys of all that is to be found, model by model."""
    for model in sorted(get_indexed_models(), key=lambda model: model._meta.label):
        for pk in model.get_indexed_objects().order_by("pk").values_list("pk", flat=True):
            yield index_key(model, pk)


def entries_of(keys):
    """Entries of what is behind these keys; none for what is gone."""
    pks = defaultdict(list)
    for key in keys:
        label, _, pk = key.rpartition(":")
        pks[label].append(int(pk))
    languages = dict(Locale.objects.values_list("pk", "language_code"))
    for label, wanted in pks.items():
        objects = apps.get_model(label).objects.filter(pk__in=wanted)
        if label == label_of(Page):
            objects = objects.specific()
        effects = _effects(wanted)
        objects = list(objects)
        for model, related in RELATED.items():
            prefetch_related_objects([one for one in objects if type(one) is model], *related)
        for found in objects:
            if instance := get_indexed_instance(found, check_exists=False):
                try:
                    yield _entry(instance, effects, languages)
                except Exception:
                    # One that can't be read keeps no other from being found.
                    logger.exception("Not in the search index: %s %s", label, found.pk)


def _effects(pks):
    """{primary key of a public directive: its effect today}"""
    periods = EffectPeriod.objects.on(timezone.localdate()).filter(directive__in=pks)
    return dict(periods.values_list("directive_id", "effect"))


def _entry(instance, effects, languages):
    model = type(instance)
    fields = model.get_search_fields()
    title, body = _texts(instance, [field for field in fields if field.field_name != FILES])
    entry = {
        "key": index_key(model, instance.pk),
        "pk": instance.pk,
        "models": [label_of(one) for one in (model, *model._meta.get_parent_list())],
        "title": " ".join(dict.fromkeys(title)),
        "body": " ".join(dict.fromkeys(body)),
    }
    if isinstance(instance, Page):
        steps = range(Page.steplen, len(instance.path) + 1, Page.steplen)
        effect = effects.get(instance.pk)
        is_weak = isinstance(instance, DirectivePage) and effect not in BINDING
        day = _day(instance)
        entry |= {
            "paths": [*(instance.path[:end] for end in steps), *_marks(instance, languages)],
            # The root and what nobody has put below a site are no pages for readers.
            "is_public": instance.live and instance.depth > 2,
            "facets": _facets(instance, effect, day),
            "day": day,
            "weight": 1.0 if is_weak else WEIGHT,
        }
    if isinstance(instance, DirectivePage):
        entry["files"] = instance.files_to_search()
    return Entry(**entry)


def _marks(page, languages):
    """One for each language whose readers find another page in its place, or none."""
    if isinstance(page, InEveryLanguage):
        return []
    own = languages[page.locale_id]
    return [not_for(code) for code, _name in settings.LANGUAGES if code != own]


def _day(page):
    """What lists show beside it; of plain pages, when they were new."""
    if hasattr(page, "day"):
        return page.day
    return page.first_published_at and timezone.localdate(page.first_published_at)


def _facets(page, effect, day):
    values = {
        "kind": [KINDS.get(type(page), "page")],
        "effect": [effect] if effect else [],
        "type": [page.type_id] if isinstance(page, DirectivePage) else [],
        "issuer": [page.issuer_id] if isinstance(page, DirectivePage) else [],
        "topic": [topic.pk for topic in page.topics.all()] if hasattr(page, "topics") else [],
        "year": [day.year] if day else [],
    }
    return {facet: list(map(str, found)) for facet, found in values.items()}


def _texts(instance, fields):
    """(what it is called, what else it holds): a field with a boost is a name."""
    title, body = [], []
    for field in fields:
        if isinstance(field, SearchField | AutocompleteField):
            is_name = isinstance(field, AutocompleteField) or (field.boost or 1) > 1
            (title if is_name else body).append(_text(field.get_value(instance)))
        elif isinstance(field, RelatedFields):
            value = field.get_value(instance)
            related = value.all() if hasattr(value, "all") else [value] if value else []
            for one in related:
                for texts in _texts(one, field.fields):
                    body += texts
    return title, body


def _text(value):
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
