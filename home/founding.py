"""The first stones of a real portal: a home page and its sections, empty, ready for editors.

Without them a new installation would greet the public with Wagtail's own welcome page."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Page, Site

from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage
from sidebar.models import Sidebar, SidebarSettings

from .models import HomePage, OfficeSettings

# Content, which editors may change; the addresses are those that readers know.
SECTIONS = [
    (DirectiveIndexPage, "Văn bản", "van-ban"),
    (NewsIndexPage, "Tin tức", "tin-tuc"),
    (EventIndexPage, "Sự kiện", "su-kien"),
]
SIDEBAR = "Cột bên chung"
BLOCKS = [("rates", {"heading": "Tỷ giá"}), ("visits", {"heading": "Thống kê truy cập"})]


@transaction.atomic
def found():
    """Lay them, unless there is a home page already."""
    if HomePage.objects.exists():
        return
    root = Page.get_first_root_node()
    # Wagtail's welcome page holds the address, and deleting it takes its site along.
    root.get_children().exact_type(Page).filter(numchild=0).delete()
    home = HomePage(title=settings.WAGTAIL_SITE_NAME, slug="home")
    root.add_child(instance=home)
    for model, title, slug in SECTIONS:
        home.add_child(instance=model(title=title, slug=slug, show_in_menus=True))
    address = urlsplit(settings.BASE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    site = Site.objects.create(
        hostname=address.hostname, port=port, root_page=home, is_default_site=True
    )
    OfficeSettings.objects.create(site=site, name=settings.WAGTAIL_SITE_NAME)
    sidebar = Sidebar.objects.create(title=SIDEBAR, blocks=BLOCKS)
    SidebarSettings.objects.create(site=site, default_sidebar=sidebar)
