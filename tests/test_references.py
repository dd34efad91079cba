import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.references import (
    NotAReference,
    Reference,
    abbreviation_of,
    address,
    parse,
    read_address,
    read_query,
    tidy,
)
from articles.vietnamese import fold

TYPES = [
    ("Nghị quyết", "NQ"),
    ("Quyết định", "QĐ"),
    ("Chỉ thị", "CT"),
    ("Quy định", "QyĐ"),
    ("Thông cáo", "TC"),
    ("Thông báo", "TB"),
    ("Hướng dẫn", "HD"),
    ("Chương trình", "CTr"),
    ("Kế hoạch", "KH"),
    ("Đề án", "ĐA"),
    ("Dự án", "DA"),
    ("Báo cáo", "BC"),
    ("Tờ trình", "TTr"),
    ("Hợp đồng", "HĐ"),
    ("Công văn", ""),
    ("Giấy mời", "GM"),
    ("Giấy giới thiệu", "GGT"),
    ("Thư công", ""),
]
ABBREVIATIONS = [abbreviation for _, abbreviation in TYPES]

symbol_parts = st.one_of(
    st.sampled_from([*filter(None, ABBREVIATIONS), "UBND", "TTg", "QH13", "SGD&ĐT", "UBND.HC"]),
    st.text("ABCDKNTVXgrĂÂĐÊÔƠƯ", min_size=1, max_size=7),
)
references = st.builds(
    lambda number, letter, year, symbol: Reference(
        number, letter, year, symbol.upper() if symbol.islower() else symbol
    ),
    number=st.integers(1, 999_999),
    letter=st.sampled_from(["", "", "a", "b", "đ"]),
    year=st.none() | st.integers(1945, 2099),
    symbol=st.builds(
        lambda first, joint, others: joint.join([first, *others]),
        symbol_parts,
        st.sampled_from("-/"),
        st.lists(symbol_parts, max_size=3),
    ),
)
JOINTS = [
    "/",
    "-",
    " ",
    "–",
    "—",
    "\u2011",
    "−",
    "－",
    "／",
    " /",
    "/ ",
    " - ",
    "//",
    "_",
    "\u00a0",
]


@st.composite
def ways_of_writing(draw, reference):
    """The reference as one person or another would type it."""
    joints = st.sampled_from(JOINTS)
    numeral = "0" * draw(st.integers(0, 3)) + f"{reference.number}{reference.letter}"
    pieces = [numeral, *([str(reference.year)] if reference.year else [])]
    pieces += reference.symbol.replace("/", "-").split("-")
    text = pieces[0] + "".join(draw(joints) + piece for piece in pieces[1:])
    text = draw(st.sampled_from([str, str.upper, str.lower, str.swapcase]))(text)
    text = text.translate(
        draw(
            st.sampled_from([{}, str.maketrans("Đđ", "Ðð"), str.maketrans("ĐđĂÂÊÔƠƯ", "DdAAEOOU")])
        )
    )
    text = draw(st.sampled_from(["", "Số: ", "số ", "SỐ:"])) + text
    text += draw(st.sampled_from(["", ".", " ", "./.", ";"]))
    return unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), text)


