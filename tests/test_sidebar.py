from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext
from wagtail.blocks.list_block import ListValue
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.test.utils.form_data import nested_form_data, streamfield

from polls.blocks import PollBlock
from sidebar.blocks import FeaturedPagesBlock, LinkBlock, LinksBlock, SidebarStreamBlock, TextBlock
from sidebar.currencies import NAMES
from sidebar.models import (
    ExchangeRate,
    FeedRun,
    GoldPrice,
    RateChange,
    Sidebar,
    SidebarPlacement,
    SidebarSettings,
    WeatherReading,
    WeatherRegion,
)
from sidebar.providers import sjc, vietcombank
from sidebar.today import strip

from .feed_server import GOLD, RATES
from .test_weather import reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    """home > section > page, and home > section2, whose path begins like no other's."""
    Page.objects.filter(depth=2).delete()
    home = Page.get_first_root_node().add_child(instance=Page(title="home", slug="home"))
    Site.objects.all().delete()
    Site.objects.create(hostname="testserver", root_page=home, is_default_site=True)
    section = home.add_child(instance=Page(title="section"))
    return {
        "home": home,
        "section": section,
        "page": section.add_child(instance=Page(title="page")),
        "other": home.add_child(instance=Page(title="other")),
    }


def place(page, title):
    sidebar = Sidebar.objects.create(title=title)
    SidebarPlacement.objects.create(page=page, sidebar=sidebar)
    return sidebar


def title_for(page, site=None):
    sidebar = Sidebar.objects.for_page(page, site)
    return sidebar and sidebar.title


def test_a_page_inherits_the_sidebar_of_its_section(tree, django_assert_num_queries):
    place(tree["home"], "of the home page")
    place(tree["section"], "of the section")
    assert title_for(tree["section"]) == "of the section"
    with django_assert_num_queries(2):
        assert title_for(tree["page"]) == "of the section"
    assert title_for(tree["other"]) == "of the home page"


def test_a_page_can_have_its_own_sidebar(tree):
    place(tree["section"], "of the section")
    place(tree["page"], "of the page")
    assert title_for(tree["page"]) == "of the page"


def test_without_a_placement_the_site_has_a_default_one(tree):
    default = Sidebar.objects.create(title="default")
    assert title_for(tree["page"]) is None
    # Looking writes nothing.
    assert not SidebarSettings.objects.exists()
    SidebarSettings.objects.create(site=Site.objects.get(), default_sidebar=default)
    assert title_for(tree["page"], Site.objects.get()) == "default"
    assert Sidebar.objects.for_site(Site.objects.get()) == default
    assert Sidebar.objects.for_site(None) is None


def test_a_placement_can_be_exchanged_with_the_page(tree):
    place(tree["section"], "old")
    section = Page.objects.get(pk=tree["section"].pk)
    new = Sidebar.objects.create(title="new")
    section.sidebar_placements.set([SidebarPlacement(sidebar=new)])
    section.save()
    assert title_for(tree["page"]) == "new"
    assert SidebarPlacement.objects.count() == 1


def test_a_sidebar_in_use_can_be_deleted_and_leaves_the_default(tree):
    default = Sidebar.objects.create(title="default")
    SidebarSettings.objects.create(site=Site.objects.get(), default_sidebar=default)
    place(tree["section"], "of the section").delete()
    assert title_for(tree["page"], Site.objects.get()) == "default"
    default.delete()
    assert title_for(tree["page"]) is None


