"""Differences that make the suite fast and keep it from the outside."""

import os

from .base import *

DEMO = True
SECRET_KEY = "test"
# A file: SQLite's shared memory locks whole tables, unlike anything that will ever run. Two runs at
# once have one each.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / f"test-{os.getpid()}.sqlite3"}
# Hashing a password is slow on purpose; tests make many accounts.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# No collectstatic before the tests.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES["pages"] = CACHES["default"] | {"LOCATION": "pages"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A test that counts in Redis takes a database of its own there (redis_url).
REDIS_URL = ""
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
