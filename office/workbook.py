"""Tables as one file for Excel and its kin (XLSX)."""

from datetime import date, datetime
from io import BytesIO

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

# As wide as what stands there, in characters, within reason.
NARROWEST, WIDEST = 10, 60


def workbook(tables):
    """Its bytes: a sheet for each {title, or "" for the library's own: (titles, rows)}."""
    book = Workbook(write_only=True)
    for title, (titles, rows) in tables.items():
        _fill(book.create_sheet(title or None), titles, rows)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


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
