"""How Vietnamese text is reduced to plain letters, for addresses and for search alike; and how its
readers write a day."""

import re
import unicodedata
from itertools import chain, count

from django.utils.formats import date_format

# Letters that have no decomposition. U+00D0 is the Icelandic Eth, which old fonts wrote for Đ.
PLAIN = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"})


def fold(text):
    """Lower-case words of plain letters and digits: "15/2024/QĐ-UBND" -> "15 2024 qd ubnd"."""
    decomposed = unicodedata.normalize("NFD", text.translate(PLAIN))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.findall(r"[0-9a-z]+", letters.lower()))


def fold_slug(text):
    """The address part of a title: "Đường sá" -> "duong-sa". May be empty."""
    return fold(text).replace(" ", "-")


def title_key(title):
    """Titles sort by their plain letters, and numbers in them by value: "số 9" before "số 10".

    The first letters decide: all keys take as much memory as the longest.
    """
    return re.sub(r"\d+", lambda number: number[0].zfill(6), fold(title))[:120]


def free_slug(slug, is_taken):
    """The slug, or the first of slug-2, slug-3 … that isn't taken: folding makes namesakes."""
    candidates = chain([slug], (f"{slug}-{number}" for number in count(2)))
    return next(candidate for candidate in candidates if not is_taken(candidate))


def local_day(day):
    """16/6/2014; on English pages, 16 June 2014."""
    return date_format(day, "DATE_FORMAT")
