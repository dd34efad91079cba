"""The cache of whole pages, in front of a small application that counts how often it is asked."""

import gzip
import io
import threading
import time

import brotli
import pytest
from django.core.cache import caches
from django.db import connection

from articles import generation
from articles.models import RegisterVersion
from portal import pagecache
from portal.pagecache import PageCache

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

KEPT = "s-maxage=60, stale-while-revalidate=60, stale-if-error=86400, max-age=0"


class Application:
    """Answers with the number of the request, unless a test wants it otherwise."""

    def __init__(self):
        self.asked = []
        self.status = "200 OK"
        self.headers = {"Cache-Control": KEPT}
        self.seconds = 0
        self.body = "trang {} " + "chữ " * 200
        self.closed = 0
        self._lock = threading.Lock()

    def __call__(self, environ, start_response):
        with self._lock:
            self.asked.append(environ)
            number = len(self.asked)
        time.sleep(self.seconds)
        kind = [("Content-Type", "text/html; charset=utf-8"), ("Vary", "Accept-Encoding")]
        start_response(self.status, [*kind, *self.headers.items()])
        return Answer(self, self.body.format(number).encode())


class Answer(list):
    def __init__(self, application, body):
        super().__init__([body])
        self._application = application

    def close(self):
        self._application.closed += 1


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def cache(application, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    caches["pages"].clear()
    generation.read()
    cache = PageCache(application)
    yield cache
    cache.close()


def ask(cache, path="/", question="", method="GET", **environ):
    """(status, headers, body)"""
    asked = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": question,
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        **environ,
    }
    said = []
    answer = cache(asked, lambda *head: said.append(head))
    body = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    status, headers = said[-1][:2]
    return status, dict(headers), body


def test_others_are_told_to_keep_it_for_a_second(cache):
    """They don't know the generation."""
    told = ask(cache)[1]["Cache-Control"]
    assert told == "s-maxage=1, stale-if-error=86400, max-age=0"


def change():
    """As any statement does that changes what readers see."""
    RegisterVersion.objects.update_or_create(pk=1, defaults={"generation": generation.read() + 1})
    generation.read()


def number_in(body):
    return int(body.split()[1])


def test_a_page_is_rendered_once(cache, application):
    first, second = ask(cache), ask(cache)
    assert len(application.asked) == 1
    assert first[2] == second[2]
    assert first[1]["Cache-Status"] == "portal; fwd=miss; stored"
    assert second[1]["Cache-Status"] == "portal; hit"
    assert application.closed == 1


def test_another_process_finds_it_too(cache, application):
    ask(cache)
    other = PageCache(application)
    assert ask(other)[1]["Cache-Status"] == "portal; hit"
    other.close()
    assert len(application.asked) == 1


def test_it_is_sent_as_short_as_the_client_takes_it(cache):
    plain = ask(cache)[2]
    for accepted, encoding, unpack in [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("br;q=0,gzip;q=0.0", None, bytes),
    ]:
        _status, headers, body = ask(cache, HTTP_ACCEPT_ENCODING=accepted)
        assert headers.get("Content-Encoding") == encoding, accepted
        assert headers["Content-Length"] == str(len(body))
        assert unpack(body) == plain


def test_who_has_it_is_told_so(cache, application):
    _status, headers, _body = ask(cache)
    for seen in (headers["ETag"], f'"other", {headers["ETag"]}'):
        status, told, body = ask(cache, HTTP_IF_NONE_MATCH=seen)
        assert (status, body) == ("304 Not Modified", b"")
        assert told["ETag"] == headers["ETag"]
    assert ask(cache, HTTP_IF_NONE_MATCH='"other"')[0] == "200 OK"
    assert len(application.asked) == 1


