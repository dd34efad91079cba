"""Why a link leads nowhere, in words for editors. The codes are what is kept.

Those of other servers are the client's own (sidebar/providers/client.py)."""

from django.utils.translation import gettext, gettext_lazy

FAULTS = {
    "page gone": gettext_lazy("The page was deleted"),
    "page offline": gettext_lazy("The page is not online"),
    "page expired": gettext_lazy("The page has expired"),
    "page closed": gettext_lazy("The page is closed to the public"),
    "file gone": gettext_lazy("The file was deleted"),
    "address unknown": gettext_lazy("This portal has no such address"),
    "bad address": gettext_lazy("The address is not written correctly"),
    "no such name": gettext_lazy("There is no server of this name"),
    "private address": gettext_lazy("The address leads into a private network"),
    "connect timeout": gettext_lazy("The server could not be reached"),
    "no connection": gettext_lazy("The server refuses the connection"),
    "tls": gettext_lazy("The server's certificate is not valid"),
    "read timeout": gettext_lazy("The server doesn't answer"),
    "too slow": gettext_lazy("The server answers too slowly"),
    "redirect": gettext_lazy("The server sends readers round in circles"),
    "broken answer": gettext_lazy("The server's answer broke off"),
    "http 404": gettext_lazy("The server has no such page (404)"),
    "http 410": gettext_lazy("The page was taken away for good (410)"),
}


def in_words(fault):
    if fault in FAULTS:
        return str(FAULTS[fault])
    kind, _space, status = fault.partition(" ")
    if kind == "http" and status.startswith("5"):
        return gettext("The server has a fault of its own (%(status)s)") % {"status": status}
    if kind == "http":
        return gettext("The server refuses (%(status)s)") % {"status": status}
    return gettext("It can't be opened")
