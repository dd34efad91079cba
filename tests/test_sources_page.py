"""The page "Nguồn dữ liệu": what operators see of the feeds, and what they do to them."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from queue import Empty

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.models import ModelLogEntry

from home.offices import BOARD, EDITORS, REVIEWERS
from portal.celery import app
from sidebar import operators, tasks
from sidebar.faults import in_words
from sidebar.models import (
    CentralRate,
    ExchangeRate,
    FeedLock,
    FeedRun,
    FeedState,
    ProviderState,
    RateOverride,
    WeatherOverride,
    WeatherReading,
    WeatherRegion,
)
from sidebar.operators import mark_of
from sidebar.providers import vietcombank
from sidebar.status import FeedStatus, clock

from .factories import make_user
from .feed_server import RATES, serving
from .test_weather import reading

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket, pytest.mark.once]

NOW = timezone.now
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SUSPECT = {
    "provider": "vietcombank",
    "source": "Vietcombank",
    "quoted_at": "2026-11-20T08:05:09+07:00",
    "rates": [
        ["USD", "US DOLLAR", "39000.0000", "39050.0000", "39390.0000"],
        ["JPY", "YEN", None, "162.9000", "171.5000"],
    ],
    "moves": {"USD": "0.4931"},
}


@pytest.fixture(autouse=True)
def chains(settings):
    settings.FEEDS = {
        "rates": ["vietcombank_json", "vietcombank"],
        "weather": ["open_meteo"],
        "gold": [],
    }


@pytest.fixture
def figures():
    ExchangeRate.objects.replace_with(vietcombank.parse(RATES))
    region = WeatherRegion.objects.create(name="Đông Hà", latitude="16.8163", longitude="107.1003")
    WeatherReading.objects.replace_with(region, reading())


@pytest.fixture
def board(client):
    user = make_user("ban", BOARD, first_name="Lê", last_name="Bình")
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def queue():
    """What workers would take, one a call; None: nothing."""

    def take():
        with app.connection_for_read() as line:
            try:
                message = line.SimpleQueue("celery").get_nowait()
            except Empty:
                return None
            message.ack()
            return message

    while take():
        pass
    return take


@pytest.fixture
def server(settings):
    with serving() as server:
        settings.FEED_ALLOW_PRIVATE = True
        settings.FEEDS = settings.FEEDS | {"rates": ["vietcombank"]}
        settings.FEED_URLS = {"vietcombank": server.plays("/rates", RATES, Content_Type="text/xml")}
        yield server


def address(name, *args):
    return reverse(f"sidebar_{name}", args=args)


def state(feed, **facts):
    FeedState.of(feed)
    FeedState.objects.filter(pk=feed).update(**facts)
    return FeedState.of(feed)


def words(response):
    """What the page says, without its tags."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def said(client):
    return words(client.get(address("sources")))


def told(response):
    """The messages on top of a page."""
    html = response.content.decode().partition('<div class="messages"')[2]
    found = re.findall(r'<li class="\w+">(.*?)</li>', html.partition("<template")[0], re.DOTALL)
    return [unescape(re.sub(r"<.*?>", "", message, flags=re.DOTALL)).strip() for message in found]


def acts():
    """[(action, feed, who, data)] of the audit log, the last one first."""
    entries = ModelLogEntry.objects.get_for_model(FeedState).order_by("-pk")
    return [(one.action, one.object_id, one.user.username, one.data) for one in entries]


# What the page shows.


def test_a_feed_that_is_well_says_when_it_last_was_and_when_it_runs_next(client, board):
    began = NOW() - MINUTE
    one = state("rates", started_at=began, good_at=began, provider="vietcombank")
    text = said(client)
    assert f"Tỷ giá Bình thường Số liệu lúc {clock(began)}, mọi việc bình thường." in text
    assert "1 phút trước" in text
    assert "Vietcombank vietcombank" in text
    assert f"khoảng {timezone.localtime(began + one.interval):%H:%M}" in text
    # Nobody has asked for the weather, and gold is switched off.
    assert "Thời tiết Chưa chạy lần nào" in text
    assert "Đang tắt trong cấu hình: Giá vàng." in text


def test_a_feed_that_fails_says_who_is_silent_since_when_and_what_readers_see(client, board):
    since, shown = NOW() - 20 * MINUTE, NOW() - 25 * MINUTE
    state(
        "rates",
        good_at=shown,
        failing_since=since,
        reason="read timeout",
        failed_provider="vietcombank",
    )
    fault = in_words("read timeout", "Vietcombank")
    text = said(client)
    assert f"{fault} từ {clock(since)}; đang hiển thị số liệu {clock(shown)}." in text
    assert "Tỷ giá Đang lỗi" in text


