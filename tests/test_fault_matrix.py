"""Every fault of a feed against every promise, with the client's time limits cut short; in real
time and by more processes: make fault-matrix."""

import sys
from dataclasses import replace
from types import ModuleType
from xml.etree import ElementTree

import pytest
import requests
from django.conf import settings as portal
from django.utils import timezone

from sidebar.models import ExchangeRate
from sidebar.models.feeds import RATES
from sidebar.providers import Rate, RateSheet
from sidebar.providers import client as feed_client

from .faults import fault_server
from .faults.faults import FAULTS
from .faults.judge import PROMISES, judge, trials

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.django_db,
    # urllib3 and ssl leave the sockets of some answers that they refuse to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def server():
    with fault_server.serving() as server:
        yield server


def cut_limits_short(monkeypatch):
    monkeypatch.setattr(feed_client, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(feed_client, "READ_SECONDS", 2)
    monkeypatch.setattr(feed_client, "TOTAL_SECONDS", 0.6)


def fault_called(name):
    return next(fault for fault in FAULTS if fault.name == name)


def test_the_matrix_has_all_that_was_asked_for():
    assert len({fault.name for fault in FAULTS}) * len(PROMISES) == 215


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_promise_is_kept_under(fault, server, monkeypatch):
    if any(case.is_slow for case in fault.cases):
        cut_limits_short(monkeypatch)
    # Plain HTTP and the weather are for the whole matrix.
    verdicts = [
        judge(trial, server)
        for trial in trials(fault)
        if trial.feed == RATES and trial.way == trial.case.ways[0]
    ]
    assert verdicts
    assert [f"{one.trial}: {one.wrong}" for one in verdicts if any(one.wrong)] == []


def test_a_name_that_is_a_script_is_only_text_on_the_page(server, client):
    (trial, *_) = trials(fault_called("script in text"))
    assert not any(judge(trial, server).wrong)
    assert "<script>" in ExchangeRate.objects.get(currency="EUR").name
    page = client.get("/ty-gia/").content
    assert b"EUR" in page
    assert b"<script>alert" not in page


# A client that its writer gave no thought to. The wire is the same.


def fetch_naively():
    answer = requests.get(
        portal.FEED_URLS["naive"], timeout=(0.5, 0.5), verify=portal.FEED_CA_BUNDLE
    )
    return feed_client.Body(answer.content)


def parse_naively(body):
    rates = [
        Rate(
            row.get("CurrencyCode"),
            row.get("CurrencyName"),
            *(row.get(key).replace(",", "") for key in ("Buy", "Transfer", "Sell")),
        )
        for row in ElementTree.fromstring(body).iter("Exrate")
    ]
    rates = [replace(rate, buy_cash=None) if rate.buy_cash == "-" else rate for rate in rates]
    return RateSheet("naive", timezone.now(), tuple(rates))


@pytest.fixture
def naive(monkeypatch):
    module = ModuleType("sidebar.providers.naive")
    module.fetch, module.parse = fetch_naively, parse_naively
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(fault_server, "PATIENCE", 2)
    # A naive portal holds nothing against what was there before.
    monkeypatch.setattr("sidebar.feeds._unconfirmed", lambda moves, sheet, seen: {})


@pytest.mark.parametrize(
    ("promise", "name", "title"),
    [
        ("in time", "body drip", "of a known length"),
        ("in memory", "100 MB", "of a known length"),
        ("last good kept", "200 HTML", "under a good type"),
        ("last good kept", "buy > sell", "one row"),
        ("nowhere else", "redirect to 127.0.0.1", "to another port"),
        ("nowhere else", "name of a private address", "::1"),
        ("one line", "truncated XML/JSON", "at 50.00%"),
        ("one line", "refused", "nobody listens"),
    ],
)
def test_a_naive_client_fails_the_matrix(promise, name, title, server, naive):
    fault = fault_called(name)
    case = next(case for case in fault.cases if case.title == title)
    (trial, *_) = trials(replace(fault, cases=(case,)))
    wrong = judge(replace(trial, providers=("naive",)), server, seconds=1).wrong
    assert dict(zip(PROMISES, wrong, strict=True))[promise]
