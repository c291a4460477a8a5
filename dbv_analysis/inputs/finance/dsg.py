"""The DfE's workbook of dedicated schools grant allocations → the high needs block of every area.

Everything is found by what the headings say: the sheet that has the high needs block both before and after the
deductions, the year, and the unit. Headings **seen**: the workbook of 20 July 2023 (2023 to 2024). The DfE's
benchmarking service (DFE-Digital/education-benchmarking-and-insights, ``input_schemas/dsg.py``, **seen**) finds these
words in the other sheets of later years; a year that words its headings otherwise is refused and told.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dbv_analysis.inputs.finance import money
from dbv_analysis.inputs.finance.authorities import COUNTRY, area_of
from dbv_analysis.inputs.input_format import Format, Input, Read
from dbv_analysis.inputs.tidy import ORIGIN
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.wording import listed

BLOCK = "high needs block"
LINES = {"before": "High needs block before deductions", "after": "High needs block after deductions"}
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
FIX = "Download it again from GOV.UK; if its layout has changed, give the figures as a table high_needs_funding."


@dataclass(frozen=True)
class _Column:
    """One column of a sheet: where it is, which figure of the block it holds, and its headings, the lowest last."""

    number: int
    line: str
    headings: tuple[str, ...]


def read_allocations(path: Path, shown: str) -> tuple[pd.DataFrame, list[str]]:
    """Rows of ``high_needs_funding`` as text, and what to warn of.

    Every authority, region and England; ``pounds`` in pounds whatever the sheet's unit. Areas by type of authority
    are left out, and one whose code is not known is warned of.

    Raises DataProblems where the workbook cannot be read, or does not say what is the block, its year or its unit.
    """
    sheets = _sheets(path, shown)
    columns = {name: _columns(sheet) for name, sheet in sheets.items()}
    chosen = [name for name in sheets if sorted(column.line for column in columns[name]) == sorted(LINES)]
    if len(chosen) != 1:
        raise DataProblems([DataProblem(shown, _not_found(columns, chosen), FIX)])
    (name,) = chosen
    sheet, where = sheets[name], f"{shown}, sheet {name}"
    first = _first_row(sheet)
    year = _year(sheet[:first], where)
    units = {column: _unit(column, sheet, where) for column in columns[name]}
    rows, warnings = [], []
    for number, cells in enumerate(sheet[first:].itertuples(index=False, name=None), start=first + 1):
        area = area_of(cells[0])
        if area:
            for column, unit in units.items():
                pounds = money.amount(cells[column.number], unit)
                origin = (where, number, column.headings[-1])
                rows.append((*area, year, "allocation", LINES[column.line], pounds, *origin))
        elif cells[0].isdigit():
            warnings.append(f"{where}: {cells[0]} ({cells[1]}) is no authority that is known here, and is left out.")
    header = ["area_code", "area_name", "geographic_level", "period", "account", "line", "pounds", *ORIGIN]
    return _once(pd.DataFrame(rows, columns=header), where), warnings


def _sheets(path: Path, shown: str) -> dict[str, pd.DataFrame]:
    """The sheets of a workbook, each cell as text."""
    try:
        sheets = pd.read_excel(_opened(path), sheet_name=None, header=None, engine="calamine", dtype=object)
    except Exception:  # whatever a damaged workbook raises
        fix = "Download it again; it is to be an .ods or .xlsx workbook."
        raise DataProblems([DataProblem(shown, "cannot be read as a workbook.", fix)]) from None
    return {name: sheet.map(_text) for name, sheet in sheets.items()}


def _opened(path: Path) -> io.BytesIO:
    """The workbook; an .ods that lacks its statement of type, as the DfE's does, has it put in."""
    content = io.BytesIO(path.read_bytes())
    if path.suffix.lower() == ".ods":
        with zipfile.ZipFile(content, "a") as archive:
            if "mimetype" not in archive.namelist():
                archive.writestr("mimetype", OPEN_DOCUMENT)
        content.seek(0)
    return content