def test_a_feed_that_never_gave_anything_says_so(client, board):
    state("rates", failing_since=NOW() - MINUTE, reason="tls", failed_provider="vietcombank")
    assert "chưa có số liệu nào" in said(client)


def test_a_feed_that_has_been_failing_for_long_is_too_old(client, board):
    old = NOW() - 2 * HOUR
    state("rates", good_at=old, failing_since=old, reason="tls", failed_provider="vietcombank")
    assert "Tỷ giá Quá cũ" in said(client)


def test_a_silent_beat_is_seen_though_no_run_failed(client, board):
    old = NOW() - 2 * HOUR
    state("rates", started_at=old, good_at=old, provider="vietcombank")
    text = said(client)
    assert f"Không có lần lấy nào từ {clock(old)}; đang hiển thị số liệu {clock(old)}." in text
    assert "hãy kiểm tra bộ hẹn giờ và các tiến trình nền" in text


def test_held_figures_are_never_too_old(client, board):
    old = NOW() - 9 * HOUR
    state("rates", started_at=old, good_at=old, held_since=old, held_because="Chờ ngân hàng")
    text = said(client)
    assert f"Tỷ giá Đang giữ Đang giữ từ {clock(old)}: Chờ ngân hàng." in text
    assert "Lần lấy tới sau khi thôi giữ" in text


def test_each_provider_of_the_chain_says_how_it_is(client, board):
    until = NOW() + 10 * MINUTE
    ProviderState.objects.create(
        name="vietcombank_json", failures=3, reason="http 503", closed_until=until
    )
    ProviderState.objects.create(
        name="open_meteo", failures=1, reason="http 429", closed_until=until, asked_for=True
    )
    text = said(client)
    at = timezone.localtime(until)
    assert f"1. Vietcombank vietcombank_json 3 — {in_words('http 503', 'Vietcombank')}" in text
    assert f"Tạm ngừng gọi đến {at:%H:%M} {at.day}/{at.month}; “Lấy ngay” thì vẫn gọi." in text
    assert "2. Vietcombank vietcombank 0 — —" in text
    assert f"Nguồn yêu cầu ngừng gọi đến {at:%H:%M}" in text


def test_the_last_eight_runs_are_listed_in_words(client, board):
    for number in range(10):
        began = NOW() - number * HOUR
        FeedRun.objects.create(
            feed="weather",
            provider="open_meteo",
            started_at=began,
            finished_at=began,
            rows=number,
            expected=40,
            succeeded=bool(number),
            reason="" if number else "tls",
        )
    html = client.get(address("sources")).content.decode()
    assert re.findall(r"<td>(\d)/40</td>", html) == list("01234567")
    assert unescape(in_words("tls", "Open-Meteo.com")) in unescape(html)


def test_a_day_of_runs_is_drawn_with_its_words(client, board):
    for number, outcomes in enumerate([[False, True], [False], [True], [True]]):
        began = NOW() - timedelta(minutes=5) - number * 30 * MINUTE
        for succeeded in outcomes:
            FeedRun.objects.create(
                feed="rates",
                provider="vietcombank",
                started_at=began,
                finished_at=began,
                succeeded=succeeded,
            )
    html = client.get(address("sources")).content.decode()
    svg = html.partition("<svg viewBox")[2].partition("</svg>")[0]
    kinds = re.findall(r'<rect class="tick-(\w+)"', svg)
    assert len(kinds) == 48
    assert kinds[-4:] == ["good", "good", "bad", "mixed"]
    assert set(kinds[:-4]) == {"none"}
    assert 'aria-label="24 giờ qua: 3 lần lấy được, 2 lần lỗi, lần lỗi gần nhất lúc ' in svg


def test_the_page_asks_no_more_of_the_database_when_there_is_more_to_show(client, board, figures):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address("sources")).status_code == 200
        return len(asked)

    queries()  # caches of the first request
    state("rates", suspect=SUSPECT)
    few = queries()
    until = NOW() + HOUR
    for rate in ExchangeRate.objects.all():
        RateOverride.objects.create(rate=rate, sell=1, reason="x", expires_at=until)
    for number in range(60):
        began = NOW() - number * 20 * MINUTE
        FeedRun.objects.create(
            feed="rates", provider="vietcombank", started_at=began, finished_at=began
        )
        operators._log("rates", operators.FETCH, board)
    assert queries() <= few
    assert few < 45


