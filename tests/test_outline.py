"""Anchors of a body, its table of contents, and the links that copy their address."""

import unicodedata
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from articles.blocks import DirectiveStreamBlock
from articles.outline import RESERVED, outline, places
from tests.factories import make_directive, make_home

BLOCK = DirectiveStreamBlock()


def heading(text, level="2", anchor=""):
    return {"type": "heading", "value": {"text": text, "level": level, "anchor": anchor}}


def article(number, title="", clauses=()):
    """Clauses are pairs (number, how many points)."""
    made = [
        {"number": clause, "text": "<p>Khoản</p>", "points": ["<p>Điểm</p>"] * points}
        for clause, points in clauses
    ]
    value = {"number": number, "title": title, "text": "", "clauses": made}
    return {"type": "provision", "value": value}


def stream(*blocks):
    return BLOCK.to_python(list(blocks))


def shown(*blocks):
    return BeautifulSoup(BLOCK.render(stream(*blocks)), "html.parser")


def ids(soup):
    return [element["id"] for element in soup.find_all(id=True)]


def labels(entries):
    return [(entry.label, labels(entry.children)) for entry in entries]


def anchors(entries):
    return [name for entry in entries for name in [entry.anchor, *anchors(entry.children)]]


CHAPTERS = [
    heading("Chương I"),
    article("1", "Phạm vi", [("", 2), ("", 0)]),
    heading("Mục 1", level="3"),
    article("2", "Đối tượng"),
    article("3"),
    heading("Chương II"),
    {"type": "text", "value": "<p>Lời dẫn</p>"},
    article("4", "Hiệu lực"),
]


def test_the_table_of_contents_nests_articles_below_their_headings():
    assert labels(outline(stream(*CHAPTERS))) == [
        (
            "Chương I",
            [
                ("Điều 1. Phạm vi", []),
                ("Mục 1", [("Điều 2. Đối tượng", []), ("Điều 3.", [])]),
            ],
        ),
        ("Chương II", [("Điều 4. Hiệu lực", [])]),
    ]


def test_articles_without_headings_are_all_at_the_top():
    entries = outline(stream(article("1"), article("2"), article("3")))
    assert [entry.anchor for entry in entries] == ["dieu-1", "dieu-2", "dieu-3"]


def test_a_text_of_two_entries_has_no_table_of_contents():
    assert outline(stream(article("1"), article("2"))) == []
    assert render_to_string("articles/includes/outline.html", {"outline": []}).strip() == ""


def test_headings_in_the_text_are_as_deep_as_in_the_table_of_contents():
    found = [
        (element.name, unicodedata.normalize("NFKC", element.text))
        for element in shown(*CHAPTERS).find_all(["h1", "h2", "h3", "h4", "h5"])
    ]
    assert found == [
        ("h2", "Chương I"),
        ("h3", "Điều 1. Phạm vi"),
        ("h3", "Mục 1"),
        ("h4", "Điều 2. Đối tượng"),
        ("h4", "Điều 3."),
        ("h2", "Chương II"),
        ("h3", "Điều 4. Hiệu lực"),
    ]


def test_the_table_of_contents_is_a_named_list_of_links_to_what_is_there():
    html = render_to_string(
        "articles/includes/outline.html", {"outline": outline(stream(*CHAPTERS))}
    )
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find(id=soup.nav["aria-labelledby"]).text
    links = [link["href"] for link in soup.select("nav > ol a")]
    assert len(links) == 7
    assert len(soup.select("nav > ol > li")) == 2
    assert "#dieu-1-khoan-1" not in links
    assert {link.removeprefix("#") for link in links} <= set(ids(shown(*CHAPTERS)))


