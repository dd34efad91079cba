"""Text of a word processor becomes the blocks that an editor would have made."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.blocks import BodyStreamBlock, DirectiveStreamBlock
from articles.pasting import MOST_BLOCKS, TooMuch, pasted
from tests import word

pytestmark = pytest.mark.once


def blocks(html, **options):
    return [(block["type"], block["value"]) for block in pasted(html, **options).blocks]


def text_of(html):
    """The HTML of the one text block that this makes."""
    ((kind, value),) = blocks(html)
    assert kind == "text"
    return value


def test_a_report_of_word_becomes_headings_texts_lists_and_a_table():
    found = blocks(word.clipboard(word.report()))
    assert [kind for kind, _value in found] == [
        *("heading", "heading", "text", "heading", "text", "heading", "table", "text")
    ]
    assert [(v["text"], v["level"]) for kind, v in found if kind == "heading"] == [
        ("BÁO CÁO KẾT QUẢ QUÝ II", "2"),
        ("Tình hình chung", "2"),
        ("Việc đã làm", "3"),
        ("Số liệu", "2"),
    ]
    assert found[2][1] == (
        "<p>Trong quý, toàn tỉnh tiếp nhận <b>12.480 hồ sơ</b>; <i>đúng hạn</i> 98,2 %, tăng so "
        "với quý trước hai điểm.</p>"
    )
    assert found[4][1] == (
        "<ul><li>Mở thêm ba điểm tiếp nhận:<ul><li>Phường Đông Hà</li><li>Xã Hướng Hiệp</li></ul>"
        "</li><li>Tập huấn 240 cán bộ</li></ul><p>Các bước tiếp theo như sau.</p>"
        "<ol><li>Rà soát thủ tục</li><li>Công bố danh mục</li></ol>"
    )
    assert found[6][1]["data"] == [
        ["Đơn vị", "Tiếp nhận", "Đúng hạn"],
        ["Sở Nội vụ", "1.204", "1.190"],
        ["Xã Gio Linh", "315", "309"],
    ]
    assert found[6][1]["table_header_choice"] == "row"


def test_the_articles_of_a_directive_get_their_clauses_and_points():
    found = pasted(word.clipboard(word.directive()), has_articles=True)
    assert [block["type"] for block in found.blocks] == [
        *("text", "heading", "provision", "provision")
    ]
    assert found.head_left_out
    assert found.blocks[1]["value"]["text"] == "Chương I. QUY ĐỊNH CHUNG"
    first, second = (block["value"] for block in found.blocks[2:])
    assert (first["number"], first["title"], first["text"]) == ("1", "Phạm vi điều chỉnh", "")
    assert first["clauses"] == [
        {
            "number": "1",
            "text": "<p>Quy định này áp dụng cho các cơ quan:</p>",
            "points": ["<p>Sở, ban, ngành;</p>", "<p>Uỷ ban nhân dân cấp xã.</p>"],
        },
        {"number": "2", "text": "<p>Không áp dụng cho doanh nghiệp.</p>", "points": []},
    ]
    assert second["text"].startswith("<p>Quyết định này có hiệu lực từ ngày ký.</p>")


def test_a_plain_page_keeps_articles_as_paragraphs():
    found = blocks(word.clipboard(word.directive()))
    assert "provision" not in dict(found)
    assert "<b>Điều 1. Phạm vi điều chỉnh</b>" in dict(found)["text"]


def test_articles_that_begin_anew_in_an_appendix_are_no_second_article_1():
    html = "<p>Điều 1. Một.</p><p>Điều 1. Của phụ lục.</p>"
    found = blocks(html, has_articles=True)
    assert [kind for kind, _value in found] == ["provision", "text"]
    assert found[1][1] == "<p>Điều 1. Của phụ lục.</p>"


def test_clauses_that_begin_anew_end_the_article():
    html = "<p>Điều 1. A.</p><p>1. B</p><p>2. C</p><p><b>II. PHẦN HAI</b></p><p>1. D</p>"
    (_kind, article), (kind, text) = blocks(html, has_articles=True)
    assert [clause["number"] for clause in article["clauses"]] == ["1", "2"]
    assert (kind, text) == ("text", "<p><b>II. PHẦN HAI</b></p><p>1. D</p>")


def test_a_point_under_another_letter_than_its_place_keeps_its_letter_as_a_word():
    # Some offices letter their points a, b, c, d, e.
    html = "<p>Điều 1. A</p><p>1. B</p>" + "".join(f"<p>{x}) {x}</p>" for x in "abcde")
    ((_kind, article),) = blocks(html, has_articles=True)
    assert article["clauses"][0]["points"] == [
        *("<p>a</p>", "<p>b</p>", "<p>c</p>", "<p>d</p><p>e) e</p>")
    ]


def test_a_list_that_goes_on_from_another_number_keeps_its_numbers():
    html = "<ol start='4'><li>bốn</li><li>năm</li></ol>"
    assert text_of(html) == "<p>4. bốn</p><p>5. năm</p>"


def test_lettered_items_stay_lettered():
    html = "<ol style='list-style-type:lower-alpha'><li>một</li><li>hai</li></ol>"
    assert text_of(html) == "<p>a. một</p><p>b. hai</p>"


def test_google_docs_is_not_bold_all_over():
    html = (
        '<b style="font-weight:normal;" id="docs-internal-guid-1"><p><span '
        'style="font-weight:400">Thường, </span><span style="font-weight:700">đậm</span></p>'
        '<ul><li style="list-style-type:disc"><p>Một</p></li></ul></b>'
    )
    assert text_of(html) == "<p>Thường, <b>đậm</b></p><ul><li>Một</li></ul>"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://quangtri.gov.vn/a?b=1&amp;c=2", "https://quangtri.gov.vn/a?b=1&amp;c=2"),
        ("mailto:a@b.vn", "mailto:a@b.vn"),
        ("https://www.google.com/url?q=https://a.vn/&amp;sa=D", "https://a.vn/"),
        ("javascript:alert(1)", None),
        ("file:///C:/a.docx", None),
        ("#_Toc123", None),
        ("http://[", None),
    ],
)
def test_links_lead_out_of_the_document_or_nowhere(address, kept):
    expected = f'<p><a href="{kept}">đây</a></p>' if kept else "<p>đây</p>"
    assert text_of(f'<p><a href="{address}">đây</a></p>') == expected


@pytest.mark.parametrize(
    "rubbish",
    [
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p>",
        "<p>--------------</p>",
        "<p><a name='_Toc1'></a></p>",
        "<p class=MsoToc1>Mục lục ....... 3</p>",
        "<div style='mso-element:comment-list'><p>Góp ý</p></div>",
        "<p><del>đã xoá</del></p>",
        "<p style='display:none'>ẩn</p>",
        "<p><span style='mso-hide:all'>ẩn</span></p>",
        "<script>alert(1)</script><style>p {}</style>",
        "<!--[if supportFields]><span>PAGE</span><![endif]-->",
        "<v:shape><v:textbox><p>khung</p></v:textbox></v:shape>",
        "<p>\u00ad\u200b</p>",
    ],
)
def test_rubbish_goes(rubbish):
    assert text_of(f"<p>Trước</p>{rubbish}<p>Sau</p>") == "<p>Trước</p><p>Sau</p>"


def test_pictures_are_counted_and_left_out():
    found = pasted("<p>Ảnh: <img src='file:///C:/a.png'></p><img src='data:image/png;base64,AA=='>")
    assert found.pictures == 2
    assert found.blocks == [{"type": "text", "value": "<p>Ảnh:</p>"}]


def test_a_font_from_before_unicode_is_noticed():
    assert pasted("<p style='font-family:\".VnTime\"'>Céng hßa</p>").legacy_font
    assert not pasted("<p style='font-family:\"Times New Roman\"'>Cộng hòa</p>").legacy_font


def test_merged_cells_keep_the_others_in_their_columns():
    html = (
        "<table><tr><td rowspan=2>A</td><td colspan=2>B</td></tr>"
        "<tr><td>C</td><td>D</td></tr><tr><td>E</td><td>F</td><td>G</td></tr></table>"
    )
    ((_kind, table),) = blocks(html)
    assert table["data"] == [["A", "B", ""], ["", "C", "D"], ["E", "F", "G"]]


def test_a_table_of_one_row_only_lined_things_up():
    assert text_of("<table><tr><td>Trái</td><td>Phải</td></tr></table>") == "<p>Trái</p><p>Phải</p>"


def test_decomposed_letters_are_composed():
    assert text_of("<p>Quảng Trị</p>") == "<p>Quảng Trị</p>"


def test_more_blocks_than_anybody_would_look_through_are_refused():
    with pytest.raises(TooMuch):
        pasted("<h1>Mục</h1>" * (MOST_BLOCKS + 1))


NAMES = "p h1 h2 b i span div ul ol li table tr td th a img br del o:p v:shape sup font"
TAGS = st.sampled_from(NAMES.split(" "))
STYLES = st.sampled_from(
    [
        *("", "mso-list:l0 level2 lfo1", "mso-list:Ignore", "font-weight:bold", "display:none"),
        *("mso-outline-level:3", "font-weight:99999", "mso-list:l0 level99999999999 lfo1", ":;:"),
    ]
)
WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["Điều 1. Một", "1. Hai", "a) Ba", "Chương I", "–", "IV.", "²"]),
)


def element(inner):
    def made(tag, style, span, inside):
        return f'<{tag} style="{style}" colspan="{span}" rowspan="{span}" start="{span}">{inside}'

    spans = st.sampled_from(["", "2", "0", "-1", "99999999", "²", "x"])
    closing = st.one_of(st.just(""), TAGS.map(lambda tag: f"</{tag}>"))
    opened = st.builds(made, TAGS, STYLES, spans, inner)
    return st.builds(lambda start, end: start + end, opened, closing)


HTML = st.recursive(
    WORDS, lambda inner: st.lists(element(inner), max_size=4).map("".join), max_leaves=30
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(HTML, st.text(), st.text(alphabet="<>/p b=\"'!-[]&;a")), st.booleans())
def test_whatever_is_pasted_an_editor_can_go_on_with(html, has_articles):
    found = pasted(html, has_articles)
    block = (DirectiveStreamBlock if has_articles else BodyStreamBlock)(required=False)
    value = block.to_python(found.blocks)
    # It can be edited and saved, and says what was pasted: no block is empty.
    block.get_form_state(value)
    for child in block.clean(value):
        assert child.block_type in {"heading", "text", "table", "provision"}
        assert "<script" not in str(child.value)


def test_a_thousand_levels_of_tags_are_read():
    assert "x" in text_of("<div>" * 1500 + "x")
    assert "y" in text_of("<table><tr><td>" * 500 + "y")
