from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html
from wagtail.models import PageViewRestriction

from articles.models import (
    DirectiveAttachment,
    DirectiveIndexPage,
    DirectivePage,
    Effect,
    EventIndexPage,
    NewsIndexPage,
    NewsPage,
)
from home.models import FeaturedPage
from home.tasks import publish_scheduled
from sidebar.models import PageViews
from tests.factories import (
    make_directive,
    make_document,
    make_event,
    make_home,
    make_image,
    make_news,
    make_section,
    make_user,
    searched,
    tomorrow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def home():
    return make_home()


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_a_slug_of_a_program_or_an_editor_is_folded(home):
    assert make_news("Đường sá miền núi").slug == "duong-sa-mien-nui"
    assert make_news("Tin khác", slug="tin-đặc-biệt").slug == "tin-dac-biet"


def test_two_pages_with_one_title_get_different_addresses(home):
    assert make_news("Thông báo").url != make_news("Thông báo").url


@pytest.mark.parametrize(
    ("title", "typed", "slugs"),
    [
        ("Thông báo", "thông-báo", {"thong-bao", "thong-bao-2"}),
        # The title was there before the script that makes an address of it.
        ("Thông báo", "", {"thong-bao", "thong-bao-2"}),
        ("!!!", "", {"trang", "trang-2"}),
    ],
)
def test_an_editor_may_give_two_pages_the_same_title(client, home, title, typed, slugs):
    client.force_login(make_user("lan", "Biên tập viên"))
    parent = NewsIndexPage.objects.get()
    for _ in range(2):
        client.post(
            reverse("wagtailadmin_pages:add", args=["articles", "newspage", parent.pk]),
            {
                "title": title,
                "slug": typed,
                "posted_on": "2026-11-22",
                "body-count": "0",
                "related-TOTAL_FORMS": "0",
                "related-INITIAL_FORMS": "0",
                "comments-TOTAL_FORMS": "0",
                "comments-INITIAL_FORMS": "0",
            },
        )
    assert set(NewsPage.objects.values_list("slug", flat=True)) == slugs


def test_the_home_page_shows_new_directives_and_news_and_what_is_featured(client, home):
    directive, news, event = make_directive(), make_news(), make_event()
    FeaturedPage.objects.create(page=event, sort_order=1)
    FeaturedPage.objects.create(page=news, sort_order=0)
    shown = text(client.get("/"))
    assert directive.reference in shown
    assert shown.index(f'<a href="{news.url}">') < shown.index(f'<a href="{event.url}">')


def test_a_featured_page_that_is_taken_down_or_private_is_left_out(client, home):
    down, private = make_news("Bài đã gỡ"), make_news("Bài kín")
    for position, page in enumerate([down, private]):
        FeaturedPage.objects.create(page=page, sort_order=position)
    down.unpublish()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert FeaturedPage.objects.shown() == []
    shown = text(client.get("/"))
    assert "Bài đã gỡ" not in shown
    assert "Bài kín" not in shown


def test_a_directive_shows_its_whole_record(client, home):
    directive = make_directive(expires_on=date(2020, 12, 31))
    directive.attachments.add(DirectiveAttachment(document=make_document("Bản ký 07/CT-UBND")))
    directive.save()
    shown = text(client.get(directive.url))
    for fact in [
        "07/CT-UBND",
        "Chỉ thị",
        "UBND tỉnh Quảng Trị",
        "Nguyễn Văn Bình",
        "Chủ tịch",
        "16/6/2014",
        "31/12/2020",
        directive.subject,
        "Bản ký 07/CT-UBND",
    ]:
        assert fact in shown


@pytest.mark.parametrize(
    ("day", "effect"),
    [
        (date(2014, 6, 15), Effect.NOT_YET),
        (date(2014, 6, 16), Effect.IN_FORCE),
        (date(2014, 12, 31), Effect.IN_FORCE),
        (date(2015, 1, 1), Effect.EXPIRED),
    ],
)
def test_first_and_last_day_count_as_in_force(home, day, effect):
    directive = make_directive(expires_on=date(2014, 12, 31))
    assert directive.effect_on(day) is effect
    assert DirectivePage.objects.in_force(on=day).exists() == (effect is Effect.IN_FORCE)


def test_a_directive_without_a_first_day_is_in_force_from_its_signing(home):
    assert make_directive(effective_on=None).effective_on == date(2014, 6, 16)


def test_a_directive_cannot_end_before_it_begins(home):
    with pytest.raises(ValidationError) as error:
        make_directive(expires_on=date(2014, 6, 1))
    assert set(error.value.message_dict) == {"expires_on"}


def test_an_event_cannot_end_before_it_begins(home):
    with pytest.raises(ValidationError) as error:
        make_event(ends_at=timezone.now() - timedelta(days=4000))
    assert set(error.value.message_dict) == {"ends_at"}


def test_a_list_holds_the_directives_of_its_sections_newest_first(client, home):
    index = DirectiveIndexPage.objects.get()
    section = make_section(index, "Chỉ thị email")
    old = make_directive(section, "Cũ", number="03", signed_on=date(2011, 1, 12))
    new = make_directive(index, "Mới", number="09", signed_on=date(2020, 1, 12))
    shown = text(client.get(index.url))
    assert shown.index(f"{new.reference}<") < shown.index(f"{old.reference}<")
    assert "Chỉ thị email" in shown
    assert new.reference not in text(client.get(section.url))


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99999999999999999999", "2"])
def test_a_list_answers_any_page_number(client, home, page):
    for number in range(25):
        make_news(f"Tin số {number}")
    assert "Tin số" in text(client.get("/tin-tuc/", {"trang": page}))


def test_the_calendar_shows_the_next_event_first_and_past_ones_last(home):
    def days(number):
        return timezone.now() + timedelta(days=number)

    make_event("Lâu rồi", starts_at=days(-20), ends_at=None)
    make_event("Vừa qua", starts_at=days(-3), ends_at=days(-2))
    make_event("Tháng sau", starts_at=days(30), ends_at=None)
    make_event("Đang diễn ra", starts_at=days(-1), ends_at=days(1))
    make_event("Ngày mai", starts_at=days(1), ends_at=None)
    assert [event.title for event in EventIndexPage.objects.get().articles] == [
        "Đang diễn ra",
        "Ngày mai",
        "Tháng sau",
        "Vừa qua",
        "Lâu rồi",
    ]


def test_an_empty_list_says_so(client, home):
    assert "Chưa có nội dung" in text(client.get("/tin-tuc/"))


def test_views_are_shown_as_vietnamese_write_numbers(client, home):
    page = make_news()
    PageViews.objects.create(page=page, views=2427)
    assert "<span data-views>2.427</span> lượt xem" in text(client.get(page.url))


def test_reading_a_page_counts_no_view_by_itself(client, home):
    # A cache may answer for Django; /live/ counts.
    page = make_news()
    client.get(page.url)
    assert not PageViews.objects.exists()


def test_an_unknown_address_leads_on(client, home):
    response = client.get("/khong-co/")
    assert response.status_code == 404
    shown = response.content.decode()
    assert "Không tìm thấy trang" in shown
    assert 'href="/van-ban/"' in shown


@pytest.mark.parametrize(
    "address", ["/", "/van-ban/", "/tin-tuc/", "/tim-kiem/?q=van+ban", "/y-kien/"]
)
def test_a_public_page_is_the_same_for_everybody_and_sets_no_cookie(client, home, address):
    make_directive()
    make_news()
    first = client.get(address)
    client.cookies["la"] = "la"
    second = client.get(address, headers={"User-Agent": "another"})
    assert first.content == second.content
    assert not first.cookies
    assert "csrf" not in first.content.decode()
    assert "Cookie" not in first.get("Vary", "")


def test_scheduled_pages_go_online_and_offline_by_the_task_that_beat_runs(home):
    due = make_news("Đến giờ", live=False)
    due.go_live_at = timezone.now() - timedelta(minutes=1)
    due.save_revision(approved_go_live_at=due.go_live_at)
    ended = make_news("Hết hạn", expire_at=timezone.now() - timedelta(minutes=1))
    publish_scheduled()
    assert NewsPage.objects.get(pk=due.pk).live
    assert not NewsPage.objects.get(pk=ended.pk).live


def test_a_scheduled_page_that_fails_keeps_no_other_from_its_time(home, caplog):
    pages = [make_news(title, live=False) for title in ("Lỗi", "Đến giờ")]
    for minutes, page in zip((2, 1), pages, strict=True):
        page.go_live_at = timezone.now() - timedelta(minutes=minutes)
        page.save_revision(approved_go_live_at=page.go_live_at)
    # Meanwhile another page took its address.
    broken = pages[0].latest_revision
    broken.content["slug"] = pages[1].slug
    broken.save()
    for _ in range(2):
        publish_scheduled()
    assert [NewsPage.objects.get(pk=page.pk).live for page in pages] == [False, True]
    assert "ValidationError" in caplog.text


@pytest.mark.parametrize(
    "query",
    [
        "tăng cường",
        "tang cuong",
        "TANG CUONG",
        "07/CT-UBND",
        "07 ct ubnd",
        "chi thi",
        "Nguyen Van Binh",
        "hộp thư công vụ",
    ],
)
def test_a_directive_is_found_however_it_is_typed(client, home, query):
    directive = make_directive(body=[("text", "<p>Mỗi cán bộ dùng hộp thư công vụ.</p>")])
    assert f'href="{directive.url}"' in text(searched(client, query))


def test_search_finds_nothing_private_or_unpublished(client, home):
    make_directive(title="Bản nháp", live=False)
    private = make_directive(title="Văn bản kín", number="08")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    shown = text(searched(client, "chi thi"))
    assert "Bản nháp" not in shown
    assert "Văn bản kín" not in shown


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "\0",
        '"',
        '"a',
        "'" * 500,
        '"' * 500,
        "từ " * 400,
        "a" * 8000,
        "NEAR(a b)",
        "a AND",
        "*",
        "🙂",
        "%' OR 1=1",
    ],
)
def test_search_answers_every_input_with_a_page(client, home, query):
    make_directive()
    text(searched(client, query))


