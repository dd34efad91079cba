"""A small map of the province, drawn by ourselves, to place a weather region on."""

from dataclasses import dataclass

from django import forms
from django.forms.widgets import Script
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from wagtail.admin.panels import Panel
from wagtail.admin.staticfiles import versioned_static

from .models import WeatherRegion

# Degrees. Quảng Trị, from Đèo Ngang to the border of Huế, from Laos to Cồn Cỏ.
WEST, EAST, SOUTH, NORTH = 105.5, 107.7, 16.2, 18.2
# Pixels for a degree; on this latitude a degree of longitude is as wide as this.
TALL = 220
WIDE = 210
WIDTH, HEIGHT = round((EAST - WEST) * WIDE), round((NORTH - SOUTH) * TALL)
# Well-known points on the coast, from north to south: Đèo Ngang, cửa Nhật Lệ, cửa Tùng, cửa Việt,
# where the province ends. Straight lines between them: it is there to find one's way.
COAST = [(17.95, 106.51), (17.48, 106.63), (17.02, 107.11), (16.90, 107.19), (16.68, 107.43)]


@dataclass(frozen=True)
class Point:
    """In pixels; as text, since templates would write a comma."""

    x: str
    y: str
    label: str = ""
    # On which side of the point the label stands.
    is_left: bool = False

    @classmethod
    def at(cls, latitude, longitude, label="", is_left=False):
        x = (float(longitude) - WEST) * WIDE
        y = (NORTH - float(latitude)) * TALL
        return cls(f"{x:.1f}", f"{y:.1f}", label, is_left)


def on_map(latitude, longitude):
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


def drawing(but=None):
    """What the map shows besides the region that is placed (`but`)."""
    others = [
        (float(region.latitude), float(region.longitude), region.name)
        for region in WeatherRegion.objects.exclude(pk=but)
        if on_map(region.latitude, region.longitude)
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "frame": {"west": str(WEST), "north": str(NORTH), "wide": str(WIDE), "tall": str(TALL)},
        "parallels": [
            Point.at(degrees, WEST, _("%(degrees)s° N") % {"degrees": number_format(degrees)})
            for degrees in (16.5, 17.0, 17.5, 18.0)
        ],
        "meridians": [
            Point.at(NORTH, degrees, _("%(degrees)s° E") % {"degrees": number_format(degrees)})
            for degrees in (106.0, 106.5, 107.0, 107.5)
        ],
        "coast": " ".join(f"{p.x},{p.y}" for p in (Point.at(*place) for place in COAST)),
        "others": [Point.at(*other, is_left=_is_crowded(other, others)) for other in others],
    }


def _is_crowded(place, others):
    """Whether another name stands where this one's would be, to the right of its point."""
    latitude, longitude, _name = place
    return any(
        abs(other[0] - latitude) * TALL < 12 and 0 < (other[1] - longitude) * WIDE < 70
        for other in others
    )


class MapPanel(Panel):
    """Below the fields `latitude` and `longitude`, which work without it."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "sidebar/admin/region_map.html"

        @property
        def media(self):
            return forms.Media(
                # A module: it runs when the form is there.
                js=[Script(versioned_static("sidebar/admin/region_map.js"), type="module")],
                css={"all": [versioned_static("sidebar/admin/region_map.css")]},
            )

        def get_context_data(self, parent_context=None):
            return {
                **super().get_context_data(parent_context),
                **drawing(but=self.instance.pk),
                "latitude": self.form["latitude"],
                "longitude": self.form["longitude"],
                "marker": self._marker(),
            }

        def _marker(self):
            """Where it stands now; hidden where there is no such place on the map."""
            try:
                place = [float(self.form[name].value()) for name in ("latitude", "longitude")]
            except (TypeError, ValueError):
                return None
            return Point.at(*place) if on_map(*place) else None
