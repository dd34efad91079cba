"""Links of what is online, looked at by night: inner ones by the database, outer ones over the
wire, and never where an editor has no business to make us knock."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from articles import tasks
from articles.links import faults, outside, watch
from articles.models import LinkTarget, PageLink
from home.models import StandardPage
from home.offices import BOARD, EDITORS
from portal.celery import app
from sidebar.providers import ProviderError, client

from .factories import make_directive, make_document, make_home, make_news, make_user
from .feed_server import serving

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def server(settings):
    settings.LINKS_ALLOW_LOOPBACK = True
    # Else the loopback address is this portal's own.
    settings.BASE_URL = "http://portal.example"
    with serving() as server:
        yield server


def linking(*anchors, title="Mở lớp kỹ năng số"):
    body = [
        {"type": "text", "value": f"<p>Xem <a {anchor}>bài này</a></p>", "id": f"khoi-{number}"}
        for number, anchor in enumerate(anchors)
    ]
    return make_news(title=title, body=json.dumps(body))


def broken():
    links = PageLink.objects.filter(target__in=LinkTarget.objects.broken())
    return {
        (link.page.title, link.target.address): link.target.fault
        for link in links.select_related("page", "target")
    }


# Inside


def test_inner_links_that_lead_nowhere_are_written_down(home):
    directive, document = make_directive(), make_document()
    linking(
        f'linktype="page" id="{directive.pk}"',
        'linktype="page" id="4711"',
        f'linktype="document" id="{document.pk}"',
        'linktype="document" id="4711"',
        'href="/khong-co/"',
        'href="/van-ban/"',
    )
    tasks.read_links()
    title = "Mở lớp kỹ năng số"
    assert broken() == {
        (title, "page:4711"): "page gone",
        (title, "document:4711"): "file gone",
        (title, "/khong-co/"): "address unknown",
    }
    assert PageLink.objects.count() == 6


def test_a_link_remembers_since_when_it_is_broken_and_forgets_when_it_is_mended(home, clock):
    page = linking('href="/khong-co/"')
    first = timezone.localdate()
    for night in (1, 2, 3):
        watch.read_links()
        watch.read_links()
        target = LinkTarget.objects.get()
        assert (target.since, target.nights) == (first, night)
        clock.tick(days=1)
    home.add_child(instance=StandardPage(title="Không có", slug="khong-co"))
    watch.read_links()
    target.refresh_from_db()
    assert (target.fault, target.since, target.nights) == ("", None, 0)
    page.body = "[]"
    page.save()
    watch.read_links()
    assert not LinkTarget.objects.exists()


def test_only_what_is_online_is_looked_at(home):
    page = linking('href="/khong-co/"')
    watch.read_links()
    page.unpublish()
    watch.read_links()
    assert not PageLink.objects.exists()
    page.body = json.dumps([])
    page.save_revision()
    assert not LinkTarget.objects.exists()


def test_a_draft_changes_nothing_until_it_is_published(home):
    page = linking('href="/khong-co/"')
    page.body = "[]"
    page.save_revision()
    watch.read_links()
    assert len(broken()) == 1


def test_all_pages_together_cost_few_queries(home, django_assert_max_num_queries):
    for number in range(12):
        linking('linktype="page" id="4711"', 'href="/khong-co/"', title=f"Tin {number}")
    with django_assert_max_num_queries(60):
        watch.read_links()
    assert len(broken()) == 24


# Outside


@pytest.mark.enable_socket
@pytest.mark.parametrize("knows_head", [True, False])
@pytest.mark.parametrize(
    ("status", "fault"),
    [
        *((200, ""), (204, ""), (403, ""), (429, "")),
        *((404, "http 404"), (410, "http 410"), (500, "http 500")),
    ],
)
def test_what_a_server_answers_is_judged(server, status, fault, knows_head):
    server.knows_head = knows_head
    assert outside.fault_of(server.plays("/tin", b"x" if status != 204 else b"", status)) == fault
    assert server.heads == ["/tin"]


@pytest.mark.enable_socket
def test_a_head_that_is_answered_well_spares_the_page(server):
    server.knows_head = True
    assert outside.fault_of(server.plays("/tin")) == ""
    assert server.requests == []


@pytest.mark.enable_socket
def test_redirects_are_followed_to_their_end_and_circles_are_left(server):
    server.plays("/moi", b"")
    assert outside.fault_of(server.plays("/cu", b"", 301, Location="/moi")) == ""
    server.plays("/hai", b"", 302, Location="/mot")
    assert outside.fault_of(server.plays("/mot", b"", 302, Location="/hai")) == "redirect"


@pytest.mark.enable_socket
def test_a_big_body_is_never_read(server):
    sent = []

    def drips(handler):
        handler.send_response(200)
        handler.end_headers()
        for _piece in range(10_000):
            handler.wfile.write(b"x" * 65_536)
            sent.append(1)

    server.does("/tep", drips)
    assert outside.fault_of(f"{server.url}/tep") == ""
    assert len(sent) < 10_000


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1:6379/", "http://localhost/", "http://[::1]/", "http://0.0.0.0/"),
        *("http://169.254.169.254/latest/", "http://10.0.0.1/", "http://192.168.1.1/"),
        *("http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://2130706433/"),
    ],
)
def test_nobody_makes_us_knock_at_our_own_network(settings, address):
    # What feeds may, links may not.
    settings.FEED_ALLOW_PRIVATE = True
    assert outside.fault_of(address) in ("private address", "no such name")


@pytest.mark.enable_socket
def test_a_redirect_into_our_own_network_is_not_followed(server, settings):
    url = server.plays("/ra", b"", 302, Location="http://169.254.169.254/latest/meta-data/")
    assert outside.fault_of(url) == "private address"


@pytest.mark.parametrize("address", ["http://a:b@chinhphu.vn/", "http://[", "http://:80/"])
def test_addresses_that_are_none_or_hold_a_password_are_not_asked(address):
    with pytest.raises(ProviderError) as caught:
        client.probe(address)
    assert caught.value.reason == "bad address"


@pytest.mark.enable_socket
def test_it_counts_only_when_it_was_broken_on_two_nights(home, server, clock):
    url = server.plays("/tin", b"", 404)
    linking(f'href="{url}"')
    watch.read_links()
    outside.ask_some()
    outside.ask_some()
    assert (len(server.requests), broken()) == (1, {})
    clock.tick(days=1)
    outside.ask_some()
    assert broken() == {("Mở lớp kỹ năng số", url): "http 404"}
    assert LinkTarget.objects.get().since == timezone.localdate() - timedelta(days=1)
    server.plays("/tin")
    clock.tick(days=1)
    outside.ask_some()
    assert broken() == {}


@pytest.mark.enable_socket
def test_each_site_is_asked_for_one_address_at_a_time(home, server):
    linking(*(f'href="{server.plays(f"/tin/{number}")}"' for number in range(3)))
    watch.read_links()
    for asked in (1, 2, 3, 3):
        outside.ask_some()
        assert len(server.requests) == asked


def test_two_workers_never_ask_the_same_address(home):
    target = LinkTarget.objects.create(address="https://chinhphu.vn/", is_outside=True)
    day = timezone.localdate()
    assert LinkTarget.objects.claim(target, day)
    assert not LinkTarget.objects.claim(target, day)


def test_every_reason_that_the_client_gives_has_words():
    for reason in (
        *("bad address", "no such name", "private address", "connect timeout", "no connection"),
        *("tls", "read timeout", "too slow", "redirect", "broken answer"),
        *("page gone", "page offline", "page expired", "page closed", "file gone"),
    ):
        assert faults.in_words(reason) != faults.in_words("")
    assert "503" in faults.in_words("http 503")
    assert "418" in faults.in_words("http 418")


def test_beat_asks_at_night_only():
    schedule = app.conf.beat_schedule
    assert schedule["links"]["schedule"].hour == {0}
    assert schedule["outside links"]["schedule"].hour == {1, 2, 3, 4}


# The report


@pytest.fixture
def report(home):
    linking('linktype="page" id="4711"', title="Tin hỏng")
    linking('href="/khong-co/"', title="=HYPERLINK(1)")
    watch.read_links()
    LinkTarget.objects.create(address="https://x.vn", is_outside=True, fault="tls", nights=2)
    return reverse("broken_links")


def test_an_editor_sees_where_to_mend(client, report):
    client.force_login(make_user("lan", EDITORS))
    shown = client.get(report).content.decode()
    link = PageLink.objects.get(target__address="page:4711")
    address = reverse("wagtailadmin_pages:edit", args=[link.page_id])
    assert f"{address}#:w:contentpath=body.khoi-0" in shown
    assert "Trang đã bị xóa" in shown
    assert "Nội dung, khối 1 (Đoạn văn)" in shown


@pytest.mark.parametrize(("where", "count"), [("", 2), ("trong", 2), ("ngoai", 0)])
def test_the_report_is_narrowed(client, report, where, count):
    client.force_login(make_user("lan", EDITORS))
    shown = client.get(report, {"leads": where})
    assert len(shown.context["object_list"]) == count


def test_the_report_is_searched_without_marks(client, report):
    client.force_login(make_user("lan", EDITORS))
    shown = client.get(report, {"q": "tin hong"})
    assert [link.page.title for link in shown.context["object_list"]] == ["Tin hỏng"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_report_goes_into_spreadsheets_without_formulas(client, report, kind):
    client.force_login(make_user("hoa", BOARD))
    answer = client.get(report, {"export": kind})
    content = b"".join(answer) if answer.streaming else answer.content
    if kind == "csv":
        lines = content.decode("utf-8-sig").splitlines()
        assert any("'=HYPERLINK(1)" in line for line in lines)
    else:
        rows = list(load_workbook(BytesIO(content)).active.values)
        assert {row[0] for row in rows[1:]} == {"Tin hỏng", "=HYPERLINK(1)"}
        assert load_workbook(BytesIO(content)).active["A2"].data_type == "s"


def test_who_may_edit_nothing_has_no_report(client, report):
    client.force_login(make_user("khach"))
    assert client.get(report).status_code == 302
    client.logout()
    assert client.get(report).status_code == 302


def test_a_long_report_costs_no_more_queries_than_a_short_one(
    client, report, django_assert_max_num_queries
):
    for number in range(10):
        linking(f'linktype="page" id="{5000 + number}"', title=f"Tin {number}")
    watch.read_links()
    client.force_login(make_user("hoa", BOARD))
    client.get(report)
    with django_assert_max_num_queries(25):
        assert len(client.get(report).context["object_list"]) == 12
