"""What results show of a text: the passage that tells most, with the words that were asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.passages import passage
from articles.search.text import PLAIN, VIETNAMESE, composed, in_step, initials

FILLING = "Câu này nói chuyện khác hẳn. " * 40


def shown(text, wanted, length=60):
    return "".join(part for part, _is_match in passage(text, wanted, length)[0])


def marked(text, wanted, length=60):
    return [part for part, is_match in passage(text, wanted, length)[0] if is_match]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Đường sá, Ðông Hà", "duong sa  dong ha"),
        ("ƯU ĐÃI: 15/2024/QĐ-UBND", "uu dai  15 2024 qd ubnd"),
        ("İstanbul, Ünal, Łódź", "istanbul  unal  lodz"),
        ("🙂 “Hộp thư”…", "   hop thu  "),
    ],
)
def test_plain_letters_are_in_step_with_the_text(text, plain):
    assert in_step(composed(text)) == plain


@given(
    st.text(st.sampled_from([*VIETNAMESE, *" -/0189.,–“\nAĐƯ🙂字"]) | st.characters(), max_size=80)
)
def test_whatever_is_put_in_step_stays_as_long_as_it_is(text):
    assert len(in_step(composed(text))) == len(composed(text))


# Not so long that the index would leave a word out.
@given(st.text(st.sampled_from([*VIETNAMESE, *" -/0189.,ĐƯẢ"]), max_size=13))
def test_words_in_step_are_those_that_the_index_has(text):
    text = composed(text)
    # Of the few letters that become two, nothing can be in step.
    if all(len(PLAIN.analyze(letter)[0]) == 1 for letter in text if letter.isalnum()):
        assert in_step(text).split() == PLAIN.analyze(text)


def test_every_plain_letter_knows_its_marked_ones():
    assert {"ư", "ứ", "u"} <= set(initials("u"))
    assert {"ơ", "ợ", "ô"} <= set(initials("o"))


def test_the_passage_is_where_most_stands():
    text = f"Nước ngầm. {FILLING} Bảo vệ nguồn nước sạch. {FILLING}"
    wanted = {"nuoc": 1, "sach": 3, "nuoc sach": 5}
    assert "nguồn nước sạch" in shown(text, wanted)
    assert marked(text, wanted) == ["nước", "sạch"]
    place = passage(text, wanted, 60)[1]
    assert text[place:].startswith("nước sạch")


def test_what_tells_much_outweighs_what_stands_everywhere():
    text = f"và {'và của ' * 300} hợp tác xã {'của và ' * 300}"
    assert "hợp" in shown(text, {"va": 0.1, "cua": 0.1, "hop": 4})


def test_a_passage_has_whole_words_and_is_no_longer_than_asked():
    text = f"{FILLING}Tăng cường kỷ luật. {FILLING}"
    found = shown(text, {"tang": 1, "cuong": 1, "tang cuong": 2}, 80)
    assert len(found) <= 80
    assert set(found.split()) <= set(text.split())


def test_parts_of_a_passage_are_the_text_itself():
    text = "Uỷ ban nhân dân <b>tỉnh</b> tăng cường họp."
    parts, place = passage(text, {"uy": 1, "ban": 1, "uy ban": 2}, 240)
    assert "".join(part for part, _is_match in parts) == text
    assert place == 0


@pytest.mark.parametrize("text", ["", "Chợ quê", "sạch sẽ"])
def test_nothing_is_shown_of_what_has_none_of_the_words(text):
    assert passage(text, {"nuoc": 1}, 60) == ((), -1)
    assert passage(text, {}, 60) == ((), -1)


@given(
    st.lists(st.sampled_from(["nước", "sạch", "và", "của", "bến đò", "–", "\n"]), max_size=60),
    st.integers(10, 80),
)
def test_any_passage_is_a_part_of_its_text(words, length):
    text = " ".join(words)
    parts, place = passage(text, {"nuoc": 2, "sach": 1, "ben do": 3}, length)
    assert "".join(part for part, _is_match in parts) in text
    if parts:
        assert any(is_match for _text, is_match in parts)
        assert text[place:].startswith(("nước", "sạch", "bến"))
    else:
        assert not {"nước", "sạch", "bến đò"} & set(words)
