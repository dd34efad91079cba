"""Whoever types a number finds its document first; an old office's name leads to the new one."""

from datetime import date

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from articles.models import (
    DirectiveIndexPage,
    DirectiveRelation,
    DirectiveType,
    Issuer,
)
from tests.factories import make_directive, make_home, make_news, searched

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def directive(home):
    """07/CT-UBND, among others that hold the same words and digits."""
    for number in range(3):
        make_directive(
            number=str(number + 10),
            title=f"Chỉ thị thay 07/CT-UBND năm 2014, số {number}",
            signed_on=date(2020, 1, 1),
            subject="Chỉ thị số 07/CT-UBND năm 2014 và chỉ thị 7",
        )
    make_news("Chỉ thị 07 CT UBND 2014 và 7 chỉ thị")
    return make_directive(title="Thư điện tử")


def ask(client, query, **more):
    response = searched(client, query, **more)
    assert response.status_code == 200
    return response


def titles(client, query, **more):
    return [page.title for page in ask(client, query, **more).context["listing"]]


@pytest.mark.parametrize(
    "query",
    [
        "07 ct ubnd",
        "7/CT-UBND",
        "chi thi 7",
        "Chỉ thị số 07",
        "7 ct ubnd 2014",
        "07/CT-UBND",
        "07/CT",
        "07/CT-UBND ngày 16/6/2014",
        "chỉ thị số 07/CT-UBND về thư điện tử",
    ],
)
def test_a_number_finds_its_document_first_however_it_is_typed(client, directive, query):
    assert titles(client, query)[0] == "Thư điện tử"


def test_the_pages_that_hold_the_words_follow_without_a_repetition(client, directive):
    found = titles(client, "07/CT-UBND")
    assert len(found) == 5
    assert len(set(found)) == 5


def test_a_number_may_find_what_no_word_of_it_stands_in(client, home):
    make_directive(title="Thư điện tử")
    assert titles(client, "7/ct-ubnd 2014") == ["Thư điện tử"]


@pytest.mark.parametrize("query", ["08/CT-UBND", "7 ct ubnd 2015", "07/QĐ-UBND", "17/CT-UBND"])
def test_another_number_does_not_find_it(client, directive, query):
    assert "Thư điện tử" not in titles(client, query)


def test_a_part_of_a_symbol_is_no_beginning_of_a_longer_one(client, home):
    program = DirectiveType.objects.get(name="Chương trình")
    make_directive(title="Chương trình", type=program, symbol="CTr-UBND")
    assert titles(client, "7/ct") == []
    assert titles(client, "7/ctr") == ["Chương trình"]


def of_year(year, title, **facts):
    return make_directive(title=title, signed_on=date(year, 1, 2), **facts)


def test_what_binds_comes_before_what_binds_no_longer_and_new_before_old(client, home):
    of_year(2012, "Năm 2012")
    of_year(2014, "Hết hạn", expires_on=date(2014, 2, 1))
    of_year(2013, "Năm 2013")
    of_year(2020, "Thu hồi", withdrawn_on=date(2021, 1, 1), withdrawal_reason="Sai")
    replaced = of_year(2016, "Bị thay thế")
    new = of_year(2022, "Thay thế", number="09")
    new.relations.add(DirectiveRelation(kind="replaces", target=replaced))
    new.save_revision().publish()
    assert titles(client, "07/CT-UBND") == [
        "Năm 2013",
        "Năm 2012",
        "Thu hồi",
        "Bị thay thế",
        "Hết hạn",
    ]
    assert titles(client, "07/CT-UBND 2014") == ["Hết hạn"]


def test_the_number_as_it_stands_there_comes_before_a_longer_one(client, home):
    decision = {"type": DirectiveType.objects.get(name="Quyết định"), "symbol": "QĐ-UBND"}
    make_directive(title="Cá biệt", number="15", **decision)
    make_directive(title="Quy phạm", number="15/2014", **decision)
    assert titles(client, "15/2014/QĐ-UBND") == ["Quy phạm", "Cá biệt"]
    assert titles(client, "15/QĐ-UBND") == ["Cá biệt", "Quy phạm"]


def test_the_type_that_was_named_is_the_one_meant(client, home):
    make_directive(title="Chỉ thị cũ")
    decision = DirectiveType.objects.get(name="Quyết định")
    make_directive(title="Số bảy", type=decision, symbol="QĐ-UBND", signed_on=date(2020, 1, 1))
    assert titles(client, "chi thi 7") == ["Chỉ thị cũ"]
    assert titles(client, "số 7") == ["Số bảy", "Chỉ thị cũ"]


def test_the_office_that_was_named_beside_the_number_comes_first(client, home):
    district = Issuer.objects.create(name="UBND huyện Hướng Hóa", short_name="Hướng Hóa")
    make_directive(title="Của huyện", issuer=district, expires_on=date(2015, 1, 1))
    make_directive(title="Của tỉnh")
    assert titles(client, "07/CT-UBND huyện Hướng Hóa")[0] == "Của huyện"
    assert titles(client, "07/CT-UBND")[0] == "Của tỉnh"


def test_a_number_finds_nothing_private_or_unpublished(client, home):
    make_directive(title="Bản nháp", live=False)
    private = make_directive(title="Văn bản kín")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert titles(client, "07/CT-UBND") == []


