"""Every word that a person sees is Vietnamese, and compiled catalogues are those of the source."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / "site" / "locale" / "vi" / "LC_MESSAGES"
WAGTAILS = ROOT / "site" / "locale_admin" / "vi" / "LC_MESSAGES"
CATALOGUES = [OURS / "django.po", WAGTAILS / "django.po", WAGTAILS / "djangojs.po"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif]|\{\w*\}")


def entries(catalogue):
    return [entry for entry in polib.pofile(str(catalogue)) if not entry.obsolete]


def translations(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_string_is_translated(catalogue):
    missing = [entry.msgid for entry in entries(catalogue) if not entry.translated()]
    assert missing == []


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_placeholders_survive_translation(catalogue):
    for entry in entries(catalogue):
        source = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for translated in translations(entry):
            assert set(PLACEHOLDER.findall(translated)) == source, entry.msgid


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_compiled_catalogue_is_that_of_the_source(catalogue):
    compiled = polib.mofile(str(catalogue.with_suffix(".mo")))
    said = {(entry.msgctxt, entry.msgid): translations(entry) for entry in compiled}
    assert said == {
        (entry.msgctxt, entry.msgid): translations(entry) for entry in entries(catalogue)
    }


def test_no_string_of_the_code_is_missing_from_the_catalogue(tmp_path):
    if not shutil.which("xgettext"):
        pytest.skip("xgettext is missing: apt-get install gettext")
    for name in ["articles", "home", "office", "polls", "sidebar", "site"]:
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", "locale_admin"),
        )
    shutil.copy(ROOT / "manage.py", tmp_path)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale", "vi", "--no-obsolete"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path / "var")},
        check=True,
        capture_output=True,
    )
    fresh = tmp_path / "site" / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    assert keys(fresh) == keys(OURS / "django.po")


def keys(catalogue):
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries(catalogue)}