def test_who_has_another_gets_the_page(cache, application):
    """Though it is Django that would have answered 304."""
    ask(cache, HTTP_IF_NONE_MATCH='"old"', HTTP_IF_MODIFIED_SINCE="Mon, 01 Jan 2024 00:00:00 GMT")
    assert not {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"} & set(application.asked[0])


def test_head_is_answered_from_what_is_kept(cache, application):
    length = ask(cache)[1]["Content-Length"]
    status, headers, body = ask(cache, method="HEAD")
    assert (status, headers["Content-Length"], body) == ("200 OK", length, b"")
    assert len(application.asked) == 1


def test_parameters_that_do_not_count_are_ignored(cache, application):
    application.headers["No-Vary-Search"] = 'params, except=("trang")'
    ask(cache, question="utm_source=zalo")
    # Its page may show its whole address.
    assert ask(cache)[1]["Cache-Status"] == "portal; fwd=miss; stored"
    for question in ("utm_source=zalo", "fbclid=1&x", "a[]=%"):
        assert ask(cache, question=question)[1]["Cache-Status"] == "portal; hit", question
    assert ask(cache, question="trang=2&fbclid=1")[1]["Cache-Status"] == "portal; fwd=miss; stored"
    assert application.asked[-1]["QUERY_STRING"] == "trang=2"
    assert ask(cache, question="x=1&trang=2")[1]["Cache-Status"] == "portal; hit"
    assert len(application.asked) == 3


def test_without_a_word_of_it_every_parameter_counts(cache, application):
    assert ask(cache, question="a=1")[2] != ask(cache, question="a=2")[2]


@pytest.mark.parametrize(
    "environ",
    [
        {"method": "POST"},
        {"HTTP_COOKIE": "a=b; sessionid=x"},
        {"HTTP_AUTHORIZATION": "Basic x"},
        {"path": "/admin/"},
        {"path": "/live/"},
    ],
    ids=str,
)
def test_these_never_touch_it(cache, application, environ):
    ask(cache, environ.get("path", "/"))
    kept = ask(cache, **environ)
    assert "Cache-Status" not in kept[1]
    assert number_in(kept[2]) == 2
    ask(cache, **environ)
    assert len(application.asked) == 3


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("200 OK", {}),
        ("200 OK", {"Cache-Control": "private, s-maxage=60"}),
        ("200 OK", {"Cache-Control": "no-store"}),
        ("200 OK", {"Cache-Control": "max-age=300"}),
        ("200 OK", {"Cache-Control": KEPT, "Set-Cookie": "a=b"}),
        ("200 OK", {"Cache-Control": KEPT, "Vary": "Accept-Language"}),
        ("404 Not Found", {"Cache-Control": KEPT}),
        ("302 Found", {"Cache-Control": KEPT, "Location": "/x/"}),
        ("500 Internal Server Error", {"Cache-Control": KEPT}),
    ],
    ids=str,
)
def test_these_are_not_kept(cache, application, status, headers):
    application.status, application.headers = status, headers
    for number in (1, 2, 3):
        answer = ask(cache)
        assert (answer[0], number_in(answer[2])) == (status, number)
        assert "Cache-Status" not in answer[1]
    assert application.closed == 3


def test_what_a_question_or_a_cookie_spoils_is_kept_for_others(cache, application):
    application.status = "400 Bad Request"
    ask(cache, question="x=%00")
    application.status = "200 OK"
    application.headers = {"Cache-Control": "private, no-store"}
    ask(cache, question="y=1", HTTP_COOKIE="voter=x")
    application.headers = {"Cache-Control": KEPT}
    ask(cache)
    assert ask(cache)[1]["Cache-Status"] == "portal; hit"


def test_a_page_that_varies_by_cookie_is_kept_for_those_without_any(cache, application):
    application.headers["Vary"] = "Accept-Encoding, Cookie"
    assert ask(cache, HTTP_COOKIE="voter=x")[1].get("Cache-Status") is None
    ask(cache)
    assert ask(cache)[1]["Cache-Status"] == "portal; hit"
    assert ask(cache, HTTP_COOKIE="voter=x")[1].get("Cache-Status") is None
    other = PageCache(application)
    assert ask(other, HTTP_COOKIE="voter=x")[1].get("Cache-Status") is None
    other.close()


def test_hosts_and_schemes_have_pages_of_their_own(cache, application):
    ask(cache)
    ask(cache, HTTP_HOST="www.example")
    ask(cache, **{"wsgi.url_scheme": "https"})
    assert len(application.asked) == 3


def test_after_a_change_everything_is_rendered_anew(cache, application):
    ask(cache)
    change()
    assert number_in(ask(cache)[2]) == 2
    assert number_in(ask(cache)[2]) == 2