# Parsing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected", "key"),
    [
        ("07/CT-UBND", Reference(7, "", None, "CT-UBND"), "7/ct-ubnd"),
        ("254/TB-PCTT", Reference(254, "", None, "TB-PCTT"), "254/tb-pctt"),
        ("604/QĐ-TTg", Reference(604, "", None, "QĐ-TTg"), "604/qd-ttg"),
        ("09/2009/CT-UBND", Reference(9, "", 2009, "CT-UBND"), "9/ct-ubnd/2009"),
        ("13/NQ-CP", Reference(13, "", None, "NQ-CP"), "13/nq-cp"),
        ("123/UBND-VX", Reference(123, "", None, "UBND-VX"), "123/ubnd-vx"),
        ("02/GM-SYT", Reference(2, "", None, "GM-SYT"), "2/gm-syt"),
        ("1234/QĐ-UBND", Reference(1234, "", None, "QĐ-UBND"), "1234/qd-ubnd"),
        ("07a/KH-UBND", Reference(7, "a", None, "KH-UBND"), "7a/kh-ubnd"),
        ("83/2015/QH13", Reference(83, "", 2015, "QH13"), "83/qh13/2015"),
        ("103/2025/UBTVQH15", Reference(103, "", 2025, "UBTVQH15"), "103/ubtvqh15/2025"),
        ("12/TTr-SNV", Reference(12, "", None, "TTr-SNV"), "12/ttr-snv"),
        ("299/TTg", Reference(299, "", None, "TTg"), "299/ttg"),
        ("123/SGD&ĐT-VP", Reference(123, "", None, "SGD&ĐT-VP"), "123/sgd-dt-vp"),
        ("45/QĐ-UBND.HC", Reference(45, "", None, "QĐ-UBND.HC"), "45/qd-ubnd-hc"),
        ("57-NQ/TW", Reference(57, "", None, "NQ/TW"), "57/nq-tw"),
        ("12-CT/TU", Reference(12, "", None, "CT/TU"), "12/ct-tu"),
        ("05-QĐ/BTGTU", Reference(5, "", None, "QĐ/BTGTU"), "5/qd-btgtu"),
        ("1234/QĐ/UB", Reference(1234, "", None, "QĐ/UB"), "1234/qd-ub"),
        ("12/QĐ/TUB", Reference(12, "", None, "QĐ/TUB"), "12/qd-tub"),
        ("2014/QĐ-UBND", Reference(2014, "", None, "QĐ-UBND"), "2014/qd-ubnd"),
        (
            "01/2024/TTLT-BTC-BNV",
            Reference(1, "", 2024, "TTLT-BTC-BNV"),
            "1/ttlt-btc-bnv/2024",
        ),
    ],
)
def test_numbers_in_use_are_read_and_written_as_they_are(text, expected, key):
    assert parse(text) == expected
    assert str(expected) == text
    assert expected.key == key


@pytest.mark.parametrize(
    "text",
    [
        "7/ct-ubnd",
        "07 ct ubnd",
        "7-CT-UBND",
        "07–CT—UBND",
        "07/CT\u2011UBND",
        "07 /CT - UBND",
        "Số: 07/CT-UBND",
        "SỐ 07/CT-UBND./.",
        "\u200b07\u00a0/ CT-UB\u00adND",  # as it comes out of a PDF or a web page
        "０７／ＣＴ－ＵＢＮＤ",
        "07\\CT_UBND",
        "0007/CT-UBND.",
    ],
)
def test_however_it_is_typed_it_is_the_same_number(text):
    assert parse(text) == Reference(7, "", None, "CT-UBND")


def test_a_single_digit_is_padded_and_a_letter_goes_with_the_number():
    assert str(parse("7/ct-ubnd")) == "07/CT-UBND"
    assert str(parse("7A/KH-UBND")) == "07a/KH-UBND"
    assert parse("7a/kh-ubnd").numeral == "07a"
    assert str(parse("15 2024 qđ ubnd")) == "15/2024/QĐ-UBND"
    assert str(parse("57 - NQ / TW")) == "57-NQ/TW"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "07/",
        "/CT-UBND",  # the number was left open
        "Số:         /KH-STTTT",
        "15/2024",
        "0/CT-UBND",
        "1234567/CT-UBND",
        "12/5/2014",
        "07/1890/CT-UBND",
        "07/CT-UBND ngày 12/5",
        "07/CT-UBND-2014",
        "07CT-UBND",
        "07/UBND.2",  # its address, 07-UBND-2-2014, couldn't be read
        "٠٧/CT-UBND",
        "07/СТ-UBND",  # Cyrillic letters
        "chỉ thị 7",
        "07/" + "A" * 100,
        "07/CT-UBND" + " " * 100_000,
    ],
)
def test_anything_else_is_not_a_reference(text):
    with pytest.raises(NotAReference):
        parse(text)


