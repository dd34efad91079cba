"""A contact sheet of every kind of page: wide and narrow, light and dark.

make screens                                                   docs/screens/contact-sheet.webp
python -m tests.gates.screens --only poll --keep /tmp/shots    some at their full size, and no sheet
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.gates import running

SHEET = running.ROOT / "docs" / "screens" / "contact-sheet.webp"
LARGEST = 2_000_000  # bytes
COLUMNS = 2
GAP, TITLE = 12, 26
# As wide as on the sheet, by the width of the window; all as high.
SHOWN, HEIGHT = {1280: 300, 360: 104}, 370
GROUND, INK = "#c8ced6", "#16202b"


def shots(site, browser):
    """(place, [picture of it for each width and light]) of every place."""
    windows = {width: running.window(browser, site, width) for width in sorted(SHOWN, reverse=True)}
    for place in site.places:
        taken = {}
        for width, page in windows.items():
            for light in ("light", "dark"):
                page.emulate_media(color_scheme=light)
                running.open_place(page, place)
                see_all(page)
                shot = page.screenshot(full_page=True, animations="disabled")
                taken[width, light] = Image.open(io.BytesIO(shot)).convert("RGB")
        running.say(place.name)
        yield place, taken


def see_all(page):
    """Pictures that wait until a reader comes near."""
    for picture in page.locator("img[loading=lazy]").all():
        picture.scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_load_state("networkidle")


def cell(place, taken):
    width = sum(SHOWN[width] for width, _light in taken) + GAP * (len(taken) + 1)
    made = Image.new("RGB", (width, TITLE + HEIGHT + GAP), GROUND)
    draw = ImageDraw.Draw(made)
    draw.text((GAP, 4), place.name, INK, ImageFont.load_default(16))
    left = GAP
    for (window, _light), shot in taken.items():
        scale = SHOWN[window] / shot.width
        small = shot.resize((SHOWN[window], round(shot.height * scale)), Image.Resampling.LANCZOS)
        made.paste(small.crop((0, 0, small.width, min(small.height, HEIGHT))), (left, TITLE))
        left += SHOWN[window] + GAP
    return made


def sheet(cells):
    rows = -(-len(cells) // COLUMNS)
    width, height = cells[0].size
    made = Image.new("RGB", (width * COLUMNS, height * rows + GAP), GROUND)
    for number, one in enumerate(cells):
        row, column = divmod(number, COLUMNS)
        made.paste(one, (column * width, row * height + GAP))
    return made


def keep(made, path):
    """As good as the limit allows."""
    for quality in range(80, 20, -10):
        made.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= LARGEST:
            return
    raise AssertionError(f"{path} is larger than {LARGEST} bytes")


def main():
    parser = running.parser_of("tests.gates.screens", __doc__)
    parser.add_argument("--keep", type=Path, help="a folder for the pictures at their full size")
    options = parser.parse_args()
    cells = []
    with (
        tempfile.TemporaryDirectory(prefix="gate-screens-") as folder,
        running.site(folder, only=options.only) as site,
        running.browser() as browser,
    ):
        for place, taken in shots(site, browser):
            cells.append(cell(place, taken))
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                for (width, light), shot in taken.items():
                    shot.save(options.keep / f"{place.name}-{width}-{light}.png")
    if not options.only:
        keep(sheet(cells), SHEET)
        running.write(f"{SHEET.relative_to(running.ROOT)}: {SHEET.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    sys.exit(main())