# Who may do what.

ACTS = [
    ("fetch", ["rates"], {}),
    ("hold", ["rates"], {"rates-held_because": "Chờ"}),
    ("release", ["weather"], {}),
    ("decide", ["rates"], {"verdict": "believe", "mark": mark_of(SUSPECT)}),
    ("type", ["rates"], {}),
    ("drop", ["rates", 1000], {}),
]
ROLES = {
    "nobody": None,
    "editor": [EDITORS],
    "reviewer": [REVIEWERS],
    "board": [BOARD],
    "superuser": [],
}


@pytest.fixture
def everything(figures):
    """Something to do for each act."""
    state("rates", suspect=SUSPECT)
    state("weather", held_since=NOW(), held_because="Bão")
    RateOverride.objects.create(
        pk=1000,
        rate=ExchangeRate.objects.get(currency="EUR"),
        sell=1,
        reason="x",
        expires_at=NOW() + HOUR,
    )


def stored():
    models = (FeedState, ExchangeRate, RateOverride, WeatherOverride, FeedLock, ModelLogEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def log_in(client, role):
    if ROLES[role] is not None:
        client.force_login(make_user(role, *ROLES[role], is_superuser=role == "superuser"))
    return role in ("board", "superuser")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "args", "data"), ACTS, ids=[name for name, *_ in ACTS])
def test_only_the_board_and_administrators_act(client, everything, queue, role, name, args, data):
    may = log_in(client, role)
    if name == "type":
        usd = ExchangeRate.objects.get(currency="USD")
        data = typed_rate(rate=usd.pk, sell="26.500")
    before = stored()
    response = client.post(address(name, *args), data)
    assert response.status_code == 302
    if may:
        assert response["Location"].startswith(address("sources"))
        assert stored() != before
        assert ModelLogEntry.objects.get().user.username == role
    else:
        assert not response["Location"].startswith(address("sources"))
        assert stored() == before
        assert queue() is None


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ["sources", "progress", "type"])
def test_the_page_is_for_those_who_may_look(client, figures, role, name):
    may = log_in(client, role)
    args = [] if name == "sources" else ["rates"]
    assert client.get(address(name, *args)).status_code == (200 if may else 302)


def test_whoever_may_only_look_gets_no_buttons(client, everything):
    user = make_user("xem", EDITORS)
    user.user_permissions.add(Permission.objects.get(codename="view_feedrun"))
    client.force_login(user)
    html = client.get(address("sources")).content.decode()
    main = html.partition("<main")[2]
    assert "Tỷ giá" in main
    assert "<form" not in main
    assert address("type", "rates") not in main
    assert client.get(address("progress", "rates")).status_code == 200
    assert client.get(address("type", "rates")).status_code == 302


@pytest.mark.parametrize("role", ["editor", "board"])
def test_the_menu_leads_to_the_page_for_those_who_may_look(client, role):
    may = log_in(client, role)
    menu = client.get("/admin/").content.decode()
    assert (f'"url": "{address("sources")}"' in menu) is may


@pytest.mark.parametrize(("name", "args", "data"), ACTS, ids=[name for name, *_ in ACTS])
def test_an_act_needs_the_forms_own_token(board, everything, name, args, data):
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(board)
    before = stored()
    assert stranger.post(address(name, *args), data).status_code == 403
    assert stored() == before


@pytest.mark.parametrize("name", ["fetch", "hold", "release", "decide"])
def test_nothing_is_done_by_following_a_link(client, board, everything, name):
    before = stored()
    assert client.get(address(name, "rates")).status_code == 405
    assert stored() == before


@pytest.mark.parametrize("feed", ["gold", "stocks"])
@pytest.mark.parametrize("name", ["fetch", "hold", "release", "decide", "type"])
def test_a_feed_that_is_switched_off_or_unknown_is_not_there(client, board, name, feed):
    assert client.post(address(name, feed)).status_code == 404


# Fetch now.


