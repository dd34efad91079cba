"""Vietcombank's sheet of exchange rates, as XML. The bank calls it "for reference only"."""

from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from django.utils.translation import gettext_lazy as _

from . import ProviderError, Source, address, client, figures

SOURCE = Source("Vietcombank", "https://www.vietcombank.com.vn/", _("for reference only"))
ADDRESS = "https://portal.vietcombank.com.vn/Usercontrols/TVPortal.TyGia/pXML.aspx"

# Month first with AM or PM is what the bank writes; day first with 24 hours was seen elsewhere.
TIME_FORMATS = ("%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S")


def fetch():
    # text/html is what such pages of the bank's say when nobody set a type; the root decides.
    types = ("text/xml", "application/xml", "text/html")
    return client.get(address(__name__, ADDRESS), allow_types=types)


def parse(body):
    """Raises ProviderError; a bad row is left out, a sheet with too few good ones is refused."""
    root = _root(body)
    if root.tag != "ExrateList":
        raise ProviderError("wrong root")
    rates = (
        figures.rate(
            row.get("CurrencyCode"),
            row.get("CurrencyName"),
            *(row.get(key) for key in ("Buy", "Transfer", "Sell")),
        )
        for row in root.iter("Exrate")
    )
    return figures.sheet(
        SOURCE.name, lambda: figures.moment(root.findtext("DateTime"), TIME_FORMATS), rates
    )


def _root(body):
    body = body.lstrip(b" \t\r\n")
    if not body:
        raise ProviderError("empty")
    try:
        # The bank writes UTF-8; what isn't that has come to us by some mistake.
        body.decode()
        return ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        # ValueError is defusedxml's own base and a bad encoding; LookupError an unknown encoding.
        raise ProviderError("not xml") from error
