import gzip
import logging
import socket
import time

import pytest

from sidebar.providers import ProviderError, client

from .feed_server import RATES, serving

pytestmark = pytest.mark.enable_socket
XML = ("text/xml", "application/xml")


@pytest.fixture(autouse=True)
def loopback_allowed(settings):
    settings.FEED_ALLOW_PRIVATE = True


@pytest.fixture
def server():
    with serving() as server:
        yield server


def fault_of(url, **kwargs):
    with pytest.raises(ProviderError) as caught:
        client.get(url, allow_types=XML, **kwargs)
    return caught.value


def test_a_good_answer_is_its_body(server):
    url = server.plays("/rates", RATES, Content_Type="text/xml; charset=utf-8")
    assert client.get(url, allow_types=XML) == RATES


def test_a_compressed_answer_is_unpacked(server):
    url = server.plays(
        "/rates", gzip.compress(RATES), Content_Type="text/xml", Content_Encoding="gzip"
    )
    assert client.get(url, allow_types=XML) == RATES


def test_parameters_join_those_of_the_address(server):
    url = server.plays("/rates", RATES, Content_Type="text/xml")
    client.get(f"{url}?b=10", params={"day": "1,2"}, allow_types=XML)
    assert server.requests[0][1] == {"b": "10", "day": "1,2"}


def test_we_say_who_we_are_and_bring_nothing_else(server, settings):
    settings.FEED_USER_AGENT = "CongTinh/1.0 https://portal.example office@portal.example"
    url = server.plays("/rates", RATES, Content_Type="text/xml", Set_Cookie="id=1")
    client.get(url, allow_types=XML)
    client.get(url, allow_types=XML)
    for _path, _query, headers in server.requests:
        assert headers["User-Agent"] == settings.FEED_USER_AGENT
        assert not headers.keys() & {"Cookie", "Authorization", "Referer"}


def test_proxies_of_the_environment_are_ignored(server, monkeypatch):
    url = server.plays("/rates", RATES, Content_Type="text/xml")
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    assert client.get(url, allow_types=XML) == RATES


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream", ""])
def test_a_type_that_says_nothing_is_left_to_the_parser(server, content_type):
    url = server.plays("/rates", RATES, Content_Type=content_type)
    assert client.get(url, allow_types=XML) == RATES


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/json", "?"])
def test_another_kind_of_file_is_refused(server, content_type):
    url = server.plays("/rates", b"<html></html>", Content_Type=content_type)
    assert fault_of(url).reason == "wrong type"


@pytest.mark.parametrize("status", [204, 400, 403, 404, 500, 502, 503])
def test_only_200_is_an_answer(server, status):
    url = server.plays("/rates", RATES, status, Content_Type="text/xml")
    fault = fault_of(url)
    assert (fault.reason, fault.give_up) == (f"http {status}", False)


def test_a_limit_that_we_have_reached_ends_the_run(server):
    fault = fault_of(server.plays("/rates", b"{}", 429, Content_Type="application/json"))
    assert (fault.reason, fault.give_up) == ("http 429", True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("way", ["{url}/good", "/good", "good"])
def test_a_redirect_within_the_same_host_is_followed(server, status, way):
    server.plays("/good", RATES, Content_Type="text/xml")
    url = server.plays("/rates", b"", status, Location=way.format(url=server.url))
    assert client.get(url, params={"day": "1"}, allow_types=XML) == RATES
    assert [path for path, _query, _headers in server.requests] == ["/rates", "/good"]


def test_a_redirect_to_another_port_is_followed_only_where_operators_list_it(server, settings):
    with serving() as other:
        good = other.plays("/good", RATES, Content_Type="text/xml")
        url = server.plays("/rates", b"", 302, Location=good)
        assert fault_of(url).reason == "redirect"
        assert other.connections == 0
        settings.FEED_HOSTS = [f"127.0.0.1:{other.server_port}"]
        assert client.get(url, allow_types=XML) == RATES


def test_redirects_in_a_circle_are_left(server):
    server.plays("/there", b"", 301, Location="/rates")
    assert fault_of(server.plays("/rates", b"", 301, Location="/there")).reason == "redirect"
    assert len(server.requests) == client.MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://localhost:9/",
        "file:///etc/passwd",
        "https://127.0.0.1/",
        "//169.254.169.254/",
        "http://[broken",
        "javascript:1",
        "",
    ],
)
def test_a_redirect_leads_nowhere_else(server, target):
    fault = fault_of(server.plays("/rates", b"", 302, Location=target))
    assert fault.reason in ("redirect", "bad address", "broken answer")
    assert len(server.requests) <= client.MOST_REDIRECTS + 1


def test_a_body_over_the_limit_is_refused(server):
    url = server.plays("/rates", b" " * (2 * 1024 * 1024), Content_Type="text/xml")
    assert fault_of(url).reason == "too big"


def test_a_body_of_exactly_the_limit_is_taken(server):
    body = b" " * client.LARGEST_BODY
    assert client.get(server.plays("/rates", body, Content_Type="text/xml"), allow_types=XML) == (
        body
    )


