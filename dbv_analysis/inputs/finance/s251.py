"""The Section 251 budget and outturn → lines of high needs spending, £.

Two layouts are told apart by their columns. The DfE's downloads "Planned LA and school expenditure" (the budget) and
"LA and school expenditure" (the outturn), a row a line and area: every column that is read was **seen** in the DfE's
benchmarking service (github.com/DFE-Digital/education-benchmarking-and-insights,
data-pipeline/src/pipeline/input_schemas/local_authority.py). That the unrounded file of authorities is in pounds is
**recalled**: no column says so. And the authority's own table, a row a line: its layout is each council's own, so it
is read by the names of its columns, and what is not found is named.

A budget holds academies' places and an outturn leaves them out, so the two do not compare.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from dbv_analysis.inputs import tidy
from dbv_analysis.inputs.columns import missing_columns
from dbv_analysis.inputs.finance import money
from dbv_analysis.inputs.input_format import Format, Input, Read
from dbv_analysis.model.packaged import read_toml
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.settings import Area
from dbv_analysis.model.source import Source
from dbv_analysis.model.wording import listed

NUMBER = re.compile(r"^\s*(\d+\.\d+\.\d+)(?!\d)")
# The columns of each account's download: that of the line, and that of the net sum.
DOWNLOADS = {
    "budget": ("category_of_planned_expenditure", "net_planned_expenditure"),
    "outturn": ("category_of_expenditure", "net_expenditure"),
}
LEVELS = {  # columns of an area's code and name, by its level
    "Local authority": ("new_la_code", "la_name"),
    "Regional": ("region_code", "region_name"),
    "National": ("country_code", "country_name"),
}
ROUNDED = 100_000  # pounds: where the greatest sum of a whole download is smaller, it is not in pounds
LINE_NAMES = ("line", "line number", "line no", "line ref", "s251 line", "line and title", "title", "description")
NET_NAMES = (
    *("net", "net total", "total net", "net expenditure", "net planned expenditure", "net budget", "net outturn"),
    *("total", "total expenditure"),
)


def lines() -> dict[str, str]:
    """The lines that are read, and the name that each has in the tables: its number and title."""
    listed_lines = read_toml(__package__, "s251_lines.toml")["line"]
    return {line["number"]: f"{line['number']} {line['title']}" for line in listed_lines}


def read_s251(path: Path, shown: str, source: Source, area: Area) -> tuple[pd.DataFrame, list[str]]:
    """Rows of ``high_needs_funding`` as text, and what to warn of.

    Raises DataProblems where a column is missing, where it is not told which account or year a table is of, or where a
    download is not in pounds.
    """
    text = tidy.read_text(path, shown)
    text.columns = [name.lower() for name in text.columns]
    text["origin_file"], text["origin_row"] = shown, text.index + tidy.HEADER_ROWS + 1
    rows = _download(text, shown) if "time_period" in text else _own(text, shown, source, area)
    read = set(rows["line"].map(_number))
    absent = [name for number, name in lines().items() if number not in read]
    warnings = [f"{shown}: {len(absent)} lines of high needs are not in it: {listed(absent)}."] if absent else []
    return rows.reset_index(drop=True), warnings


def _number(text: str) -> str:
    """The number of the line that a text begins with, or nothing."""
    match = NUMBER.match(text)
    return match[1] if match else ""


def _download(text: pd.DataFrame, shown: str) -> pd.DataFrame:
    account = next((account for account, (category, _) in DOWNLOADS.items() if category in text), "")
    category, net = DOWNLOADS[account or "outturn"]
    needed = ["time_period", "geographic_level", category, net, *sum(LEVELS.values(), ())]
    fix = "It is to be the DfE's download as it is, of the unrounded figures of authorities."
    if problems := missing_columns(needed, text.columns, shown, fix):
        raise DataProblems(problems)
    text = text[text[category].map(_number).isin(lines()) & text["geographic_level"].isin(LEVELS)]
    greatest = pd.to_numeric(text[net], errors="coerce").abs().max()
    if greatest < ROUNDED:
        what = f"has no sum above {greatest:,.0f}, so it is not in pounds."
        raise DataProblems([DataProblem(shown, what, "Take the unrounded file of the release.", column=net)])
    level = text["geographic_level"]
    codes, names = (
        pd.concat([text.loc[level == name, columns[which]] for name, columns in LEVELS.items()]) for which in (0, 1)
    )
    period = text["time_period"].map(_financial_year)
    rows = text.assign(area_code=codes, area_name=names, period=period, account=account)
    rows = _as_rows(rows, category, net, text[net])
    return rows[~rows.drop(columns="origin_row").duplicated()]  # the download has some rows twice


def _as_rows(text: pd.DataFrame, line: str, net: str, pounds: pd.Series) -> pd.DataFrame:
    """The columns of ``high_needs_funding``; ``line`` and ``net`` are the file's columns of the line and the sum."""
    rows = text.assign(line=text[line].map(_number).map(lines()), pounds=pounds, origin_column=net)
    return rows[["area_code", "area_name", "geographic_level", "period", "account", "line", "pounds", *tidy.ORIGIN]]


