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
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from dbv_analysis.inputs import tidy
from dbv_analysis.inputs.finance import money
from dbv_analysis.inputs.input_format import Format, Input, Read
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.settings import Area
from dbv_analysis.model.source import Source
from dbv_analysis.model.wording import did_you_mean, listed

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


@cache
def lines() -> dict[str, str]:
    """The lines that are read, and the name that each has in the tables: its number and title."""
    text = files("dbv_analysis.inputs.finance").joinpath("s251_lines.toml").read_text(encoding="utf-8")
    return {one["number"]: f"{one['number']} {one['title']}" for one in tomllib.loads(text)["line"]}


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


def _number(words: str) -> str:
    """The number of the line that words begin with, or nothing."""
    match = NUMBER.match(words)
    return match[1] if match else ""


def _download(text: pd.DataFrame, shown: str) -> pd.DataFrame:
    account = next((one for one, (category, _) in DOWNLOADS.items() if category in text), "")
    category, net = DOWNLOADS[account or "outturn"]
    needed = ["time_period", "geographic_level", category, net, *sum(LEVELS.values(), ())]
    _need(text, needed, shown, "It is to be the DfE's download as it is, of the unrounded figures of authorities.")
    text = text[text[category].map(_number).isin(lines()) & text["geographic_level"].isin(LEVELS)]
    greatest = pd.to_numeric(text[net], errors="coerce").abs().max()
    if greatest < ROUNDED:
        what = f"has no sum above {greatest:,.0f}, so it is not in pounds."
        raise DataProblems([DataProblem(shown, what, "Take the unrounded file of the release.", column=net)])
    level = text["geographic_level"]
    codes, names = (
        pd.concat([text.loc[level == one, pair[which]] for one, pair in LEVELS.items()]) for which in (0, 1)
    )
    rows = text.assign(
        area_code=codes,
        area_name=names,
        period=text["time_period"].map(_financial_year),
        account=account,
        line=text[category].map(_number).map(lines()),
        pounds=text[net],
        origin_column=net,
    )
    rows = rows[_COLUMNS]
    return rows[~rows.drop(columns="origin_row").duplicated()]  # the download has some rows twice


_COLUMNS = ["area_code", "area_name", "geographic_level", "period", "account", "line", "pounds", *tidy.ORIGIN]


def _financial_year(period: str) -> str:
    """``202324`` as the tables write it; what is not like that stays, to be refused at its place."""
    return f"financial year {period[:4]}-{period[4:]}" if re.fullmatch(r"20\d{4}", period) else period


def _own(text: pd.DataFrame, shown: str, source: Source, area: Area) -> pd.DataFrame:
    plain = {name: _plain(name) for name in text.columns if name not in tidy.ORIGIN}
    line, net = (_first(plain, names) for names in (LINE_NAMES, NET_NAMES))
    problems = []
    for found, names, what in ((line, LINE_NAMES, "line's number"), (net, NET_NAMES, "net sum")):
        if found is None:
            fix = f"Name it {listed(names[:3], 'or')}. There are: {listed(plain)}."
            problems.append(DataProblem(shown, f"has no column of the {what}.", fix, row=1, column=names[0]))
    text = _filled(text, source, shown, problems)
    if problems:
        raise DataProblems(problems)
    pounds = money.unit(net) or 1
    text = text[text[line].map(_number).isin(lines())]
    if text.empty:
        what, fix = "has no line of high needs.", f"A line begins with its number, such as {lines()['1.2.1']}."
        raise DataProblems([DataProblem(shown, what, fix, column=line)])
    rows = text.assign(
        area_code=area.code,
        area_name=area.name,
        geographic_level=area.geographic_level,
        line=text[line].map(_number).map(lines()),
        pounds=text[net].map(lambda cell: money.amount(cell, pounds)),
        origin_column=net,
    )
    return rows[_COLUMNS]


def _plain(name: str) -> str:
    """A heading without its letter, its unit and its signs: ``(h) Net total (£)`` is ``net total``."""
    return " ".join(re.sub(r"^\([a-z]\)|\(?£[^)]*\)?|[._:]", " ", name).split())


def _first(plain: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((column for name in names for column, words in plain.items() if words == name), None)


def _filled(text: pd.DataFrame, source: Source, shown: str, problems: list[DataProblem]) -> pd.DataFrame:
    """The table with its account and period, from columns of these names or else from the title of its source."""
    accounts = {account for account in DOWNLOADS if account in source.title.lower()}
    years = money.financial_years(source.title)
    for column, said, example in (("account", accounts, "budget"), ("period", years, "2024-25")):
        if column in text:
            continue
        if len(said) != 1:
            what = f"does not say which {column} it is of, and neither does the title of its source."
            fix = f'Write it into the title, such as "Section 251 {example}", or add a column {column}.'
            problems.append(DataProblem(shown, what, fix, column=column))
        text = text.assign(**{column: next(iter(said), "")})
    return text


def _need(text: pd.DataFrame, needed: list[str], shown: str, fix: str) -> None:
    problems = [
        DataProblem(shown, f'has no column "{name}".{did_you_mean(name, text.columns)}', fix, row=1, column=name)
        for name in needed
        if name not in text
    ]
    if problems:
        raise DataProblems(problems)


def read_input(given: Input) -> Read:
    rows, warnings = read_s251(given.path, given.shown, given.source, given.programme.area)
    return Read({"high_needs_funding": rows}, warnings)


FORMAT = Format(read_input)