def test_what_was_rendered_while_something_changed_is_not_kept(cache, application):
    def answer(environ, start_response):
        if not application.asked:
            change()
        return application(environ, start_response)

    cache._django = answer
    ask(cache)
    assert number_in(ask(cache)[2]) == 2
    assert number_in(ask(cache)[2]) == 2


def test_an_older_database_empties_it(cache, application):
    change()
    ask(cache)
    RegisterVersion.objects.update(generation=0)
    deadline = time.monotonic() + 10
    while generation.known() != 0:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert number_in(ask(cache)[2]) == 2


def at_once(cache, clients, **environ):
    """What so many got who asked at the same moment."""
    answers = []
    begin = threading.Barrier(clients)

    def one():
        begin.wait()
        answers.append(ask(cache, **environ))
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_stampede_renders_a_page_once(cache, application):
    application.seconds = 0.3
    answers = at_once(cache, 500)
    assert len(application.asked) == 1
    assert len(answers) == 500
    assert {number_in(body) for _status, _headers, body in answers} == {1}


def test_a_stampede_on_what_is_not_kept_is_no_queue(cache, application):
    application.headers = {}
    application.seconds = 0.2
    ask(cache)
    begun = time.monotonic()
    at_once(cache, 30)
    assert len(application.asked) == 31
    # One after the other they would take six seconds.
    assert time.monotonic() - begun < 3


def test_processes_render_a_page_once_together(cache, application):
    application.seconds = 0.3
    other = PageCache(application)
    threads = [threading.Thread(target=at_once, args=(one, 20)) for one in (cache, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(application.asked) == 1


def older(cache, seconds):
    """As if so much time had passed."""
    for page in cache._memory._pages.values():
        page.made_at -= seconds
    caches["pages"].clear()


def test_an_old_page_is_given_while_it_is_renewed_behind(cache, application):
    ask(cache)
    older(cache, 70)
    assert number_in(ask(cache)[2]) == 1
    deadline = time.monotonic() + 10
    while number_in(ask(cache)[2]) != 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert len(application.asked) == 2


def test_one_that_is_too_old_is_not(cache, application):
    ask(cache)
    older(cache, 130)
    assert number_in(ask(cache)[2]) == 2


@pytest.mark.parametrize("fault", ["503 Service Unavailable", "500 Internal Server Error", None])
def test_the_last_good_page_stands_in_for_a_fault(cache, application, fault):
    ask(cache)
    change()
    older(cache, 60 * 60)
    if fault:
        application.status = fault
    else:
        cache._django = broken
    status, headers, body = ask(cache)
    assert (status, number_in(body)) == ("200 OK", 1)
    assert headers["Cache-Status"] == "portal; hit; detail=stands-in"


def test_nothing_stands_in_that_may_have_been_closed(cache, application):
    ask(cache)
    change()
    generation.close(None)
    application.status = "503 Service Unavailable"
    assert ask(cache)[0] == "503 Service Unavailable"
    application.status = "200 OK"
    change()
    ask(cache)
    change()
    application.status = "503 Service Unavailable"
    # Rendered since.
    assert ask(cache)[0] == "200 OK"


def broken(environ, start_response):
    raise OSError


def test_for_a_day(cache, application):
    ask(cache)
    older(cache, 60 * 60 * 24 + 100)
    application.status = "503 Service Unavailable"
    assert ask(cache)[0] == "503 Service Unavailable"


def test_memory_has_an_end(cache, application, monkeypatch):
    cache._memory.most = 5_000
    for number in range(20):
        ask(cache, f"/{number}/")
    assert cache._memory._size <= 5_000
    assert len(cache._memory._pages) < 20
    caches["pages"].clear()
    # The last one is still there, the first is gone.
    assert ask(cache, "/19/")[1]["Cache-Status"] == "portal; hit"
    assert ask(cache, "/0/")[1]["Cache-Status"] == "portal; fwd=miss; stored"


def test_a_page_that_is_too_long_is_not_kept(cache, application):
    application.body = "trang {} " + "x" * (pagecache.MOST_OF_ONE + 1)
    ask(cache)
    assert number_in(ask(cache)[2]) == 2
