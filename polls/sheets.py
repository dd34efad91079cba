"""Tables for spreadsheets, whose cells may hold what readers and editors typed."""

import csv
import io
import math

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

# What a spreadsheet takes for the beginning of a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# In letters; a wider column would push the others off the screen.
NARROWEST, WIDEST = 10, 60


def harmless(text):
    """A cell of a CSV file that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def csv_file(name, titles, rows):
    """The answer to a request: UTF-8, cells as `str()` has them."""
    response = _download(name, "text/csv; charset=utf-8")
    # Without the mark, Excel takes UTF-8 for the letters of Western Europe.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([str(title) for title in titles])
    writer.writerows([harmless(str(cell)) for cell in row] for row in rows)
    return response


def xlsx_file(name, sheets):
    """The answer to a request. sheets: {its title: (titles of columns, rows)}; numbers stay
    numbers, and a text stays one whatever it begins with."""
    book = Workbook()
    book.remove(book.active)
    for title, (titles, rows) in sheets.items():
        _fill(book.create_sheet(str(title)[:31]), [str(one) for one in titles], rows)
    content = io.BytesIO()
    book.save(content)
    response = _download(name, XLSX)
    response.write(content.getvalue())
    return response


def _fill(sheet, titles, rows):
    widths = [len(title) for title in titles]
    sheet.append(titles)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.data_type = TYPE_STRING
            else:
                cell.value = value
            widths[column - 1] = max(widths[column - 1], len(str(value)))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, width in enumerate(widths, start=1):
        wide = min(max(math.ceil(1.1 * width), NARROWEST), WIDEST)
        sheet.column_dimensions[get_column_letter(column)].width = wide
    sheet.freeze_panes = "A2"


def _download(name, content_type):
    response = HttpResponse(content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
