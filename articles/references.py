"""Numbers of documents as people write them: 07/CT-UBND, 15/2024/QĐ-UBND, 57-NQ/TW, "chi thi 7".

Shapes: Decree 30/2020, appendices I and III; the Party's own (57-NQ/TW): Guidance 36-HD/VPTW.
Everything here is pure and total; `types` are pairs (name, abbreviation): ("Chỉ thị", "CT").
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from articles.vietnamese import fold

# No citation is longer, and what a reader types beyond that says nothing about a number. It also
# bounds the work: expressions below may look at the same letters more than once.
LONGEST_TEXT = 200
LONGEST_REFERENCE = 80

TYPOGRAPHY = str.maketrans(
    # U+00D0 and U+00F0 are what old fonts wrote for Đ and đ; the invisible ones come from pasting.
    {"\u00d0": "Đ", "\u00f0": "đ"}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212_", "-")
    | dict.fromkeys("\u2044\u2215\\", "/")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")
)
YEAR = "(?:19|20)[0-9]{2}"
LETTER = "[A-Za-zĂăÂâĐđÊêÔôƠơƯư]"
# QH13, SGD&ĐT, UBND.HC. Digits never come first, so a year is never taken for a part.
PART = f"{LETTER}(?:[.&]?{LETTER}|[0-9])*"
NUMBER = "0{0,4}(?P<number>[1-9][0-9]{0,5})(?P<letter>[A-Za-zĐđ]?)"
REFERENCE = re.compile(
    rf"(?:[Ss][ốỐoO][ .:]*)?{NUMBER}[ /-](?:(?P<year>{YEAR})[ /-])?"
    rf"(?P<symbol>{PART}(?:[ /-]{PART})*)"
)
PARTY_SYMBOL = re.compile(r"/[A-ZĐ]*(?:TW|[TĐH]U)\b")

# What follows a number in a search: a part of the symbol, or a year with or without its day.
NEXT_PART = re.compile("([ /-])([a-z][0-9a-z]*)")
NEXT_YEAR = re.compile(
    rf"(?:[ /-]| nam |(?: ngay)? [0-9]{{1,2}}(?: thang |[/-])[0-9]{{1,2}}(?: nam |[/-]))({YEAR})\b"
    r"(?![ /-][0-9])"  # Not the beginning of a period: 2021-2025.
)
# Vietnamese without its marks. "ubnd", "syt" and "qh13" are none, so they are parts of a symbol.
SYLLABLE = re.compile(
    "(?:[bdhlmrsvx]|ch?|gh?|kh?|ngh?|nh?|ph?|q|t[hr]?)?"
    "(?:[aeiou][aeiouy]{0,2}(?:ch?|m|ng?|nh|p|t)?|y(?:e[mntu])?)"
)
# "báo cáo 6 tháng" and "kế hoạch 5 năm" count something, they aren't numbered so.
UNITS = {"ngay", "tuan", "thang", "quy", "nam", "trieu", "ty"}


class NotAReference(ValueError):
    """The text isn't the number of a document."""


@dataclass(frozen=True)
class Reference:
    """What a document is cited by. Made by `parse` and `read_address`."""

    number: int
    letter: str  # "a" in 07a/KH-UBND, else ""
    year: int | None  # only the one in the number itself: 15/2024/QĐ-UBND
    symbol: str  # CT-UBND

    @property
    def numeral(self):
        """Offices write two digits at least: 07, 07a, 604."""
        return f"{self.number:02}{self.letter}"

    @property
    def parts(self):
        return tuple(fold(self.symbol).split())

    @property
    def key(self):
        """The same for all ways of writing it, in ASCII: 7/ct-ubnd, 15/qd-ubnd/2024.

        The year comes last, so that 15/qd finds 15/2024/QĐ-UBND too. At most 80 characters.
        """
        year = f"/{self.year}" if self.year else ""
        return f"{self.number}{fold(self.letter)}/{'-'.join(self.parts)}{year}"

    def __str__(self):
        if self.year:
            return f"{self.numeral}/{self.year}/{self.symbol}"
        # The Party writes the dash first: 57-NQ/TW, 12-CT/TU.
        joint = "-" if PARTY_SYMBOL.search(self.symbol) else "/"
        return f"{self.numeral}{joint}{self.symbol}"


@dataclass(frozen=True)
class ReferenceQuery:
    """What a reader knows of a document's number."""

    number: int
    letter: str
    year: int | None  # in the number or of signing: readers mix them
    type_names: tuple[str, ...]  # named before the number; several where "da" may be ĐA or DA
    parts: tuple[str, ...]  # folded, perhaps only the first ones: ("ct",)
    words: tuple[str, ...]  # what else was typed, folded

    @property
    def key_start(self):
        """What the keys of the documents meant begin with: "7/ct-ubnd", or "7/"."""
        return f"{self.number}{self.letter}/{'-'.join(self.parts)}"


def parse(text):
    """The Reference that `text` is, all of it; raises NotAReference."""
    cleaned = _clean(text[: LONGEST_TEXT + 1])
    found = REFERENCE.fullmatch(cleaned)
    if not found or len(text) > LONGEST_TEXT or len(cleaned) > LONGEST_REFERENCE:
        raise NotAReference(cleaned[:LONGEST_REFERENCE])
    return Reference(
        number=int(found["number"]),
        letter=found["letter"].lower(),
        year=int(found["year"]) if found["year"] else None,
        symbol=_clean_symbol(found["symbol"]),
    )


