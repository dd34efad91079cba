"""An edition as lines of text, and what changed from one edition to the next."""

import random
from time import process_time

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from articles.blocks import BodyStreamBlock, DirectiveStreamBlock
from articles.comparison import LINES, compare, text_lines
from polls.models import Poll
from tests.factories import make_document, make_home, make_image, make_news

BLOCK = DirectiveStreamBlock()


def lines_of(*blocks):
    """The lines of a body; blocks are pairs (type, value) as the database keeps them."""
    raw = [{"type": kind, "value": value} for kind, value in blocks]
    return text_lines("", [], BLOCK.to_python(raw))


def shape(comparison):
    """[(kind of row, [(kind of segment, text)])]"""
    return [
        (row.kind, [(segment.kind, segment.text) for segment in row.segments])
        for row in comparison.rows
    ]


# The lines of an edition ------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [BodyStreamBlock, DirectiveStreamBlock])
def test_every_block_has_lines(stream):
    assert set(stream().child_blocks) <= set(LINES)


def test_the_lines_start_with_the_title_and_the_facts_that_are_known():
    facts = [
        ("Người ký", "Nguyễn Văn Bình"),
        ("Hết hiệu lực", ""),
        ("Trích yếu", "Về  việc\n báo cáo"),
    ]
    assert text_lines("Chỉ thị 07", facts, BLOCK.to_python([])) == [
        "Chỉ thị 07",
        "Người ký: Nguyễn Văn Bình",
        "Trích yếu: Về việc báo cáo",
    ]


def test_an_article_is_lines_with_the_numbers_that_readers_see():
    clause = {"number": "", "text": "<p>Báo cáo:</p><p>hằng quý.</p>", "points": ["<p>Sở</p>"] * 5}
    value = {
        "number": "3",
        "title": "Trách nhiệm",
        "text": "<p>Lời dẫn</p>",
        "clauses": [clause, {"number": "1a", "text": "<p>Lưu hồ sơ.</p>", "points": []}],
    }
    assert lines_of(("provision", value)) == [
        "Điều 3. Trách nhiệm",
        "Lời dẫn",
        "1. Báo cáo:",
        "hằng quý.",
        "a) Sở",
        "b) Sở",
        "c) Sở",
        "d) Sở",
        "đ) Sở",
        "1a. Lưu hồ sơ.",
    ]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>Một <b>đậm</b></p><p>Hai</p>", ["Một đậm", "Hai"]),
        ("<ul><li>Một</li><li>Hai<ul><li>Ba</li></ul></li></ul>", ["Một", "Hai", "Ba"]),
        ("<p>Một<br/>Hai</p>", ["Một", "Hai"]),
        ("<p>Một\n  dòng&nbsp;thôi</p>\n\n<p> </p>", ["Một dòng thôi"]),
        ("<p>5 &lt; 7 &amp; m<sup>2</sup></p>", ["5 < 7 & m2"]),
        ('<p><a linktype="page" id="3">Trang</a></p>', ["Trang"]),
        ("https://portal.example/", ["https://portal.example/"]),
        ("<p>Khoa\u0301 ho\u0323c</p>", ["Khoá học"]),
        ("<p>Chưa đóng <b>thẻ", ["Chưa đóng thẻ"]),
        ("", []),
    ],
)
def test_rich_text_becomes_a_line_for_each_paragraph_and_item(html, lines):
    assert lines_of(("text", html)) == lines


