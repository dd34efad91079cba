"""Wagtail's searches on an OpenSearch server: the one that OPENSEARCH_TEST_URL names, or else one
that plays its part on loopback, and keeps what it is sent."""

import json
import os
import re
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command
from django.urls import reverse
from modelsearch.query import Not, Phrase, PlainText
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from articles.models import DirectivePage, IndexChange
from articles.search import local
from articles.search.opensearch import folded
from tests.factories import make_directive, make_home, make_news
from tests.servers import free_port

pytestmark = pytest.mark.django_db


class Handler(BaseHTTPRequestHandler):
    """As much of the protocol as Wagtail's backend speaks."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length).decode()
        documents = self.server.documents
        parts = [part for part in self.path.partition("?")[0].split("/") if part]
        reply, status = {"acknowledged": True}, 200
        if parts and parts[-1] == "_bulk":
            lines = [json.loads(line) for line in sent.splitlines()]
            for action, document in zip(lines[::2], lines[1::2], strict=True):
                documents[action["index"]["_id"]] = document
            reply = {"errors": False, "items": [{"index": {"status": 201}} for _ in lines[::2]]}
        elif "_doc" in parts:
            documents[parts[-1]] = json.loads(sent)
        elif parts and parts[-1] in ("_search", "_count"):
            asked = json.loads(sent)
            self.server.asked.append(asked)
            hits = [
                {"_id": key, "_score": 1.0, "fields": {"pk": [document["pk"]]}}
                for key, document in documents.items()
                if holds(document, wanted(asked))
            ]
            reply = {"count": len(hits), "hits": {"hits": hits, "total": {"value": len(hits)}}}
        elif self.command == "HEAD":
            status = 404
        body = b"" if self.command == "HEAD" else json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer

    def log_message(self, *args):
        """Not into the test's output."""


def wanted(query):
    """The words of all questions in a body."""
    if isinstance(query, dict):
        found = [query["query"]] if isinstance(query.get("query"), str) else []
        return [
            *(word for text in found for word in text.split()),
            *(word for value in query.values() for word in wanted(value)),
        ]
    return [word for one in query for word in wanted(one)] if isinstance(query, list) else []


def holds(document, asked):
    known = set(re.findall(r"\w+", json.dumps(document, ensure_ascii=False).lower()))
    return all(any(one.startswith(word) for one in known) for word in asked)


@contextmanager
def played():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.documents, server.asked = {}, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def use(settings, url):
    settings.WAGTAILSEARCH_BACKENDS = {
        "default": {
            "BACKEND": "articles.search.opensearch",
            "URLS": [url],
            "INDEX_PREFIX": f"test_{uuid.uuid4().hex}_",
        },
        "local": {"BACKEND": "articles.search.backend"},
    }


@pytest.fixture
def player(settings):
    with played() as server:
        use(settings, f"http://127.0.0.1:{server.server_port}")
        yield server


@pytest.fixture
def server(settings, request):
    if url := os.environ.get("OPENSEARCH_TEST_URL"):
        use(settings, url)
        yield
        for index in get_search_backend("default").all_indexes():
            index.delete()
    else:
        request.getfixturevalue("player")
        yield


def update():
    call_command("update_index", backend_name="default", verbosity=0)
    get_search_backend("default").refresh_indexes()


@pytest.mark.parametrize(
    "typed", ["hoà giải", "hòa giải", "hoa giai", "HOÀ GIẢI", "ho\u0300a gia\u0309i"]
)
def test_pages_are_found_however_they_are_typed(server, typed):
    make_home()
    page = make_news("Hoà giải ở cơ sở")
    make_news("Đường sá")
    update()
    assert [one.pk for one in Page.objects.live().search(typed)] == [page.pk]
    assert [one.pk for one in Page.objects.live().autocomplete(typed)] == [page.pk]
    assert Page.objects.live().search(typed).count() == 1


def test_letters_and_numbers_fold_alike(server):
    make_home()
    page = make_directive(title="Ðường sá")
    update()
    for typed in ("duong", "đường", "Ðường"):
        assert [one.pk for one in DirectivePage.objects.search(typed)] == [page.pk]


def test_the_server_gets_plain_letters_and_no_operators(player):
    make_home()
    make_directive(title="Dùng văn bản điện tử")
    update()
    list(Page.objects.search('đường "a* OR (b) 07/CT-UBND\0'))
    assert wanted(player.asked[-1]) == ["duong", "a", "or", "b", "07", "ct", "ubnd"]
    # What is filtered by is compared as it is.
    searched = {
        name: value
        for document in player.documents.values()
        for name, value in document.items()
        if not name.endswith("_filter")
    }
    sent = json.dumps(searched, ensure_ascii=False)
    assert "dung van ban dien tu" in sent
    assert "điện" not in sent


def test_questions_of_every_kind_are_folded():
    assert folded(Phrase("Hoà giải")).query_string == "hoa giai"
    both = folded(~(PlainText("Đ", operator="or") | PlainText("ấ")))
    assert isinstance(both, Not)
    assert [one.query_string for one in both.subquery.subqueries] == ["d", "a"]
    assert both.subquery.subqueries[0].operator == "or"


def test_the_office_searches_there_and_readers_go_on_here(server, admin_client):
    make_home()
    make_news("Hoà giải ở cơ sở")
    update()
    # What is saved is noted for this machine's index as well.
    assert IndexChange.objects.exists()
    local.catch_up()
    for address in (reverse("wagtailadmin_pages:search"), reverse("articles:search")):
        assert "Hoà giải ở cơ sở" in admin_client.get(address, {"q": "hoa giai"}).content.decode()


def test_without_the_server_this_machine_answers(settings, admin_client, caplog):
    make_home()
    use(settings, f"http://127.0.0.1:{free_port()}")
    page = make_news("Hoà giải ở cơ sở")
    local.catch_up()
    found = Page.objects.live().search("hoa giai")
    assert (found.count(), [one.pk for one in found[:5]]) == (1, [page.pk])
    shown = admin_client.get(reverse("wagtailadmin_pages:search"), {"q": "hoa gi"})
    assert "Hoà giải ở cơ sở" in shown.content.decode()
    assert "OpenSearch gave no" in caplog.text
