import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import reverse

# What is imported stays for good: looking for what of it may go takes a seventh of the start.
gc.disable()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

application = get_wsgi_application()

# Needs models, which can be imported only now.
from portal.pagecache import PageCache  # noqa: E402

if settings.REDIS_URL:
    # Asks for addresses, which can be known only now.
    from home.live import FastLive

    application = FastLive(application)
application = PageCache(application)

# Pages send tasks too. Imported only now, for it reads the settings; the default of all threads,
# since a new application is only that of the thread which made it.
from portal.celery import app  # noqa: E402

app.set_default()

if not settings.DEMO:
    # Models can be imported only now.
    from home.demo import demo_accounts

    if demo_accounts():
        raise ImproperlyConfigured(
            "The demo accounts, whose password everybody can read, may still log in here. "
            "Run: manage.py load_demo --retire-accounts"
        )

# What the first request would have to fill, or to import.
reverse("healthz")
import_module("articles.register")

# Nor is all this looked through again while readers wait, which would take 0.1 s.
gc.collect()
gc.freeze()
gc.enable()
