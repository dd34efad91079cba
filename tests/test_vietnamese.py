import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.vietnamese import fold, fold_slug


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Tăng cường", "tang cuong"),
        ("ĐƯỜNG SÁ", "duong sa"),
        ("Ðiện lực", "dien luc"),  # U+00D0 for Đ, as old fonts wrote it
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("uỷ ban / ủy ban", "uy ban uy ban"),
        ("15/2024/QĐ-UBND", "15 2024 qd ubnd"),
        ("  ", ""),
        ("…!?", ""),
    ],
)
def test_text_is_folded_to_plain_words(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_knows_no_difference_between_composed_and_decomposed_text(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text())
def test_folding_twice_changes_nothing_and_leaves_only_plain_letters(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")


def test_a_slug_keeps_every_letter_and_parts_numbers():
    assert fold_slug("Đường sá") == "duong-sa"
    assert fold_slug("Quyết định số 15/2024/QĐ-UBND") == "quyet-dinh-so-15-2024-qd-ubnd"
