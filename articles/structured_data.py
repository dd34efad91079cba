"""What search engines and databases of law read of a page: nodes of schema.org's vocabulary.

Builders take a page and what its view has gathered, and return plain dicts without empty values;
`script` puts them into a page. Addresses are absolute; `root_url` is the portal's, without a slash
at its end, and `office` whoever runs it. Terms: https://schema.org/Legislation and so on."""

import json

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .effect import BINDING, Effect
from .languages import current, start
from .models.effects import RelationKind
from .open_files import sha256

VOCABULARY = "https://schema.org"
# Of the law.
LANGUAGE = "vi"

# Of all other effects: NotInForce.
LEGAL_FORCE = {Effect.IN_FORCE: "InForce", Effect.PARTLY: "PartiallyInForce"}
# What one document does to another. schema.org has no words for the way back.
RELATIONS = {
    RelationKind.REPLACES: "legislationRepeals",
    RelationKind.AMENDS: "legislationAmends",
    RelationKind.IMPLEMENTS: "legislationEnsuresImplementationOf",
    RelationKind.CITES: "citation",
    RelationKind.CORRECTS: "legislationCorrects",
}
# None of them is needed in JSON. The first three could end the element or begin another one, the
# last two end a line in older scripts.
ESCAPES = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&\u2028\u2029"}


def script(nodes):
    """The element that carries the nodes, whatever an editor has typed into their texts."""
    document = {"@context": VOCABULARY, "@graph": nodes}
    text = json.dumps(document, ensure_ascii=False).translate(ESCAPES)
    # Escaped above: as HTML, its quotation marks would be lost to whoever reads JSON.
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))


def node(kind, **facts):
    return {"@type": kind} | {name: value for name, value in facts.items() if is_said(value)}


def is_said(value):
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {})


def member(name):
    """A member of one of the vocabulary's enumerations, written in full."""
    return f"{VOCABULARY}/{name}"


def moment(value):
    return value and timezone.localtime(value).isoformat(timespec="seconds")


def day(value):
    return value and value.isoformat()


# Who ---------------------------------------------------------------------------------------------


def office_node(office, root_url, **more):
    """The body that runs the portal, told from others by an @id."""
    return node(
        "GovernmentOrganization",
        **{"@id": f"{root_url}/#office"},
        name=office.name,
        url=f"{root_url}/",
        **more,
    )


def office_in_full(office, root_url, logo, **more):
    return office_node(
        office,
        root_url,
        logo=logo,
        address=office.address,
        telephone=office.phone,
        email=office.email,
        parentOrganization=office.agency and node("GovernmentOrganization", name=office.agency),
        **more,
    )


def office_to_reach(office, root_url, logo):
    """For a page about how to reach it: what the home page says, and a point of contact."""
    point = None
    if office.phone or office.email:
        point = node(
            "ContactPoint",
            contactType="customer service",
            telephone=office.phone,
            email=office.email,
            availableLanguage=LANGUAGE,
        )
    return office_in_full(office, root_url, logo, contactPoint=point)


def website(office, root_url, logo):
    """Two nodes for the home page: the portal, and its office with how to reach it."""
    about_office = office_in_full(office, root_url, logo)
    name = f"{office.portal_label} – {office.name}" if office.portal_label else office.name
    home = root_url + start(current())
    portal = node(
        "WebSite",
        **{"@id": f"{home}#website"},
        name=name,
        url=home,
        inLanguage=current(),
        publisher={"@id": about_office["@id"]},
    )
    return [portal, about_office]


def issuer_node(issuer):
    return node(
        "GovernmentOrganization",
        name=issuer.name,
        foundingDate=day(issuer.established_on),
        dissolutionDate=day(issuer.dissolved_on),
    )


# Directives --------------------------------------------------------------------------------------


def identity(directive, root_url):
    """Its number's address, and which of the documents with that number it is.

    Two bodies may have given one number in one year. The same as the id in the register's feed.
    """
    return f"{root_url}{directive.permalink}#{directive.pk}"


