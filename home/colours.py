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
# What the office's settings may replace has the portal's own behind it.
OWN = re.compile(r"var\(--office-[a-z-]+, ([^)]+)\)")
DARK = "(prefers-color-scheme: dark)"
# Words and what they stand on: everywhere on the page's grounds, and on grounds of their own.
PAIRS = [
    *(
        (word, ground)
        for word in ("ink", "muted", "link", "brand", "good", "wait")
        for ground in ("paper", "wash")
    ),
    *((word, f"{word}-ground") for word in ("link", "good", "wait")),
    *(("ink", f"{name}-ground") for name in ("link", "good", "wait")),
    ("on-brand", "brand-ground"),
]


@cache
def token_sets():
    """{name: {token: value}} of everything that the style sheet's first layer sets."""
    sheet = Path(finders.find("css/portal.css")).read_text(encoding="utf-8")
    layer = re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)
    layer = layer.split("@layer tokens {", 1)[1].split("@layer base {", 1)[0]
    rules = {
        (condition.strip(), selector.strip()): dict(TOKEN.findall(OWN.sub(r"\1", body)))
        for condition, selector, body in RULES.findall(layer)
    }
    light = rules["", ":root"]
    dark = light | rules[DARK, ":root"]
    strong = rules["", "[data-contrast]"]
    sets = {
        "light": light,
        "dark": dark,
        "contrast": light | strong,
        "dark contrast": dark | strong | rules[DARK, "[data-contrast]"],
        "mourning": light | rules["", ".mourning"],
        "dark mourning": dark | rules["", ".mourning"] | rules[DARK, ".mourning"],
    }
    return {name: _written_out(tokens) for name, tokens in sets.items()}


def _written_out(tokens):
    """Tokens that name others as what these are, and colours of three digits as those of six."""
    found = {
        name: tokens[value[6:-1]] if value.startswith("var(--") else value
        for name, value in tokens.items()
    }
    return {
        name: "#" + "".join(2 * digit for digit in value[1:])
        if value.startswith("#") and len(value) == 4
        else value
        for name, value in found.items()
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