def test_a_sidebar_renders_every_block_in_its_order(rf, tree):
    sidebar = Sidebar.objects.create(
        title="all",
        blocks=[
            ("text", {"heading": "Một", "text": "<p>x</p>"}),
            ("rates", {"heading": "Hai", "currencies": ["USD"]}),
            ("weather", {"heading": "Ba", "regions": []}),
            ("visits", {"heading": "Bốn"}),
        ],
    )
    html = Sidebar.objects.get(pk=sidebar.pk).make_preview_request().content.decode()
    places = [html.index(f">{heading}<") for heading in ("Một", "Hai", "Ba", "Bốn")]
    assert places == sorted(places)
    assert html.count('<section class="side') == 4
    ids = [part.partition('"')[0] for part in html.split(' id="')[1:]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", SidebarStreamBlock().child_blocks)
def test_every_block_has_an_icon_a_description_and_a_preview_that_renders(name):
    block = SidebarStreamBlock().child_blocks[name]
    assert block.meta.icon != "placeholder"
    assert str(block.meta.label)
    assert str(block.get_description())
    block.render(block.get_preview_value(), {"request": RequestFactory().get("/")})


def test_the_stream_offers_all_that_the_old_page_had():
    blocks = SidebarStreamBlock().child_blocks
    assert list(blocks) == ["rates", "weather", "visits", "poll", "featured", "links", "text"]
    assert isinstance(blocks["poll"], PollBlock)


def test_every_new_block_starts_with_a_heading_for_readers():
    for name, block in SidebarStreamBlock().child_blocks.items():
        assert str(block.get_default()["heading"]), name


def featured(*pages):
    block = FeaturedPagesBlock()
    return block, block.to_python({"heading": "Nổi bật", "pages": [page.pk for page in pages]})


def test_featured_pages_stand_in_their_order_by_one_query(tree, django_assert_num_queries):
    block, value = featured(tree["other"], tree["page"], tree["section"])
    with django_assert_num_queries(1):
        pages = block.get_context(value)["pages"]
    assert [page.title for page in pages] == ["other", "page", "section"]
    html = block.render(value, {"request": RequestFactory().get("/")})
    assert html.index(">other<") < html.index(">page<") < html.index(">section<")


def test_what_readers_may_not_see_is_not_featured(tree):
    PageViewRestriction.objects.create(page=tree["section"], restriction_type="login")
    Page.objects.filter(pk=tree["other"].pk).update(live=False)
    block, value = featured(tree["page"], tree["other"], tree["section"], tree["home"])
    assert [page.title for page in block.get_context(value)["pages"]] == ["home"]
    assert "section" not in block.render(featured(tree["page"])[1])


def test_featured_pages_survive_the_editors_form_and_are_counted_as_used(tree):
    block, value = featured(tree["page"], tree["other"])
    chooser = block.child_blocks["pages"].child_block
    assert chooser.get_form_state(tree["page"].pk)["adminTitle"] == "page"
    assert chooser.clean(chooser.value_from_form(tree["page"].pk)) == tree["page"].pk
    assert chooser.value_from_form(tree["page"]) == tree["page"].pk
    assert block.clean(value)["pages"][1] == tree["other"].pk
    assert block.get_prep_value(value)["pages"][0]["value"] == tree["page"].pk
    used = [(model, number) for model, number, *_path in block.extract_references(value)]
    assert used == [(Page, str(tree["page"].pk)), (Page, str(tree["other"].pk))]


def test_links_lead_to_pages_and_other_addresses_but_not_to_unpublished_pages(tree):
    Page.objects.filter(pk=tree["other"].pk).update(live=False)
    block = LinksBlock()
    value = block.to_python(
        {
            "heading": "Liên kết",
            "links": [
                {"title": "A", "page": tree["page"].pk, "url": ""},
                {"title": "B", "page": None, "url": "https://chinhphu.vn/"},
                {"title": "C", "page": tree["other"].pk, "url": ""},
            ],
        }
    )
    html = block.render(value, {"request": RequestFactory().get("/")})
    assert 'href="/section/page/"' in html
    assert 'href="https://chinhphu.vn/" rel="noopener external"' in html
    assert ">C<" not in html


def test_a_link_that_leads_nowhere_is_refused():
    block = LinkBlock()
    with pytest.raises(block.clean.__globals__["ValidationError"]):
        block.clean(block.to_python({"title": "A", "page": None, "url": ""}))


def test_text_is_cleaned_rich_text():
    block = TextBlock()
    html = block.render(block.to_python({"heading": "<b>", "text": "<p>Một <b>hai</b></p>"}))
    assert "&lt;b&gt;" in html
    assert "<b>hai</b>" in html


def test_every_currency_of_the_sheet_has_a_name():
    assert len(NAMES) == 21
    assert ExchangeRate(currency="USD", name="US DOLLAR").local_name == gettext("US dollar")
    assert ExchangeRate(currency="XXX", name="SOMETHING").local_name == "SOMETHING"


@pytest.fixture
def figures():
    """Stored rates and gold prices, two regions with weather, one failed run."""
    ExchangeRate.objects.replace_with(vietcombank.parse(RATES))
    GoldPrice.objects.replace_with(sjc.parse(GOLD))
    for order, name in enumerate(["Đông Hà", "Khe Sanh"]):
        region = WeatherRegion.objects.create(
            name=name, sort_order=order, latitude="16.8", longitude="107.1"
        )
        WeatherReading.objects.replace_with(region, reading(temperature=Decimal(order)))
    FeedRun.objects.create(feed="rates", provider="vietcombank", reason="http 500")


def test_the_strip_holds_the_first_regions_weather_and_the_dollar(
    figures, django_assert_max_num_queries
):
    with django_assert_max_num_queries(2):
        today = strip()
        assert (today.weather.region.name, today.weather.icon) == ("Đông Hà", "rain")
    assert today.dollar.sell == 26390


def test_the_strip_drops_what_is_older_than_a_day(figures):
    ExchangeRate.objects.update(fetched_at=timezone.now() - timedelta(hours=25))
    assert strip().dollar is None
    WeatherReading.objects.update(fetched_at=timezone.now() - timedelta(hours=25))
    assert strip().weather is None


def test_the_strip_is_empty_before_the_first_figures():
    assert (strip().weather, strip().dollar) == (None, None)


RECORDS = {
    "rates": ExchangeRate,
    "rate-history": RateChange,
    "gold": GoldPrice,
    "weather": WeatherReading,
    "feed-runs": FeedRun,
}


@pytest.mark.parametrize("name", RECORDS)
def test_records_can_be_looked_at_searched_and_exported(admin_client, figures, name):
    for query in ("", "?q=a", "?export=csv", "?export=xlsx"):
        assert admin_client.get(f"/admin/{name}/{query}").status_code == 200
    record = RECORDS[name].objects.first()
    assert admin_client.get(f"/admin/{name}/inspect/{record.pk}/").status_code == 200


def test_an_export_holds_the_figures_as_they_are_stored(admin_client, figures):
    answer = admin_client.get("/admin/weather/?export=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith(("Đông Hà,0.0,", '"Đông Hà","0.0"'))


def test_an_export_of_the_history_holds_one_line_for_each_change(admin_client, figures):
    dollar = vietcombank.parse(RATES.replace(b'Sell="26,390.00"', b'Sell="26,400.00"'))
    ExchangeRate.objects.replace_with(dollar)
    answer = admin_client.get("/admin/rate-history/?export=csv&currency__exact=USD")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[4] for line in lines[1:]] == ["26400.0000", "26390.0000"]


def test_figures_are_listed_as_vietnamese_write_them(admin_client, figures):
    assert "26.390,00" in admin_client.get("/admin/rate-history/").content.decode()
    price = GoldPrice.objects.exclude(sell=None).first()
    html = admin_client.get("/admin/gold/").content.decode()
    assert number_format(price.sell, 0, force_grouping=True) in html
    assert number_format(price.sell, 0, force_grouping=True).count(".") == 2


def test_records_can_be_filtered(admin_client, figures):
    html = admin_client.get("/admin/feed-runs/?succeeded__exact=1").content.decode()
    assert "vietcombank" not in html.partition("<tbody>")[2]
    html = admin_client.get("/admin/feed-runs/?feed__exact=rates").content.decode()
    assert "vietcombank" in html.partition("<tbody>")[2]


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("action", ["create", "edit/{}", "delete/{}"])
def test_not_even_an_administrator_can_type_figures(admin_client, figures, name, action):
    model = RECORDS[name]
    before = list(model.objects.values())
    url = f"/admin/{name}/{action.format(model.objects.first().pk)}/"
    for method in (admin_client.get, admin_client.post):
        assert method(url).status_code in (302, 403, 404)
    assert list(model.objects.values()) == before


@pytest.mark.parametrize("name", RECORDS)
def test_records_are_shown_to_those_who_may_view_them_alone(client, django_user_model, name):
    user = django_user_model.objects.create_user("an", password="an")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    assert client.get(f"/admin/{name}/").status_code == 302
    model = RECORDS[name]._meta.model_name
    user.user_permissions.add(Permission.objects.get(codename=f"view_{model}"))
    assert client.get(f"/admin/{name}/").status_code == 200


@pytest.mark.parametrize("model", ["weatherregion", "sidebar"])
def test_editors_can_list_and_add_regions_and_sidebars(admin_client, figures, model):
    Sidebar.objects.create(title="default")
    for action in ("", "add/"):
        assert admin_client.get(f"/admin/snippets/sidebar/{model}/{action}").status_code == 200


def test_an_editor_can_add_a_region(admin_client):
    admin_client.post(
        "/admin/snippets/sidebar/weatherregion/add/",
        {"name": "Cồn Cỏ", "latitude": "17.1589", "longitude": "107.3397", "sort_order": "2"},
    )
    assert WeatherRegion.objects.get().latitude == Decimal("17.1589")


def test_an_editor_can_build_a_sidebar_preview_it_and_compare_its_versions(
    admin_client, tree, figures
):
    block = SidebarStreamBlock()
    page, other = tree["page"].pk, tree["other"].pk

    def form(title, *pages):
        blocks = block.to_python(
            [
                {"type": "rates", "value": {"heading": "Tỷ giá", "currencies": ["USD", "LAK"]}},
                {"type": "featured", "value": {"heading": "Nổi bật", "pages": pages}},
                {"type": "weather", "value": {"heading": "Thời tiết", "regions": []}},
            ]
        )
        return nested_form_data({"title": title, "blocks": streamfield(as_form(blocks))})

    def as_form(blocks):
        for child in blocks:
            fields = {
                name: inline_list(value) if isinstance(value, ListValue) else value
                for name, value in child.value.items()
            }
            yield child.block_type, fields

    def inline_list(value):
        rows = {str(n): {"value": one, "deleted": "", "order": n} for n, one in enumerate(value)}
        return {"count": len(value), **rows}

    add = "/admin/snippets/sidebar/sidebar/add/"
    assert admin_client.post(add, form("Một", page)).status_code == 302
    sidebar = Sidebar.objects.get()
    assert list(sidebar.blocks[1].value["pages"]) == [page]

    edit = f"/admin/snippets/sidebar/sidebar/edit/{sidebar.pk}/"
    assert admin_client.get(edit).status_code == 200
    assert admin_client.post(edit, form("Hai", other, page)).status_code == 302
    assert list(Sidebar.objects.get().blocks[1].value["pages"]) == [other, page]

    preview = f"/admin/snippets/sidebar/sidebar/preview/{sidebar.pk}/"
    assert admin_client.post(preview, form("Ba", page)).json()["is_valid"]
    html = admin_client.get(f"{preview}?mode=").content.decode()
    assert "<title>Ba</title>" in html
    assert "26.390" in html

    first, second = sidebar.revisions.order_by("pk")
    compare = Sidebar.snippet_viewset.get_url_name("revisions_compare")
    answer = admin_client.get(reverse(compare, args=[sidebar.pk, first.pk, second.pk]))
    assert "other" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/admin/feed-runs/?started_at__gte=zzz",
        "/admin/weather/?is_day__exact=zz",
        "/admin/rates/?x=1",
        "/admin/rate-history/?recorded_at__gte=zzz",
    ],
)
def test_a_filter_that_somebody_typed_is_no_error_of_ours(client, admin_user, address):
    client.force_login(admin_user)
    assert client.get(address).status_code == 404