@given(references)
def test_a_citation_is_read_back_as_it_was(reference):
    assert parse(str(reference)) == reference
    assert parse(unicodedata.normalize("NFD", str(reference))) == reference


@given(st.data(), references)
def test_all_ways_of_writing_a_number_have_one_key(data, reference):
    text = data.draw(ways_of_writing(reference))
    assert parse(text).key == reference.key


@given(references, references)
def test_a_key_tells_numbers_apart(one, other):
    same = (one.number, fold(one.letter), one.year, one.parts) == (
        (other.number, fold(other.letter), other.year, other.parts)
    )
    assert (one.key == other.key) == same


@given(references)
def test_a_key_is_plain_and_fits_its_column(reference):
    assert reference.key.isascii()
    assert reference.key == reference.key.lower()
    assert len(reference.key) <= 80


@given(st.text() | st.text("07/-. aCTđQSố:2024&"))
@example("ﷺ" * 200)
@example("½/CT-UBND")
@example("07/ẖ")
def test_no_text_breaks_the_parser(text):
    try:
        reference = parse(text)
    except NotAReference:
        return
    assert parse(str(reference)) == reference
    assert len(reference.key) <= 80


# Symbols -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "abbreviation", "tidied"),
    [
        ("ttr-snv", "TTr", "TTr-SNV"),
        ("TTR-SNV", "TTr", "TTr-SNV"),
        ("TTr – SNV", "TTr", "TTr-SNV"),
        ("ct ubnd", "CT", "CT-UBND"),
        ("ctr-ubnd", "CTr", "CTr-UBND"),
        ("QD-UBND", "QĐ", "QĐ-UBND"),
        ("ÐA-UBND", "ĐA", "ĐA-UBND"),
        ("qyđ-ubnd", "QyĐ", "QyĐ-UBND"),
        ("qđ-ttg", "QĐ", "QĐ-TTg"),
        ("hđ-ubnd", "HĐ", "HĐ-UBND"),
        ("hd-ubnd", "HD", "HD-UBND"),
        ("da-ubnd", "DA", "DA-UBND"),
        ("đa-ubnd", "ĐA", "ĐA-UBND"),
        ("nq/tw", "NQ", "NQ/TW"),
        ("/CT-UBND.", "CT", "CT-UBND"),
        ("ubnd-vx", None, "UBND-VX"),
        ("CTUBND", None, "CTUBND"),
        ("UBND-CT", None, "UBND-CT"),
        ("QH13", None, "QH13"),
        ("", None, ""),
    ],
)
def test_a_symbol_is_tidied_by_the_types_that_are_known(symbol, abbreviation, tidied):
    assert abbreviation_of(symbol, ABBREVIATIONS) == abbreviation
    assert tidy(symbol, ABBREVIATIONS) == tidied


def test_without_the_exact_abbreviation_the_one_that_sounds_alike_is_meant():
    assert tidy("hd-ubnd", ["HĐ"]) == "HĐ-UBND"
    assert tidy("hd-ubnd", []) == "HD-UBND"


@given(references, st.sampled_from([str, str.upper, str.lower]))
def test_tidying_keeps_the_type_and_the_key(reference, case):
    symbol = case(reference.symbol)
    tidied = tidy(symbol, ABBREVIATIONS)
    abbreviation = abbreviation_of(symbol, ABBREVIATIONS)
    assert abbreviation_of(tidied, ABBREVIATIONS) == abbreviation
    assert tidied.startswith(abbreviation or "")
    assert tidy(tidied, ABBREVIATIONS) == tidied
    assert replace(reference, symbol=tidied).key == reference.key


@given(st.text())
def test_no_symbol_breaks_tidying(symbol):
    tidied = tidy(symbol, ABBREVIATIONS)
    assert " " not in tidied


# Addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "year", "slug"),
    [
        ("07/CT-UBND", 2014, "07-CT-UBND-2014"),
        ("604/QĐ-TTg", 2026, "604-QD-TTG-2026"),
        ("15/2024/QĐ-UBND", 2024, "15-2024-QD-UBND-2024"),
        ("07a/KH-UBND", 2023, "07a-KH-UBND-2023"),
        ("57-NQ/TW", 2024, "57-NQ-TW-2024"),
    ],
)
def test_an_address_says_number_symbol_and_year_of_signing(text, year, slug):
    assert address(parse(text), year) == slug
    for typed in (slug, slug.lower(), f"{text}-{year}"):
        reference, read_year = read_address(typed)
        assert (reference.key, read_year) == (parse(text).key, year)


@pytest.mark.parametrize("slug", ["", "2014", "-2014", "07-2014", "07-CT-UBND", "07-CT-UBND-14"])
def test_an_address_without_number_symbol_and_year_leads_nowhere(slug):
    with pytest.raises(NotAReference):
        read_address(slug)


@given(references, st.integers(1945, 2099))
def test_an_address_leads_back_to_its_document(reference, year):
    slug = address(reference, year)
    assert slug.isascii()
    read, read_year = read_address(slug)
    assert (read.key, read_year) == (reference.key, year)
    assert address(read, read_year) == slug


@given(st.text())
def test_no_address_breaks_the_reader(slug):
    try:
        reference, year = read_address(slug)
    except NotAReference:
        return
    assert read_address(address(reference, year))[0].key == reference.key


# Queries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key_start", "year", "type_names", "words"),
    [
        ("07 ct ubnd", "7/ct-ubnd", None, (), ""),
        ("7/CT-UBND", "7/ct-ubnd", None, (), ""),
        ("07/ct-ubnd", "7/ct-ubnd", None, (), ""),
        ("7 – CT – UBND", "7/ct-ubnd", None, (), ""),
        ("07/CT-UBND 2014", "7/ct-ubnd", 2014, (), ""),
        ("07/CT-UBND năm 2014", "7/ct-ubnd", 2014, (), ""),
        ("07-CT-UBND-2014", "7/ct-ubnd", 2014, (), ""),
        ("7/2014/ct-ubnd", "7/ct-ubnd", 2014, (), ""),
        ("15/2024/QĐ-UBND", "15/qd-ubnd", 2024, (), ""),
        ("15/2024/QĐ-UBND ngày 02/01/2025", "15/qd-ubnd", 2024, (), ""),
        ("chi thi 7", "7/", None, ("Chỉ thị",), ""),
        ("chỉ thị số 07", "7/", None, ("Chỉ thị",), ""),
        ("chi thi 07 nam 2014", "7/", 2014, ("Chỉ thị",), ""),
        ("Chỉ thị 7 ngày 12 tháng 5 năm 2014", "7/", 2014, ("Chỉ thị",), ""),
        ("ct 7", "7/", None, ("Chỉ thị",), ""),
        ("ct 7a", "7a/", None, ("Chỉ thị",), ""),
        ("quyet dinh 15/2024", "15/", 2024, ("Quyết định",), ""),
        ("quyet dinh so 2024", "2024/", None, ("Quyết định",), ""),
        ("quyet dinh 2014 nam 2024", "2014/", 2024, ("Quyết định",), ""),
        ("công văn 123/UBND-VX", "123/ubnd-vx", None, ("Công văn",), ""),
        ("cv 123", "123/", None, ("Công văn",), ""),
        ("tc 5", "5/", None, ("Thông cáo",), ""),
        ("giay gioi thieu 5", "5/", None, ("Giấy giới thiệu",), ""),
        ("da 06", "6/", None, ("Đề án", "Dự án"), ""),
        ("nghị quyết 61/2022/QH15", "61/qh15", 2022, ("Nghị quyết",), ""),
        ("NQ 57-NQ/TW", "57/nq-tw", None, ("Nghị quyết",), ""),
        ("so 7", "7/", None, (), ""),
        ("số hiệu 07/CT-UBND", "7/ct-ubnd", None, (), ""),
        ("văn bản số 7", "7/", None, (), ""),
        ("7", "7/", None, (), ""),
        ("007", "7/", None, (), ""),
        ("7/", "7/", None, (), ""),
        ("7/c", "7/c", None, (), ""),
        ("2014/QĐ-UBND", "2014/qd-ubnd", None, (), ""),
        ("02 gm syt", "2/gm-syt", None, (), ""),
        ("2739 vpcp dmdn", "2739/vpcp-dmdn", None, (), ""),
        ("07/ct ubnd tinh", "7/ct-ubnd", None, (), "tinh"),
        ("07 ct ubnd da nang", "7/ct-ubnd", None, (), "da nang"),
        ("chi thi 7 ubnd", "7/", None, ("Chỉ thị",), "ubnd"),
        ("chi thi 7 ct ubnd", "7/ct-ubnd", None, ("Chỉ thị",), ""),
        ("quyet dinh 15 da nang", "15/", None, ("Quyết định",), "da nang"),
        ("thực hiện Chỉ thị số 07/CT-UBND", "7/ct-ubnd", None, ("Chỉ thị",), "thuc hien"),
        ("thông tư 58/2025/TT-NHNN", "58/tt-nhnn", 2025, (), "thong tu"),
        (
            "Chỉ thị số 07/CT-UBND ngày 12/5/2014 của UBND tỉnh về hộp thư",
            "7/ct-ubnd",
            2014,
            ("Chỉ thị",),
            "cua ubnd tinh ve hop thu",
        ),
    ],
)
def test_readers_find_a_number_however_they_type_it(text, key_start, year, type_names, words):
    query = read_query(text, TYPES)
    assert query is not None
    assert query.key_start == key_start
    assert query.year == year
    assert query.type_names == type_names
    assert " ".join(query.words) == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tang cuong hop thu",
        "chỉ thị",
        "covid 19 la gi",
        "covid-19",
        "ke hoach phong chong covid 19",
        "2014",
        "năm 2014",
        "ke hoach 2024",
        "2021-2025",
        "kế hoạch 5 năm 2021 - 2025",
        "bao cao 6 thang dau nam",
        "20 năm thành lập tỉnh",
        "số 1 Việt Nam",
        "30/4",
        "20/11/2024",
        "ke hoach 30/4",
        "họp ngày 12/7/2024-UBND tỉnh",
        "1.000 tỷ đồng",
        "0905 123 456",
        "0905123456",
        "quyet dinh cua ubnd so 7",
    ],
)
def test_plain_sentences_dates_and_years_are_no_numbers(text):
    assert read_query(text, TYPES) is None


