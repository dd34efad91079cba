"""Colours and sizes come from tokens, so that dark, high contrast and forced colours reach all."""

import gzip
import re
from pathlib import Path

import pytest

from home.colours import PAIRS, contrast, token_sets

pytestmark = pytest.mark.once

SHEET = Path("site/static/css/portal.css").read_text(encoding="utf-8")
SCREEN = SHEET.split("@media print {")[0].split("@layer base {")[1]


def rules(pattern):
    return [line.strip() for line in SCREEN.splitlines() if re.search(pattern, line)]


@pytest.mark.parametrize("name", token_sets())
def test_words_can_be_read_on_their_grounds(name):
    tokens = token_sets()[name]
    enough = 7 if "contrast" in name else 4.5
    ratios = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in PAIRS}
    ratios |= {("white", "alarm"): contrast("#ffffff", tokens["alarm"])}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < enough} == {}


def test_no_component_has_colours_of_its_own():
    # White paper under a drawing and a page's picture, black of mourning, white on the alarm's red.
    constant = re.compile(r"^\.(alert-urgent|mourning-line|qr|document-picture)\b")
    assert [rule for rule in rules(r"#[0-9a-f]{3}|rgb\(") if not constant.match(rule)] == []


def test_sizes_of_letters_come_from_the_scale():
    # A chart's letters are measured in the drawing.
    odd = [rule for rule in rules("font-size") if not re.search(r"var\(--text-|inherit", rule)]
    assert [rule for rule in odd if not rule.startswith(".chart text")] == []
    assert re.findall(r"var\(--text-(\d)\)", SHEET)
    assert set(re.findall(r"var\(--text-(\d)\)", SHEET)) <= set("123456")


def test_every_token_that_is_used_is_set():
    used = set(re.findall(r"var\(--([a-z0-9-]+)", SHEET))
    own = {"office-brand", "office-brand-dark", "zoom", "alert"}
    assert used - own <= set(token_sets()["light"])
    assert set(token_sets()["light"]) <= used


def test_nothing_moves_unless_readers_let_it():
    still, moving = SHEET.split("@media (prefers-reduced-motion: no-preference) {")
    assert "scroll-behavior" in moving.split("}")[0]
    assert "scroll-behavior" not in still
    # What was copied comes and goes; it does not move.
    assert "transition" not in SHEET
    assert re.findall(r"animation: (\w+)", SHEET) == ["copied"]
    frames = SHEET.split("@keyframes copied {")[1].split("\n    }\n")[0]
    assert set(re.findall(r"([a-z-]+):", frames)) == {"visibility"}


def test_the_style_sheet_is_small():
    assert len(gzip.compress(SHEET.encode(), 9)) < 12 * 1024
