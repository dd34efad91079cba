import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from articles.models import DirectiveIndexPage
from home.offices import EDITORS
from tests.factories import make_home, make_section, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_an_editor_finds_on_the_dashboard_where_to_write(client):
    make_home()
    section = make_section(DirectiveIndexPage.objects.get(), "Chỉ thị email")
    client.force_login(make_user("lan", EDITORS))
    shown = client.get("/admin/").content.decode()
    assert "Viết văn bản" in shown
    address = reverse("wagtailadmin_pages:add", args=["articles", "directivepage", section.pk])
    assert f'href="{address}"' in shown
    assert client.get(address).status_code == 200


def test_whoever_may_not_write_is_not_invited(client):
    make_home()
    user = make_user("khach")
    client.force_login(user)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    assert "Viết văn bản" not in client.get("/admin/").content.decode()