def test_equal_headings_and_articles_get_anchors_of_their_own():
    soup = shown(
        heading("Phụ lục"),
        heading("Phụ lục"),
        heading("Phụ lục 2"),
        article("3", clauses=[("1", 1), ("1", 0)]),
        article("3", clauses=[("", 0)]),
    )
    assert ids(soup) == [
        "phu-luc",
        "phu-luc-2",
        "phu-luc-2-2",
        "dieu-3",
        "dieu-3-khoan-1",
        "dieu-3-khoan-1-diem-a",
        "dieu-3-khoan-1-2",
        "dieu-3-2",
        "dieu-3-2-khoan-1",
    ]


def test_a_heading_gives_way_to_the_article_and_to_a_chosen_anchor_of_that_name():
    blocks = [
        heading("Điều 3"),
        heading("Hiệu lực"),
        heading("Ngày áp dụng", anchor="hieu-luc"),
        article("3"),
    ]
    assert [place.anchor for place in places(stream(*blocks))] == [
        "dieu-3-2",
        "hieu-luc-2",
        "hieu-luc",
        "dieu-3",
    ]


def test_articles_3d_and_3đ_are_two():
    assert ids(shown(article("3d"), article("3đ"))) == ["dieu-3d", "dieu-3dd"]


def test_headings_of_no_letters_have_an_anchor_too():
    assert ids(shown(heading("…"), heading("***"), article("–"))) == ["muc", "muc-2", "dieu"]


def test_points_beyond_the_alphabet_are_shown_not_dropped():
    assert ids(shown(article("1", clauses=[("", 24)])))[-2:] == [
        "dieu-1-khoan-1-diem-y",
        "dieu-1-khoan-1-diem-24",
    ]


TEXTS = st.sampled_from(["Điều 1", "Điều 1 khoản 1", "Mục", "Mục 2", "muc", "", "…", "Top", "1-2"])
NUMBERS = st.sampled_from(["1", "2", "1 2", "1-2", "1-khoan-1", "1a", "đ", "dd", "", "."])
BODIES = st.lists(
    st.builds(heading, TEXTS, st.sampled_from(["2", "3"]), TEXTS)
    | st.builds(
        article, NUMBERS, TEXTS, st.lists(st.tuples(NUMBERS, st.integers(0, 5)), max_size=4)
    ),
    max_size=8,
)


@tries(max_examples=60, deadline=None)
@given(blocks=BODIES)
def test_no_body_has_an_id_twice_and_every_link_leads_to_one(blocks):
    soup = shown(*blocks)
    found = ids(soup)
    assert len(set(found)) == len(found)
    assert not RESERVED & set(found)
    assert all(found)
    assert {link["href"].removeprefix("#") for link in soup.select("a.permalink")} == set(found)
    assert set(anchors(outline(stream(*blocks)))) <= set(found)


# On a page -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_other_element_of_a_page_has_an_id_that_a_heading_may_get(client):
    make_home()
    page = make_directive(body=stream(*CHAPTERS, *(heading(name) for name in sorted(RESERVED))))
    soup = BeautifulSoup(client.get(page.url).content, "html.parser")
    assert len(set(ids(soup))) == len(ids(soup))
    soup.select_one(".body").extract()
    assert {name for name in ids(soup) if not name.startswith("side-")} <= RESERVED


@pytest.mark.django_db
def test_every_heading_article_clause_and_point_has_a_link_that_says_where_it_leads(client):
    make_home()
    page = make_directive(
        body=stream(heading("Quy định"), article("3", "Việc", [("", 0), ("", 1)]))
    )
    soup = BeautifulSoup(client.get(page.url).content, "html.parser")
    names = {
        link["href"]: link["aria-label"]
        for link in soup.select("[data-copied] a.permalink[data-copy]")
    }
    numbers = {"letter": "a", "number": "2", "article": "3"}
    assert names == {
        "#quy-dinh": gettext("Link to “%(heading)s”") % {"heading": "Quy định"},
        "#dieu-3": gettext("Link to article %(number)s") % {"number": "3"},
        "#dieu-3-khoan-1": gettext("Link to clause %(number)s of article %(article)s")
        % (numbers | {"number": "1"}),
        "#dieu-3-khoan-2": gettext("Link to clause %(number)s of article %(article)s") % numbers,
        "#dieu-3-khoan-2-diem-a": gettext(
            "Link to point %(letter)s, clause %(number)s of article %(article)s"
        )
        % numbers,
    }
    assert soup.select_one(".copied")["role"] == "status"


