"""Settings refuse to start with what would harm; each case is a process of its own."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.logs import NotOfTasks

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "SECRET_KEY": "x1" * 40,
    "ALLOWED_HOSTS": "portal.example",
    "BASE_URL": "https://portal.example",
    "DATABASE_URL": "sqlite://:memory:",
}


def start(tmp_path, settings, code="import django; django.setup()", **environment):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=inherited
        | {
            "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": f"portal.settings.{settings}",
            "DATA_DIR": str(tmp_path),
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_starts_with_everything_set(tmp_path):
    result = start(tmp_path, "production", **GOOD)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "insecure-key-of-the-embedded-default-never-for-the-public"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"BASE_URL": ""}, "BASE_URL"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"DEBUG": "yess"}, "yess"),
        ({"RATES_INTERVAL": "soon"}, "RATES_INTERVAL"),
        ({"RATES_INTERVAL": "0"}, "RATES_INTERVAL"),
        ({"DATABASE_REPLICA_URL": "postgres://copy/portal"}, "DATABASE_REPLICA_URL"),
        ({"S3_URL": "s3.example/tep"}, "S3_URL"),
        ({"S3_URL": "https://s3.example/tep"}, "S3_URL"),
        ({"S3_URL": "https://k:bi-mat@s3.example"}, "S3_URL"),
        ({"S3_URL": "https://k:bi-mat@s3.example/tep/anh"}, "S3_URL"),
        ({"S3_URL": "https://k:bi-mat@s3.example/tep?vung=hn"}, "S3_URL"),
    ],
)
def test_production_refuses_what_would_harm(tmp_path, changes, complaint):
    result = start(tmp_path, "production", **(GOOD | changes))
    assert result.returncode != 0
    assert complaint in result.stderr.splitlines()[-1]
    assert "bi-mat" not in result.stderr


LOOK = """
import sys
import django; django.setup()
from django.conf import settings
from django.core.files.storage import default_storage
url = default_storage.url("images/a.webp")
print(url, settings.SERVE_MEDIA, settings.S3, "boto3" in sys.modules)
"""


def test_files_lie_on_the_disk_and_nothing_of_a_bucket_is_loaded(tmp_path):
    result = start(tmp_path, "production", LOOK, **GOOD)
    assert result.stdout.strip() == "/media/images/a.webp False None False", result.stderr


def test_files_lie_in_the_bucket_that_is_named(tmp_path):
    address = {"S3_URL": "https://ki%40:b%2Fm@s3.example:9000/tep?region=hn-1"}
    # As nginx wanted it until now.
    address["SERVE_MEDIA"] = "0"
    told = start(tmp_path, "production", LOOK, **(GOOD | address)).stdout
    options = {
        "endpoint_url": "https://s3.example:9000",
        "bucket_name": "tep",
        "access_key": "ki@",
        "secret_key": "b/m",
        "region_name": "hn-1",
    }
    assert told.strip() == f"/media/images/a.webp True {options} True"


def test_production_refuses_to_serve_with_demo_accounts(tmp_path):
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}"}
    prepare = """
import django; django.setup()
from django.core.management import call_command
from django.contrib.auth import get_user_model
from home.demo import DEMO_EMAIL_DOMAIN
call_command("migrate", verbosity=0)
get_user_model().objects.create_user("bientap", f"bientap@{DEMO_EMAIL_DOMAIN}", "x")
"""
    assert start(tmp_path, "dev", prepare, **database).returncode == 0
    serve = "import portal.wsgi"
    refused = start(tmp_path, "production", serve, **(GOOD | database))
    assert refused.returncode != 0
    assert "--retire-accounts" in refused.stderr
    retire = """
import django; django.setup()
from django.core.management import call_command
call_command("load_demo", "--retire-accounts")
"""
    retired = start(tmp_path, "production", retire, **(GOOD | database))
    assert retired.returncode == 0, retired.stderr
    served = start(tmp_path, "production", serve, **(GOOD | database))
    assert served.returncode == 0, served.stderr


def test_the_demo_is_refused_in_production(tmp_path):
    load = """
import django; django.setup()
from django.core.management import call_command
call_command("load_demo")
"""
    result = start(tmp_path, "production", load, **GOOD)
    assert result.returncode != 0
    assert "Traceback" not in result.stderr or "CommandError" in result.stderr


def test_what_runs_every_five_seconds_fills_no_log():
    quiet = NotOfTasks(["office.tasks.send_mails", "sidebar.tasks.flush_visits"])

    def is_told(name, level, task):
        return quiet.filter(logging.LogRecord(name, level, "", 0, "Task %s", (task,), None))

    flush, other = "sidebar.tasks.flush_visits[1]", "sidebar.tasks.refresh_rates[2]"
    assert not is_told("celery.app.trace", logging.INFO, flush)
    assert is_told("celery.app.trace", logging.INFO, other)
    assert is_told("celery.app.trace", logging.ERROR, flush)
    assert is_told("sidebar.tasks", logging.INFO, flush)


def test_a_replica_is_read_only_where_one_is_named(tmp_path):
    code = "from portal.settings import dev; print(sorted(dev.DATABASES), *dev.MIDDLEWARE[:2])"
    database = {"DATABASE_URL": "postgres://primary/portal"}
    security = "django.middleware.security.SecurityMiddleware"
    without = start(tmp_path, "dev", code, **database)
    assert without.stdout.split(maxsplit=1)[0] == "['default']"
    assert "replica" not in without.stdout
    with_one = start(
        tmp_path, "dev", code, DATABASE_REPLICA_URL="postgres://copy/portal", **database
    )
    assert with_one.stdout.strip() == (
        f"['default', 'replica'] {security} home.replica.ReadFromReplica"
    )