def _text(cell: object) -> str:
    """A cell's text on one line; a whole number without its point, nothing as nothing."""
    if cell is None or cell != cell:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else " ".join(str(cell).split())


def _first_row(sheet: pd.DataFrame) -> int:
    """The row of the first area, England's or an authority's; the headings stand above it. All rows where none is."""
    for number, text in enumerate(sheet.get(0, ())):
        if text.lower() == COUNTRY or re.fullmatch(r"\d{3}", text):
            return number
    return len(sheet)


def _columns(sheet: pd.DataFrame) -> list[_Column]:
    """The columns of a sheet that hold the block, from their headings; a heading above several is that of each."""
    first = _first_row(sheet)
    if first == len(sheet):
        return []
    above = sheet[:first].to_numpy().tolist()
    columns = []
    for number in range(2, sheet.shape[1]):
        headings = _headings_of(above, number)
        own = headings[-1].lower() if headings else ""
        if BLOCK in own and not re.search(r"\bdeductions? to\b", own):
            lines = _lines(own) or _lines(" ".join(headings).lower())
            columns += [_Column(number, line, tuple(headings)) for line in lines]
    return columns


def _lines(heading: str) -> list[str]:
    return [line for line in LINES if re.search(rf"\b{line}\b.*\bdeductions?\b", heading)]


def _headings_of(above: list[list[str]], number: int) -> list[str]:
    """A column's headings, the lowest last; those of a row above it that go on over it among them. Letters are none."""
    own = [index for index, row in enumerate(above) if row[number] and not row[number].startswith(("[", "="))]
    if not own:
        return []
    spanning = [next((text for text in reversed(row[2 : number + 1]) if text), "") for row in above[: own[-1]]]
    return [text for text in (*spanning, above[own[-1]][number]) if text]


def _not_found(columns: dict[str, list[_Column]], chosen: list[str]) -> str:
    if chosen:
        return f"has the high needs block before and after deductions in {len(chosen)} sheets: {listed(chosen)}."
    near = [
        f"{name} has “{column.headings[-1]}” ({line} deductions)"
        for name, its_columns in columns.items()
        for line in LINES
        for column in its_columns
        if column.line == line
    ]
    there = f"Found: {listed(near)}." if near else f"No heading says “{BLOCK}” in its sheets {listed(columns)}."
    return f"has no sheet with one column of the high needs block before deductions and one after them. {there}"


def _year(headings: pd.DataFrame, where: str) -> str:
    years = set().union(*map(money.financial_years, headings.to_numpy().flat))
    if len(years) != 1:
        what = f"does not say which financial year it is of: its headings name {listed(sorted(years)) or 'none'}."
        raise DataProblems([DataProblem(where, what, FIX)])
    return years.pop()


def _unit(column: _Column, sheet: pd.DataFrame, where: str) -> int:
    """How many pounds one unit of a column is, from its own headings or else the sheet's title."""
    for text in (*reversed(column.headings), sheet.iloc[0, 0]):
        if pounds := money.unit(text):
            return pounds
    what = f"does not say in which unit “{column.headings[-1]}” is: £, £000 or £m."
    fix = "Write the unit into the heading, such as (£s), once the DfE's notes have told it."
    raise DataProblems([DataProblem(where, what, fix)])


def _once(rows: pd.DataFrame, where: str) -> pd.DataFrame:
    """The rows, an area that stands twice with the same figures once. Raises DataProblems where they differ."""
    rows = rows.drop_duplicates(["area_code", "line", "pounds"], ignore_index=True)
    twice = rows.loc[rows.duplicated(["area_name", "line"]), ["area_name", "line"]].drop_duplicates()
    problems = [
        DataProblem(where, f"gives {name} twice, with different figures.", "Take the wrong row out.", column=line)
        for name, line in twice.itertuples(index=False)
    ]
    if problems:
        raise DataProblems(problems)
    return rows


def read_input(given: Input) -> Read:
    rows, warnings = read_allocations(given.path, given.shown)
    return Read({"high_needs_funding": rows}, warnings)


FORMAT = Format(read_input)
