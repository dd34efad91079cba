"""How many ballots may come from one address: a household and an office vote, a machine does not.

No address is kept. What is counted under is an HMAC with a key that is drawn anew each day and
forgotten with it, so nobody can be looked up afterwards, nor followed from one day to the next."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .models import AddressKey, AddressUse

# In any minute, not in each of the clock: so 30 people behind one address are through within five,
# and a machine that waits for the full minute gains nothing.
A_MINUTE, MINUTE = 6, 60  # ballots, seconds
KEPT = timedelta(hours=48)


def of(request):
    """The reader's, as our outermost proxy saw it; what a reader adds to the header is not read."""
    return in_environ(request.META)


def in_environ(environ):
    """The same, of a request that Django has not seen."""
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < settings.PROXY_COUNT <= len(forwarded):
        return forwarded[-settings.PROXY_COUNT].strip()
    return environ["REMOTE_ADDR"]


def admit(address):
    """Lets one more ballot come from this address now, exactly however many ask at the same time:
    how many it has had today with this one, or 0 if it has to wait."""
    digest = hmac.new(_key(timezone.localdate()), address.encode(), hashlib.sha256).hexdigest()
    AddressUse.objects.bulk_create([AddressUse(address=digest)], ignore_conflicts=True)
    with transaction.atomic():
        use = AddressUse.objects.select_for_update().get(address=digest)
        # Only now: whoever waited for the row would take those who were faster for the future.
        now = timezone.now()
        # Clocks of two machines differ a little; one that was put right since, by more.
        recent = [moment for moment in use.recent if abs(now.timestamp() - moment) < MINUTE]
        if len(recent) >= A_MINUTE:
            return 0
        use.recent, use.used_at = [*recent, now.timestamp()], now
        use.ballots += 1
        use.save()
    return use.ballots


def _key(day):
    """The day's secret, drawn by whoever comes first that day."""
    found = AddressKey.objects.filter(day=day).first()
    if found is None:
        AddressKey.objects.bulk_create(
            [AddressKey(day=day, key=secrets.token_hex(32))], ignore_conflicts=True
        )
        found = AddressKey.objects.get(day=day)
    return found.key.encode()


def forget():
    """Forget the keys of days gone by, and after two days when ballots came."""
    now = timezone.now()
    AddressKey.objects.filter(day__lt=timezone.localdate(now)).delete()
    AddressUse.objects.filter(used_at__lt=now - KEPT).delete()
