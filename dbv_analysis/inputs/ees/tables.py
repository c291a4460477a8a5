"""A release's file in a known layout → rows of the tables: identifying columns, periods, and wide columns made long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from dbv_analysis.inputs.ees.layouts import Layout, Part
from dbv_analysis.inputs.tidy import HEADER_ROWS, ORIGIN
from dbv_analysis.model.breaks import SEN2_CENSUS
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.tables import TABLES
from dbv_analysis.model.wording import did_you_mean, listed

IDENTIFYING = ["time_period", "time_identifier", "new_la_code", "la_name", "region_code", "region_name"]
AREA = ["area_code", "area_name", "geographic_level", "period"]
LEVELS = {"Local authority": ("new_la_code", "la_name"), "National": ("country_code", "country_name")}
CENSUS = "census"
# The terms of an academic year, and in which of its two calendar years each lies.
TERMS = {"Autumn term": 0, "Spring term": 1, "Summer term": 1}
TWO_TERMS = "Autumn and spring term"


def read_rows(frame: pd.DataFrame, layout: Layout, shown: str) -> tuple[dict[str, list[pd.DataFrame]], list[str]]:
    """The parts of a file: tables of text, by name, and what is to be warned of.

    Raises DataProblems that name every column the layout has and the file lacks, or every word that is not known.
    """
    country = ["country_code", "country_name"] if "geographic_level" in frame else []
    layout.require([*IDENTIFYING, *country, *layout.needed], frame.columns, shown)
    chosen = _where(frame, layout.where)
    if chosen.empty and not layout.may_be_empty:
        raise DataProblems(_no_such_rows(frame, layout, shown))
    read = _since(chosen, layout.first_year, layout)
    left_out = len(chosen) - len(read)
    warning = f"{shown}: {left_out:,} rows from before {layout.first_year} are left out. {layout.before}"
    tables: dict[str, list[pd.DataFrame]] = {}
    for part in layout.parts:
        rows = _rows_of(read, part, layout)
        if not rows.empty:
            tables.setdefault(part.table, []).append(_part(rows, part, layout, shown))
    return tables, [warning] if left_out else []


def together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The parts of one table as one frame, in an order that does not depend on the files'."""
    frame = pd.concat(parts, ignore_index=True)
    further = [name for name in frame.columns if name not in (*AREA, *ORIGIN, "count", "percent", "rate")]
    return frame.sort_values([*AREA[::-1], *further], kind="stable", ignore_index=True)


def _where(frame: pd.DataFrame, where: Mapping[str, list[str]]) -> pd.DataFrame:
    for column, values in where.items():
        frame = frame[frame[column].isin(values)]
    return frame


def _no_such_rows(frame: pd.DataFrame, layout: Layout, shown: str) -> Iterator[DataProblem]:
    """What was looked for in the rows and what was found."""
    for column, values in layout.where.items():
        present = list(frame[column].unique())
        if not set(present) & set(values):
            what = f"No row has {listed([f'“{value}”' for value in values], 'or')} here."
            fix = f"There are {listed(present[:8])}.{did_you_mean(values[0], present)} It was read as {layout.title}."
            yield DataProblem(shown, what, fix, column=column)


def _since(frame: pd.DataFrame, first: int, layout: Layout) -> pd.DataFrame:
    """The rows from a year on."""
    if not first:
        return frame
    years = pd.to_numeric(frame["time_period"].str.slice(0, 4), errors="coerce")
    return frame[~(years + (layout.time == CENSUS) * (frame["time_period"].str.len() == 6) < first)]


def _rows_of(frame: pd.DataFrame, part: Part, layout: Layout) -> pd.DataFrame:
    if part.whole:
        frame = frame[frame["breakdown_topic"] == frame["breakdown"]]
    frame = _where(frame, part.where)
    for column, ending in part.without_ending.items():
        frame = frame[~frame[column].str.endswith(ending)]
    for column, names in part.words.items():
        if names.others_left_out:
            frame = frame[frame[column].isin(list(names.read))]
    return _since(frame, part.first_year, layout)


def _part(frame: pd.DataFrame, part: Part, layout: Layout, shown: str) -> pd.DataFrame:
    """Rows of a table: one for each row of the file and each of the part's columns, the number as text."""
    _no_unknown_column(frame, part, layout, shown)
    area = _area_rows(frame, layout, shown).assign(**part.fixed)
    for column, names in part.words.items():
        area[names.into] = _read_as(frame[column], names.read, names.what, shown)
    number, frames = TABLES[part.table].value, []
    for name, columns in part.columns.items():
        named = {part.name: name} if part.name else {}
        cells = frame[columns[0]] if len(columns) == 1 else _added_up(frame[list(columns)])
        frames.append(area.assign(**named, **{number: cells, "origin_column": " + ".join(columns)}))
    rows = pd.concat(frames, ignore_index=True)
    if part.leave_out_uncollected:
        collected = rows[number].ne("x").groupby([rows["period"], rows[part.name]]).transform("any")
        rows = rows[collected]
    return rows


