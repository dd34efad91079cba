"""Tables for spreadsheets, whose cells may hold what readers and editors typed."""

import csv
from datetime import date, datetime
from io import BytesIO

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

# What a spreadsheet takes for the beginning of a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# As wide as what stands there, in characters, within reason.
NARROWEST, WIDEST = 10, 60


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
    book = Workbook(write_only=True)
    _fill(book.create_sheet(), titles, rows)
    for title, (further_titles, further_rows) in (more or {}).items():
        _fill(book.create_sheet(title), further_titles, further_rows)
    content = BytesIO()
    book.save(content)
    response = _download(XLSX, name)
    response.write(content.getvalue())
    return response


def _fill(sheet, titles, rows):
    rows = [[str(title) for title in titles], *rows]
    for number, column in enumerate(zip(*rows, strict=True), start=1):
        longest = max(len(str(cell)) for cell in column)
        width = max(NARROWEST, min(longest + 2, WIDEST))
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        cells = [_xlsx_cell(sheet, value) for value in row]
        if number == 0:
            for cell in cells:
                cell.font = Font(bold=True)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append(cells)


def _xlsx_cell(sheet, value):
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        # Whatever it begins with.
        cell.data_type = TYPE_STRING
        return cell
    if isinstance(value, datetime):
        # Excel knows no zones.
        cell = WriteOnlyCell(sheet, timezone.make_naive(value))
        cell.number_format = "dd/mm/yyyy hh:mm"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "dd/mm/yyyy"
        return cell
    return value


def _download(kind, name):
    response = HttpResponse(content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# {ending: how it is made}
FILES = {"xlsx": xlsx_file, "csv": csv_file}
