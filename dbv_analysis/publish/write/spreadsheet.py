"""``evidence.xlsx``: the rows that a pack draws on, one accessible sheet a section, written by gptables."""

from __future__ import annotations

import io
import warnings
from datetime import datetime, time
from pathlib import Path

import gptables
import pandas as pd

from dbv_analysis.model.period import format_day
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.model.wording import slug
from dbv_analysis.publish.check.protective_marking import sheet_header
from dbv_analysis.publish.write.html import disclosure
from dbv_analysis.publish.write.parquet import released
from dbv_analysis.publish.write.reproducible_zip import without_times
from dbv_analysis.results.evidence import Evidence

# What begins like a formula or an address is a text: it came from a table.
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
COLUMNS = {
    "title": "Measure",
    "breakdown": "Breakdown",
    "area_name": "Area",
    "period_label": "Period",
    "period_start": "From",
    "period_end": "To",
    "basis": "Basis",
    "as_at": "As at",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "value": "Figure",
    "unit": "Unit",
    "printed": "As printed",
    "source": "Source",
    "published": "First published",
}


def write(evidence: Evidence, sections: list[str], path: Path) -> None:
    """Write the workbook: cover, contents, notes, and a sheet a section.

    Holds the authority, its region, the country and its neighbours, as published by the cut-off. A
    figure that is missing shows its symbol; a count that a figure does not have shows ``z``. The file names
    the cut-off as the day on which it was made, so the same rows give the same bytes.
    """
    tables = {section: _rows(evidence, section) for section in sections}
    sheets = {section: _sheet(evidence, section, rows) for section, rows in tables.items() if not rows.empty}
    without = [
        f"{section}: no figure had been published by the cut-off." for section in tables if section not in sheets
    ]
    if not sheets:
        sheets = {"No figures": _sheet_of_none(evidence)}
    cover = gptables.Cover(
        cover_label="Cover",
        title=f"{evidence.area}: {evidence.programme.programme.name}, evidence for {evidence.quarter}",
        intro=[f"{evidence.quarter.title}.", f"Figures first published by {format_day(evidence.cut_off)}."],
        about=[
            *([evidence.mark] if evidence.mark else []),
            disclosure(evidence),
            *without,
            "Each sheet holds one table. Symbols and sources are on the sheet Notes.",
        ],
        contact=["The programme lead of the authority that sent you this file."],
    )
    notes = pd.DataFrame(
        # gptables numbers the first column itself, so each note names its symbol or release in its text.
        [["", f"The symbol {symbol} means: {meaning}."] for symbol, meaning in SYMBOLS.items()]
        + [
            ["", f"Source: {one.publisher}, {one.title} ({one.release}); {one.licence}."]
            for one in {one.release: one for one in evidence.sources}.values()
        ],
        columns=["Note", "Meaning"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        written = io.BytesIO()
        book = gptables.produce_workbook(
            written, sheets=sheets, cover=cover, notes_table=notes, workbook_options=AS_TEXT
        )
    book.set_properties({"created": datetime.combine(evidence.cut_off, time()), "keywords": evidence.mark})
    if evidence.mark:
        for page in book.worksheets():
            page.set_header(sheet_header(evidence.mark))
    book.close()
    path.write_bytes(without_times(written.getvalue()))


def _rows(evidence: Evidence, section: str) -> pd.DataFrame:
    rows = released(evidence, [section])
    return rows[rows["published"] <= evidence.cut_off]


def _sheet_of_none(evidence: Evidence) -> gptables.GPTable:
    nothing = pd.DataFrame([["No figure had been published by the cut-off."]], columns=["Figures"])
    return gptables.GPTable(table=nothing, table_name="no_figures", title=f"Figures of the pack for {evidence.quarter}")


def _sheet(evidence: Evidence, section: str, rows: pd.DataFrame) -> gptables.GPTable:
    programme = evidence.programme
    rows = rows.assign(title=rows["metric_id"].map({name: metric.title for name, metric in evidence.metrics.items()}))
    symbol = rows["symbol"].where(rows["symbol"] != "", "x")
    table = pd.DataFrame(
        {
            shown: rows[name].astype(object).where(rows[name].notna() & (rows[name].astype(str) != ""), "z")
            for name, shown in COLUMNS.items()
        }
    )
    table["As printed"] = table["As printed"].replace("-", "dash")  # a cell of punctuation alone is not accessible
    table["Figure"] = rows["value"].astype(object).where(rows["value"].notna(), symbol)
    for name in ("From", "To", "As at", "First published"):
        table[name] = table[name].map(lambda day: day.isoformat())
    return gptables.GPTable(
        table=table.reset_index(drop=True),
        table_name=f"{slug(section)}_table",
        title=f"{section}: figures of the pack for {evidence.quarter}",
        subtitles=[f"Figures first published by {format_day(evidence.cut_off)}."],
        instructions=f"{evidence.mark} One row is one figure. Symbols are explained on the sheet Notes.".lstrip(),
        source="the column Source names each figure's release",
        scope=f"{evidence.area} and its comparators: {evidence.neighbours.neighbours.name}, {programme.region.name}, "
        f"{programme.country.name}",
    )
