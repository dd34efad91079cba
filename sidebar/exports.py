"""Files for spreadsheets. CSV: UTF-8, figures with a decimal point, times of the ISO kind."""

import csv
from datetime import date, datetime
from io import BytesIO

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from . import currencies, providers

# What a spreadsheet takes for the beginning of a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PRICES = [
    gettext_lazy("Buys cash (đồng, decimal point)"),
    gettext_lazy("Buys by transfer (đồng, decimal point)"),
    gettext_lazy("Sells (đồng, decimal point)"),
]
SOURCE = [gettext_lazy("Source"), gettext_lazy("Terms of use")]


def board(rates):
    """The table of all rates. rates: ExchangeRates."""
    titles = [
        _("Currency code"),
        _("Currency"),
        *PRICES,
        _("Time at the source"),
        _("Fetched at"),
        *SOURCE,
    ]
    return csv_file("ty-gia.csv", titles, map(_row_of_board, rates))


def _row_of_board(rate):
    facts = [rate.currency, rate.local_name, *_prices(rate.shown)]
    if rate.typed:
        typed_at = _time(rate.typed.typed_at)
        until = _("until %(time)s") % {"time": _time(rate.typed.expires_at)}
        return [*facts, typed_at, typed_at, _("Typed by the office"), until]
    return [*facts, _time(rate.quoted_at), _time(rate.fetched_at), *_source(rate.source)]


def history(currency, changes):
    """Every change of one currency that is kept. changes: RateChanges."""
    titles = [
        _("Currency code"),
        _("Currency"),
        *PRICES,
        _("Recorded at"),
        _("Time at the source"),
        *SOURCE,
    ]
    name = str(currencies.NAMES.get(currency, currency))
    rows = (
        [
            currency,
            name,
            *_prices(change),
            _time(change.recorded_at),
            _time(change.quoted_at),
            *_source(change.source),
        ]
        for change in changes
    )
    return csv_file(f"ty-gia-{currency.lower()}.csv", titles, rows)


def _prices(priced):
    prices = (priced.buy_cash, priced.buy_transfer, priced.sell)
    return ["" if price is None else f"{price.normalize():f}" for price in prices]


def _time(moment):
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _source(name):
    source = providers.source(name)
    return [name, f"{source.terms}, {source.link}" if source else ""]


def csv_file(name, titles, rows):
    response = _answer("text/csv; charset=utf-8", name)
    # Without the mark, Excel takes UTF-8 for the letters of Western Europe.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([str(title) for title in titles])
    writer.writerows([harmless(_written(cell)) for cell in row] for row in rows)
    return response


def _written(cell):
    if cell is None:
        return ""
    return _time(cell) if isinstance(cell, datetime) else str(cell)


def harmless(text):
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# As wide as what stands there, in characters, within reason.
NARROWEST, WIDEST = 10, 60


def xlsx_file(name, titles, rows):
    """Numbers and days are such, so that they can be summed and sorted; all else is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
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
    content = BytesIO()
    book.save(content)
    response = _answer(XLSX, name)
    response.write(content.getvalue())
    return response


def _xlsx_cell(sheet, value):
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        # Whatever it begins with.
        cell.data_type = "s"
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


def _answer(kind, name):
    response = HttpResponse(content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
