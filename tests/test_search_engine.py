"""How text is read into words, and how the index ranks what holds them."""

import random
import unicodedata
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search import engine
from articles.search.engine import Entry, Index
from articles.search.spelling import is_one_slip
from articles.search.text import composed, pairs, words
from articles.vietnamese import fold

VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"
LETTERS = VOWELS + "đbcdghklmnpqrstvx0123456789"
syllables = st.text(st.sampled_from(LETTERS + LETTERS.upper()), max_size=8)
vietnamese = st.lists(syllables | st.sampled_from(" /-.,–“"), max_size=12).map(" ".join)


def plain(text):
    return [word.plain for word in words(text)]


def marked(text):
    return [word.marked for word in words(text)]


# Words


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("hoà hoả uỷ thuỷ khoẻ", ["hòa", "hỏa", "ủy", "thủy", "khỏe"]),
        ("HOÀ BÌNH", ["hòa", "bình"]),
        # The u of "qu" carries no tone, and a tone before another letter stands right.
        ("quý quỹ hoàn khoảng", ["quý", "quỹ", "hoàn", "khoảng"]),
        ("Ðường ðiện", ["đường", "điện"]),
        ("07/CT-UBND", ["07", "ct", "ubnd"]),
    ],
)
def test_one_word_of_several_spellings(typed, expected):
    assert marked(typed) == expected
    assert marked(unicodedata.normalize("NFD", typed)) == expected


@given(vietnamese)
def test_words_are_the_same_however_they_are_coded_and_typed(text):
    assert words(unicodedata.normalize("NFD", text)) == words(text) == words(text.upper())
    assert plain(text) == fold(text).split()
    assert plain(fold(text)) == plain(text)


@given(st.text(max_size=200))
def test_every_text_has_words_and_what_is_shown_is_it(text):
    for word in words(text):
        assert word.plain
        assert word.marked
    assert words(composed(text)) == words(text)


def test_pairs_are_neighbours():
    assert pairs(["van", "ban", "dien", "tu"]) == "van_ban ban_dien dien_tu"
    assert pairs(["mot"]) == pairs([]) == ""


# Ranking


@pytest.fixture
def index(tmp_path):
    return Index.make(tmp_path)


def fill(index, *texts):
    """Each text is a body; "title | body" has both."""
    entries = []
    for pk, text in enumerate(texts, start=1):
        title, bar, body = text.partition(" | ")
        entries.append(
            Entry(f"page:{pk}", pk, ["page"], title if bar else "", body if bar else text)
        )
    index.write(entries)


def found(index, question):
    return [hit.pk for hit in index.search(question, 10)[1]]


def shown(index, typed):
    return index.search(engine.Question(engine.terms_of(typed)), 10)[1]


@pytest.mark.parametrize(
    "typed",
    [
        "tăng cường",
        "tang cuong",
        "TANG CUONG",
        unicodedata.normalize("NFD", "tăng cường"),
        "tăng-cường",
        "“Tăng cường”",
    ],
)
def test_all_words_are_found_however_they_are_typed(index, typed):
    fill(index, "tăng cường kỷ luật", "tăng thu", "cường độ")
    assert found(index, engine.asking(typed)) == [1]


def test_marks_that_were_typed_rank_before_others(index):
    fill(index, "họp hội đồng", "hộp thư", "hợp tác")
    assert found(index, engine.asking("hộp"))[0] == 2
    assert found(index, engine.asking("hợp"))[0] == 3
    assert set(found(index, engine.asking("hop"))) == {1, 2, 3}


def test_the_old_place_of_a_tone_is_no_other_word(index):
    fill(index, "hoa quả", "hoà giải", "hóa đơn")
    assert found(index, engine.asking("hòa giải")) == [2]
    assert found(index, engine.asking("hòa"))[0] == 2


def test_titles_rank_before_bodies(index):
    fill(index, "Kế hoạch năm mới | nước sạch và chợ", "Nước sạch và chợ | kế hoạch năm mới")
    assert found(index, engine.asking("nước sạch"))[0] == 2


