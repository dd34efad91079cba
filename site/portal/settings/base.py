"""Everything that all installations share. Addresses and secrets come from the environment
(README, "Configuration"); dev.py, test.py and production.py hold only what differs."""

from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from . import env

PROJECT_DIR = Path(__file__).resolve().parent.parent
ROOT_DIR = PROJECT_DIR.parent.parent
DATA_DIR = Path(env.text("DATA_DIR", ROOT_DIR / "var")).resolve()

DEBUG = False
# Whether this installation may hold the demo content and its well-known accounts.
DEMO = False
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")
BASE_URL = env.text("BASE_URL", f"http://localhost:{env.text('PORT', '8000')}")

INSTALLED_APPS = [
    "home",
    "articles",
    "sidebar",
    "polls",
    "wagtail.contrib.forms",
    "wagtail.api.v2",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.sitemaps",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "office.wagtail_users.UsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    # After Wagtail, some of whose signals it listens to instead (office/events.py).
    "office",
    "wagtail_modeladmin",
    "modelcluster",
    "taggit",
    "post_office",
    "django_filters",
    "rest_framework",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.pagecache.Compression",
    "home.lifetimes.Lifetimes",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "articles.languages.LanguageOfPath",
    "articles.sites.SiteOfHost",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "office.middleware.ExportLog",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_DIR.parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "home.chrome.chrome",
            ],
        },
    },
]

# Embedded default: SQLite. WAL lets readers go on while one process writes; IMMEDIATE makes a
# writer wait its turn at BEGIN instead of failing in the middle of a transaction.
if database := env.text("DATABASE_URL"):
    DATABASES = {"default": dj_database_url.parse(database)}
else:
    # Not as a URL: a folder's name may hold what an address can't.
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "portal.sqlite3",
        }
    }
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
# A streaming replica of it, which answers public reading (home/replica.py).
if replica := env.text("DATABASE_REPLICA_URL"):
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_REPLICA_URL needs a PostgreSQL in DATABASE_URL.")
    # Each request begins with a question to it that would find a dead connection.
    DATABASES["replica"] = dj_database_url.parse(replica, conn_max_age=60)
    # Seconds, and milliseconds: a machine that is gone says nothing, and readers wait for it.
    DATABASES["replica"]["OPTIONS"] = {
        "connect_timeout": 2,
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "tcp_user_timeout": 4_000,
    } | DATABASES["replica"].get("OPTIONS", {})
    DATABASE_ROUTERS = ["home.replica.Router"]
    MIDDLEWARE.insert(1, "home.replica.ReadFromReplica")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "portal.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 0.25, "socket_timeout": 0.25},
        }
    }
    # Of whole pages, for all web processes (portal/pagecache.py).
    CACHES["pages"] = CACHES["default"] | {
        "BACKEND": "portal.cache.PagesInRedis",
        "KEY_PREFIX": "pages",
    }
    CELERY_BROKER_URL = REDIS_URL
    # A worker takes what it can begin at once: what it put by behind a slow feed, another could do.
    CELERY_WORKER_DISABLE_PREFETCH = True
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "portal_cache",
        }
    }
    CACHES["pages"] = {
        "BACKEND": "portal.cache.PagesInFiles",
        "LOCATION": DATA_DIR / "pages",
        "OPTIONS": {"MAX_ENTRIES": 2_000},
    }
    # kombu's filesystem transport reads what it writes only when both directions are one folder.
    _queue = DATA_DIR / "queue"
    CELERY_BROKER_URL = "filesystem://localhost//"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
    }

# Wagtail writes a rendition to its cache each time it is shown: a page that is only read must not
# write to the database for that, nor ask Redis once for each picture.
CACHES["renditions"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "renditions",
    "TIMEOUT": 60 * 60,
    # Six or so of each picture, a kilobyte each.
    "OPTIONS": {"MAX_ENTRIES": 6_000},
}

SESSION_ENGINE = "portal.sessions"

CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# An hour or so: what a library may keep of each task goes with the child.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Ho_Chi_Minh"

# Feeds. Beat asks each one every so many seconds; a block says so when its figures are older
# than two intervals.
RATES_INTERVAL = env.number("RATES_INTERVAL", 15 * 60)
WEATHER_INTERVAL = env.number("WEATHER_INTERVAL", 30 * 60)
GOLD_INTERVAL = env.number("GOLD_INTERVAL", 30 * 60)
# Who is asked for each, in this order: names of files in sidebar/providers/.
_providers = env.Providers(ROOT_DIR / "sidebar" / "providers")
FEEDS = {
    "rates": _providers.chain("RATES_PROVIDERS", ["vietcombank_json", "vietcombank"]),
    "weather": _providers.chain("WEATHER_PROVIDERS", ["open_meteo", "met_norway"]),
    "gold": _providers.chain("GOLD_PROVIDERS", []),
}
# Where each one is asked, if not where its file says: VIETCOMBANK_URL, OPEN_METEO_URL …
FEED_URLS = _providers.addresses()
# "host:port" that they may send us on to, besides their own.
FEED_HOSTS = env.names("FEED_HOSTS")
# A provider's name must not lead into the office's own network, unless an operator says so.
FEED_ALLOW_PRIVATE = env.flag("FEED_ALLOW_PRIVATE")
# Whether links that editors typed may be asked on this very machine: for tests only, since a link
# must not reach what listens here.
LINKS_ALLOW_LOOPBACK = False
# Certificates to trust in place of those that come with Python, for an office whose lines go
# through a gateway of its own.
FEED_CA_BUNDLE = env.file("FEED_CA_BUNDLE")
# What a run may take at most, in seconds; and for how long a provider is left alone that failed
# three times, at first.
FEED_SECONDS = env.number("FEED_SECONDS", 50)
FEED_PAUSE = env.number("FEED_PAUSE", 5 * 60)
# Whether links to other sites are asked at night whether they still lead somewhere.
CHECK_OUTSIDE_LINKS = env.flag("CHECK_OUTSIDE_LINKS", True)
# Who is told when a feed fails, and when it is well again.
OPERATOR_EMAILS = env.names("OPERATOR_EMAILS")
# MET Norway asks to be told who is asking, and how to reach them.
FEED_USER_AGENT = " ".join(["CongTinh/1.0", BASE_URL, *OPERATOR_EMAILS[:1]])
# How many of our own proxies stand in front, each of which appends to X-Forwarded-For.
PROXY_COUNT = env.number("PROXY_COUNT", 0, least=0)

