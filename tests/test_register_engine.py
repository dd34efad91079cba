from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.effect import ALWAYS, BINDING, NEVER, Effect, Period
from articles.facets import Filters
from articles.register import FACETS, FEW, ORDERS, Register, Row
from articles.vietnamese import title_key

DAY = date(2024, 7, 1)
SECTION, INNER, OTHER = "000100010001", "0001000100010001", "000100010002"


def row(pk, **facts):
    facts = {
        "path": f"{SECTION}{pk:04}",
        "type": 1,
        "issuer": 1,
        "topics": (),
        "signer": "Trần Văn An",
        "number": pk,
        "reference_key": f"{pk}-ct-ubnd",
        "signed_on": date(2024, 1, 1),
        "title_key": "",
        "periods": ((ALWAYS, NEVER, "in-force"),),
    } | facts
    return Row(pk=pk, **facts)


def periods(*changes, first="not-yet"):
    """What `first` becomes on which days: ((day, effect), ...)."""
    starts = [ALWAYS, *(day for day, _effect in changes)]
    ends = [*starts[1:], NEVER]
    return tuple(zip(starts, ends, [first, *(effect for _day, effect in changes)], strict=True))


def selection(rows, day=DAY, sections=("",), hidden=(), as_of=False, **filters):
    chosen = Filters(**filters)
    return Register.of(rows).select(chosen, day, sections=sections, hidden=hidden, as_of=as_of)


def selected(*args, **kwargs):
    return selection(*args, **kwargs).pks("oldest").tolist()


# The rules, each by example ----------------------------------------------------------------------


def test_a_directive_on_several_topics_is_one_in_the_total_and_one_in_each_topic():
    found = selection([row(1, topics=(5, 6, 7)), row(2, topics=(5,)), row(3)], topic=[5, 6, 7])
    assert found.total == 2
    assert list(found.listed("oldest", 0, 10)) == [1, 2]
    assert found.facets["topic"] == [(5, 2), (6, 1), (7, 1)]


def test_many_values_of_a_facet_select_as_few_do():
    rows = [row(pk, type=pk, topics=(pk, 99)) for pk in range(1, 15)]
    wanted = list(range(2, 13))
    assert len(wanted) > FEW
    assert selected(rows, type=wanted) == wanted
    assert selected(rows, topic=wanted) == wanted


def test_a_topic_that_is_named_twice_is_counted_once():
    assert selection([row(1, topics=(5, 5))]).facets["topic"] == [(5, 1)]


def test_values_of_a_facet_widen_and_facets_narrow():
    rows = [row(1, type=1, issuer=1), row(2, type=2, issuer=1), row(3, type=3, issuer=1)]
    rows.append(row(4, type=1, issuer=2))
    assert selected(rows, type=[1, 2]) == [1, 2, 4]
    assert selected(rows, type=[1, 2], issuer=[1]) == [1, 2]


def test_a_facet_counts_what_its_own_filter_alone_leaves_out():
    rows = [row(1, type=1, issuer=1), row(2, type=2, issuer=1), row(3, type=2, issuer=2)]
    facets = selection(rows, type=[1], issuer=[1]).facets
    assert facets["type"] == [(1, 1), (2, 1)]  # The third has the wrong issuer.
    assert facets["issuer"] == [(1, 1)]
    assert facets["signer"] == [("Trần Văn An", 1)]


@pytest.mark.parametrize("name", FACETS)
def test_a_value_that_no_directive_has_selects_nothing(name):
    found = selection([row(1, topics=(1,))], **{name: ["nobody"]})
    assert found.total == 0
    assert found.facets[name] != []


def test_the_most_frequent_values_come_first_and_equals_by_value():
    signers = ["Bình", "An", "An", "Cúc", "Bình", "Anh"]
    rows = [row(pk, signer=signer) for pk, signer in enumerate(signers)]
    assert selection(rows).facets["signer"] == [("An", 2), ("Bình", 2), ("Anh", 1), ("Cúc", 1)]


def test_years_come_latest_first_whatever_their_counts():
    years = [2014, 2014, 2025, 1999]
    rows = [row(pk, signed_on=date(year, 5, 5)) for pk, year in enumerate(years)]
    assert selection(rows).facets["year"] == [(2025, 1), (2014, 2), (1999, 1)]
    assert selected(rows, year=[2014]) == [0, 1]


