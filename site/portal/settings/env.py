"""Reading the environment, loudly: a value that cannot be understood stops the start."""

import os

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
