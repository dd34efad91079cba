"""What the terms of each source ask to be said beside its figures, and where it is found."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .providers import open_meteo, vietcombank


@dataclass(frozen=True)
class Source:
    name: str
    link: str
    terms: str | Promise


SOURCES = {
    source.name: source
    for source in (
        Source(vietcombank.SOURCE, "https://www.vietcombank.com.vn/", _("for reference only")),
        Source(open_meteo.SOURCE, "https://open-meteo.com/", _("CC BY 4.0 licence")),
    )
}
