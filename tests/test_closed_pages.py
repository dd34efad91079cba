"""What readers meet who come to a page that is not open to all."""

import re

import pytest
from django.urls import reverse
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from tests.factories import make_document, make_home, make_news, make_user

PASSWORD = "mo-ra"


@pytest.fixture
def closed(db):
    make_home()
    page = make_news("Danh sách còn kín", summary="Chưa ai được biết")
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password=PASSWORD
    )
    return page


def asked(response):
    """The form that stands in a page's main part: (address, {name: value})."""
    html = response.content.decode()
    [form] = re.findall(r'<form class="filters login".*?</form>', html, re.S)
    assert html.index("<main") < html.index(form) < html.index("</main>")
    [address] = re.findall(r'action="([^"]*)"', form)
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form))
    return address, fields


def told_fault(response, name):
    """The fault to which a field points."""
    html = response.content.decode()
    [field] = re.findall(rf'<input [^>]*name="{name}"[^>]*>', html)
    assert 'aria-invalid="true"' in field
    [place] = re.findall(r'aria-describedby="([^"]*)"', field)
    [words] = re.findall(rf'<strong class="fault" id="{place}">(.*?)</strong>', html)
    return words


def test_a_page_asks_for_its_password_and_tells_nothing_of_itself(client, closed):
    response = client.get(closed.url)
    html = response.content.decode()
    assert "<h1>Cần mật khẩu</h1>" in html
    assert '<meta name="robots" content="noindex">' in html
    assert closed.title not in html
    assert closed.summary not in html
    asked(response)


def test_a_wrong_password_says_so_at_its_field_and_the_right_one_opens_the_page(client, closed):
    address, fields = asked(client.get(closed.url))
    wrong = client.post(address, fields | {"password": "sai"})
    assert told_fault(wrong, "password") == "Mật khẩu bạn nhập không đúng. Hãy thử lại."
    address, fields = asked(wrong)
    right = client.post(address, fields | {"password": PASSWORD}, follow=True)
    assert closed.title in right.content.decode()


def test_a_file_asks_for_its_password_in_the_same_frame(client, closed):
    document = make_document()
    CollectionViewRestriction.objects.create(
        collection=document.collection,
        restriction_type=CollectionViewRestriction.PASSWORD,
        password=PASSWORD,
    )
    asked(client.get(document.url))


def test_a_page_for_members_asks_who_is_there(client, closed):
    closed.view_restrictions.update(restriction_type=PageViewRestriction.LOGIN)
    make_user("lan")
    address, fields = asked(client.get(closed.url, follow=True))
    wrong = client.post(address, fields | {"username": "lan", "password": "sai"})
    assert 'role="alert">Tên đăng nhập hoặc mật khẩu không đúng' in wrong.content.decode()
    address, fields = asked(wrong)
    missing = client.post(address, fields | {"username": "", "password": ""})
    assert told_fault(missing, "username")
    right = client.post(address, fields | {"username": "lan", "password": "mat-khau"}, follow=True)
    assert closed.title in right.content.decode()


def test_who_has_an_account_that_may_not_is_told_so(client, closed):
    closed.view_restrictions.update(restriction_type=PageViewRestriction.GROUPS)
    client.force_login(make_user("lan"))
    html = client.get(closed.url, follow=True).content.decode()
    assert "Tài khoản của bạn không có quyền xem trang này." in html


def test_the_way_in_is_in_english_too(client, closed):
    html = client.get("/en" + reverse("wagtailcore_login")).content.decode()
    assert "<h1>Log in</h1>" in html
