"""Why a feed gave nothing, in words for editors and operators. The codes are what feeds keep."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FAULTS = {
    "bad address": gettext_lazy("%(source)s: the address in the settings is not valid"),
    "no such name": gettext_lazy("%(source)s: its name could not be looked up"),
    "private address": gettext_lazy("%(source)s: its name leads to an address that is not allowed"),
    "connect timeout": gettext_lazy("%(source)s could not be reached in time"),
    "no connection": gettext_lazy("%(source)s refused the connection"),
    "tls": gettext_lazy("%(source)s: its certificate could not be verified"),
    "read timeout": gettext_lazy("%(source)s doesn't answer"),
    "too slow": gettext_lazy("%(source)s answers too slowly"),
    "out of time": gettext_lazy("%(source)s: there was no time left in this run"),
    "redirect": gettext_lazy("%(source)s sends us to an address that is not allowed"),
    "wrong type": gettext_lazy("%(source)s answers with another kind of file"),
    "too big": gettext_lazy("%(source)s: its answer is too big"),
    "broken answer": gettext_lazy("%(source)s: its answer broke off"),
    "empty": gettext_lazy("%(source)s: its answer is empty"),
    "not xml": gettext_lazy("%(source)s: its answer is not XML"),
    "not json": gettext_lazy("%(source)s: its answer is not JSON"),
    "wrong root": gettext_lazy("%(source)s: its answer is another document"),
    "error answer": gettext_lazy("%(source)s answers with an error message"),
    "no rates": gettext_lazy("%(source)s: the sheet holds no rates"),
    "few rates": gettext_lazy("%(source)s: the sheet holds too few rates"),
    "no usd": gettext_lazy("%(source)s: the sheet lacks the US dollar"),
    "no weather": gettext_lazy("%(source)s: the answer holds no weather"),
    "no gold": gettext_lazy("%(source)s: the answer holds no gold prices"),
    "bad time": gettext_lazy("%(source)s: its own time cannot be read"),
    "time ahead": gettext_lazy("%(source)s: its own time lies in the future"),
    "stale": gettext_lazy("%(source)s gives older figures than it gave before"),
    "jump": gettext_lazy("%(source)s: some rates moved so far that they wait for a decision"),
}


def in_words(reason, source=""):
    """source: who is to be named; without one, "the source"."""
    named = {"source": source or _("The source")}
    kind, _space, status = reason.partition(" ")
    if kind == "http" and status:
        return _("%(source)s answers with error %(status)s") % {**named, "status": status}
    return str(FAULTS[reason]) % named if reason in FAULTS else reason
