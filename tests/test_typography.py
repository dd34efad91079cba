"""Vietnamese as printers set it: what changes, what never does, and where it is left as typed."""

import json
import re
from html import unescape

import pytest
from bs4 import BeautifulSoup
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from articles.blocks import BodyStreamBlock
from articles.typography import typeset, typeset_html, typeset_plain
from tests.factories import make_directive, make_home, make_news, searched

NBSP = "\u00a0"
# What the rules look at, and what surrounds it.
PIECES = [
    *('"', "“", "”", "...", "…", ".", " ", NBSP, "(", ")", "/", "-", ",", "<", "&", "\n"),
    *("5", "12", "2014", "km", "%", "°C", "đồng", "tỷ", "triệu", "m2", "giờ"),
    *("ngày", "Ngày", "tháng", "năm", "Điều", "khoản", "điểm", "a", "số", "CT-UBND", "NĐ-CP", "ế"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=60)
TAGS = [
    *("<p>", "</p>", "<b>", "</b>", "<br/>", "<li>", "</li>", "<!-- 5 km -->"),
    '<a href="/?a=1&amp;b=&quot;5 km&quot;" title="số 5...">',
    "</a>",
    '<code class="x">',
    "</code>",
]
HTML = st.lists(
    st.sampled_from(TAGS) | TEXTS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;"))
).map("".join)


def shown(text):
    """With what nobody sees made visible."""
    return text.replace(NBSP, "~")


@pytest.mark.parametrize(
    ("typed", "set_so"),
    [
        ('Ông nói: "Đã xong".', "Ông nói: “Đã xong”."),
        ('("a", "b")', "(“a”, “b”)"),
        ('nói: " a "', "nói: “ a ”"),
        ('màn hình 17" mới', 'màn hình 17" mới'),
        ("“a” và ”b", "“a” và ”b"),
        ("v.v...", "v.v…"),
        ("Ngày ..... tháng ....", "Ngày ..... tháng ...."),
        ("5 km, 20 %, 37 °C, 3 m2", "5~km, 20~%, 37~°C, 3~m2"),
        ("2,5 tỷ đồng; 3 triệu lượt", "2,5~tỷ~đồng; 3~triệu lượt"),
        ("5 kmh, 3 mét, 4 tỷlệ", "5 kmh, 3 mét, 4 tỷlệ"),
        ("ngày 16/6/2014", "ngày~16/6/2014"),
        ("Ngày 16 tháng 6 năm 2014", "Ngày~16 tháng~6~năm~2014"),
        ("tháng 12 năm 2014", "tháng~12~năm~2014"),
        ("Điều 4, khoản 2, điểm a", "Điều~4, khoản~2, điểm~a"),
        ("điểm đến, số người, Điều kiện", "điểm đến, số người, Điều kiện"),
        ("số 07/CT-UBND", "số~07/CT-UBND"),
    ],
)
def test_what_is_set_otherwise(typed, set_so):
    assert shown(typeset(typed)) == set_so


@pytest.mark.parametrize(
    "number",
    ["07/CT-UBND", "26/2016/NĐ-CP", "15/2024/QĐ-UBND", "61/2018/QH14", "236/TB-NHNN", "12-NQ/TW"],
)
def test_numbers_of_documents_stay_whole_and_are_copied_as_they_are(number):
    assert typeset_plain(f"Theo {number}.") == f'Theo <span class="whole">{number}</span>.'


@pytest.mark.parametrize("text", ["16/6/2014", "và/hoặc", "1/2", "2014/15", "CT-UBND", "km/h"])
def test_what_is_no_documents_number_may_break(text):
    assert "span" not in typeset_plain(text)


def test_what_is_quoted_goes_on_through_tags_but_not_past_a_paragraph():
    assert typeset_html('<p>"<b>a</b>" b</p>') == "<p>“<b>a</b>” b</p>"
    assert typeset_html('<p>"a</p><p>b" c</p>') == '<p>“a</p><p>b" c</p>'
    assert typeset_html('a<br/>"b"') == "a<br/>“b”"
    assert typeset_html("<p>&quot;a&quot; &amp; b</p>") == "<p>“a” &amp; b</p>"


def test_code_stays_as_it_is():
    source = '<p><code>"5 km..."</code></p>'
    assert typeset_html(source) == source


@given(TEXTS)
def test_setting_twice_is_setting_once(text):
    assert typeset(typeset(text)) == typeset(text)


@given(TEXTS)
def test_letters_and_digits_never_change(text):
    def words(text):
        return [char for char in text if char.isalnum()]

    assert words(typeset(text)) == words(text)
    # Three dots are one character; nothing else goes or comes.
    assert len(typeset(text)) == len(text) - 2 * len(re.findall(r"(?<!\.)\.{3}(?!\.)", text))


@given(TEXTS)
def test_typed_text_is_escaped(text):
    escaped = typeset_plain(text).replace('<span class="whole">', "").replace("</span>", "")
    assert not set(escaped) & set('<>"')
    assert unescape(escaped) == typeset(text)


@given(HTML)
def test_tags_and_attributes_are_untouched(source):
    def tags(source):
        return [
            (tag.name, tag.attrs)
            for tag in BeautifulSoup(source, "html.parser").find_all()
            if tag.get("class") != ["whole"]
        ]

    assert tags(typeset_html(source)) == tags(source)


@given(HTML)
def test_html_that_is_set_twice_is_that_which_is_set_once(source):
    once = typeset_html(source)
    assert typeset_html(once) == once


def test_the_filter_escapes_text_and_keeps_html():
    template = Template("{% load typography %}{{ text|typeset }} {{ text|linebreaksbr|typeset }}")
    typed = '<b> "5 km" </b>\n'
    assert template.render(Context({"text": typed})) == (
        f"&lt;b&gt; “5{NBSP}km” &lt;/b&gt;\n &lt;b&gt; “5{NBSP}km” &lt;/b&gt;<br>"
    )


def test_blocks_are_set():
    body = BodyStreamBlock()
    values = [
        ("text", "<p>Dài 5 km</p>"),
        ("quote", {"text": "Dài 5 km", "source": "Sở, ngày 1/7"}),
        ("table", {"data": [["Dài 5 km"]], "table_caption": "Dài 5 km"}),
        ("heading", {"text": "Dài 5 km", "level": "2", "anchor": ""}),
    ]
    stream = [(name, body.child_blocks[name].normalize(value)) for name, value in values]
    rendered = body.render(body.normalize(stream))
    assert rendered.count(f"5{NBSP}km") == 5
    # What reads the heading to a screen reader and copies its address is as it was typed.
    assert "“Dài 5 km”" in rendered


@pytest.mark.django_db
def test_pages_are_set_and_programs_read_what_was_typed(client):
    make_home()
    title = 'Đường "Hồ Chí Minh" dài 5 km, theo 07/CT-UBND...'
    make_news(title=title, summary="Đã xong 20 %").save_revision().publish()
    page = client.get("/tin-tuc/duong-ho-chi-minh-dai-5-km-theo-07-ct-ubnd/")
    tree = html.fromstring(page.content)
    [heading] = tree.xpath("//h1")
    assert heading.text_content() == f"Đường “Hồ Chí Minh” dài 5{NBSP}km, theo 07/CT-UBND…"
    assert heading.xpath("span[@class='whole']/text()") == ["07/CT-UBND"]
    assert tree.findtext(".//title").startswith(title)
    assert tree.xpath("//meta[@property='og:title']/@content") == [title]
    [data] = tree.xpath("//script[@type='application/ld+json']/text()")
    assert title in json.dumps(json.loads(data), ensure_ascii=False).replace('\\"', '"')
    feed = client.get("/tin-tuc/atom/").content.decode()
    assert "dài 5 km" in feed
    assert "dài 5 km" in client.get("/api/v2/pages/?type=articles.NewsPage").content.decode()


@pytest.mark.django_db
def test_the_register_is_set_and_found_words_are_not(client):
    make_home()
    make_directive(title="Sửa 5 km đường").save_revision().publish()
    assert f"Sửa 5{NBSP}km đường" in client.get("/van-ban/").content.decode()
    assert NBSP not in "".join(
        html.fromstring(searched(client, "đường").content).xpath("//ol[@class='results']//text()")
    )