def test_effects_come_in_their_own_order_and_each_is_found_by_its_value():
    rows = [
        row(pk, periods=periods(first=str(effect))) for pk, effect in enumerate([*Effect, *Effect])
    ]
    assert selection(rows).facets["effect"] == [(effect, 2) for effect in Effect]
    for pk, effect in enumerate(Effect):
        assert selected(rows, effect=[effect]) == [pk, pk + len(Effect)]
        assert selected(rows, effect=[str(effect)]) == [pk, pk + len(Effect)]


def test_an_effect_begins_on_its_first_day_and_ends_before_the_next():
    start, end = date(2024, 3, 1), date(2025, 1, 1)
    rows = [row(1, periods=periods((start, "in-force"), (end, "expired")))]
    expected = {
        start - timedelta(days=1): Period(Effect.NOT_YET, ALWAYS, start),
        start: Period(Effect.IN_FORCE, start, end),
        end - timedelta(days=1): Period(Effect.IN_FORCE, start, end),
        end: Period(Effect.EXPIRED, end, NEVER),
        ALWAYS: Period(Effect.NOT_YET, ALWAYS, start),
        NEVER: Period(Effect.EXPIRED, end, NEVER),
    }
    for day, period in expected.items():
        found = selection(rows, day=day)
        assert found.effect_of(1) == period
        assert found.facets["effect"] == [(period.effect, 1)]


def test_who_asks_for_an_unknown_directive_is_told_so():
    with pytest.raises(KeyError):
        selection([row(1)]).effect_of(2)


def test_as_of_a_day_what_was_signed_later_does_not_exist():
    rows = [row(1, signed_on=DAY), row(2, signed_on=DAY + timedelta(days=1))]
    found = selection(rows, as_of=True)
    assert found.pks("newest").tolist() == [1]
    assert found.facets["type"] == [(1, 1)]
    assert selection(rows, as_of=True, type=[2]).facets["type"] == [(1, 1)]
    assert selected(rows) == [1, 2]
    assert selected(rows, day=NEVER, as_of=True) == [1, 2]
    assert selected(rows, day=ALWAYS, as_of=True) == []


def test_a_section_lists_what_lies_below_it_and_below_its_own_sections():
    rows = [row(1, path=f"{SECTION}0001"), row(2, path=f"{INNER}0001"), row(3, path=f"{OTHER}0001")]
    assert selected(rows, sections=[SECTION]) == [1, 2]
    assert selected(rows, sections=[INNER, OTHER]) == [2, 3]
    assert selected(rows, sections=[]) == []
    assert selected(rows) == [1, 2, 3]


def test_what_is_private_is_neither_listed_nor_counted():
    rows = [
        row(1, path=f"{SECTION}000A", type=1),
        row(2, path=f"{SECTION}000B", type=2),
        row(3, path=f"{INNER}000A", type=3),
        row(4, path=f"{OTHER}000A", type=4),
    ]
    for hidden, public in [
        ([SECTION], [4]),
        ([INNER], [1, 2, 4]),
        ([f"{SECTION}000A"], [2, 3, 4]),
        ([f"{SECTION}000A", f"{SECTION}000B", OTHER], [3]),
        ([f"{SECTION}000Z", "0009"], [1, 2, 3, 4]),
    ]:
        found = selection(rows, hidden=hidden)
        assert found.pks("oldest").tolist() == public
        assert found.facets["type"] == [(pk, 1) for pk in public]
        assert selected(rows, hidden=hidden, type=[1, 4]) == [pk for pk in public if pk in (1, 4)]


def test_private_pages_are_told_apart_in_thousands_of_sections():
    paths = {pk: f"0001{pk // 3:04}{pk % 3:03}0" for pk in range(6000)}
    hidden = [path for pk, path in paths.items() if pk % 5 == 0]
    rows = [row(pk, path=path) for pk, path in paths.items()]
    assert selected(rows, hidden=hidden) == [pk for pk in paths if pk % 5]


