"""The office's logo and colours: readable before they are saved, and no query on any page."""

import re

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from wagtail.models import Site

from home import chrome, colours
from home.models import OfficeSettings
from office.roles import BOARD
from tests.factories import make_home, make_image, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.fixture
def office():
    make_home()
    return OfficeSettings.objects.get()


def faults(office, **facts):
    for name, value in facts.items():
        setattr(office, name, value)
    try:
        office.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


def head(client):
    return html.fromstring(client.get("/").content).find("head")


def test_contrast_is_that_of_wcag():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#ffffff", "#777777") == pytest.approx(4.478, abs=0.001)
    assert colours.contrast("#a3161f", "#a3161f") == 1


def test_the_tokens_are_read_from_the_style_sheet():
    sets = colours.token_sets()
    assert sets["light"]["brand"] == "#a3161f"
    assert sets["dark"]["paper"] == "#10161d"
    assert sets["contrast"]["ink"] == "#000000"
    assert sets["dark contrast"]["ink"] == "#ffffff"


def test_a_faint_colour_is_refused_with_its_ratio_and_one_that_would_do(office):
    found = faults(office, brand_colour="#FF8A80")
    assert list(found) == ["brand_colour"]
    [words] = found["brand_colour"]
    assert "2,10 : 1" in words
    nearest = re.search("#[0-9a-f]{6}", words)[0]
    assert faults(office, brand_colour=nearest) == {}


def test_white_on_what_is_accepted_can_be_read(office):
    assert faults(office, brand_colour="#0B4F9E") == {}
    assert office.brand_colour == "#0b4f9e"
    assert colours.contrast("#ffffff", "#0b4f9e") >= 4.5


def test_a_colour_for_the_dark_is_held_against_dark_grounds(office):
    assert list(faults(office, brand_colour_dark="#0b4f9e")) == ["brand_colour_dark"]
    assert faults(office, brand_colour_dark="#8ec5ff") == {}


@pytest.mark.parametrize("typed", ["red", "#fff", "a3161f", "#a3161g", "#12345;"])
def test_what_is_no_colour_is_refused_once(office, typed):
    found = faults(office, brand_colour=typed)
    assert found == {"brand_colour": ["Ghi màu bằng dấu # và sáu chữ số: #a3161f"]}


@given(COLOURS)
def test_whatever_is_chosen_one_that_would_do_is_near(colour):
    sets = colours.token_sets()
    light, dark = colours.as_light_brand(colour), colours.as_dark_brand(colour)
    assert colours.least_contrast(light, sets["light"]) >= 4.5
    assert colours.least_contrast(dark, sets["dark"]) >= 4.5
    # And what is good already stays as it is, but for the rounding of a shade.
    again = colours.as_light_brand(light)
    steps = zip(bytes.fromhex(light[1:]), bytes.fromhex(again[1:]), strict=True)
    assert all(abs(one - other) <= 1 for one, other in steps)


def test_pages_have_no_style_of_their_own_until_the_office_has_a_colour(client, office):
    assert head(client).findall("style") == []
    office.brand_colour = "#0b4f9e"
    office.save()
    [style] = head(client).findall("style")
    dark = colours.as_dark_brand("#0b4f9e")
    assert style.text == f":root{{--office-brand:#0b4f9e;--office-brand-dark:{dark}}}"


def test_what_came_past_the_form_never_reaches_a_page(client, office):
    OfficeSettings.objects.update(brand_colour="}</st")
    chrome.forget()
    assert head(client).findall("style") == []


def test_the_logo_stands_in_the_header_with_its_size_and_costs_no_query(client, office):
    def asked():
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            page = html.fromstring(client.get("/").content)
        return len(queries), page.xpath("//a[@class='brand']/img")[0]

    before, image = asked()
    assert image.get("src").endswith("img/logo.svg")
    office.logo = make_image(size=(1600, 800))
    office.brand_colour = "#0b4f9e"
    office.save()
    after, image = asked()
    assert (image.get("width"), image.get("height")) == ("112", "56")
    assert image.get("src").endswith(".webp")
    assert image.get("alt") == ""
    assert after == before


def test_the_logo_is_made_when_it_is_saved_and_kept_while_it_is_used(office):
    # What other tests made under the same number is remembered there.
    cache.clear()
    office.logo = make_image()
    office.save()
    assert office.logo.renditions.count() == 1
    with pytest.raises(PermissionDenied):
        office.logo.delete()


def test_the_form_says_at_the_field_what_is_wrong(client, office):
    client.force_login(make_user("ban", BOARD))
    address = reverse(
        "wagtailsettings:edit", args=["home", "officesettings", Site.objects.get().pk]
    )
    answer = client.post(address, {"name": "Tỉnh", "brand_colour": "#eeeeee"})
    form = answer.context["form"]
    assert list(form.errors) == ["brand_colour"]
    assert "Màu này quá nhạt" in form.errors["brand_colour"][0]
