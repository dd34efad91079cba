"""Short ways to write a directive's record."""

from articles.models import DirectivePage, RelationKind

from .blocks import Ref, page
from .entries import Entry, Row


def directive(kind, issuer, number, symbol, signed_on, *, title, subject, signer, body, **more):
    """issuer: a Body; signer: (name, position); effective_on is signed_on unless given."""
    signer, position = signer
    facts = {
        "number": number,
        "symbol": symbol,
        "type_id": Ref("type", kind),
        "issuer_id": Ref("issuer", issuer),
        "signer": signer,
        "signer_position": position,
        "signed_on": signed_on,
        "effective_on": more.pop("effective_on", signed_on),
        "expires_on": more.pop("expires_on", None),
        "withdrawn_on": more.pop("withdrawn_on", None),
        "withdrawal_reason": more.pop("withdrawal_reason", ""),
        "subject": subject,
        "summary": more.pop("summary", ""),
        "recipients": "\n".join(more.pop("recipients", ())),
    }
    return Entry(
        DirectivePage,
        section=more.pop("section", "van-ban"),
        slug=more.pop("slug"),
        title=title,
        published_on=more.pop("published_on", signed_on),
        facts=facts,
        body=body,
        **more,
    )


def _relation(kind, target, provisions):
    other = {"target_id": page(target.slug)} if isinstance(target, Entry) else {}
    other = other or {"other_document": target}
    return Row("relations", {"kind": kind, "provisions": provisions} | other)


# target: the Entry of a directive that is made before, or the name of a document elsewhere.


def replaces(target, provisions=""):
    return _relation(RelationKind.REPLACES, target, provisions)


def amends(target, provisions=""):
    return _relation(RelationKind.AMENDS, target, provisions)


def implements(target, provisions=""):
    return _relation(RelationKind.IMPLEMENTS, target, provisions)


def cites(target, provisions=""):
    return _relation(RelationKind.CITES, target, provisions)


def corrects(target, provisions=""):
    return _relation(RelationKind.CORRECTS, target, provisions)


def suspended(starts_on, reason):
    """Until further notice."""
    return Row("suspensions", {"starts_on": starts_on, "reason": reason})


def attached(file, is_signed_copy=False):
    return Row("attachments", {"document_id": file.ref, "is_signed_copy": is_signed_copy})
