"""The quarterly return: the workbook that ``dbv new-quarter`` writes and the authority fills in.

A row whose fill-in cells are all empty has not been reported yet, and is passed over. Of the other columns only
those that name the row are read, so what was reported last can never come in again as a new figure.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from dbv_analysis.inputs.input_format import Format, Input, Read
from dbv_analysis.inputs.tidy import HEADER_ROWS, ORIGIN
from dbv_analysis.model.period import Period, Quarter
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.quarterly_return import ALL_LINES, FILL_IN, MONTH, Sheet
from dbv_analysis.model.tables import TABLES
from dbv_analysis.model.wording import did_you_mean, listed

READ_ME = "Read me"
Problem = Callable[[str, str, int | None, str], None]  # what, fix, row, column
PROTECTED = b"\xd0\xcf\x11\xe0"  # how a workbook with a password, or one of Excel 97, begins


# The sheets in the order in which they stand. What each holds is declared beside the columns of its table.
FIGURES, GRANT, PHASES, RISKS, MILESTONES = SHEETS = tuple(
    TABLES[name].sheet for name in ("own_figures", "grant", "phases", "risks", "milestones")
)
MONTHS = {column.name for sheet in SHEETS for column in sheet.columns if column.unit == MONTH}


@dataclass(frozen=True)
class Row:
    """A row that somebody filled in: its number as Excel gives it, and its cells as text by column."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_return(path: Path, shown: str) -> tuple[dict[str, pd.DataFrame], list[DataProblem]]:
    """Read a return: what was filled in, by table, and what is wrong with it.

    Args:
        path: the workbook.
        shown: the file's name in messages.

    Returns frames of text as ``tidy.validate`` takes them, with the columns ``ORIGIN``, and none for a table of
    which nothing was filled in; and the problems, to be told along with those that ``validate`` finds.

    Raises DataProblems where the file is not a workbook, or has other sheets or columns than a return.
    """
    typed = _open(path, shown, data_only=False)
    saved = _open(path, shown, data_only=True) if _has_formulas(typed) else typed
    problems = _wrong_sheets(typed.sheetnames, shown)
    columns = {}
    for sheet in SHEETS:
        if sheet.name in typed.sheetnames:
            columns[sheet], wrong = _columns(typed[sheet.name], sheet, shown)
            problems += wrong
    if problems:
        raise DataProblems(problems)
    frames = {}
    for sheet in SHEETS:
        rows, wrong = _filled_in(typed[sheet.name], saved[sheet.name], sheet, columns[sheet], shown)
        problems += wrong
        if rows:
            frames[sheet.table] = _frame(sheet, rows, shown)
    return frames, problems


def _open(path: Path, shown: str, data_only: bool) -> Workbook:
    with path.open("rb") as stream:
        if stream.read(len(PROTECTED)) == PROTECTED:
            what = "is protected by a password, or is a workbook of an old kind."
            fix = "Open it in Excel, take the password out and save it as Excel Workbook (.xlsx)."
            raise DataProblems([DataProblem(shown, what, fix)])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's, of what it does not keep; nothing is written back
            return load_workbook(path, data_only=data_only)
    except Exception as error:  # a broken file fails wherever the parser happens to be
        reason = (str(error).splitlines() or ["unknown"])[0]
        fix = "Open it in Excel and save it as Excel Workbook (.xlsx), or take the last good copy."
        raise DataProblems([DataProblem(shown, f"cannot be opened as a workbook ({reason}).", fix)]) from None


def _has_formulas(book: Workbook) -> bool:
    """Whether what is typed and what is saved are two things somewhere."""
    return any(cell.data_type == "f" for page in book.worksheets for row in page.iter_rows() for cell in row)


def place(shown: str, sheet: Sheet) -> str:
    """Where a row of a sheet stands, as a problem and a result's provenance name it."""
    return f"{shown}, sheet {sheet.name}"


def _wrong_sheets(found: list[str], shown: str) -> list[DataProblem]:
    missing = [sheet.name for sheet in SHEETS if sheet.name not in found]
    extra = [name for name in found if name not in (READ_ME, *(sheet.name for sheet in SHEETS))]
    problems = []
    for name in missing:
        fix = f"Give it its name again, or put it back from another copy.{did_you_mean(name, extra)}"
        problems.append(DataProblem(shown, f'has no sheet "{name}".', fix))
    named = f", or give it the name that it had: {listed(missing, 'or')}" if missing else ""
    for name in extra:
        problems.append(DataProblem(shown, f'has a sheet "{name}", which would not be read.', f"Take it out{named}."))
    return problems


def _column(header: object) -> str:
    """The column that a header names: ``fill in: spend (£)`` is ``spend``."""
    words = " ".join(str(header or "").split())
    return re.sub(r" \(.*\)$", "", words.removeprefix(FILL_IN))


def _columns(page: Worksheet, sheet: Sheet, shown: str) -> tuple[dict[str, int], list[DataProblem]]:
    """Where each column of the sheet stands, and a problem for each that is missing or stands there twice."""
    headers = [_column(cell.value) for cell in page[HEADER_ROWS]]
    others = [header for header in headers if header and header not in sheet.read]
    problems = []
    for name in sheet.read:
        if name not in headers:
            what, fix = f'There is no column "{name}".', f"Put its header back.{did_you_mean(name, others)}"
        elif headers.count(name) > 1:
            what, fix = f'There is more than one column "{name}".', "Keep the one that is filled in."
        else:
            continue
        problems.append(DataProblem(place(shown, sheet), what, fix, HEADER_ROWS, name))
    return {name: headers.index(name) for name in sheet.read if name in headers}, problems