def test_fetch_now_sends_one_message_that_is_soon_worth_nothing(client, board, queue):
    response = client.post(address("fetch", "rates"), follow=True)
    assert told(response) == ["Đã gửi yêu cầu. Tải lại trang để xem kết quả."]
    message = queue()
    assert message.headers["task"] == "sidebar.tasks.refresh_rates"
    assert message.payload[1] == {"by_hand": True}
    expires = datetime.fromisoformat(message.headers["expires"])
    assert NOW() < expires <= NOW() + timedelta(seconds=61)
    assert acts() == [("sidebar.fetch", "rates", "ban", {})]


def test_two_presses_are_one_run(client, board, queue):
    client.post(address("fetch", "rates"))
    response = client.post(address("fetch", "rates"), follow=True)
    assert told(response)[-1] == "Đã có người yêu cầu cách đây chưa đầy một phút."
    assert queue() is not None
    assert queue() is None
    assert len(acts()) == 1


def test_a_run_that_is_under_way_is_enough(client, board, queue):
    with FeedLock.objects.held("rates"):
        response = client.post(address("fetch", "rates"), follow=True)
        assert told(response) == ["Số liệu đang được lấy rồi."]
    assert queue() is None
    assert acts() == []


def test_held_figures_are_not_fetched(client, board, queue):
    state("rates", held_since=NOW(), held_because="Bão")
    response = client.post(address("fetch", "rates"), follow=True)
    assert told(response) == ["Số liệu đang được giữ: hãy thôi giữ trước đã."]
    assert queue() is None


def test_a_queue_that_is_away_is_said_and_nothing_is_lost(client, board, queue, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:9/0", raising=False)
        response = client.post(address("fetch", "rates"), follow=True)
    assert told(response) == [
        "Chưa gửi được yêu cầu: hàng đợi công việc không trả lời. Hãy thử lại sau."
    ]
    assert acts() == []
    assert not FeedLock.objects.exists()
    # And when it is back, at once.
    client.post(address("fetch", "rates"))
    assert queue() is not None


def progress(client, feed="rates"):
    return client.get(address("progress", feed)).json()


def press(client):
    script = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
    return client.post(address("fetch", "rates"), **script).json()


def test_progress_goes_from_the_press_to_the_new_figures(client, board, server):
    assert progress(client)["stage"] == "idle"
    answer = press(client)
    assert answer["refusal"] == ""
    assert answer["stage"] == "waiting"
    assert answer["words"] == "Đang chờ tiến trình xử lý…"
    assert not answer["is_over"]

    tasks.refresh_rates(by_hand=True)
    after = progress(client)
    assert after["is_over"]
    assert after["stage"] == "done"
    at = clock(FeedState.of("rates").good_at)
    assert after["words"] == (
        f"Vietcombank: đã nhận 9 dòng. Số liệu lúc {at}, mọi việc bình thường."
    )


def test_while_it_runs_progress_counts(client, board):
    began = NOW()
    state("weather", started_at=began)
    FeedLock.objects.take("weather")
    assert progress(client, "weather")["words"] == "Đang bắt đầu…"
    FeedRun.objects.create(
        feed="weather", provider="open_meteo", started_at=began, rows=3, expected=9
    )
    answer = progress(client, "weather")
    assert answer["words"] == "Đang hỏi Open-Meteo.com: 3 trên 9…"
    assert (answer["stage"], answer["rows"], answer["expected"]) == ("running", 3, 9)
    assert answer["provider"] == "open_meteo"
    # Whoever opens the page meanwhile sees it too, and the script takes over from there.
    html = client.get(address("sources")).content.decode()
    assert "Đang hỏi Open-Meteo.com: 3 trên 9…" in html
    assert "data-progress data-open" in html


def test_a_run_that_fails_ends_with_its_fault(client, board, server):
    server.plays("/rates", b"", status=500)
    press(client)
    tasks.refresh_rates(by_hand=True)
    answer = progress(client)
    assert answer["is_over"]
    assert answer["words"].startswith(f"{in_words('http 500', 'Vietcombank')}.")


def test_a_source_that_wants_to_be_left_alone_is_not_asked_by_hand_either(client, board, server):
    server.plays("/rates", b"", status=503, Retry_After=600)
    tasks.refresh_rates()
    press(client)
    tasks.refresh_rates(by_hand=True)
    assert len(server.requests) == 1
    assert progress(client)["words"].startswith(
        "Không hỏi được nguồn nào: các nguồn đều yêu cầu tạm ngừng gọi."
    )


def test_a_press_that_no_worker_takes_up_ends_with_a_hint(client, board):
    press(client)
    FeedLock.objects.update(expires_at=NOW() - timedelta(seconds=1))
    answer = progress(client)
    assert answer["is_over"]
    assert "Không tiến trình nền nào nhận việc" in answer["words"]
    assert "Không tiến trình nền nào nhận việc" in said(client)
    # After a minute anybody may press again.
    assert press(client)["refusal"] == ""


def test_a_run_that_was_cut_short_says_so(client, board):
    press(client)
    began = NOW()
    state("rates", started_at=began)
    FeedRun.objects.create(feed="rates", provider="vietcombank", started_at=began)
    assert progress(client)["words"].startswith("Vietcombank: bị ngắt giữa chừng.")


# Hold and let move.


def test_held_figures_stay_until_they_are_let_move(client, board, server):
    client.post(address("hold", "rates"), {"rates-held_because": "Ngân hàng báo lỗi bảng giá"})
    tasks.refresh_rates()
    assert server.requests == []
    assert acts() == [("sidebar.hold", "rates", "ban", {"reason": "Ngân hàng báo lỗi bảng giá"})]
    client.post(address("release", "rates"))
    assert acts()[0] == ("sidebar.release", "rates", "ban", {})
    tasks.refresh_rates()
    assert ExchangeRate.objects.count() == 9
    assert FeedState.of("rates").held_because == ""


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [("", "Hãy ghi lý do để đồng nghiệp biết."), ("  ", "Hãy ghi lý do"), ("x" * 201, "200")],
)
def test_nothing_is_held_without_a_reason_that_fits(client, board, typed, complaint):
    response = client.post(address("hold", "rates"), {"rates-held_because": typed})
    assert complaint in words(response)
    assert f'value="{typed}"' in response.content.decode()
    assert not FeedState.of("rates").is_held
    assert acts() == []