@pytest.mark.django_db
def test_what_editors_can_put_into_a_body_is_in_its_lines():
    make_home()
    image, document, news = make_image(), make_document("Bản ký"), make_news("Đọc tiếp")
    hidden = make_news("Chưa đăng")
    hidden.unpublish()
    poll = Poll.objects.create(question="Hài lòng không?")
    figure = {
        "image": {"image": image.pk, "alt_text": "Cây cầu", "decorative": False},
        "caption": "Cầu Hiền Lương",
    }
    table = {
        "data": [["Đơn vị", "Số"], ["Sở", None], [None, ""]],
        "first_row_is_table_header": True,
        "first_col_is_header": False,
        "table_caption": "Hộp thư",
    }
    assert lines_of(
        ("heading", {"text": "Đầu mục", "level": "2", "anchor": ""}),
        ("quote", {"text": "Một câu\nHai câu", "source": "Ai đó"}),
        ("callout", {"kind": "deadline", "heading": "Báo cáo", "text": "<p>Ngày 25</p>"}),
        ("callout", {"kind": "deadline", "heading": "", "text": "<p>Ngày 26</p>"}),
        ("table", table),
        ("table", None),
        ("image", figure),
        ("gallery", {"figures": [figure]}),
        ("embed", {"url": "https://youtu.be/abc", "title": "Phim", "poster": None}),
        ("documents", {"heading": "Mẫu", "documents": [document.pk, 0]}),
        ("pages", {"heading": "Đọc thêm", "pages": [news.pk, hidden.pk]}),
        ("poll", {"heading": "Ý kiến", "poll": poll.pk}),
    ) == [
        "Đầu mục",
        "Một câu",
        "Hai câu",
        "Ai đó",
        "Thời hạn: Báo cáo",
        "Ngày 25",
        "Thời hạn",
        "Ngày 26",
        "Hộp thư",
        "Đơn vị | Số",
        "Sở |",
        "Cây cầu",
        "Cầu Hiền Lương",
        "Cây cầu",
        "Cầu Hiền Lương",
        "Phim (https://youtu.be/abc)",
        "Mẫu",
        "Bản ký",
        "Đọc thêm",
        "Đọc tiếp",
        "Ý kiến",
        "Hài lòng không?",
    ]


# What changed ------------------------------------------------------------------------------------


def test_a_reworded_line_is_shown_by_its_words():
    assert shape(compare(["Báo cáo hằng quý."], ["Báo cáo hằng tháng."])) == [
        (
            "changed",
            [
                ("same", "Báo cáo hằng"),
                ("removed", " quý"),
                ("added", " tháng"),
                ("same", "."),
            ],
        )
    ]


def test_a_number_or_a_date_is_one_word():
    old, new = "Mức 10.000 đồng từ 1/7/2014", "Mức 12.000 đồng từ 1/8/2014"
    removed = [text for kind, text in shape(compare([old], [new]))[0][1] if kind == "removed"]
    assert removed == [" 10.000", " 1/7/2014"]


def test_two_changes_with_a_comma_between_them_are_one():
    [(_kind, segments)] = shape(compare(["Gửi sở, ban trong ngày"], ["Gửi xã, hội trong ngày"]))
    assert segments == [
        ("same", "Gửi"),
        ("removed", " sở, ban"),
        ("added", " xã, hội"),
        ("same", " trong ngày"),
    ]


def test_lines_that_have_little_in_common_are_taken_out_and_put_in():
    assert [row.kind for row in compare(["Lưu hồ sơ."], ["Gửi báo cáo tháng."]).rows] == [
        "removed",
        "added",
    ]


def test_a_new_line_among_reworded_ones_does_not_shift_them():
    old = ["1. Gửi báo cáo hằng quý", "2. Ký số văn bản đi", "3. Lưu hồ sơ một năm"]
    new = [
        "1. Gửi báo cáo hằng tháng",
        "2. Họp giao ban",
        "3. Ký số văn bản đi",
        "4. Lưu hồ sơ hai năm",
    ]
    assert [row.kind for row in compare(old, new).rows] == [
        "changed",
        "added",
        "changed",
        "changed",
    ]


def test_words_are_counted():
    comparison = compare(["Gửi báo cáo hằng quý.", "Bỏ cả dòng"], ["Gửi báo cáo mỗi tháng, năm."])
    assert (comparison.words_added, comparison.words_removed) == (3, 5)


def test_a_long_paragraph_is_still_compared_by_words():
    words = [f"từ{number}" for number in range(20_000)]
    [row] = compare(
        [" ".join(words)], [" ".join(["mới", *words[1:15_000], "thay", *words[15_001:]])]
    ).rows
    assert [segment.text.strip() for segment in row.segments if segment.kind != "same"] == [
        "từ0",
        "mới",
        "từ15000",
        "thay",
    ]


def test_nothing_to_compare_is_no_change():
    assert compare([], []).rows == []


# Few kinds of words and of lines, so that they repeat and move.
WORDS = st.sampled_from(["báo", "cáo", "quý", "Điều", "1.", ",", " ", "\n", "10.000", "\u0301"])
TEXTS = st.lists(WORDS, max_size=12).map("".join) | st.text(max_size=20)
EDITIONS = st.lists(TEXTS, max_size=12)


