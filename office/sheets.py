"""Tables for spreadsheets, whose cells may hold what readers and editors typed."""

import csv
from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone

# What a spreadsheet takes for the beginning of a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text):
    """A cell of a CSV file that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def csv_file(name, titles, rows):
    """The answer to a request: UTF-8, figures with a decimal point, times of the ISO kind."""
    response = _download("text/csv; charset=utf-8", name)
    # Without the mark, Excel takes UTF-8 for the letters of Western Europe.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([str(title) for title in titles])
    writer.writerows([harmless(_written(cell)) for cell in row] for row in rows)
    return response


def _written(cell):
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).isoformat(timespec="seconds")
    return str(cell)


def xlsx_file(name, titles, rows, more=None):
    """The answer to a request: numbers and days are such, so that they can be summed and sorted;
    all else is text. `more`: {title of a further sheet: (titles, rows)}."""
    # 4 MB of every process otherwise, for what the office asks for now and then.
    from .workbook import workbook

    response = _download(XLSX, name)
    response.write(workbook({"": (titles, rows)} | (more or {})))
    return response


def _download(kind, name):
    response = HttpResponse(content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# {ending: how it is made}
FILES = {"xlsx": xlsx_file, "csv": csv_file}
