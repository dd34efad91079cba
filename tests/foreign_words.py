"""Words that are not Vietnamese: what no screen, mail or catalogue may show to an editor.

They are told by their spelling, not by a list, so that a word nobody thought of is found too. A
Vietnamese word is one syllable, and without marks only few syllables can be written; hardly an
English word of more than two letters is one of them. The rest ("no", "day") is found where it
stands alone, as a string that the catalogues translate.
"""

import re
import unicodedata

# Syllables that are written with no mark at all: the level tone, on vowels without a hat or a horn.
# One that ends in c, ch, p or t has another tone, so it is never written so.
SYLLABLE = re.compile(
    r"(?:ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?"
    r"(?:oang|oanh|oong|uynh|ang|anh|eng|inh|oai|oam|oan|oao|oay|oen|ong|ung|uya|uyu"
    r"|ai|am|an|ao|au|ay|em|en|eo|ia|im|in|iu|oa|oe|oi|om|on|ua|ui|um|un|uy|[aeiouy])"
)
WORD = re.compile(r"[^\W\d_]+")
# UBND, PDF; kinds of directives: CTr, TTr.
ABBREVIATION = re.compile(r"[A-Z]{2,}[a-z]?|[A-Za-z]")
# What isn't prose: addresses, names of files, versions, names that programs use, and words that
# were cut off.
CODE = re.compile(
    r"""\S+@\S+ | \w+://\S* | (?<!\S)/\S* | \S*[_=\#{}\\]\S* | \S*\w\.\w\S* | <[^>]*>
    | %\(\w+\)[srd] | %[sd] | &\w+; | \w*\d\w* | \b\w{1,3}…""",
    re.VERBOSE,
)

ALLOWED = {
    # Taken over by Vietnamese as they are.
    *("audio", "cookie", "email", "internet", "logo", "menu", "online", "pixel", "podcast"),
    *("video", "web", "website"),
    # Keys, units, and a time of day.
    *("alt", "ctrl", "enter", "esc", "shift", "tab"),
    *("gb", "kb", "km", "mb", "mm", "px", "am", "pm"),
    # Money, and where it is from.
    *("baht", "canada", "dinar", "euro", "franc", "krona", "krone", "kuwait", "malaysia"),
    *("ringgit", "riyal", "rupee", "singapore", "won"),
    # Names.
    *("django", "embedly", "excel", "facebook", "javascript", "meteo", "norway", "open"),
    *("vietcombank", "vimeo", "wagtail", "word", "youtube", "zalo"),
}


def foreign_words(text):
    """In their order."""
    prose = CODE.sub(" ", unicodedata.normalize("NFC", text))
    return [word for word in WORD.findall(prose) if is_foreign(word)]


def is_foreign(word):
    if not word.isascii() or ABBREVIATION.fullmatch(word) or word.casefold() in ALLOWED:
        return False
    return SYLLABLE.fullmatch(word.casefold()) is None


def mistakable(catalogue):
    """What of the English in a catalogue (msgid: msgstr) looks like Vietnamese: "No", "Day".

    For where it stands alone: nothing tells "no" in a Vietnamese sentence.
    """
    strings = {
        (key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2]: said
        for key, said in catalogue.items()
    }
    return {
        string.casefold()
        for string, said in strings.items()
        if said.casefold() != string.casefold()
        and not foreign_words(string)
        and re.fullmatch(r"[A-Za-z ]{2,}", string)
    }
