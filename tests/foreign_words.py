"""Words that are not Vietnamese: what a screen, a mail or a catalogue must not show to an editor.

English is told by its spelling, not by a list of words, so that a word nobody thought of is found
too: written without marks, hardly an English word of more than two letters is a Vietnamese
syllable. Those that are ("the", "no", "can") don't come alone.
"""

import re
import unicodedata

# Syllables that are written with no mark at all: the level tone, on vowels without a hat or a horn.
# One that ends in c, ch, p or t has a tone, so it is never written so.
SYLLABLE = re.compile(
    r"(?:ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?"
    r"(?:oang|oanh|oong|uynh|ang|anh|eng|inh|oai|oam|oan|oao|oay|oen|ong|ung|uya|uyu"
    r"|ai|am|an|ao|au|ay|em|en|eo|ia|im|in|iu|oa|oe|oi|om|on|ua|ui|um|un|uy|[aeiouy])"
)
# Not prose: addresses, names of files, versions, patterns, keys of records.
CODE = re.compile(
    r"\S+@\S+|\w+://\S+|(?<!\S)/\S*|\S*[_=#{}<>\\]\S*|\S*\w\.\w\S*|%\(\w+\)[sd]|%[sd]|&\w+;|\S*\d\S*"
)
WORD = re.compile(r"[^\W\d_]+")

ALLOWED = {
    # Words that Vietnamese has taken over as they are.
    *"video audio logo menu internet web website online podcast pixel".split(),
    # Kinds of files, units, and what has no other name.
    *"px kb mb gb am pm".split(),
    # Names.
    *"Wagtail Django Excel Word Facebook Zalo YouTube Vimeo Vietcombank".split(),
}
_ALLOWED = {word.casefold() for word in ALLOWED}


def foreign_words(text):
    """In their order. Abbreviations (UBND, PDF, URL) belong to both languages."""
    prose = CODE.sub(" ", unicodedata.normalize("NFC", text))
    return [word for word in WORD.findall(prose) if is_foreign(word)]


def is_foreign(word):
    if not word.isascii() or word.isupper() or word.casefold() in _ALLOWED:
        return False
    return SYLLABLE.fullmatch(word.casefold()) is None


def english(text):
    return foreign_words(text)
