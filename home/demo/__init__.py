"""The demo: a small province to try the portal with, and the accounts to try it as.

Content is data here and Vietnamese on purpose; nothing in it is a real document or person."""

from .accounts import (
    ACCOUNTS,
    DEMO_EMAIL_DOMAIN,
    PASSWORD,
    demo_accounts,
    retire_accounts,
)
from .loading import load

__all__ = [
    "ACCOUNTS",
    "DEMO_EMAIL_DOMAIN",
    "PASSWORD",
    "demo_accounts",
    "load",
    "retire_accounts",
]