def _filled_in(
    typed: Worksheet, saved: Worksheet, sheet: Sheet, columns: dict[str, int], shown: str
) -> tuple[list[Row], list[DataProblem]]:
    """The rows of a sheet that somebody filled in, and what is wrong with them as rows."""
    every, rows, problems = [], [], []

    def problem(what: str, fix: str, row: int | None, column: str) -> None:
        problems.append(DataProblem(place(shown, sheet), what, fix, row, column))

    below = {"min_row": HEADER_ROWS + 1, "max_row": typed.max_row, "max_col": typed.max_column}
    both = zip(typed.iter_rows(**below), saved.iter_rows(**below), strict=True)
    for number, (formulas, values) in enumerate(both, start=HEADER_ROWS + 1):
        unsaved = [name for name, at in columns.items() if formulas[at].data_type == "f" and values[at].value is None]
        row = Row(number, {name: _text(values[at], name) for name, at in columns.items()})
        every.append(row)
        given = [name for name in sheet.fill if row[name] or name in unsaved]
        if not given:
            continue
        for name in unsaved:
            fix = "Type the figure itself, or open the file in Excel and save it there."
            problem("holds a formula whose result was not saved.", fix, number, name)
        for name in [name for name in sheet.fill if sheet.whole and name not in given]:
            fix = f"Fill it in, or empty {listed(given)} too: an empty row is not reported yet."
            problem(f"is empty, and {listed(given)} is not.", fix, number, name)
        rows.append(row)
    rows = _repeated(_of_a_quarter(rows, problem), sheet, problem)
    if sheet is GRANT:
        _check_totals(rows, every, problem)
    return rows, problems


def _text(cell: Cell, column: str) -> str:
    """A cell as a table of text has it: a day as year-month-day, 45% as it is shown, a whole number without a point."""
    value = cell.value
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value:%Y-%m}" if column in MONTHS else value.isoformat()  # a day stands for its month
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Excel keeps 15 digits, and what is shown as 45% as 0.45.
        return f"{value * 100:.15g}%" if "%" in cell.number_format else f"{value:.15g}"
    return "" if value is None else str(value).strip()


def _of_a_quarter(rows: list[Row], problem: Problem) -> list[Row]:
    """The rows whose quarter, where they have one, is a quarter."""
    good = []
    for row in rows:
        try:
            if "quarter" in row.cells:
                Quarter(row["quarter"])
        except ValueError as error:
            what, _, fix = str(error).partition(". ")
            problem(f"{what}.", fix, row.number, "quarter")
        else:
            good.append(row)
    return good


def _repeated(rows: list[Row], sheet: Sheet, problem: Problem) -> list[Row]:
    """The rows of which each says something of its own."""
    first: dict[tuple[str, ...], Row] = {}
    kept = []
    for row in rows:
        key = tuple(_one_spelling(row[name]) if name == "period" else row[name] for name in sheet.key)
        if key in first and all(key):
            what = f"repeats row {first[key].number}: {', '.join(key)}."
            problem(what, "Keep one of the two rows.", row.number, " + ".join(sheet.key))
        else:
            kept.append(row)
            first.setdefault(key, row)
    return kept


def _one_spelling(text: str) -> str:
    try:
        return Period.parse(text).text
    except ValueError:
        return text


def _check_totals(rows: list[Row], every: list[Row], problem: Problem) -> None:
    """Lines of a quarter need its total from the ledger beside them."""
    for quarter in dict.fromkeys(row["quarter"] for row in rows):
        totals = [row for row in every if (row["quarter"], row["line"]) == (quarter, ALL_LINES)]
        if not any(row["spend"] for row in totals):
            what = f'is empty for "{ALL_LINES}", and lines of {quarter} are filled in.'
            fix = f'In the row "{ALL_LINES}" fill in the total that the ledger shows for the quarter.'
            problem(what, fix, totals[0].number if totals else None, "spend")


def _frame(sheet: Sheet, rows: Iterable[Row], shown: str) -> pd.DataFrame:
    """Rows as the table has them, each cell text, with the place that it came from."""
    records = [
        record | dict(zip(ORIGIN, (place(shown, sheet), row.number, column), strict=True))
        for row in rows
        for column, record in _records(sheet, row)
    ]
    frame = pd.DataFrame(records)
    # What a document prints, and where in it, is not asked for here; the rest is given to every table alike.
    given = {"area_code", "area_name", "geographic_level", "period", "symbol", "count", *frame}
    return frame.assign(**{name: "" for name in TABLES[sheet.table].columns if name not in given})


def _records(sheet: Sheet, row: Row) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of the table that a row of the sheet holds, each with the column that it came from."""
    if sheet is GRANT:
        line = {"period": f"quarter {row['quarter']}", "workstream": row["workstream"], "line": row["line"]}
        for name in sheet.fill:
            if row[name]:
                yield name, line | {"measure": name, "pounds": row[name]}
    else:
        yield "value", row.cells | ({"said_in": "detail"} if sheet is PHASES else {})


def at_its_row(frame: pd.DataFrame, text: pd.DataFrame, table: str) -> pd.DataFrame:
    """A validated frame whose ``file`` and ``row`` say the sheet and the row that each figure was typed into."""
    sheet = next(sheet for sheet in SHEETS if sheet.table == table)
    return frame.assign(file=[place(file, sheet) for file in frame["file"]], row=text["origin_row"])


def read_input(given: Input) -> Read:
    tables, problems = read_return(given.path, given.shown)
    return Read(tables, problems=problems)


FORMAT = Format(read_input, at_its_row=at_its_row)
