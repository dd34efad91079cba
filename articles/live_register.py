"""The register that this process answers from: read once, then kept up with the database.

Each request asks for the version only. When it has moved on, what changed since is read again,
which is a directive or two; the whole is read when the process is new.
(docs/decisions/0009-register-in-memory.md)"""

import logging
from collections import defaultdict
from dataclasses import dataclass
from threading import Lock

from django.apps import apps

from .effect import Effect
from .models.changes import RegisterChange, RegisterVersion
from .models.directives import DirectivePage
from .models.effects import EffectPeriod
from .models.vocabularies import DirectiveType, Issuer, Topic
from .register import Register
from .register_query import EFFECT_WORDS
from .vietnamese import fold_slug

# A section of thousands was moved: databases take no more of them in one question.
MANY = 5_000

logger = logging.getLogger(__name__)
_lock = Lock()
_current = None


@dataclass(frozen=True)
class LiveRegister:
    """The register, and what its values are called; both of one version."""

    register: Register
    # For each facet, {value: what readers call it} and {value: its word in addresses}.
    names: dict
    words: dict
    # And the other way round: {word: values}, because two signers' names may fold to one word.
    values: dict
    # Sections of the register: (path in the tree, title, path in addresses).
    sections: list

    @property
    def version(self):
        return self.register.version


def current():
    """The LiveRegister as the database has it now: one query when nothing has changed."""
    global _current
    version = _version()
    known = _current
    if known and known.version == version:
        return known
    with _lock:
        # Another thread may have been here; and a backup may have been restored under our feet.
        if _current is None or _current.version != _version():
            _current = _read(_current)
        return _current


def forget():
    """Start anew at the next request; for tests, whose databases turn back time."""
    global _current
    _current = None


def _version():
    return RegisterVersion.objects.values_list("version", flat=True).first() or 0


def _read(known):
    # What is committed between these queries is read now, and once more at the next request.
    version = _version()
    changes = RegisterChange.objects.filter(version__gt=known.version if known else 0)
    if known is None or known.version > version or changes.count() > MANY:
        register = Register.of(_rows(), version)
    else:
        changed = list(changes.values_list("directive_id", flat=True))
        rows = list(_rows(changed))
        gone = set(changed) - {row[0] for row in rows}
        register = known.register.changed(rows, gone, version)
    return LiveRegister(register, *_vocabulary(register), _sections())


def _vocabulary(register):
    years, signers = register.vocabularies["year"], register.vocabularies["signer"]
    names = {
        "effect": {effect: effect.label for effect in Effect},
        "year": {year: str(year) for year in years},
        "signer": {name: name for name in signers},
    }
    words = {
        "effect": EFFECT_WORDS,
        "year": {year: str(year) for year in years},
        "signer": {name: fold_slug(name) for name in signers},
    }
    for facet, model in (("type", DirectiveType), ("issuer", Issuer), ("topic", Topic)):
        records = list(model.objects.all())
        names[facet] = {record.pk: str(record) for record in records}
        words[facet] = {record.pk: record.slug for record in records}
    values = {facet: {} for facet in words}
    for facet, known in words.items():
        for value, word in known.items():
            values[facet].setdefault(word, []).append(value)
    return names, words, values


def _sections():
    # By its name: the model's module imports this one.
    index = apps.get_model("articles", "DirectiveIndexPage")
    return list(index.objects.live().order_by("path").values_list("path", "title", "url_path"))


def _rows(pks=None):
    """Tuples in the order of register.Row."""
    directives = DirectivePage.objects.live()
    topics = DirectivePage.topics.through.objects.all()
    periods = EffectPeriod.objects.all()
    if pks is not None:
        directives = directives.filter(pk__in=pks)
        topics = topics.filter(directivepage_id__in=pks)
        periods = periods.filter(directive_id__in=pks)
    topics_of, periods_of = defaultdict(list), defaultdict(list)
    for directive, topic in topics.values_list("directivepage_id", "topic_id").iterator():
        topics_of[directive].append(topic)
    for directive, *period in (
        periods.order_by("directive_id", "starts_on")
        .values_list("directive_id", "starts_on", "ends_before", "effect")
        .iterator()
    ):
        periods_of[directive].append(period)
    for pk, *facts, key, signed_on, title in directives.values_list(
        "pk", "path", "type_id", "issuer_id", "signer", "reference_key", "signed_on", "title_key"
    ).iterator():
        if pk not in periods_of:
            logger.error("Directive %s has no periods: it is missing from the register", pk)
            continue
        path, kind, issuer, signer = facts
        # "7a/kh-ubnd": 7; 0 for what was written before numbers were checked.
        number = int("".join(filter(str.isdigit, key.partition("/")[0])) or 0)
        yield (
            *(pk, path, kind, issuer, topics_of.get(pk, ()), signer, number, key, signed_on, title),
            periods_of[pk],
        )