@given(old=EDITIONS, new=EDITIONS)
def test_both_editions_can_be_read_off_a_comparison(old, new):
    rows = compare(old, new).rows
    assert [without("added", row) for row in rows if row.kind != "added"] == old
    assert [without("removed", row) for row in rows if row.kind != "removed"] == new
    for row in rows:
        kinds = {segment.kind for segment in row.segments}
        assert kinds == {row.kind} or (row.kind == "changed" and kinds & {"added", "removed"})


def without(kind, row):
    return "".join(segment.text for segment in row.segments if segment.kind != kind)


@given(lines=EDITIONS)
def test_an_edition_compared_with_itself_has_no_change(lines):
    comparison = compare(lines, list(lines))
    assert not comparison.has_changes
    assert [row.text for row in comparison.rows] == lines


@given(old=EDITIONS, new=EDITIONS)
def test_folding_loses_no_row(old, new):
    comparison = compare(old, new)
    unfolded = []
    for part in comparison.folded:
        unfolded += part.rows if part.kind == "gap" else [part]
    assert unfolded == comparison.rows


def every_word_changed(lines):
    return [line.replace("từ", "lời") for line in lines]


def some_words_changed(lines):
    return [line.replace("7", "8") for line in lines]


def shuffled(lines):
    return random.Random(2).sample(lines, len(lines))


@pytest.mark.parametrize("kinds", [10, 5000], ids=["ten kinds of line", "all different"])
@pytest.mark.parametrize("change", [every_word_changed, some_words_changed, shuffled])
def test_five_thousand_lines_are_compared_in_seconds(change, kinds):
    chance = random.Random(1)
    made = [" ".join(f"từ{chance.randrange(2000)}" for _ in range(60)) for _ in range(kinds)]
    lines = [chance.choice(made) for _ in range(5000)]
    start = process_time()
    compare(lines, change(lines))
    assert process_time() - start < 15  # about 1 where this was written


def test_a_long_paragraph_that_repeats_few_words_is_compared_in_seconds():
    chance = random.Random(1)
    old, new = (" ".join(chance.choices(["báo", "cáo"], k=20_000)) for _edition in range(2))
    start = process_time()
    assert [row.kind for row in compare([old], [new]).rows] == ["changed"]
    assert process_time() - start < 5


# As readers see it -------------------------------------------------------------------------------


def shown(comparison):
    html = render_to_string("articles/includes/comparison.html", {"comparison": comparison})
    return BeautifulSoup(html, "html.parser")


def test_readers_get_additions_and_removals_in_marks_and_in_words():
    soup = shown(compare(["Báo cáo hằng quý <b>", "Bỏ"], ["Báo cáo hằng tháng <b>"]))
    assert soup.b is None, "what editors typed is text"
    changed, removed = soup.select("p.row")
    assert changed["class"] == ["row", "row-changed"]
    assert removed["class"] == ["row", "row-removed"]
    for element in soup.select("p.row :is(ins, del)"):
        spoken = [hidden.extract().text.strip() for hidden in element.select(".visually-hidden")]
        assert len(spoken) == 2
        assert all(spoken)
    assert [element.text for element in soup.select("p.row del")] == [" quý", "Bỏ"]
    assert [element.text for element in soup.select("p.row ins")] == [" tháng"]
    assert changed.text == "Báo cáo hằng quý tháng <b>"
    counts = [element.text.split()[0] for element in soup.select(".comparison-count > *")]
    assert counts == ["1", "2"]


def test_long_unchanged_runs_are_put_away_but_not_the_title_of_the_article():
    same = [f"Đoạn {number}" for number in range(40)]
    old = [*same[:10], "Điều 3. Báo cáo", *same[10:20], "Gửi hằng quý", *same[20:]]
    new = [line.replace("quý", "tháng") for line in old]
    soup = shown(compare(old, new))
    gaps = soup.select("details")
    assert [len(gap.find_all("p")) for gap in gaps] == [10, 8, 18]
    assert ["10" in gaps[0].summary.text, "8" in gaps[1].summary.text] == [True, True]
    assert [row.text for row in soup.select("p.row-same")] == [
        "Điều 3. Báo cáo",
        "Đoạn 18",
        "Đoạn 19",
        "Đoạn 20",
        "Đoạn 21",
    ]


def test_two_equal_editions_are_said_to_be_equal():
    soup = shown(compare(["Một"], ["Một"]))
    assert soup.select("p.row, ins, del, details") == []
    assert soup.p.text.strip()
