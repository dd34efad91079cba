"""The tests that look for English (walks of the admin, mails, catalogues) would see it."""

import polib
import pytest
from django.urls import reverse
from django.utils import translation

from tests import installed_strings
from tests.foreign_words import CODE, WORD, foreign_words, mistakable

pytestmark = pytest.mark.once


def test_english_is_told_from_vietnamese_by_its_spelling():
    assert foreign_words("Lưu bản nháp rồi gửi duyệt, xem trước ở cỡ điện thoại") == []
    assert foreign_words("Trang cha cho bài tin: không thay theo loang, khuya, quanh co") == []
    assert foreign_words("Save Draft") == ["Save", "Draft"]
    assert foreign_words("Đã lưu 3 pages trong workflow “Duyệt”") == ["pages", "workflow"]


def test_addresses_files_and_abbreviations_are_no_words():
    text = (
        "UBND gửi van-thu@quangtri.example, xem https://example.org/some/page và CTr, bao-cao.pdf"
    )
    assert foreign_words(text) == []


def test_hardly_any_english_string_would_go_unseen():
    """Of all that the libraries can say: what isn't told by a word is told as a whole."""
    catalogue = installed_strings.django_catalogue()
    strings = mistakable(catalogue)
    unseen = {
        entry.msgid
        for entry in installed_strings.django_strings()
        if WORD.search(CODE.sub(" ", entry.msgid))
        if not foreign_words(entry.msgid) and entry.msgid.casefold() not in strings
    }
    assert unseen <= UNSEEN


# Abbreviations, what both languages write alike, and a few with a placeholder.
UNSEEN = {
    *("%s GB", "%s KB", "%s MB", "%s PB", "%s TB", "PM", "AM", "a.m.", "p.m.", "ID"),
    *("by %(user)s", "By %(filter_title)s", "%(time)s by %(user_display_name)s"),
    *("%(action)s by <b>%(who)s</b>", "Wagtail API v2", "%(num)d day"),
}


@pytest.mark.django_db
def test_an_untranslated_screen_is_noticed(client, settings):
    # Not by another LANGUAGE_CODE: Django remembers the addresses that it makes of it.
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if name != "articles.languages.LanguageOfPath"
    ]
    with translation.override("en"):
        english = client.get(reverse("wagtailadmin_login")).content.decode()
    assert {"Sign", "Password", "Remember"} <= set(foreign_words(english))


def test_a_catalogue_entry_in_english_is_noticed():
    assert foreign_words(polib.POEntry(msgstr="Thêm một snippet mới").msgstr) == ["snippet"]
