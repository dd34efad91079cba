"""What readers see where nothing is, and while something is wrong."""

import re
from io import StringIO

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import OperationalError, connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from lxml import html

from home import views
from home.models import OfficeSettings, StandardPage
from tests.factories import make_home, make_news

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ALONE = ["400.html", "403.html", "403_csrf.html", "500.html", "503.html"]


@pytest.fixture
def home():
    home = make_home()
    home.add_child(instance=StandardPage(title="Liên hệ", office_contact="above"))
    return home


def read(response, status):
    assert response.status_code == status
    return html.fromstring(response.content.decode())


def test_what_is_not_there_leads_to_the_search_and_to_all_sections(client, home):
    page = read(client.get("/khong-co/"), 404)
    assert page.xpath("//main//form/@action") == ["/tim-kiem/"]
    addresses = page.xpath("//main//nav[@aria-labelledby='ways']//a/@href")
    assert {"/", "/van-ban/", "/tin-tuc/", "/su-kien/", "/so-do-cong/", "/lien-he/"} <= set(
        addresses
    )
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_an_icon_is_where_browsers_ask_for_one(client, db):
    response = client.get("/favicon.ico")
    assert finders.find(response.url.removeprefix("/static/"))
    assert "max-age" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/tin-tuc/mo-lop-ky-nang-so/", "mo lop ky nang so"),
        ("/news/Tin-tuc/Chi-thi-email-123.html", "Chi thi email 123"),
        ("/van-ban/Chỉ-thị-07/", "Chỉ thị 07"),
        ("/wp-login.php", "wp login"),
        (f"/{'a-' * 80}/", ""),
        ("/%22%3E%3Cscript%3E/", "script"),
    ],
)
def test_the_words_of_an_address_stand_in_the_field_and_nothing_is_searched(
    client, home, monkeypatch, address, words
):
    def searched(*args, **kwargs):
        raise AssertionError("the index was asked")

    monkeypatch.setattr("articles.search.results.find", searched)
    page = read(client.get(address), 404)
    assert page.xpath("//main//input[@name='q']/@value") == [words]
    assert not page.xpath("//main//script")


def test_the_contact_page_is_left_out_while_nobody_may_read_it(client, home):
    StandardPage.objects.get().unpublish()
    page = read(client.get("/khong-co/"), 404)
    assert "/lien-he/" not in page.xpath("//main//a/@href")


def test_a_page_that_was_taken_offline_leads_on_as_well(client, home):
    news = make_news(live=False, expired=True)
    page = read(client.get(news.url), 410)
    assert page.xpath("//main//form/@action") == ["/tim-kiem/"]
    addresses = page.xpath("//main//nav[@aria-labelledby='ways']//a/@href")
    assert addresses[0] == "/tin-tuc/"
    assert {"/so-do-cong/", "/lien-he/"} <= set(addresses)


@pytest.mark.parametrize("name", ALONE)
def test_a_page_of_an_error_needs_no_other_request_and_no_database(name):
    def refuse(*args):
        raise AssertionError("the database was asked")

    with connection.execute_wrapper(refuse):
        text = render_to_string(name)
    page = html.fromstring(text)
    assert page.get("lang") == "vi"
    # One sentence for whoever reads no Vietnamese.
    assert len(page.xpath("//main/p[@lang='en']/text()")) == 1
    assert page.xpath("//meta[@name='viewport']")
    assert not page.xpath("//script | //img | //iframe")
    # An icon, or a browser would ask for one: it is empty.
    assert page.xpath("//link/@href") == ["data:,"]
    assert "url(" not in text
    assert "@import" not in text
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//title/text()") == page.xpath("//h1/text()")
    assert page.xpath("//a/@href") == ["/"]
    assert "prefers-color-scheme: dark" in text
    # It may be asked for by everybody at once.
    assert len(text.encode()) < 4_000


@pytest.mark.parametrize(
    ("view", "status"), [(views.bad_request, 400), (views.refused, 403), (views.failed, 500)]
)
def test_each_error_has_its_page_and_its_status(view, status):
    response = view(RequestFactory().get("/"))
    assert response.status_code == status
    assert f"Mã lỗi: {status}" in response.content.decode()


def test_the_office_that_was_seen_before_is_named_while_the_database_is_away(client, home):
    OfficeSettings.objects.update(phone="0233 000 0000")
    client.get("/")
    patient = Client(raise_request_exception=False)

    def away(execute, sql, params, many, context):
        raise OperationalError("connection failed")

    with connection.execute_wrapper(away):
        page = read(patient.get("/van-ban/"), 503)
    assert page.xpath("//a/@href") == ["/", "tel:02330000000"]


def test_the_page_for_a_portal_that_is_down_is_written_with_the_offices_telephone(home):
    OfficeSettings.objects.update(phone="0233 000 0000")
    output = StringIO()
    call_command("offline_page", stdout=output)
    page = html.fromstring(output.getvalue())
    assert page.xpath("//a/@href") == ["/", "tel:02330000000"]
    assert not re.search(r"{[{%#]", output.getvalue())


def test_it_is_written_before_there_is_an_office_too(db):
    OfficeSettings.objects.all().delete()
    output = StringIO()
    call_command("offline_page", stdout=output)
    assert "<h1>" in output.getvalue()
