"""Relations between directives: both ways, in a list and in a diagram, and only what is public."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from articles.models import DirectiveRelation, RelationKind
from articles.relations import COMING_WORDS, DRAWN, OWN_WORDS, both_ways
from tests.factories import make_directive, make_home, make_section, tomorrow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home():
    return make_home()


def shown(client, page):
    response = client.get(page.url)
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html.parser").main


def words(element):
    return " ".join(element.get_text(" ").split())


def listed(main):
    """{heading: the texts below it}"""
    return {
        heading.string: [words(item) for item in heading.find_next_sibling("ul").select("li")]
        for heading in main.select(".relation-list h3")
    }


def relate(source, kind, target=None, **facts):
    row = DirectiveRelation(kind=kind, target=target, **facts)
    source.relations.add(row)
    source.save()
    return row


def older(number="03", **facts):
    facts = {"signed_on": date(2011, 1, 12), "title": f"Cũ {number}"} | facts
    return make_directive(number=number, **facts)


def newer(number="12", **facts):
    facts = {"signed_on": date(2020, 5, 4), "title": f"Mới {number}"} | facts
    return make_directive(number=number, **facts)


@pytest.mark.parametrize("kind", RelationKind)
def test_a_relation_is_listed_on_both_pages_in_its_own_words(client, kind):
    target, source = older(), newer()
    relate(source, kind, target)
    one, other = listed(shown(client, source)), listed(shown(client, target))
    assert list(one) == [OWN_WORDS[kind]]
    assert list(other) == [COMING_WORDS[kind]]
    assert "Chỉ thị 03/CT-UBND" in one[OWN_WORDS[kind]][0]
    assert "Chỉ thị 12/CT-UBND" in other[COMING_WORDS[kind]][0]
    assert shown(client, source).select_one(".relation-list a")["href"] == target.url
    assert shown(client, target).select_one(".relation-list a")["href"] == source.url


def test_a_relation_tells_its_provisions_and_first_day(client):
    target, source = older(), newer()
    relate(
        source, "amends", target, provisions="Điều 3, khoản 2 Điều 5", starts_on=date(2021, 1, 1)
    )
    for page in (source, target):
        [[text]] = listed(shown(client, page)).values()
        assert "Điều 3, khoản 2 Điều 5" in text
        assert "1/1/2021" in text


def test_what_replaces_or_amends_begins_with_its_document_and_what_cites_has_no_day(client):
    target = older()
    relate(newer(effective_on=date(2020, 6, 1)), "replaces", target)
    relate(newer("13", effective_on=date(2020, 6, 1)), "cites", target)
    told = listed(shown(client, target))
    assert "1/6/2020" in told[COMING_WORDS["replaces"]][0]
    assert "1/6/2020" not in told[COMING_WORDS["cites"]][0]


def test_the_other_document_tells_where_it_stands_today(client):
    target = older()
    relate(newer(effective_on=tomorrow()), "cites", target)
    relate(newer("13", expires_on=date(2020, 12, 31)), "cites", target)
    relate(newer("14"), "cites", target)
    pills = [pill["class"][1] for pill in shown(client, target).select(".relation-list .pill")]
    assert sorted(pills) == ["pill-expired", "pill-in-force", "pill-not-yet"]


def test_a_document_that_the_portal_does_not_hold_is_plain_text(client):
    page = newer()
    relate(page, "cites", other_document="Luật Giao dịch điện tử số 20/2023/QH15")
    main = shown(client, page)
    [[text]] = listed(main).values()
    assert text == "Luật Giao dịch điện tử số 20/2023/QH15"
    assert not main.select(".relations a")


def hide(page):
    page.unpublish()


def close(page):
    PageViewRestriction.objects.create(page=page, restriction_type="login")


def close_section(page):
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")


@pytest.mark.parametrize("put_away", [hide, close, close_section])
def test_neither_end_tells_of_one_that_the_public_may_not_read(client, home, put_away):
    section = make_section(home.get_children().first(), "Nội bộ")
    target, source, middle = older(parent=section), newer(parent=section), make_directive()
    relate(middle, "cites", target)
    relate(source, "cites", middle)
    assert len(listed(shown(client, middle))) == 2
    put_away(target)
    put_away(source)
    main = shown(client, middle)
    assert not main.select(".relations")
    for secret in ("03/CT-UBND", "12/CT-UBND", target.url, source.url):
        assert secret not in str(main)


def test_taking_the_newer_document_offline_takes_its_banner_back(client):
    target, source = older(), newer()
    relate(source, "replaces", target)
    assert shown(client, target).select(".banner-superseded")
    source.unpublish()
    assert not shown(client, target).select(".banner")
    source.save_revision().publish()
    assert shown(client, target).select(".banner-superseded")


def test_a_draft_changes_nobody_elses_page(client):
    target, source = older(), newer()
    before = client.get(target.url).content
    source.relations.add(DirectiveRelation(kind="replaces", target=target))
    source.save_revision()
    assert client.get(target.url).content == before


def test_a_document_that_was_withdrawn_before_it_began_replaces_nothing(client):
    target = older()
    source = newer(
        effective_on=date(2020, 6, 1), withdrawn_on=date(2020, 5, 20), withdrawal_reason="Nhầm"
    )
    relate(source, "replaces", target)
    main = shown(client, target)
    assert not main.select(".banner")
    [[text]] = listed(main).values()
    assert "1/6/2020" not in text


def test_the_page_never_says_otherwise_than_the_rules_of_effect(client):
    """The list has first days of its own; the banner's must be those that count."""
    target = older()
    for number, facts in enumerate(
        [
            {"kind": "replaces", "provisions": "Điều 1"},
            {"kind": "amends", "starts_on": date(2021, 2, 1)},
            {"kind": "corrects"},
            {"kind": "replaces", "starts_on": date(2022, 3, 1)},
        ]
    ):
        relate(newer(f"2{number}"), target=target, **facts)
    for day in (date(2020, 5, 3), date(2020, 5, 4), date(2021, 2, 1), date(2022, 3, 1)):
        for asked in (day - timedelta(days=1), day):
            main = BeautifulSoup(
                client.get(target.url, {"ngay": asked.isoformat()}).content.decode(), "html.parser"
            )
            effect = target.effect_on(asked).value
            names = [f"banner-{effect}"] if effect != "in-force" else []
            assert [tag["class"][1] for tag in main.select(".banner")] == names
            # Each cause has begun, and there is one.
            assert bool(main.select(".banner .causes")) == bool(names)


