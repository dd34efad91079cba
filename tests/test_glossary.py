"""What editors read keeps to docs/thuat-ngu.md: the tables there are what is tested here."""

import re
from pathlib import Path

import polib
import pytest

from tests import installed_strings
from tests.foreign_words import CODE, foreign_words

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = (ROOT / "docs" / "thuat-ngu.md").read_text(encoding="utf-8")
# What operators and programs call by these names: headers, values, commands, shapes of dates.
NAMES_OF_PROGRAMS = {
    *("Accept", "Atom", "Referer", "Referrer", "referrer", "Policy", "basic", "token", "Token"),
    *("Do", "Not", "Track", "Global", "Privacy", "Control"),
    *("False", "Python", "PostgreSQL", "Redis", "make", "var", "last", "from"),
    *("byte", "googol", "ss", "uuuuuu"),
    *("Docker", "Procfile", "only", "serve", "set", "systemd", "up"),
}
OURS = ROOT / "site" / "locale" / "vi" / "LC_MESSAGES" / "django.po"


def table(heading):
    """The rows of the table under a heading, each cell a list of words."""
    lines = GLOSSARY.partition(f"## {heading}\n")[2].partition("\n## ")[0].splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("|")][2:]
    assert rows, heading
    return [[[word.strip() for word in cell.split(",")] for cell in row] for row in rows]


def plain(text):
    """Without markup, addresses and placeholders."""
    return CODE.sub(" ", text)


def has(text, word):
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)


@pytest.fixture(scope="module")
def of_libraries():
    """{(English, Vietnamese)}, as the portal answers."""
    catalogue = installed_strings.django_catalogue()
    scripts = installed_strings.script_catalogue()
    return {
        *((entry.msgid, said(entry, catalogue)) for entry in installed_strings.django_strings()),
        *((key if isinstance(key, str) else key[0], text) for key, text in scripts.items() if key),
    }


@pytest.fixture(scope="module")
def sayings(of_libraries):
    """Those, and our own."""
    catalogue = installed_strings.django_catalogue()
    ours = {
        (entry.msgid, said(entry, catalogue))
        for entry in polib.pofile(str(OURS))
        if not entry.obsolete
    }
    return sorted(of_libraries | ours)


def said(entry, catalogue):
    key = f"{entry.msgctxt}\x04{entry.msgid}" if entry.msgctxt else entry.msgid
    return catalogue.get((key, 0) if entry.msgid_plural else key) or ""


def test_a_term_of_the_admin_is_always_translated_by_its_word(of_libraries):
    """Ours are free: a document of ours is a directive, not a file."""
    astray = [
        (term, english, text)
        for [term], words, avoided in table("Từ của trang quản trị")
        for english, text in sorted(of_libraries)
        if has(plain(english), term)
        if not any(has(text, word) for word in words)
        or any(word and has(plain(text), word) for word in avoided)
    ]
    assert astray == []


def test_no_word_is_used_that_the_glossary_forbids(sayings):
    astray = [
        (word, english, text)
        for avoided, _words in table("Từ không dùng ở đâu cả")
        for word in avoided
        for english, text in sayings
        if has(plain(text), word)
    ]
    assert astray == []


def test_nothing_in_the_catalogues_is_left_in_english(sayings):
    astray = [
        (english, text) for english, text in sayings if set(foreign_words(text)) - NAMES_OF_PROGRAMS
    ]
    assert astray == []