def abbreviation_of(symbol, abbreviations):
    """The type's abbreviation that a symbol starts with: "ttr-snv" -> "TTr"; None without one."""
    first = re.split("[/-]", _clean_symbol(symbol))[0]
    folded = fold(first)
    alike = [known for known in abbreviations if folded and fold(known) == folded]
    # HD and HĐ are alike when folded: the one that was written wins, else the first.
    return min(alike, key=lambda known: known.lower() != first.lower(), default=None)


def tidy(symbol, abbreviations):
    """A symbol as it ought to be written: "ttr - snv" -> "TTr-SNV", "qđ-ttg" -> "QĐ-TTg"."""
    symbol = _clean_symbol(symbol)
    known = abbreviation_of(symbol, abbreviations)
    if known:
        symbol = known + symbol[len(re.split("[/-]", symbol)[0]) :]
    # The Prime Minister's: the one issuer's symbol of mixed case that is in everyday use.
    return re.sub(r"\bTTG\b", "TTg", symbol)


def written(number, symbol):
    """Number and symbol as people cite them: 07/CT-UBND, and the Party's 15-CT/TU."""
    is_party = PARTY_SYMBOL.search(symbol) and "/" not in number
    return f"{number}{'-' if is_party else '/'}{symbol}"


def address(reference, year):
    """The last part of the permanent address, `year` being that of signing: 07-CT-UBND-2014."""
    own_year = [str(reference.year)] if reference.year else []
    symbol = [part.upper() for part in reference.parts]
    numeral = f"{reference.number:02}{fold(reference.letter)}"
    return "-".join([numeral, *own_year, *symbol, str(year)])


def read_address(slug):
    """(Reference, year of signing) of an address; marks are lost in it, so compare the `key`."""
    number, _, year = slug.rpartition("-")
    if not re.fullmatch(YEAR, year):
        raise NotAReference(slug[:LONGEST_REFERENCE])
    return parse(number), int(year)


def read_query(text, types):
    """The ReferenceQuery in what a reader typed; None where it doesn't name a document's number."""
    pieces = re.split("([/-])", _clean(text[:LONGEST_TEXT]))
    plain = "".join(piece if piece in ("/", "-") else fold(piece) for piece in pieces)
    kinds = _kinds(tuple(types))
    names = "|".join(kinds) or "(?!)"
    numbered = (
        rf"\b(?<![/-])(?:van ban )?(?:(?P<kind>{names})[ /-])?(?P<so>so (?:ky )?(?:hieu )?)?"
        rf"{NUMBER}(?![0-9a-z])"
    )
    # Inside a sentence only a citation in full counts: "… theo 07/CT-UBND", not "… covid 19".
    cited = rf"{numbered}(?=[/-](?:{YEAR}[/-][a-z]|(?:{names})[/-]))"
    found = re.match(numbered, plain) or re.search(cited, plain)
    if not found:
        return None

    year, rest = _year(plain[found.end() :])
    named = kinds.get(found["kind"], ())
    parts, rest = _parts(rest, kinds, named)
    later_year, rest = _year(rest)
    words = (plain[: found.start()] + rest).replace("-", " ").replace("/", " ").split()
    if not parts:
        counts_years = re.fullmatch(YEAR, found["number"]) and not (named and year)
        counts_units = words and (not named or words[0] in UNITS)
        is_date = rest.startswith(("/", "-"))
        if counts_units or is_date or (counts_years and not found["so"]):
            return None
    return ReferenceQuery(
        number=int(found["number"]),
        letter=found["letter"],
        year=year or later_year,
        type_names=named,
        parts=parts,
        words=tuple(words),
    )


# Every search asks for them, and types change once in years.
@lru_cache(maxsize=4)
def _kinds(types):
    """Folded names and abbreviations of types -> their names: {"ct": ("Chỉ thị",), …}."""
    kinds = {}
    for name, abbreviation in types:
        for folded in filter(None, {fold(name), fold(abbreviation)}):
            kinds[folded] = (*kinds.get(folded, ()), name)
    for name, abbreviation in types:
        # Official letters have no abbreviation in their numbers, yet people write "CV 123".
        initials = "".join(word[0] for word in fold(name).split())
        if initials and not abbreviation:
            kinds.setdefault(initials, (name,))
    return kinds


def _year(rest):
    """The year at the front of `rest`, and what follows it."""
    found = NEXT_YEAR.match(rest)
    return (int(found[1]), rest[found.end() :]) if found else (None, rest)


def _parts(rest, kinds, named):
    """Parts of a symbol from the front of `rest`; after a blank only what can't be a word."""
    parts = []
    while found := NEXT_PART.match(rest):
        joint, word = found.groups()
        if joint == " ":
            # "chi thi 7 ubnd": the type was named, so the symbol would start with it.
            of_type = not parts and word in kinds and (not named or set(named) & set(kinds[word]))
            of_office = not SYLLABLE.fullmatch(word) and (parts or not named)
            if not of_type and not of_office:
                break
        parts.append(word)
        rest = rest[found.end() :]
    return tuple(parts), rest


def _clean(text):
    text = unicodedata.normalize("NFKC", text).translate(TYPOGRAPHY)
    # Of blanks and separators in a row the first separator stays: "254 / TB" -> "254/TB".
    return re.sub(r"[\s/-]+", lambda run: run[0].strip()[:1] or " ", text).strip(" /-.,:;")


def _clean_symbol(symbol):
    symbol = _clean(symbol).replace(" ", "-")
    # Mixed case means something (TTg, CTr); lower case is only a quick hand.
    return symbol.upper() if symbol.islower() else symbol
