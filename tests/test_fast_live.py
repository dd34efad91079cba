"""What stands in front of Django answers as Django does, or leaves it to Django."""

import json
from io import BytesIO

import pytest
from django.core import signals
from django.core.wsgi import get_wsgi_application

from home.live import FastLive
from polls.models import Choice, Poll
from sidebar.visits import figures, view_count
from tests.factories import make_home, make_news

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Android 8; Mobile) Firefox/120.0"


@pytest.fixture
def page():
    make_home()
    return make_news()


@pytest.fixture
def both(redis_url, settings, monkeypatch):
    """Asks Django, then what stands in front of it: (status, headers, what is in the body)."""
    settings.REDIS_URL = redis_url
    # As Django's own client for tests does: the test's transaction goes on.
    monkeypatch.setattr(signals.request_started, "receivers", [])
    signals.request_started.sender_receivers_cache.clear()
    django = get_wsgi_application()
    fast = FastLive(lambda environ, start: asked.append(environ) or django(environ, start))
    asked = []

    def ask(path, query="", **environ):
        answers = []
        for application in (django, fast):
            before = len(asked)
            answers.append(call(application, path, query, environ))
        return *answers, len(asked) == before

    return ask


def call(application, path, query, environ):
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "localhost",
        "HTTP_USER_AGENT": FIREFOX,
        "REMOTE_ADDR": "203.0.113.7",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    } | environ
    heard = {}
    body = b"".join(application(environ, lambda *line: heard.update(line=line)))
    status, headers, *_error = heard["line"]
    headers = dict(headers)
    # Django says of a long body that it might have been packed; ours never is.
    headers["Vary"] = headers.get("Vary", "").removesuffix(", Accept-Encoding")
    is_json = headers["Content-Type"] == "application/json"
    return status, sorted(headers.items()), json.loads(body) if is_json else body


def test_the_fast_way_answers_what_django_answers(both, page):
    poll = Poll.objects.create(question="Có nên?")
    Choice.objects.create(poll=poll, text="Có", votes=3)
    seen = f"page={page.pk}&seen=1"
    # The first to a host is Django's own.
    for query in ("", "", f"page={page.pk}", seen, f"{seen}&poll={poll.pk}", f"poll={poll.pk}"):
        both("/live/", query)
    for query in ("", seen, f"{seen}&poll={poll.pk}", f"poll={poll.pk}&poll=999"):
        django, fast, is_fast = both("/live/", query)
        assert (fast, is_fast) == (django, True), query
    assert both("/live/anh.gif", "")[0][0] == "200 OK"
    django, fast, is_fast = both("/live/anh.gif", seen)
    assert (fast, is_fast) == (django, True)
    assert view_count(page.pk) == 2


def test_the_fast_way_counts_what_django_counts(both, page):
    query = f"page={page.pk}"
    for _ in range(2):
        both("/live/", query)
    views = 4
    for environ, counts in (
        ({"REMOTE_ADDR": "203.0.113.8"}, True),
        ({"HTTP_DNT": "1"}, True),
        ({"HTTP_SEC_PURPOSE": "prefetch;prerender"}, False),
        ({"HTTP_USER_AGENT": "Googlebot/2.1"}, False),
    ):
        django, fast, is_fast = both("/live/", query, **environ)
        assert is_fast
        first, second = (views + 1, views + 2) if counts else (views, views)
        assert (django[2].pop("views"), fast[2].pop("views")) == (first, second)
        assert django == fast
        views = second
    assert figures().today == 2


@pytest.mark.parametrize(
    ("query", "environ"),
    [
        ("", {"HTTP_COOKIE": "sessionid=x"}),
        ("", {"REQUEST_METHOD": "HEAD"}),
        ("", {"REQUEST_METHOD": "POST"}),
        ("page=abc", {}),
        ("page=9999999999", {}),
        ("page=0", {}),
        ("asked=x", {}),
        ("page=999", {}),
        ("poll=999", {}),
        ("", {"HTTP_HOST": "elsewhere.example"}),
    ],
)
def test_what_redis_alone_cannot_answer_is_djangos(both, page, query, environ):
    both("/live/")
    django, fast, is_fast = both("/live/", query, **environ)
    # A poll's results are kept by now, whoever asked first.
    assert is_fast == (query == "poll=999")
    assert fast == django


@pytest.fixture
def tls(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 60


def test_over_plain_http_django_leads_to_tls(tls, both, page):
    for proto, status in (("https", "200 OK"), ("http", "301 Moved Permanently")):
        for is_first in (True, False):
            django, fast, is_fast = both("/live/", HTTP_X_FORWARDED_PROTO=proto)
            assert fast == django
            assert fast[0] == status
            assert is_fast == (proto == "https" and not is_first)


def test_a_page_that_is_closed_goes_back_to_django(both, page, django_capture_on_commit_callbacks):
    for _ in range(2):
        both("/live/", f"page={page.pk}")
    with django_capture_on_commit_callbacks(execute=True):
        page.unpublish()
    django, fast, is_fast = both("/live/", f"page={page.pk}")
    assert not is_fast
    assert "views" not in django[2]
    assert fast == django


def test_votes_are_asked_of_the_database_once_for_a_while(both, page, django_assert_num_queries):
    poll = Poll.objects.create(question="Có nên?")
    choice = Choice.objects.create(poll=poll, text="Có", votes=3)
    both("/live/", f"poll={poll.pk}")
    Choice.objects.filter(pk=choice.pk).update(votes=4)
    with django_assert_num_queries(0):
        _django, fast, is_fast = both("/live/", f"seen=1&poll={poll.pk}")
    assert is_fast
    assert fast[2]["polls"][str(poll.pk)]["total"] == 3
