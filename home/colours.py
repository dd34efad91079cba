"""Contrast of colours as WCAG 2.2 counts it, over the tokens that portal.css draws with."""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

# WCAG 2.2, 1.4.3: text of the usual size.
ENOUGH = 4.5
HEX = re.compile(r"#[0-9a-f]{6}")
# Rules of the tokens' layer, with the condition that they stand under.
RULES = re.compile(r"(?:@media ([^{]+)\{\s*)?([^{}@]+)\{([^{}]+)\}")
TOKEN = re.compile(r"--([a-z0-9-]+): ([^;]+);")
FALLBACK = re.compile(r"var\(--[a-z-]+, ([^)]+)\)")
DARK = "(prefers-color-scheme: dark)"


@cache
def token_sets():
    """{name: {token: value}} of everything that the style sheet's first layer sets."""
    sheet = Path(finders.find("css/portal.css")).read_text(encoding="utf-8")
    layer = re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)
    layer = layer.split("@layer tokens {", 1)[1].split("@layer base {", 1)[0]
    rules = {
        (condition.strip(), selector.strip()): dict(TOKEN.findall(FALLBACK.sub(r"\1", body)))
        for condition, selector, body in RULES.findall(layer)
    }
    light = rules["", ":root"]
    dark = light | rules[DARK, ":root"]
    strong = light | rules["", "[data-contrast]"]
    return {
        "light": _written_out(light),
        "dark": _written_out(dark),
        "contrast": _written_out(strong),
        "dark contrast": _written_out(dark | strong | rules[DARK, "[data-contrast]"]),
    }


def _written_out(tokens):
    """With colours of three digits as those of six."""
    short = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
    return {
        name: short.sub(r"#\1\1\2\2\3\3", value) if len(value) == 4 else value
        for name, value in tokens.items()
    }


def contrast(one, other):
    darker, lighter = sorted([_luminance(one), _luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour, tokens):
    """Of brand-coloured text on all that it stands on: the page, a wash, a pill's own tint."""
    paper = tokens["paper"]
    tint = _hex(0.1 * c + 0.9 * p for c, p in zip(_channels(colour), _channels(paper), strict=True))
    return min(contrast(colour, ground) for ground in (paper, tokens["wash"], tint))


def as_light_brand(colour):
    """The colour, or the nearest darker one that can be read on light grounds and holds white."""
    return _nearest(colour, token_sets()["light"], 0)


def as_dark_brand(colour):
    """The colour, or the nearest lighter one that can be read on dark grounds."""
    return _nearest(colour, token_sets()["dark"], 1)


def _nearest(colour, tokens, end):
    """With its hue, and lightness moved towards the end: 0 is black, 1 is white."""
    hue, lightness, saturation = rgb_to_hls(*_channels(colour))
    steps = 256
    candidates = (
        _hex(hls_to_rgb(hue, lightness + (end - lightness) * step / steps, saturation))
        for step in range(steps + 1)
    )
    return next(found for found in candidates if least_contrast(found, tokens) >= ENOUGH)


def _channels(colour):
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def _hex(channels):
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)


def _luminance(colour):
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
