"""What is read from a replica, and when: here a second connection to the tests' own database.
(tests/e2e/test_two_machines.py has a real one.)"""

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Site

from articles import generation, live_register
from articles.models import NewsPage, RegisterVersion
from home import replica
from home.models import OfficeSettings
from polls.models import Ballot, Poll
from tests.factories import make_directive, make_home, make_news, make_user

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def copy(settings, tmp_path, monkeypatch):
    """The replica's connection, with the settings that make the portal read from it."""
    settings.DATA_DIR = tmp_path
    settings.DATABASE_ROUTERS = ["home.replica.Router"]
    settings.MIDDLEWARE = ["home.replica.ReadFromReplica", *settings.MIDDLEWARE]
    monkeypatch.setattr(replica, "_left_alone_until", 0)
    copy = connections[replica.ALIAS] = connections["default"].copy(replica.ALIAS)
    yield copy
    copy.close()
    del connections[replica.ALIAS]


@pytest.fixture
def news(copy):
    make_home()
    return make_news(title="Tin của bản sao")


@pytest.fixture
def asked(copy):
    """`asked(lambda: …)`: (what was asked of the replica, of the primary) meanwhile, the questions
    for the generation apart."""

    def count(act):
        with CaptureQueriesContext(copy) as there, CaptureQueriesContext(connection) as here:
            act()
        return tuple(
            len([one for one in queries if "articles_registerversion" not in one["sql"]])
            for queries in (there.captured_queries, here.captured_queries)
        )

    return count


def behind():
    """This machine has learned of a change that the replica doesn't have."""
    generation._mark().raise_to(generation.read() + 1)


def address_of(page):
    return page.get_url()


def test_readers_ask_the_replica(client, news, asked):
    there, here = asked(lambda: client.get(address_of(news)))
    assert there > 3
    # Nothing that a page shows: kinds of content, and pictures that were cut for it.
    assert here < there
    assert "Tin của bản sao" in client.get(address_of(news)).content.decode()


@pytest.mark.parametrize(
    "address", ["/tim-kiem/?q=ban+sao", "/tim-kiem/goi-y/?q=ban", "/api/v2/pages/", "/so-do-cong/"]
)
def test_what_nobody_keeps_is_the_replicas_too(client, news, asked, address):
    assert asked(lambda: client.get(address))[0] > 0


@pytest.mark.parametrize(
    "address", ["/live/?seen=1", "/healthz", "/y-kien/", "/admin/login/", "/static/nothing.css"]
)
def test_what_has_to_be_of_this_moment_is_the_primarys(client, news, asked, address):
    assert asked(lambda: client.get(address))[0] == 0


def test_members_and_whoever_sends_something_ask_the_primary(client, news, asked):
    assert asked(lambda: client.post(address_of(news)))[0] == 0
    assert asked(lambda: client.get("/api/v2/pages/", headers={"Authorization": "x"}))[0] == 0
    client.force_login(make_user("bien-tap"))
    assert asked(lambda: client.get(address_of(news))) != (0, 0)
    assert asked(lambda: client.get(address_of(news)))[0] == 0


def test_outside_of_requests_there_is_the_primary_alone(client, news):
    client.get(address_of(news))
    router = replica.Router()
    assert router.db_for_read(NewsPage) == router.db_for_write(NewsPage) == "default"
    assert NewsPage.objects.get()._state.db == "default"
    assert router.allow_migrate("default", "home")
    assert not router.allow_migrate("replica", "home")


@pytest.fixture
def public_reading(copy):
    """As within a reader's request."""
    reading = replica.Reading()
    reading.is_public = True
    token = replica._reading.set(reading)
    yield
    replica._reading.reset(token)


def test_of_what_the_generation_does_not_count_nothing_is_read_there(public_reading):
    router = replica.Router()
    for model in (Page, NewsPage, OfficeSettings, Poll, RegisterVersion):
        assert router.db_for_read(model) == "replica", model
        assert router.db_for_write(model) == "default", model
    for model in (Ballot, Site, User):
        assert router.db_for_read(model) == "default", model


def test_a_replica_that_is_behind_is_not_read(client, news, asked):
    behind()
    there, here = asked(lambda: client.get(address_of(news)))
    assert (there, here > 0) == (0, True)
    # Once it has the change too, it is read again.
    with connection.cursor() as cursor:
        cursor.execute(generation.MOVE_ON)
    assert asked(lambda: client.get(address_of(news)))[0] > 0


def test_what_the_replica_has_is_known_to_this_machine(client, news):
    with connection.cursor() as cursor:
        # As another machine would: nobody here is told.
        cursor.execute(generation.MOVE_ON)
    before = generation.known()
    client.get(address_of(news))
    assert generation.known() == before + 1


def test_what_the_primary_shows_meanwhile_counts_for_the_replica_too(client, news, monkeypatch):
    monkeypatch.setattr(replica, "_is_up_to_date", lambda: False)
    with connection.cursor() as cursor:
        # As another machine would: nobody here is told.
        cursor.execute(generation.MOVE_ON)
    before = generation.known()
    client.get("/api/v2/pages/")
    assert generation.known() == before + 1


def test_a_replica_that_is_away_is_nobodys_fault(client, news, copy, caplog):
    copy.close()
    copy.settings_dict["NAME"] = "/no/such"
    for _ in range(2):
        assert client.get(address_of(news)).status_code == 200
    # And is left alone for a while.
    assert [
        record.getMessage() for record in caplog.records if record.name == replica.__name__
    ] == ["database=replica not asked for 10 s: OperationalError"]


def test_a_replica_that_goes_away_in_the_middle_is_nobodys_fault(client, news, copy):
    def fail(execute, sql, params, many, context):
        if "articles_newspage" in sql:
            raise OperationalError("terminating connection due to conflict with recovery")
        return execute(sql, params, many, context)

    client.raise_request_exception = False
    with copy.execute_wrapper(fail):
        answer = client.get(address_of(news))
    assert answer.status_code == 200
    assert "Tin của bản sao" in answer.content.decode()
    # Like any other.
    assert "s-maxage" in answer.headers["Cache-Control"]


def test_a_fault_of_ours_is_told_once_more_and_no_more(client, news, monkeypatch):
    tries = []

    def fail(self, request, *args, **kwargs):
        tries.append(request.path)
        raise ValueError

    monkeypatch.setattr(NewsPage, "serve", fail)
    client.raise_request_exception = False
    assert client.get(address_of(news)).status_code == 500
    assert len(tries) == 2


def test_the_register_that_is_held_is_not_made_anew_for_a_replica_behind_it(news, copy, request):
    make_directive()
    version = RegisterVersion.objects.values_list("version", flat=True).get()
    held = live_register.current(version)
    request.getfixturevalue("public_reading")
    # The replica has told the version before, and isn't asked again whether that is still so.
    with CaptureQueriesContext(copy) as there:
        assert live_register.current(version - 1) is held
    assert len(there) == 0