def test_words_next_to_each_other_rank_before_the_same_apart(index):
    fill(index, "bản đồ văn hóa", "văn hóa đồ bản", "văn bản hóa đồ")
    assert found(index, engine.asking("văn bản"))[0] == 3


def test_more_of_a_question_ranks_before_less(index):
    fill(index, "giấy khai sinh", "giấy khai sinh cho trẻ em", "giấy phép")
    question = engine.asking("làm giấy khai sinh cho con ở đâu", share=0.1)
    assert found(index, question) == [2, 1, 3]
    assert found(index, engine.asking("làm giấy khai sinh cho con ở đâu", share=0.5)) == [2]


CNTT = ("cntt",)
IN_FULL = ("cong", "nghe", "thong", "tin")
ALSO = {CNTT: [IN_FULL], IN_FULL: [CNTT]}


@pytest.mark.parametrize("typed", ["đào tạo CNTT", "dao tao cong nghe thong tin"])
def test_either_form_of_an_abbreviation_finds_the_other(index, typed):
    fill(
        index,
        "đào tạo công nghệ thông tin",
        "đào tạo CNTT",
        # Its words, and not the name.
        "đào tạo nghệ nhân, công bố thông điệp, tin tức",
    )
    assert set(found(index, engine.asking(typed, also=ALSO))) >= {1, 2}
    assert found(index, engine.asking("đào tạo CNTT")) == [2]
    assert 3 not in found(index, engine.asking("đào tạo CNTT", also=ALSO))


def test_what_weighs_more_comes_first_of_equals(index):
    index.write(
        [
            Entry("page:1", 1, ["page"], "Chỉ thị"),
            Entry("page:2", 2, ["page"], "Chỉ thị", weight=1.2),
        ]
    )
    assert found(index, engine.asking("chi thi")) == [2, 1]


def test_limits_hide_and_leave_the_order(index):
    index.write(
        [
            Entry("page:1", 1, ["page"], "Một", paths=["0001", "00010001"], is_public=True),
            Entry("page:2", 2, ["page", "news"], "Một", paths=["0001", "00010002"], is_public=True),
            Entry("page:3", 3, ["page"], "Một", paths=["0001", "00010003"]),
            Entry("image:4", 4, ["image"], "Một", is_public=True),
        ]
    )
    asked = engine.asking("một")
    assert set(found(index, asked)) == {1, 2, 3, 4}
    assert found(index, engine.limited(asked, models=["news"])) == [2]
    assert set(found(index, engine.limited(asked, models=["page"], is_public=True))) == {1, 2}
    assert found(
        index, engine.limited(asked, models=["page"], hidden=["00010001", "00010002"])
    ) == [3]
    assert found(index, engine.limited(asked, hidden=["0001"])) == [4]


def test_what_is_being_typed_begins_a_word_of_a_title(index):
    fill(index, "Tăng cường kỷ luật | x", "Tăng thu | cường", "Cường độ | x")
    assert found(index, engine.beginning("tăng cư")) == [1]
    assert set(found(index, engine.beginning("cuo"))) == {1, 3}
    assert found(index, engine.beginning("")) == found(index, engine.beginning(" - ")) == []


def test_a_phrase_stands_there_word_by_word(index):
    fill(index, "ủy ban nhân dân", "nhân dân ủy ban")
    assert found(index, engine.phrase("ban nhân dân")) == [1]
    assert found(index, engine.phrase("ủy")) != []
    assert found(index, engine.phrase("")) == []


def test_questions_are_put_together(index):
    fill(index, "một hai", "hai ba", "ba bốn")
    one, two = engine.asking("hai"), engine.asking("ba")
    assert found(index, engine.all_of([one, two])) == [2]
    assert set(found(index, engine.any_of([one, two]))) == {1, 2, 3}
    assert found(index, engine.none_of([one])) == [3]


def test_words_are_marked_on_the_text_as_it_was_written(index):
    filling = "Câu này nói chuyện khác. " * 30
    fill(index, f"🙂 Uỷ ban nhân dân <b>tỉnh</b> tăng cường họp. {filling}")
    [hit] = shown(index, "tang cuong uy ban")
    assert [text for text, is_match in hit.snippet if is_match] == ["Uỷ", "ban", "tăng", "cường"]
    snippet = "".join(text for text, _is_match in hit.snippet)
    assert "Uỷ ban nhân dân <b>tỉnh</b> tăng cường họp" in snippet
    assert len(snippet) < len(filling)


