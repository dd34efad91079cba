"""A public installation: nothing well-known, everything over TLS, pictures by the web server."""

from django.core.exceptions import ImproperlyConfigured

from . import env
from .base import *

if env.flag("DEBUG"):
    raise ImproperlyConfigured("DEBUG shows the inside of the portal: never in production.")

SECRET_KEY = env.required("SECRET_KEY")
if "insecure" in SECRET_KEY or len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "SECRET_KEY must be a secret of at least 50 random characters, not the shipped one."
    )
ALLOWED_HOSTS = [*env.required("ALLOWED_HOSTS").replace(" ", "").split(",")]
BASE_URL = env.required("BASE_URL")
WAGTAILADMIN_BASE_URL = BASE_URL
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", [BASE_URL])

SERVE_MEDIA = env.flag("SERVE_MEDIA", False) or S3 is not None
# The web server that ends TLS.
PROXY_COUNT = env.number("PROXY_COUNT", 1, least=0)

SECURE_SSL_REDIRECT = True
# The web server in front says which requests came over TLS, and strips the header from others.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 63072000
# The portal's host name is its own; what is below it is served by the same office, over TLS too.
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

POST_OFFICE["BACKENDS"] = {"default": "django.core.mail.backends.smtp.EmailBackend"}
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
# A mail server that hangs must not hang an editor's approval.
EMAIL_TIMEOUT = 10