def test_who_comes_second_learns_that_it_is_held_or_free_already(client, board):
    response = client.post(address("release", "rates"), follow=True)
    assert told(response) == ["Số liệu hiện không bị giữ."]
    state("rates", held_since=NOW(), held_because="Bão")
    response = client.post(address("hold", "rates"), {"rates-held_because": "x"}, follow=True)
    assert told(response) == ["Số liệu đã được giữ từ trước: Bão"]
    assert FeedState.of("rates").held_because == "Bão"
    assert acts() == []


# Rates that moved too far.


def test_rates_that_wait_are_shown_as_they_are_and_as_they_would_be(client, board, figures):
    state("rates", suspect=SUSPECT)
    text = said(client)
    assert "Vietcombank đưa ra lúc 08:05 20/11/2026." in text
    assert (
        "USD Đô la Mỹ 26.120 → thành 39.000 26.150 → thành 39.050 26.390 → thành 39.390 +49 %"
        in text
    )
    assert "1 tỷ giá khác của bảng này cùng chờ." in text


def decide(client, verdict, mark=None):
    data = {"verdict": verdict, "mark": mark or mark_of(SUSPECT)}
    return client.post(address("decide", "rates"), data, follow=True)


def test_rates_that_are_believed_are_stored_and_the_feed_is_well(client, board, figures):
    state(
        "rates",
        suspect=SUSPECT,
        failing_since=NOW() - HOUR,
        reason="jump",
        failed_provider="vietcombank",
    )
    decide(client, "believe")
    assert ExchangeRate.objects.get(currency="USD").sell == 39390
    assert ExchangeRate.objects.get(currency="EUR").sell == Decimal("31372.8")
    after = FeedState.of("rates")
    assert (after.suspect, after.failing_since, after.provider) == ({}, None, "vietcombank")
    assert FeedStatus(after).kind == "good"
    ((action, _feed, who, data),) = acts()
    assert (action, who, data["moves"]) == ("sidebar.believe", "ban", {"USD": "0.4931"})
    assert data["before"]["USD"][2] == "26390.0000"
    assert "Chấp nhận tỷ giá của Vietcombank: USD +49 %" in said(client)


def test_rates_that_are_not_believed_are_forgotten(client, board, figures):
    state("rates", suspect=SUSPECT)
    decide(client, "discard")
    assert ExchangeRate.objects.get(currency="USD").sell == 26390
    assert FeedState.of("rates").waiting == {}
    assert acts()[0][0] == "sidebar.disbelieve"


