"""What is checked of each kind of page. Bodies have a file of their own (bodies.py)."""

from collections.abc import Iterable
from copy import copy

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page

from ..models import (
    ArticlePage,
    DirectivePage,
    DocumentContent,
    EventPage,
    FeaturedNews,
    NewsPage,
    PortalPage,
)
from ..parts import parts, text_of
from . import bodies, words
from .findings import Finding, Severity, check

MUST, SHOULD, LOOK = Severity.MUST, Severity.SHOULD, Severity.LOOK

# What Wagtail keeps of every page; nobody types it, and each would be a query.
BOOKKEEPING = {
    *("alias_of", "content_type", "latest_revision", "live_revision", "locale", "locked_by"),
    *("owner", "page_ptr", "lead_image"),
}
# Decree 30/2020, appendix I: "a short phrase or sentence".
LONGEST_SUBJECT = 300
# What is named in a finding; more would not be read.
NAMED = 3


# Every page


@check(PortalPage)
def what_it_refuses_itself(page):
    """What the page's own validation says: it can't go online like that."""
    # Cleaning fills in what follows from other fields, which is not ours to keep.
    fresh = copy(page)
    try:
        fresh.full_clean(exclude=BOOKKEEPING)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            # The page's own words come after those of the field: "not empty", then what for.
            message = messages[-1]
            if name == NON_FIELD_ERRORS:
                yield refused(message, "", "")
            else:
                label = label_of(page, name)
                yield refused(f"{label}: {message}", name, label)
    for name in ("relations", "suspensions"):
        yield from _refused_rows(page, name)
    if body := getattr(page, "body", None):
        for part, message in bodies.refused(body, "body"):
            text = f"{part.place}: {message}"
            yield refused(text, part.path, part.place)


def refused(text, path, place):
    return Finding(
        MUST,
        text,
        _("Until this is mended, the page can't go online."),
        path=path,
        place=place,
        blocks=True,
    )


def _refused_rows(page, name):
    for number, row in enumerate(rows_of(page, name), start=1):
        try:
            row.clean()
        except ValidationError as error:
            place = f"{row._meta.verbose_name} {number}"
            for message in error.messages:
                yield refused(f"{capfirst(place)}: {message}", name, capfirst(place))


def rows_of(page, name):
    manager = getattr(page, name, None)
    return manager.all() if manager is not None else ()


def label_of(page, name):
    return capfirst(page._meta.get_field(name).verbose_name)


@check(PortalPage)
def its_title(page):
    title = page.title
    place = label_of(page, "title")
    if words.is_shouted(title):
        yield Finding(
            SHOULD,
            _("The title is written in capitals."),
            _("Write it as a sentence: capitals are hard to read, and spelled out aloud."),
            "title",
            place,
        )
    if words.has_odd_blanks(title):
        yield Finding(
            SHOULD,
            _("The title has two spaces in a row, or one at its end."),
            _("Take out what is too much."),
            "title",
            place,
        )


@check(PortalPage)
def its_letters(page):
    """Marks that were typed apart: they look right, yet no search finds them."""
    for path, place, text in texts_of(page):
        broken = list(dict.fromkeys(words.broken_words(text)))
        if broken:
            yield Finding(
                SHOULD,
                _("%(place)s: letters with loose marks (%(words)s)")
                % {"place": place, "words": named(broken)},
                _("They look right, but searching doesn't find them. Type these words anew."),
                path,
                place,
            )


def named(names: Iterable[str]):
    names = list(names)
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")


# The fields of text that editors fill, on whatever page has them.
TEXT_FIELDS = ["title", "summary", "introduction", "subject", "signer", "signer_position", "place"]


def texts_of(page):
    """(path, place, text) of everything that is typed."""
    for name in TEXT_FIELDS:
        text = getattr(page, name, "")
        if isinstance(text, str) and text:
            yield name, label_of(page, name), text
    body = getattr(page, "body", None)
    for part in parts(body, "body") if body else ():
        if text := text_of(part):
            yield part.path, part.place, text


@check(PortalPage)
def its_schedule(page):
    now = timezone.now()
    if page.expire_at and page.expire_at <= now and not page.expired:
        yield Finding(
            SHOULD,
            _("The time at which it is taken offline has passed."),
            _("Set another one, or none, in the panel “Status”."),
        )


@check(PortalPage)
def its_body(page):
    if body := getattr(page, "body", None):
        yield from bodies.findings(body, "body", page)


@check(PortalPage)
def personal_data(page):
    for path, place, text in texts_of(page):
        if found := words.personal_data(text):
            yield _about(found, place, path)


def _about(found, place, path):
    counted = [
        found.citizens
        and ngettext("%(count)d citizen's number", "%(count)d citizens' numbers", found.citizens)
        % {"count": found.citizens},
        found.accounts
        and ngettext("%(count)d bank account", "%(count)d bank accounts", found.accounts)
        % {"count": found.accounts},
        found.mobiles
        and ngettext("%(count)d mobile number", "%(count)d mobile numbers", found.mobiles)
        % {"count": found.mobiles},
    ]
    # Numbers of offices' own mobiles are published on purpose; a citizen's number hardly ever.
    severity = SHOULD if found.citizens else LOOK
    return Finding(
        severity,
        _("%(place)s: what looks like personal data (%(what)s)")
        % {"place": place, "what": ", ".join(filter(None, counted))},
        _("Take it out or make it unreadable, unless the law asks for its publication."),
        path,
        place,
    )


# News, directives, events


