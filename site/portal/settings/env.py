"""Reading the environment, loudly: a value that cannot be understood stops the start."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name, default=""):
    return os.environ.get(name, "").strip() or default


def required(name):
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment.")
    return value


def flag(name, default=False):
    value = os.environ.get(name)
    if value is None:
        return default
    value = value.strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes (1) nor no (0).")


def number(name, default, least=1):
    """A whole number, seconds unless the setting says otherwise."""
    value = text(name)
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {least} on.")
    return int(value)


def names(name, default=()):
    """A comma-separated list."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or list(default)


def file(name):
    """The path of a file that is there, or ""."""
    value = text(name)
    if value and not Path(value).is_file():
        raise ImproperlyConfigured(f"{name}={value!r} is no file.")
    return value


def bucket(name):
    """What `https://key:secret@host/bucket?region=…` says, as django-storages names it; or None.

    As in DATABASE_URL, what stands in key and secret and means something in an address is
    percent-encoded.
    """
    value = text(name)
    if not value:
        return None
    parts = urlsplit(value)
    bucket_name = parts.path.strip("/")
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    region = asked.pop("region", None)
    is_whole = parts.hostname and parts.username and parts.password and bucket_name
    if parts.scheme not in ("http", "https") or not is_whole or "/" in bucket_name or asked:
        # Without the value, in which a secret stands.
        raise ImproperlyConfigured(f"{name} is not https://key:secret@host/bucket?region=….")
    return {
        "endpoint_url": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        "bucket_name": bucket_name,
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        # What servers take that know no regions.
        "region_name": region or "us-east-1",
    }


class Providers:
    """The providers that lie in a folder, one a file, as operators name them."""

    def __init__(self, folder):
        files = (path for path in folder.glob("*.py") if "\ndef fetch(" in path.read_text("utf-8"))
        self.known = sorted(path.stem for path in files)

    def chain(self, name, default):
        """Their names, in order; `off` for none."""
        value = names(name, default)
        if value == ["off"]:
            return []
        if unknown := set(value) - set(self.known):
            raise ImproperlyConfigured(
                f"{name} names {', '.join(sorted(unknown))}; there are {', '.join(self.known)}."
            )
        return value

    def addresses(self):
        """{name: where operators want it to be asked, or ""}"""
        return {name: text(f"{name.upper()}_URL") for name in self.known}