# What editors may not write ---------------------------------------------------------------------


def errors(*blocks):
    """{position of the block: its error}, as the form gets them."""
    with pytest.raises(ValidationError) as caught:
        BLOCK.clean(stream(*blocks))
    return caught.value.as_json_data()["blockErrors"]


def test_a_second_article_of_the_same_number_is_refused_at_its_number():
    # What has a number alone is a blank place, and left out.
    named = [article(number, title="Hiệu lực") for number in ("3", "4", "3", "3 ")]
    found = errors(named[0], heading("Xen giữa"), *named[1:])
    assert set(found) == {3, 4}
    assert list(found[3]["blockErrors"]) == ["number"]
    assert "3" in found[3]["blockErrors"]["number"]["messages"][0]


@pytest.mark.parametrize(
    ("numbers", "refused"),
    [
        (["1", "2", "2"], {2}),
        (["2", ""], {1}),  # counted as 2
        (["", "1"], {1}),
        (["1a", "1A"], {1}),
    ],
)
def test_a_second_clause_of_the_same_number_is_refused_at_its_number(numbers, refused):
    found = errors(article("1", clauses=[(number, 0) for number in numbers]))
    clauses = found[0]["blockErrors"]["clauses"]["blockErrors"]
    assert set(clauses) == refused
    assert all(list(error["blockErrors"]) == ["number"] for error in clauses.values())


def test_clauses_of_two_articles_may_have_the_same_numbers_and_headings_may_repeat():
    body = stream(
        heading("Phụ lục"),
        heading("Phụ lục"),
        article("1", clauses=[("", 0), ("", 0)]),
        article("1a", clauses=[("", 0), ("đ", 0), ("d", 0)]),
    )
    assert len(BLOCK.clean(body)) == 4


def test_too_many_points_and_a_repeated_number_are_both_said():
    found = errors(article("1", clauses=[("1", 0), ("1", 24)]))
    assert set(found[0]["blockErrors"]["clauses"]["blockErrors"][1]["blockErrors"]) == {
        "number",
        "points",
    }


# In a browser ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_link_copies_its_address_and_says_so(page, scheme):
    """Over plain http a browser has no clipboard for scripts; the old way works there."""
    body = """<html lang="vi"><body><script src="/portal.js" defer></script>
        <p id="dieu-1" data-copied="Đã chép đường dẫn"><a href="#dieu-1" data-copy>#</a></p>
        <button hidden data-copy="Chỉ thị 07" data-copied="Đã chép trích dẫn">Chép</button>
        <p class="copied" role="status"></p><textarea></textarea>"""
    script = Path(finders.find("js/portal.js")).read_text()
    address = f"{scheme}://portal.example/van-ban/"
    page.route(
        address, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8")
    )
    page.route("**/portal.js", lambda route: route.fulfill(body=script))
    if scheme == "https":
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address)
    assert page.evaluate("window.isSecureContext") == (scheme == "https")

    page.locator("a").focus()
    page.keyboard.press("Enter")
    status = page.get_by_role("status")
    status.get_by_text("Đã chép đường dẫn").wait_for()
    assert page.url == f"{address}#dieu-1"
    assert pasted(page) == f"{address}#dieu-1"

    page.get_by_role("button").click()
    status.get_by_text("Đã chép trích dẫn").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    assert pasted(page) == "Chỉ thị 07"


def pasted(page):
    field = page.locator("textarea")
    field.fill("")
    field.press("Control+V")
    return field.input_value()


def test_no_level_of_headings_is_skipped():
    body = [heading("Mục nhỏ", level="3"), article("1"), heading("Mục nhỏ", level="3")]
    names = [element.name for element in shown(*body).find_all(["h2", "h3", "h4"])]
    assert names == ["h2", "h3", "h3"]