def test_a_row_that_a_draft_leaves_open_is_not_shown():
    row = DirectiveRelation(kind="cites", other_document="")
    assert both_ways(make_directive(), [row], [], {}) == []


# The diagram


def test_the_diagram_has_earlier_documents_first_this_one_and_then_later_ones(client):
    page, before, after = make_directive(), older(), newer()
    relate(page, "replaces", before)
    relate(after, "amends", page)
    figure = shown(client, page).select_one("figure.diagram")
    parts = [words(part) for part in figure.select(".diagram-boxes > *")]
    assert ["03/CT-UBND" in parts[0], "07/CT-UBND" in parts[1], "12/CT-UBND" in parts[2]] == [
        True,
        True,
        True,
    ]
    assert [link["href"] for link in figure.select("a")] == [before.url, after.url]
    # It has a name, and leads those who can't see it to the list.
    assert figure.select_one(f"#{figure['aria-labelledby']}").name == "figcaption"


def test_the_diagram_leaves_out_what_would_be_too_much_and_counts_it(client):
    page = make_directive()
    for number in range(DRAWN + 3):
        cited = older(f"4{number}", signed_on=date(2013, 1, 12))
        page.relations.add(DirectiveRelation(kind="cites", target=cited))
    relate(page, "replaces", older())
    relate(newer(), "cites", page)
    main = shown(client, page)
    earlier, later = main.select(".diagram-side")
    assert len(earlier.select("li")) == DRAWN + 1
    more = earlier.select_one(".diagram-more")
    assert "4" in words(more)
    assert main.select_one(more.a["href"]).select("li")
    # What changes effect is never among what is left out.
    assert "03/CT-UBND" in words(earlier)
    assert len(later.select("li")) == 1
    assert sum(map(len, listed(main).values())) == DRAWN + 5


def test_a_document_without_relations_has_neither_list_nor_diagram(client):
    assert not shown(client, make_directive()).select(".relations, .diagram")


def test_many_relations_need_no_more_queries_than_few(client):
    page, counts = make_directive(), []
    for size in (1, 12):
        for number in range(size):
            page.relations.add(DirectiveRelation(kind="cites", target=older(f"{size}{number}")))
            relate(newer(f"9{size}{number}"), "cites", page)
        page.save()
        client.get(page.url)
        with CaptureQueriesContext(connection) as queries:
            assert len(shown(client, page).select(".relation-list li")) > 2 * (size - 1)
        counts.append(len(queries))
    assert counts[0] == counts[1]
