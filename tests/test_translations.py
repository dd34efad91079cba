"""Every word that a person sees is Vietnamese, and compiled catalogues are those of the source."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

from tests import installed_strings

pytestmark = pytest.mark.once

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


@pytest.fixture(scope="module")
def django_strings():
    return installed_strings.django_strings()


def test_no_library_says_a_word_that_the_portal_cannot_say_in_vietnamese(django_strings):
    catalogue = installed_strings.django_catalogue()
    missing = [
        f"{entry.msgid}  ({', '.join(file for file, _line in entry.occurrences)})"
        for entry in django_strings
        if not installed_strings.answered(entry, catalogue)
    ]
    assert missing == [], "make messages adds them to site/locale_admin"


def test_no_script_of_the_admin_says_a_word_that_it_is_not_given_in_vietnamese():
    missing = installed_strings.missing_script_strings()
    assert [entry.msgid for entry in missing] == [], "make messages adds them to site/locale_admin"


def test_what_the_libraries_ship_as_translatable_is_found_in_their_code(django_strings):
    """The other way round: it would show an extraction that reads too little."""
    found = {(entry.msgctxt, entry.msgid) for entry in django_strings}
    skipped = installed_strings.left_out()
    lost = {
        entry.msgid
        for library in ("wagtail", "taggit")
        for shipped in (installed_strings.INSTALLED / library).glob("**/en/LC_MESSAGES/django.po")
        if not skipped.intersection(
            str(folder.relative_to(installed_strings.INSTALLED)) for folder in shipped.parents[:5]
        )
        for entry in entries(shipped)
        if (entry.msgctxt, entry.msgid) not in found
    }
    # Of an application that is not installed and has no catalogue of its own.
    assert lost == {"Wagtail frontend cache"}

    scripts = installed_strings.INSTALLED / "wagtail/admin/locale/en/LC_MESSAGES/djangojs.po"
    shipped = {(entry.msgid, entry.msgid_plural) for entry in entries(scripts)}
    assert shipped == installed_strings.script_strings()


def test_a_string_that_a_new_version_brings_is_noticed():
    """Told by context and number too: "Ready" alone is no answer to "Ready" of a task."""
    catalogue = installed_strings.django_catalogue()
    for entry in (
        polib.POEntry(msgid="Brew coffee"),
        polib.POEntry(msgid="Home", msgctxt="of a snail"),
        polib.POEntry(msgid="Home", msgid_plural="Homes"),
    ):
        assert not installed_strings.answered(entry, catalogue)
    assert installed_strings.answered(polib.POEntry(msgid="Home"), catalogue)


def test_our_words_do_not_override_those_of_the_admin():
    """One msgid has one answer: where we use an English word that a library uses too, in another
    sense, it needs a context, or another word."""
    ours = {
        (entry.msgctxt, entry.msgid): translations(entry) for entry in entries(OURS / "django.po")
    }
    theirs = {
        (entry.msgctxt, entry.msgid): translations(entry)
        for entry in entries(WAGTAILS / "django.po")
    }
    differing = {
        key[1]: (ours[key], theirs[key])
        for key in ours.keys() & theirs.keys()
        if ours[key] != theirs[key]
    }
    assert differing == {}


def test_no_translation_waits_for_a_string_that_no_library_has_any_more(django_strings):
    said = {(entry.msgctxt, entry.msgid) for entry in django_strings}
    stale = [
        entry.msgid
        for entry in entries(WAGTAILS / "django.po")
        if (entry.msgctxt, entry.msgid) not in said
    ]
    assert stale == []

    said = installed_strings.script_strings()
    stale = [
        entry.msgid
        for entry in entries(WAGTAILS / "djangojs.po")
        if (entry.msgid, entry.msgid_plural) not in said
    ]
    assert stale == []


def test_vietnamese_is_the_language_that_the_office_starts_with():
    """And the only one: an account's page then offers no choice that is none. Readers have two."""
    assert settings.LANGUAGE_CODE == "vi"
    assert [code for code, _name in settings.WAGTAILADMIN_PERMITTED_LANGUAGES] == ["vi"]
    assert settings.LANGUAGES[0] == settings.WAGTAILADMIN_PERMITTED_LANGUAGES[0]


@pytest.mark.parametrize("template", ["home.html", "shared/header.html"])
def test_a_copied_template_of_wagtail_differs_by_the_words_alone(template):
    """After an upgrade, what Wagtail changed in it has to be taken over."""
    folder = installed_strings.INSTALLED / "wagtail/admin/templates/wagtailadmin"
    wagtails = (folder / template).read_text(encoding="utf-8")
    ours = (ROOT / "site/templates/wagtailadmin" / template).read_text(encoding="utf-8")
    assert ours == wagtails.replace('value="Search"', 'value="{% translate "Search" %}"')


def test_nothing_is_left_out_that_is_installed():
    left_out = installed_strings.left_out()
    assert [path for path in left_out if not (installed_strings.INSTALLED / path).exists()] == []
    installed = {path.replace(".", "/") for path in settings.INSTALLED_APPS}
    assert not left_out & installed


def keys(catalogue):
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries(catalogue)}
