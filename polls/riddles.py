"""A small sum in words, for polls that ask for one: no picture to see, nobody else's server.

It keeps out machines that fill in every form, not one that was made for this portal; whoever wants
to know how many of a poll's ballots may be such a one's looks at its audit (audit.py)."""

import secrets
from dataclasses import dataclass

from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SALT = "polls.riddle"
ANSWERED_WITHIN = 10 * 60  # seconds
NUMBERS = [
    gettext_lazy("one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
    gettext_lazy("nine"),
]


@dataclass(frozen=True)
class Riddle:
    question: str
    # Says what the answer is to nobody but this portal.
    token: str


def ask(voter):
    """A riddle that only this voter (voters.key) can answer."""
    one, other = secrets.choice(range(1, 10)), secrets.choice(range(1, 10))
    words = {"one": NUMBERS[one - 1], "other": NUMBERS[other - 1]}
    question = _("How much is %(one)s plus %(other)s?") % words
    return Riddle(question, signing.TimestampSigner(salt=SALT).sign(_seal(voter, one + other)))


def is_solved(voter, token, answer):
    """Whether `answer`, as it was typed, is that of the riddle which this voter was asked."""
    try:
        sealed = signing.TimestampSigner(salt=SALT).unsign(token, max_age=ANSWERED_WITHIN)
        return secrets.compare_digest(sealed, _seal(voter, int(answer[:4])))
    except (signing.BadSignature, ValueError):
        return False


def _seal(voter, answer):
    return salted_hmac(SALT, f"{voter}.{answer}", algorithm="sha256").hexdigest()