def test_a_search_begins_with_the_number_whether_or_not_its_year_was_typed():
    key = parse("15/2024/QĐ-UBND").key
    for typed in ("15/QĐ-UBND", "15 qd ubnd", "15/2024/qd-ubnd", "15/2024", "quyet dinh 15"):
        assert key.startswith(read_query(typed, TYPES).key_start)


def test_without_types_a_number_is_still_a_number():
    assert read_query("7/CT-UBND", []).key_start == "7/ct-ubnd"
    assert read_query("chi thi 7", []) is None


@given(st.data(), references)
def test_every_way_of_writing_a_number_with_slashes_finds_it(data, reference):
    text = data.draw(st.sampled_from([str, str.lower, fold_marks]))(str(reference))
    query = read_query(text, TYPES)
    assert query.key_start == replace(reference, year=None).key
    assert query.year == reference.year


def fold_marks(text):
    return "".join(fold(char) or char for char in text)


@given(
    st.text()
    | st.lists(
        st.sampled_from(["so", "07", "ct", "/", "-", " ", "2014", "nam", "ngay", "a", "ubnd", "."])
    ).map("".join)
)
def test_no_query_breaks_the_search(text):
    query = read_query(text, TYPES)
    if query:
        assert 0 < query.number < 1_000_000
        assert query.key_start.isascii()


@pytest.mark.parametrize("filler", ["x ", "7 ", "7/ct-", " ", "so ", "ngay 1/", "ﷺ"])
def test_of_a_very_long_text_only_the_beginning_is_read(filler):
    text = "chi thi 7 " + filler * 1_000_000
    assert read_query(text, TYPES) == read_query(text[:200], TYPES)
