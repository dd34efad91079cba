"""The portal that scale is measured with is a sound one: a small one is made, and looked at."""

import pytest
from django.contrib.auth import get_user_model
from wagtail.models import Page

from articles import live_register
from articles.models import (
    DirectiveIndexPage,
    DirectivePage,
    EffectPeriod,
    NewsIndexPage,
    NewsPage,
    RegisterVersion,
)
from home.founding import found, lay_menus
from home.offices import set_up
from sidebar.models import DailyVisits
from tests.bench import scale_seed
from tests.factories import make_home, make_news, make_user, searched

pytestmark = pytest.mark.django_db


@pytest.fixture
def founded():
    """As `setup_portal` leaves an empty database."""
    Page.objects.filter(depth=2).delete()
    set_up()
    found()
    lay_menus()


def test_two_hundred_directives_are_as_if_an_office_had_published_them(founded, client, capsys):
    scale_seed.refuse_foreign()
    scale_seed.seed(200)
    assert Page.find_problems() == ([], [], [], [], [])
    assert DirectivePage.objects.live().count() == 200
    assert NewsPage.objects.live().count() == 100
    assert get_user_model().objects.count() == 200
    assert DailyVisits.objects.all().count() == scale_seed.COUNTED_DAYS
    assert not Page.objects.type(DirectivePage).filter(live_revision=None).exists()

    page = DirectivePage.objects.get(slug="van-ban-150")
    # What its relations say of its effect is what was written down.
    before = set(EffectPeriod.objects.values_list("directive", "effect", "starts_on"))
    EffectPeriod.objects.refresh(DirectivePage.objects.values_list("pk", flat=True))
    assert set(EffectPeriod.objects.values_list("directive", "effect", "starts_on")) == before
    assert page.get_latest_revision_as_object().title == page.title

    live = live_register.current(RegisterVersion.objects.get().version)
    assert len(live.register) == 200
    assert client.get(page.url).status_code == 200
    assert page.title in searched(client, page.title).content.decode()
    assert "200/200 (100 %)" in capsys.readouterr().err

    # More are added to what this has made.
    scale_seed.refuse_foreign()
    scale_seed.seed(220)
    assert Page.find_problems() == ([], [], [], [], [])
    assert (DirectivePage.objects.count(), NewsPage.objects.count()) == (220, 110)
    assert get_user_model().objects.count() == 200


@pytest.mark.parametrize("make", [lambda: make_user("lan"), lambda: make_news("Tin thật")])
def test_a_portal_that_somebody_works_in_is_left_alone(make, capsys, monkeypatch):
    make_home()
    make()
    monkeypatch.setattr("sys.argv", ["scale_seed", "200"])
    monkeypatch.setattr("tests.bench.scratch.begin", lambda: None)
    pages = Page.objects.count()
    assert scale_seed.main() == 1
    assert "không ghi gì cả" in capsys.readouterr().err
    assert Page.objects.count() == pages


def test_the_last_page_of_an_archive_reads_no_others(
    founded, client, django_assert_max_num_queries
):
    scale_seed.seed(100)
    top = NewsIndexPage.objects.order_by("depth").first()
    client.get(top.url)
    with django_assert_max_num_queries(30) as asked:
        html = client.get(f"{top.url}?trang=3").content.decode()
    newest = NewsPage.objects.newest()
    assert all(page.url in html for page in newest[40:50])
    # Neither counted nor skipped by the database.
    assert not [one["sql"] for one in asked if "OFFSET" in one["sql"] or "COUNT(" in one["sql"]]


def test_moving_the_last_of_many_notes_that_one(founded):
    scale_seed.seed(20)
    index = DirectiveIndexPage.objects.get()
    section = index.add_child(instance=DirectiveIndexPage(title="Mục"))
    version = RegisterVersion.objects.get().version
    page = DirectivePage.objects.get(slug="van-ban-3")
    page.move(section, pos="last-child")
    changes = live_register.RegisterChange.objects.filter(version__gt=version)
    assert list(changes.values_list("directive_id", flat=True)) == [page.pk]
