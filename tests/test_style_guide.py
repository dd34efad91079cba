"""The page of components: for the staff, drawn by the templates of the public pages."""

import pytest
from django.contrib.auth import get_user_model
from lxml import html

from articles.blocks import DirectiveStreamBlock
from articles.effect import Effect
from home.models.notices import Level
from office.roles import EDITORS
from polls.models import Poll
from sidebar.blocks import SidebarStreamBlock
from tests.factories import make_document, make_home, make_image, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ADDRESS = "/kieu-dang/"


@pytest.fixture
def guide(client):
    make_home()
    make_image()
    make_document()
    client.force_login(make_user("bien-tap", EDITORS))
    return html.fromstring(client.get(ADDRESS).content)


def test_visitors_are_led_to_the_login(client):
    make_home()
    answer = client.get(ADDRESS)
    assert answer.status_code == 302
    assert answer.url.startswith("/admin/login/")


def test_accounts_without_the_admin_are_refused(client):
    make_home()
    client.force_login(get_user_model().objects.create_user("khach", password="mat-khau"))
    answer = client.get(ADDRESS)
    assert answer.status_code in {302, 403}
    assert b"data-block" not in answer.content


def test_it_is_kept_by_nobody_and_found_by_no_search_engine(client, guide):
    answer = client.get(ADDRESS)
    assert "no-store" in answer["Cache-Control"]
    assert guide.xpath("//meta[@name='robots']/@content") == ["noindex, nofollow"]
    assert ADDRESS.encode() not in client.get("/sitemap-pages.xml").content
    # It counts no visit.
    assert guide.xpath("//body/@data-live") == []


def test_every_block_of_the_library_is_drawn(guide):
    drawn = {element.get("data-block"): element for element in guide.xpath("//*[@data-block]")}
    assert set(drawn) == set(DirectiveStreamBlock().child_blocks)
    for name, element in drawn.items():
        [body] = element.xpath("div[@class='body']")
        assert len(body), name
    assert "Trước ngày\u00a025 hằng tháng." in drawn["callout"].text_content()


def test_every_block_of_the_sidebar_is_drawn(guide):
    drawn = set(guide.xpath("//@data-side-block"))
    assert drawn == set(SidebarStreamBlock().child_blocks)


def test_every_state_is_drawn(guide):
    classes = set(" ".join(guide.xpath("//@class")).split())
    assert {f"pill-{effect.value}" for effect in Effect} <= classes
    assert {f"alert-{level.name.lower()}" for level in Level} <= classes
    assert {"callout-note", "callout-important", "callout-deadline"} <= classes
    assert {"mourning-line", "notice-old", "hero"} <= classes
    assert {"register", "news-list", "cards", "chips", "filters", "pagination"} <= classes
    assert {"record", "banner-superseded", "banner-withdrawn", "diagram", "comparison"} <= classes
    assert guide.xpath("//button[@disabled]")
    assert guide.xpath("//form[@data-suggest][@aria-label]")
    assert guide.xpath("//nav[@class='menu']//a[@aria-current='page']/@href") == [ADDRESS]


def test_polls_stand_in_all_their_states(guide):
    states = guide.xpath("//section[@aria-labelledby='polls']")[0]
    assert len(states.xpath(".//form[@data-poll-form]")) == 4
    said = [text for text in states.xpath(".//*[@data-poll-message]/text()") if text.strip()]
    assert len(said) == 2
    assert states.xpath(".//*[@data-poll-hidden]")
    assert Poll.objects.count() == 0


def test_no_id_is_given_twice(guide):
    ids = guide.xpath("//@id")
    assert sorted(ids) == sorted(set(ids))


def test_the_ratios_of_colours_are_shown(guide):
    ratios = guide.xpath("//*[@class='ratio']/text()")
    assert ratios
    assert all(float(ratio.split(" ")[0].replace(",", ".")) >= 4.5 for ratio in ratios)


def test_nothing_is_saved(client, guide, django_assert_max_num_queries):
    with django_assert_max_num_queries(80) as asked:
        client.get(ADDRESS)
    writes = [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE"))]
    # When somebody was last seen is not of this page.
    assert [sql for sql in writes if "session" not in sql] == []


def test_the_help_menu_leads_to_it(client, guide):
    assert f'"{ADDRESS}"'.encode() in client.get("/admin/").content
