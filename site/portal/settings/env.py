"""Reading the environment, loudly: a value that cannot be understood stops the start."""

import os
from pathlib import Path

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
