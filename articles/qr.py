"""QR codes of addresses, for paper."""

from functools import lru_cache
from itertools import groupby

import segno

# What readers of codes need to be blank around one. Source: ISO/IEC 18004, section 6.3.8.
MARGIN = 4


# Ten milliseconds of work each, and always the same.
@lru_cache(maxsize=2000)
def qr_code(text):
    """(the viewBox of an SVG, the path of the dark squares in it)"""
    matrix = segno.make(text, error="m", micro=False).matrix
    path = []
    for y, row in enumerate(matrix):
        x = 0
        for is_dark, squares in groupby(row):
            width = len(list(squares))
            if is_dark:
                path.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    side = len(matrix) + 2 * MARGIN
    return f"-{MARGIN} -{MARGIN} {side} {side}", "".join(path)
