"""Why a feed gave nothing, in words for editors and operators. The codes are what feeds keep."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FAULTS = {
    "bad address": gettext_lazy("The source's address in the settings is not valid"),
    "no such name": gettext_lazy("The source's name could not be looked up"),
    "private address": gettext_lazy("The source's name leads to an address that is not allowed"),
    "connect timeout": gettext_lazy("The source could not be reached in time"),
    "no connection": gettext_lazy("The source refused the connection"),
    "tls": gettext_lazy("The source's certificate could not be verified"),
    "read timeout": gettext_lazy("The source stopped answering"),
    "too slow": gettext_lazy("The source answered too slowly"),
    "out of time": gettext_lazy("There was no time left in this run"),
    "redirect": gettext_lazy("The source sent us to another address"),
    "wrong type": gettext_lazy("The source answered with another kind of file"),
    "too big": gettext_lazy("The source's answer is too big"),
    "broken answer": gettext_lazy("The source's answer broke off"),
    "empty": gettext_lazy("The source's answer is empty"),
    "not xml": gettext_lazy("The source's answer is not XML"),
    "not json": gettext_lazy("The source's answer is not JSON"),
    "wrong root": gettext_lazy("The source's answer is another document"),
    "error answer": gettext_lazy("The source answered with an error message"),
    "no rates": gettext_lazy("The sheet holds no rates"),
    "few rates": gettext_lazy("The sheet holds too few rates"),
    "no usd": gettext_lazy("The sheet lacks the US dollar"),
    "no weather": gettext_lazy("The answer holds no weather"),
    "bad time": gettext_lazy("The source's own time cannot be read"),
    "time ahead": gettext_lazy("The source's own time lies in the future"),
}


def in_words(reason):
    kind, _space, status = reason.partition(" ")
    if kind == "http" and status:
        return _("The source answered with error %(status)s") % {"status": status}
    return str(FAULTS.get(reason, reason))
