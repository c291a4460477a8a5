"""Tidy tables in CSV, Excel or Parquet, or from a query: read as text, turned into numbers and symbols, validated.

Everything is read as text first, so that a symbol, an empty cell and a word are told apart before
anything becomes a number.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pandera.errors
import pandera.pandas as pa

from dbv_analysis.inputs.database.read import asked_once
from dbv_analysis.inputs.input_format import Format, Input, Read
from dbv_analysis.model.period import Period
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.source import SUFFIX
from dbv_analysis.model.tables import TABLES
from dbv_analysis.model.tables.base import MONTH
from dbv_analysis.model.text_checks import seen, unfit
from dbv_analysis.model.units import SYMBOLS, SYMBOLS_READ
from dbv_analysis.model.wording import did_you_mean, listed

# What a pattern of the schemas stands for.
PATTERNS = {
    MONTH: ("a month", "Write it as year-month, such as 2024-09."),
    r"E\d{8}": ("an area code", "Use the nine characters of the GSS code, such as E06000006."),
    r"\d*": ("a whole number", "Write only digits, or leave the cell empty."),
}
ORIGIN = ("origin_file", "origin_row", "origin_column")
HEADER_ROWS = 1  # a spreadsheet numbers rows from 1, and the first is the header


def read_text(path: Path, shown: str) -> pd.DataFrame:
    """Read a table with every cell as text, "" where it is empty.

    Raises DataProblems where the file is empty, not UTF-8, or not a table.
    """
    try:
        frame = _read(path)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        fix = "Open it in Excel and save it as type “CSV UTF-8 (comma delimited)”."
        raise _unreadable(shown, "is not in UTF-8.", fix, line) from None
    except pd.errors.EmptyDataError:
        raise _unreadable(shown, *EMPTY) from None
    except pd.errors.ParserError as error:
        raise _ragged(shown, str(error)) from None
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        reason = (str(error).splitlines() or ["unknown"])[0]
        raise _unreadable(shown, f"cannot be read as a table ({reason}).", "Save it again as CSV UTF-8.") from None
    if not isinstance(frame.index, pd.RangeIndex):  # pandas takes a cell too many in the first row for an index
        raise _unreadable(shown, *RAGGED, HEADER_ROWS + 1)
    if frame.empty:
        raise _unreadable(shown, *EMPTY)
    frame.columns = [str(name).strip() for name in frame.columns]
    return frame.fillna("").apply(lambda column: column.str.strip())


def read_query(path: Path, shown: str, database: str, folder: Path) -> pd.DataFrame:
    """As ``read_text``, what the query of a ``.sql`` file gives; ``folder`` keeps when it was asked, and the rows' sum.

    ``database`` is the environment variable that holds the database's address. Raises DataProblems where the query or
    the database fails, or no row comes.
    """
    with asked_once(path, database, shown, folder) as query:
        header, rows = query.rows()
        frame = pd.DataFrame(rows, columns=header, dtype=str)
    if frame.empty:
        raise _unreadable(shown, "gives no row.", "Correct the query, or take out the file and its source.")
    return frame.apply(lambda column: column.str.strip())


EMPTY = "is empty.", "Put the table back, header row first, or take out the file and its source."
RAGGED = "has more cells than the header.", "Put quotation marks around text that holds a comma."


def _read(path: Path) -> pd.DataFrame:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False)
    if suffix == ".xlsx":
        frame = pd.read_excel(path, dtype=str, keep_default_na=False)
    else:
        frame = pd.read_parquet(path)
        frame = frame.astype(object).where(frame.notna(), "").map(_as_text)
    # A day that the file holds as a date, and not as text, has a time of midnight.
    return frame.replace(r"^(\d{4}-\d\d-\d\d)[ T]00:00:00$", r"\1", regex=True)


def _ragged(shown: str, error: str) -> DataProblems:
    if match := re.search(r"EOF inside string starting at row (\d+)", error):
        what, fix = "opens a quotation mark that is not closed.", "Close it, or take it out."
        return _unreadable(shown, what, fix, int(match[1]) + HEADER_ROWS)
    match = re.search(r"line (\d+)", error)
    return _unreadable(shown, *RAGGED, int(match[1]) if match else None)


def _unreadable(shown: str, what: str, fix: str, row: int | None = None) -> DataProblems:
    return DataProblems([DataProblem(shown, what, fix, row)])


def _as_text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def validate(frame: pd.DataFrame, table: str, shown: str) -> pd.DataFrame:
    """Turn a frame of text into a valid table: numbers as floats, and ``symbol`` where there is none.

    Args:
        frame: a frame of text, as ``read_text`` gives it. Where it was reshaped, its columns ``ORIGIN``
            say in which row and column of which file each number stood.
        table: a name in ``tables.TABLES``.
        shown: the file's name in messages.

    Raises DataProblems that hold everything that is wrong, at once.
    """
    numbers, key, schema = TABLES[table].value, list(TABLES[table].key), TABLES[table].schema.to_schema()
    origins = frame[[name for name in ORIGIN if name in frame]]
    frame = frame.drop(columns=origins.columns)
    frame, problems = _fit_to_show(frame, shown)
    if numbers in frame.columns:
        frame[numbers], frame["symbol"], wrong = _numbers(frame[numbers], shown)
        problems += wrong
    elif "symbol" not in frame.columns:
        frame["symbol"] = ""
    if "period" in frame.columns:
        frame["period"] = frame["period"].map({text: _one_spelling(text) for text in frame["period"].unique()})
    wrong_numbers = {problem.row for problem in problems}
    try:
        frame = schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        found = _problems(errors.failure_cases, frame, schema, shown)
        problems += [p for p in found if p.column != numbers or p.row is None or p.row not in wrong_numbers]
    problems += _duplicates(frame, key, shown)
    if problems:
        raise DataProblems(_at_origin(problem, origins, numbers) for problem in problems)
    return frame


def _fit_to_show(frame: pd.DataFrame, shown: str) -> tuple[pd.DataFrame, list[DataProblem]]:
    """The frame with a mark in place of each character that nobody sees, and a problem for each cell that held one."""
    problems = []
    for name in frame.columns:
        wrong = {text: found for text in frame[name].unique() if (found := unfit(str(text)))}
        if wrong:
            for place in frame.index[frame[name].isin(list(wrong))]:
                what, fix = wrong[frame[name][place]]
                problems.append(DataProblem(shown, what, fix, row=place + HEADER_ROWS + 1, column=seen(str(name))))
            frame = frame.assign(**{name: frame[name].map(lambda text: seen(str(text)))})
    headers = {name: seen(str(name)) for name in frame.columns}
    problems += [
        DataProblem(shown, *unfit(str(name)), row=HEADER_ROWS, column=there)
        for name, there in headers.items()
        if unfit(str(name))
    ]
    return frame.rename(columns=headers), problems


def _one_spelling(text: str) -> str:
    """A period as it is always written, so that two spellings of one are seen to be the same."""
    try:
        return Period.parse(text).text
    except ValueError:
        return text


def _at_origin(problem: DataProblem, origins: pd.DataFrame, numbers: str) -> DataProblem:
    """The problem at the place in the file as downloaded, where the table was reshaped from one."""
    if origins.empty or problem.row is None or problem.row <= HEADER_ROWS:
        return problem
    file, row, column = origins.iloc[problem.row - HEADER_ROWS - 1][list(ORIGIN)]
    return replace(problem, file=file, row=int(row), column=column if problem.column == numbers else problem.column)


def _numbers(cells: pd.Series, shown: str) -> tuple[pd.Series, pd.Series, list[DataProblem]]:
    """Cells of text as numbers, the symbols among them, and a problem for every other cell."""
    cells = cells.astype("str")  # a table without rows has no texts
    symbols = cells.str.lower().map(SYMBOLS_READ).fillna("")
    numbers = pd.to_numeric(cells, errors="coerce").astype(float)
    numbers = numbers.where(numbers.abs() != float("inf"))
    problems = []
    for place in cells.index[numbers.isna() & (symbols == "")]:
        cell = cells[place]
        what = f'"{cell}" is not a number.' if cell else "is empty."
        plain = re.sub(r"[£,%\s]", "", cell)
        suggestion = plain if re.fullmatch(r"-?\d+(\.\d+)?", plain) else "12"
        fix = f"Write only digits, such as {suggestion}, or one of the symbols {listed(SYMBOLS, 'or')}."
        problems.append(DataProblem(shown, what, fix, row=place + HEADER_ROWS + 1, column=str(cells.name)))
    return numbers, symbols, problems


def _duplicates(frame: pd.DataFrame, key: list[str], shown: str) -> list[DataProblem]:
    if not set(key) <= set(frame.columns):
        return []
    first = frame.reset_index().groupby(key, sort=False)["index"].transform("first")
    problems = []
    for place in frame.index[frame.duplicated(key)]:
        values = ", ".join(str(frame.loc[place, name]) for name in key)
        problems.append(
            DataProblem(
                shown,
                f"repeats row {first[place] + HEADER_ROWS + 1}: {values}.",
                "Keep one of the two rows.",
                row=place + HEADER_ROWS + 1,
                column=" + ".join(key),
            )
        )
    return problems


def _problems(failures: pd.DataFrame, frame: pd.DataFrame, schema: pa.DataFrameSchema, shown: str) -> list[DataProblem]:
    """pandera's failure cases in words that name the place and the mend."""
    problems = []
    for failure in failures.to_dict("records"):
        check = str(failure["check"])
        row = None if pd.isna(failure["index"]) else int(failure["index"]) + HEADER_ROWS + 1
        if check == "column_in_dataframe":
            name = str(failure["failure_case"])
            columns = [column for column in frame.columns if column != "symbol"]
            what = f'There is no column "{name}".'
            fix = f"Add it, or rename the one that holds it.{did_you_mean(name, columns)} There are: {listed(columns)}."
            problems.append(DataProblem(shown, what, fix, row=1, column=name))
        else:
            column = str(failure["column"])
            what, fix = _explain(check, column, failure["failure_case"], schema)
            problems.append(DataProblem(shown, what, fix, row=row, column=column))
    return problems