def test_syllables_that_stand_alone_are_not_marked_where_others_stand_together(index):
    fill(index, "Nhân dân bàn về văn bản điện tử; một bản, tự in.", "bản in, văn tế")

    def marked_words(typed):
        return [[text for text, is_match in hit.snippet if is_match] for hit in shown(index, typed)]

    assert marked_words("van ban dien tu") == [["văn", "bản", "điện", "tử"]]
    assert marked_words("van ban")[1] == ["bản", "văn"]


def test_what_is_in_the_title_alone_has_no_snippet(index):
    fill(index, "Nước sạch | Chợ quê")
    [hit] = shown(index, "nước")
    assert hit.snippet == ()
    assert hit.opening == "Chợ quê"


def test_a_file_is_named_when_the_words_are_in_it(index):
    files = [("Phụ lục.pdf", "Danh sách bến đò"), ("Biểu mẫu", "Đơn xin phép")]
    index.write([Entry("page:1", 1, ["page"], "Giấy phép", "Chợ quê", files=files)])
    for typed, name in (
        ("cho que", ""),
        ("bến đò", "Phụ lục.pdf"),
        ("phu luc", "Phụ lục.pdf"),
        ("đơn xin", "Biểu mẫu"),
    ):
        [hit] = shown(index, typed)
        assert hit.file == name, typed


# Parts and orders


def test_what_is_found_is_counted_by_facets(index):
    index.write(
        [
            Entry(f"page:{pk}", pk, ["page"], "Nước sạch", facets={"type": types, "year": ["2024"]})
            for pk, types in ((1, ["ct"]), (2, ["ct", "qd"]), (3, []), (4, ["Đ-ð"]))
        ]
        + [Entry("page:5", 5, ["page"], "Chợ quê", facets={"type": ["ct"]})]
    )
    asked = engine.asking("nước")
    assert index.counted(asked, ("type", "year", "issuer")) == {
        "type": {"ct": 2, "qd": 1, "Đ-ð": 1},
        "year": {"2024": 4},
        "issuer": {},
    }
    assert set(found(index, engine.narrowed(asked, {"type": ["qd", "Đ-ð"]}))) == {2, 4}
    both = engine.narrowed(asked, {"type": ["ct"], "year": ["2024", "2025"]})
    assert set(found(index, both)) == {1, 2}
    assert found(index, engine.narrowed(asked, {"type": ["-"]})) == []


def test_a_search_counts_what_it_finds(index):
    index.write(
        [Entry(f"page:{pk}", pk, ["page"], "Nước", facets={"kind": ["news"]}) for pk in range(9)]
    )
    found = index.search(engine.asking("nước"), 2, facets=("kind", "year"))
    assert (found.total, len(found.hits)) == (9, 2)
    assert found.counted == {"kind": {"news": 9}, "year": {}}


