"""What the checklist sees in a text alone: how rarely it is wrong, and that no text breaks it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.readiness import words

CITIZEN = "045203001234"


@pytest.mark.parametrize("text", ["tại đây", "Tại đây.", "XEM THÊM", "click here", "»Chi tiết«"])
def test_words_that_say_nothing_are_known_in_every_spelling(text):
    assert words.is_empty_phrase(text)


@pytest.mark.parametrize("text", ["Xem Kế hoạch 88", "tại đây là chợ Đông Hà", "", "Đăng ký"])
def test_words_that_name_something_pass(text):
    assert not words.is_empty_phrase(text)


@pytest.mark.parametrize(
    "text", ["https://quangtri.gov.vn/tin", "www.chinhphu.vn", "chinhphu.vn/van-ban/7"]
)
def test_a_bare_address_is_seen(text):
    assert words.is_address(text)


@pytest.mark.parametrize(
    "text", ["chinhphu.vn", "lan@quangtri.gov.vn", "07/CT-UBND", "Báo Quảng Trị", "1.000/2.000"]
)
def test_names_numbers_and_mail_addresses_are_no_bare_addresses(text):
    assert not words.is_address(text)


@pytest.mark.parametrize("text", ["IMG_2034", "dsc00012.JPG", "cau-qua-song.webp", "anh 3"])
def test_a_file_name_is_no_description(text):
    assert words.is_file_name(text)


@pytest.mark.parametrize("text", ["Ảnh: cầu Thạch Hãn", "Hình học phẳng", "Cầu 3 nhịp", ""])
def test_a_description_is_no_file_name(text):
    assert not words.is_file_name(text)


def test_capitals_are_seen_and_names_of_offices_are_not():
    assert words.is_shouted("THÔNG BÁO LỊCH TIẾP CÔNG DÂN")
    assert not words.is_shouted("UBND, HĐND")
    assert not words.is_shouted("Thông báo của UBND tỉnh và HĐND tỉnh")


@pytest.mark.parametrize(
    ("text", "citizens", "mobiles", "accounts"),
    [
        (f"Ông A, CCCD {CITIZEN}, cấp năm 2021", 1, 0, 0),
        (f"{CITIZEN} và lại {CITIZEN}", 1, 0, 0),
        ("Gọi 0912 345 678 hoặc 0912.345.678", 0, 1, 0),
        ("Gọi +84 912 345 678", 0, 1, 0),
        ("Số tài khoản: 0123 4567 8901 tại Vietcombank", 0, 0, 1),
        ("STK 45110000123456", 0, 0, 1),
    ],
)
def test_personal_data_is_counted_by_kind(text, citizens, mobiles, accounts):
    assert words.personal_data(text) == words.Personal(citizens, mobiles, accounts)


@pytest.mark.parametrize(
    "text",
    [
        "Điện thoại văn phòng: 0233 3852 312",
        "Tổng đài 1900 1234, 1800 6789",
        "Tổng vốn 120.450.300.000 đồng",
        "Mã hồ sơ 000.00.12.H50-240612-0034",
        "Số 07/CT-UBND ngày 16/6/2014",
        "Tài khoản công vụ được cấp cho 1.250 người",
        "Mã số thuế 3200042556",
    ],
)
def test_what_offices_publish_on_purpose_is_no_personal_data(text):
    assert not words.personal_data(text)


def test_letters_with_loose_marks_are_named():
    text = f"Tăng {unicodedata.normalize('NFD', 'cường')} ỨNG dụng"
    assert [unicodedata.normalize("NFC", word) for word in words.broken_words(text)] == ["cường"]
    assert list(words.broken_words("UBND tỉnh Ðồng Tháp")) == ["Ðồng"]
    assert list(words.broken_words("Đường sá ở Đông Hà, Quảng Trị")) == []


@given(st.text())
def test_no_text_breaks_a_check(text):
    words.personal_data(text)
    words.is_address(text)
    words.is_shouted(text)
    list(words.broken_words(text))
    assert words.is_file_name(text) in (True, False)
    assert words.is_empty_phrase(text) in (True, False)


@given(st.lists(st.from_regex(r"[1-9]\d{0,2}(\.\d{3}){1,3} đồng", fullmatch=True)))
def test_sums_of_money_are_nobodys_data(sums):
    assert not words.personal_data(" ".join(sums))
