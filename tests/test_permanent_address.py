"""/van-ban/so/07-CT-UBND-2014/ leads to its document for good."""

from datetime import date

import pytest
from django.urls import reverse
from wagtail.models import PageViewRestriction

from articles.models import DirectivePage, DirectiveType, Issuer
from tests.factories import make_directive, make_home, make_section

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def index():
    return make_home().get_children().first()


def of_type(name, **facts):
    return make_directive(type=DirectiveType.objects.get(name=name), **facts)


def test_the_address_is_made_of_number_and_year(index):
    assert make_directive().permalink == "/van-ban/so/07-CT-UBND-2014/"
    decision = of_type("Quyết định", number="15/2024", symbol="QĐ-UBND", signed_on=date(2024, 5, 2))
    assert decision.permalink == "/van-ban/so/15-2024-QD-UBND-2024/"
    party = of_type("Nghị quyết", number="57", symbol="NQ/TW", signed_on=date(2024, 12, 22))
    assert party.permalink == "/van-ban/so/57-NQ-TW-2024/"


@pytest.mark.parametrize(
    "words",
    [
        "07-CT-UBND-2014",
        "07-ct-ubnd-2014",
        "7-CT-UBND-2014",
        "07/CT-UBND-2014",
        "07%2FCT-UBND-2014",
        "07 CT–UBND-2014",
    ],
)
def test_any_way_of_writing_it_leads_to_the_page(client, index, words):
    directive = make_directive()
    response = client.get(f"/van-ban/so/{words}/")
    assert response.status_code == 301
    assert response.url == directive.url
    assert not response.cookies


def test_without_its_last_slash_too(client, index):
    directive = make_directive()
    response = client.get(directive.permalink.rstrip("/"), follow=True)
    assert response.redirect_chain[-1] == (directive.url, 301)


def test_browsers_do_not_keep_it_for_ever(client, index):
    # A page that is moved has another address from that day on.
    assert "max-age=86400" in client.get(make_directive().permalink)["Cache-Control"]


def test_a_moved_page_and_a_moved_register_are_still_found(client, index):
    directive = make_directive()
    address = directive.permalink
    directive.move(make_section(index, "Năm 2014"), pos="last-child")
    index.refresh_from_db()
    index.slug = "cong-bao"
    index.save()
    directive = DirectivePage.objects.get()
    assert directive.url == "/cong-bao/nam-2014/dung-van-ban-dien-tu/"
    assert client.get(address).url == directive.url


def test_the_address_of_a_number_that_was_mended_still_leads_there(client, index):
    directive = make_directive(number="70")
    directive.number = "07"
    directive.save_revision()
    assert client.get("/van-ban/so/70-CT-UBND-2014/").url == directive.url
    DirectivePage.objects.get().get_latest_revision().publish()
    assert directive.permalink == "/van-ban/so/07-CT-UBND-2014/"
    for number in ("07", "70"):
        response = client.get(f"/van-ban/so/{number}-CT-UBND-2014/")
        assert (response.status_code, response.url) == (301, directive.url)
    # Until another document has that number in fact.
    other = make_directive(number="70", title="Văn bản khác")
    assert client.get("/van-ban/so/70-CT-UBND-2014/").url == other.url


def test_a_withdrawn_one_counts(client, index):
    directive = make_directive(withdrawn_on=date(2015, 1, 1), withdrawal_reason="Sai thẩm quyền")
    assert client.get(directive.permalink).url == directive.url


def test_numbers_that_differ_by_a_mark_or_by_their_issuer_are_listed(client, index):
    one = of_type("Hướng dẫn", symbol="HD-UBND", title="Hướng dẫn")
    other = of_type("Hợp đồng", symbol="HĐ-UBND", title="Hợp đồng")
    district = Issuer.objects.create(name="UBND huyện Hướng Hóa", short_name="Hướng Hóa")
    third = of_type("Hướng dẫn", symbol="HD-UBND", title="Của huyện", issuer=district)
    assert one.permalink == other.permalink == third.permalink
    response = client.get(one.permalink)
    assert response.status_code == 200
    shown = response.content.decode()
    assert all(f'href="{page.url}"' in shown for page in (one, other, third))
    assert "07/HĐ-UBND" in shown


def test_the_same_number_of_another_year_is_another_document(client, index):
    directive = make_directive(signed_on=date(2015, 6, 16))
    assert directive.permalink == "/van-ban/so/07-CT-UBND-2015/"
    assert client.get("/van-ban/so/07-CT-UBND-2014/").status_code == 404


@pytest.mark.parametrize(
    "words", ["08-CT-UBND-2014", "07-CT-UBND", "2014", "abc", "0-CT-UBND-2014", "é" * 300, "%00"]
)
def test_an_unknown_one_is_answered_in_the_portals_way(client, index, words):
    make_directive()
    response = client.get(f"/van-ban/so/{words}/")
    assert response.status_code == 404
    assert "Không tìm thấy trang" in response.content.decode()


def test_nothing_private_or_unpublished_is_given_away(client, index):
    make_directive(live=False)
    private = make_directive(number="08")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    for number in ("07", "08"):
        assert client.get(f"/van-ban/so/{number}-CT-UBND-2014/").status_code == 404
    private.unpublish()
    assert client.get("/van-ban/so/08-CT-UBND-2014/").status_code == 404


def test_what_was_taken_offline_says_so_without_its_title(client, index):
    directive = make_directive(title="Tên đã gỡ")
    directive.unpublish()
    response = client.get(directive.permalink)
    assert response.status_code == 410
    assert "Tên đã gỡ" not in response.content.decode()


def test_a_number_that_was_never_checked_has_the_pages_own_address(index):
    directive = make_directive()
    DirectivePage.objects.update(number="không số", symbol="")
    directive = DirectivePage.objects.get()
    assert directive.permalink == directive.url


def test_it_is_no_page_of_the_tree(index):
    assert reverse("articles:by_number", args=["07-CT-UBND-2014"]) == (
        "/van-ban/so/07-CT-UBND-2014/"
    )
