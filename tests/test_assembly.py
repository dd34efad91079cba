"""Pages that are put together from what is kept of them: what is asked then, and that nobody sees
anything in them that has changed since."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from articles import assembly
from articles.models import DirectivePage, Topic
from home.models import MourningSettings, StandardPage, UrgentNotice
from polls import ballots
from polls.models import Choice, Poll
from sidebar.models import ExchangeRate, PageViews, Sidebar, SidebarSettings
from sidebar.providers import vietcombank
from tests import feed_server
from tests.factories import make_directive, make_home, make_image, make_news, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def news(home):
    page = make_news(lead_image=make_image())
    page.topics.add(Topic.objects.create(name="Kỹ năng"))
    page.body = [("text", "<p>Ai cũng học được.</p>")]
    page.save_revision().publish()
    PageViews.objects.create(page=page, views=7)
    return page


def read(client, page, **more):
    response = client.get(page if isinstance(page, str) else page.url, **more)
    assert response.status_code == 200
    return response.content.decode()


def questions(client, page):
    with CaptureQueriesContext(connection) as asked:
        read(client, page)
    return [query["sql"] for query in asked]


def is_put_together(client, page):
    """Whether its row was left alone."""
    return not any('"url_path" = ' in sql or '"slug" = ' in sql for sql in questions(client, page))


@pytest.mark.parametrize("many", [5, 50])
def test_it_asks_two_questions(client, news, many):
    for number in range(many):
        other = make_news(title=f"Tin {number}")
        other.topics.set(news.topics.all())
        other.save()
    first = read(client, news)
    # The version, and how often it was read.
    assert len(questions(client, news)) == 2
    assert is_put_together(client, news)
    # To the letter.
    assert read(client, news) == first
    for words in (">7<", "Ai cũng học được.", "Kỹ năng", "<picture>", "Tin "):
        assert words in first, words


@pytest.mark.parametrize("kind", ["directive", "plain"])
def test_directives_and_plain_pages_are_kept_too(client, home, kind):
    plain = StandardPage(title="Giới thiệu")
    page = make_directive() if kind == "directive" else home.add_child(instance=plain)
    first = read(client, page)
    assert len(questions(client, page)) <= 2
    assert read(client, page) == first


def test_lists_are_rendered(client, news):
    read(client, "/tin-tuc/")
    assert len(questions(client, "/tin-tuc/")) > 2


def test_figures_come_into_it(client, news):
    sidebar = Sidebar.objects.create(
        title="Cột", blocks=[("rates", {"heading": "Tỷ giá", "currencies": ["EUR"]})]
    )
    SidebarSettings.objects.create(site=Site.objects.get(), default_sidebar=sidebar)
    before = read(client, news)
    assert "USD</abbr>" not in before
    ExchangeRate.objects.replace_with(vietcombank.parse(feed_server.RATES))
    assert is_put_together(client, news)
    after = read(client, news)
    # In the strip, and in the sidebar.
    assert "USD</abbr>" in after
    assert after.count("EUR") > before.count("EUR")


def test_a_text_with_a_poll_is_rendered_whole(client, news, clock):
    poll = Poll.objects.create(
        question="Có cần lớp buổi tối?",
        opens_at=clock.moment - timedelta(days=1),
        closes_at=clock.moment + timedelta(minutes=5),
    )
    choice = Choice.objects.create(poll=poll, text="Cần", sort_order=0)
    news.body = [("poll", {"heading": "Ý kiến", "poll": poll})]
    news.save_revision().publish()
    assert "<form" in read(client, news).partition('class="body"')[2]
    ballots.cast(poll, {choice.pk}, "a" * 64)
    clock.tick(minutes=10)
    after = read(client, news).partition('class="body"')[2]
    assert "<form" not in after
    assert "100" in after


def test_views_come_into_it(client, news):
    assert ">7<" in read(client, news)
    PageViews.objects.update(views=8)
    assert is_put_together(client, news)
    assert ">8<" in read(client, news)


def test_what_comes_and_goes_by_time_alone(client, news, clock):
    # All of it within a day.
    clock.moment = clock.moment.replace(hour=3)
    UrgentNotice.objects.create(
        text="Bão số 5",
        starts_at=clock.moment + timedelta(hours=1),
        ends_at=clock.moment + timedelta(hours=3),
    )
    MourningSettings.objects.create(
        site=Site.objects.get(),
        reason="Quốc tang",
        starts_at=clock.moment + timedelta(hours=2),
        ends_at=clock.moment + timedelta(hours=4),
    )

    def shown():
        html = read(client, news)
        return [words in html for words in ("Bão số 5", "Quốc tang", 'class="mourning')]

    assert shown() == [False, False, False]
    clock.tick(minutes=70)
    assert is_put_together(client, news)
    assert shown() == [True, False, False]
    clock.tick(minutes=60)
    assert shown() == [True, True, True]
    clock.tick(minutes=60)
    assert shown() == [False, True, True]


def test_a_new_day_is_rendered_anew(client, home, clock):
    today = timezone.localdate()
    page = make_directive(signed_on=today, expires_on=today)
    before = read(client, page)
    clock.tick(days=1)
    after = read(client, page)
    assert "banner-expired" not in before
    assert "banner-expired" in after


def test_what_is_published_is_there(client, news):
    read(client, news)
    news.title = "Mở thêm lớp"
    news.save_revision().publish()
    assert "Mở thêm lớp" in read(client, news)
    other = make_news(title="Lớp ở Lao Bảo")
    other.topics.set(news.topics.all())
    other.save()
    assert "Lớp ở Lao Bảo" in read(client, news)
    other.unpublish()
    assert "Lớp ở Lao Bảo" not in read(client, news)
    news.unpublish()
    assert client.get(news.url).status_code in (404, 410)


@pytest.mark.parametrize("kind", [PageViewRestriction.LOGIN, PageViewRestriction.PASSWORD])
def test_what_is_closed_is_closed_at_once_and_is_not_kept(client, news, kind):
    read(client, news)
    closed = PageViewRestriction.objects.create(page=news, restriction_type=kind, password="mo-ra")
    for _again in range(2):
        response = client.get(news.url)
        assert "Ai cũng học được." not in response.content.decode()
        # The form's token is somebody's own.
        assert (response.status_code == 302) == (kind == PageViewRestriction.LOGIN)
    tokens = {client.get(news.url).content.decode() for _again in range(2)}
    assert len(tokens) == 2 or kind == PageViewRestriction.LOGIN
    closed.delete()
    assert "Ai cũng học được." in read(client, news)


def test_who_has_signed_in_gets_nothing_that_is_kept(client, news):
    read(client, news)
    editor = make_user("phongvien", "Biên tập viên")
    client.force_login(editor)
    assert not is_put_together(client, news)
    client.logout()
    assert "wagtail-userbar" not in read(client, news)


def test_each_language_host_and_scheme_has_its_own(client, home, settings):
    settings.ALLOWED_HOSTS = ["*"]
    page = make_directive()
    own = read(client, page)
    english = read(client, f"/en{page.url}")
    assert '<html lang="vi"' in own
    assert '<html lang="en"' in english
    assert read(client, f"/en{page.url}") == english
    assert read(client, page) == own
    Site.objects.create(hostname="khac.example", root_page=home)
    read(client, page, headers={"host": "khac.example"})
    assert not is_put_together(client, f"{page.url}?ngay=2020-01-01")
    assert read(client, page) == own


def test_a_day_in_the_address_is_another_page(client, home):
    page = make_directive()
    today = read(client, page)
    then = read(client, f"{page.url}?ngay=2001-01-01")
    assert then != today
    assert read(client, page) == today


def test_words_of_an_author_are_no_place(client, news):
    news.title = "<0> &lt;1&gt;"
    news.save_revision().publish()
    assert read(client, news) == read(client, news)
    assert "&lt;0&gt; &amp;lt;1&amp;gt;" in read(client, news)


def test_nothing_but_a_page_has_places(client, news, monkeypatch):
    missing = client.get("/tin-tuc/khong-co/")
    assert missing.status_code == 404
    client.raise_request_exception = False
    monkeypatch.setattr(assembly, "Kept", None)
    broken = client.get(news.url)
    assert broken.status_code == 500
    with monkeypatch.context() as within:
        within.setattr("articles.templatetags.assembly.view_count", None)
        within.setattr(assembly, "Later", None)
        in_the_middle = client.get(news.url)
    assert in_the_middle.status_code == 500
    for answer in (missing, broken, in_the_middle):
        assert assembly._MARK not in answer.content.decode()


def test_some_pages_are_kept_and_no_more(client, home, monkeypatch):
    monkeypatch.setattr(assembly, "MOST_KEPT", 2)
    pages = [make_news(title=f"Tin {number}") for number in range(3)]
    for page in pages:
        read(client, page)
    assert [is_put_together(client, page) for page in reversed(pages)] == [True, True, False]


def test_who_was_asked_for_lately_stays(client, home, monkeypatch):
    monkeypatch.setattr(assembly, "MOST_KEPT", 2)
    first, second, third = (make_news(title=f"Tin {number}") for number in range(3))
    for page in (first, second, first, third):
        read(client, page)
    assert [is_put_together(client, page) for page in (first, third)] == [True, True]
    assert not is_put_together(client, second)


def test_nothing_is_kept_for_long(client, news, monkeypatch):
    read(client, news)
    assert is_put_together(client, news)
    monkeypatch.setattr(assembly, "OLDEST", 0)
    assert not is_put_together(client, news)


def test_a_draft_is_nobodys_page(client, news):
    read(client, news)
    news.title = "Nháp"
    news.save_revision()
    assert "Nháp" not in read(client, news)
    assert is_put_together(client, news)
    assert Page.objects.get(pk=news.pk).title != "Nháp"


def test_a_moved_page_is_where_it_is(client, home):
    page = make_directive()
    section = DirectivePage.objects.get().get_parent().specific
    old = page.url
    read(client, old)
    section.slug = "cong-van"
    section.save()
    assert client.get(old).status_code in (301, 404)
    page.refresh_from_db()
    assert read(client, page.url)
