"""What a new quarter begins with: an empty return, an empty narrative, and the quarter's entry in the settings."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Comment, Item, KeyType, SingleKey, Table, Whitespace

from dbv_analysis.inputs.load import load
from dbv_analysis.inputs.narrative import FOLDER, TEMPLATE
from dbv_analysis.model.period import Quarter
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.settings import FILE, Programme, load_programme
from dbv_analysis.model.source import RETURN, SUFFIX
from dbv_analysis.model.wording import listed
from dbv_analysis.reports.new_quarter.sheets import sheets
from dbv_analysis.reports.new_quarter.workbook import workbook

RETURN_FILE = "return.xlsx"
PARTIAL = ".partial"


@dataclass(frozen=True)
class NewQuarter:
    """What was written: the files, and the cut-off. ``chosen``: it was neither given nor in the settings before."""

    quarter: Quarter
    files: list[Path]
    cut_off: date
    chosen: bool


def start(quarter: str, data: Path, cut_off: str = "") -> NewQuarter:
    """Write all that ``quarter`` begins with, or nothing.

    Args:
        quarter: such as ``2024-25-Q3``.
        data: the folder of the inputs.
        cut_off: the day by which its figures are out, year-month-day. Where it is empty, the one in the settings;
            where there is none, the last day of the quarter.

    Raises CallProblem where the call is wrong or a file is there already, DataProblems where an input is wrong.
    """
    chosen = _quarter(quarter)
    asked = _day(cut_off) if cut_off else None
    if not data.is_dir():
        raise CallProblem(f"There is no folder {data}. Name the folder of the inputs with --data.")
    programme = load_programme(data)
    day = _cut_off(programme, chosen, asked)
    release = f"return-{chosen}"
    source = data / release / f"{Path(RETURN_FILE).stem}{SUFFIX}"
    book, narrative = source.with_name(RETURN_FILE), data / FOLDER / f"{chosen}.md"
    there = [str(path) for path in (book, source, narrative) if path.exists()]
    if there:
        raise CallProblem(
            f"{listed(there)} {'are' if len(there) > 1 else 'is'} there already, and nothing was written. "
            f"Fill in what is there, or move it elsewhere and run the command again."
        )
    template = data / FOLDER / TEMPLATE
    if not template.is_file():
        raise CallProblem(f"There is no {template}, which each quarter's narrative starts from. Put it back.")
    # A new authority's first quarter has nothing yet to refer to.
    tables = load(data).tables if any(data.rglob(f"*{SUFFIX}")) else {}
    settings = programme.root / FILE
    files = {
        book: workbook(chosen, programme, sheets(chosen, programme, tables, day)),
        source: _source(release, chosen, programme, day).encode(),
        narrative: template.read_bytes(),
    }
    known = str(chosen) in programme.quarters
    if not known:
        files[settings] = _with_quarter(settings.read_bytes().decode(), chosen, day).encode()
    _write(files)
    return NewQuarter(chosen, list(files), day, chosen=not known and asked is None)


def _quarter(name: str) -> Quarter:
    try:
        return Quarter(name)
    except ValueError as error:
        raise CallProblem(str(error)) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CallProblem(f'"{text}" is not a day: write it like 2025-01-31.') from None


def _cut_off(programme: Programme, quarter: Quarter, asked: date | None) -> date:
    """The day by which the quarter's figures are out."""
    if str(quarter) in programme.quarters:
        known = programme.cut_off(quarter)
        if asked not in (None, known):
            raise CallProblem(
                f"{FILE} says that the cut-off of {quarter} is {known}, and --cut-off says {asked}. "
                f"Leave --cut-off out, or change {FILE}."
            )
        return known
    day = asked or quarter.end
    if day < quarter.start:
        raise CallProblem(f"The cut-off {day} is before {quarter} begins ({quarter.start}). Write a later day.")
    return day


def _source(release: str, quarter: Quarter, programme: Programme, day: date) -> str:
    """The return's provenance, not sealed yet."""
    publisher = programme.area.name
    source = tomlkit.document()
    for name, value in {
        "file": RETURN_FILE,
        "format": RETURN,
        "release": release,
        "publisher": publisher,
        "title": f"Quarterly return, {quarter}",
        "published": day,
        "retrieved": day,
        "licence": f"© {publisher}",
    }.items():
        source[name] = value
    source.add(tomlkit.comment("published: the day on which the return is handed in, no later than the cut-off."))
    source.add(tomlkit.comment("Once it is final, add sha256 here: `dbv check` prints the line."))
    return tomlkit.dumps(source)


def _with_quarter(text: str, quarter: Quarter, day: date) -> str:
    """The settings with the quarter's entry after those that are there; all else as it was, comments too."""
    line = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    expected = tomllib.loads(text)
    expected["quarters"][str(quarter)] = {"cut_off": day}
    try:
        settings = tomlkit.parse(text)
        quarters = settings["quarters"]
        entry = tomlkit.table()
        entry["cut_off"] = day
        for item in _tail(list(quarters.values())[-1]):
            entry.add(item)
        quarters.append(SingleKey(str(quarter), KeyType.Basic), entry)
        written = tomlkit.dumps(settings)
        added = tomllib.loads(written) == expected
    except (TOMLKitError, AttributeError, ValueError):  # quarters written in some other way than as tables
        added = False
    if not added:
        raise CallProblem(
            f"{FILE} is written in a way that cannot be added to, and nothing was written. Add the quarter to it "
            f'yourself, as the others are written: [quarters."{quarter}"], cut_off = {day}. Then run the command again.'
        )
    return written.replace("\n", line)


def _tail(last: Table) -> list[Item]:
    """What stands below the last quarter and belongs to what follows it: the comments after its first blank line.

    They are taken out of the last quarter's table, where the parser puts them.
    """
    body = last.value.body
    end = len(body)
    while end and isinstance(body[end - 1][1], Comment | Whitespace):
        end -= 1
    blank = next((place for place in range(end, len(body)) if isinstance(body[place][1], Whitespace)), len(body))
    tail = [item for _, item in body[blank:]]
    body[blank + 1 :] = []
    return tail


def _write(files: dict[Path, bytes]) -> None:
    """Write every file, or none: each under another name first, then all take theirs."""
    made, partial, placed = [], {}, []
    try:
        for path, content in files.items():
            if not path.parent.is_dir():
                path.parent.mkdir()
                made.append(path.parent)
            partial[path] = path.with_name(f".{path.name}{PARTIAL}")
            partial[path].write_bytes(content)
        for path in files:
            new = not path.exists()
            partial[path].replace(path)
            if new:
                placed.append(path)
    except BaseException:
        for path in [*partial.values(), *placed]:
            path.unlink(missing_ok=True)
        for folder in made:
            folder.rmdir()
        raise