def test_newest_and_oldest_go_by_day_of_signing_then_by_key():
    rows = [row(3), row(1), row(2, signed_on=date(2023, 1, 1)), row(10, signed_on=date.max)]
    found = selection([*rows, row(9, signed_on=date.min)])
    assert found.pks("newest").tolist() == [10, 3, 1, 2, 9]
    assert found.pks("oldest").tolist() == [9, 2, 1, 3, 10]


def test_numbers_go_up_within_a_year_and_the_latest_year_leads():
    rows = [
        row(1, number=7, reference_key="7-qd-ubnd", signed_on=date(2024, 2, 1)),
        row(2, number=7, reference_key="7-ct-ubnd", signed_on=date(2024, 1, 1)),
        row(3, number=10, signed_on=date(2024, 1, 1)),
        row(4, number=1, signed_on=date(2023, 1, 1)),
        row(5, number=99, signed_on=date(2025, 1, 1)),
    ]
    assert selection(rows).pks("number").tolist() == [5, 2, 1, 3, 4]


def test_titles_go_by_plain_letters_and_by_the_value_of_numbers():
    titles = ["Kế hoạch số 10", "Đường sá", "Kế hoạch số 9", "Em", "ke hoach", "Dầu khí"]
    rows = [row(pk, title_key=title_key(title)) for pk, title in enumerate(titles)]
    assert selection(rows).pks("title").tolist() == [5, 1, 3, 4, 2, 0]


def test_of_equal_titles_the_newest_leads_however_they_came():
    old, new = row(1, signed_on=date(2020, 1, 1)), row(2, signed_on=date(2021, 1, 1))
    assert selection([old, new]).pks("title").tolist() == [2, 1]
    between = row(3, signed_on=date(2020, 6, 1))
    later = Register.of([old, new]).changed([between], [], 1)
    assert later.select(Filters(), DAY).pks("title").tolist() == [2, 3, 1]


def test_a_title_decides_by_its_first_letters_only():
    assert len(title_key("ư" * 5000)) == 120