def legislation(
    page, address, root_url, office, relations=(), attachments=(), topics=(), edition_on=None
):
    """A DirectivePage.

    relations: `relations.Relation`s; attachments: those that the public may open (`open_files`);
    edition_on: the day of the edition that the page shows.
    """
    issuer = issuer_node(page.issuer)
    # Bodies of the whole country write the town that they sit in: that is not where it holds.
    area = page.issuer.place if page.issuer.place in office.name else ""
    return node(
        "Legislation",
        **{"@id": identity(page, root_url)},
        **_named(page),
        alternateName=f"{page.type} {page.reference}",
        abstract=page.summary,
        description=page.subject,
        url=address,
        inLanguage=LANGUAGE,
        keywords=[topic.name for topic in topics],
        legislationType=page.type.name,
        legislationDate=day(page.signed_on),
        datePublished=moment(page.first_published_at),
        dateModified=moment(page.last_published_at),
        legislationDateOfApplicability=day(page.effective_on),
        legislationDateVersion=day(edition_on),
        legislationLegalForce=member(LEGAL_FORCE.get(page.effect, "NotInForce")),
        temporalCoverage=_days_in_force(page.periods),
        legislationPassedBy=issuer,
        legislationResponsible=issuer,
        legislationJurisdiction=node("AdministrativeArea", name=area) if is_said(area) else None,
        encoding=[_file(page, attachment, root_url) for attachment in attachments],
        **_acts(relations, root_url),
    )


def _named(directive):
    name = _name(directive.title, directive.reference)
    return {"name": name, "legislationIdentifier": directive.reference}


def _name(title, otherwise):
    """What the vocabulary demands; a title may be nothing but odd white space."""
    return title if is_said(title) else otherwise


def _days_in_force(periods):
    """From the first to the last day on which it binds anybody: 2014-06-16/2020-12-31."""
    binding = [period for period in periods if period.effect in BINDING]
    if not binding:
        return None
    return f"{day(binding[0].starts_on)}/{day(binding[-1].last_day) or '..'}"


def _acts(relations, root_url):
    """{property: nodes} of what the document itself does."""
    acts = {}
    for relation in relations:
        if relation.is_coming:
            continue
        changes = relation.replaces_all or relation.changes_a_part
        if changes and relation.begins_on is None:
            # Withdrawn before it came to replace or amend anything.
            continue
        kind = RelationKind.AMENDS if relation.changes_a_part else relation.kind
        acts.setdefault(RELATIONS[kind], []).append(_other(relation, root_url))
    return acts


def _other(relation, root_url):
    if relation.document is None:
        return node("Legislation", name=relation.name, legislationIdentifier=relation.name)
    return node(
        "Legislation",
        **{"@id": identity(relation.document, root_url)},
        **_named(relation.document),
    )


def _file(page, attachment, root_url):
    document = attachment.document
    is_authentic = attachment.is_signed_copy
    return node(
        "LegislationObject",
        name=_name(attachment.name, page.reference),
        legislationIdentifier=page.reference,
        contentUrl=root_url + document.url,
        encodingFormat=document.content_type,
        sha256=sha256(document),
        legislationLegalValue=member("AuthoritativeLegalValue") if is_authentic else None,
    )


# News, events, places in the portal --------------------------------------------------------------


def news_article(page, address, root_url, office, authors=(), keywords=(), section="", image=None):
    """A NewsPage. image: absolute address of its lead image."""
    changed = page.last_published_at
    return node(
        "NewsArticle",
        headline=_name(page.title, address),
        description=page.summary,
        url=address,
        mainEntityOfPage=address,
        inLanguage=current(),
        datePublished=moment(page.published_at),
        # An editor may have given it a day of its own, after it went online.
        dateModified=moment(changed and max(changed, page.published_at)),
        author=[node("Person", name=author.name, jobTitle=author.position) for author in authors]
        or [office_node(office, root_url)],
        publisher=office_node(office, root_url),
        articleSection=section,
        keywords=keywords,
        image=image,
    )


def event(page, address, root_url, office, image=None):
    """An EventPage."""
    return node(
        "Event",
        name=_name(page.title, address),
        description=page.summary,
        url=address,
        inLanguage=current(),
        startDate=moment(page.starts_at),
        endDate=moment(page.ends_at),
        eventStatus=member("EventScheduled"),
        eventAttendanceMode=member("OfflineEventAttendanceMode"),
        # A town or a hall: one line is all that editors write.
        location=node("Place", name=page.place, address=page.place),
        organizer=office_node(office, root_url),
        image=image,
    )


def breadcrumb_list(trail):
    """trail: (name, absolute address) from the home page down to the page itself."""
    return node(
        "BreadcrumbList",
        itemListElement=[
            node("ListItem", position=position, name=_name(name, address), item=address)
            for position, (name, address) in enumerate(trail, start=1)
        ],
    )
