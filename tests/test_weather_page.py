"""The public page of the weather: every region now and in the days to come, in words."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from hypothesis import given
from hypothesis import strategies as st

from sidebar.models import WeatherOverride, WeatherReading, WeatherRegion
from sidebar.providers import Day, Reading
from sidebar.weather_words import BEAUFORT, chance_of_rain, direction, rain, wind
from tests.factories import make_home

PAGE = "/thoi-tiet/"


def region(name="Đông Hà", sort_order=0):
    return WeatherRegion.objects.create(
        name=name, latitude=Decimal("16.8163"), longitude=Decimal("107.1003"), sort_order=sort_order
    )


def observed(region, **facts):
    today = timezone.localdate()
    days = [
        Day(today + timedelta(ahead), 61, Decimal(20), Decimal(25), 70, Decimal(12), Decimal(14))
        for ahead in range(6)
    ]
    reading = Reading(
        **{
            "source": "Open-Meteo.com",
            "observed_at": timezone.now(),
            "temperature": Decimal("23.6"),
            "humidity": 91,
            "wind_kmh": Decimal("11.2"),
            "wind_from": 135,
            "rain_mm": Decimal("0.4"),
            "weather_code": 61,
            "is_day": True,
            "days": tuple(days),
        }
        | facts
    )
    WeatherReading.objects.replace_with(region, reading)


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def page(client, db):
    make_home()

    def read():
        response = client.get(PAGE)
        assert response.status_code == 200
        assert not response.cookies
        return response.content.decode()

    return read


def sections(html):
    """{region: its part of the page}"""
    found = re.findall(r'<section class="section region".*?</section>', html, re.DOTALL)
    return {text_of(re.search(r"<h2.*?</h2>", part).group()): part for part in found}


@pytest.mark.parametrize(
    ("kmh", "grade"),
    [
        ("0", 0),
        ("0.4", 0),
        ("0.5", 1),
        ("5.4", 1),
        ("5.5", 2),
        ("11", 2),
        ("12", 3),
        ("19", 3),
        ("20", 4),
        ("28", 4),
        ("29", 5),
        ("38.4", 5),
        ("39", 6),
        ("49", 6),
        ("50", 7),
        ("61", 7),
        ("62", 8),
        ("74", 8),
        ("75", 9),
        ("89", 10),
        ("103", 11),
        ("117", 11),
        ("118", 12),
        ("133", 12),
        ("134", 13),
        ("202", 17),
        ("220", 17),
        ("221", 17),
        ("400", 17),
    ],
)
def test_wind_has_the_grade_of_the_official_table(kmh, grade):
    found = wind(Decimal(kmh))
    assert found.grade == grade
    assert found.is_beyond == (Decimal(kmh) > 220)


@pytest.mark.parametrize(
    ("kmh", "words"),
    [
        (0, "calm"),
        (1, "light wind"),
        (19, "light wind"),
        (20, "moderate wind"),
        (39, "strong wind"),
        (62, "very strong wind"),
        (89, "violent wind"),
        (118, "extremely strong wind"),
        (300, "extremely strong wind"),
    ],
)
def test_wind_is_called_by_its_danger(kmh, words):
    assert wind(kmh).words == gettext(words)


def test_there_are_eighteen_grades():
    assert len(BEAUFORT) == 18


@given(st.decimals(0, 400, places=1), st.decimals(0, 400, places=1))
def test_more_wind_is_never_a_lower_grade(one, other):
    low, high = sorted((one, other))
    assert wind(low).grade <= wind(high).grade


@pytest.mark.parametrize(
    ("degrees", "words"),
    [
        (0, "from the north"),
        (22, "from the north"),
        (23, "from the north-east"),
        (90, "from the east"),
        (135, "from the south-east"),
        (180, "from the south"),
        (225, "from the south-west"),
        (270, "from the west"),
        (315, "from the north-west"),
        (337, "from the north-west"),
        (338, "from the north"),
        (360, "from the north"),
    ],
)
def test_a_direction_is_one_of_eight(degrees, words):
    assert direction(degrees) == gettext(words)


@pytest.mark.parametrize(
    ("mm", "words"),
    [
        ("0", "no rain"),
        ("0.1", "a small amount of rain"),
        ("15.9", "a small amount of rain"),
        ("16", "a moderate amount of rain"),
        ("50", "a moderate amount of rain"),
        ("50.1", "a large amount of rain"),
        ("100", "a large amount of rain"),
        ("100.1", "a very large amount of rain"),
        ("1900", "a very large amount of rain"),
    ],
)
def test_rain_is_graded_by_the_amount_of_a_day(mm, words):
    assert rain(Decimal(mm)) == gettext(words)


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (0, "hardly any rain"),
        (9, "hardly any rain"),
        (10, "rain unlikely"),
        (39, "rain unlikely"),
        (40, "rain possible"),
        (70, "rain likely"),
        (89, "rain likely"),
        (90, "rain almost certain"),
        (100, "rain almost certain"),
    ],
)
def test_a_chance_of_rain_has_a_word(percent, words):
    assert chance_of_rain(percent) == gettext(words)


def test_what_is_not_known_has_no_words():
    assert (wind(None), direction(None), rain(None), chance_of_rain(None)) == (None,) * 4


def test_a_portal_without_regions_or_figures_says_so(page):
    WeatherRegion.objects.all().delete()
    html = page()
    assert gettext("No figures have been received yet.") in html
    assert 'href="https://nchmf.gov.vn/" rel="noopener external"' in html
    region()
    assert gettext("No figures have been received yet.") in page()


def test_a_region_has_its_weather_now_in_words(page):
    WeatherRegion.objects.all().delete()
    place = region()
    at = timezone.now() - timedelta(minutes=12)
    observed(place, observed_at=at)
    html = page()
    told = text_of(sections(html)["Đông Hà"])
    assert "24 °" in told
    for words in ("light rain", "light wind"):
        assert gettext(words).capitalize() in told
    for words in (
        gettext("force %(grade)s") % {"grade": 2},
        gettext("from the south-east"),
        "11 km/h",
        "91%",
        "0,4 mm",
        f"{timezone.localtime(at):%H:%M}",
    ):
        assert words in told
    assert 'href="https://open-meteo.com/" rel="noopener external"' in sections(html)["Đông Hà"]
    assert "CC BY 4.0" in told
    assert html.index("nchmf.gov.vn") < html.index('class="section region"')
    assert "style=" not in html


def test_the_days_to_come_stand_in_a_table(page):
    place = region("Khe Sanh")
    observed(place)
    part = sections(page())["Khe Sanh"]
    rows = re.findall(r'<th scope="row">.*?</tr>', part, re.DOTALL)
    assert len(rows) == 6
    assert pgettext("of a forecast", "Today") in rows[0]
    day = timezone.localdate() + timedelta(days=1)
    told = text_of(rows[1])
    for words in (
        f"{day.day}/{day.month}",
        "20–25°",
        gettext("a small amount of rain").capitalize(),
        "(12 mm)",
        gettext("rain likely"),
        "(70%)",
        gettext("light wind").capitalize(),
    ):
        assert words in told
    assert part.count('scope="col"') == 3
    assert "<caption" in part


def test_what_the_source_does_not_say_is_not_said(page):
    place = region("Khe Sanh")
    silent = dict.fromkeys(
        ["humidity", "wind_kmh", "wind_from", "rain_mm", "weather_code", "is_day"]
    )
    observed(place, **silent, days=(Day(timezone.localdate() + timedelta(days=1)),))
    told = text_of(sections(page())["Khe Sanh"])
    assert "None" not in told
    assert gettext("Humidity") not in told
    assert gettext("not quoted") not in told
    assert "km/h" not in told


def test_regions_of_two_sources_name_each_its_own(page):
    observed(region("Khe Sanh"))
    observed(region("Cồn Cỏ"), source="MET Norway")
    parts = sections(page())
    assert "https://open-meteo.com/" in parts["Khe Sanh"]
    assert "https://www.met.no/en" in parts["Cồn Cỏ"]
    assert "https://open-meteo.com/" not in parts["Cồn Cỏ"]


def test_a_region_without_recent_figures_says_so_beside_the_others(page):
    fresh, old, new = region("Khe Sanh"), region("Cồn Cỏ"), region("Gio Linh")
    observed(fresh)
    observed(old, temperature=Decimal("39.4"))
    WeatherReading.objects.filter(region=old).update(
        fetched_at=timezone.now() - timedelta(hours=25)
    )
    parts = sections(page())
    assert "<table" in parts["Khe Sanh"]
    assert "notice-old" in parts["Cồn Cỏ"]
    assert "39" not in text_of(parts["Cồn Cỏ"])
    assert gettext("No figures have been received yet.") in parts["Gio Linh"]
    assert new.name in parts


def test_old_figures_are_said_to_be_old_once(page, settings):
    for place in (region("Khe Sanh"), region("Cồn Cỏ")):
        observed(place)
    assert "notice-old" not in page()
    WeatherReading.objects.update(fetched_at=timezone.now() - timedelta(hours=3))
    assert page().count("notice-old") == 1
    WeatherReading.objects.filter(region__name="Khe Sanh").update(fetched_at=timezone.now())
    parts = sections(page())
    assert "notice-old" in parts["Cồn Cỏ"]
    assert "notice-old" not in parts["Khe Sanh"]


def test_figures_older_than_a_day_are_hidden(page):
    observed(region("Khe Sanh"))
    WeatherReading.objects.update(fetched_at=timezone.now() - timedelta(hours=25))
    html = page()
    assert "notice-old" in html
    assert not sections(html)


def test_what_the_office_typed_is_marked_until_when(page):
    place = region("Khe Sanh")
    observed(place)
    override = WeatherOverride.objects.create(
        region=place,
        temperature=Decimal(31),
        weather_code=0,
        reason="Trạm hỏng",
        expires_at=timezone.now() + timedelta(hours=2),
    )
    part = sections(page())["Khe Sanh"]
    assert "31 °" in text_of(part)
    assert gettext("clear sky").capitalize() in part
    assert "board-typed" in part
    assert f"{timezone.localtime(override.expires_at):%H:%M}" in part
    WeatherOverride.objects.update(expires_at=timezone.now())
    assert "24 °" in text_of(sections(page())["Khe Sanh"])


def test_what_editors_and_sources_write_is_text(page):
    place = region("<b>Vùng</b>")
    observed(place, source="<i>X</i>")
    html = page()
    assert "<b>Vùng" not in html
    assert "<i>X" not in html


def test_more_regions_take_no_more_queries(client, db):
    make_home()
    WeatherRegion.objects.all().delete()
    counts = []
    for first, last in ((0, 3), (3, 30)):
        for number in range(first, last):
            observed(region(f"Vùng {number}"))
        client.get(PAGE)  # fills caches
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 8


def test_both_pages_lead_from_the_days_strip(client, db):
    make_home()
    observed(WeatherRegion.objects.first() or region())
    html = client.get(PAGE).content.decode()
    strip = html.partition('class="strip"')[2].partition("</div>")[0]
    assert f'href="{PAGE}"' in strip