def test_letters_beyond_ascii_in_keys_do_no_harm():
    rows = [row(pk, reference_key=key, number=1) for pk, key in enumerate(["1-z", "1-đ", "1-d"])]
    assert selection(rows).pks("number").tolist() == [2, 0, 1]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_follow_each_other_and_end(order):
    rows = [row(pk, title_key=str(pk % 3), number=pk % 4) for pk in range(25)]
    found = selection(rows)
    pages = [list(found.listed(order, offset, 10)) for offset in (0, 10, 20, 30)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert [pk for page in pages for pk in page] == found.pks(order).tolist()


def test_neighbours_are_those_of_the_selection_and_none_at_its_ends():
    found = selection([row(pk, type=pk % 2) for pk in range(1, 8)], type=[1])
    assert found.neighbours(3, "oldest") == (1, 5)
    assert found.neighbours(3, "newest") == (5, 1)
    assert found.neighbours(1, "oldest") == (None, 3)
    assert found.neighbours(7, "oldest") == (5, None)
    assert found.neighbours(2, "oldest") == (None, None)
    assert selection([row(1)]).neighbours(1, "title") == (None, None)


def test_related_are_those_with_most_topics_in_common_then_of_the_same_kind():
    rows = [
        row(1, topics=(1, 2, 3)),
        row(2, topics=(1,), type=9),
        row(3, topics=(1, 2), type=9),
        row(4, topics=(1,)),  # same type and issuer
        row(5, topics=(7,)),  # same type and issuer, no topic
        row(6, topics=(7,), issuer=9),  # nothing
        row(7, topics=(1,), type=9),  # as the second, but newer
        row(8, topics=(1,), type=9, periods=periods(first="expired")),
    ]
    assert selection(rows).related(1, 10) == [3, 4, 7, 2, 8, 5]
    assert selection(rows).related(1, 2) == [3, 4]
    assert selection(rows, type=[9]).related(1, 10) == [3, 7, 2, 8]
    assert selection(rows, hidden=[f"{SECTION}0003"]).related(1, 2) == [4, 7]


def test_an_empty_register_answers():
    found = selection([], type=[1], topic=[1], effect=["in-force"], hidden=[SECTION], as_of=True)
    assert (found.total, found.facets) == (0, {name: [] for name in FACETS})
    assert [list(found.listed(order, 0, 10)) for order in ORDERS] == [[]] * 4


def test_plain_tuples_from_the_database_are_rows():
    assert selected([tuple(row(1)), tuple(row(2))]) == [1, 2]


def test_a_change_makes_a_new_register_and_leaves_the_old_one_as_it_was():
    before = Register.of([row(1), row(2), row(3)], version=4)
    after = before.changed([row(2, type=8), row(9)], [3, 77], version=5)
    assert (before.version, len(before), after.version, len(after)) == (4, 3, 5, 3)
    assert before.select(Filters(), DAY).facets["type"] == [(1, 3)]
    assert before.select(Filters(), DAY).pks("oldest").tolist() == [1, 2, 3]
    assert after.select(Filters(), DAY).facets["type"] == [(1, 2), (8, 1)]
    assert after.select(Filters(), DAY).pks("oldest").tolist() == [1, 2, 9]


def test_a_directive_that_comes_twice_is_there_once_as_it_came_last():
    assert selection([row(1, type=1), row(1, type=2)]).facets["type"] == [(2, 1)]


def test_a_longer_title_than_all_before_is_kept_whole():
    register = Register.of([row(1, title_key="b"), row(2, title_key="a" * 60 + "b")])
    register = register.changed([row(3, title_key="a" * 60 + "a")], [], 1)
    assert register.select(Filters(), DAY).pks("title").tolist() == [3, 2, 1]


@pytest.mark.parametrize(
    "broken",
    [
        (),
        ((ALWAYS, DAY, "not-yet"),),
        ((DAY, NEVER, "in-force"),),
        ((ALWAYS, DAY, "not-yet"), (DAY + timedelta(days=1), NEVER, "in-force")),
        ((ALWAYS, DAY, "not-yet"), (DAY - timedelta(days=1), NEVER, "in-force")),
        ((ALWAYS, DAY, "not-yet"), (DAY, DAY, "partly"), (DAY, NEVER, "in-force")),
        ((ALWAYS, NEVER, "in-force"), (ALWAYS, NEVER, "in-force")),
    ],
)
def test_a_directive_without_exactly_one_effect_a_day_is_refused_by_name(broken):
    with pytest.raises(ValueError, match=r"\[42\]"):
        Register.of([row(1), row(42, periods=broken), row(43)])


# Against a plain reading of the same rules --------------------------------------------------------

DAYS = [date.min, *(date(2023, 12, 30) + timedelta(days=days) for days in range(5)), date.max]
PATHS = [SECTION, INNER, OTHER]


@st.composite
def rows_of(draw, pks):
    changes = sorted(draw(st.sets(st.sampled_from(DAYS[1:-1]), max_size=4)))
    effects = st.sampled_from([str(effect) for effect in Effect])
    pk = draw(pks)
    return row(
        pk,
        path=f"{draw(st.sampled_from(PATHS))}{pk:04}",
        type=draw(st.integers(1, 3)),
        issuer=draw(st.integers(1, 3)),
        topics=tuple(draw(st.lists(st.integers(1, 5), max_size=4))),
        signer=draw(st.sampled_from(["An", "Bình", "Đức"])),
        number=draw(st.sampled_from([1, 2, 10])),
        reference_key=draw(st.sampled_from(["", "b", "đ"])),
        signed_on=draw(st.sampled_from(DAYS)),
        title_key=draw(st.sampled_from(["", "a", "a b", "b"])),
        periods=periods(*((day, draw(effects)) for day in changes), first=draw(effects)),
    )


ROWS = st.lists(rows_of(st.integers(1, 30)), max_size=25, unique_by=lambda one: one.pk)
NUMBERS = st.lists(st.integers(1, 6), max_size=3)
QUESTIONS = st.fixed_dictionaries(
    {
        "filters": st.builds(
            Filters,
            type=NUMBERS,
            issuer=NUMBERS,
            topic=NUMBERS,
            year=st.lists(st.sampled_from([1, 2023, 2024, 2030, 9999]), max_size=3),
            effect=st.lists(st.sampled_from(list(Effect)), max_size=4),
            signer=st.lists(st.sampled_from(["An", "Bình", "Đức", "Em"]), max_size=3),
        ),
        "day": st.sampled_from(DAYS),
        "sections": st.sampled_from([("",), (SECTION,), (INNER, OTHER), ("0009",)]),
        "hidden": st.lists(
            st.one_of(st.sampled_from(PATHS), st.integers(1, 30).map(lambda n: f"{OTHER}{n:04}")),
            max_size=3,
        ),
        "as_of": st.booleans(),
    }
)


def period_on(one, day):
    return next(
        Period(Effect(effect), start, end)
        for start, end, effect in one.periods
        if start <= day < end or end == day == date.max
    )


def naive(rows, filters, day, sections, hidden, as_of):
    """The answers as someone would work them out with pencil and paper."""
    values = {
        one.pk: {
            "type": {one.type},
            "issuer": {one.issuer},
            "topic": set(one.topics),
            "year": {one.signed_on.year},
            "effect": {period_on(one, day).effect},
            "signer": {one.signer},
        }
        for one in rows
    }
    there = [
        one
        for one in rows
        if any(one.path[:-4].startswith(section) for section in sections)
        and not any(one.path.startswith(path) for path in hidden)
        and not (as_of and one.signed_on > day)
    ]

    def passing(without=None):
        return [
            one
            for one in there
            if all(
                not wanted or name == without or values[one.pk][name] & set(wanted)
                for name, wanted in filters._asdict().items()
            )
        ]

    facets = {}
    for name in FACETS:
        counts = Counter(value for one in passing(name) for value in values[one.pk][name])
        facets[name] = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    facets["year"].sort(reverse=True)
    facets["effect"].sort(key=lambda pair: list(Effect).index(pair[0]))

    newest = sorted(passing(), key=lambda one: (one.signed_on, one.pk), reverse=True)
    orders = {
        "newest": newest,
        "oldest": newest[::-1],
        "title": sorted(newest, key=lambda one: one.title_key),
        "number": sorted(
            newest, key=lambda one: (-one.signed_on.year, one.number, one.reference_key)
        ),
    }

    def related(pk):
        this = next(one for one in rows if one.pk == pk)
        ranks = {
            one.pk: (
                len(set(one.topics) & set(this.topics)),
                (one.type, one.issuer) == (this.type, this.issuer),
                period_on(one, day).effect in BINDING,
            )
            for one in newest
            if one.pk != pk
        }
        found = [found for found, rank in ranks.items() if rank[:2] != (0, False)]
        return sorted(found, key=ranks.get, reverse=True)[:4]

    return {
        "total": len(newest),
        "facets": facets,
        "orders": {name: [one.pk for one in order] for name, order in orders.items()},
        "effects": {one.pk: period_on(one, day) for one in newest},
        "related": {one.pk: related(one.pk) for one in newest},
    }


def answers(register, filters, **question):
    found = register.select(filters, **question)
    orders = {order: found.pks(order).tolist() for order in ORDERS}
    return {
        "total": found.total,
        "facets": found.facets,
        "orders": orders,
        "effects": {pk: found.effect_of(pk) for pk in orders["newest"]},
        "related": {pk: found.related(pk, 4) for pk in orders["newest"]},
    }


@settings(deadline=None)
@given(ROWS, QUESTIONS)
def test_every_question_is_answered_as_by_reading_row_by_row(rows, question):
    assert answers(Register.of(rows), **question) == naive(rows, **question)


CHANGES = st.lists(st.tuples(ROWS, st.sets(st.integers(1, 30), max_size=8)), max_size=4)


@settings(deadline=None)
@given(ROWS, CHANGES, QUESTIONS)
def test_changes_one_after_another_give_what_building_anew_gives(rows, changes, question):
    register, kept = Register.of(rows), {one.pk: one for one in rows}
    for version, (fresh, gone) in enumerate(changes):
        untouched, earlier = register, answers(register, **question)
        register = register.changed(fresh, gone - {one.pk for one in fresh}, version)
        kept = {pk: one for pk, one in kept.items() if pk not in gone}
        kept |= {one.pk: one for one in fresh}
        assert answers(register, **question) == naive(list(kept.values()), **question)
        assert answers(untouched, **question) == earlier
    assert answers(register, **question) == answers(Register.of(kept.values()), **question)
