"""What the installed libraries can say to an editor, and what of it this portal can't say in
Vietnamese. `make messages` adds that to site/locale_admin, to be translated after an upgrade.

Strings are taken from the libraries' code, templates and scripts, not from the catalogues that they
ship: those are sometimes older than the code.
"""

import json
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import django
import polib
from django.apps import apps
from django.conf import settings
from django.utils.translation import trans_real

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "site" / "locale_admin" / "vi" / "LC_MESSAGES"
INSTALLED = Path(sysconfig.get_path("purelib"))

# Libraries that translate through Django's catalogues.
LIBRARIES = [
    "django",
    "django_filters",
    "django_tasks",
    "laces",
    "modelcluster",
    "modelsearch",
    "permissionedforms",
    "rest_framework",
    "taggit",
    "treebeard",
    "wagtail",
    "wagtail_modeladmin",
]
# What isn't asked of them, and why nobody meets it. An application that isn't in INSTALLED_APPS is
# left out without being named here (see `left_out`).
LEFT_OUT = {
    "django/conf": "names of the world's languages (this portal offers one), templates of projects",
    "django/core/management": "commands, for developers",
    "django/contrib/admin": "Django's own admin: no address leads there",
    "django/contrib/admindocs": "part of Django's own admin",
    "django/views/templates": "pages of a developer's DEBUG",
    "rest_framework/templates": "the browsable API: answers are JSON only",
    "taggit/admin.py": "part of Django's own admin",
    "treebeard/templates": "part of Django's own admin",
    "treebeard/admin.py": "part of Django's own admin",
    "treebeard/forms.py": "part of Django's own admin",
    "wagtail/project_template": "what `wagtail start` copies",
    "wagtail/test": "Wagtail's own tests",
}
# Not in INSTALLED_APPS, so their own catalogues aren't read, but others speak through them: Wagtail
# tells the time with the one, wagtail_modeladmin has its filters from the other.
SPEAKS_UNINSTALLED = {"django/contrib/humanize", "django/contrib/admin/filters.py"}
TESTS = {"tests", "test", "locale", "migrations"}
SAYS_SOMETHING = re.compile(r"gettext|trans|\b_\(")


def left_out():
    """Folders and files of LIBRARIES, relative to where they are installed."""
    installed = {Path(config.path) for config in apps.get_app_configs()}
    idle = {
        str(file.parent.relative_to(INSTALLED))
        for library in LIBRARIES
        for file in (INSTALLED / library).glob("*/**/apps.py")
        if file.parent not in installed
    }
    return idle | LEFT_OUT.keys()


def sources():
    """(path relative to where it is installed, text) of what may hold strings."""
    skipped = left_out()
    for library in LIBRARIES:
        for file in sorted((INSTALLED / library).rglob("*")):
            path = file.relative_to(INSTALLED)
            if file.suffix not in {".py", ".html", ".txt"} or TESTS.intersection(path.parts):
                continue
            folders = {str(part) for part in [path, *path.parents]}
            if folders & skipped and not folders & SPEAKS_UNINSTALLED:
                continue
            text = file.read_text(encoding="utf-8")
            if SAYS_SOMETHING.search(text):
                yield path, text