@check(ArticlePage)
def its_summary(page):
    place = label_of(page, "summary")
    summary = page.summary.strip()
    if not summary and not isinstance(page, DirectivePage):
        # A directive's subject stands in its place.
        yield Finding(
            SHOULD,
            _("There is no summary."),
            _("Write one or two sentences: lists, search results and shared links show them."),
            "summary",
            place,
        )
    elif summary and summary.casefold() == page.title.strip().casefold():
        yield Finding(
            LOOK,
            _("The summary repeats the title."),
            _("Say in it what the title doesn't."),
            "summary",
            place,
        )


@check(ArticlePage)
def its_lead_image(page):
    if not page.lead_image_id:
        return
    place = label_of(page, "lead_image_alt")
    alt = page.lead_image_alt.strip()
    if words.is_file_name(alt):
        yield Finding(
            SHOULD,
            _("The words for the lead image are a file's name."),
            _("Say what can be seen in it, or leave it empty when it only decorates."),
            "lead_image_alt",
            place,
        )
    elif not alt:
        yield Finding(
            LOOK,
            _("The lead image has no words for those who can't see it."),
            _("Say what can be seen in it; leave it empty only when it just decorates."),
            "lead_image_alt",
            place,
        )


@check(NewsPage)
def its_place_on_top(page):
    if page.pk and not page.lead_image_id and FeaturedNews.objects.filter(page=page.pk).exists():
        yield without_picture(page)


def without_picture(page):
    """Of a page that stands on top of a list (home/readiness.py asks for the home page)."""
    return Finding(
        SHOULD,
        _("It is featured, but has no lead image."),
        _("Choose one: on top of a list it stands out by its picture."),
        "lead_image",
        label_of(page, "lead_image"),
    )


@check(NewsPage)
def what_news_lacks(page):
    if page.posted_on and page.posted_on > timezone.localdate() and not page.go_live_at:
        yield Finding(
            LOOK,
            _("Its date is still to come."),
            _("Readers would see news of tomorrow. Set a schedule, or today's date."),
            "posted_on",
            label_of(page, "posted_on"),
        )
    if not page.body and not page.summary.strip():
        yield without_text(page)


def without_text(page):
    return Finding(
        SHOULD, _("There is no text."), _("Write it in the body."), "body", label_of(page, "body")
    )


@check(EventPage)
def what_an_event_lacks(page):
    if page.starts_at and page.is_over and not page.live:
        yield Finding(
            LOOK,
            _("The event is over already."),
            _("Check its day and time."),
            "starts_at",
            label_of(page, "starts_at"),
        )


# Directives


@check(DirectivePage)
def its_record(page):
    if len(page.subject) > LONGEST_SUBJECT:
        yield Finding(
            SHOULD,
            _("The subject has %(length)d characters.") % {"length": len(page.subject)},
            _("It names what the document is about, in %(most)d at most; the rest is for the body.")
            % {"most": LONGEST_SUBJECT},
            "subject",
            label_of(page, "subject"),
        )
    if page.expires_on and page.expires_on < timezone.localdate() and not page.live:
        yield Finding(
            LOOK,
            _("Its last day in force has passed."),
            _("It goes online as a document that is no longer in force."),
            "expires_on",
            label_of(page, "expires_on"),
        )


@check(DirectivePage)
def its_number(page):
    """No error: numbers were given twice in fact, and registers of two offices were merged."""
    if not page.number or not page.issuer_id:
        return
    others = list(DirectivePage.objects.alike(page).order_by("-pk")[:NAMED])
    if others:
        yield Finding(
            SHOULD,
            _("%(issuer)s has another document numbered %(number)s in %(year)s.")
            % {"issuer": page.issuer, "number": page.reference, "year": page.year},
            _("Compare the two: is it the same document, or a slip in the number?"),
            "number",
            label_of(page, "number"),
            links=tuple((name_of(other), edit_address(other)) for other in others),
        )


def name_of(page):
    # What a draft of another unit is about is its own business until it is published.
    if page.live:
        return page.get_admin_display_title()
    return _("%(number)s (draft)") % {"number": page.reference}


def edit_address(page: Page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


@check(DirectivePage)
def its_files(page):
    rows = list(page.attachments.all())
    place = capfirst(str(page._meta.get_field("attachments").related_model._meta.verbose_name))
    if not rows:
        yield Finding(
            SHOULD,
            _("There is no file attached."),
            _("Attach the signed copy: it is the authentic text."),
            "attachments",
            place,
        )
        return
    if not any(row.is_signed_copy for row in rows):
        yield Finding(
            LOOK,
            _("None of the files is marked as the signed copy."),
            _("Tick “signed copy” at the file that carries the signature."),
            "attachments",
            place,
        )
    contents = DocumentContent.objects.in_bulk([row.document_id for row in rows])
    for row in rows:
        if content := contents.get(row.document_id):
            yield from _file(row, content, place)


def _file(row, content, place):
    if content.is_scan:
        yield Finding(
            SHOULD,
            _(
                "The file “%(name)s” is a scan without a text layer: readers can't search it, "
                "nor have it read aloud."
            )
            % {"name": row.name},
            _("Attach the file that it was printed from, or put the text into the body."),
            "attachments",
            place,
        )
    elif content.state == DocumentContent.State.FAILED:
        yield Finding(
            LOOK,
            _("The file “%(name)s” could not be read.") % {"name": row.name},
            _("Open it: it may be damaged or locked by a password."),
            "attachments",
            place,
        )
    elif found := words.personal_data(content.text):
        yield _about(found, _("The file “%(name)s”") % {"name": row.name}, "attachments")
