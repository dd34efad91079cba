"""What can be seen from a text alone. Pure and total: any text, any letters."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..vietnamese import fold

# By plain letters, as `fold` makes them: links that say nothing of where they lead.
EMPTY_WORDS = {
    *("tai day", "o day", "day", "nay", "link", "lien ket", "duong link", "duong dan"),
    *("xem", "xem them", "xem tiep", "xem chi tiet", "chi tiet", "tai ve", "tai xuong", "tai"),
    *("bam vao day", "bam day", "nhan vao day", "nhan day", "click", "click here", "here"),
    *("click vao day", "xem tai day", "xem o day", "tai ve tai day", "doc them", "doc tiep"),
    *("xem them tai day", "chi tiet tai day", "chi tiet xem tai day", "read more", "more"),
}
FILE_NAME = re.compile(
    r"(?:.*\.(?:avif|bmp|gif|heic|jpe?g|png|svg|tiff?|webp)"
    r"|(?:img|dsc[fn]?|pxl|image|photo|anh|hinh|picture|screenshot|z)[-_ ]?\d[\w -]*)",
    re.IGNORECASE,
)
SITE = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}")
# Words that are said in capitals: shorter ones are names of offices (UBND, HĐND).
SHOUTED_LETTERS, SHOUTED_SHARE = 12, 0.8
# Decree 137/2015: code of the province (001 to 096), century and sex, year of birth, six digits.
CITIZEN = re.compile(r"(?<![\d.,/-])0(?:0[1-9]|[1-8]\d|9[0-6])[0-3]\d{2}\d{6}(?![\d/-])")
# A mobile number; those of offices are landlines (02…), which are no secret.
MOBILE = re.compile(r"(?<![\d.,/-])(?:\+84|0)[ .-]?[35789]\d(?:[ .-]?\d){7}(?![\d/-])")
ACCOUNT = re.compile(
    r"(?:\b(?:số\s+tài\s+khoản|tài\s+khoản\s+số|số\s+TK|STK)\b)[^\d\n]{0,20}((?:\d[ .-]?){6,19})",
    re.IGNORECASE,
)
# Of a file: longer ones are read to here.
LONGEST_TEXT = 1_000_000
# Stray marks, by themselves.
LOOSE_MARK = re.compile(r"[\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b]")
# Old fonts wrote Icelandic letters for Đ and đ: they look right and are found by nobody.
ICELANDIC = re.compile("[\u00d0\u00f0]")


@dataclass(frozen=True)
class Personal:
    """What is somebody's own in a text."""

    citizens: int = 0
    mobiles: int = 0
    accounts: int = 0

    def __bool__(self):
        return bool(self.citizens or self.mobiles or self.accounts)


def personal_data(text):
    """How many different numbers of each kind there are."""
    text = unicodedata.normalize("NFC", text[:LONGEST_TEXT])
    accounts = {re.sub(r"\D", "", found) for found in ACCOUNT.findall(text)}
    citizens = set(CITIZEN.findall(text)) - accounts
    mobiles = {re.sub(r"\D", "", found) for found in MOBILE.findall(text)} - accounts
    return Personal(len(citizens), len(mobiles), len(accounts))


def is_empty_phrase(words):
    """Whether a link's words say nothing when they are read aloud alone."""
    return fold(words) in EMPTY_WORDS


def is_address(words):
    """Whether a link's words are an address, which is spelled out letter by letter."""
    words = words.strip()
    if " " in words or not words:
        return False
    if words.lower().startswith(("http://", "https://", "www.")):
        return True
    try:
        parts = urlsplit(f"//{words}")
    except ValueError:
        return False
    # Names of sites are read as names: "chinhphu.vn". What has a path isn't.
    return bool(SITE.fullmatch(parts.hostname or "")) and len(parts.path) > 1 and "@" not in words


def is_file_name(words):
    return bool(FILE_NAME.fullmatch(words.strip()))


def is_shouted(title):
    """Whether a title is written in capitals."""
    letters = [char for char in title if char.isalpha()]
    capitals = sum(char.isupper() for char in letters)
    return len(letters) >= SHOUTED_LETTERS and capitals >= SHOUTED_SHARE * len(letters)


def has_odd_blanks(title):
    return title != " ".join(title.split())


def broken_words(text):
    """Words whose letters are not the ones that they look like: marks typed apart, Icelandic Đ."""
    for word in text.split():
        composed = unicodedata.normalize("NFC", word)
        if composed != word or LOOSE_MARK.search(composed) or ICELANDIC.search(word):
            yield word