LANGUAGE_CODE = "vi"
# Readers choose between them by the address (articles/languages.py); the office works in the first.
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "Tiếng Anh")]
WAGTAIL_I18N_ENABLED = True
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES[:1]
# Our own strings, and those of Wagtail that it lacks in Vietnamese.
LOCALE_PATHS = [PROJECT_DIR.parent / "locale", PROJECT_DIR.parent / "locale_admin"]
# Django's own Vietnamese formats print 26345; readers expect 26.345. Grouping is asked for where a
# figure is shown (floatformat:"0g"): switched on for everything, it would also print the ids in
# the admin's addresses as 1.234.
FORMAT_MODULE_PATH = ["portal.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# The editors' guide, and its pictures (office/guide.py).
GUIDE_DIR = ROOT_DIR / "docs" / "huong-dan"
STATICFILES_DIRS = [PROJECT_DIR.parent / "static", ("huong-dan", GUIDE_DIR / "anh")]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
# Where pictures and documents lie in a bucket, and not in MEDIA_ROOT (portal/storage.py).
S3 = env.bucket("S3_URL")
STORAGES = {
    "default": {
        "BACKEND": "portal.storage.Bucket" if S3 else "django.core.files.storage.FileSystemStorage"
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# The embedded default has no web server in front that could serve pictures; those of a bucket no
# web server has, but it keeps what the portal gives it.
SERVE_MEDIA = env.flag("SERVE_MEDIA", True) or S3 is not None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    # Three lines every five or twenty seconds, about nothing that went wrong.
    "filters": {
        "quiet": {
            "()": "portal.logs.NotOfTasks",
            "names": ["sidebar.tasks.flush_visits", "office.tasks.send_mails"],
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["quiet"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Four lines for each save, about nothing that went wrong.
        "django_tasks": {"level": "WARNING"},
        # Four lines each time that no mail waits. Without a handler it brings one of its own.
        "post_office": {"level": "WARNING", "handlers": ["console"], "propagate": False},
        # Its warnings about odd answers hold addresses and tracebacks; feeds.py says what counts.
        "urllib3": {"level": "CRITICAL"},
    },
}

# A mail is queued in the database, with the change that it tells of; beat's task sends it (office/
# mails.py), so that no request waits for the mail server and none is lost when that is away.
EMAIL_BACKEND = "post_office.EmailBackend"
POST_OFFICE = {
    "BACKENDS": {"default": "django.core.mail.backends.console.EmailBackend"},
    "MAX_RETRIES": 8,
    "RETRY_INTERVAL": timedelta(minutes=10),
    # One after the other: the embedded database has one writer.
    "THREADS_PER_PROCESS": 1,
}
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "cong-tinh@localhost")

WAGTAIL_SITE_NAME = "Cổng thông tin điện tử tỉnh Quảng Trị"
WAGTAILADMIN_BASE_URL = BASE_URL
# As people type them here: the admin's calendar takes what it can't read for today.
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y %H:%M"
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = False
WAGTAILADMIN_USER_LOGIN_FORM = "home.forms.OfficeLoginForm"
# What goes online is what both steps have read: a change under review starts them anew.
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "office.publishing.publish"
# Both would send this office's names to somebody else's server.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# The admin's script drops Vietnamese letters when this is off; slugs are folded on the server.
WAGTAIL_ALLOW_UNICODE_SLUGS = True
# Documents are answered by Django, so that privacy rules hold and no script in them can run.
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "doc", "docx", "xls", "xlsx", "odt", "ods", "ppt", "pptx", "zip"]
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "avif"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
# What a telephone of 64 megapixels takes. Cutting it takes 200 MB of a web process.
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 65_000_000
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
WAGTAILDOCS_DOCUMENT_FORM_BASE = "articles.files.KeptDocumentForm"
WAGTAILIMAGES_IMAGE_FORM_BASE = "articles.files.KeptImageForm"
# "Bão lũ" and "bão lũ" are one tag.
TAGGIT_CASE_INSENSITIVE = True
# Readers search this machine's index, which is kept in any case (articles/search/local.py).
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "articles.search.backend"}}
if OPENSEARCH_URL := env.text("OPENSEARCH_URL"):
    WAGTAILSEARCH_BACKENDS = {
        "default": {
            "BACKEND": "articles.search.opensearch",
            "URLS": OPENSEARCH_URL.split(","),
            "INDEX_PREFIX": "cong_tinh_",
            "TIMEOUT": 5,
        },
        "local": WAGTAILSEARCH_BACKENDS["default"],
    }
# Each machine's own; made anew from the database when it is missing.
SEARCH_DIR = DATA_DIR / "search"
# Where this machine's hits wait while Redis is away.
HITS_DIR = DATA_DIR / "hits"
# The API (articles/api.py) answers everybody alike: it asks for no session and knows no user.
WAGTAILAPI_LIMIT_MAX = 50
WAGTAILAPI_SEARCH_ENABLED = False
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