@pytest.mark.parametrize("there", [{}, SUSPECT | {"moves": {"USD": "0.9"}}])
def test_nobody_decides_on_rates_that_they_have_not_seen(client, board, figures, there):
    state("rates", suspect=there)
    response = decide(client, "believe")
    assert told(response) == ["Tỷ giá chờ quyết định đã khác trước, hoặc không còn: hãy xem lại."]
    assert ExchangeRate.objects.get(currency="USD").sell == 26390
    assert FeedState.of("rates").suspect == there
    assert acts() == []


@pytest.mark.parametrize(("feed", "verdict"), [("weather", "believe"), ("rates", "maybe")])
def test_there_are_two_verdicts_and_on_rates_alone(client, board, feed, verdict):
    assert client.post(address("decide", feed), {"verdict": verdict}).status_code == 404


def test_a_jump_of_the_bank_waits_and_can_be_believed(client, board, server):
    tasks.refresh_rates()
    jump = RATES.replace(b'Buy="26,120.00" Transfer="26,150.00" Sell="26,390.00"', b"%s")
    jump %= b'Buy="36,120.00" Transfer="36,150.00" Sell="36,390.00"'
    server.plays("/rates", jump, Content_Type="text/xml")
    tasks.refresh_rates()
    assert ExchangeRate.objects.get(currency="USD").sell == 26390
    decide(client, "believe", mark_of(FeedState.of("rates").suspect))
    assert ExchangeRate.objects.get(currency="USD").sell == 36390
    tasks.refresh_rates()
    assert FeedState.of("rates").suspect == {}


# Figures by hand.


def typed_rate(**fields):
    until = timezone.localtime(NOW() + 5 * HOUR)
    return {
        "buy_cash": "",
        "buy_transfer": "",
        "sell": "",
        "reason": "Sở Tài chính yêu cầu",
        "expires_at": f"{until:%d/%m/%Y %H:%M}",
    } | fields


def dollar():
    return ExchangeRate.objects.board().get(currency="USD")


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("26.500", Decimal(26500)),
        ("26500", Decimal(26500)),
        ("26.500,50", Decimal("26500.50")),
        ("26500,5", Decimal("26500.5")),
        (" 26 500 ", Decimal(26500)),
    ],
)
def test_prices_are_read_as_vietnamese_write_them(client, board, figures, text, price):
    client.post(address("type", "rates"), typed_rate(rate=dollar().pk, sell=text))
    assert dollar().shown.sell == price


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("rate", "", "bắt buộc"),
        ("sell", "26.39", "Viết như 26.390 hoặc 26.390,50."),
        ("sell", "26390.50", "Viết như 26.390 hoặc 26.390,50."),
        ("sell", "NaN", "Viết như 26.390 hoặc 26.390,50."),
        ("sell", "-1", "Viết như 26.390 hoặc 26.390,50."),
        ("sell", "0", "Giá phải lớn hơn 0."),
        ("sell", "26,390", "Lệch xa giá gần nhất của ngân hàng là 26.390."),
        ("buy_cash", "27.000", gettext("A bank doesn't sell for less than it buys for.")),
        ("reason", "", "bắt buộc"),
        ("expires_at", "", "bắt buộc"),
        ("expires_at", "mai", "hợp lệ"),
        ("expires_at", "01/01/2020 08:00", "Thời điểm này đã qua."),
        ("expires_at", "01/01/2099 08:00", "Nhiều nhất bảy ngày kể từ bây giờ."),
    ],
)
def test_bad_figures_are_said_at_the_field_and_nothing_typed_is_lost(
    client, board, figures, field, value, complaint
):
    data = typed_rate(rate=dollar().pk, sell="26.500", buy_cash="26.100") | {field: value}
    response = client.post(address("type", "rates"), data)
    assert response.status_code == 200
    form = response.context["form"]
    at = "sell" if field == "buy_cash" else field
    assert list(form.errors) == [at]
    assert complaint in " ".join(form.errors[at])
    html = response.content.decode()
    for name in ("buy_cash", "sell", "reason", "expires_at"):
        if data[name]:
            assert f'value="{data[name]}"' in html, name
    assert not RateOverride.objects.exists()
    assert acts() == []


def test_a_price_that_is_left_empty_stays_the_banks_and_a_stroke_is_none(client, board, figures):
    data = typed_rate(rate=dollar().pk, sell="26.500", buy_cash="-")
    client.post(address("type", "rates"), data)
    shown = dollar().shown
    assert (shown.buy_cash, shown.buy_transfer, shown.sell) == (None, 26150, 26500)


def test_at_least_one_price_is_asked_for(client, board, figures):
    response = client.post(address("type", "rates"), typed_rate(rate=dollar().pk))
    assert list(response.context["form"].errors) == ["sell"]