@pytest.mark.parametrize("kept", [[], ["mot", "hai"], ["mot", "hai", "ba", "hiem1", "khong"]])
@pytest.mark.parametrize("few", [0, 1_000])
def test_what_most_have_is_found_and_counted_the_same_without_looking_at_all(
    index, monkeypatch, few, kept
):
    """The best are scored and the others are counted: in each way, what plain queries give, for
    whichever words it is kept who lacks them."""
    monkeypatch.setattr(engine, "FEW", few)
    monkeypatch.setattr(engine, "WEIGHED", 20)
    dice = random.Random(few)
    common, rare = ["một", "hai", "ba", "mọt"], [f"hiếm{number}" for number in range(30)]

    def entry(pk):
        body = [*dice.sample(common, 4 if pk % 9 else 2), *dice.choices(rare, k=5)]
        dice.shuffle(body)
        return Entry(
            f"page:{pk}",
            pk,
            ["page"],
            " ".join(dice.sample(common, pk % 13 == 0)),
            " ".join(body),
            paths=["0001" if pk % 11 else "0002"],
            is_public=bool(pk % 17),
            facets={"year": [str(pk % 5)], "topic": list(map(str, range(pk % 6)))},
            weight=1.3 if pk % 3 else 1,
            day=date(2024, 1, 1) + timedelta(pk),
        )

    index.fill((entry(pk) for pk in range(400)), kept)
    # Some are gone, and still counted by the lists of their words.
    index.write(map(entry, range(400, 420)), gone=[f"page:{pk}" for pk in range(0, 400, 10)])
    also = {("ba",): [("hai", "một")]}
    for text in ("một", "một hai", "hai ba một", "một mọt", "một hiếm1", "hiếm1 hiếm2", "không"):
        for share in (1, 0.5):
            terms = engine.terms_of(text, also)
            question = engine.Question(terms, share, is_public=True, hidden=("0002",))
            limits = {"is_public": True, "hidden": ["0002"]}
            query = engine.limited(engine.asking(text, share=share, also=also), **limits)
            for limit, offset in ((3, 0), (5, 10), (10, 15), (10, 200)):
                answer = index.search(question, limit, offset, facets=("year", "topic"))
                plainly = index.search(query, limit, offset, terms=terms)
                assert without_scores(answer.hits) == without_scores(plainly.hits)
                # Sums, which may have been added up in another order.
                scores = [hit.score for hit in plainly.hits]
                assert [hit.score for hit in answer.hits] == pytest.approx(scores, rel=1e-5)
                assert answer.total == plainly.total
                assert answer.counted == index.counted(query, ("year", "topic"))
                by_day = index.search(question, limit, offset, "newest", ("year", "topic"))
                plainly = index.search(query, limit, offset, "newest", terms=terms)
                assert without_scores(by_day.hits) == without_scores(plainly.hits)
                assert (by_day.total, by_day.counted) == (answer.total, answer.counted)


def without_scores(hits):
    return [hit._replace(score=0) for hit in hits]


@pytest.mark.parametrize("kept", [[], ["nuoc"]])
def test_what_is_counted_by_what_is_missed_follows_changes(index, monkeypatch, kept):
    monkeypatch.setattr(engine, "FEW", 0)

    def entry(pk, body):
        return Entry(f"page:{pk}", pk, ["page"], "", body, facets={"year": ["2024"]})

    def counted():
        found = index.search(engine.Question(engine.terms_of("nước")), 10, facets=("year",))
        assert found.counted == {"year": {"2024": found.total}}
        return found.total

    index.fill([entry(8, "chợ")], kept)
    index.write([entry(9, "chợ")])
    for count in range(1, 4):
        index.write([entry(count, "nước sạch")])
        assert counted() == count
    index.write([entry(4, "chợ")])
    assert counted() == 3
    index.write([entry(1, "chợ"), entry(4, "nước")])
    assert counted() == 3
    index.write(gone=["page:4"])
    assert counted() == 2


def test_an_index_goes_on_keeping_who_lacks_common_words(index):
    def lacks():
        return dict(index._searcher().terms_with_prefix("lacks", ""))

    texts = ["nước sạch", "nước ngọt", "chợ"]
    entries = [Entry(f"page:{pk}", pk, ["page"], "", text) for pk, text in enumerate(texts)]
    index.fill(entries, ["nuoc", "sach"])
    assert lacks() == {"nuoc": 1, "sach": 2}
    index.write([Entry("page:9", 9, ["page"], "", "chợ sạch")])
    assert lacks() == {"nuoc": 2, "sach": 2}


def test_common_are_words_that_more_than_half_of_what_is_public_has():
    def entries(is_public, *texts):
        return [
            Entry(f"page:{pk}", pk, ["page"], title, body, is_public=is_public)
            for pk, (title, _bar, body) in enumerate(text.partition(" | ") for text in texts)
        ]

    public = entries(True, "Nước | sạch nước", "Chợ | nước chợ", "Nươc | chợ Đông", "đồng | sạch")
    hidden = entries(False, "sạch", "sạch", "sạch")
    assert engine.common_words(public + hidden) == ["nuoc"]
    assert engine.common_words([]) == []


