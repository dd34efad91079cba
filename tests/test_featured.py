"""What stands out on the home page: in the office's order, at once, if readers may see it."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from lxml import html
from wagtail.models import ModelLogEntry, PageViewRestriction

from articles.models import NewsIndexPage
from home.models import MOST_FEATURED, FeaturedPage, HomePage
from office.roles import BOARD, EDITORS, KEEPERS, OPERATORS, REVIEWERS
from tests.factories import make_event, make_home, make_news, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "wagtailsnippets_home_featuredpage:list"
ADD = "wagtailsnippets_home_featuredpage:add"
DELETE = "wagtailsnippets_home_featuredpage:delete"
REORDER = "wagtailsnippets_home_featuredpage:reorder"


@pytest.fixture
def home():
    return make_home()


def feature_all(*titles):
    pages = [make_news(title) for title in titles]
    for page in reversed(pages):
        FeaturedPage.objects.put_on_top(page)
    return pages


def shown(client):
    page = html.fromstring(client.get("/").content)
    found = "//article[@class='hero']//h2/a | //section[@aria-labelledby='featured']//h3/a"
    return [link.text for link in page.xpath(found)]


def test_the_button_of_a_page_puts_it_on_top_at_once(client, home):
    _one, _two, third = feature_all("Một", "Hai", "Ba")
    client.force_login(make_user("ban", BOARD))
    new = make_news("Bão khẩn cấp")
    feature = reverse("home_feature", args=[new.pk])
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[new.pk])).content.decode()
    assert feature in edit
    assert (
        feature
        in client.get(reverse("wagtailadmin_explore", args=[new.get_parent().pk])).content.decode()
    )
    assert client.get(feature).status_code == 200
    assert shown(Client()) == ["Một", "Hai", "Ba"]
    client.post(feature)
    assert shown(Client()) == ["Bão khẩn cấp", "Một", "Hai", "Ba"]
    client.post(reverse("home_feature", args=[third.pk]))
    assert shown(Client()) == ["Ba", "Bão khẩn cấp", "Một", "Hai"]
    assert list(FeaturedPage.objects.values_list("sort_order", flat=True)) == [0, 1, 2, 3]
    entries = ModelLogEntry.objects.filter(action="home.feature", user__username="ban")
    assert entries.count() == 2


def test_a_new_version_of_the_home_page_leaves_the_order_alone(client, home):
    feature_all("Một", "Hai")
    home = HomePage.objects.get()
    draft = home.save_revision()
    feature_all("Mới")
    draft.publish()
    assert shown(client) == ["Mới", "Một", "Hai"]


@pytest.mark.parametrize(
    ("group", "may"),
    [(BOARD, True), (KEEPERS, True), (OPERATORS, False), (REVIEWERS, False), (EDITORS, False)],
)
def test_the_board_and_the_keepers_alone_arrange_it_by_any_address(client, home, group, may):
    _one, two = feature_all("Một", "Hai")
    row = FeaturedPage.objects.get(page=two)
    new = make_news("Mới")
    client.force_login(make_user("nguoi-thu", group))
    assert (client.get(reverse(LIST)).status_code == 200) is may
    client.post(reverse(REORDER, args=[row.pk]) + "?position=0")
    assert (shown(Client())[0] == "Hai") is may
    feature = reverse("home_feature", args=[new.pk])
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[new.pk])).content.decode()
    # The keepers of lists have no pages to edit.
    assert (feature in edit) is (group == BOARD)
    assert (client.get(feature).status_code == 200) is may
    client.post(feature)
    assert FeaturedPage.objects.filter(page=new).exists() is may
    client.post(reverse(DELETE, args=[row.pk]))
    assert FeaturedPage.objects.filter(pk=row.pk).exists() is not may


def test_a_moved_row_is_in_the_log(client, home):
    _one, two = feature_all("Một", "Hai")
    client.force_login(make_user("ban", BOARD))
    row = FeaturedPage.objects.get(page=two)
    assert client.post(reverse(REORDER, args=[row.pk]) + "?position=0").json() == {"success": True}
    entry = ModelLogEntry.objects.get(content_type__model="featuredpage")
    assert (entry.action, entry.user.username) == ("wagtail.reorder", "ban")


def test_the_first_seven_that_readers_may_see_stand_there_and_the_board_sees_why(client, home):
    pages = feature_all(*(f"Tin {number}" for number in range(1, 10)))
    pages[0].unpublish()
    restriction = PageViewRestriction.objects.create(page=pages[1], restriction_type="login")
    assert shown(client) == [f"Tin {number}" for number in range(3, 10)]
    restriction.delete()
    assert shown(client) == [f"Tin {number}" for number in range(2, 9)]
    assert len(shown(client)) == MOST_FEATURED
    client.force_login(make_user("ban", BOARD))
    rows = html.fromstring(client.get(reverse(LIST)).content).xpath("//main//tbody/tr")
    stands = [" ".join(row.xpath("td[last()]")[0].text_content().split()) for row in rows]
    assert stands[0] == "Không hiện: chưa đăng, đã gỡ hoặc riêng tư"
    assert stands[1:8] == ["Đang hiện"] * MOST_FEATURED
    assert stands[8] == "Chờ chỗ trống"


def test_a_draft_or_a_section_is_not_featured(client, home):
    client.force_login(make_user("ban", BOARD))
    draft = make_news("Chưa đăng", live=False)
    assert client.get(reverse("home_feature", args=[draft.pk])).status_code == 404
    section = NewsIndexPage.objects.get()
    assert client.post(reverse("home_feature", args=[section.pk])).status_code == 302
    assert not FeaturedPage.objects.exists()


def test_a_page_is_featured_once(client, home):
    page, *_ = feature_all("Một")
    with pytest.raises(ValidationError) as refused:
        FeaturedPage(page=page).full_clean()
    assert set(refused.value.message_dict) == {"page"}
    client.force_login(make_user("ban", BOARD))
    answer = client.post(reverse(ADD), {"page": page.pk}).content.decode()
    assert "đã có trong danh sách nổi bật" in answer
    event = make_event()
    client.post(reverse(ADD), {"page": event.pk})
    assert shown(Client()) == ["Một", event.title]


def test_a_page_that_is_deleted_leaves_the_list(client, home):
    first, _second = feature_all("Một", "Hai")
    first.delete()
    assert shown(client) == ["Hai"]