def test_a_price_far_from_the_banks_needs_a_second_look(client, board, figures):
    data = typed_rate(rate=dollar().pk, sell="39.000")
    response = client.post(address("type", "rates"), data)
    assert "Tôi đã kiểm tra, các giá này là đúng" in words(response)
    assert not RateOverride.objects.exists()
    client.post(address("type", "rates"), data | {"is_sure": "on"})
    assert dollar().shown.sell == 39000


def test_the_box_for_a_second_look_is_not_there_at_first(client, board, figures):
    assert "is_sure" not in client.get(address("type", "rates")).content.decode()


def test_typed_figures_are_logged_replaced_and_dropped(client, board, figures):
    client.post(address("type", "rates"), typed_rate(rate=dollar().pk, sell="26.500"))
    client.post(
        address("type", "rates"),
        typed_rate(rate=dollar().pk, sell="26.600,50", reason="Bảng mới"),
    )
    typed = RateOverride.objects.get()
    assert (typed.sell, typed.reason) == (Decimal("26600.50"), "Bảng mới")
    text = said(client)
    at = timezone.localtime(typed.expires_at)
    until = f"{at:%H:%M} {at.day}/{at.month}/{at.year}"
    assert f"bán ra 26.600,50; đến {until}. Bảng mới" in text
    assert f"USD, đến {clock(typed.expires_at)}: mua tiền mặt 26.120" in text
    assert "bán ra 26.600,50. Lý do: Bảng mới" in text
    client.post(address("drop", "rates", typed.pk))
    assert dollar().shown.sell == 26390
    assert [action for action, *_ in acts()] == ["sidebar.drop", "sidebar.type", "sidebar.type"]
    assert acts()[0][3] == {
        "subject": "USD",
        "figures": [
            ["buy_cash", "26120.0000"],
            ["buy_transfer", "26150.0000"],
            ["sell", "26600.5000"],
        ],
    }
    assert client.post(address("drop", "rates", typed.pk)).status_code == 404


def test_expired_figures_are_gone_by_themselves(client, board, figures):
    RateOverride.objects.create(rate=dollar(), sell=1, reason="Cũ", expires_at=NOW() - MINUTE)
    assert dollar().shown.sell == 26390
    assert "Đang hiển thị số liệu nhập tay" not in said(client)


def test_weather_can_be_typed_for_a_region(client, board, figures):
    region = WeatherRegion.objects.get()
    data = {
        "region": region.pk,
        "temperature": "31,5",
        "weather_code": "95",
        "reason": "Trạm báo",
        "expires_at": typed_rate()["expires_at"],
    }
    client.post(address("type", "weather"), data)
    shown = WeatherRegion.objects.with_reading().get().last_reading
    assert (shown.temperature, shown.weather_code) == (Decimal("31.5"), 95)
    text = said(client)
    assert "Đông Hà : 31,5 °C, dông;" in text
    assert "31,5 °C, dông. Lý do: Trạm báo" in text
    client.post(address("drop", "weather", WeatherOverride.objects.get().pk))
    assert WeatherRegion.objects.with_reading().get().last_reading.temperature != Decimal("31.5")


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("temperature", "nóng", "Viết như 31 hoặc 31,5."),
        ("temperature", "99", "50"),
        ("weather_code", "4", "Hãy chọn lại"),
        ("region", "", "bắt buộc"),
    ],
)
def test_weather_that_cannot_be_is_refused(client, board, figures, field, value, complaint):
    data = {
        "region": WeatherRegion.objects.get().pk,
        "temperature": "-1.5",
        "weather_code": "0",
        "reason": "x",
        "expires_at": typed_rate()["expires_at"],
    }
    response = client.post(address("type", "weather"), data | {field: value})
    assert list(response.context["form"].errors) == [field]
    assert complaint in " ".join(response.context["form"].errors[field])
    assert not WeatherOverride.objects.exists()


def test_a_region_without_a_reading_is_not_offered(client, board, figures):
    WeatherRegion.objects.create(name="Khe Sanh", latitude="16.62", longitude="106.73")
    form = client.get(address("type", "weather")).context["form"]
    assert [region.name for region in form.fields["region"].queryset] == ["Đông Hà"]


# The audit log.


