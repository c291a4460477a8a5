"""Tidy tables in CSV, Excel or Parquet: read as text, turned into numbers and symbols, validated.

Everything is read as text first, so that a symbol, an empty cell and a word are told apart before
anything becomes a number.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pandera.errors
import pandera.pandas as pa

from dbv_analysis.periods import Period
from dbv_analysis.tables import TABLES
from dbv_analysis.terms import SYMBOLS, SYMBOLS_READ, DataProblem, DataProblems, did_you_mean, listed

HEADER_ROWS = 1  # a spreadsheet numbers rows from 1, and the first is the header


def read_text(path: Path, shown: str) -> pd.DataFrame:
    """Read a table with every cell as text, "" where it is empty.

    Raises DataProblems where the file is empty, not UTF-8, or not a table.
    """
    try:
        if path.suffix == ".csv":
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False)
        elif path.suffix == ".xlsx":
            frame = pd.read_excel(path, dtype=str, keep_default_na=False)
        else:
            frame = pd.read_parquet(path)
            frame = frame.astype(object).where(frame.notna(), "").map(_as_text)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DataProblems(
            [
                DataProblem(
                    shown,
                    "is not in UTF-8.",
                    "Open it in Excel and save it as type “CSV UTF-8 (comma delimited)”.",
                    row=line,
                )
            ]
        ) from None
    except pd.errors.EmptyDataError:
        raise DataProblems([_empty(shown)]) from None
    except pd.errors.ParserError as error:
        place = re.search(r"line (\d+)", str(error))
        raise DataProblems(
            [
                DataProblem(
                    shown,
                    "has more cells than the header.",
                    "Put quotation marks around text that holds a comma.",
                    row=int(place[1]) if place else None,
                )
            ]
        ) from None
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataProblems(
            [DataProblem(shown, f"cannot be read as a table ({reason}).", "Save it again as CSV UTF-8.")]
        ) from None
    if frame.empty:
        raise DataProblems([_empty(shown)])
    frame.columns = [str(name).strip() for name in frame.columns]
    return frame.fillna("").apply(lambda column: column.str.strip())


def _empty(shown: str) -> DataProblem:
    return DataProblem(shown, "is empty.", "Put the table back, header row first, or take out the file and its source.")


def _as_text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def validate(frame: pd.DataFrame, table: str, shown: str) -> pd.DataFrame:
    """Turn a frame of text into a valid table: numbers as floats, and ``symbol`` where there is none.

    Args:
        frame: a frame of text, as ``read_text`` gives it.
        table: a name in ``tables.TABLES``.
        shown: the file's name in messages.

    Raises DataProblems that hold everything that is wrong, at once.
    """
    numbers, key, schema = TABLES[table].value, list(TABLES[table].key), TABLES[table].schema.to_schema()
    frame = frame.copy()
    problems = []
    if numbers in frame.columns:
        frame[numbers], frame["symbol"], problems = _numbers(frame[numbers], shown)
    elif "symbol" not in frame.columns:
        frame["symbol"] = ""
    wrong_numbers = {problem.row for problem in problems}
    try:
        frame = schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        found = _problems(errors.failure_cases, frame, schema, shown)
        problems += [p for p in found if p.column != numbers or p.row is None or p.row not in wrong_numbers]
    duplicates = _duplicates(frame, key, shown)
    if problems or duplicates:
        raise DataProblems(problems + duplicates)
    return frame


def _numbers(cells: pd.Series, shown: str) -> tuple[pd.Series, pd.Series, list[DataProblem]]:
    """Cells of text as numbers, the symbols among them, and a problem for every other cell."""
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
    if check == "known_period":
        try:
            Period.parse(str(value))
        except ValueError as error:
            what, _, fix = str(error).partition(". ")
            return f"{what}.", fix
    if check == "whole_number":
        return f"{value:g} is not a whole number.", "A count has no fraction: check the figure."
    if check.startswith("greater_than"):
        return f"{value:g} is below {bounds['greater_than_or_equal_to']['min_value']}.", "Check the figure."
    if check.startswith("less_than"):
        return f"{value:g} is above {bounds['less_than_or_equal_to']['max_value']}.", "Check the figure and its unit."
    if check.startswith("str_matches"):
        return f'"{value}" is not an area code.', "Use the nine characters of the GSS code, such as E06000006."
    if check.startswith("str_length"):
        return "is empty.", "Fill it in."
    return f'"{value}" fails the check {check}.', f"See {schema.name} in dbv_analysis/tables.py."