def test_a_gzip_bomb_is_refused_before_it_unpacks(server):
    bomb = gzip.compress(bytes(200 * 1024 * 1024), compresslevel=1)
    url = server.plays("/rates", bomb, Content_Type="text/xml", Content_Encoding="gzip")
    started = time.monotonic()
    assert fault_of(url).reason == "too big"
    assert time.monotonic() - started < 5


def test_broken_compression_is_a_broken_answer(server):
    url = server.plays("/rates", b"not gzip", Content_Type="text/xml", Content_Encoding="gzip")
    assert fault_of(url).reason == "broken answer"


def test_a_body_that_breaks_off_is_a_broken_answer(server):
    url = server.plays("/rates", RATES, Content_Type="text/xml", Content_Length=len(RATES) + 1)
    assert fault_of(url).reason == "broken answer"


@pytest.mark.parametrize("line", [b"", b"nonsense\r\n\r\n", b"\0" * 100])
def test_an_answer_that_is_no_http_is_a_broken_answer(server, line):
    url = server.does("/rates", lambda handler: handler.wfile.write(line))
    assert fault_of(url).reason == "broken answer"


def test_a_body_that_drips_is_left_after_the_whole_time(server, monkeypatch):
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.4)

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
        while not handler.server.closing.wait(0.02):
            handler.wfile.write(b" ")

    assert_left_in_time(server.does("/rates", drip))


def test_a_header_that_drips_is_left_after_the_whole_time(server, monkeypatch):
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.4)

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not handler.server.closing.wait(0.02):
            handler.wfile.write(b"z")

    assert_left_in_time(server.does("/rates", drip))


def assert_left_in_time(url):
    started = time.monotonic()
    fault = fault_of(url)
    assert (fault.reason, fault.give_up) == ("too slow", True)
    assert time.monotonic() - started < 3


def test_the_line_of_a_call_that_was_left_is_cut(server, monkeypatch):
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.2)
    hung_up = []

    def drip(handler):
        try:
            while not handler.server.closing.wait(0.02):
                handler.wfile.write(b"z")
        except OSError as error:
            hung_up.append(error)

    fault_of(server.does("/rates", drip))
    for _ in range(100):
        if hung_up:
            break
        server.closing.wait(0.02)
    assert hung_up


def test_a_server_that_goes_silent_is_a_read_timeout(server, monkeypatch):
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    fault = fault_of(server.does("/rates", lambda handler: handler.server.closing.wait(5)))
    assert (fault.reason, fault.give_up) == ("read timeout", True)


def test_a_body_that_goes_silent_is_a_read_timeout(server, monkeypatch):
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)

    def half(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<Exrate")
        handler.wfile.flush()
        handler.server.closing.wait(5)

    assert fault_of(server.does("/rates", half)).reason == "read timeout"


def test_nobody_at_the_port_is_no_connection():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    fault = fault_of(f"http://127.0.0.1:{port}/")
    assert (fault.reason, fault.give_up) == ("no connection", True)


def test_a_full_house_is_a_connect_timeout(monkeypatch):
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        fault = fault_of(f"http://127.0.0.1:{full.getsockname()[1]}/")
        for one in waiting:
            one.close()
    assert (fault.reason, fault.give_up) == ("connect timeout", True)


def test_plain_http_behind_https_is_a_tls_fault(server):
    fault = fault_of(server.url.replace("http:", "https:"))
    assert (fault.reason, fault.give_up) == ("tls", True)


def test_a_tls_handshake_that_stalls_is_left(monkeypatch):
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fault = fault_of(f"https://127.0.0.1:{silent.getsockname()[1]}/")
    assert fault.give_up


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1", "http://localhost", "http://[::ffff:127.0.0.1]"]
)
def test_loopback_is_refused_unless_operators_allow_it(server, settings, url):
    settings.FEED_ALLOW_PRIVATE = False
    fault = fault_of(f"{url}:{server.server_port}/rates")
    assert (fault.reason, fault.give_up) == ("private address", True)
    assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::]/",
        "http://[::ffff:10.0.0.1]/",
    ],
)
def test_private_addresses_are_refused_even_where_loopback_is_allowed(url):
    started = time.monotonic()
    assert fault_of(url).reason == "private address"
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://", "", "no address", "http://[::1"]
)
def test_only_web_addresses_are_asked(url):
    assert fault_of(url).reason == "bad address"


@pytest.mark.parametrize("name", ["a..b", "x" * 70 + ".vn"])
def test_a_name_that_cannot_be_looked_up_is_said_in_our_words(name):
    fault = fault_of(f"http://{name}/")
    assert fault.reason in ("no such name", "bad address")
    assert fault.give_up


def test_no_fault_tells_an_address(server, caplog):
    caplog.set_level(logging.DEBUG)
    for path, status in (("/rates", 500), ("/moved", 302)):
        fault = fault_of(server.plays(path, b"secret", status, Location="http://secret/"))
        assert "127.0.0.1" not in str(fault)
        assert "secret" not in str(fault)
