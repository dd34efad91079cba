"""A sample of `make guide`: the story's windows, a text that is written, a panel, pictures."""

import pytest
from PIL import Image

from tests.e2e import guide_pictures

# What happens in the browser: one database tells as much as two.
pytestmark = pytest.mark.once


def test_the_guides_pages_show_the_pictures_that_are_taken():
    assert guide_pictures.astray() == []


def test_pictures_are_taken_from_a_running_portal(browser, portal, tmp_path):
    told = []
    names = ["dang-nhap", "gui-duyet", "tra-lai"]
    failed = guide_pictures.take(browser, portal, tmp_path, names, told.append)
    assert failed == {}
    assert len(told) == 3
    assert {file.stem for file in tmp_path.iterdir()} == set(names)
    for file in tmp_path.iterdir():
        image = Image.open(file)
        assert image.format == "WEBP"
        assert image.width <= guide_pictures.WIDTH
        assert file.stat().st_size <= guide_pictures.LARGEST
        # Something is to be seen.
        assert len(image.convert("L").getcolors()) > 20


def test_a_step_that_fails_is_told_and_the_others_go_on(browser, portal, tmp_path, monkeypatch):
    def broken(office):
        raise AssertionError("no such button")

    monkeypatch.setitem(guide_pictures.TAKEN, "vai-tro", broken)
    told = []
    names = ["vai-tro", "dang-nhap"]
    failed = guide_pictures.take(browser, portal, tmp_path, names, told.append)
    assert failed == {"vai-tro": "no such button"}
    assert "FAILED" in told[0]
    assert (tmp_path / "dang-nhap.webp").exists()


def test_a_picture_that_no_page_shows_is_astray(monkeypatch):
    monkeypatch.setitem(guide_pictures.TAKEN, "mat-trang", None)
    monkeypatch.delitem(guide_pictures.TAKEN, "vai-tro")
    assert guide_pictures.astray() == [
        "no page shows mat-trang",
        "vai-tro.md shows vai-tro, which nobody takes",
    ]
