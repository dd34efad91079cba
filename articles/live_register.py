"""The register that this process answers from: read once, then kept up with the database.

Each request asks for the version only (versions.py). When it has moved on, what changed since is
read again, which is a directive or two; the whole is read when the process is new.
(docs/decisions/0009-register-in-memory.md)"""

import logging
from collections import defaultdict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS

from .effect import Effect
from .facets import EFFECT_WORDS, KIND_WORDS, KINDS, Vocabulary
from .models.changes import RegisterChange, RegisterVersion
from .models.directives import DirectivePage
from .models.effects import EffectPeriod
from .models.searches import Abbreviation, PromotedResult
from .models.vocabularies import DirectiveType, Issuer, Topic
from .vietnamese import fold_slug

# A section of thousands was moved: databases take no more of them in one question.
MANY = 5_000

# Of news and events too, which the register does not know.
YEARS = range(1900, 2101)

if TYPE_CHECKING:
    from .register import Register

logger = logging.getLogger(__name__)
_lock = Lock()
_current = None


@dataclass(frozen=True)
class LiveRegister:
    """The register, and what its values are called; both of one version."""

    register: "Register"
    vocabulary: Vocabulary
    # Sections of the register: (path in the tree, title, path in addresses).
    sections: list
    issuers: list
    types: list  # (name, abbreviation)
    abbreviations: dict  # {words of a form: [those of its other forms]}
    promoted: dict  # {words of a question: [primary keys of pages]}

    @property
    def version(self):
        return self.register.version


def current(version):
    """The LiveRegister of a version of the database, or a later one: no query when it is known."""
    global _current
    known = _current
    if known and known.version == version:
        return known
    with _lock:
        # Another thread may have been here; and a backup may have been restored under our feet. As
        # the primary has it: a replica may be behind what is held, and that would be read anew.
        if _current is None or _current.version != _version(DEFAULT_DB_ALIAS):
            _current = _read(_current)
        return _current


def forget():
    """Start anew at the next request; for tests, whose databases turn back time."""
    global _current
    _current = None


def _version(database=None):
    """Of a database; None: that of the request."""
    versions = RegisterVersion.objects.using(database)
    return versions.values_list("version", flat=True).first() or 0


def _read(known):
    # Only who answers readers has a register; numpy would be 10 MB of each worker, beat and search.
    from .register import Register

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
    issuers = list(Issuer.objects.all())
    types = list(DirectiveType.objects.values_list("name", "abbreviation"))
    vocabulary = _vocabulary(register, issuers)
    return LiveRegister(
        register,
        vocabulary,
        _sections(),
        issuers,
        types,
        abbreviations=Abbreviation.objects.forms(),
        promoted=PromotedResult.objects.by_question(),
    )


def _vocabulary(register, issuers):
    signers = register.vocabularies["signer"]
    years = {*YEARS, *register.vocabularies["year"]}
    names = {
        "kind": KINDS,
        "effect": {effect: effect.label for effect in Effect},
        "year": {year: str(year) for year in years},
        "signer": {name: name for name in signers},
    }
    words = {
        "kind": KIND_WORDS,
        "effect": EFFECT_WORDS,
        "year": {year: str(year) for year in years},
        "signer": {name: fold_slug(name) for name in signers},
    }
    records_of = {
        "type": DirectiveType.objects.all(),
        "issuer": issuers,
        "topic": Topic.objects.all(),
    }
    for facet, records in records_of.items():
        names[facet] = {record.pk: str(record) for record in records}
        words[facet] = {record.pk: record.slug for record in records}
    return Vocabulary(names, words)


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