def _explain(check: str, column: str, value: object, schema: pa.DataFrameSchema) -> tuple[str, str]:
    """What a failed check means for ``value``, and what to do."""
    bounds = {c.name: c.statistics for c in schema.columns[column].checks}
    if check.startswith("isin"):
        allowed = [name for name in next(s["allowed_values"] for n, s in bounds.items() if n == "isin") if name]
        shown_few = listed(allowed, "or") if len(allowed) <= 8 else f"{len(allowed)} known names, such as {allowed[0]}"
        return f'"{value}" is not known here.', f"Use {shown_few}.{did_you_mean(value, allowed)}"
    if check in ("known_period", "known_earlier", "known_later"):
        try:
            Period.parse(str(value))
        except ValueError as error:
            what, _, fix = str(error).partition(". ")
            return f"{what}.", fix
    if check == "known_day":
        return f'"{value}" is not a day.', "Write it as year-month-day, such as 2024-09-26."
    if check == "known_quarter":
        return f'"{value}" is not a quarter.', "Write the financial year and Q1, Q2, Q3 or Q4, such as 2024-25-Q2."
    if check == "whole_number":
        return f"{value:g} is not a whole number.", "A count has no fraction: check the figure."
    if check.startswith("greater_than"):
        return f"{value:g} is below {bounds['greater_than_or_equal_to']['min_value']}.", "Check the figure."
    if check.startswith("less_than"):
        return f"{value:g} is above {bounds['less_than_or_equal_to']['max_value']}.", "Check the figure and its unit."
    if check.startswith("str_matches"):
        pattern = bounds["str_matches"]["pattern"]
        what, fix = next(words for part, words in PATTERNS.items() if part in pattern)
        return f'"{value}" is not {what}.', fix
    if check.startswith("str_length"):
        return "is empty.", "Fill it in."
    return f'"{value}" fails the check {check}.', f"See {schema.name} in dbv_analysis/model/tables."


def read_input(given: Input) -> Read:
    table = given.source.table
    if table not in TABLES:
        what = f'table = "{table or ""}" is not a table.'
        fix = f"Use {listed(TABLES, 'or')}.{did_you_mean(table, TABLES)}"
        sidecar = given.shown.removesuffix(given.path.name) + given.path.name.split(".")[0] + SUFFIX
        raise DataProblems([DataProblem(sidecar, what, fix)])
    if given.source.database:
        return Read({table: read_query(given.path, given.shown, given.source.database, given.records)})
    return Read({table: read_text(given.path, given.shown)})


FORMAT = Format(read_input, queried=True)