def test_a_lead_image_has_its_size_and_its_words(client, home):
    page = make_news(lead_image=make_image(), lead_image_alt="Cầu bắc qua sông")
    [shown] = html.fromstring(client.get(page.url).content).xpath(
        "//picture//img[@alt='Cầu bắc qua sông']"
    )
    assert (shown.get("width"), shown.get("height")) == ("960", "540")


def test_the_directives_state_follows_the_day(client, home):
    directive = make_directive(effective_on=tomorrow())
    assert f"Có hiệu lực từ {tomorrow():%-d/%-m/%Y}" in text(client.get(directive.url))


def query_count(client, django_assert_max_num_queries, address, limit):
    client.get(address)  # fills the caches of sites and content types
    with django_assert_max_num_queries(limit) as queries:
        text(client.get(address))
    assert len(queries) > 1
    return len(queries)


@pytest.mark.parametrize("address", ["/", "/van-ban/", "/tin-tuc/", "/su-kien/"])
def test_a_list_needs_no_more_queries_for_more_pages(
    client, home, django_assert_max_num_queries, address
):
    counts, image = [], make_image()
    for _ in range(2):
        for number in range(1, 6):
            make_directive(number=f"{number:02}", title=f"Chỉ thị {number} {len(counts)}")
            make_news(f"Tin {number} {len(counts)}")
            event = make_event(f"Sự kiện {number} {len(counts)}", lead_image=image)
            FeaturedPage.objects.create(page=event)
        counts.append(query_count(client, django_assert_max_num_queries, address, 12))
    assert counts[0] == counts[1]


