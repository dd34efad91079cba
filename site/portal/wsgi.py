import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

application = get_wsgi_application()

if not settings.DEMO:
    # Models can be imported only now.
    from home.demo import demo_accounts

    if demo_accounts():
        raise ImproperlyConfigured(
            "The demo accounts, whose password everybody can read, may still log in here. "
            "Run: manage.py load_demo --retire-accounts"
        )