def _added_up(cells: pd.DataFrame) -> pd.Series:
    """Several columns as one, as text: the sum, or the first cell that is no whole number where there is one."""
    numbers = cells.apply(pd.to_numeric, errors="coerce")
    texts = cells.where(numbers.isna()).bfill(axis=1).iloc[:, 0]
    return texts.fillna(numbers.sum(axis=1).map("{:.0f}".format))


def _no_unknown_column(frame: pd.DataFrame, part: Part, layout: Layout, shown: str) -> None:
    """Raises DataProblems where the file counts something that is not known here: it would be lost."""
    if not part.known_beginning:
        return
    known = {name for columns in part.columns.values() for name in columns}
    fix = f"Add it to the columns of {layout.file} in inputs/ees/layouts.toml, and to NEEDS in sen2.py."
    problems = [
        DataProblem(shown, f'"{name}" is not a {part.name} known here.', fix, row=1, column=name)
        for name in frame.columns
        if name.startswith(part.known_beginning) and name not in known
    ]
    if problems:
        raise DataProblems(problems)


def _read_as(cells: pd.Series, known: Mapping[str, str], what: str, shown: str) -> pd.Series:
    """The cells of a column in the words of the tables; ``what`` names them in messages, such as "an age".

    Raises DataProblems that name every cell that ``known`` lacks: left out in silence, its plans would be lost.
    """
    read = cells.map(known)
    fix = "The release has changed its categories: add the new one in inputs/ees/layouts.toml."
    problems = []
    for index, cell in cells[read.isna()].drop_duplicates().items():
        row, meant = index + HEADER_ROWS + 1, did_you_mean(cell, known)
        unknown = f'"{cell}" is not {what} known here.'
        problems.append(DataProblem(shown, unknown, f"{fix}{meant}", row=row, column=str(cells.name)))
    if problems:
        raise DataProblems(problems)
    return read


def _area_rows(frame: pd.DataFrame, layout: Layout, shown: str) -> pd.DataFrame:
    """The identifying columns of a tidy table, from the release's, and the row that each came from."""
    level = frame.get("geographic_level", pd.Series("Local authority", frame.index)).str.capitalize()
    codes, names = frame["region_code"], frame["region_name"]
    for area, (code, name) in LEVELS.items():
        if code in frame:
            codes, names = codes.mask(level == area, frame[code]), names.mask(level == area, frame[name])
    label = _census_day if layout.time == CENSUS else _period
    pairs = list(zip(frame["time_period"], frame["time_identifier"], strict=True))
    periods = {pair: label(*pair, shown) for pair in sorted(set(pairs))}
    rows = pd.DataFrame({"area_code": codes, "area_name": names, "geographic_level": level})
    period, row = [periods[pair] for pair in pairs], frame.index + HEADER_ROWS + 1
    return rows.assign(period=period, origin_file=shown, origin_row=row)


def _period(time_period: str, time_identifier: str, shown: str) -> str:
    """A release's time period, written as the tidy tables write it.

    Four digits are a calendar year, six an academic year (202324) or one or two terms of one.
    """
    first = int(time_period[:4]) if time_period.isdecimal() else 0
    if time_identifier == "Calendar year" and len(time_period) == 4:
        return f"calendar year {time_period}"
    if time_identifier == "Academic year" and len(time_period) == 6:
        return f"academic year {time_period[:4]}-{time_period[4:]}"
    if time_identifier in TERMS and len(time_period) == 6 and first:
        return f"{time_identifier.lower()} {first + TERMS[time_identifier]}"
    if time_identifier.capitalize() == TWO_TERMS and len(time_period) == 6 and first:
        return f"{first}-09-01 to {first + 1}-03-31"
    raise _unknown_period(time_period, time_identifier, shown)


def _census_day(time_period: str, time_identifier: str, shown: str) -> str:
    """The day of a count in January, which is labelled by academic year (202324 is January 2024) or by its own year."""
    if not time_period.isdecimal() or len(time_period) not in (4, 6):
        raise _unknown_period(time_period, time_identifier, shown)
    year = int(time_period[:4]) + (len(time_period) == 6)
    if year not in SEN2_CENSUS:
        fix = "Add it to [sen2_census] in breaks.toml."
        raise DataProblems([DataProblem(shown, f"The census day of {year} is not known.", fix)])
    return SEN2_CENSUS[year].isoformat()


def _unknown_period(time_period: str, time_identifier: str, shown: str) -> DataProblems:
    what = f"{time_identifier} {time_period} is not a period known here."
    return DataProblems([DataProblem(shown, what, "Check the download.")])
