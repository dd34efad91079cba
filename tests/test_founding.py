import pytest
from django.core.management import call_command
from wagtail.models import Site

from articles.models import DirectiveIndexPage
from home.founding import BESIDE, REGIONS, SIDEBAR
from home.models import HomePage
from sidebar.models import Sidebar, WeatherRegion

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_new_portal_greets_readers_with_its_own_sections(client, settings):
    settings.BASE_URL = "https://portal.example"
    call_command("setup_portal")
    site = Site.objects.get()
    assert (site.hostname, site.port) == ("portal.example", 443)
    shown = client.get("/", headers={"Host": "localhost"}).content.decode()
    assert "Welcome" not in shown
    for address in ("/van-ban/", "/tin-tuc/", "/su-kien/"):
        assert f'href="{address}"' in shown
        assert client.get(address).status_code == 200
    assert "Thống kê truy cập" in shown
    assert WeatherRegion.objects.count() == len(REGIONS)
    weather = next(
        block
        for block in Sidebar.objects.get(title=SIDEBAR).blocks
        if block.block_type == "weather"
    )
    beside = [region.name for region in weather.value["regions"]]
    assert beside == [name for name, *_place in REGIONS[:BESIDE]]


def test_setting_up_again_leaves_what_editors_made(client):
    call_command("setup_portal")
    home = Site.objects.get().root_page
    HomePage.objects.filter(pk=home.pk).update(title="Tên mới", draft_title="Tên mới")
    DirectiveIndexPage.objects.get().delete()
    call_command("setup_portal")
    assert HomePage.objects.get(pk=home.pk).title == "Tên mới"
    assert not DirectiveIndexPage.objects.exists()