def test_days_narrow_and_order(index):
    days = {1: date(2024, 5, 1), 2: date(2023, 5, 1), 3: date(2025, 5, 1), 4: None}
    index.write([Entry(f"page:{pk}", pk, ["page"], "Nước", day=day) for pk, day in days.items()])
    asked = engine.asking("nước")

    def ordered(query, order):
        return [hit.pk for hit in index.search(query, 9, order=order)[1]]

    assert ordered(asked, "newest") == [3, 1, 2, 4]
    assert ordered(asked, "oldest") == [4, 2, 1, 3]
    since = engine.narrowed(asked, {}, since=days[1])
    assert ordered(since, "newest") == [3, 1]
    until = engine.narrowed(asked, {}, until=days[1])
    assert ordered(until, "oldest") == [4, 2, 1]
    assert ordered(engine.narrowed(asked, {}, days[1], days[1]), "best") == [1]
    assert len(ordered(engine.narrowed(asked, {}, date.min, date.max), "best")) == 3


def test_any_number_of_values_is_counted_and_found(index):
    many = [str(number) for number in range(9)]
    index.write(
        [Entry(f"page:{pk}", pk, ["page"], "Nước", facets={"topic": many[:pk]}) for pk in range(10)]
    )
    asked = engine.asking("nước")
    expected = {number: 9 - int(number) for number in many}
    assert index.counted(asked, ("topic",)) == {"topic": expected}
    for number in many:
        assert len(found(index, engine.narrowed(asked, {"topic": [number]}))) == expected[number]


def test_weights_order_the_best_and_pages_follow_each_other(index, monkeypatch):
    monkeypatch.setattr(engine, "WEIGHED", 20)
    index.write(
        [
            Entry(f"page:{pk}", pk, ["page"], "Chợ", weight=1.3 if pk % 7 == 0 else 1)
            for pk in range(1, 51)
        ]
    )
    asked = engine.asking("chợ")
    whole = [hit.pk for hit in index.search(asked, 50)[1]]
    assert sorted(whole) == list(range(1, 51))
    assert whole[:2] == [7, 14]
    for size in (3, 15, 20, 27):
        parts = [index.search(asked, size, begin) for begin in range(0, 50, size)]
        assert {part.total for part in parts} == {50}
        assert [hit.pk for part in parts for hit in part.hits] == whole
        ranked = [pk for begin in range(0, 50, size) for pk in index.ranked(asked, size, begin)[1]]
        assert ranked == whole
    assert index.ranked(asked, 5, 60) == (50, {})


def test_what_leads_comes_first_in_its_order_whatever_it_weighs(index):
    pks = list(range(1, 121))
    index.write(
        [Entry(f"page:{pk}", pk, ["page"], "Chợ", weight=1.3 if pk % 2 else 1) for pk in pks]
        + [Entry("page:200", 200, ["page"], "Nước sạch, nước ngọt", "nước " * 40, weight=1.3)]
    )
    question = engine.any_of([engine.asking("nước"), engine.leading([f"page:{pk}" for pk in pks])])
    assert [hit.pk for hit in index.search(question, 200)[1]] == [*pks, 200]


# Slips


