"""A synthetic SEN2 return as COLLECT exports it: nine CSV files, keyed to one another."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from dbv_analysis.inputs.records import fields
from dbv_analysis.synth.people import Row
from dbv_analysis.synth.totals import Totals


def write(folder: Path, people: Iterable[Row], wanted: Totals) -> None:
    """Write the nine files, headers in lower case and dates as ``2022-Sep-28 00:00:00``."""
    folder.mkdir(parents=True)
    modules = {module.name: module for module in fields.modules(wanted.reference.year)}
    keys: Counter[str] = Counter()
    with ExitStack() as stack:

        def begin(name: str, columns: list[str]):
            path = folder / f"Blade-Export_{wanted.reference:%d-%m-%Y}_{name}.csv"
            rows = csv.writer(stack.enter_context(path.open("w", encoding="utf-8", newline="")), lineterminator="\n")
            rows.writerow(columns)
            return rows

        header = begin("sen2", ["sen2tableid", "collection", "year", "referencedate", "lea"])
        header.writerow([1, "SEN2", wanted.reference.year, _text(wanted.reference), wanted.lea])
        files = {
            name: begin(name, [*module.keys, *(field.name.lower() for field in module.fields)])
            for name, module in modules.items()
        }

        def write_row(row: Row, *parent: int) -> None:
            keys[row.module] += 1
            key = keys[row.module]
            cells = [_text(row.cells.get(field.name, "")) for field in modules[row.module].fields]
            files[row.module].writerow([key, *parent, *cells])
            for inner in row.rows:
                write_row(inner, key)

        for person in people:
            write_row(person)


def _text(value: object) -> str:
    return f"{value:%Y-%b-%d} 00:00:00" if isinstance(value, date) else str(value)