def test_the_sites_history_tells_what_operators_did_and_leads_to_the_page(client, board):
    client.post(address("hold", "rates"), {"rates-held_because": "<b>Bão</b>"})
    html = client.get("/admin/reports/site-history/").content.decode()
    assert "Giữ số liệu: &lt;b&gt;Bão&lt;/b&gt;" in html
    assert f'href="{address("sources")}#rates"' in html
    assert "Lê Bình" in html
    assert "Giữ số liệu: &lt;b&gt;Bão&lt;/b&gt;" in client.get(address("sources")).content.decode()


def test_the_history_of_somebody_elses_acts_names_them(client, board):
    operators.hold("weather", "Bão", make_user("khac", BOARD, first_name="Trần", last_name="An"))
    assert "– Trần An – Thời tiết Giữ số liệu: Bão" in said(client)


# Regions on the map, and the central rate.

REGION = "/admin/snippets/sidebar/weatherregion/"


def test_a_region_is_placed_on_a_map_among_the_others(client, board, figures):
    WeatherRegion.objects.create(name="Hà Nội", latitude="21.03", longitude="105.85")
    html = client.get(f"{REGION}add/").content.decode()
    svg = html.partition("<svg viewBox")[2].partition("</svg>")[0]
    assert ">Đông Hà</text>" in svg
    # It lies far outside.
    assert "Hà Nội" not in svg
    assert "đường bờ biển, vẽ phác" in html
    assert re.search(r"<g [^>]*data-mark[^>]* hidden>", svg)
    own = WeatherRegion.objects.get(name="Đông Hà")
    html = client.get(f"{REGION}edit/{own.pk}/").content.decode()
    svg = html.partition("<svg viewBox")[2].partition("</svg>")[0]
    assert ">Đông Hà</text>" not in svg
    assert 'transform="translate(336.1 304.4)"' in svg
    assert "sidebar/admin/region_map.js" in html


@pytest.mark.parametrize(
    ("latitude", "longitude", "field", "complaint"),
    [
        ("95", "16.8", "latitude", "nhỏ hơn"),
        ("107.1", "16.8", "latitude", "2 chữ số trước dấu thập phân"),
        ("-91", "107", "latitude", "lớn hơn"),
        ("16.8", "181", "longitude", "nhỏ hơn"),
        ("", "107", "latitude", "bắt buộc"),
        ("mười sáu", "107", "latitude", "số"),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_vietnamese(
    client, board, latitude, longitude, field, complaint
):
    data = {"name": "Cồn Cỏ", "latitude": latitude, "longitude": longitude, "sort_order": 1}
    response = client.post(f"{REGION}add/", data)
    assert list(response.context["form"].errors) == [field]
    assert complaint in " ".join(response.context["form"].errors[field])
    assert not WeatherRegion.objects.exists()
    # The map is drawn all the same.
    assert "data-region-map" in response.content.decode()


CENTRAL = "/admin/snippets/sidebar/centralrate/"


def test_the_board_types_the_central_rate_from_the_notice(client, board):
    data = {"rate": "25.148", "number": "236/TB-NHNN", "day": "20/11/2026"}
    assert client.post(f"{CENTRAL}add/", data).status_code == 302
    rate = CentralRate.objects.get()
    assert (rate.rate, rate.number) == (Decimal(25148), "236/TB-NHNN")
    edit = f"{CENTRAL}edit/{rate.pk}/"
    assert 'value="25.148"' in client.get(edit).content.decode()
    assert client.post(edit, data | {"rate": "25.150,5"}).status_code == 302
    assert CentralRate.objects.get().rate == Decimal("25150.5")
    assert "25.150,5" in client.get(CENTRAL).content.decode()
    entries = ModelLogEntry.objects.get_for_model(CentralRate).order_by("pk")
    assert [entry.action for entry in entries] == ["wagtail.create", "wagtail.edit"]
    assert client.get(f"{CENTRAL}history/{rate.pk}/").status_code == 200


def test_an_editor_does_not_type_the_central_rate(client):
    client.force_login(make_user("bien", EDITORS))
    client.post(f"{CENTRAL}add/", {"rate": "25.148", "number": "1", "day": "20/11/2026"})
    assert not CentralRate.objects.exists()


def test_permissions_of_the_page_can_be_given_to_a_group(admin_client):
    make_user("ban", BOARD)
    html = admin_client.get("/admin/groups/new/").content.decode()
    for name in ("view_feedstate", "change_feedstate", "view_ratechange", "add_centralrate"):
        assert f'value="{Permission.objects.get(codename=name).pk}"' in html, name