@pytest.mark.parametrize(
    ("typed", "is_slip"),
    [
        ("thong", False),
        ("thoong", True),
        ("thng", True),
        ("thang", True),
        ("tohng", True),
        ("thogn", True),
        ("hton", False),
        ("tohgn", False),
        ("thongaa", False),
        ("", False),
    ],
)
def test_one_slip_is_one_letter_or_two_in_each_others_place(typed, is_slip):
    assert is_one_slip(typed, "thong") is is_one_slip("thong", typed) is is_slip


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_one_slip_is_what_trying_every_slip_finds(one, other):
    splits = [(one[:place], one[place:]) for place in range(len(one) + 1)]
    slips = {head + tail[1:] for head, tail in splits if tail}
    slips |= {head + letter + tail for head, tail in splits for letter in "abc"}
    slips |= {head + letter + tail[1:] for head, tail in splits if tail for letter in "abc"}
    slips |= {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    assert is_one_slip(one, other) == (other in slips - {one})


def meant(index, typed, among=engine.EVERYTHING):
    return index.meant(words(typed)[0], among)


def test_the_commonest_near_word_is_meant_with_its_marks(index):
    fill(index, "nước sạch", "nước sông", "nhược điểm", "ủy ban", "đường | đi")
    assert meant(index, "nuơc") is None
    assert meant(index, "nuoec") == meant(index, "nuowc") == "nước"
    assert meant(index, "uyy") == "ủy"
    assert meant(index, "duongg") == "đường"
    assert meant(index, "kkkkk") is None


def test_nothing_is_meant_that_is_not_among_them(index):
    index.write(
        [
            Entry("page:1", 1, ["page"], "Nước", is_public=True),
            Entry("page:2", 2, ["page"], "Tuyệt mật"),
        ]
    )
    among = engine.limited(engine.EVERYTHING, is_public=True)
    assert meant(index, "nuoec", among) == "nước"
    assert meant(index, "matt") == "mật"
    assert meant(index, "matt", among) is None


# Writing


def test_readers_see_the_next_state_and_an_entry_is_there_once(index, tmp_path):
    reader = Index(tmp_path)
    index.write([Entry("page:1", 1, ["page"], "Một"), Entry("page:2", 2, ["page"], "Hai")])
    index.write([Entry("page:1", 1, ["page"], "Ba")], gone=["page:2", "page:9"])
    assert found(reader, engine.EVERYTHING) == [1]
    assert found(reader, engine.asking("ba")) == [1]


def test_a_page_of_many_is_as_long_as_was_asked_and_all_are_counted(index):
    index.write(Entry(f"page:{pk}", pk, ["page"], "Chung") for pk in range(1, 301))
    asked = engine.asking("chung")
    pages = [index.search(asked, 100, first) for first in (0, 100, 200)]
    assert {part.total for part in pages} == {300}
    everything = [hit.pk for part in pages for hit in part.hits]
    assert sorted(everything) == list(range(1, 301))
    assert list(index.ranked(asked)[1]) == everything


@given(st.text(max_size=300))
def test_no_question_is_too_odd(shared_index, text):
    for query in (
        engine.asking(text),
        engine.asking(text, share=0, also=ALSO),
        engine.beginning(text),
        engine.phrase(text),
    ):
        total, hits, _counted = shared_index.search(engine.limited(query, models=["page"]), 5)
        assert total >= len(hits)


@pytest.fixture(scope="module")
def shared_index(tmp_path_factory):
    index = Index.make(tmp_path_factory.mktemp("index"))
    fill(index, "Chỉ thị | tăng cường sử dụng văn bản điện tử 07 a b c")
    return index


def test_a_damaged_index_is_said_to_be_one(index, tmp_path):
    fill(index, "một")
    (tmp_path / "meta.json").write_text("{")
    with pytest.raises(ValueError, match="corrupt"):
        Index(tmp_path)
    (tmp_path / "meta.json").unlink()
    with pytest.raises(ValueError, match="Exist"):
        Index(tmp_path)
    with pytest.raises(ValueError, match="meta"):
        index.search(engine.EVERYTHING, 1)


@pytest.mark.parametrize("harm", ["half", "empty", "gone", "bits"])
def test_whatever_part_is_damaged_is_an_error_or_an_answer(index, tmp_path, harm):
    fill(index, *("Chỉ thị | tăng cường sử dụng văn bản điện tử " * 9 for _ in range(50)))
    dice = random.Random(7)
    for part in [path for path in tmp_path.iterdir() if path.suffix and path.name[0] != "."]:
        content = part.read_bytes()
        if harm == "gone":
            part.unlink()
        elif harm == "bits":
            damaged = bytearray(content)
            for place in dice.choices(range(len(content)), k=20):
                damaged[place] ^= 255
            part.write_bytes(damaged)
        else:
            part.write_bytes(content[: len(content) // 2] if harm == "half" else b"")
        with suppress(ValueError):
            total, _hits = Index(tmp_path).search(engine.asking("van ban tang cuong"), 5)
            assert total <= 50
        part.write_bytes(content)
    assert index.search(engine.asking("van ban"), 5)[0] == 50
