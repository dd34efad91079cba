"""The number that moves on with whatever changes what readers see."""

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from articles import generation
from articles.models import NewsPage, RegisterVersion
from home.models import NavigationSettings, OfficeSettings, UrgentNotice
from polls import ballots
from polls.models import Choice, Poll
from sidebar import visits
from sidebar.models import ExchangeRate, Sidebar, WeatherReading, WeatherRegion
from sidebar.providers import open_meteo, vietcombank
from tests import feed_server
from tests.factories import make_directive, make_home, make_news, make_user


@pytest.fixture
def portal(django_db_serialized_rollback, transactional_db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return make_home()


def moved(change):
    before = generation.read()
    change()
    # What this machine knows, without asking: raised with the commit.
    return generation.known() - before


def poll(**facts):
    facts = {"question": "Ý kiến?", "opens_at": timezone.now() - timedelta(days=1)} | facts
    made = Poll.objects.create(**facts)
    Choice.objects.create(poll=made, text="Có", sort_order=0)
    return made


def test_pages_move_it(portal):
    news = make_news()
    assert moved(news.save_revision().publish) > 0
    assert moved(news.unpublish) > 0
    section = Page.objects.get(slug="van-ban")
    assert moved(lambda: section.move(portal, "first-child")) > 0
    assert moved(lambda: Page.objects.get(pk=news.pk).delete()) > 0
    assert moved(make_directive) > 0


def test_what_is_closed_is_noted(portal):
    news, other = make_news(), make_news(title="Tin khác")
    section = Page.objects.get(slug="tin-tuc")
    section.refresh_from_db()
    for change in (
        lambda: PageViewRestriction.objects.create(page=news, restriction_type="login"),
        news.unpublish,
        lambda: Page.objects.get(pk=other.pk).delete(),
        lambda: section.move(portal, "first-child"),
    ):
        assert moved(change) > 0
        assert generation.closed() == generation.known()
    assert moved(make_directive) > 0
    assert generation.closed() < generation.known()


def test_a_page_on_time_moves_it(portal):
    news = make_news(live=False)
    news.go_live_at = timezone.now() - timedelta(minutes=1)
    news.save_revision(approved_go_live_at=news.go_live_at)
    assert moved(lambda: call_command("publish_scheduled")) > 0
    assert NewsPage.objects.get(pk=news.pk).live


def test_feeds_move_it(portal):
    sheet = vietcombank.parse(feed_server.RATES)
    assert moved(lambda: ExchangeRate.objects.replace_with(sheet)) > 0
    region = WeatherRegion.objects.create(name="Đông Hà", latitude=16.8, longitude=107.1)
    reading = open_meteo.parse(feed_server.WEATHER)
    assert moved(lambda: WeatherReading.objects.replace_with(region, reading)) > 0


def texts_moved(change):
    before = RegisterVersion.objects.get().texts
    change()
    return RegisterVersion.objects.get().texts - before


def test_figures_of_feeds_are_told_from_texts(portal):
    sheet = vietcombank.parse(feed_server.RATES)
    assert texts_moved(lambda: ExchangeRate.objects.replace_with(sheet)) == 0
    region = WeatherRegion.objects.create(name="Đông Hà", latitude=16.8, longitude=107.1)
    reading = open_meteo.parse(feed_server.WEATHER)
    assert texts_moved(lambda: WeatherReading.objects.replace_with(region, reading)) == 0
    assert texts_moved(make_news) > 0
    assert RegisterVersion.objects.get().texts == RegisterVersion.objects.get().generation


@pytest.mark.parametrize("texts_first", [True, False])
def test_one_transaction_may_change_both(portal, texts_first):
    sheet = vietcombank.parse(feed_server.RATES)
    changes = [
        lambda: OfficeSettings.objects.update(name="Khác"),
        lambda: ExchangeRate.objects.replace_with(sheet),
    ]

    def change():
        with transaction.atomic():
            for one in changes if texts_first else reversed(changes):
                one()

    assert texts_moved(change) > 0
    assert RegisterVersion.objects.get().texts <= RegisterVersion.objects.get().generation


def test_texts_after_figures_in_a_savepoint_that_is_rolled_back(portal):
    sheet = vietcombank.parse(feed_server.RATES)

    def change():
        with transaction.atomic():
            ExchangeRate.objects.replace_with(sheet)
            with transaction.atomic():
                OfficeSettings.objects.update(name="Khác")
                transaction.set_rollback(True)
            OfficeSettings.objects.update(portal_label="Cổng khác")

    assert texts_moved(change) > 0


def test_polls_move_it_and_votes_do_not(portal):
    made = poll()
    choice = made.choices.get()
    assert moved(lambda: ballots.cast(made, {choice.pk}, "a" * 64)) == 0
    assert Choice.objects.get().votes == 1
    choice.text = "Không"
    assert moved(choice.save) > 0


@pytest.mark.parametrize("model", [OfficeSettings, NavigationSettings])
def test_settings_move_it(portal, model):
    kept, _is_new = model.objects.get_or_create(site=Site.objects.get())
    assert moved(kept.save) > 0


def test_what_stands_around_pages_moves_it(portal):
    assert moved(lambda: Sidebar.objects.create(title="Cột bên")) > 0
    now = timezone.now()
    notice = UrgentNotice(text="Bão số 5", starts_at=now, ends_at=now + timedelta(days=1))
    assert moved(notice.save) > 0
    news = make_news()
    closed = PageViewRestriction(page=news, restriction_type="login")
    assert moved(closed.save) > 0


def test_statements_past_the_models_move_it(portal):
    assert moved(lambda: Page.objects.update(title="Khác")) > 0
    assert moved(lambda: connection.cursor().execute("UPDATE wagtailcore_page SET title = 'x'")) > 0


def test_drafts_visits_and_accounts_do_not(portal):
    news = make_news()
    news.title = "Nháp"
    assert moved(news.save_revision) == 0
    assert moved(lambda: visits.count(visits.Hit(visits.Who.READER, None, news.pk, True, ()))) == 0
    user = make_user("phongvien")
    assert moved(user.save) == 0


def test_what_is_rolled_back_does_not(portal):
    def change():
        with transaction.atomic():
            OfficeSettings.objects.update(name="Khác")
            transaction.set_rollback(True)

    assert moved(change) == 0
    assert OfficeSettings.objects.get().name != "Khác"


def test_a_savepoint_that_is_rolled_back_takes_its_step_along(portal):
    def change():
        with transaction.atomic():
            with transaction.atomic():
                OfficeSettings.objects.update(name="Khác")
                transaction.set_rollback(True)
            # Counted anew: the first step is gone with its savepoint.
            OfficeSettings.objects.update(portal_label="Cổng khác")

    assert moved(change) == 1


def test_one_transaction_takes_one_step(portal):
    def change():
        with transaction.atomic():
            for name in ("a", "b", "c"):
                OfficeSettings.objects.update(name=name)

    assert moved(change) == 1


def test_nobody_knows_of_a_change_before_its_commit(portal):
    before = generation.read()
    with transaction.atomic():
        OfficeSettings.objects.update(name="Khác")
        assert generation.known() == before
    assert generation.known() == before + 1


def test_another_machine_learns_of_it_within_a_second(portal):
    went_back, also = threading.Event(), threading.Event()
    # As two processes of this machine have.
    follower, other = generation.Follower(went_back.set), generation.Follower(also.set)
    try:
        before = generation.read()
        # As another machine does: this one's file is not raised.
        RegisterVersion.objects.update(generation=before + 1)
        assert generation.known() == before
        deadline = threading.Event()
        for _ in range(100):
            if generation.known() == before + 1:
                break
            deadline.wait(0.05)
        assert generation.known() == before + 1
        for _ in range(1_200):
            if min(follower._seen, other._seen) > before:
                break
            deadline.wait(0.05)
        assert not went_back.is_set()
        RegisterVersion.objects.update(generation=0)
        assert went_back.wait(60)
        assert also.wait(60)
        assert generation.known() == 0
    finally:
        follower.stop()
        other.stop()


def test_the_private_tables_are_there():
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    # SQLite's search has one of its own.
    elsewhere = {"portal_cache", "django_migrations", "wagtailsearch_indexentry_fts"}
    assert generation.PRIVATE_TABLES - tables <= elsewhere


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        ('INSERT INTO "articles_newspage" ("a") VALUES (%s)', True),
        ('INSERT OR IGNORE INTO "articles_newspage_topics" ("a") VALUES (%s)', True),
        ('DELETE FROM "polls_poll" WHERE "polls_poll"."id" = %s', True),
        ('UPDATE "wagtailcore_page" SET "title" = %s, "draft_title" = %s WHERE "id" = %s', True),
        ('UPDATE "wagtailcore_page" SET "draft_title" = %s WHERE "title" = %s', False),
        ("\n  update wagtailcore_page set path = %s", True),
        ('UPDATE "django_session" SET "session_data" = %s', False),
        ('SELECT "title" FROM "wagtailcore_page"', False),
        ("SAVEPOINT x", False),
    ],
)
def test_statements(statement, seen):
    assert generation.is_seen(statement) is seen


def test_content_types_of_new_models_are_no_news(portal):
    assert moved(lambda: ContentType.objects.create(app_label="a", model="b")) == 0