def test_pages_of_results_follow_each_other_without_a_gap(client, home):
    for year in range(1990, 2015):
        of_year(year, f"Năm {year}")
    for number in range(20):
        make_news(f"Bàn về 07/CT-UBND, kỳ {number}")
    found = [titles(client, "07/CT-UBND", trang=page) for page in range(1, 6)]
    assert [len(part) for part in found] == [10, 10, 10, 10, 5]
    years = [f"Năm {year}" for year in range(2014, 1989, -1)]
    assert [*found[0], *found[1], *found[2][:5]] == years
    assert len({title for part in found for title in part}) == 45


def test_results_say_where_directives_stand(client, home):
    make_directive(title="Còn", number="01")
    make_directive(title="Hết", number="02", expires_on=date(2015, 1, 1))
    make_news("Còn và hết")
    shown = ask(client, "ubnd tỉnh").content.decode()
    assert shown.count("pill-in-force") == 1
    assert shown.count("pill-expired") == 1


@pytest.mark.parametrize(
    ("query", "before"),
    # What the same searches take without numbers, periods and old offices.
    [("07/CT-UBND", 13), ("chi thi", 13), ("tin tuc", 11), ("covid 19", 9), ("07/XX huyện", 14)],
)
def test_a_search_needs_two_queries_more_at_most(
    client, directive, query, before, django_assert_max_num_queries
):
    Issuer.objects.create(name="Phòng cũ", short_name="x", dissolved_on=date(2015, 1, 1))
    ask(client, query)
    with django_assert_max_num_queries(before + 2):
        client.get("/tim-kiem/", {"q": query})


# Offices that are no more


@pytest.fixture
def offices(home):
    """A district that went, by way of another, into a department; returns the three."""
    district = Issuer.objects.create(
        name="UBND huyện Hướng Hóa", short_name="Huyện HH", dissolved_on=date(2015, 6, 30)
    )
    region = Issuer.objects.create(
        name="UBND khu vực Khe Sanh", short_name="Khe Sanh", dissolved_on=date(2025, 6, 30)
    )
    commune = Issuer.objects.create(name="UBND xã Khe Sanh", short_name="xã Khe Sanh")
    region.predecessors.add(district)
    commune.predecessors.add(region)
    return district, region, commune


@pytest.mark.parametrize(
    "query",
    [
        "UBND huyện Hướng Hóa",
        "ubnd huyen huong hoa",
        "Ủy ban nhân dân huyện Hướng Hoá",
        "công văn của UBND huyện Hướng Hóa năm 2014",
    ],
)
def test_an_old_name_says_who_took_over(client, offices, query):
    response = ask(client, query)
    shown = response.content.decode()
    assert "nay là" in shown
    assert 'href="/van-ban/?co-quan=ubnd-xa-khe-sanh"' in shown
    assert "khu vực" not in shown


@pytest.mark.parametrize("query", ["Hướng", "UBND xã Khe Sanh", "UBND", "huyện", ""])
def test_other_words_say_nothing_of_old_offices(client, offices, query):
    offices[1].delete()
    assert "nay là" not in ask(client, query).content.decode()


def test_a_body_that_kept_its_name_is_not_explained(client, offices):
    old = Issuer.objects.create(
        name="UBND tỉnh Quảng Trị", short_name="UBND tỉnh", dissolved_on=date(2025, 6, 30)
    )
    new = Issuer.objects.create(
        name="UBND tỉnh Quảng Trị", short_name="UBND tỉnh", established_on=date(2025, 7, 1)
    )
    new.predecessors.add(old)
    assert "nay là" not in ask(client, "UBND tỉnh Quảng Trị").content.decode()


def test_a_body_that_nobody_followed_is_not_mentioned(client, offices):
    Issuer.objects.create(name="Phòng cũ", short_name="Phòng", dissolved_on=date(2015, 1, 1))
    assert "nay là" not in ask(client, "phòng cũ").content.decode()


def test_without_a_register_names_stand_alone(client, offices):
    DirectiveIndexPage.objects.all().delete()
    shown = ask(client, "UBND huyện Hướng Hóa").content.decode()
    assert "UBND xã Khe Sanh" in shown
    assert "co-quan=" not in shown


def test_a_new_name_finds_what_the_old_body_signed(client, offices):
    make_directive(title="Của huyện cũ", issuer=offices[0], number="05")
    make_directive(title="Của xã", issuer=offices[2], number="06")
    assert set(titles(client, "UBND xã Khe Sanh")) == {"Của huyện cũ", "Của xã"}
    assert titles(client, "UBND huyện Hướng Hóa") == ["Của huyện cũ"]


def test_a_body_in_charge_is_found_forwards_and_backwards(offices):
    district, region, commune = offices
    for body, first_day in [(region, date(2015, 7, 1)), (commune, date(2025, 7, 1))]:
        body.established_on = first_day
        body.save()
    assert district.in_charge_on(date(2014, 1, 1)) == [district]
    assert district.in_charge_on(date(2020, 1, 1)) == [region]
    assert district.in_charge_on(timezone.localdate()) == [commune]
    assert commune.in_charge_on(date(2014, 1, 1)) == [district]
    # A circle that a program made ends.
    district.predecessors.add(commune)
    commune.dissolved_on = date(2025, 12, 31)
    commune.save()
    assert district.in_charge_on(date(2026, 1, 1)) == []
