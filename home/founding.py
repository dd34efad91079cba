"""The first stones of a real portal: a home page and its sections, empty, ready for editors.

Without them a new installation would greet the public with Wagtail's own welcome page."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from wagtail.models import Locale, Page, Site

from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage
from sidebar.models import Sidebar, SidebarPlacement, SidebarSettings, WeatherRegion

from .first_pages import FIRST_PAGES
from .models import HomePage, NavigationSettings, OfficeSettings, StandardPage

# Content, which editors may change; the addresses are those that readers know.
SECTIONS = [
    (DirectiveIndexPage, "Văn bản", "van-ban"),
    (NewsIndexPage, "Tin tức", "tin-tuc"),
    (EventIndexPage, "Sự kiện", "su-kien"),
]
SIDEBAR = "Cột bên chung"
QUOTING = "Xin ghi rõ nguồn khi dẫn lại thông tin từ cổng."
# What is no page, by the names of its addresses.
POLLS = ("Ý kiến của bạn", "polls:list")
FIGURES = [
    ("Tỷ giá", "sidebar:rates"),
    ("Thời tiết", "sidebar:weather"),
    ("Thống kê truy cập", "sidebar:statistics"),
    ("Tìm kiếm", "articles:search"),
]
SITE_PAGES = [("Sơ đồ cổng", "home:site_map"), ("Kênh tin", "home:feeds")]
PUBLIC_SERVICES = ("Dịch vụ công", "https://dichvucong.gov.vn/")
FIND_DIRECTIVES = "Tra cứu văn bản"
# For readers of English: the home page, and what stands beside it.
ENGLISH = "en"
ENGLISH_LABEL = "Official web portal"
ENGLISH_NAME = "Quang Tri Province"
ENGLISH_SIDEBAR = "Cột bên tiếng Anh"
ENGLISH_HEADINGS = {"rates": "Exchange rates", "weather": "Weather", "visits": "Visitors"}
# Degrees north and east: the province from Ngang pass to the Laos road, and its island.
REGIONS = [
    ("Đông Hà", "16.8163", "107.1003"),
    ("Đồng Hới", "17.4689", "106.6223"),
    ("Ba Đồn", "17.7561", "106.4225"),
    ("Phong Nha", "17.6103", "106.3077"),
    ("Vĩnh Linh", "17.0595", "107.0089"),
    ("Cửa Việt", "16.9019", "107.1731"),
    ("Khe Sanh", "16.6194", "106.7308"),
    ("Lao Bảo", "16.6186", "106.5989"),
    ("Cồn Cỏ", "17.1600", "107.3400"),
]
# Of these, as many as fit beside a page.
BESIDE = 4


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
    for page in FIRST_PAGES:
        home.add_child(instance=StandardPage(**vars(page)))
    address = urlsplit(settings.BASE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    site = Site.objects.create(
        hostname=address.hostname, port=port, root_page=home, is_default_site=True
    )
    OfficeSettings.objects.create(
        site=site,
        name=settings.WAGTAIL_SITE_NAME,
        statement=QUOTING,
        english_label=ENGLISH_LABEL,
        english_name=ENGLISH_NAME,
    )
    blocks = [
        ("rates", {"heading": "Tỷ giá"}),
        ("weather", {"heading": "Thời tiết", "regions": make_regions()[:BESIDE]}),
        ("visits", {"heading": "Thống kê truy cập"}),
    ]
    sidebar = Sidebar.objects.create(title=SIDEBAR, blocks=blocks)
    SidebarSettings.objects.create(site=site, default_sidebar=sidebar)


def lay_menus():
    """A menu and a footer for each site that has none: its sections, and what is no page."""
    for site in Site.objects.filter(navigationsettings=None):
        # Pages were marked for the menu before the office could arrange it.
        pages = site.root_page.get_children().live().in_menu()
        sections = [_link(page=pk) for pk in pages.values_list("pk", flat=True)]
        polls, *figures = _views([POLLS, *FIGURES])
        about = _numbers(site, StandardPage, slug__in=[page.slug for page in FIRST_PAGES])
        registers = _numbers(site, DirectiveIndexPage)[:1]
        NavigationSettings.objects.create(
            site=site,
            menu=[("entry", link | {"links": []}) for link in [*sections, polls]],
            footer=[
                ("column", {"heading": "Chuyên mục", "links": [*sections, polls]}),
                ("column", {"heading": "Tra cứu", "links": figures}),
                (
                    "column",
                    {
                        "heading": "Về cổng",
                        "links": [*(_link(page=pk) for pk in about), *_views(SITE_PAGES)],
                    },
                ),
            ],
            quick_links=[
                ("link", link)
                for link in [
                    _link(PUBLIC_SERVICES[0], address=PUBLIC_SERVICES[1]),
                    *(_link(FIND_DIRECTIVES, page=pk) for pk in registers),
                    *figures[:2],
                    polls,
                    # How to reach the office comes first of them.
                    *(_link(page=pk) for pk in about[:1]),
                ]
            ],
        )


@transaction.atomic
def lay_english():
    """An English home page for each site that has none, not even one that is offline, with figures
    beside it. From there on it is the editors'."""
    locale, _made = Locale.objects.get_or_create(language_code=ENGLISH)
    for site in Site.objects.all():
        home = HomePage.objects.filter(pk=site.root_page_id).first()
        if home is None or home.has_translation(locale):
            continue
        english = HomePage(
            title=ENGLISH_NAME,
            slug=f"{home.slug}-{ENGLISH}",
            locale=locale,
            translation_key=home.translation_key,
        )
        if figures := _figures_beside(site):
            # One that stands nowhere is of an English home page that was deleted.
            left = Sidebar.objects.filter(title=ENGLISH_SIDEBAR, placements=None).first()
            sidebar = left or Sidebar.objects.create(title=ENGLISH_SIDEBAR, blocks=figures)
            english.sidebar_placements = [SidebarPlacement(sidebar=sidebar)]
        home.get_parent().add_child(instance=english)


def _figures_beside(site):
    """Of the site's own sidebar, what needs no words of the office."""
    default = Sidebar.objects.for_site(site)
    return [
        (block.block_type, dict(block.value) | {"heading": ENGLISH_HEADINGS[block.block_type]})
        for block in (default.blocks if default else [])
        if block.block_type in ENGLISH_HEADINGS
    ]


def _numbers(site, kind, **facts):
    """Of the pages of one kind right below the home page, in the order of the tree."""
    pages = kind.objects.child_of(site.root_page).live().filter(**facts).order_by("path")
    return list(pages.values_list("pk", flat=True))


def _views(names):
    return [_link(title, address=reverse(name)) for title, name in names]


def _link(title="", page=None, address=""):
    return {"title": title, "page": page, "address": address}


def make_regions():
    """The province's weather regions, each unless it is there."""
    return [
        WeatherRegion.objects.get_or_create(
            name=name,
            defaults={"latitude": latitude, "longitude": longitude, "sort_order": order},
        )[0]
        for order, (name, latitude, longitude) in enumerate(REGIONS, start=1)
    ]
