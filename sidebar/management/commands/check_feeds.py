"""What every provider answers from this network, without storing anything."""

import time
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from sidebar import faults, providers
from sidebar.models import WeatherRegion
from sidebar.models.feeds import FEEDS
from sidebar.providers import ProviderError

# Where the weather is asked for when no region has been made yet: Đông Hà.
SOMEWHERE = 16.8163, 107.1003


class Command(BaseCommand):
    help = _("Ask every provider from this network and print what it says; nothing is stored.")

    def add_arguments(self, parser):
        parser.add_argument(
            "providers",
            nargs="*",
            metavar=_("PROVIDER"),
            help=_("only these: %(names)s") % {"names": ", ".join(providers.installed())},
        )

    def handle(self, *args, **options):
        installed = providers.installed()
        if unknown := set(options["providers"]) - installed.keys():
            raise CommandError(
                _("There is no provider %(names)s.") % {"names": ", ".join(sorted(unknown))}
            )
        names = options["providers"] or list(installed)
        well = {name: self.ask(name, installed[name]) for name in names}
        silent = [
            str(label)
            for feed, label in FEEDS
            # Those that were asked: of others nothing is known.
            if (asked := [name for name in settings.FEEDS[feed] if name in well])
            and not any(well[name] for name in asked)
        ]
        if silent:
            raise CommandError(
                _("Nobody gives figures for: %(feeds)s.") % {"feeds": ", ".join(silent)}
            )

    def ask(self, name, module):
        """Whether a provider gave something; one line tells what."""
        used = any(name in chain for chain in settings.FEEDS.values())
        host = urlsplit(providers.address(module.__name__, module.ADDRESS)).netloc
        begun, size = time.monotonic(), 0
        try:
            body = module.fetch(*_place(module))
            size = len(body)
            seen, is_well = _seen(module.parse(body)), True
        except ProviderError as error:
            seen, is_well = faults.in_words(error.reason, module.SOURCE.name), False
        took = number_format(time.monotonic() - begun, 1)
        style = self.style.SUCCESS if is_well else self.style.ERROR
        state = _("ok") if is_well else _("FAULT")
        usage = _("in use") if used else _("switched off")
        self.stdout.write(
            f"{name:<17} {usage:<9} {style(f'{state:<5}')} {took:>4} s {size / 1024:>6.0f} KB"
            f"  {host}  {seen}"
        )
        return is_well


def _place(module):
    """What its fetch() needs to know: a place, for weather."""
    if module.fetch.__code__.co_argcount == 0:
        return ()
    region = WeatherRegion.objects.first()
    return (region.latitude, region.longitude) if region else SOMEWHERE


def _seen(found):
    stated = getattr(found, "quoted_at", None) or found.observed_at
    when = date_format(timezone.localtime(stated), "H:i j/n/Y")
    if hasattr(found, "rates"):
        dollar = next(rate.sell for rate in found.rates if rate.currency == "USD")
        count, figure = len(found.rates), number_format(dollar, 0, force_grouping=True)
        return _("%(count)d rates of %(when)s; US dollar %(figure)s") % {
            "count": count,
            "when": when,
            "figure": figure,
        }
    if hasattr(found, "prices"):
        return _("%(count)d prices of %(when)s") % {"count": len(found.prices), "when": when}
    return _("%(degrees)s °C at %(when)s, %(days)d days ahead") % {
        "degrees": number_format(found.temperature, 1),
        "when": when,
        "days": len(found.days),
    }