def django_strings():
    """Entries of the libraries' Python and templates, as Django's own makemessages finds them."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in sources():
            copy = Path(folder) / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, encoding="utf-8")
        (Path(folder) / "locale").mkdir()
        subprocess.run(
            [
                *(sys.executable, "-m", "django", "makemessages", "--locale", "vi"),
                *("--extension", "py,html,txt", "--add-location", "file"),
            ],
            cwd=folder,
            # Without settings: this folder is no project.
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ""},
            check=True,
            capture_output=True,
        )
        return list(polib.pofile(f"{folder}/locale/vi/LC_MESSAGES/django.po"))


# Wagtail's scripts are bundles. The module that holds its gettext says under which short names the
# others call it: n.d(t,{AP:()=>r,WI:()=>i}).
BUNDLED_GETTEXT = re.compile(
    r"function (?P<one>\w)\(e\)\{const t=window\.django\?\.gettext;.{0,80}?\}"
    r"function (?P<many>\w)\(e,t,n\)\{const r=window\.django\?\.ngettext;.{0,80}?\}"
    r"n\.d\(t,\{(?P<exports>[^}]*)\}\)"
)
STRING = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`(?:[^`\\$]|\\.)*`'


def script_strings():
    """{(singular, plural or "")} of Wagtail's compiled scripts."""
    scripts = {
        file: file.read_text(encoding="utf-8")
        for app in apps.get_app_configs()
        if Path(app.path).is_relative_to(INSTALLED / "wagtail")
        for file in sorted(Path(app.path, "static").rglob("*.js"))
    }
    module = next(filter(None, map(BUNDLED_GETTEXT.search, scripts.values())))
    names = {name: short for short, name in re.findall(r"(\w+):\(\)=>(\w)", module["exports"])}
    one, many = names[module["one"]], names[module["many"]]
    found = set()
    for text in scripts.values():
        for call in re.finditer(rf"\(0,\w+\.({one}|{many})\)\(", text):
            said = [unquoted(said) for said in re.findall(STRING, argument(text, call.end()))]
            if call[1] == one:
                # (0,u.AP)(open ? "Collapse all" : "Expand all")
                found |= {(each, "") for each in said}
            elif said:
                found.add((said[0], said[1]))
    return found


def argument(text, start):
    """What stands between this parenthesis and its end."""
    depth, position = 1, start
    while depth:
        if string := re.compile(STRING).match(text, position):
            position = string.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        position += 1
    return text[start : position - 1]


def unquoted(literal):
    return json.loads('"' + literal[1:-1].replace("\\'", "'").replace('"', '\\"') + '"')


def answered(entry, catalogue):
    """Whether a catalogue (what gettext made of .mo files) has this entry."""
    key = f"{entry.msgctxt}\x04{entry.msgid}" if entry.msgctxt else entry.msgid
    return catalogue.get((key, 0) if entry.msgid_plural else key) is not None


def django_catalogue():
    """All that the running portal has, merged as Django does: {key: what it says}."""
    return answers(trans_real.translation("vi"))


def answers(translation):
    # Not items(): that one also has what another catalogue says better. The catalogue is no
    # mapping: it can't be iterated but by its keys.
    return {key: translation._catalog[key] for key in translation._catalog.keys()}  # noqa: SIM118


def script_catalogue():
    """What /admin/jsi18n/ gives to the admin's scripts."""
    folders = [str(Path(apps.get_app_config("wagtailadmin").path, "locale"))]
    return answers(trans_real.DjangoTranslation("vi", "djangojs", folders))


def missing_django_strings():
    catalogue = django_catalogue()
    return [entry for entry in django_strings() if not answered(entry, catalogue)]


def missing_script_strings():
    catalogue = script_catalogue()
    entries = [
        polib.POEntry(msgid=one, msgid_plural=many, msgstr_plural={0: ""} if many else {})
        for one, many in sorted(script_strings())
    ]
    return [entry for entry in entries if not answered(entry, catalogue)]


def add_missing():
    """Untranslated entries at the end of the catalogues; how many."""
    added = 0
    for domain, entries in {
        "django": missing_django_strings(),
        "djangojs": missing_script_strings(),
    }.items():
        catalogue = polib.pofile(str(CATALOGUES / f"{domain}.po"), wrapwidth=78)
        for entry in entries:
            entry.occurrences = []
            catalogue.append(entry)
        if entries:
            catalogue.save()
        added += len(entries)
    return added


if __name__ == "__main__":
    django.setup(set_prefix=False)
    sys.stdout.write(f"{settings.LANGUAGE_CODE}: {add_missing()} strings to translate\n")
