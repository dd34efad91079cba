"""What an amount is worth in another currency at the bank's counter."""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils.formats import get_format
from django.utils.translation import gettext as _

DONG = "VND"
# 1.000.000 or 1 000 000 or 1000000, and a comma before decimals: as Vietnamese write.
AMOUNT = re.compile(r"(?:[0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
# A longer text is no amount.
LONGEST = 30
MOST = Decimal(10) ** 15


@dataclass(frozen=True)
class Step:
    """One exchange at the counter: the bank buys (or sells) `rate` at a price by one of its three
    figures."""

    rate: object
    figure: str
    price: Decimal


@dataclass(frozen=True)
class Conversion:
    """What the reader gave, and the answer. `faults` says by field (typed, source, target) what is
    wrong with it; `result` is None with a fault or without an amount."""

    typed: str = ""
    source: str = "USD"
    target: str = DONG
    amount: Decimal | None = None
    result: Decimal | None = None
    steps: tuple[Step, ...] = ()
    faults: dict = field(default_factory=dict)

    @classmethod
    def read(cls, parameters, rates):
        """From a QueryDict and the ExchangeRates that are shown."""
        text = " ".join(parameters.get("so-tien", "").split())
        asked = cls(
            typed=text[:LONGEST],
            source=parameters.get("tu", cls.source).strip().upper()[:3],
            target=parameters.get("sang", cls.target).strip().upper()[:3],
            amount=read_amount(text),
        )
        if "so-tien" not in parameters:
            return asked
        known = {rate.currency: rate for rate in rates}
        faults = asked._faults(known)
        return replace(asked, faults=faults) if faults else asked._answered(known)

    def _faults(self, known):
        found = {}
        if not self.typed:
            found["typed"] = _("Type an amount.")
        elif self.amount is None:
            found["typed"] = _("This is not an amount. Write it like 1,000,000 or 1.5.")
        elif self.amount > MOST:
            found["typed"] = _("This amount is too large.")
        for name in ("source", "target"):
            code = getattr(self, name)
            if code != DONG and code not in known:
                found[name] = _("“%(code)s” is not one of these currencies.") % {"code": code}
        if self.source == self.target:
            found.setdefault("target", _("Choose another currency than the first one."))
        if "source" not in found and self.source != DONG and not _bought(known[self.source]):
            found["source"] = _("The bank doesn't buy this currency.")
        if "target" not in found and self.target != DONG and not _sold(known[self.target]):
            found["target"] = _("The bank doesn't sell this currency.")
        return found

    def _answered(self, known):
        result, steps = self.amount, []
        if self.source != DONG:
            steps.append(_bought(known[self.source]))
            result *= steps[-1].price
        if self.target != DONG:
            steps.append(_sold(known[self.target]))
            result /= steps[-1].price
        return replace(self, result=result, steps=tuple(steps))

    @property
    def amount_places(self):
        """As floatformat wants it: those that were typed."""
        return f"{max(0, -self.amount.normalize().as_tuple().exponent)}g"

    @property
    def result_places(self):
        """Whole đồng, hundredths of others, and two figures of what would be nothing then."""
        if self.result < 1:
            return f"{1 - self.result.adjusted()}g"
        return "0g" if self.target == DONG else "2g"


def read_amount(text):
    """A positive Decimal, or None for what is no amount."""
    if get_format("DECIMAL_SEPARATOR") == ".":
        # As English readers write: 1,000,000.5.
        text = text.translate({ord(","): ".", ord("."): ","})
    if len(text) > LONGEST or not AMOUNT.fullmatch(text):
        return None
    return Decimal(text.replace(".", "").replace(" ", "").replace(",", ".")) or None


def _bought(rate):
    """What the bank pays to whoever brings the currency: to an account, or else in notes."""
    return _step(rate, "buy_transfer") or _step(rate, "buy_cash")


def _sold(rate):
    return _step(rate, "sell")


def _step(rate, figure):
    price = getattr(rate.shown, figure)
    return Step(rate, figure, price) if price else None
