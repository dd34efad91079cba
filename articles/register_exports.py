"""The register for spreadsheets, programs and feed readers: the same state, in other formats."""

import csv as csv_format
from itertools import islice
from threading import BoundedSemaphore

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.sheets import harmless

from . import feeds
from .effect import Effect
from .languages import current
from .subscriptions import answer, portal_name
from .vietnamese import local_day

# Directives that are read from the database, and are in memory, at once.
CHUNK = 1_000
# Whole registers that a process writes at once: each holds one of its few threads for seconds, and
# readers of pages come first.
EXPORTS_AT_ONCE = 2
RETRY_AFTER = 30  # seconds
_turns = BoundedSemaphore(EXPORTS_AT_ONCE)
FEED_LENGTH = 50
COLUMNS = {
    "reference": gettext_lazy("Number and symbol"),
    "type": gettext_lazy("Type"),
    "issuer": gettext_lazy("Issuing body"),
    "title": gettext_lazy("Title"),
    "subject": gettext_lazy("Subject"),
    "fields": gettext_lazy("Fields of activity"),
    "signer": gettext_lazy("Signer"),
    "signed_on": gettext_lazy("Signed on"),
    "effective_on": gettext_lazy("In force from"),
    "expires_on": gettext_lazy("Last day in force"),
    "withdrawn_on": gettext_lazy("Withdrawn from"),
    "effect": gettext_lazy("State"),
    "address": gettext_lazy("Address"),
}


def records(listing, root_url):
    """All selected directives in the register's order, each as a dict of COLUMNS."""
    from .models import DirectivePage

    directives = DirectivePage.objects.for_lists().defer_streamfields().prefetch_related("topics")
    order = listing.query.order
    pairs = zip(
        listing.selection.pks(order).tolist(), listing.selection.effects(order), strict=True
    )
    while chunk := dict(islice(pairs, CHUNK)):
        found = directives.in_bulk(list(chunk))
        for pk, effect in chunk.items():
            # One that was deleted a moment ago is left out.
            if directive := found.get(pk):
                yield {
                    "reference": directive.reference,
                    "type": directive.type.name,
                    "issuer": directive.issuer.name,
                    "title": directive.title,
                    "subject": directive.subject,
                    "fields": [topic.name for topic in directive.topics.all()],
                    "signer": directive.signer,
                    "signed_on": directive.signed_on,
                    "effective_on": directive.effective_on,
                    "expires_on": directive.expires_on,
                    "withdrawn_on": directive.withdrawn_on,
                    "effect": effect,
                    "address": root_url + directive.permalink,
                }


def csv(listing, root_url):
    titles = [str(label) for label in COLUMNS.values()]
    lines = _csv_lines(listing, root_url, titles, _effects())
    return _download(lines, "text/csv; charset=utf-8", "van-ban.csv")


def _effects():
    """In the language of the request, which is over when lines are written."""
    return {effect: str(effect.label) for effect in Effect}


def _csv_lines(listing, root_url, titles, effects):
    writer = csv_format.writer(_Echo())
    # Without the mark, Excel takes UTF-8 for the letters of Western Europe.
    yield "\ufeff" + writer.writerow(titles)
    for record in records(listing, root_url):
        record |= {"fields": "; ".join(record["fields"]), "effect": effects[record["effect"]]}
        yield writer.writerow(
            [harmless("" if value is None else str(value)) for value in record.values()]
        )


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line):
        return line


def json(listing, root_url):
    lines = _json_lines(listing, root_url, _effects())
    return _download(lines, "application/json", "van-ban.json")


def _json_lines(listing, root_url, effects):
    encode = DjangoJSONEncoder(ensure_ascii=False).encode
    yield f'{{"day": "{listing.day.isoformat()}", "total": {listing.total}, "directives": ['
    separator = ""
    for record in records(listing, root_url):
        # The word for programs beside the one for people.
        record["effect_label"] = effects[record["effect"]]
        yield f"{separator}\n{encode(record)}"
        separator = ","
    yield "\n]}\n"


class _Turn:
    """Lines of an export; others wait until it is closed, at its end or when the reader leaves."""

    def __init__(self, lines):
        self._lines = lines
        self._is_open = True

    def __iter__(self):
        return self._lines

    def close(self):
        if self._is_open:
            self._is_open = False
            _turns.release()


def _download(lines, content_type, name):
    if not _turns.acquire(blocking=False):
        return HttpResponse(
            render_to_string("articles/too_many_exports.html"),
            status=503,
            headers={"Retry-After": RETRY_AFTER},
        )
    response = StreamingHttpResponse(_Turn(lines), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def atom(listing, index, request):
    feed = _feed(listing, index, request, "atom/")
    return answer(request, feeds.atom(feed), feeds.ATOM_TYPE)


def rss(listing, index, request):
    feed = _feed(listing, index, request, "rss/")
    return answer(request, feeds.rss(feed), feeds.RSS_TYPE)


def _feed(listing, index, request, own_path):
    """The newest directives of this state as a Feed."""
    from .models import DirectivePage, Edition

    periods = listing.selection.listed("newest", 0, FEED_LENGTH)
    found = DirectivePage.objects.for_lists().defer_streamfields().in_bulk(list(periods))
    directives = [found[pk] for pk in periods if pk in found]
    changed = dict(
        Edition.objects.filter(directive__in=directives)
        .order_by("number")
        .values_list("directive_id", "published_at")
    )
    root_url = index.get_url_parts()[1]
    entries = []
    for directive in directives:
        directive.period = periods[directive.pk]
        published = directive.first_published_at or changed.get(directive.pk) or feeds.LONG_AGO
        updated = max(published, changed.get(directive.pk, published))
        entries.append(
            feeds.Entry(
                address=root_url + directive.permalink,
                # Two issuers may have used one number.
                id=f"{root_url}{directive.permalink}#{directive.pk}",
                title=f"{directive.type} {directive.reference}: {directive.title}",
                summary=_summary(directive),
                published=published,
                updated=updated,
                categories=[(directive.type.slug, directive.type.name)],
                author=directive.issuer.name,
            )
        )
    chosen = ", ".join(chip["label"] for chip in listing.chips)
    return feeds.Feed(
        title=f"{index.title}: {chosen}" if chosen else index.title,
        subtitle=index.introduction,
        author=portal_name(request),
        address=index.full_url + listing.query.address,
        own_address=f"{index.full_url}{own_path}{listing.query.address}",
        entries=entries,
        language=current(),
    )


def _summary(directive):
    state = _("%(state)s, signed on %(day)s") % {
        "state": directive.effect.label,
        "day": local_day(directive.signed_on),
    }
    return f"{state}. {directive.subject}"