def _financial_year(period: str) -> str:
    """``202324`` as the tables write it; what is not like that stays, to be refused at its place."""
    return f"financial year {period[:4]}-{period[4:]}" if re.fullmatch(r"20\d{4}", period) else period


def _own(text: pd.DataFrame, shown: str, source: Source, area: Area) -> pd.DataFrame:
    plain = {name: _plain(name) for name in text.columns if name not in tidy.ORIGIN}
    line, net = (_first(plain, names) for names in (LINE_NAMES, NET_NAMES))
    problems = []
    for column, names, what in ((line, LINE_NAMES, "line's number"), (net, NET_NAMES, "net sum")):
        if column is None:
            fix = f"Name it {listed(names[:3], 'or')}. There are: {listed(plain)}."
            problems.append(DataProblem(shown, f"has no column of the {what}.", fix, row=1, column=names[0]))
    text = _filled(text, source, shown, problems)
    if problems:
        raise DataProblems(problems)
    text = text[text[line].map(_number).isin(lines())]
    if text.empty:
        what, fix = "has no line of high needs.", f"A line begins with its number, such as {lines()['1.2.1']}."
        raise DataProblems([DataProblem(shown, what, fix, column=line)])
    unit = money.unit(net) or 1
    pounds = text[net].map(lambda cell: money.amount(cell, unit))
    rows = text.assign(area_code=area.code, area_name=area.name, geographic_level=area.geographic_level)
    return _as_rows(rows, line, net, pounds)


def _plain(name: str) -> str:
    """A heading without its letter, its unit and its signs: ``(h) Net total (£)`` is ``net total``."""
    return " ".join(re.sub(r"^\([a-z]\)|\(?£[^)]*\)?|[._:]", " ", name).split())


def _first(plain: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((column for name in names for column, heading in plain.items() if heading == name), None)


def _filled(text: pd.DataFrame, source: Source, shown: str, problems: list[DataProblem]) -> pd.DataFrame:
    """The table with its account and period, from columns of these names or else from the title of its source."""
    accounts = {account for account in DOWNLOADS if account in source.title.lower()}
    years = money.financial_years(source.title)
    for column, stated, example in (("account", accounts, "budget"), ("period", years, "2024-25")):
        if column in text:
            continue
        if len(stated) != 1:
            what = f"does not say which {column} it is of, and neither does the title of its source."
            fix = f'Write it into the title, such as "Section 251 {example}", or add a column {column}.'
            problems.append(DataProblem(shown, what, fix, column=column))
        text = text.assign(**{column: next(iter(stated), "")})
    return text


def read_input(given: Input) -> Read:
    rows, warnings = read_s251(given.path, given.shown, given.source, given.programme.area)
    return Read({"high_needs_funding": rows}, warnings)


FORMAT = Format(read_input)
