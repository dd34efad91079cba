"""How text becomes the words that an index holds and a question is read into: one way for both.

A word is kept twice. Plain, "chi" for Chỉ and "duong" for Đường: what most people type. And with
its marks, in the one spelling of the several that are in use: "hòa" for hoà, Đ for Ð.
"""

import codecs
import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import tantivy

# Keys and addresses without an end are no words, and cost as much as a page of them.
LONGEST_WORD = 40  # bytes

# Latin letters with the marks that the language has.
VIETNAMESE = [
    letter
    for letter in map(
        # The horned o and u lie between.
        chr,
        (*range(0x61, 0x7B), *range(0xE0, 0x180), 0x1A1, 0x1B0, *range(0x1EA0, 0x1EFA)),
    )
    if letter.islower()
]

# The tone may stand over either of two vowels where no letter follows: hòa, hoà. In "quý", the u
# belongs to the consonant.
TONES = {
    unicodedata.normalize("NFC", f"{first}{second}{tone}"): unicodedata.normalize(
        "NFC", f"{first}{tone}{second}"
    )
    for first, second in ("oa", "oe", "uy")
    for tone in "\u0300\u0301\u0303\u0309\u0323"
}
OLD_TONES = re.compile(rf"(?<!q)(?:{'|'.join(TONES)})(?!\w)")


def _analyzer(*filters):
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for one in (tantivy.Filter.remove_long(LONGEST_WORD), tantivy.Filter.lowercase(), *filters):
        builder = builder.filter(one)
    return builder.build()


PLAIN = _analyzer(tantivy.Filter.ascii_fold())
MARKED = _analyzer()


class Word(NamedTuple):
    plain: str
    marked: str


def composed(text):
    """As one code point a letter; what the analyzers expect, and what readers are shown."""
    # U+00D0 is the Icelandic Eth, which old fonts wrote for Đ. Six times as fast as a table.
    return unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ")


def modern(text):
    """Composed and lower-case, with tones where schools put them today: "hoà", "HÒA" -> "hòa"."""
    return OLD_TONES.sub(lambda found: TONES[found[0]], composed(text).lower())


def words(text):
    """The Words of a text, in its order."""
    text = modern(text)
    return list(map(Word, PLAIN.analyze(text), MARKED.analyze(text)))


def _in_step():
    """For codecs: a byte for each letter, and for each of these bytes the plain letter."""
    letters = {letter: PLAIN.analyze(letter) for letter in [*"0123456789", *VIETNAMESE]}
    letters = {letter: plain[0] for letter, plain in letters.items() if len(plain[0]) == 1}
    others = " .,;:?!()/-\"'–…“”"
    plain = f" {''.join(letters.values())}{' ' * len(others)}".encode()
    # The first is there for codecs, which wants it to be this.
    return codecs.charmap_build(f"\0{''.join(letters)}{others}"), plain.ljust(256)


_LETTERS, _PLAIN_LETTERS = _in_step()


def in_step(text):
    """A composed text in plain letters, as long as it is: character by character. What is no Latin
    letter and no digit is a space.

    A hundredth of the time that analysis takes."""
    # The one capital whose small letter is two characters.
    lower = text.replace("İ", "I").lower()
    return codecs.charmap_encode(lower, "replace", _LETTERS)[0].translate(_PLAIN_LETTERS).decode()


@cache
def initials(letter):
    """The letters that a plain one stands for: "d" -> dđ, "u" -> uúùủũụưứừửữự."""
    return [one for one in VIETNAMESE if PLAIN.analyze(one) == [letter]] or [letter]


def pairs(plain):
    """Neighbours joined: most words of the language are two syllables. ["chi", "thi"] -> chi_thi"""
    return " ".join(map("_".join, pairwise(plain)))
