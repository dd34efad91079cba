"""Who votes, without knowing who: a random token in a signed cookie that only votes set, and a
key per poll that is derived from it. No address and no browser is kept."""

import secrets

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, override

COOKIE = "voter"
SALT = "polls.voter"
YEAR = 365 * 24 * 60 * 60


def new_token():
    return secrets.token_urlsafe(24)


def cookie(language=None):
    """Its name: polls have an address in each language, and each has a cookie of its own with the
    same token."""
    language = language or get_language()
    return COOKIE if language == settings.LANGUAGE_CODE else f"{COOKIE}-{language}"


def token(request):
    """The reader's token, or None: no cookie, a forged one or one older than a year."""
    return request.get_signed_cookie(cookie(), default=None, salt=SALT, max_age=YEAR)


def remember(response, request, token):
    for language, _name in settings.LANGUAGES:
        with override(language):
            path = reverse("polls:list")
        response.set_signed_cookie(
            cookie(language),
            token,
            salt=SALT,
            max_age=YEAR,
            path=path,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )


def key(poll, token):
    """64 hex digits: the same voter has another key in another poll."""
    return salted_hmac(f"{SALT}.{poll.pk}", token, algorithm="sha256").hexdigest()
