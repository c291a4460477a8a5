"""The sheet "Read me" of a return: how to fill it in, what each column is, and what each measure counts."""

from __future__ import annotations

from collections.abc import Iterable

from dbv_analysis.inputs.quarterly_return.read import SHEETS
from dbv_analysis.metrics.declared import metrics_of
from dbv_analysis.model.period import HOW_TO_WRITE, Quarter
from dbv_analysis.model.quarterly_return import FILL_IN
from dbv_analysis.model.settings import Programme
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.reports.new_quarter.sheets import reported_each_quarter

HEADERS = ("about", "what it is, and what to do", "how it is written", "example")
WIDTHS = (34, 74, 44, 18)


def read_me(quarter: Quarter, programme: Programme) -> Iterable[tuple[str, str, str, str]]:
    """The rows of the sheet, in the columns of ``HEADERS``."""
    yield _row("this workbook", f"The quarterly return of {programme.area.name}: {quarter.title}.")
    yield _row("nothing is filled in", "Every cell to fill in is empty. No figure is carried over from last time.")
    yield _row("where to write", f"Only in columns whose header begins with “{FILL_IN.strip()}”. They are framed, too.")
    yield _row("an empty row", "Not reported yet. It is passed over, and can be filled in another day.")
    yield _row("a row half filled in", "A problem: fill in all of it or none. On the sheet Grant any cell will do.")
    yield _row(
        "other columns",
        "They name the row, or show what was reported last or planned. “last …” and “planned …” are never read. "
        "Take out or rename no column and no sheet, and add no sheet: keep workings in a workbook of their own.",
    )
    yield _row("a figure twice", "For a second period of one measure, copy its row to the end of the sheet.")
    yield _row("a formula", "Counts as its result, once the file was saved in Excel.")
    yield _row("people", "No names, and nothing about one child or one member of staff, in notes either.")
    yield _row("when you are done", "Save, close, and run: dbv check. It names every cell that needs mending.")
    yield _row("how a period is written", "The days that a figure is about.", HOW_TO_WRITE, "2024-10-01 to 2024-12-31")
    for symbol, meaning in SYMBOLS.items():
        yield _row(f"symbol {symbol}", f"In place of a number: {meaning}.", symbol)
    for sheet in SHEETS:
        for column in sheet.columns:
            yield _row(f"{sheet.name}: {column.header}", column.what, column.written, column.example)
    for metric in reported_each_quarter(metrics_of(programme).values()):
        words = f"{metric.definition} {metric.notes}".strip()
        yield _row(f"measure: {metric.title}", words, metric.unit.name)


def _row(about: str, what: str, written: str = "", example: str = "") -> tuple[str, str, str, str]:
    return about, what, written, example
