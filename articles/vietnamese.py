"""How Vietnamese text is reduced to plain letters, for addresses and for search alike."""

import re
import unicodedata

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