def test_wagtail_and_django_are_the_ones_that_were_chosen():
    # Some add-ons silently bring an older Wagtail with them.
    import django
    import wagtail

    assert wagtail.VERSION[:2] >= (7, 4)
    assert django.VERSION[:2] >= (5, 2)


def test_only_the_intended_page_types_can_be_made_where_they_belong(home):
    allowed = {model.__name__ for model in home.creatable_subpage_models()}
    assert allowed == {"NewsIndexPage", "DirectiveIndexPage", "EventIndexPage", "StandardPage"}


def test_a_request_for_another_host_is_refused_in_vietnamese(client, home):
    response = client.get("/", headers={"Host": "attacker.example"})
    assert response.status_code == 400
    assert "Yêu cầu không hợp lệ" in response.content.decode()


def test_a_form_without_its_token_is_refused_in_vietnamese(home):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/admin/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert "tải lại trang" in response.content.decode()


def test_an_error_of_ours_shows_nothing_of_the_inside(home, monkeypatch):
    def broken(*args):
        raise RuntimeError("ruột gan")

    monkeypatch.setattr("articles.search.results.find", broken)
    client = Client(raise_request_exception=False)
    response = client.get("/tim-kiem/?q=a")
    assert response.status_code == 500
    shown = response.content.decode()
    assert "đang gặp sự cố" in shown
    assert "ruột gan" not in shown


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_while_the_database_is_away_readers_are_asked_to_come_back(client, fault):
    client.raise_request_exception = False

    def away(execute, sql, params, many, context):
        raise fault("connection to server at 10.0.0.5 failed")

    with connection.execute_wrapper(away):
        response = client.get("/y-kien/1/")
        answer = client.post("/y-kien/1/bo-phieu/", headers={"Accept": "application/json"})
    for refused in (response, answer):
        assert refused.status_code == 503
        assert refused["Retry-After"] == "30"
        assert b"10.0.0.5" not in refused.content
    assert "đang gặp sự cố" in response.content.decode()
    assert "chưa trả lời được" in answer.json()["message"]


def test_a_page_that_is_made_twice_at_the_same_moment_gets_two_addresses(home):
    # Both passed the form before either was there.
    parent = NewsIndexPage.objects.get()
    pages = [NewsPage(title="Thông báo", slug="thong-bao", live=live) for live in (False, True)]
    for page in pages:
        parent.add_child(instance=page)
    assert [page.slug for page in pages] == ["thong-bao", "thong-bao-2"]
    assert pages[0].url_path != pages[1].url_path


@pytest.mark.parametrize(
    "cookie", ["abcdefgh\0ijklmnop", "'; DROP TABLE x; --", "é" * 20, "a" * 9000]
)
def test_a_session_cookie_that_nobody_gave_is_nobodys(client, home, settings, cookie):
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    for address in ("/", "/live/", "/y-kien/", "/admin/login/"):
        assert client.get(address).status_code == 200, address


def test_a_copy_is_never_an_alias(client, home):
    """It would be open to the public where its source is closed, and have no record of its own."""
    page, section = make_news(), NewsIndexPage.objects.get()
    client.force_login(make_user("quan", is_superuser=True))
    address = reverse("wagtailadmin_pages:copy", args=[page.pk])
    assert "id_alias" not in client.get(address).text
    data = {"new_title": "Bản sao", "new_slug": "ban-sao", "new_parent_page": section.pk}
    client.post(address, data | {"alias": "on"})
    copy = NewsPage.objects.get(slug="ban-sao")
    assert copy.alias_of is None
