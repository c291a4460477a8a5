"""The return as a workbook: its sheets drawn so that they can be filled in, checked as one types, and printed."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dbv_analysis.inputs.quarterly_return.read import READ_ME, SHEETS
from dbv_analysis.model.period import Quarter
from dbv_analysis.model.quarterly_return import DAY, FIGURE, FILL_IN, MONEY, MONTH, PERIOD, Column, Sheet
from dbv_analysis.model.settings import Programme
from dbv_analysis.model.units import COUNT, PERCENT, SYMBOLS
from dbv_analysis.reports.new_quarter.read_me import HEADERS, WIDTHS, read_me
from dbv_analysis.reports.new_quarter.sheets import Cells

MORE_ROWS = 20  # rows below the last for what is new, checked like the others
A4 = 9
AS_TEXT = "@"  # so that Excel makes no date of 2024-12

LINE = 15  # points
FACE = {"name": "Calibri", "size": 11}

HEAD = Font(**FACE, bold=True)
HEAD_TO_FILL = Font(**FACE, bold=True, color="FFFFFF")
BEFORE = Font(**FACE, color="595959")
DARK, PALE, GREY = (PatternFill("solid", start_color=colour) for colour in ("12436D", "FFF9DB", "EDEDED"))
FRAME = Border(*[Side("thin", color="595959")] * 4)
RULE = Border(bottom=Side("hair", color="595959"))
WRAPPED = Alignment(wrap_text=True, vertical="top")


def workbook(quarter: Quarter, programme: Programme, rows: Mapping[Sheet, Sequence[Cells]]) -> bytes:
    """An empty return as an .xlsx file; ``rows`` are those of ``sheets.sheets``."""
    book = Workbook()
    book.properties.title = f"Quarterly return, {quarter}"
    book.properties.creator = programme.area.name
    page = book.active
    page.title = READ_ME
    page.append(HEADERS)
    for row in read_me(quarter, programme):
        page.append([words or None for words in row])
    for cells in page.iter_rows():
        for cell in cells:
            cell.alignment, cell.border = WRAPPED, RULE
            cell.number_format = AS_TEXT
        cells[0].font = HEAD
    _set_out(page, HEADERS, WIDTHS)
    _make_room(page)
    for sheet in SHEETS:
        _draw(book.create_sheet(sheet.name), sheet.columns, rows[sheet])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _set_out(page: Worksheet, headers: Sequence[str], widths: Sequence[int]) -> None:
    """Header, widths and print settings."""
    for place, (header, width) in enumerate(zip(headers, widths, strict=True), start=1):
        cell = page.cell(1, place, header)
        to_fill = header.startswith(FILL_IN)
        cell.font, cell.fill, cell.alignment = HEAD_TO_FILL if to_fill else HEAD, DARK if to_fill else GREY, WRAPPED
        page.column_dimensions[get_column_letter(place)].width = width
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.oddFooter.left.text, page.oddFooter.right.text = "&A", "&P of &N"


def _make_room(page: Worksheet) -> None:
    """Rows as high as their words need: not every program works that out when it opens a file."""
    for cells in page.iter_rows():
        lines = [
            len(textwrap.wrap(str(cell.value), int(page.column_dimensions[cell.column_letter].width) - 1))
            for cell in cells
            if cell.value is not None
        ]
        page.row_dimensions[cells[0].row].height = LINE * max(lines, default=1)


def _draw(page: Worksheet, columns: Sequence[Column], rows: Sequence[Cells]) -> None:
    _set_out(page, [column.header for column in columns], [column.width for column in columns])
    for place, column in enumerate(columns, start=1):
        if column.holds not in (FIGURE, MONEY):
            page.column_dimensions[get_column_letter(place)].number_format = AS_TEXT
        for number, row in enumerate(rows, start=2):
            _write(page.cell(number, place), column, row.get(column.name))
    _make_room(page)
    letters = {column.name: get_column_letter(place) for place, column in enumerate(columns, start=1)}
    for column in columns:
        if column.holds:
            checked = _checked(column, letters)
            page.add_data_validation(checked)
            checked.add(f"{letters[column.name]}2:{letters[column.name]}{len(rows) + 1 + MORE_ROWS}")


def _write(cell: Cell, column: Column, value: object) -> None:
    cell.value = None if value == "" else value
    if cell.data_type == "f":
        cell.data_type = "s"  # what begins like a formula is a text: it came from a table
    cell.alignment, cell.border = WRAPPED, RULE
    if column.holds:
        cell.fill, cell.border = PALE, FRAME
    elif column.name.startswith(("last", "planned", "suggested", "metric_id")):
        cell.font = BEFORE
    if isinstance(value, int):
        cell.number_format = "#,##0"
    elif isinstance(value, str | None) and column.holds not in (FIGURE, MONEY):
        cell.number_format = AS_TEXT


def _checked(column: Column, letters: Mapping[str, str]) -> DataValidation:
    """What Excel lets a person type into a column's cells; formulas are those of row 2, the first."""
    cell = f"{letters[column.name]}2"
    symbols = ",".join(f'{cell}="{symbol}"' for symbol in SYMBOLS)
    words = column.written
    if isinstance(column.holds, tuple):
        rule = DataValidation("list", formula1=f'"{",".join(column.holds)}"')
    elif column.holds == PERIOD:
        rule = DataValidation("list", formula1=f"${letters['suggested period']}2")
        words = "Take the suggestion from the list, or write another period. Needed wherever there is a value."
    elif column.holds == FIGURE:
        unit = f"${letters['unit']}2"
        count = f"AND({cell}>=0,INT({cell})={cell})"
        share = f"AND({cell}>=0,{cell}<=100)"
        number = f'IF({unit}="{COUNT.name}",{count},IF({unit}="{PERCENT.name}",{share},TRUE))'
        rule = DataValidation("custom", formula1=f"IF(ISNUMBER({cell}),{number},OR({symbols}))")
    elif column.holds == MONEY:
        rule = DataValidation("custom", formula1=f"OR(ISNUMBER({cell}),{symbols})")
    else:
        length, dashes = {DAY: (10, (5, 8)), MONTH: (7, (5,))}[column.holds]
        written = ",".join(f'MID({cell},{place},1)="-"' for place in dashes)
        rule = DataValidation("custom", formula1=f"OR(ISNUMBER({cell}),AND(LEN({cell})={length},{written}))")
    rule.allow_blank = True
    rule.promptTitle = rule.errorTitle = column.name.capitalize()
    rule.prompt = rule.error = words[:255]
    rule.showInputMessage = True
    # A period other than the one that the list offers may be typed; it is checked when it is read.
    rule.showErrorMessage = column.holds != PERIOD
    return rule
